"""Counts whose thousands sign was taken for a decimal point: 5.930 became 593 or 5.93."""

import re
from collections.abc import Iterable, Iterator
from typing import ClassVar

from checks.tables.columns import name_key
from checks.tables.figures.lost_zeros import (
    LostGroup,
    LostZero,
    lost_groups,
    lost_zeros,
    n_closed,
    whole_measures,
)
from checks.tables.figures.measures import in_english, is_rate, spelled
from checks.tables.figures.sums import Sum, sums
from checks.tables.table import ColumnType, Table, shown
from checks.validators import Finding, Inspection, Severity, finding

_COUNTED = re.compile(
    r"jiwa|orang|penduduk|siswa|guru|pasien|kunjungan|keluarga|(?:^|_)kk(?:_|$)|ekor|unit|kendaraan"
    r"|penumpang|wisatawan|dokumen|pemohon|peserta|laki|perempuan"
)
_THREE_DECIMALS = re.compile(r"[1-9]\d{0,2}\.\d{3}")
_FRACTION = re.compile(r"\d+\.\d*[1-9]\d*")
_SHORT_FRACTION = re.compile(r"[1-9]\d{0,2}\.\d{1,3}")
_MOSTLY, _LEAST = 0.8, 5


class LostThousands:
    """Warns of counts that lost zeros or became fractions, and proposes what they were."""

    code: ClassVar[str] = "lost-thousands"
    title_id: ClassVar[str] = "Tanda ribuan hilang"
    title_en: ClassVar[str] = "Lost thousands"
    quarantines: ClassVar[bool] = False

    def run(self, sample: Inspection) -> Iterable[Finding]:
        """Yield one finding for each accused group of rows and for each number."""
        table = sample.table
        counts = whole_measures(table)
        if counts:
            added = sums(table)
            groups = lost_groups(table, counts)
            lost = lost_zeros(table, counts, groups, added)
            yield from (_of_group(self.code, group, lost, added) for group in groups)
            yield from (_of_number(self.code, table, each) for each in lost)
        for index, column in enumerate(table.columns):
            if column.type is ColumnType.NUMBER and column.decimal == ".":
                yield from _of_fractions(self.code, table, index)


def _of_group(code: str, group: LostGroup, lost: list[LostZero], added: list[Sum]) -> Finding:
    where = ", ".join(f'{name} "{label}"' for name, label in group.labels) or f'"{group.column}"'
    share = f"{100 * group.share:.1f}".replace(".", ",")
    others = f"{100 * group.share_of_others:.1f}".replace(".", ",")
    n_inside = sum(1 for each in lost if each.row in group.rows)
    n_broken, n_mended = n_closed(lost, added)
    sums_id = f" Setelah itu {n_mended} dari {n_broken} jumlah cocok kembali." if n_broken else ""
    sums_en = f" Then {n_mended} of {n_broken} sums add up again." if n_broken else ""
    return finding(
        f"{code}-group",
        Severity.WARNING,
        (
            f"Kelompok {where}: hanya {share} % dari {group.n_numbers} angka ribuan berakhiran 0, "
            f"di kelompok lain {others} %; nol di belakang tampaknya hilang.",
            f"Group {where}: only {100 * group.share:.1f} % of {group.n_numbers} numbers of 1,000 "
            f"or more end in 0, elsewhere {100 * group.share_of_others:.1f} %; zeros seem lost.",
        ),
        (
            f"Ambil ulang kelompok itu dari sumbernya; {n_inside} sel diusulkan perbaikannya di "
            f"bawah.{sums_id}",
            f"Take the group from its source again; a repair of {n_inside} cells is proposed "
            f"below.{sums_en}",
        ),
        field=group.column or " + ".join(name for name, _ in group.labels),
    )


def _of_number(code: str, table: Table, lost: LostZero) -> Finding:
    name = table.header[lost.column]
    number, proposed = spelled(lost.number), spelled(lost.proposed)
    by_sum = lost.proof == "sum"
    why_id = "jumlahnya kurang" if by_sum else "jauh di bawah kelompok di sebelahnya"
    why_en = "its sum falls short" if by_sum else "far below the classes beside it"
    return finding(
        code,
        Severity.WARNING,
        (
            f'Baris {table.row_number(lost.row)}, kolom "{name}": {number} {why_id}; '
            f"barangkali {proposed}.",
            f'Row {table.row_number(lost.row)}, column "{name}": {in_english(lost.number)} is '
            f"{why_en}; perhaps {in_english(lost.proposed)}.",
        ),
        (
            f"Cocokkan dengan sumbernya; bila benar, tulis {lost.proposed:.0f} tanpa tanda ribuan.",
            f"Compare with the source; if so, write {lost.proposed:.0f} without thousands sign.",
        ),
        row=table.row_number(lost.row),
        field=name,
        field_number=lost.column + 1,
        cell=table.rows[lost.row][lost.column],
    )


def _of_fractions(code: str, table: Table, index: int) -> Iterator[Finding]:
    """Yield the fractions of a column of people or things: most of them with three decimals."""
    column = table.columns[index]
    hint = f"{name_key(column.name)} {(column.unit or '').casefold()}"
    is_scaled = "ribu" in hint or "juta" in hint
    if not _COUNTED.search(hint) or is_rate(column.name, column.unit) or is_scaled:
        return
    cells = table.cells(index)
    fractions = [
        (row, cell) for row, cell in enumerate(cells) if cell and _FRACTION.fullmatch(cell)
    ]
    whole = sum(1 for _, cell in fractions if _THREE_DECIMALS.fullmatch(cell))
    short = all(_SHORT_FRACTION.fullmatch(cell) for _, cell in fractions)
    if len(fractions) < _LEAST or whole < _MOSTLY * len(fractions) or not short:
        return
    row, cell = fractions[0]
    pairs = [(c, f"{float(c) * 1000:.0f}") for _, c in fractions[:3]]
    examples = shown(f"{before} → {after}" for before, after in pairs)
    yield finding(
        f"{code}-fractions",
        Severity.WARNING,
        (
            f'Kolom "{column.name}": {len(fractions)} hitungan berupa pecahan ({examples}); '
            "titik ribuan tampaknya terbaca sebagai desimal.",
            f'Column "{column.name}": {len(fractions)} counts are fractions ({examples}); '
            "thousands signs seem to have been read as decimal points.",
        ),
        (
            "Tulis hitungan sebagai angka bulat tanpa tanda ribuan.",
            "Write counts as whole numbers without thousands signs.",
        ),
        row=table.row_number(row),
        field=column.name,
        field_number=index + 1,
        cell=cell,
    )
