"""Totals that are not the sum of their parts."""

from collections.abc import Iterable
from typing import ClassVar

from checks.tables.figures.measures import in_english, spelled
from checks.tables.figures.sums import Sum, sums
from checks.tables.table import Table
from checks.validators import Finding, Inspection, Severity, finding

_KINDS = {
    "column": ("penjumlahan kolom rinciannya", "the sum of its columns"),
    "row": ("penjumlahan baris di atasnya", "the sum of the rows above"),
    "subtotal": ("penjumlahan baris rinciannya", "the sum of its rows"),
}
_FACTORS = (10, 100, 1000)


class Totals:
    """Warns of totals that do not add up, where the table otherwise keeps to its sums."""

    code: ClassVar[str] = "total-differs"
    title_id: ClassVar[str] = "Jumlah tidak cocok"
    title_en: ClassVar[str] = "Totals that do not add up"
    quarantines: ClassVar[bool] = False

    def run(self, sample: Inspection) -> Iterable[Finding]:
        """Yield one finding for each total that differs, with what would explain it."""
        for each in sums(sample.table):
            if not each.adds_up:
                yield _said(self.code, sample.table, each)


def _said(code: str, table: Table, each: Sum) -> Finding:
    column = each.total.column
    name = table.header[column]
    row = each.total.line - max(table.header_line, 1) + 1
    decimals = 0 if each.said == int(each.said) and each.added == int(each.added) else 2
    said, added = spelled(each.said, decimals), spelled(each.added, decimals)
    difference = spelled(abs(each.difference), decimals)
    said_en, added_en, difference_en = (
        in_english(n, decimals) for n in (each.said, each.added, abs(each.difference))
    )
    what_id, what_en = _KINDS[each.kind]
    guess_id, guess_en = _explained(each)
    return finding(
        code,
        Severity.WARNING,
        (
            f'Baris {row}, kolom "{name}": tertulis {said}, padahal {what_id} {added} '
            f"(selisih {difference}).{guess_id}",
            f'Row {row}, column "{name}": it says {said_en}, but {what_en} is {added_en} '
            f"(difference {difference_en}).{guess_en}",
        ),
        (
            "Cari sel rincian yang salah, atau hitung ulang jumlahnya dengan rumus SUM di Excel.",
            "Find the wrong part, or compute the total again with SUM in Excel.",
        ),
        row=row,
        field=name,
        field_number=column + 1,
        cell=said,
    )


def _explained(each: Sum) -> tuple[str, str]:
    """Return a sentence on the one factor of ten in the total that would explain it all."""
    for factor in _FACTORS:
        for guess in (each.said * factor, each.said / factor):
            if abs(guess - each.added) <= each.rounding:
                return f" Barangkali {spelled(guess)}.", f" Perhaps {in_english(guess)}."
    return "", ""
