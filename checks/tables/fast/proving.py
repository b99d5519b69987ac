"""How a block of lines is proven: every line at once by RE2, or one by one by Python's own."""

import re
from array import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

import re2  # type: ignore[import-untyped]

from checks.tables.fast.plan import Plan

# RE2 keeps what it learns of an expression on the way; with less room it grows slow.
_MOST_MEMORY = 32 << 20
# Where one empty line is not proven, none of those below it is.
_EMPTY_LINES = r"(?:\r?\n)++|[^\n]*+\n"
_LINES, _BYTE_LINES = re.compile(_EMPTY_LINES), re.compile(_EMPTY_LINES.encode())


@dataclass(frozen=True, slots=True)
class Proved:
    """What is known of a block: how many lines it has, and which of them are not proven."""

    n_lines: int
    unproven: Sequence[int]


class Prover(Protocol):
    """One way to prove lines; all give the same answer on every line."""

    def prove(self, block: bytes) -> Proved:
        """Prove a block of whole lines of valid UTF-8."""


class QuickProver:
    """Proves runs of lines with one expression of RE2, outside the interpreter's lock.

    Raises ValueError for an expression that RE2 refuses.
    """

    def __init__(self, line: str, blank: str | None) -> None:
        self._run = _compiled(rf"(?:{line}\r?\n)*")
        self._blank = None if blank is None else _compiled(rf"(?m)^(?:{blank})\r?$")

    def prove(self, block: bytes) -> Proved:
        """Prove a block of whole lines of valid UTF-8."""
        if not block.endswith(b"\n"):
            block += b"\n"
        unproven = array("I")
        size = len(block)
        # RE2 may tell of a match without a letter twice, and of one behind the last line.
        blank = () if self._blank is None else {m.start() for m in self._blank.finditer(block)}
        stops = iter(sorted(blank))
        stop = next(stops, size)
        line = position = 0
        while position < size:
            end = self._run.match(block, position, stop).end()
            line += block.count(b"\n", position, end)
            if end < size:
                start, end = end, _after(_BYTE_LINES, block, end)
                n_lines = block.count(b"\n", start, end)
                unproven.extend(range(line, line + n_lines))
                line += n_lines
                while stop < end:
                    stop = next(stops, size)
            position = end
        return Proved(line, unproven)


class StandardProver:
    """Proves runs of lines with one expression of the standard library, or no line at all."""

    def __init__(self, line: str | None, blank: str | None) -> None:
        held = "" if blank is None else f"(?!{blank}\r?\n)"
        # A proven line is never looked at again: that keeps the memory of a run flat.
        self._run = re.compile("" if line is None else f"(?:(?>{held}{line}\r?\n))*+")

    def prove(self, block: bytes) -> Proved:
        """Prove a block of whole lines of valid UTF-8."""
        text = block.decode()
        if not text.endswith("\n"):
            text += "\n"
        unproven = array("I")
        line = position = 0
        while position < len(text):
            run = self._run.match(text, position)
            end = run.end() if run else position
            line += text.count("\n", position, end)
            if end < len(text):
                start, end = end, _after(_LINES, text, end)
                n_lines = text.count("\n", start, end)
                unproven.extend(range(line, line + n_lines))
                line += n_lines
            position = end
        return Proved(line, unproven)


def _after(lines: re.Pattern[Any], text: Any, position: int) -> int:
    """Return where a line ends, or all the empty ones that begin there."""
    found = lines.match(text, position)
    assert found is not None
    return found.end()


def prover_for(plan: Plan) -> Prover:
    """Return the quickest way to prove the lines of a plan."""
    return _prover(plan.line, plan.blank)


@lru_cache(maxsize=64)
def _prover(line: str | None, blank: str | None) -> Prover:
    if line is not None:
        try:
            return QuickProver(line, blank)
        except ValueError:
            pass
    return StandardProver(line, blank)


def _compiled(expression: str) -> Any:
    options = re2.Options()
    options.log_errors = False
    options.never_capture = True
    options.longest_match = True
    options.max_mem = _MOST_MEMORY
    try:
        return re2.compile(expression, options)
    except re2.error as error:
        raise ValueError(f"the expression of the schema is refused: {error}") from error
