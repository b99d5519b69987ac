"""The same log with the columns of polars, several times as quick once it is loaded."""

import importlib
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, BinaryIO

from checks.tables.fast.ahead import ahead
from checks.tables.fast.blocks import Block
from checks.tables.fast.keys import KeyTexts, kept_rows, key_columns
from checks.tables.fast.plan import Plan

_SEED = 20_261


@dataclass(frozen=True, slots=True)
class _Place:
    """A block of lines: where they lie, the rows of all, and which of them are proven."""

    offset: int
    n_bytes: int
    rows: Sequence[int]
    proven: bytes | bytearray


@dataclass(frozen=True, slots=True)
class _Kept:
    """Rows that were proven and their lines."""

    rows: Sequence[int]
    lines: bytes


class PolarsLog:
    """Hashes of keys in columns, twelve bytes a row and key.

    Loading polars takes as long as proving a hundred megabytes, so that it is done
    meanwhile; the keys are found in a second pass over the file.
    """

    def __init__(self, plan: Plan, stream: BinaryIO) -> None:
        self._plan = plan
        self._stream = stream
        self._places: list[_Place] = []
        self._read: list[list[tuple[int, str]]] = [[] for _ in plan.keys]
        self._pool = ThreadPoolExecutor(len(plan.keys))
        self._polars = self._pool.submit(importlib.import_module, "polars")

    def add_proven(self, block: Block, rows: Sequence[int], proven: bytes | bytearray) -> None:
        """Keep where the lines lie that are marked as proven."""
        self._places.append(_Place(block.offset, len(block.lines), rows, proven))

    def add_read(self, row: int, texts: KeyTexts) -> None:
        """Keep the keys of one row that was read."""
        for read, text in zip(self._read, texts, strict=True):
            if text is not None:
                read.append((row, text))

    def suspects(self) -> list[int]:
        """Return the rows, in order, of which a key may stand in another row too."""
        pl: Any = self._polars.result()
        frames: list[list[Any]] = [[_of_read(pl, read)] for read in self._read]
        self._read.clear()
        with self._pool:
            for _, found in ahead(lambda kept: _frames(pl, self._plan, kept), self._kept()):
                for each, frame in zip(frames, found, strict=True):
                    each.append(frame)
            return sorted(set().union(*self._pool.map(lambda each: _twice(pl, each), frames)))

    def _kept(self) -> Iterator[_Kept]:
        for place in self._places:
            self._stream.seek(place.offset)
            block = Block(place.offset, self._stream.read(place.n_bytes))
            yield _Kept(kept_rows(place.rows, place.proven), block.only(place.proven))


def _frames(pl: Any, plan: Plan, kept: _Kept) -> list[Any]:
    """Return for every key the rows and their hashed texts."""
    rows = kept.rows
    if isinstance(rows, range):
        numbers = pl.int_range(rows.start, rows.stop, dtype=pl.UInt32, eager=True)
    else:
        numbers = pl.Series(rows, dtype=pl.UInt32)
    texts = _texts(pl, plan, kept.lines, len(rows))
    return [pl.DataFrame({"row": numbers, "key": each.hash(_SEED)}) for each in texts]


def _texts(pl: Any, plan: Plan, lines: bytes, n_lines: int) -> list[Any]:
    """Return the texts of every key; where polars counts other lines, as we find them."""
    if not n_lines:
        return [pl.Series([], dtype=pl.String) for _ in plan.keys]
    read = pl.read_csv(
        lines,
        has_header=False,
        columns=sorted({column for key in plan.keys for column in key.columns}),
        separator=plan.delimiter,
        infer_schema=False,
        empty_string_is_null=False,
    )
    if read.height != n_lines:
        columns = key_columns(plan, lines)
        return [pl.Series([text.decode() for text in each], dtype=pl.String) for each in columns]
    texts = []
    for key in plan.keys:
        text, *others = (read[f"column_{column}"] for column in key.columns)
        for other in others:
            text = text + "\x1f" + other
        texts.append(text)
    return texts


def _of_read(pl: Any, read: Sequence[tuple[int, str]]) -> Any:
    rows, texts = zip(*read, strict=True) if read else ((), ())
    keys = pl.Series(texts, dtype=pl.String).hash(_SEED)
    return pl.DataFrame({"row": pl.Series(rows, dtype=pl.UInt32), "key": keys})


def _twice(pl: Any, frames: Sequence[Any]) -> set[int]:
    """Return the rows of which the hash stands in another row too."""
    whole = pl.concat(frames)
    ordered = whole["key"].sort()
    twice = ordered.filter(ordered == ordered.shift(1)).unique()
    if not twice.len():
        return set()
    return set(whole.join(twice.to_frame(), on="key", how="semi")["row"].to_list())
