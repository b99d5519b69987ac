"""The body of an answer: its coding undone within the caps, hashed, kept in a file."""

import hashlib
import os
import tempfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from checks.sources.faults import MEGABYTE, broken, too_large
from checks.sources.port import SourceError
from checks.sources.wire import Meter

_KEPT_IN_MEMORY = 1 * MEGABYTE
_SELF_CLOSING_STARTS = (b"PK\x03\x04", b"[", b"{")
_SELF_CLOSING_ENDS = (b"]", b"}", b"</html>")


def decoded(blocks: Iterator[bytes], coding: str, meter: Meter) -> Iterator[bytes]:
    """Undo the content coding, within the caps; a stream cut before its end is an error."""
    limits = meter.limits
    n_decoded = 0
    plain = coding.strip().lower() in ("", "identity")
    for block in blocks if plain else _gunzipped(blocks, coding):
        n_decoded += len(block)
        if n_decoded > limits.decoded_bytes:
            raise too_large(limits.decoded_bytes)
        if n_decoded > MEGABYTE and n_decoded > limits.ratio * meter.n_wire:
            raise SourceError(
                "bomb",
                f"Isi mampat mengembang lebih dari {limits.ratio} kali; tidak dibuka.",
                f"Compressed content grows more than {limits.ratio} times; not opened.",
                permanent=True,
            )
        yield block


def _gunzipped(blocks: Iterator[bytes], coding: str) -> Iterator[bytes]:
    if coding.strip().lower() not in ("gzip", "x-gzip"):
        raise broken("pengodean isi tidak diminta", "content coding was not asked for")
    reader = zlib.decompressobj(31)
    has_data = False
    try:
        for block in blocks:
            while block:
                if reader.eof:
                    reader = zlib.decompressobj(31)
                has_data = True
                if plain := reader.decompress(block, MEGABYTE):
                    yield plain
                block = reader.unconsumed_tail or reader.unused_data
    except zlib.error:
        raise broken("mampatan gzip rusak", "damaged gzip") from None
    if rest := reader.flush():
        yield rest
    if has_data and not reader.eof:
        raise broken("mampatan gzip terpotong", "gzip cut short")


@dataclass(slots=True)
class _Spill:
    path: Path
    handle: int


def _has_whole_directory(edge: bytes) -> bool:
    """Tell whether the last bytes of a zip file hold its end record to the last byte."""
    at = edge.rfind(b"PK\x05\x06")
    n_left = len(edge) - at
    return (
        at >= 0
        and n_left >= 22
        and n_left == 22 + int.from_bytes(edge[at + 20 : at + 22], "little")
    )


class Body:
    """A body as it arrives: hashed, in memory while it is small, else in a file."""

    def __init__(self, scratch: Path, known: frozenset[str]) -> None:
        self._scratch = scratch
        self._known = known
        self._digest = hashlib.sha256()
        self._blocks: list[bytes] = []
        self._spill: _Spill | None = None
        self._edge = b""
        self._head = b""
        self.n_bytes = 0

    @property
    def sha256(self) -> str:
        """The hash of what has arrived."""
        return self._digest.hexdigest()

    @property
    def closes_itself(self) -> bool:
        """Whether the format shows that nothing is missing (a zip directory, an end of JSON)."""
        if self._head.startswith(b"PK\x03\x04"):
            return _has_whole_directory(self._edge)
        return self._edge.rstrip().lower().endswith(_SELF_CLOSING_ENDS)

    @property
    def lacks_its_end(self) -> bool:
        """Whether the format has an end that shows, and the body is without it."""
        return self._head.lstrip().startswith(_SELF_CLOSING_STARTS) and not self.closes_itself

    def add(self, block: bytes) -> None:
        """Take the next bytes."""
        self._digest.update(block)
        self._head = self._head or block[:8]
        self._edge = (self._edge + block)[-1024:]
        self.n_bytes += len(block)
        if self._spill is None:
            self._blocks.append(block)
            if self.n_bytes <= _KEPT_IN_MEMORY:
                return
            self._open()
        else:
            self._write([block])

    def finish(self) -> Path | None:
        """Return the file of the whole body; None where its content is known already."""
        if self.sha256 in self._known:
            return None
        if self._spill is None:
            self._open()
        spill, self._spill = self._spill, None
        if spill is None:
            return None
        os.close(spill.handle)
        return spill.path

    def abandon(self) -> None:
        """Remove a file that was not finished."""
        if self._spill is not None:
            os.close(self._spill.handle)
            self._spill.path.unlink(missing_ok=True)
            self._spill = None

    def _open(self) -> None:
        self._scratch.mkdir(parents=True, exist_ok=True)
        handle, name = tempfile.mkstemp(dir=self._scratch)
        self._spill = _Spill(Path(name), handle)
        self._write(self._blocks)
        self._blocks = []

    def _write(self, blocks: list[bytes]) -> None:
        if self._spill is not None:
            for block in blocks:
                rest = memoryview(block)
                while rest:
                    rest = rest[os.write(self._spill.handle, rest) :]
