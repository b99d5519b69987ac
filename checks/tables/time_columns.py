"""Which columns say the time of a row: one, several together, or the header itself."""

import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from catalog.rules.periods import TimeLabel, read_time, read_time_parts
from catalog.rules.terms import Unit
from catalog.rules.time_labels import month_number
from checks.tables.columns import name_key
from checks.tables.table import Column, ColumnType, Table
from checks.tables.time_names import is_attribute, part_of_name, part_of_words

_YEAR_NAME = re.compile(r"(?:^|_)(?:tahun|thn|th|year|taun|kolom_1)(?:_|$)")
_PREFERRED = (
    re.compile(r"^(?:periode|period|periode_data|waktu_data|masa)(?:_|$)"),
    re.compile(r"^(?:tanggal|tgl|date|hari)(?:_data|_pengamatan|_pengukuran|_kejadian)?$"),
    re.compile(r"^(?:bulan|month|bulan_tahun|tahun_bulan|triwulan|minggu|semester)(?:_|$)"),
)
_SCHOOL_YEAR_NAME = re.compile(r"(?:^|_)tahun_(?:ajaran|pelajaran|akademik)(?:_|$)")
_SEPARATORS = re.compile(r"\s*(?:[+,;&|]|\bdan\b)\s*")
_YEAR_IN_NAME = re.compile(r"(?<!\d)(?:19|20)\d{2}(?!\d)")
_SEMESTER_IN_NAME = re.compile(r"\b(?:semester|smt)[ _]*(i{1,2}|[12])\b", re.IGNORECASE)
_QUARTER_IN_NAME = re.compile(r"\b(?:triwulan|tw|kuartal|q)[ _]*(iv|i{1,3}|[1-4])\b", re.IGNORECASE)
_MONTH_IN_NAME = re.compile(r"([^\W\d_]+)[ _.'/-]*(?:19|20)\d{2}(?!\d)")
_DAY = timedelta(days=1)
# The decision that names the year which stands above the table alone.
TITLE_YEAR = "title_year"


@dataclass(frozen=True, slots=True)
class TimeColumns:
    """Where the times are: `labels` per row, or `wide` one label per column position."""

    names: tuple[str, ...]
    labels: tuple[TimeLabel | None, ...] = ()
    wide: tuple[tuple[int, TimeLabel], ...] = ()


def time_columns(table: Table, declared: str | None = None) -> TimeColumns | None:
    """Return the time columns of a table, declared or found, or None without any.

    A declaration may join parts ("tahun + bulan"). One that names a column which the
    table lacks gives None: then nothing is known of its times.
    """
    if declared and declared.strip():
        return _declared(table, declared)
    return _found(table)


def time_of_header(name: str) -> TimeLabel | None:
    """Return the time that a column's own name holds: "2021", "SD_2017", "Terbit Juni 2025"."""
    label = read_time(name.replace("_", " "))
    if label is not None and label.unit is not Unit.BLOCK:
        return label
    years = set(_YEAR_IN_NAME.findall(name))
    if len(years) != 1:
        return None
    semester, quarter = _SEMESTER_IN_NAME.search(name), _QUARTER_IN_NAME.search(name)
    month = _MONTH_IN_NAME.search(name)
    return read_time_parts(
        years.pop(),
        semester=semester.group(1) if semester else None,
        quarter=quarter.group(1) if quarter else None,
        month=month.group(1) if month and month_number(month.group(1)) else None,
    )


