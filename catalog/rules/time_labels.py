"""Times as offices write them in the cells of a table."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from catalog.rules.terms import Unit

_DAY = timedelta(days=1)
_FIRST_YEAR, _LAST_YEAR = 1900, 2200
_MONTH_NAMES: tuple[tuple[str, ...], ...] = (
    ("januari", "january", "jan"),
    ("februari", "pebruari", "february", "feb", "peb"),
    ("maret", "march", "mar", "mrt"),
    ("april", "apr"),
    ("mei", "may"),
    ("juni", "june", "jun"),
    ("juli", "july", "jul"),
    ("agustus", "august", "agust", "agu", "agt", "ags", "agst", "aug"),
    ("september", "sept", "sep"),
    ("oktober", "october", "okt", "oct"),
    ("november", "nopember", "nov", "nop"),
    ("desember", "december", "des", "dec"),
)
_MONTHS = {name: i for i, names in enumerate(_MONTH_NAMES, start=1) for name in names}
_ROMAN = {"i": 1, "ii": 2, "iii": 3, "iv": 4, "1": 1, "2": 2, "3": 3, "4": 4}
_ORDINAL = {"pertama": 1, "kedua": 2, "ketiga": 3, "keempat": 4, "satu": 1, "dua": 2}
_SPANS = {
    Unit.YEAR: 12,
    Unit.SEMESTER: 6,
    Unit.FOUR_MONTHS: 4,
    Unit.QUARTER: 3,
    Unit.MONTH: 1,
    Unit.SCHOOL_YEAR: 12,
}


@dataclass(frozen=True, slots=True)
class TimeLabel:
    """A time as written: the local days it covers (`end` exclusive) and its unit.

    `at` is the instant where a time of day was written: aware where the text named
    an offset, else naive local time.
    """

    start: date
    end: date
    unit: Unit
    at: datetime | None = None


def month_number(name: str) -> int | None:
    """Return 1..12 for an Indonesian or English month name or abbreviation, else None."""
    return _MONTHS.get(name.strip().rstrip(".").casefold())


def end_of(unit: Unit, start: date) -> date:
    """Return the exclusive end of the label of the unit that begins on the day.

    A BLOCK has no length of its own and ends after its first year.
    """
    if unit in (Unit.DAY, Unit.HOUR):
        return start + _DAY
    if unit is Unit.WEEK:
        return start + 7 * _DAY
    months = start.year * 12 + start.month - 1 + _SPANS.get(unit, 12)
    return date(months // 12, months % 12 + 1, 1)


def _year(text: str) -> int | None:
    year = int(text)
    return year if _FIRST_YEAR <= year <= _LAST_YEAR else None


def label_of(unit: Unit, year: int | None, month: int, day: int = 1) -> TimeLabel | None:
    """Return the label of the unit that begins on the day, or None when there is no such day."""
    if year is None or not 1 <= month <= 12:
        return None
    try:
        start = date(year, month, day)
    except ValueError:
        return None
    return TimeLabel(start, end_of(unit, start), unit)


def nth_of_year(unit: Unit, year: int | None, number: int | None) -> TimeLabel | None:
    """Return the number-th quarter, semester and so on of a year (from 1), or None."""
    span = _SPANS[unit]
    if number is None or not 1 <= number <= 12 // span:
        return None
    return label_of(unit, year, (number - 1) * span + 1)


def week_of_year(year: int | None, week: int) -> TimeLabel | None:
    """Return the ISO week of an ISO year, or None when the year has no such week."""
    if year is None:
        return None
    try:
        start = date.fromisocalendar(year, week, 1)
    except ValueError:
        return None
    return TimeLabel(start, end_of(Unit.WEEK, start), Unit.WEEK)


def _years(first: int | None, last: int | None, *, slash: bool) -> TimeLabel | None:
    if first is None or last is None or not first < last <= first + 30:
        return None
    if slash:
        return label_of(Unit.SCHOOL_YEAR, first, 7) if last == first + 1 else None
    return TimeLabel(date(first, 1, 1), date(last + 1, 1, 1), Unit.BLOCK)


def _century(text: str) -> int | None:
    return _year(text) if len(text) == 4 else 2000 + int(text)


def small_number(text: str) -> int | None:
    """Return 1..4 for a Roman, Arabic or Indonesian numeral in lower case, else None."""
    return _ROMAN.get(text) or _ORDINAL.get(text)


_UNIT_WORDS = {
    "tw": Unit.QUARTER,
    "triwulan": Unit.QUARTER,
    "tri wulan": Unit.QUARTER,
    "trw": Unit.QUARTER,
    "kuartal": Unit.QUARTER,
    "quarter": Unit.QUARTER,
    "q": Unit.QUARTER,
    "semester": Unit.SEMESTER,
    "smt": Unit.SEMESTER,
    "sem": Unit.SEMESTER,
    "s": Unit.SEMESTER,
    "caturwulan": Unit.FOUR_MONTHS,
    "cawu": Unit.FOUR_MONTHS,
    "c": Unit.FOUR_MONTHS,
}
_WORDS = "|".join(sorted(_UNIT_WORDS, key=len, reverse=True))
_NTH = r"iv|i{1,3}|[1-4]|pertama|kedua|ketiga|keempat|satu|dua"
_NAMES = "|".join(sorted(_MONTHS, key=len, reverse=True))
_Y4 = r"(\d{4})"
_GAP = r"[ ./_,'-]*"
_YEAR_WORD = r"(?:tahun anggaran|tahun|thn|th|t\.?a)?[ .]*"

_Reader = Callable[[re.Match[str]], TimeLabel | None]
_GRAMMAR: tuple[tuple[re.Pattern[str], _Reader], ...] = tuple(
    (re.compile(pattern), reader)
    for pattern, reader in (
        (_YEAR_WORD + _Y4 + r"(?:\.0)?", lambda m: label_of(Unit.YEAR, _year(m[1]), 1)),
        (_Y4 + r"[-/_ ](\d{1,2})", lambda m: label_of(Unit.MONTH, _year(m[1]), int(m[2]))),
        (r"(\d{1,2})[-/_ ]" + _Y4, lambda m: label_of(Unit.MONTH, _year(m[2]), int(m[1]))),
        (r"(\d{4})(\d{2})", lambda m: label_of(Unit.MONTH, _year(m[1]), int(m[2]))),
        (
            r"(\d{4})(\d{2})(\d{2})",
            lambda m: label_of(Unit.DAY, _year(m[1]), int(m[2]), int(m[3])),
        ),
        (
            _Y4 + r"[-/.](\d{1,2})[-/.](\d{1,2})",
            lambda m: label_of(Unit.DAY, _year(m[1]), int(m[2]), int(m[3])),
        ),
        (
            r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4}|\d{2})",
            lambda m: label_of(Unit.DAY, _century(m[3]), int(m[2]), int(m[1])),
        ),
        (
            rf"(?:bulan )?({_NAMES})\.?{_GAP}{_YEAR_WORD}(\d{{4}}|\d{{2}})",
            lambda m: label_of(Unit.MONTH, _century(m[2]), _MONTHS[m[1]]),
        ),
        (
            rf"{_Y4}{_GAP}(?:bulan )?({_NAMES})\.?",
            lambda m: label_of(Unit.MONTH, _year(m[1]), _MONTHS[m[2]]),
        ),
        (
            rf"(?:[a-z']+, *)?(\d{{1,2}}){_GAP}({_NAMES})\.?{_GAP}(\d{{4}}|\d{{2}})",
            lambda m: label_of(Unit.DAY, _century(m[3]), _MONTHS[m[2]], int(m[1])),
        ),
        (
            rf"({_NAMES})\.? (\d{{1,2}}), *{_Y4}",
            lambda m: label_of(Unit.DAY, _year(m[3]), _MONTHS[m[1]], int(m[2])),
        ),
        (
            rf"({_WORDS}){_GAP}(?:ke{_GAP})?({_NTH}){_GAP}{_YEAR_WORD}{_Y4}",
            lambda m: nth_of_year(_UNIT_WORDS[m[1]], _year(m[3]), small_number(m[2])),
        ),
        (
            rf"{_YEAR_WORD}{_Y4}{_GAP}({_WORDS}){_GAP}(?:ke{_GAP})?({_NTH})",
            lambda m: nth_of_year(_UNIT_WORDS[m[2]], _year(m[1]), small_number(m[3])),
        ),
        (
            rf"{_Y4}{_GAP}(?:w|minggu(?: ke)?){_GAP}(\d{{1,2}})",
            lambda m: week_of_year(_year(m[1]), int(m[2])),
        ),
        (
            rf"(?:w|minggu(?: ke)?){_GAP}(\d{{1,2}}){_GAP}{_YEAR_WORD}{_Y4}",
            lambda m: week_of_year(_year(m[2]), int(m[1])),
        ),
        (
            r"(?:ta|tahun ajaran|tahun pelajaran)?[ .]*(\d{4}) ?/ ?(\d{4})",
            lambda m: _years(_year(m[1]), _year(m[2]), slash=True),
        ),
        (
            r"(?:ta|tahun ajaran|tahun pelajaran)[ .]*(\d{4}) ?- ?(\d{4})",
            lambda m: _years(_year(m[1]), _year(m[2]), slash=True),
        ),
        (
            r"(\d{4}) ?(?:-|s ?/ ?d|sd|sampai) ?(\d{4})",
            lambda m: _years(_year(m[1]), _year(m[2]), slash=False),
        ),
    )
)
# Words that leave a time what it is: the day of a count, the end of a sum, a first estimate.
_BEFORE = re.compile(
    r"(?:per|posisi|keadaan|kondisi|s\. ?d\.?|s ?/ ?d|sampai(?: dengan)?)"
    r"(?: (?:tanggal|tgl\.?|bulan|akhir))? +"
)
_AFTER = re.compile(
    r"(?:(?<=\d)r| ?\*+\)?| ?\((?:angka )?(?:sangat )?(?:sementara|tetap|diperbaiki|revisi)\))$"
)
_ISO_INSTANT = re.compile(r"\d{4}-\d{2}-\d{2}[t ]\d{2}:?\d{2}")
_MIDNIGHT = re.compile(r"[t ]00:00(:00(\.0+)?)?$")
_DAY_WITH_TIME = re.compile(
    r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4}) +(\d{1,2})[:.](\d{2})(?:[:.](\d{2}))?"
)


@lru_cache(maxsize=32768)
def read_time(text: str) -> TimeLabel | None:
    """Return the time a cell holds, or None when it is no time.

    Days are day/month/year; Indonesian and English month names and abbreviations are
    read; years lie in 1900..2200. "2017/2018" is a school year, "2019 - 2024" a block;
    "Per 31 Desember 2024" is that day, "2024*" and "2024 (sementara)" are that year.
    """
    folded = " ".join(text.replace("–", "-").replace("—", "-").split()).casefold()
    if not any(c.isdigit() for c in folded) or len(folded) > 60:
        return None
    if _ISO_INSTANT.match(folded):
        return _read_instant(folded)
    found = _DAY_WITH_TIME.fullmatch(folded)
    if found:
        day, month, year, hour, minute, second = (int(part or 0) for part in found.groups())
        return _read_instant(
            f"{year:04d}-{month:02d}-{day:02d}t{hour:02d}:{minute:02d}:{second:02d}"
        )
    return _read_label(folded) or _read_remarked(folded)


def _read_label(folded: str) -> TimeLabel | None:
    for pattern, reader in _GRAMMAR:
        match = pattern.fullmatch(folded)
        if match:
            label = reader(match)
            if label is not None:
                return label
    return None


def _read_remarked(folded: str) -> TimeLabel | None:
    """Read a time without the words before it and the mark of an estimate behind it."""
    before = _BEFORE.match(folded)
    bare = folded[before.end() :] if before else folded
    bare = _AFTER.sub("", bare)
    return _read_label(bare) if bare != folded else None


def _read_instant(folded: str) -> TimeLabel | None:
    try:
        at = datetime.fromisoformat(folded.upper())
    except ValueError:
        return None
    if not _FIRST_YEAR <= at.year <= _LAST_YEAR:
        return None
    day = at.date()
    if _MIDNIGHT.search(folded):
        return TimeLabel(day, day + _DAY, Unit.DAY)
    aware = at.astimezone(UTC) if at.tzinfo else at
    return TimeLabel(day, day + _DAY, Unit.HOUR, aware)
