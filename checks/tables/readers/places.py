"""Where the cells of a sheet lie that its file describes, and which of them show percents."""

from collections.abc import Sequence
from dataclasses import dataclass, field

# Places between the first cell and the last, at 24 bytes each in the library, filled or not.
ROOM = 20_000_000


@dataclass(frozen=True, slots=True)
class Block:
    """Cells of one value beside and below each other; rows and columns are counted from 0."""

    row: int
    column: int
    is_percent: bool
    n_rows: int = 1
    n_columns: int = 1


@dataclass(slots=True)
class Sheet:
    """A sheet: from which row and column to which its values lie, and its percents."""

    name: str
    top: int = 0
    bottom: int = 0
    left: int = 0
    right: int = 0
    percents: list[Block] = field(default_factory=list)

    @property
    def height(self) -> int:
        """How many rows a library makes room for."""
        return self.bottom - self.top

    @property
    def width(self) -> int:
        """How many columns a library makes room for."""
        return self.right - self.left

    def take(self, blocks: Sequence[Block]) -> None:
        """Add cells that hold a value."""
        for block in blocks:
            right, bottom = block.column + block.n_columns, block.row + block.n_rows
            if not self.right:
                self.top, self.left = block.row, block.column
            self.top, self.bottom = min(self.top, block.row), max(self.bottom, bottom)
            self.left, self.right = min(self.left, block.column), max(self.right, right)
            if block.is_percent:
                self.percents.append(block)
