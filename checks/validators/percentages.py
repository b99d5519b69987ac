"""Shares of a whole over 100 or below 0."""

import re
from collections.abc import Iterable, Iterator
from typing import ClassVar

from checks.tables.columns import is_unit_name, name_key
from checks.tables.figures.measures import may_pass_hundred, measures, numbers_of
from checks.tables.table import Table
from checks.validators import Finding, Inspection, Severity, finding

_SHARE = re.compile(r"(?:^|_)(?:persen|persentase|presentase|prosentase|percent|pct)(?:_|$)")
# Beside what was reached, a percentage that says no more is the share of a plan.
_BARE = re.compile(r"(?:persen|persentase|presentase|prosentase|percent|pct)?")
_PERCENT = frozenset({"%", "persen", "persentase", "percent"})
_SLACK = 1e-9


class Percentages:
    """Warns of percentages outside 0 to 100, except where achievement or growth allows them."""

    code: ClassVar[str] = "percentage"
    title_id: ClassVar[str] = "Persentase di luar 0–100"
    title_en: ClassVar[str] = "Percentages outside 0–100"
    quarantines: ClassVar[bool] = False

    def run(self, sample: Inspection) -> Iterable[Finding]:
        """Yield one finding for each cell."""
        table = sample.table
        if any("target" in name_key(name) for name in table.header):
            # Beside a target, a percentage is the share of it that was reached.
            return
        rows_in_percent = _rows_in_percent(table)
        is_reached = any("realisasi" in name_key(name) for name in table.header)
        for index in measures(table):
            column = table.columns[index]
            key = name_key(column.name)
            if may_pass_hundred(column.name) or (is_reached and _BARE.fullmatch(key)):
                continue
            is_share = _SHARE.search(key) is not None or column.unit in _PERCENT
            rows = None if is_share else rows_in_percent
            if rows != frozenset():
                yield from _outside(self.code, table, index, rows)


def _rows_in_percent(table: Table) -> frozenset[int]:
    """Return the rows whose unit is percent, where units stand in a column of their own."""
    unit = next((i for i, name in enumerate(table.header) if is_unit_name(name)), None)
    if unit is None:
        return frozenset()
    return frozenset(
        number
        for number, row in enumerate(table.rows)
        if (row[unit] or "").casefold().strip() in _PERCENT
        and not may_pass_hundred(" ".join(cell for cell in row if cell))
    )


def _outside(code: str, table: Table, index: int, rows: frozenset[int] | None) -> Iterator[Finding]:
    name = table.header[index]
    for row, number in enumerate(numbers_of(table, index)):
        if number is None or -_SLACK <= number <= 100 + _SLACK:
            continue
        if rows is not None and row not in rows:
            continue
        cell = table.rows[row][index]
        yield finding(
            code,
            Severity.WARNING,
            (
                f'Baris {table.row_number(row)}, kolom "{name}": {cell} bukan persentase 0–100.',
                f'Row {table.row_number(row)}, column "{name}": {cell} is no percentage 0–100.',
            ),
            (
                "Periksa tanda desimalnya (97,5 bukan 975), atau beri kolom itu satuan yang benar.",
                "Check the decimal sign (97.5, not 975), or give the column its right unit.",
            ),
            row=table.row_number(row),
            field=name,
            field_number=index + 1,
            cell=cell,
        )
