"""Clean files out of a table: plain numbers, ISO dates, and no cell that a sheet would run."""

import csv
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TextIO

from openpyxl import Workbook

from catalog.rules.periods import read_time
from catalog.rules.terms import Unit
from checks.tables.numbers import plain
from checks.tables.table import Cells, Column, ColumnType, Table

_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")
_EXACT_DIGITS = 15


def clean_cell(column: Column, cell: str | None) -> str | None:
    """Return a cell as plain text: decimal point, no groups, dates as ISO."""
    if cell is None:
        return None
    if column.type.is_numeric:
        return plain(cell, column.decimal, column.thousands) or cell
    if column.type is ColumnType.DATE:
        label = read_time(cell)
        if label is not None and label.unit is Unit.DAY:
            return label.start.isoformat()
    return cell


def is_iso_day(text: str) -> bool:
    """Tell whether a text is a day written 2024-08-17."""
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return len(text) == len("2024-08-17")


def clean_rows(table: Table) -> Iterator[Cells]:
    """Yield the rows with every cell clean."""
    spelled = [
        {cell: clean_cell(column, cell) for cell in set(table.cells(index))}
        for index, column in enumerate(table.columns)
    ]
    for row in table.rows:
        yield tuple(memo[cell] for memo, cell in zip(spelled, row, strict=True))


def defused(text: str) -> str:
    """Return text that no spreadsheet program takes for a formula."""
    return f"'{text}" if text.startswith(_DANGEROUS) else text


def write_csv(table: Table, path: Path) -> None:
    """Write a table as UTF-8 CSV, comma-separated, with CRLF line ends (RFC 4180)."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        write_csv_to(table, stream)


def write_csv_to(table: Table, stream: TextIO) -> None:
    """Write a table as CSV to a text stream."""
    writer = csv.writer(stream)
    writer.writerow([defused(name) for name in table.header])
    for row in clean_rows(table):
        writer.writerow([_safe(c, cell) for c, cell in zip(table.columns, row, strict=True)])


def write_xlsx(table: Table, path: Path) -> None:
    """Write a table as a workbook with one sheet; codes stay text, numbers are numbers."""
    workbook = Workbook(write_only=True)
    sheet = workbook.create_sheet("data")
    sheet.append([defused(name) for name in table.header])
    for row in clean_rows(table):
        sheet.append([_typed(c, cell) for c, cell in zip(table.columns, row, strict=True)])
    workbook.save(path)


def _safe(column: Column, cell: str | None) -> str:
    if cell is None:
        return ""
    return cell if column.type.is_numeric and plain(cell, ".", None) else defused(cell)


def _typed(column: Column, cell: str | None) -> str | int | float | None:
    if cell is None:
        return None
    number = plain(cell, ".", None) if column.type.is_numeric else None
    if number is None:
        return defused(cell)
    if len(number.strip("+-").replace(".", "")) > _EXACT_DIGITS:
        # A workbook keeps fifteen digits; beyond that only text is exact.
        return number
    return int(number) if number.lstrip("+-").isdigit() else float(number)
