"""Patterns of strangers: what they mean to Python, matched in linear time where that matters."""

import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from math import inf
from re import _constants as code  # type: ignore[attr-defined]
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any

import re2  # type: ignore[import-untyped]

# So many letters stand for a long cell when the ways to cut it are counted.
_LONG_CELL = 1_000
_QUICK_WAYS = 100 * _LONG_CELL
_PROVABLE_WAYS = 10 * _LONG_CELL**2
_LAST_POINT, _LAST_OF_ASCII = 0x10FFFF, 0x7F
_IS_OF: dict[Any, Callable[[str], bool]] = {
    code.CATEGORY_DIGIT: str.isdecimal,
    code.CATEGORY_SPACE: str.isspace,
    code.CATEGORY_WORD: lambda char: char.isalnum() or char == "_",
}
_OPPOSITES = {
    code.CATEGORY_NOT_DIGIT: code.CATEGORY_DIGIT,
    code.CATEGORY_NOT_SPACE: code.CATEGORY_SPACE,
    code.CATEGORY_NOT_WORD: code.CATEGORY_WORD,
}
_PLACES = {
    code.AT_BEGINNING: r"\A",
    code.AT_BEGINNING_STRING: r"\A",
    code.AT_END_STRING: r"\z",
}
_ENDS = (code.AT, code.AT_END)
Ranges = tuple[tuple[int, int], ...]


class UnsafePattern(ValueError):
    """A pattern that cannot be matched in linear time with the meaning it has in Python."""


def anchored(pattern: str) -> str:
    """Return a pattern as Frictionless anchors it: without a group around it."""
    return f"^{pattern}$"


@lru_cache(maxsize=256)
def refuse_unsafe(pattern: str) -> None:
    """Raise UnsafePattern for a pattern that is malformed, that RE2 does not know, or too slow."""
    try:
        parser.parse(pattern)
        parsed = parser.parse(anchored(pattern))
    except (re.error, OverflowError, RecursionError) as error:
        raise UnsafePattern(f"salah tulis ({error})") from error
    is_exact = _ways(parsed) > _QUICK_WAYS
    _compiled(_Rendering(is_exact=is_exact).sequence(parsed, is_last=True))


@lru_cache(maxsize=256)
def is_quick(pattern: str) -> bool:
    """Tell whether Python's own matcher finds no more ways through a cell than it has letters."""
    return _ways(parser.parse(anchored(pattern))) <= _QUICK_WAYS


@lru_cache(maxsize=256)
def is_provable(pattern: str) -> bool:
    """Tell whether a pattern may stand inside an expression for a whole line."""
    return _ways(parser.parse(anchored(pattern))) <= _PROVABLE_WAYS


@lru_cache(maxsize=256)
def matcher(pattern: str) -> Callable[[str], bool]:
    """Return what tells, in linear time, whether Frictionless would let a cell pass.

    Raises UnsafePattern where RE2 cannot be given Python's own meaning.
    """
    parsed = parser.parse(anchored(pattern))
    found = _compiled(_Rendering(is_exact=True).sequence(parsed, is_last=True))
    return lambda cell: found.match(cell) is not None


def _compiled(expression: str) -> Any:
    options = re2.Options()
    options.log_errors = False
    options.never_capture = True
    try:
        return re2.compile(expression, options)
    except re2.error as error:
        said = error.args[0]
        note = said.decode(errors="replace") if isinstance(said, bytes) else str(said)
        raise UnsafePattern(f"tidak dikenal RE2 ({note})") from error


def _ways(parsed: Any) -> float:
    """Return in how many ways a pattern can cut one long cell, at most."""
    ways = 1.0
    for op, value in parsed:
        if op is code.SUBPATTERN:
            ways *= _ways(value[3])
        elif op is code.BRANCH:
            ways *= sum(map(_ways, value[1]))
        elif op in (code.MAX_REPEAT, code.MIN_REPEAT):
            ways *= _ways_of_repeat(*value)
    return ways


def _ways_of_repeat(low: int, high: int, inner: Any) -> float:
    ways = _ways(inner)
    if ways == 1:
        return min(high, _LONG_CELL) - min(low, _LONG_CELL) + 1
    if high > _LONG_CELL:
        return inf
    try:
        return sum(ways**n for n in range(low, high + 1))
    except OverflowError:
        return inf


