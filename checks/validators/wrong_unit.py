"""One number of a series in another unit than its neighbours in time: a thousand times off."""

from collections.abc import Iterable, Iterator
from math import log10
from statistics import median
from typing import ClassVar

from checks.tables.figures.measures import in_english, measures, numbers_of, spelled
from checks.tables.figures.series import Axis, Cell, Series, series
from checks.tables.table import Table
from checks.validators import Finding, Inspection, Severity, finding

# Thousands, millions, billions (rupiah, kilograms and tons), square metres against hectares.
_EXPONENTS = (3, 4, 6, 9)
_NEAR = 0.2
_TIGHT = 3.0
_LEAST_OTHERS = 3
_LEAST_ROWS = 10


class WrongUnit:
    """Warns of a number, or a whole column, a thousand times larger or smaller than usual."""

    code: ClassVar[str] = "wrong-unit"
    title_id: ClassVar[str] = "Satuan berbeda"
    title_en: ClassVar[str] = "Another unit"
    quarantines: ClassVar[bool] = False

    def run(self, sample: Inspection) -> Iterable[Finding]:
        """Yield one finding for each number, and one for each column since the version before."""
        apart = _far_apart(sample.table)
        for each in () if apart is None else series(sample.table, (Axis.TIME,), apart):
            for cell, usual, exponent in _off(each):
                yield self._of_number(sample.table, cell, usual, exponent)
        if sample.previous_table is not None:
            yield from self._of_columns(sample.table, sample.previous_table)

    def _of_number(self, table: Table, cell: Cell, usual: float, exponent: int) -> Finding:
        name, number = table.header[cell.column], table.row_number(cell.row)
        written = table.rows[cell.row][cell.column]
        times, times_en = spelled(10 ** abs(exponent)), in_english(10 ** abs(exponent))
        more_id, more_en = ("lebih besar", "larger") if exponent > 0 else ("lebih kecil", "smaller")
        decimals = 0 if usual >= 100 else 2
        return finding(
            self.code,
            Severity.WARNING,
            (
                f'Baris {number}, kolom "{name}": {written} sekitar {times} kali {more_id} '
                f"daripada biasanya ({spelled(usual, decimals)}); satuannya tampaknya berbeda.",
                f'Row {number}, column "{name}": {written} is about {times_en} times {more_en} '
                f"than usual ({in_english(usual, decimals)}); it seems to be in another unit.",
            ),
            (
                "Tulis semua nilai dalam satuan yang sama, seperti periode lainnya.",
                "Write all values in one unit, as in the other periods.",
            ),
            row=number,
            field=name,
            field_number=cell.column + 1,
            cell=written,
        )

    def _of_columns(self, table: Table, previous: Table) -> Iterator[Finding]:
        for index in measures(table):
            name = table.header[index]
            former = previous.column_index(name)
            if former is None or not previous.columns[former].type.is_numeric:
                continue
            now = [abs(number) for number in numbers_of(table, index) if number]
            before = [abs(number) for number in numbers_of(previous, former) if number]
            if min(len(now), len(before)) < _LEAST_ROWS:
                continue
            exponent = _exponent(median(now), median(before))
            if exponent:
                usual_now, usual_before = spelled(median(now)), spelled(median(before))
                yield finding(
                    f"{self.code}-column",
                    Severity.WARNING,
                    (
                        f'Kolom "{name}": nilai tengahnya {usual_now}, pada versi sebelumnya '
                        f"{usual_before}; satuannya tampaknya berganti.",
                        f'Column "{name}": its median is {in_english(median(now))}, in the version '
                        f"before {in_english(median(before))}; the unit seems to have changed.",
                    ),
                    (
                        "Kembalikan satuan semula, atau ubah satuan kolom di metadata.",
                        "Return to the former unit, or change the unit in the metadata.",
                    ),
                    field=name,
                    field_number=index + 1,
                )


def _far_apart(table: Table) -> tuple[int, ...] | None:
    """Return the measures with numbers far enough apart for two units, None for no table."""
    sizes = {i: [abs(n) for n in numbers_of(table, i) if n] for i in measures(table)}
    if not any(sizes.values()) or not _is_far([n for found in sizes.values() for n in found]):
        return None
    return tuple(index for index, found in sizes.items() if found and _is_far(found))


def _is_far(sizes: list[float]) -> bool:
    return log10(max(sizes)) - log10(min(sizes)) >= min(_EXPONENTS) - _NEAR


def _exponent(number: float, usual: float) -> int:
    """Return 3, 4, 6 or 9 (or their negatives) when a number is that power of ten off, else 0."""
    distance = log10(number) - log10(usual)
    for exponent in _EXPONENTS:
        if abs(abs(distance) - exponent) <= _NEAR:
            return exponent if distance > 0 else -exponent
    return 0


def _off(each: Series) -> Iterator[tuple[Cell, float, int]]:
    """Yield the numbers that are a power of ten off while all others lie close together."""
    for k, cell in enumerate(each.cells):
        others = [abs(other.number) for j, other in enumerate(each.cells) if j != k]
        if len(others) < _LEAST_OTHERS or not cell.number or not all(others):
            continue
        usual = median(others)
        if not usual / _TIGHT <= min(others) <= max(others) <= usual * _TIGHT:
            continue
        exponent = _exponent(abs(cell.number), usual)
        if exponent:
            yield cell, usual, exponent
