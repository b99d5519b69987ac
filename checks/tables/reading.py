"""Read any published file as one table, with every decision that took."""

from dataclasses import replace
from pathlib import Path

from checks.tables.columns import read_columns
from checks.tables.readers.content import Content, Kind, load
from checks.tables.readers.decoding import declared_charset, decode
from checks.tables.readers.delimited import cell_too_large, read_delimited
from checks.tables.readers.grid import Grid, telling
from checks.tables.readers.json_records import looks_like_json, read_json
from checks.tables.readers.layout import Layout, lay_out
from checks.tables.readers.parquet import read_parquet
from checks.tables.readers.web_page import looks_like_html, looks_like_xml, read_html
from checks.tables.readers.workbook import read_workbook
from checks.tables.table import (
    Caps,
    Cells,
    Column,
    ColumnType,
    Decision,
    Table,
    TotalRow,
    UnreadableTable,
)
from checks.tables.time_columns import TITLE_YEAR, lacks_year
from checks.tables.time_names import year_of_titles

__all__ = [
    "Caps",
    "Cells",
    "Column",
    "ColumnType",
    "Decision",
    "Table",
    "UnreadableTable",
    "read_table",
]


def read_table(
    path: Path, *, name: str | None = None, media_type: str | None = None, caps: Caps | None = None
) -> Table:
    """Return the table that a local file holds, whatever its name says.

    `name` is the file name or URL it came from. The bytes decide; name and media type
    only tell an Excel table saved as HTML from a web page, and the charset of bytes that are
    no UTF-8. Raises UnreadableTable with a
    code and two sentences when there is no table.
    """
    caps = caps or Caps()
    content = load(path, name, caps)
    hint = content.name
    if media_type and "excel" in media_type and not hint.casefold().endswith(".xls"):
        hint += ".xls"
    grid, decisions = _grid(content, hint, caps, declared_charset(media_type))
    return _table(grid, decisions, content.sha256)


def read_head(path: Path, encoding: str, n_bytes: int) -> Table | None:
    """Return the table at the head of a large file of delimited text, None for other kinds.

    Its decisions hold for the whole file; its rows, totals and hash do not.
    """
    with path.open("rb") as stream:
        head = stream.read(n_bytes)
    text = head[: head.rfind(b"\n") + 1].decode(encoding, errors="ignore")
    if not text.strip() or looks_like_json(text) or looks_like_xml(text):
        return None
    grid = read_delimited(text, Caps(), is_whole=False)
    why = "semua bita sah" if encoding.startswith("utf") else "sebagian bita bukan UTF-8"
    return _table(grid, [Decision("encoding", encoding, why)], "")


def _table(grid: Grid, decisions: list[Decision], sha256: str) -> Table:
    layout = lay_out(grid)
    reading = read_columns(layout.header, layout.rows, grid.delimiter)
    table = Table(
        header=tuple(layout.header),
        rows=reading.rows,
        columns=reading.columns,
        decisions=(*decisions, *grid.decisions, *layout.decisions, *reading.decisions),
        record_lines=layout.lines,
        header_line=layout.header_line,
        sha256=sha256,
        left_out_lines=frozenset(layout.left_out),
        totals=tuple(
            TotalRow(line, tuple(cell or None for cell in row))
            for line, row in zip(layout.total_lines, layout.totals, strict=True)
        ),
        beside=tuple(_beside(grid, layout)),
        column_numbers=tuple(grid.first_column + p + 1 for p in layout.positions),
    )
    year = _title_year(grid, layout)
    if year is None or not lacks_year(table):
        return table
    why = "tahun disebut pada judul di atas tabel atau nama lembar, bukan di dalam baris"
    return replace(table, decisions=(*table.decisions, Decision(TITLE_YEAR, year, why)))


def _title_year(grid: Grid, layout: Layout) -> str | None:
    above = grid.records[: max(layout.header_line - 1, 0)]
    sheet = [decision.value for decision in grid.decisions if decision.code == "sheet"]
    return year_of_titles(cell for record in above for cell in record) or year_of_titles(sheet)


def _beside(grid: Grid, layout: Layout) -> list[str]:
    lines = (*range(1, layout.header_line), *sorted(layout.left_out))
    return [*(text for line in lines for text in telling(grid.records[line - 1])), *grid.beside]


def _grid(
    content: Content, hint: str, caps: Caps, charset: str | None
) -> tuple[Grid, list[Decision]]:
    decisions = list(content.decisions)
    if content.kind is Kind.WORKBOOK:
        grid = read_workbook(content.payload, caps)
        decisions.append(Decision("format", "workbook", "bita awal berkas adalah buku kerja"))
        return _capped(grid, len(content.payload), caps), decisions
    if content.kind is Kind.PARQUET:
        return _capped(read_parquet(content.payload, caps), len(content.payload), caps), decisions
    decoded = decode(content.payload, charset)
    decisions.append(decoded.decision)
    text = decoded.text
    grid_of_json = read_json(text, caps) if looks_like_json(text) else None
    if grid_of_json is not None:
        return _capped(grid_of_json, len(text), caps), decisions
    if looks_like_html(text):
        return _capped(read_html(text, hint, caps), len(text), caps), decisions
    _refuse_other_text(text)
    return _capped(read_delimited(text, caps), len(text), caps), decisions


def _capped(grid: Grid, n_chars: int, caps: Caps) -> Grid:
    # A workbook is compressed, so its size says nothing about its longest cell.
    may_hold_large = n_chars > caps.cell_chars or grid.delimiter is None
    if may_hold_large and any(
        len(cell) > caps.cell_chars for record in grid.records for cell in record
    ):
        raise cell_too_large(caps)
    return grid


def _refuse_other_text(text: str) -> None:
    if looks_like_xml(text):
        raise UnreadableTable(
            "no-table",
            "Isinya XML, bukan tabel; kirim CSV, XLSX, ODS atau JSON.",
            "The content is XML, no table; send CSV, XLSX, ODS or JSON.",
        )
    head = text[:4096]
    n_control = sum(1 for char in head if char < " " and char not in "\t\r\n\f\v\x1e\x1f")
    if n_control > 0.05 * len(head):
        raise UnreadableTable(
            "binary",
            "Isinya bukan teks dan bukan buku kerja; kirim CSV, XLSX, ODS atau JSON.",
            "The content is neither text nor a workbook; send CSV, XLSX, ODS or JSON.",
        )
    if looks_like_json(text) and text.lstrip()[:1] == "{":
        raise UnreadableTable(
            "broken-json",
            "JSON ini terpotong atau salah tulis; periksa keluaran aplikasinya.",
            "This JSON is cut off or malformed; check the output of the application.",
        )