class _Rendering:
    """A parsed pattern of Python in the syntax of RE2; exact also beyond ASCII when asked.

    Behind the anchor no flags can stand but those of a group.
    """

    def __init__(self, *, is_exact: bool) -> None:
        self.is_exact = is_exact

    def sequence(self, parsed: Any, *, is_last: bool) -> str:
        """Return the expression; `is_last` tells that nothing but ends may follow."""
        items = list(parsed)
        last = max((i for i, item in enumerate(items) if item != _ENDS), default=-1)
        parts = [self._one(op, value, is_last and i >= last) for i, (op, value) in enumerate(items)]
        return "".join(parts)

    def _one(self, op: Any, value: Any, is_last: bool) -> str:
        if op is code.LITERAL:
            return _point(value)
        if op is code.NOT_LITERAL:
            return f"[^{_point(value)}]"
        if op is code.ANY:
            return r"[^\n]"
        if op is code.IN:
            return self._class(value)
        if op is code.AT:
            return self._place(value, is_last)
        if op is code.SUBPATTERN:
            _, adds, drops, inner = value
            if adds or drops:
                self._doubt("(?i:...)")
            return f"(?:{self.sequence(inner, is_last=is_last)})"
        if op is code.BRANCH:
            branches = (self.sequence(branch, is_last=is_last) for branch in value[1])
            return f"(?:{'|'.join(branches)})"
        if op in (code.MAX_REPEAT, code.MIN_REPEAT):
            low, high, inner = value
            most = "" if high is code.MAXREPEAT else high
            return f"(?:{self.sequence(inner, is_last=False)}){{{low},{most}}}"
        raise UnsafePattern(f"tidak dikenal RE2 ({str(op).casefold()})")

    def _place(self, place: Any, is_last: bool) -> str:
        if place in _PLACES:
            return _PLACES[place]
        if place is code.AT_END:
            if not is_last:
                self._doubt("$")
            # Python's end is also the place before a last line end.
            return r"(?:\n?\z)"
        self._doubt(r"\b")
        return r"\b" if place is code.AT_BOUNDARY else r"\B"

    def _class(self, items: Sequence[tuple[Any, Any]]) -> str:
        is_negated = items[0][0] is code.NEGATE
        parts = []
        for op, value in items[1:] if is_negated else items:
            if op is code.LITERAL:
                parts.append(_point(value))
            elif op is code.RANGE:
                parts.append(f"{_point(value[0])}-{_point(value[1])}")
            elif value in _OPPOSITES:
                parts.append(_written(_others(self._points(_OPPOSITES[value]))))
            else:
                parts.append(_written(self._points(value)))
        return f"[{'^' if is_negated else ''}{''.join(parts)}]"

    def _points(self, category: Any) -> Ranges:
        return _points_of(category, _LAST_POINT if self.is_exact else _LAST_OF_ASCII)

    def _doubt(self, part: str) -> None:
        if self.is_exact:
            raise UnsafePattern(f"mengulang di dalam pengulangan bersama {part}")


@lru_cache(maxsize=8)
def _points_of(category: Any, last: int) -> Ranges:
    """Return the letters of \\d, \\s or \\w up to a last one, as Python's own tables have them."""
    is_of = _IS_OF[category]
    found: list[tuple[int, int]] = []
    for point in filter(lambda point: is_of(chr(point)), range(last + 1)):
        if found and found[-1][1] == point - 1:
            found[-1] = (found[-1][0], point)
        else:
            found.append((point, point))
    return tuple(found)


def _others(ranges: Ranges) -> Ranges:
    free, start = [], 0
    for first, last in ranges:
        if first > start:
            free.append((start, first - 1))
        start = last + 1
    if start <= _LAST_POINT:
        free.append((start, _LAST_POINT))
    return tuple(free)


def _written(ranges: Ranges) -> str:
    return "".join(f"{_point(first)}-{_point(last)}" for first, last in ranges)


def _point(point: int) -> str:
    return f"\\x{{{point:x}}}"
