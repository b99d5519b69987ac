"""Expressions for ranges: whole numbers by their digits, days by the calendar."""

from calendar import isleap
from datetime import date

# Beyond these years the expression would only grow; such days are read one by one.
_FIRST_YEAR, _LAST_YEAR = 1900, 2099
_LONG = "0[13578]|1[02]"
_SHORT = "0[469]|11"
_MONTHS_OF_DAYS = {31: (1, 3, 5, 7, 8, 10, 12), 30: (4, 6, 9, 11), 28: (2,)}
_DAYS = {28: "0[1-9]|1[0-9]|2[0-8]", 30: "0[1-9]|[12][0-9]|30", 31: "0[1-9]|[12][0-9]|3[01]"}


def whole_numbers(low: int, high: int) -> str | None:
    """Return an expression for the decimal texts of low..high without leading zeros.

    Both bounds are zero or more; None for an empty range.
    """
    if low > high:
        return None
    parts = []
    whole: list[int] = []
    for width in range(len(str(low)), len(str(high)) + 1):
        first = max(low, 10 ** (width - 1) if width > 1 else 0)
        last = min(high, 10**width - 1)
        if (first, last) == (10 ** (width - 1), 10**width - 1):
            whole.append(width)
        else:
            parts.append(_same_width(str(first), str(last)))
    if whole:
        parts.append(f"[1-9][0-9]{{{whole[0] - 1},{whole[-1] - 1}}}")
    return _any_of(parts)


def _same_width(low: str, high: str) -> str:
    if low == high:
        return low
    if len(low) == 1:
        return f"[{low}-{high}]"
    if low[0] == high[0]:
        return low[0] + _same_width(low[1:], high[1:])
    rest = len(low) - 1
    parts = []
    first, last = int(low[0]), int(high[0])
    if low[1:] != "0" * rest:
        parts.append(low[0] + _same_width(low[1:], "9" * rest))
        first += 1
    tail = None
    if high[1:] != "9" * rest:
        tail = high[0] + _same_width("0" * rest, high[1:])
        last -= 1
    if first <= last:
        digit = str(first) if first == last else f"[{first}-{last}]"
        parts.append(digit + (f"[0-9]{{{rest}}}" if rest > 1 else "[0-9]"))
    if tail:
        parts.append(tail)
    return _any_of(parts)


def days(form: str, low: date | None, high: date | None) -> str | None:
    """Return an expression for the days from low to high in a form of {Y}, {m} and {d}.

    Every text it matches is a day of the calendar inside the bounds; days of the first
    and last month of the bounds, and beyond 1900-2099, are left to be read.
    """
    first, last = low or date(_FIRST_YEAR, 1, 1), high or date(_LAST_YEAR, 12, 31)
    start = first.year if (first.month, first.day) == (1, 1) else first.year + 1
    end = last.year if (last.month, last.day) == (12, 31) else last.year - 1
    parts = _whole_years(form, max(start, _FIRST_YEAR), min(end, _LAST_YEAR))
    edges = {first.year, last.year} - set(range(start, end + 1))
    for year in sorted(edges):
        if _FIRST_YEAR <= year <= _LAST_YEAR:
            after = first.month if year == first.year else 0
            before = last.month if year == last.year else 13
            parts.extend(_months(form, year, range(after + 1, before)))
    return _any_of(parts) if parts else None


def _whole_years(form: str, first: int, last: int) -> list[str]:
    years = whole_numbers(first, last)
    if years is None:
        return []
    parts = [
        form.format(Y=years, m=f"(?:{_LONG})", d=f"(?:{_DAYS[31]})"),
        form.format(Y=years, m=f"(?:{_SHORT})", d=f"(?:{_DAYS[30]})"),
        form.format(Y=years, m="02", d=f"(?:{_DAYS[28]})"),
    ]
    leap = [str(year) for year in range(first, last + 1) if isleap(year)]
    if leap:
        parts.append(form.format(Y=f"(?:{'|'.join(leap)})", m="02", d="29"))
    return parts


def _months(form: str, year: int, months: range) -> list[str]:
    parts = []
    for n_days, whole in _MONTHS_OF_DAYS.items():
        wanted = [f"{month:02}" for month in whole if month in months]
        if wanted:
            parts.append(form.format(Y=year, m=f"(?:{'|'.join(wanted)})", d=f"(?:{_DAYS[n_days]})"))
    if 2 in months and isleap(year):
        parts.append(form.format(Y=year, m="02", d="29"))
    return parts


def _any_of(parts: list[str]) -> str:
    return parts[0] if len(parts) == 1 else f"(?:{'|'.join(parts)})"
