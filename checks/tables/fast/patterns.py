"""A schema's own pattern, as an expression that two engines read alike."""

import re
from collections.abc import Iterable
from re import _constants as code  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

_MOST_REPEATS = 400
_DIGITS = frozenset("0123456789")
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_SPACES = frozenset(" \t")
# Only the ASCII part of a class: the engines differ beyond it, and less is safe.
_CLASSES = {
    code.CATEGORY_DIGIT: _DIGITS,
    code.CATEGORY_WORD: _DIGITS | _LETTERS | {"_"},
    code.CATEGORY_SPACE: _SPACES,
}
_WIDEST_RANGE = 512


class Unprovable(Exception):
    """Nothing can be said of the texts of this field without reading each."""


def pattern_proof(pattern: str, banned: frozenset[str]) -> str:
    """Return an expression for texts that the whole pattern matches, without banned letters.

    It may match less than the pattern, never more. Raises Unprovable for look-arounds,
    references, flags and everything else that engines read in different ways.
    """
    parsed = parser.parse(pattern)
    if parsed.state.flags & ~re.UNICODE:
        raise Unprovable("flags")
    return f"(?:{_sequence(parsed, banned)})"


def pattern_width(pattern: str) -> tuple[int, int]:
    """Return the shortest and the longest text that a pattern can match."""
    low, high = parser.parse(pattern).getwidth()
    return int(low), int(high)


def _sequence(parsed: Iterable[tuple[Any, Any]], banned: frozenset[str]) -> str:
    return "".join(_one(op, value, banned) for op, value in parsed)


def _one(op: Any, value: Any, banned: frozenset[str]) -> str:
    if op is code.LITERAL:
        return _literal(chr(value), banned)
    if op is code.NOT_LITERAL:
        return negated(banned | {chr(value)})
    if op is code.ANY:
        return negated(banned | {"\n"})
    if op is code.IN:
        return _class(value, banned)
    if op is code.SUBPATTERN:
        _, adds, drops, inner = value
        if adds or drops:
            raise Unprovable("flags")
        return f"(?:{_sequence(inner, banned)})"
    if op is code.BRANCH:
        return f"(?:{'|'.join(_sequence(branch, banned) for branch in value[1])})"
    if op in (code.MAX_REPEAT, code.MIN_REPEAT):
        low, high, inner = value
        return _repeat(low, high, inner, banned)
    raise Unprovable(str(op))


def _repeat(low: int, high: int, inner: Any, banned: frozenset[str]) -> str:
    if low > _MOST_REPEATS:
        raise Unprovable("a long repeat")
    body = f"(?:{_sequence(inner, banned)})"
    if high is code.MAXREPEAT:
        return f"{body}{{{low},}}"
    return f"{body}{{{low},{min(high, _MOST_REPEATS)}}}"


def _literal(char: str, banned: frozenset[str]) -> str:
    if char in banned:
        raise Unprovable("a letter that ends a cell")
    return _point(ord(char))


def _class(items: list[tuple[Any, Any]], banned: frozenset[str]) -> str:
    is_negated = items[0][0] is code.NEGATE
    chars: set[str] = set()
    for op, value in items[1:] if is_negated else items:
        if op is code.LITERAL:
            chars.add(chr(value))
        elif op is code.RANGE and value[1] - value[0] <= _WIDEST_RANGE:
            chars.update(map(chr, range(value[0], value[1] + 1)))
        elif op is code.CATEGORY and value in _CLASSES and not is_negated:
            chars |= _CLASSES[value]
        else:
            raise Unprovable("a class")
    if is_negated:
        return negated(banned | chars)
    chars -= banned
    if not chars:
        raise Unprovable("an empty class")
    return f"[{_inside(chars)}]"


def literal(text: str) -> str:
    """Return a text as an expression that matches it and nothing else, inside classes too."""
    return "".join(_point(ord(char)) for char in text)


def negated(chars: Iterable[str]) -> str:
    """Return the class of every letter but these."""
    return f"[^{_inside(chars)}]"


def _inside(chars: Iterable[str]) -> str:
    """Return letters as they stand inside a class, neighbours as ranges."""
    points = sorted(map(ord, chars))
    parts: list[str] = []
    start = 0
    for i in range(1, len(points) + 1):
        if i < len(points) and points[i] == points[i - 1] + 1:
            continue
        first, last = points[start], points[i - 1]
        parts.append(_point(first) if first == last else f"{_point(first)}-{_point(last)}")
        start = i
    return "".join(parts)


def _point(point: int) -> str:
    char = chr(point)
    if char.isascii() and char.isalnum():
        return char
    return f"\\x{point:02x}" if point < 0x80 else char
