"""Expressions for numbers as a schema bounds and groups them."""

from collections.abc import Callable
from decimal import Decimal, InvalidOperation
from math import ceil, floor
from typing import Any

from checks.tables.fast.fields import Field
from checks.tables.fast.patterns import Unprovable, literal
from checks.tables.fast.ranges import whole_numbers

_FAR = 10**15 - 1
_SIGNS = frozenset(".,'_ #")


def bounds(field: Field, rules: dict[str, Any]) -> tuple[Any, Any]:
    """Return the least and the most value of a field, None without a bound.

    Raises Unprovable for any other rule and for a bound that is no value.
    """
    if set(rules) - {"minimum", "maximum"}:
        raise Unprovable("a rule that is always read")
    low, high = (
        None if rule is None else field.bound(rule)
        for rule in map(rules.get, ("minimum", "maximum"))
    )
    if (low is None) != ("minimum" not in rules) or (high is None) != ("maximum" not in rules):
        raise Unprovable("a bound that is no value")
    return low, high


def integers(field: Field, rules: dict[str, Any]) -> str | None:
    """Return an expression of whole numbers inside the bounds; zeros may lead without them."""
    low, high = bounds(field, rules)
    if low is None and high is None:
        return "-?[0-9]{1,18}"
    return _signed(low, high, lambda first, last: whole_numbers(first, last))


def canonical_integers(field: Field, rules: dict[str, Any]) -> str | None:
    """Return an expression of whole numbers inside the bounds, each in one spelling only."""
    low, high = bounds(field, rules)
    if low is None and high is None:
        return "(?:0|-?[1-9][0-9]{0,17})"
    # Zero has no sign: a negative range never begins there.
    return _signed(low, high, lambda first, last: whole_numbers(first, last), least=1)


def numbers(field: Field, rules: dict[str, Any], banned: frozenset[str]) -> str | None:
    """Return an expression of numbers inside the bounds, with decimals and groups of three."""
    low, high = bounds(field, rules)
    decimal, group = field.decimal_char, field.group_char
    if not {decimal, group} - {""} <= _SIGNS or decimal in ("", group) or decimal == " ":
        raise Unprovable("odd signs in numbers")
    for bound in (low, high):
        if bound is not None and not _is_finite(bound):
            raise Unprovable("a bound without end")
    tail = "" if decimal in banned else f"(?:{literal(decimal)}[0-9]{{1,15}})?"
    grouping = "" if group in banned else literal(group)
    return _signed(low, high, lambda first, last: _magnitudes(first, last, tail, grouping))


def _signed(
    low: Any, high: Any, magnitudes: Callable[[int, int], str | None], *, least: int = 0
) -> str | None:
    """Return an expression for the numbers between two bounds, either sign."""
    parts = []
    if high is None or high >= 0:
        first = max(0, ceil(low)) if low is not None else 0
        parts.append(magnitudes(first, _FAR if high is None else min(floor(high), _FAR)))
    if low is None or low < 0:
        nearest = max(least, ceil(-high)) if high is not None and high < 0 else least
        negative = magnitudes(nearest, _FAR if low is None else min(floor(-low), _FAR))
        parts.append(negative and f"-{negative}")
    kept = [part for part in parts if part]
    return f"(?:{'|'.join(kept)})" if kept else None


def _is_finite(bound: Any) -> bool:
    try:
        return Decimal(bound).is_finite()
    except InvalidOperation:
        return False


def _magnitudes(first: int, last: int, tail: str, group: str) -> str | None:
    """Return an expression for numbers from first to last, grouped or not, with decimals."""
    if first > last:
        return None
    inner = whole_numbers(first, last - 1 if last < _FAR else last)
    if first == 0 and last == _FAR:
        parts = [f"[0-9]{{1,15}}{tail}"]
    else:
        parts = [f"{inner}{tail}"] if inner else []
        parts.append(f"{whole_numbers(first, last)}")
    if group:
        # A number with more digits than the least and fewer than the most is between them.
        least = len(str(first)) + (first > 0)
        most = len(str(last)) - (last != _FAR)
        parts.extend(f"{each}{tail}" for each in _grouped(max(least, 4), most, group))
    return f"(?:{'|'.join(parts)})"


def _grouped(least: int, most: int, group: str) -> list[str]:
    """Return expressions of numbers with least..most digits, in groups of three."""
    if least > most:
        return []
    if least == 4 and most % 3 == 0:
        return [f"[1-9][0-9]{{0,2}}(?:{group}[0-9]{{3}}){{1,{most // 3 - 1}}}"]
    return [
        f"[1-9][0-9]{{{(width - 1) % 3}}}(?:{group}[0-9]{{3}}){{{(width - 1) // 3}}}"
        for width in range(least, most + 1)
    ]
