"""How far the cells of a workbook reach, before a library makes room for all between them."""

import io
import re
import zipfile

from checks.tables.readers.grid import too_many_cells
from checks.tables.readers.old_workbook import old_sheets
from checks.tables.readers.open_document import sheets_of
from checks.tables.readers.places import ROOM
from checks.tables.table import UnreadableTable

LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
_SHEET_DATA = b"sheetData"
# A cell that only has a style takes no room.
_FILLED = re.compile(
    rb"<(?:\w+:)?c\b[^>]*?\br=[\"']([A-Z]+)([0-9]+)[\"'][^>]*(?<!/)>\s*<(?:\w+:)?(?:v|is|f)\b"
)
_MOST_LETTERS, _MOST_DIGITS = 3, 7
_LETTERS = [re.compile(rb"\br=[\"'][A-Z]{%d}" % n) for n in range(_MOST_LETTERS + 1)]
_DIGITS = [re.compile(rb"\br=[\"'][A-Z]*[0-9]{%d}" % n) for n in range(_MOST_DIGITS + 1)]


def refuse_endless(payload: bytes) -> None:
    """Raise UnreadableTable for a sheet with cells so far apart that it cannot be held.

    In a file of a few kilobytes two cells can be a million rows apart.
    """
    if payload[:2] != b"PK":
        for sheet in old_sheets(payload):
            _refuse(sheet.height, sheet.width)
        return
    with zipfile.ZipFile(io.BytesIO(payload)) as archive:
        for member in archive.infolist():
            if member.filename == "content.xml":
                for sheet in sheets_of(archive.read(member)):
                    _refuse(sheet.height, sheet.width)
            elif member.filename.startswith("xl/worksheets/"):
                _refuse_sheet(archive.read(member))


def column_of(letters: bytes) -> int:
    """Return which column, from 0, has such letters."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def letters_of(column: int) -> str:
    """Return the letters of a column that is counted from 0."""
    letters = ""
    while column >= 0:
        column, letter = divmod(column, 26)
        letters = chr(ord("A") + letter) + letters
        column -= 1
    return letters


def _refuse_sheet(sheet: bytes) -> None:
    if _SHEET_DATA not in sheet or _spans_little(sheet):
        return
    rows: list[int] = []
    columns: set[bytes] = set()
    for letters, digits in _FILLED.findall(sheet):
        row = int(digits[: _MOST_DIGITS + 1])
        if row > LAST_ROW or column_of(letters[: _MOST_LETTERS + 1]) >= LAST_COLUMN:
            raise _beyond(letters, digits)
        rows.append(row)
        columns.add(letters)
    if rows:
        places = sorted(map(column_of, columns))
        _refuse(max(rows) - min(rows) + 1, places[-1] - places[0] + 1)


def _spans_little(sheet: bytes) -> bool:
    """Tell by the length of its addresses alone that a sheet is within all bounds."""
    letters = next(n for n in range(_MOST_LETTERS, -1, -1) if n == 0 or _LETTERS[n].search(sheet))
    digits = next(n for n in range(_MOST_DIGITS, -1, -1) if n == 0 or _DIGITS[n].search(sheet))
    is_within = letters < _MOST_LETTERS and digits < _MOST_DIGITS
    return is_within and 26**letters * 1.04 * 10**digits <= ROOM


def _refuse(height: int, width: int) -> None:
    if height * width > ROOM:
        raise too_many_cells(height, width)


def _beyond(letters: bytes, digits: bytes) -> UnreadableTable:
    cell = (letters[:9] + digits[:20]).decode()
    return UnreadableTable(
        "broken-workbook",
        f"Sel {cell} ada di luar batas lembar (XFD{LAST_ROW}); buka di Excel lalu simpan ulang.",
        f"Cell {cell} lies beyond the end of a sheet (XFD{LAST_ROW}); save it again from Excel.",
    )