def label_text(label: TimeLabel) -> str:
    """Return a time as the ledger writes it: 2025-03, 2025-Q1, 2017/2018, 2025-02-03."""
    start = label.start
    match label.unit:
        case Unit.YEAR:
            return f"{start.year}"
        case Unit.SCHOOL_YEAR:
            return f"{start.year}/{start.year + 1}"
        case Unit.BLOCK:
            return f"{start.year}–{(label.end - _DAY).year}"
        case Unit.SEMESTER:
            return f"{start.year}-S{(start.month - 1) // 6 + 1}"
        case Unit.FOUR_MONTHS:
            return f"{start.year}-C{(start.month - 1) // 4 + 1}"
        case Unit.QUARTER:
            return f"{start.year}-Q{(start.month - 1) // 3 + 1}"
        case Unit.MONTH:
            return f"{start.year}-{start.month:02d}"
        case Unit.WEEK:
            year, week, _ = start.isocalendar()
            return f"{year}-W{week:02d}"
        case Unit.HOUR if label.at is not None:
            return label.at.isoformat(timespec="minutes")
        case _:
            return start.isoformat()


def _declared(table: Table, declared: str) -> TimeColumns | None:
    whole = table.column_index(declared)
    names = [declared] if whole is not None else _SEPARATORS.split(declared.strip())
    indexes = []
    for name in names:
        index = table.column_index(name)
        if index is None:
            return None
        indexes.append(index)
    if len(indexes) == 1:
        if part_of_name(table.columns[indexes[0]].name) and table.column_index("tahun") is not None:
            joined = _joined(table, [_index_of_year(table), *indexes])
            if joined and not any(_single(table, indexes[0]).labels):
                return joined
        single, year = _single(table, indexes[0]), table.decided(TITLE_YEAR)
        in_year = _in_year(table, year) if year and not any(single.labels) else None
        return in_year if in_year and in_year.names == single.names else single
    return _joined(table, indexes)


def _found(table: Table) -> TimeColumns | None:
    timed = [i for i, column in enumerate(table.columns) if column.type.is_time]
    own = [i for i in timed if not is_attribute(table.header[i])]
    not_years = [i for i in own if table.columns[i].type is not ColumnType.YEAR]
    for pattern in _PREFERRED:
        for index in not_years:
            if pattern.search(name_key(table.header[index])):
                return _single(table, index)
    year = _index_of_year(table)
    if year is not None:
        parts = [
            i
            for i, name in enumerate(table.header)
            if i != year and not is_attribute(name) and _part_of(table, i)
        ]
        joined = _joined(table, [year, *parts]) if parts else None
        return joined or _single(table, year)
    for index in [*own]:
        if _SCHOOL_YEAR_NAME.search(name_key(table.header[index])):
            return _single(table, index)
    wide = _wide(table)
    if wide:
        return wide
    if not_years:
        return _single(table, not_years[0])
    title_year = table.decided(TITLE_YEAR)
    return _in_year(table, title_year) if title_year else None


def attribute_times(table: Table) -> tuple[str, ...]:
    """Return the columns of times that only describe things, where no other says the period."""
    if time_columns(table) is not None:
        return ()
    return tuple(
        column.name for column in table.columns if column.type.is_time and is_attribute(column.name)
    )


def lacks_year(table: Table) -> bool:
    """Tell whether rows or columns name months, quarters or semesters of an untold year."""
    return time_columns(table) is None and _in_year(table, "2000") is not None


def _in_year(table: Table, year: str) -> TimeColumns | None:
    """Return the parts of a year that stands outside the table: down a column, or across."""
    for index, name in enumerate(table.header):
        part = _part_of(table, index)
        if part is None or part == "day" or is_attribute(name):
            continue
        cells = table.cells(index)
        read = {cell: read_time_parts(year, **{part: cell}) for cell in set(cells) if cell}
        if read and all(read.values()):
            return TimeColumns((name,), tuple(read.get(cell or "") for cell in cells))
    across = {
        name: part
        for index, column in enumerate(table.columns)
        if (column.type.is_numeric or _is_empty(table, index, column))
        and (part := part_of_words([name := column.name]))
    }
    found = [
        (index, label)
        for index, name in enumerate(table.header)
        if name in across and (label := read_time_parts(year, **{across[name]: name}))
    ]
    return _alike(table, found) if len(found) > 1 else None


