"""Small files and the tables that they are read as."""

import io
from pathlib import Path
from tempfile import TemporaryDirectory

from openpyxl import Workbook

from checks.tables.reading import Caps, Table, read_table


def table_of(content: str | bytes, name: str = "data.csv", caps: Caps | None = None) -> Table:
    """Read content as a file of this name."""
    payload = content.encode() if isinstance(content, str) else content
    with TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(payload)
        return read_table(path, name=name, caps=caps)


def workbook(*sheets: list[list[object]], merged: tuple[str, ...] = ()) -> bytes:
    """Return the bytes of a workbook; `merged` are ranges of the first sheet."""
    book = Workbook()
    for number, rows in enumerate(sheets):
        sheet = book.active if number == 0 else book.create_sheet(f"Lembar {number + 1}")
        for row in rows:
            sheet.append(row)
    for cells in merged:
        book.worksheets[0].merge_cells(cells)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def types_of(table: Table) -> list[str]:
    """Return the types of the columns, in order."""
    return [column.type.value for column in table.columns]
