"""Counts of people or things below zero."""

import re
from collections.abc import Iterable
from typing import ClassVar

from checks.tables.columns import name_key
from checks.tables.figures.measures import dimensions, may_be_negative, measures, numbers_of
from checks.tables.table import Cells, ColumnType
from checks.validators import Finding, Inspection, Severity, finding

_COUNTED = re.compile(
    r"jiwa|orang|penduduk|siswa|guru|pasien|kunjungan|keluarga|(?:^|_)kk(?:_|$)|ekor|unit|buah"
    r"|kendaraan|penumpang|wisatawan|dokumen|pemohon|peserta|laki|perempuan|jumlah|banyak|kasus"
    r"|kejadian|rumah|luas|panjang|produksi|volume|populasi|sekolah|surat|izin|kelompok|desa"
)
# Rows of a table of many things: "Surplus/(Defisit)", "Laju inflasi".
_SIGNED_ROW = re.compile(
    r"(?:^|_)(?:selisih|perubahan|neraca|saldo|surplus|defisit|net|neto|netto|laba|rugi|pembiayaan"
    r"|koreksi|deviasi|kenaikan|penurunan|silpa|laju|inflasi|deflasi|pertumbuhan|suhu)(?:_|$)"
)


class NegativeCounts:
    """Warns of negative counts, where nothing says that the column may be negative."""

    code: ClassVar[str] = "negative-count"
    title_id: ClassVar[str] = "Hitungan negatif"
    title_en: ClassVar[str] = "Negative counts"
    quarantines: ClassVar[bool] = False

    def run(self, sample: Inspection) -> Iterable[Finding]:
        """Yield one finding for each cell."""
        table = sample.table
        labels = dimensions(table)
        for index in measures(table):
            column = table.columns[index]
            hint = f"{name_key(column.name)} {(column.unit or '').casefold()}"
            is_count = column.type is ColumnType.INTEGER or _COUNTED.search(hint) is not None
            if not is_count or may_be_negative(column.name, column.unit):
                continue
            numbers = numbers_of(table, index)
            below = [
                row
                for row, number in enumerate(numbers)
                if number is not None and number < 0 and not _is_signed(table.rows[row], labels)
            ]
            if not _COUNTED.search(hint) and len(below) > 1:
                # Several of them without a word of counting: the column is signed.
                continue
            for row in below:
                cell = table.rows[row][index]
                number = table.row_number(row)
                yield finding(
                    self.code,
                    Severity.WARNING,
                    (
                        f'Baris {number}, kolom "{column.name}": hitungan negatif ({cell}).',
                        f'Row {number}, column "{column.name}": a negative count ({cell}).',
                    ),
                    (
                        "Hapus tanda minus bila salah ketik; nilai yang tidak ada dikosongkan.",
                        "Remove the minus if mistyped; leave empty what is not known.",
                    ),
                    row=number,
                    field=column.name,
                    field_number=index + 1,
                    cell=cell,
                )


def _is_signed(cells: Cells, labels: Iterable[int]) -> bool:
    """Tell whether a row says by its labels that it may be negative: "Surplus/(Defisit)"."""
    said = [label for index in labels if (label := cells[index])]
    return any(_SIGNED_ROW.search(name_key(label)) for label in said)
