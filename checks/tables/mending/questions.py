"""Columns that can be read in two ways: both are shown, and the operator decides."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from catalog.rules.periods import read_time
from catalog.rules.terms import Unit
from checks.tables.columns import name_key
from checks.tables.figures.measures import row_numbers, spelled
from checks.tables.personal.forms import masked_personal
from checks.tables.table import Column, ColumnType, Table
from checks.tables.time_columns import attribute_times

_SLASHED = re.compile(r"(\d{1,2})[/.-](\d{1,2})[/.-](\d{2}|\d{4})")
_DATE_NAME = re.compile(r"(?:^|_)(?:tanggal|tgl|tggl|date)(?:_|$)")
_COUNT_NAME = re.compile(
    r"jumlah|banyak|total|jml|nilai|laki|perempuan|kasus|unit|(?:^|_)rp(?:_|$)|rupiah|anggaran|pagu"
    r"|realisasi|target|omzet|kerugian|biaya|harga|pendapatan|belanja|aset|garis|upah|retribusi"
    r"|pajak|investasi|produksi|penduduk|volume|korban|meninggal|luka|hilang|mengungsi|kejadian"
    r"|penderita|pasien|sembuh|kematian|kelahiran"
)
_YEAR = re.compile(r"(?:19[5-9]|20[0-4])\d")
_YEAR_MONTH = re.compile(r"(?:19[5-9]|20[0-4])\d(?:0[1-9]|1[0-2])")
_FIRST_SERIAL, _LAST_SERIAL = 20_000, 60_000
_EXCEL_DAY_ZERO = date(1899, 12, 30)
_N_EXAMPLES = 3
_MIDDLE_OF_YEAR = 12
_CODE_LENGTH = 8
_LEAST_ROWS = 5


#: The decision of a column that the operator has said how to read.
CHOSEN = "chosen_reading"


@dataclass(frozen=True, slots=True)
class Way:
    """One way to read a column: its name, its type, in words, and what a cell then means.

    `read` gives the cell as it is kept, `show` as people are shown it ("?" for no meaning);
    without a type of its own the column keeps the one it has.
    """

    code: str
    type: ColumnType | None
    label_id: str
    label_en: str
    read: Callable[[str], str] = str
    show: Callable[[str], str] | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """One way to read a column: its type, in words, and what some cells then mean."""

    code: str
    type: ColumnType
    label_id: str
    label_en: str
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Question:
    """A column of which its cells alone do not say how it is meant; the first reading is usual."""

    code: str
    column: str
    readings: tuple[Reading, ...]
    message_id: str
    message_en: str


def questions(table: Table) -> tuple[Question, ...]:
    """Return what the operator must still decide, by column."""
    numbering = row_numbers(table)
    attributes = attribute_times(table)
    chosen = {d.value for d in table.decisions if d.code == CHOSEN}
    found = []
    for index, column in enumerate(table.columns):
        cells = sorted({cell for cell in table.cells(index) if cell})
        if cells and index not in numbering and column.name not in chosen:
            found += list(_of_column(table, column, cells))
            if column.name in attributes:
                found.append(_question("time-or-attribute", column, cells, ROW_TIME, _ATTRIBUTE))
    return tuple(found)


def _of_column(table: Table, column: Column, cells: Sequence[str]) -> Iterator[Question]:
    codes = {(d.code, d.value) for d in table.decisions}
    if ("unclear_numbers", column.name) in codes or ("mixed_numbers", column.name) in codes:
        signed = [cell for cell in cells if "." in cell or "," in cell] or cells
        yield _question("decimal-or-thousands", column, signed, _DECIMAL, _THOUSANDS)
    elif column.type is ColumnType.INTEGER:
        yield from _whole(table, column, cells)
    elif column.type in (ColumnType.DATE, ColumnType.STRING):
        yield from _day_and_month(column, cells)


def _whole(table: Table, column: Column, cells: Sequence[str]) -> Iterator[Question]:
    key = name_key(column.name)
    is_count = _COUNT_NAME.search(key) is not None or column.unit is not None
    if set(cells) == {"0", "1"} and table.n_rows >= _LEAST_ROWS and not is_count:
        yield _question("number-or-yes-no", column, cells, _COUNTED, _YES_NO)
    elif _DATE_NAME.search(key) and all(map(_is_serial, cells)):
        yield _question("serial-or-number", column, cells, _DAY_NUMBER, _PLAIN)
    elif is_count:
        return
    elif len(cells) > 1 and all(map(_YEAR.fullmatch, cells)):
        yield _question("year-or-number", column, cells, _OF_YEAR, _AMOUNT)
    elif all(map(_YEAR_MONTH.fullmatch, cells)):
        yield _question("month-or-number", column, cells, _OF_MONTH, _AMOUNT)
    elif _may_be_codes(table, cells):
        yield _question("code-or-number", column, cells, _OF_CODE, _COUNT)


def _may_be_codes(table: Table, cells: Sequence[str]) -> bool:
    length = len(cells[0])
    is_even = length >= _CODE_LENGTH and all(len(cell) == length for cell in cells)
    return is_even and all(map(str.isdecimal, cells)) and len(cells) == table.n_rows > 2


def _is_serial(cell: str) -> bool:
    return cell.isdecimal() and _FIRST_SERIAL <= int(cell) <= _LAST_SERIAL


def serial_day(cell: str) -> str:
    """Return the date that a day number of Excel stands for: 45521 is 2024-08-17."""
    return (_EXCEL_DAY_ZERO + timedelta(days=int(cell))).isoformat()


def _amount(cell: str) -> str:
    return spelled(float(cell))


def _day_and_month(column: Column, cells: Sequence[str]) -> Iterator[Question]:
    """Ask where no cell has a day over 12 in the first place: 03/04/2024."""
    slashed = [found for cell in cells if (found := _SLASHED.fullmatch(cell))]
    if len(slashed) < len(cells) or any(int(f.group(1)) > _MIDDLE_OF_YEAR for f in slashed):
        return
    if all(f.group(1) == f.group(2) for f in slashed):
        return
    proven = any(map(has_month_first, cells))
    ways = (_MONTH_FIRST, _DAY_FIRST) if proven else (_DAY_FIRST, _MONTH_FIRST)
    yield _question("day-or-month", column, cells, *ways)


def has_month_first(cell: str) -> bool:
    """Tell whether a cell can only be month/day/year: 03/14/2024."""
    found = _SLASHED.fullmatch(cell)
    return found is not None and int(found.group(2)) > _MIDDLE_OF_YEAR


def _day_first(cell: str) -> str:
    label = read_time(cell)
    return label.start.isoformat() if label and label.unit is Unit.DAY else "?"


def _month_first(cell: str) -> str:
    found = _SLASHED.fullmatch(cell)
    return _day_first(f"{found.group(2)}/{found.group(1)}/{found.group(3)}") if found else "?"


def _question(code: str, column: Column, cells: Sequence[str], *ways: Way) -> Question:
    shown = [masked_personal(cell) for cell in cells[:_N_EXAMPLES]]
    readings = tuple(
        Reading(
            way.code,
            way.type or column.type,
            way.label_id,
            way.label_en,
            tuple(f"{cell} → {(way.show or way.read)(cell)}" for cell in shown)
            if shown == list(cells[:_N_EXAMPLES])
            else tuple(shown),
        )
        for way in ways
    )
    either_id = " atau ".join(f"{r.label_id} ({'; '.join(r.examples)})" for r in readings)
    either_en = " or ".join(f"{r.label_en} ({'; '.join(r.examples)})" for r in readings)
    return Question(
        code,
        column.name,
        readings,
        f'Kolom "{column.name}": {either_id}?',
        f'Column "{column.name}": {either_en}?',
    )


_DECIMAL = Way(
    "decimal", ColumnType.NUMBER, "tanda desimal", "a decimal sign", lambda c: c.replace(",", ".")
)
_THOUSANDS = Way(
    "thousands",
    ColumnType.INTEGER,
    "tanda ribuan",
    "a thousands sign",
    lambda c: re.sub(r"[.,](?=\d{3}(?!\d))", "", c),
)
_COUNTED = Way("count", ColumnType.INTEGER, "hitungan", "a count")
_YES_NO = Way(
    "yes-no",
    ColumnType.BOOLEAN,
    "ya/tidak",
    "yes or no",
    lambda c: {"1": "ya", "0": "tidak"}.get(c, "?"),
)
_DAY_NUMBER = Way(
    "day-number",
    ColumnType.DATE,
    "nomor hari Excel",
    "a day number of Excel",
    lambda c: serial_day(c) if _is_serial(c) else "?",
)
_PLAIN = Way("number", ColumnType.INTEGER, "angka biasa", "a plain number")
_AMOUNT = Way("number", ColumnType.INTEGER, "angka biasa", "a plain number", str, _amount)
_OF_YEAR = Way("year", ColumnType.YEAR, "tahun", "a year")
_OF_MONTH = Way(
    "month",
    ColumnType.PERIOD,
    "tahun dan bulan",
    "year and month",
    lambda c: f"{c[:4]}-{c[4:]}",
)
_OF_CODE = Way("code", ColumnType.STRING, "kode (teks)", "a code (text)")
_COUNT = Way("count", ColumnType.INTEGER, "hitungan", "a count", str, _amount)
_DAY_FIRST = Way("day-first", ColumnType.DATE, "hari/bulan/tahun", "day/month/year", _day_first)
_MONTH_FIRST = Way(
    "month-first", ColumnType.DATE, "bulan/hari/tahun", "month/day/year", _month_first
)
ROW_TIME = Way("row-time", None, "waktu dari baris data", "the time that the row speaks of")
_ATTRIBUTE = Way(
    "attribute",
    None,
    "keterangan biasa",
    "a mere description",
    show=lambda c: f"{c} (bukan periode)",
)
#: Every way by its name; two ways of one name keep cells alike.
WAYS = {
    way.code: way
    for way in (
        _DECIMAL, _THOUSANDS, _COUNTED, _YES_NO, _DAY_NUMBER, _PLAIN, _OF_YEAR, _OF_MONTH,
        _OF_CODE, _DAY_FIRST, _MONTH_FIRST, ROW_TIME, _ATTRIBUTE,
    )
}  # fmt: skip
