"""What the reader of workbooks leaves unsaid: errors, percents, formulas without a value."""

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal, InvalidOperation

from checks.tables.readers.grid import Record
from checks.tables.readers.old_workbook import old_sheets
from checks.tables.readers.open_document import sheets_of
from checks.tables.readers.places import Sheet
from checks.tables.readers.sheet_bounds import column_of, letters_of
from checks.tables.table import Decision, UnreadableTable

_SHEET = re.compile(r'<sheet\b[^>]*?\bname="([^"]*)"[^>]*?\br:id="([^"]*)"')
_RELATION = re.compile(r"<Relationship\b[^>]*>")
# A formula may have a text without letters as its saved result; then its type says so.
_UNCACHED = re.compile(
    rb"<c\b(?P<about>[^>]*)>\s*<f\b(?:[^>]*/>|[^>]*>[^<]*</f>)\s*(?P<value><v\s*/>|<v>\s*</v>)?\s*</c>"
)
_ADDRESS = re.compile(rb'\br="([A-Z]+)([0-9]+)"')
_ERROR = re.compile(
    rb'<c\b([^>]*\bt="e"[^>]*)>(?:\s*<f\b(?:[^>]*/>|[^>]*>[^<]*</f>))?\s*<v>([^<]*)</v>'
)
_STYLED = re.compile(rb'<c\b([^>]*\bs="([0-9]+)"[^>]*)>')
_FORMATS = re.compile(r'<numFmt\b[^>]*?\bnumFmtId="([0-9]+)"[^>]*?\bformatCode="([^"]*)"')
_CELL_STYLES = re.compile(r"<cellXfs\b.*?</cellXfs>", re.DOTALL)
_STYLE = re.compile(r'<xf\b[^>]*?\bnumFmtId="([0-9]+)"')
_LITERAL = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')
_PERCENT_FORMATS = frozenset({"9", "10"})
_MOST_NAMED = 20


def as_shown(
    payload: bytes, sheet_name: str, records: list[Record], first_column: int
) -> Iterator[Decision]:
    """Write errors and percents into the records as the sheet shows them; yield what was decided.

    XLSX says them all, ODS and XLS their percents. Raises UnreadableTable for a formula that was
    saved without a value.
    """
    if payload[:2] != b"PK":
        yield from _said(_described(old_sheets(payload), sheet_name, records, first_column))
        return
    with zipfile.ZipFile(io.BytesIO(payload)) as archive:
        if "content.xml" in archive.namelist():
            sheets = sheets_of(archive.read("content.xml"))
            yield from _said(_described(sheets, sheet_name, records, first_column))
            return
        part = _sheet_part(archive, sheet_name)
        sheet = archive.read(part) if part else b""
        styles = _percent_styles(archive)
    _refuse_uncached(sheet)
    errors = _errors(sheet, records, first_column) if b't="e"' in sheet else []
    if errors:
        why = "rumus di sel ini gagal; selnya tidak berisi nilai"
        yield Decision("error_cells", ", ".join(errors[:_MOST_NAMED]), why)
    yield from _said(_percents(sheet, styles, records, first_column) if styles else [])


def _said(percents: list[str]) -> Iterator[Decision]:
    if percents:
        why = f"{len(percents)} sel tersimpan sebagai 0,125 tetapi tampak 12,5%; dibaca 12,5 persen"
        yield Decision("percent_cells", ", ".join(percents[:_MOST_NAMED]), why)


def _refuse_uncached(sheet: bytes) -> None:
    for found in _UNCACHED.finditer(sheet):
        is_text = b't="str"' in found["about"]
        address = _ADDRESS.search(found["about"])
        if address is None or (is_text and found["value"]):
            continue
        cell = (address[1] + address[2]).decode()
        raise UnreadableTable(
            "uncached-formula",
            f"Rumus di sel {cell} tidak menyimpan hasil; buka di Excel, simpan, lalu unggah lagi.",
            f"The formula in cell {cell} has no saved value; open in Excel, save, send again.",
        )


