"""What Frictionless accepts although it does not say what was meant: warnings of ours."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from checks.tables.fast.fields import Read
from checks.tables.oracle.wording import SchemaError
from checks.tables.safe_pattern import is_quick
from checks.tables.schema import has_open_branches

Cells = Sequence[str | None]
_SIGNS = frozenset(".,")


@dataclass(frozen=True, slots=True)
class _Doubt:
    """One column in which cells can be read otherwise than they were meant."""

    index: int
    name: str
    code: str
    note: str
    reader: Callable[[], Read]
    is_meant: re.Pattern[str]


class Doubts:
    """The columns of a schema whose cells deserve a second look.

    The fields may be ours or Frictionless's own.
    """

    def __init__(self, fields: Sequence[Any]) -> None:
        self.columns = [each for i, field in enumerate(fields) for each in _of(i, field)]

    def __bool__(self) -> bool:
        return bool(self.columns)

    def about(self, row: int, cells: Cells) -> Iterator[SchemaError]:
        """Yield a warning for every accepted cell that was hardly meant so."""
        for doubt in self.columns:
            cell = cells[doubt.index] if doubt.index < len(cells) else None
            if cell is None or doubt.is_meant.fullmatch(cell.strip()):
                continue
            value, notes = doubt.reader()(cell)
            if value is not None and not notes:
                note = doubt.note.format(value=value)
                yield SchemaError(doubt.code, row, doubt.name, doubt.index + 1, cell, note)


def _of(index: int, field: Any) -> Iterator[_Doubt]:
    if field.type == "number" and {field.group_char, field.decimal_char} == _SIGNS:
        group, decimal = re.escape(field.group_char), re.escape(field.decimal_char)
        # Without a group sign, or with groups of three: then it is what it looks like.
        meant = re.compile(rf"[^{group}]*|[+-]?\d{{1,3}}(?:{group}\d{{3}})+(?:{decimal}\d*)?")
        reader = cache(field.create_cell_reader)
        yield _Doubt(index, field.name, "mutakhir/decimal-sign", "{value}", reader, meant)
    pattern = field.constraints.get("pattern")
    if field.type == "string" and pattern and has_open_branches(pattern) and is_quick(pattern):
        reader = cache(field.create_cell_reader)
        note = pattern.replace("{", "{{").replace("}", "}}")
        meant = re.compile(pattern)
        yield _Doubt(index, field.name, "mutakhir/loose-pattern", note, reader, meant)
