"""Times that a table holds in two columns or more: tahun + bulan, tahun + triwulan."""

import re

from catalog.rules.terms import Unit
from catalog.rules.time_labels import (
    TimeLabel,
    label_of,
    month_number,
    nth_of_year,
    read_time,
    small_number,
    week_of_year,
)

_Part = str | int | None


def read_time_parts(
    year: str | int,
    *,
    semester: _Part = None,
    quarter: _Part = None,
    month: _Part = None,
    week: _Part = None,
    day: _Part = None,
) -> TimeLabel | None:
    """Return the time that the columns tahun + bulan (and so on) hold together.

    The finest part given decides; a part that is given but cannot be read makes the
    whole unreadable. Months may be numbers or names, quarters and semesters Roman.
    """
    whole = read_time(str(year))
    if whole is None or whole.unit is not Unit.YEAR:
        return _whole_with(whole, semester)
    n = whole.start.year
    if day is not None:
        found, at = _month_part(month), _integer(day)
        return label_of(Unit.DAY, n, found, at) if found and at else None
    if week is not None:
        at = _integer(week)
        return week_of_year(n, at) if at else None
    if month is not None:
        found = _month_part(month)
        return label_of(Unit.MONTH, n, found) if found else None
    if quarter is not None:
        return nth_of_year(Unit.QUARTER, n, _nth_part(quarter))
    if semester is not None:
        return nth_of_year(Unit.SEMESTER, n, _nth_part(semester))
    return whole


def _whole_with(whole: TimeLabel | None, semester: _Part) -> TimeLabel | None:
    """A school year with its semester (ganjil, genap) is half of it."""
    if whole is None or whole.unit is not Unit.SCHOOL_YEAR or semester is None:
        return whole
    half = {"ganjil": 1, "gasal": 1, "genap": 2}.get(str(semester).strip().casefold())
    half = half or _nth_part(semester)
    if half == 1:
        return label_of(Unit.SEMESTER, whole.start.year, 7)
    return label_of(Unit.SEMESTER, whole.start.year + 1, 1) if half == 2 else None


def _integer(part: str | int) -> int | None:
    found = re.fullmatch(r"[^\d]*(\d{1,2})(?:\.0+)?", str(part).strip())
    return int(found[1]) if found else None


def _month_part(part: _Part) -> int | None:
    if part is None:
        return None
    text = str(part)
    named = month_number(text)
    if named is not None:
        return named
    number = _integer(text)
    if number is not None:
        return number if 1 <= number <= 12 else None
    label = read_time(text)
    return label.start.month if label and label.unit is Unit.MONTH else None


def _nth_part(part: str | int) -> int | None:
    words = re.findall(r"[a-z]+|\d+", str(part).casefold().removesuffix(".0"))
    return next((n for n in (small_number(word) for word in reversed(words)) if n), None)