def _errors(sheet: bytes, records: list[Record], first_column: int) -> list[str]:
    named = []
    for found in _ERROR.finditer(sheet):
        address = _ADDRESS.search(found[1])
        text = found[2].decode(errors="replace")
        if address is not None and _put(records, address, first_column, text):
            named.append(f"{(address[1] + address[2]).decode()} {text}")
    return named


def _percents(
    sheet: bytes, styles: frozenset[bytes], records: Sequence[Record], first_column: int
) -> list[str]:
    named = []
    for found in _STYLED.finditer(sheet):
        address = _ADDRESS.search(found[1]) if found[2] in styles else None
        if address is None:
            continue
        row, column = int(address[2]) - 1, column_of(address[1]) - first_column
        if _show_percent(records, row, column):
            named.append((address[1] + address[2]).decode())
    return named


def _described(
    sheets: Iterable[Sheet], sheet_name: str, records: Sequence[Record], first_column: int
) -> list[str]:
    named = []
    for sheet in sheets:
        if sheet.name != sheet_name:
            continue
        for block in sheet.percents:
            for row in range(block.row, min(block.row + block.n_rows, len(records))):
                last = min(block.column + block.n_columns, len(records[row]) + first_column)
                for column in range(block.column, last):
                    if _show_percent(records, row, column - first_column):
                        named.append(f"{letters_of(column)}{row + 1}")
    return named


def _show_percent(records: Sequence[Record], row: int, column: int) -> bool:
    """Write a cell as the percent that it shows, if it is a number."""
    if not (row < len(records) and 0 <= column < len(records[row])):
        return False
    shown = _as_percent(records[row][column])
    if shown is None:
        return False
    records[row][column] = shown
    return True


def _as_percent(cell: str) -> str | None:
    try:
        hundred = Decimal(cell) * 100
    except InvalidOperation:
        return None
    if not hundred.is_finite():
        return None
    text = f"{hundred.quantize(Decimal('1e-10')).normalize():f}"
    return f"{text}%"


def _put(records: list[Record], address: re.Match[bytes], first_column: int, text: str) -> bool:
    """Write a text into the cell of an address, unless something stands there already."""
    row, column = int(address[2]) - 1, column_of(address[1]) - first_column
    if row >= len(records) or column < 0:
        return False
    record = records[row]
    record.extend([""] * (column + 1 - len(record)))
    record[column] = record[column] or text
    return True


def _percent_styles(archive: zipfile.ZipFile) -> frozenset[bytes]:
    """Return the numbers of the cell styles that show percents."""
    if "xl/styles.xml" not in archive.namelist():
        return frozenset()
    styles = archive.read("xl/styles.xml").decode(errors="replace")
    formats = set(_PERCENT_FORMATS)
    for number, pattern in _FORMATS.findall(styles):
        if "%" in _LITERAL.sub("", _unescaped(pattern)):
            formats.add(number)
    found = _CELL_STYLES.search(styles)
    used = _STYLE.findall(found[0]) if found else []
    return frozenset(str(i).encode() for i, number in enumerate(used) if number in formats)


def _sheet_part(archive: zipfile.ZipFile, sheet_name: str) -> str | None:
    members = set(archive.namelist())
    if not {"xl/workbook.xml", "xl/_rels/workbook.xml.rels"} <= members:
        return None
    wanted = None
    for name, relation in _SHEET.findall(archive.read("xl/workbook.xml").decode(errors="replace")):
        if _unescaped(name) == sheet_name:
            wanted = relation
    relations = archive.read("xl/_rels/workbook.xml.rels").decode(errors="replace")
    for relation in _RELATION.findall(relations):
        if f'Id="{wanted}"' in relation:
            target = re.search(r'Target="([^"]*)"', relation)
            if target:
                part = target.group(1)
                part = part.lstrip("/") if part.startswith("/") else f"xl/{part}"
                return part if part in members else None
    return None


def _unescaped(text: str) -> str:
    for entity, char in (("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&apos;", "'")):
        text = text.replace(entity, char)
    return text.replace("&amp;", "&")