def _index_of_year(table: Table) -> int | None:
    found = [
        index
        for index, column in enumerate(table.columns)
        if column.type in (ColumnType.YEAR, ColumnType.PERIOD, ColumnType.STRING)
        and _YEAR_NAME.search(name_key(column.name))
        and not is_attribute(column.name)
        and (column.type is not ColumnType.STRING or _all_years(table, index))
    ]
    return found[0] if found else None


def _all_years(table: Table, index: int) -> bool:
    cells = {cell for cell in table.cells(index) if cell}
    return bool(cells) and all(read_time(cell) for cell in cells)


def _part_of(table: Table, index: int) -> str | None:
    """Return the part of a year that a column holds, by its name or by all of its words."""
    named = part_of_name(table.header[index])
    if named or table.columns[index].type is not ColumnType.STRING:
        return named
    cells = [cell for cell in table.cells(index) if cell]
    return part_of_words(set(cells)) if part_of_words(cells[:1]) else None


def _single(table: Table, index: int) -> TimeColumns:
    cells = table.cells(index)
    read = {cell: read_time(cell) if cell else None for cell in set(cells)}
    labels = _years_held([read[cell] for cell in cells])
    return TimeColumns((table.header[index],), tuple(labels))


def _years_held(labels: list[TimeLabel | None]) -> list[TimeLabel | None]:
    """Read blocks of unlike lengths as "years held": the last year is what is there."""
    lengths = {label.end.year - label.start.year for label in labels if label}
    if len(lengths) < 2 or not {label.unit for label in labels if label} <= {Unit.BLOCK, Unit.YEAR}:
        return labels
    return [label and _last_year(label) for label in labels]


def _last_year(label: TimeLabel) -> TimeLabel:
    return TimeLabel(date(label.end.year - 1, 1, 1), label.end, Unit.YEAR)


def _joined(table: Table, indexes: Sequence[int | None]) -> TimeColumns | None:
    roles: dict[str, int] = {}
    for index in indexes:
        if index is None:
            return None
        role = _part_of(table, index) or "year"
        roles.setdefault(role, index)
    if "year" not in roles or len(roles) < 2:
        return None
    if "day" in roles and "month" not in roles:
        # A column "tanggal" beside the year alone is a whole date or no part at all.
        return None
    columns = {role: table.cells(index) for role, index in roles.items()}
    reader = _reader(tuple(roles))
    rows = list(zip(*columns.values(), strict=True))
    read = {row: reader(row) for row in set(rows)}
    labels = tuple(read[row] for row in rows)
    if not any(labels):
        return None
    return TimeColumns(tuple(table.header[i] for i in roles.values()), labels)


def _reader(roles: tuple[str, ...]) -> Callable[[tuple[str | None, ...]], TimeLabel | None]:
    def read(row: tuple[str | None, ...]) -> TimeLabel | None:
        parts = dict(zip(roles, row, strict=True))
        year = parts.pop("year")
        return read_time_parts(year, **parts) if year else None

    return read


def _wide(table: Table) -> TimeColumns | None:
    found = []
    for index, column in enumerate(table.columns):
        if not (column.type.is_numeric or _is_empty(table, index, column)):
            continue
        label = time_of_header(column.name)
        if label is not None:
            found.append((index, label))
    return _alike(table, found) if found else None


def _alike(table: Table, found: Sequence[tuple[int, TimeLabel]]) -> TimeColumns:
    """Keep the columns of the usual unit."""
    usual = Counter(label.unit for _, label in found).most_common(1)[0][0]
    kept = tuple((index, label) for index, label in found if label.unit is usual)
    return TimeColumns(tuple(table.header[index] for index, _ in kept), wide=kept)


def _is_empty(table: Table, index: int, column: Column) -> bool:
    return column.type is ColumnType.STRING and not any(row[index] for row in table.rows)
