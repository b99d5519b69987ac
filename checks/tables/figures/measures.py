"""The columns by their part in a table: measures with their numbers, dimensions, rates."""

import re
from math import isfinite

from checks.tables.columns import is_code_name, is_row_number_name, is_unit_name, name_key
from checks.tables.numbers import plain
from checks.tables.table import ColumnType, Table
from checks.tables.time_columns import TimeColumns, time_columns

_NO_MEASURE = re.compile(
    r"^(?:id|no|nomor|no_urut|nomor_urut|urutan|objectid|fid|gid|index|row|baris|x|y|kolom_1)$"
    r"|(?:^|_)(?:rt|rw|lat|lon|lng|long|latitude|longitude|lintang|bujur|tahun|thn|year|bulan"
    r"|minggu|hari|tanggal|triwulan|semester|kelas|peringkat|ranking|skor_urut)(?:_|$)"
)
_SIMPLE = re.compile(r"-?\d{1,15}(?:\.\d{1,15})?", re.ASCII)
_RATE = re.compile(
    r"persen|prosen|presen|%|rasio|indeks|index|laju|rata|rerata|average|kepadatan|tingkat|angka_"
    r"|suhu|temperatur|kelembaban|tekanan|per_kapita|perkapita|inflasi|pertumbuhan|median|harga"
    r"|upah|skor|nilai_tukar|ipm|apk|apm|tpak?$|tpt|hunian|lama_(?:inap|tunggu|sekolah|hari|jam|menit)|usia|umur|derajat|celcius|kecepatan"
    r"|maksimal|minimal|maksimum|minimum|max|min$|koefisien|gini|garis"
)

_SIGNED = re.compile(
    r"selisih|perubahan|neraca|saldo|surplus|defisit|neto|netto|laba|rugi|koreksi|penyesuaian|mutasi"
    r"|tambah|deviasi|kenaikan|penurunan|elevasi|rupiah|anggaran|pembiayaan|pendapatan|nilai|(?:^|_)rp"
    r"|_rp$|silpa|suhu|arus|ekspor|investasi|muka_air|pasang_surut"
)
# Achievements, growth and gross rates may pass 100, and growth may be negative.
_MAY_PASS = re.compile(
    r"realisasi|capaian|kinerja|target|serapan|apk|partisipasi_kasar|pertumbuhan|tumbuh|laju|inflasi"
    r"|perubahan|kenaikan|penurunan|ketersediaan|kecukupan|kontribusi|selisih|naik|turun|deviasi|pph"
    r"|rasio|cakupan|growth|mtm|yoy|ytd|indeks|kemajuan|progres"
)


def numbers_of(table: Table, index: int) -> list[float | None]:
    """Return the numbers of a numeric column, None where a cell is empty or no number."""
    column = table.columns[index]
    cells = table.cells(index)
    memo = {cell: _number(cell, column.decimal, column.thousands) for cell in set(cells)}
    return [memo[cell] for cell in cells]


class Numbers(dict[int, list[float | None]]):
    """The numbers of each column, read when first asked for."""

    def __init__(self, table: Table) -> None:
        super().__init__()
        self._table = table

    def __missing__(self, index: int) -> list[float | None]:
        self[index] = numbers_of(self._table, index)
        return self[index]


def number_in(table: Table, index: int, cell: str | None) -> float | None:
    """Return the number of one cell as its column writes numbers, else None."""
    column = table.columns[index]
    return _number(cell, column.decimal, column.thousands)


def _number(cell: str | None, decimal: str | None, thousands: str | None) -> float | None:
    if cell and not thousands and decimal != "," and _SIMPLE.fullmatch(cell):
        return float(cell)
    numeral = plain(cell, decimal, thousands) if cell else None
    number = float(numeral) if numeral is not None else None
    return number if number is not None and isfinite(number) else None


def measures(table: Table) -> tuple[int, ...]:
    """Return the columns of numbers that say how much, not which."""
    return tuple(
        index
        for index, column in enumerate(table.columns)
        if column.type.is_numeric and not _NO_MEASURE.search(name_key(column.name))
    )


def row_numbers(table: Table) -> frozenset[int]:
    """Return the columns that only number the rows."""
    return frozenset(
        index
        for index, column in enumerate(table.columns)
        if column.type is ColumnType.INTEGER and is_row_number_name(column.name)
    )


def dimensions(table: Table) -> tuple[int, ...]:
    """Return the text columns that sort rows into kinds, without codes, units and remarks."""
    return tuple(
        index
        for index, column in enumerate(table.columns)
        if column.type in (ColumnType.STRING, ColumnType.BOOLEAN)
        and not is_code_name(column.name)
        and not is_unit_name(column.name)
        and any(row[index] for row in table.rows)
    )


def time_indexes(table: Table, times: TimeColumns | None = None) -> tuple[int, ...]:
    """Return the columns that together say the time of a row; none for years as columns."""
    times = times or time_columns(table)
    if times is None or times.wide:
        return ()
    return tuple(table.header.index(name) for name in times.names)


def is_rate(name: str, unit: str | None) -> bool:
    """Tell whether the numbers of a column cannot be added up: shares, means, prices."""
    return _RATE.search(f"{name_key(name)} {(unit or '').casefold()}") is not None


def may_be_negative(name: str, unit: str | None) -> bool:
    """Tell whether numbers of this name may lie below 0: balances, changes, rates, money."""
    hint = f"{name_key(name)} {(unit or '').casefold()}"
    return _SIGNED.search(hint) is not None or is_rate(name, unit)


def may_pass_hundred(name: str) -> bool:
    """Tell whether percentages of this name may lie above 100: achievements, growth."""
    return _MAY_PASS.search(name_key(name)) is not None


def spelled(number: float, decimals: int = 0) -> str:
    """Return a number as Indonesians write it: 1.234,5."""
    text = f"{number:,.{decimals}f}"
    return text.replace(",", " ").replace(".", ",").replace(" ", ".")


def in_english(number: float, decimals: int = 0) -> str:
    """Return a number as the English write it: 1,234.5."""
    return f"{number:,.{decimals}f}"


def decimals_of(table: Table, index: int) -> int:
    """Return how many decimals the cells of a column have at most."""
    sign = table.columns[index].decimal
    if not sign:
        return 0
    found = re.compile(rf"{re.escape(sign)}(\d+)")
    lengths = (len(match.group(1)) for c in table.cells(index) if c and (match := found.search(c)))
    return max(lengths, default=0)
