"""A file as blocks of whole lines, each checked for what no proof may meet."""

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import compress
from typing import BinaryIO

from checks.tables.fast.gates import Gate, SlowPath

# From here on a file is never held as a whole.
LARGE_BYTES = 16_000_000
BLOCK_BYTES = 8 << 20
_FIRST_BYTES = 1 << 20


@dataclass(frozen=True, slots=True)
class Block:
    """Whole lines of a file; only the last block may end without a line end."""

    offset: int
    lines: bytes

    def texts(self) -> list[str]:
        """Return the lines without their line ends."""
        texts = self.lines.decode().split("\n")
        if not texts[-1]:
            texts.pop()
        return texts

    def only(self, marked: bytes | bytearray) -> bytes:
        """Return the lines that are marked with a one, each with its line end."""
        lines = self.lines
        if 0 in marked:
            lines = b"\n".join(compress(lines.split(b"\n"), marked))
        return lines if not lines or lines.endswith(b"\n") else lines + b"\n"


def blocks_of(stream: BinaryIO, offset: int, longest: int) -> Iterator[Block]:
    """Yield the lines from an offset on, in blocks; the first is small.

    Raises SlowPath for bytes that a proof must not meet, and for lines beyond `longest`.
    """
    stream.seek(offset)
    size = _FIRST_BYTES
    while lines := stream.read(size):
        size = BLOCK_BYTES
        if not lines.endswith(b"\n"):
            lines += stream.readline(longest + 1)
        yield _sound(Block(offset, lines), longest)
        offset += len(lines)


def _sound(block: Block, longest: int) -> Block:
    lines = block.lines
    # A line beyond the cap covers at least one whole window of half its size.
    half = max(longest // 2, 1)
    for start in range(0, len(lines) - half, half):
        if lines.find(b"\n", start, start + half) < 0:
            raise SlowPath(Gate.LONG_CELL)
    if b"\0" in lines:
        raise SlowPath(Gate.NUL)
    if b"\r" in lines and lines.count(b"\r") != lines.count(b"\r\n"):
        raise SlowPath(Gate.LONE_CR)
    if not lines.isascii():
        try:
            lines.decode()
        except UnicodeDecodeError as error:
            raise SlowPath(Gate.ENCODING) from error
    return block
