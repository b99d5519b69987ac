"""What the XML of an ODS file says that its library leaves unsaid: where cells lie, percents."""

import re
from collections.abc import Iterator
from html import unescape

from checks.tables.readers.places import Block, Sheet

_TAG = re.compile(rb"<(/?)table:(table-row|(?:covered-)?table-cell|table)(?=[\s/>])([^>]*?)(/?)>")
_NAME = re.compile(rb'\btable:name="([^"]*)"')
_REPEATED = re.compile(rb'\bnumber-(?:rows|columns)-repeated="([0-9]{1,18})"')
_PERCENTAGE = b'value-type="percentage"'


def sheets_of(content: bytes) -> Iterator[Sheet]:
    """Yield the sheets of a document's `content.xml`, in order."""
    sheet = Sheet("")
    row, column, n_rows = 0, 0, 1
    blocks: list[Block] = []
    for closes, kind, about, is_alone in _TAG.findall(content):
        if kind == b"table":
            if closes or is_alone:
                yield sheet
            else:
                name = _NAME.search(about)
                sheet, row = Sheet(unescape(name[1].decode(errors="replace")) if name else ""), 0
        elif kind == b"table-row":
            if not closes:
                column, n_rows, blocks = 0, _repeats(about), []
            if closes or is_alone:
                sheet.take(blocks)
                row += n_rows
        elif not closes:
            n_columns = _repeats(about)
            if b"value-type=" in about:
                blocks.append(Block(row, column, _PERCENTAGE in about, n_rows, n_columns))
            column += n_columns


def _repeats(about: bytes) -> int:
    found = _REPEATED.search(about) if b"-repeated=" in about else None
    return int(found[1]) if found else 1
