"""Dates that no calendar has, births after today, and ends before their beginning."""

import re
from collections.abc import Iterable, Iterator
from typing import ClassVar

from catalog.rules.evidence import FUTURE_GUARD
from catalog.rules.periods import read_time
from checks.tables.columns import name_key
from checks.tables.table import ColumnType, Table
from checks.validators import Finding, Inspection, Severity, finding

_DATE_NAME = re.compile(r"(?:^|_)(?:tanggal|tgl|tggl|date)(?:_|$)")
_WRITTEN = re.compile(
    r"\d{1,4}[-/. ]\d{1,2}[-/. ]\d{1,4}(?:[ T]\d.*)?|\d{1,2} [A-Za-z]{3,9}\.? \d{2,4}"
)
_YEAR_NAME = re.compile(r"(?:^|_)(?:tahun|thn|th|year)(?:_|$)")
# Digits, and the letters that are typed for them.
_NO_YEAR = re.compile(r"(?!0+$)[\doil]{2,7}", re.IGNORECASE)
_MOSTLY, _LEAST = 0.8, 5
_BIRTH = re.compile(r"lahir|birth")
_PAIRS = (
    ("mulai", "selesai"), ("mulai", "akhir"), ("mulai", "berakhir"), ("awal", "akhir"),
    ("masuk", "keluar"), ("berangkat", "kembali"), ("masuk", "selesai"), ("berangkat", "tiba"),
)  # fmt: skip
_REMEDY = (
    "Betulkan tanggalnya; tulis tahun-bulan-hari (2024-08-17) agar tidak tertukar.",
    "Correct the date; write year-month-day (2024-08-17) so that nothing is swapped.",
)
_YEAR_REMEDY = (
    "Betulkan tahunnya, empat angka (2024); tanpa itu kolom ini tidak terbaca sebagai waktu.",
    "Correct the year, four digits (2024); until then the column cannot be read as time.",
)


class ImpossibleDates:
    """Warns of dates that cannot be."""

    code: ClassVar[str] = "impossible-date"
    title_id: ClassVar[str] = "Tanggal mustahil"
    title_en: ClassVar[str] = "Impossible dates"
    quarantines: ClassVar[bool] = False

    def run(self, sample: Inspection) -> Iterable[Finding]:
        """Yield one finding for each cell."""
        table = sample.table
        for index, column in enumerate(table.columns):
            key = name_key(column.name)
            if column.type is ColumnType.DATE or (
                column.type is ColumnType.STRING and _DATE_NAME.search(key)
            ):
                yield from self._unreadable(table, index)
            if column.type is ColumnType.DATE and _BIRTH.search(key):
                yield from self._unborn(sample, index)
            if _YEAR_NAME.search(key) and not column.type.is_time:
                yield from self._no_years(table, index)
        yield from self._reversed(table)

    def _unreadable(self, table: Table, index: int) -> Iterator[Finding]:
        distinct = {cell for cell in set(table.cells(index)) if cell}
        bad = {c for c in distinct if read_time(c) is None and _WRITTEN.fullmatch(c.strip())}
        if 2 * len(bad) > len(distinct) and len(distinct) > 2:
            # Most of them unreadable: another way of writing, which is a matter of types.
            return
        for row, cell in enumerate(table.cells(index)):
            if cell in bad:
                yield self._said(table, row, index, "bukan tanggal yang ada", "is no date")

    def _no_years(self, table: Table, index: int) -> Iterator[Finding]:
        """Yield the mistyped ones among years, which make the whole column one of numbers."""
        cells = table.cells(index)
        labels = {cell: read_time(cell) for cell in set(cells) if cell}
        bad = {c for c, label in labels.items() if label is None and _NO_YEAR.fullmatch(c)}
        n_years = sum(1 for cell in cells if cell and labels[cell])
        n_bad = sum(1 for cell in cells if cell in bad)
        if n_years < max(_LEAST, _MOSTLY * (n_years + n_bad)):
            return
        for row, cell in enumerate(cells):
            if cell in bad:
                yield self._said(table, row, index, "bukan tahun", "is no year", _YEAR_REMEDY)

    def _unborn(self, sample: Inspection, index: int) -> Iterator[Finding]:
        latest = (sample.now + FUTURE_GUARD).date()
        for row, cell in enumerate(sample.table.cells(index)):
            label = read_time(cell) if cell else None
            if label is not None and label.start > latest:
                yield self._said(sample.table, row, index, "belum tiba", "has not come yet")

    def _reversed(self, table: Table) -> Iterator[Finding]:
        dates = {
            name_key(column.name): index
            for index, column in enumerate(table.columns)
            if column.type is ColumnType.DATE
        }
        for key, begin in dates.items():
            for first, last in _PAIRS:
                end = dates.get(key.replace(first, last)) if first in key else None
                if end is None or end == begin:
                    continue
                what = f'mendahului "{table.header[begin]}"'
                for row, cells in enumerate(table.rows):
                    a, b = (read_time(cells[i] or "") for i in (begin, end))
                    if a and b and b.start < a.start:
                        said = f'lies before "{table.header[begin]}"'
                        yield self._said(table, row, end, what, said)

    def _said(
        self,
        table: Table,
        row: int,
        index: int,
        what: str,
        in_english: str,
        remedy: tuple[str, str] = _REMEDY,
    ) -> Finding:
        name, cell = table.header[index], table.rows[row][index]
        number = table.row_number(row)
        return finding(
            self.code,
            Severity.WARNING,
            (
                f'Baris {number}, kolom "{name}": {cell} {what}.',
                f'Row {number}, column "{name}": {cell} {in_english}.',
            ),
            remedy,
            row=number,
            field=name,
            field_number=index + 1,
            cell=cell,
        )
