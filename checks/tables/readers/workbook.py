"""XLSX, XLS and ODS to records; the sheet is chosen by rule, formulas must have values."""

import datetime as dt
import io
from itertools import islice

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from checks.tables.readers.delimited import too_many_columns
from checks.tables.readers.grid import (
    CELLS,
    Grid,
    Record,
    telling,
    too_many_cells,
    without_backtraces,
)
from checks.tables.readers.old_workbook import points_outside
from checks.tables.readers.sheet_bounds import refuse_endless
from checks.tables.readers.sheet_xml import as_shown
from checks.tables.table import Caps, Decision, UnreadableTable

_MOST_BESIDE = 10_000
_PANIC = "PanicException"
_Value = int | float | str | bool | dt.time | dt.date | dt.datetime | dt.timedelta


def read_workbook(payload: bytes, caps: Caps) -> Grid:
    """Return the records of the first visible sheet that holds a table.

    Raises UnreadableTable for a password, a damaged workbook, no sheet with cells,
    and a formula that was saved without its value.
    """
    without_backtraces()
    if payload[:2] != b"PK" and points_outside(payload):
        raise _broken_workbook()
    refuse_endless(payload)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(payload))
        names = [
            sheet.name
            for sheet in workbook.sheets_metadata
            if sheet.visible == SheetVisibleEnum.Visible and sheet.typ == SheetTypeEnum.WorkSheet
        ]
        sheets = [workbook.get_sheet_by_name(name) for name in names]
        filled = [s for s in sheets if s.height > 0 and s.width > 0]
        if not filled:
            raise UnreadableTable(
                "empty-file",
                "Tidak ada lembar yang berisi; isi lembar pertama dengan judul kolom dan data.",
                "No sheet holds anything; fill the first sheet with a header and data.",
            )
        chosen = _first_table(filled)
        records = _records(chosen, caps)
        merged = _merged(chosen)
        first_column = chosen.start[1] if chosen.start else 0
        beside = _beside(workbook, chosen.name)
    except PasswordError as error:
        raise UnreadableTable(
            "encrypted",
            "Buku kerja dikunci kata sandi; simpan ulang tanpa kata sandi lalu unggah lagi.",
            "The workbook is locked with a password; save it without one and send it again.",
        ) from error
    except (CalamineError, OSError, ValueError) as error:
        raise _broken_workbook() from error
    except BaseException as error:
        # A panic of the library is of no class that can be named here.
        if type(error).__name__ != _PANIC:
            raise
        raise _broken_workbook() from error
    others = [name for name in names if name != chosen.name]
    why = "lembar tampak pertama yang berisi tabel"
    if others:
        why += f"; lembar lain tidak dibaca: {', '.join(others)[:120]}"
    shown = as_shown(payload, chosen.name, records, first_column)
    decisions = [Decision("sheet", chosen.name, why), *shown]
    return Grid(records, decisions, merged=merged, beside=beside, first_column=first_column)


def _first_table(sheets: list[CalamineSheet]) -> CalamineSheet:
    """Return the first sheet with two rows of two cells, or else of two rows, or else at all."""
    for sheet in sheets:
        rows = (row for row in sheet.iter_rows() if len(row) - row.count("") > 1)
        if len(list(islice(rows, 2))) > 1:
            return sheet
    return next((sheet for sheet in sheets if sheet.height > 1), sheets[0])


def _broken_workbook() -> UnreadableTable:
    return UnreadableTable(
        "broken-workbook",
        "Buku kerja rusak dan tidak dapat dibaca; buka di Excel lalu simpan ulang.",
        "The workbook is damaged and cannot be read; open it in Excel and save it again.",
    )


def _records(sheet: CalamineSheet, caps: Caps) -> list[Record]:
    if sheet.height * sheet.width > CELLS:
        raise too_many_cells(sheet.height, sheet.width)
    records: list[Record] = []
    widest = 0
    # One cell in the last row of a sheet makes a million rows blank, in a file of any size.
    blank = [""] * sheet.width
    for values in sheet.iter_rows():
        if values == blank:
            records.append([])
            continue
        record = [cell_text(value) for value in values]
        while record and not record[-1]:
            record.pop()
        widest = max(widest, len(record))
        records.append(record)
    if widest > caps.n_columns:
        raise too_many_columns(widest, caps)
    return records


def _beside(workbook: CalamineWorkbook, chosen: str) -> list[str]:
    """Return the telling texts of all other sheets: who gets the file gets the hidden ones too."""
    found: list[str] = []
    for described in workbook.sheets_metadata:
        if described.name == chosen or described.typ != SheetTypeEnum.WorkSheet:
            continue
        for values in workbook.get_sheet_by_name(described.name).to_python(skip_empty_area=True):
            found += telling(map(cell_text, values))
            if len(found) > _MOST_BESIDE:
                return found
    return found


def cell_text(value: _Value) -> str:
    """Return a workbook's value as text: whole floats without point, dates as ISO."""
    match value:
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case float():
            if value.is_integer() and abs(value) < 1e16:
                return str(int(value))
            return repr(value)
        case dt.datetime():
            if value.time() == dt.time.min:
                return value.date().isoformat()
            return value.isoformat(sep=" ", timespec="seconds")
        case dt.date() | dt.time():
            return value.isoformat()
        case _:
            return str(value)


def _merged(sheet: CalamineSheet) -> tuple[tuple[int, int, int, int], ...]:
    first_column = sheet.start[1] if sheet.start else 0
    return tuple(
        (top, left - first_column, bottom, right - first_column)
        for (top, left), (bottom, right) in sheet.merged_cell_ranges or []
    )
