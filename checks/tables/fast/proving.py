"""How a block of lines is proven: every line at once by RE2, or one by one by Python's own."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Protocol

import re2  # type: ignore[import-untyped]

from checks.tables.fast.plan import Plan

# RE2 keeps what it learns of an expression on the way; with less room it grows slow.
_MOST_MEMORY = 32 << 20


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
        unproven: list[int] = []
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
                unproven.append(line)
                line += 1
                if end == stop:
                    stop = next(stops, size)
                end = block.index(b"\n", end) + 1
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
        unproven: list[int] = []
        line = position = 0
        while position < len(text):
            run = self._run.match(text, position)
            end = run.end() if run else position
            line += text.count("\n", position, end)
            if end < len(text):
                unproven.append(line)
                line += 1
                end = text.index("\n", end) + 1
            position = end
        return Proved(line, unproven)


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
