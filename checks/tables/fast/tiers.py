"""How a block of lines is proven: what every tier gives, and the standard library's own."""

import re
from array import array
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from typing import Any, Protocol

from checks.tables.fast.plan import Plan

KeyTexts = Sequence[str | None]
_N_PARTS = 8


@dataclass(frozen=True, slots=True)
class Proved:
    """What is known of a block: its lines, which of them are not proven, and their keys.

    `keys` belongs to the tier; it holds something for every line.
    """

    n_lines: int
    unproven: Sequence[int]
    keys: Any


class KeyLog(Protocol):
    """The keys of all rows, hashed: what may stand twice is read again and compared."""

    def add_proven(self, proved: Proved, rows: Sequence[int], left_out: Collection[int]) -> None:
        """Keep the keys of a block's lines but some; `rows` are the row numbers of all lines."""

    def add_read(self, row: int, texts: KeyTexts) -> None:
        """Keep the keys of one row that was read; None where there is nothing to repeat."""

    def suspects(self) -> list[int]:
        """Return the rows, in order, of which a key may stand in another row too."""


class Tier(Protocol):
    """One way to prove lines; both give the same answer on every line."""

    def prove(self, block: bytes) -> Proved:
        """Prove a block of whole lines of valid UTF-8."""

    def new_log(self) -> KeyLog:
        """Return an empty log for the keys that this tier finds."""


class StandardTier:
    """Proves runs of lines with one expression of the standard library."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._places = key_places(plan)
        self._sweep, self._keys = _compiled(plan.line, plan.blank, plan.key_cells)

    def prove(self, block: bytes) -> Proved:
        """Prove a block of whole lines of valid UTF-8."""
        text = block.decode()
        if not text.endswith("\n"):
            text += "\n"
        unproven: list[int] = []
        keys: list[list[int]] = [[] for _ in self.plan.keys]
        line = position = 0
        while position < len(text):
            end = position
            if self._sweep is not None and (run := self._sweep.match(text, position)):
                end = run.end()
                n_lines = text.count("\n", position, end)
                missed = self._find_keys(text, position, end, n_lines, keys)
                unproven.extend(line + number for number in missed)
                line += n_lines
            if end < len(text):
                unproven.append(line)
                for hashes in keys:
                    hashes.append(0)
                line += 1
                end = text.index("\n", end) + 1
            position = end
        return Proved(line, unproven, keys)

    def new_log(self) -> "StandardLog":
        """Return an empty log for the keys that this tier finds."""
        return StandardLog(len(self.plan.keys))

    def _find_keys(
        self, text: str, start: int, end: int, n_lines: int, keys: list[list[int]]
    ) -> list[int]:
        """Add the hashed keys of a run of proven lines; return the lines without."""
        if self._keys is None or n_lines == 0:
            return []
        found = self._keys.findall(text, start, end)
        missed: list[int] = []
        if len(found) != n_lines:
            matches = [self._keys.match(line) for line in text[start : end - 1].split("\n")]
            missed = [number for number, match in enumerate(matches) if match is None]
            blank = ("",) * self._keys.groups
            found = [match.groups() if match else blank for match in matches]
        elif self._keys.groups == 1:
            found = [(cell,) for cell in found]
        columns = [_bare(column) for column in zip(*found, strict=True)]
        for hashes, places in zip(keys, self._places, strict=True):
            if len(places) == 1:
                hashes.extend(map(hash, columns[places[0]]))
            else:
                cells = zip(*(columns[place] for place in places), strict=True)
                hashes.extend(map(hash, map("\x1f".join, cells)))
        return missed


class StandardLog:
    """Hashes of keys in arrays, sixteen bytes a row and key."""

    def __init__(self, n_keys: int) -> None:
        self._rows = [array("Q") for _ in range(n_keys)]
        self._hashes = [array("q") for _ in range(n_keys)]

    def add_proven(self, proved: Proved, rows: Sequence[int], left_out: Collection[int]) -> None:
        """Keep the keys of a block's lines but some."""
        for n, hashes in enumerate(proved.keys):
            if left_out:
                kept = [i for i in range(proved.n_lines) if i not in left_out]
                self._rows[n].extend([rows[i] for i in kept])
                self._hashes[n].extend([hashes[i] for i in kept])
            else:
                self._rows[n].extend(rows)
                self._hashes[n].extend(hashes)

    def add_read(self, row: int, texts: KeyTexts) -> None:
        """Keep the keys of one row that was read."""
        for n, text in enumerate(texts):
            if text is not None:
                self._rows[n].append(row)
                self._hashes[n].append(hash(text))

    def suspects(self) -> list[int]:
        """Return the rows, in order, of which a key may stand in another row too."""
        found: set[int] = set()
        for rows, hashes in zip(self._rows, self._hashes, strict=True):
            if len(hashes) < 50_000 and len(set(hashes)) == len(hashes):
                continue
            twice = set(chain.from_iterable(_twice(part) for part in _parts(hashes)))
            if twice:
                found.update(row for row, each in zip(rows, hashes, strict=True) if each in twice)
        return sorted(found)


def _parts(hashes: "array[int]") -> Iterator[Sequence[int]]:
    """Yield the hashes in parts, so that a set of all of them is never held."""
    if len(hashes) < 500_000:
        yield hashes
        return
    for part in range(_N_PARTS):
        yield [each for each in hashes if each % _N_PARTS == part]


def _twice(hashes: Sequence[int]) -> Iterator[int]:
    if len(set(hashes)) < len(hashes):
        yield from (each for each, n in Counter(hashes).items() if n > 1)


def _bare(cells: Sequence[str]) -> Sequence[str]:
    """Return the cells of a key without the quotes around them."""
    return [cell.strip('"') for cell in cells] if '"' in "".join(cells) else cells


def key_places(plan: Plan) -> list[tuple[int, ...]]:
    """Return for every key where its cells are among the cells that are found."""
    needed = sorted({column for key in plan.keys for column in key.columns})
    return [tuple(needed.index(column) for column in key.columns) for key in plan.keys]


@lru_cache(maxsize=64)
def _compiled(
    line: str | None, blank: str | None, key_cells: str | None
) -> tuple[re.Pattern[str] | None, re.Pattern[str] | None]:
    if line is None:
        return None, None
    held = f"(?!{blank}\r?\n)" if blank is not None else ""
    keys = re.compile(f"^{key_cells}[^\n]*\n?", re.MULTILINE) if key_cells else None
    # A proven line is never looked at again: that keeps the memory of a run flat.
    return re.compile(f"(?:(?>{held}{line}\r?\n))*+"), keys
