"""The keys of all rows, hashed: what may stand twice is read again and compared."""

import re
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import chain, compress
from typing import Protocol

from checks.tables.fast.blocks import Block
from checks.tables.fast.plan import Plan

KeyTexts = Sequence[str | None]
_MOST_IN_A_SET = 1_500_000


class KeyLog(Protocol):
    """Keeps the hashed keys of rows and tells which may stand twice."""

    def add_proven(self, block: Block, rows: Sequence[int], proven: bytes | bytearray) -> None:
        """Keep the keys of the lines that are marked as proven; `rows` are those of all."""

    def add_read(self, row: int, texts: KeyTexts) -> None:
        """Keep the keys of one row that was read; None where there is nothing to repeat."""

    def suspects(self) -> list[int]:
        """Return the rows, in order, of which a key may stand in another row too."""


class StandardLog:
    """Hashes of keys in arrays, sixteen bytes a row and key."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._rows = [array("Q") for _ in plan.keys]
        self._hashes = [array("q") for _ in plan.keys]

    def add_proven(self, block: Block, rows: Sequence[int], proven: bytes | bytearray) -> None:
        """Keep the keys of the lines that are marked as proven."""
        if not self._plan.keys:
            return
        kept = kept_rows(rows, proven)
        found = key_columns(self._plan, block.only(proven))
        for numbers, hashes, texts in zip(self._rows, self._hashes, found, strict=True):
            numbers.extend(kept)
            hashes.extend(map(hash, texts))

    def add_read(self, row: int, texts: KeyTexts) -> None:
        """Keep the keys of one row that was read."""
        for n, text in enumerate(texts):
            if text is not None:
                self._rows[n].append(row)
                self._hashes[n].append(hash(text.encode()))

    def suspects(self) -> list[int]:
        """Return the rows, in order, of which a key may stand in another row too."""
        found: set[int] = set()
        for rows, hashes in zip(self._rows, self._hashes, strict=True):
            twice = set(chain.from_iterable(map(_twice, _parts(hashes))))
            if twice:
                found.update(row for row, each in zip(rows, hashes, strict=True) if each in twice)
        return sorted(found)


def kept_rows(rows: Sequence[int], proven: bytes | bytearray) -> Sequence[int]:
    """Return the row numbers of the lines that are marked as proven."""
    return list(compress(rows, proven)) if 0 in proven else rows


def key_columns(plan: Plan, lines: bytes) -> list[Sequence[bytes]]:
    """Return for every key its texts in lines that are all proven."""
    needed = sorted({column for key in plan.keys for column in key.columns})
    # Between the matches there is nothing: the list holds the cells one after another.
    cells = _finder(plan.delimiter, tuple(needed)).split(lines)
    step = len(needed) + 1
    columns = {column: _bare(cells[n::step]) for n, column in enumerate(needed, start=1)}
    return [
        columns[key.columns[0]]
        if len(key.columns) == 1
        else list(map(b"\x1f".join, zip(*map(columns.__getitem__, key.columns), strict=True)))
        for key in plan.keys
    ]


@lru_cache(maxsize=64)
def _finder(delimiter: str, columns: tuple[int, ...]) -> re.Pattern[bytes]:
    """Return what matches a whole line and finds its cells in some columns."""
    mark = re.escape(delimiter)
    # The quotes first: without them a cell may be nothing at all.
    bare = f'[^"\r\n{mark}]*+'
    key = f'(?:"[^"\r\n]*+"|{bare})'
    other = f'(?:"[^"\r\n]*+(?:""[^"\r\n]*+)*+"|{bare})'
    cells = [f"({key})" if i in columns else other for i in range(columns[-1] + 1)]
    return re.compile(f"{mark.join(cells)}[^\n]*+\n".encode())


def _bare(cells: Sequence[bytes]) -> Sequence[bytes]:
    """Return the cells of a key without the quotes around them."""
    return [cell.strip(b'"') for cell in cells] if b'"' in b"".join(cells) else cells


def _parts(hashes: "array[int]") -> Iterator[Sequence[int]]:
    """Yield the hashes in parts, so that no set of all of them is ever held."""
    n_parts = 1 + len(hashes) // _MOST_IN_A_SET
    if n_parts == 1:
        yield hashes
        return
    for part in range(n_parts):
        yield [each for each in hashes if each % n_parts == part]


def _twice(hashes: Sequence[int]) -> Iterator[int]:
    if len(set(hashes)) < len(hashes):
        yield from (each for each, n in Counter(hashes).items() if n > 1)
