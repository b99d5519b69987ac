"""Workbooks for the operator: one with the faulty cells marked, one with repairs proposed."""

import io
import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import Literal

from openpyxl import Workbook
from openpyxl.cell.cell import Cell
from openpyxl.comments import Comment
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.worksheet import Worksheet

from checks.tables.findings import Finding, Severity
from checks.tables.grouping import column_in_file, excel_place, grouped, in_file
from checks.tables.mending.export import defused, is_iso_day
from checks.tables.mending.repairs import Repair, Repaired, repaired
from checks.tables.numbers import plain
from checks.tables.table import Column, ColumnType, Table, UnreadableTable

__all__ = ["Language", "excel_place", "marked_workbook", "repaired_workbook"]

Language = Literal["id", "en"]

_FILLS = {
    Severity.ERROR: PatternFill("solid", fgColor="FFC7CE"),
    Severity.WARNING: PatternFill("solid", fgColor="FFEB9C"),
}
_MENDED = PatternFill("solid", fgColor="C6EFCE")
_BOLD = Font(bold=True)
_AUTHOR = "Mutakhir"
_LONGEST = 32_000
_NOT_IN_XML = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_EXACT_DIGITS = 15
_MOST_COMMENTS = 2_000
_MOST_CELLS = 1_000_000


def marked_workbook(table: Table, findings: Iterable[Finding], language: Language = "id") -> bytes:
    """Return a copy of the table as a workbook, faulty cells coloured and commented.

    Rows keep the numbers they have in the file, so that a cell stands where the operator
    knows it; a second sheet lists the findings with a link to their cell.
    """
    _refuse_large(table)
    found = list(findings)
    workbook = Workbook()
    sheet = _first(workbook, "data")
    places = [table.column_number(index) for index in range(len(table.header))]
    _write_row(sheet, max(table.header_line, 1), table.header, places)
    for line, row in zip(table.record_lines, table.rows, strict=True):
        _write_cells(sheet, line, table.columns, row, places)
    for total in table.totals:
        _write_cells(sheet, total.line, table.columns, total.cells, places)
    _mark(sheet, table, found, language)
    _list(workbook, table, found, language)
    return _saved(workbook)


def repaired_workbook(
    table: Table, language: Language = "id", mended: Repaired | None = None
) -> tuple[bytes, tuple[Repair, ...]]:
    """Return the table with its safe repairs as a workbook, and what they are.

    Every changed cell is coloured and says what it was; nothing is lost without a line in
    the second sheet. The operator sends it back, or does not.
    """
    _refuse_large(table)
    mended = mended or repaired(table)
    workbook = Workbook()
    sheet = _first(workbook, "data")
    places = range(1, len(table.header) + 1)
    _write_row(sheet, 1, table.header, places)
    n_comments = 0
    was = "semula" if language == "id" else "was"
    for number, (row, before) in enumerate(zip(mended.rows, mended.before, strict=True), start=2):
        _write_cells(sheet, number, mended.columns, row, places, is_clean=True)
        for position, (new, old) in enumerate(zip(row, before, strict=True), start=1):
            if new != old:
                cell = sheet.cell(number, position)
                cell.fill = _MENDED
                if n_comments < _MOST_COMMENTS:
                    cell.comment = Comment(_printable(f"{was}: {old}"), _AUTHOR)
                    n_comments += 1
    listing = workbook.create_sheet("perbaikan" if language == "id" else "repairs")
    for repair in mended.repairs:
        said = repair.message_id if language == "id" else repair.message_en
        listing.append([_text(said)])
    for name in mended.untouched:
        listing.append([_text(_untouched(name, language))])
    listing.column_dimensions["A"].width = 100
    return _saved(workbook), mended.repairs


def _refuse_large(table: Table) -> None:
    if table.n_rows * len(table.header) > _MOST_CELLS:
        raise UnreadableTable(
            "too-large-to-mark",
            "Tabel ini terlalu besar untuk salinan buku kerja (lebih dari 1.000.000 sel); "
            "pecah per tahun atau wilayah.",
            "This table is too large for a workbook copy (over 1,000,000 cells); split it by "
            "year or by area.",
        )


def _untouched(name: str, language: Language) -> str:
    if language == "id":
        return f'Kolom "{name}" tidak diubah: bisa dibaca dengan dua cara, tegaskan dahulu.'
    return f'Column "{name}" is left alone: it can be read in two ways, say which first.'


def _first(workbook: Workbook, title: str) -> Worksheet:
    sheet = workbook.worksheets[0]
    sheet.title = title
    return sheet


def _write_row(sheet: Worksheet, number: int, texts: Sequence[str], places: Sequence[int]) -> None:
    for position, text in zip(places, texts, strict=True):
        cell = sheet.cell(number, position)
        cell.value = _text(text)
        cell.font = _BOLD


def _write_cells(
    sheet: Worksheet,
    number: int,
    columns: Sequence[Column],
    row: Sequence[str | None],
    places: Sequence[int],
    *,
    is_clean: bool = False,
) -> None:
    for position, column, text in zip(places, columns, row, strict=True):
        if text is None:
            continue
        cell = sheet.cell(number, position)
        if is_clean and column.type is ColumnType.DATE and is_iso_day(text):
            cell.value = date.fromisoformat(text)
            cell.number_format = "yyyy-mm-dd"
        else:
            cell.value = _value(column, text, is_clean=is_clean)
            if isinstance(cell.value, str):
                cell.number_format = "@"


def _value(column: Column, text: str, *, is_clean: bool) -> str | int | float:
    """Return a number for what every Excel would read the same; else text, never a formula."""
    has_signs = not is_clean and (column.thousands or column.decimal == ",")
    number = plain(text, ".", None) if column.type.is_numeric and not has_signs else None
    if number is None or number != text or sum(map(str.isdigit, text)) > _EXACT_DIGITS:
        return _text(text)
    return int(number) if number.lstrip("+-").isdecimal() else float(number)


def _text(text: str) -> str:
    return defused(_printable(text))


def _printable(text: str) -> str:
    return _NOT_IN_XML.sub("", text)[:_LONGEST]


def _mark(sheet: Worksheet, table: Table, findings: list[Finding], language: Language) -> None:
    by_cell: defaultdict[tuple[int, int], list[Finding]] = defaultdict(list)
    first = max(table.header_line, 1)
    whole_row = [table.column_number(index) for index in range(len(table.header))]
    for finding in findings:
        line = first if finding.row is None else finding.row + first - 1
        number = column_in_file(table, finding)
        if number is None and finding.row is None:
            continue
        for position in [number] if number else whole_row:
            by_cell[line, position].append(finding)
    for number, ((line, position), mine) in enumerate(sorted(by_cell.items(), key=lambda e: e[0])):
        cell: Cell = sheet.cell(line, position)  # type: ignore[assignment]
        is_error = any(finding.is_error for finding in mine)
        cell.fill = _FILLS[Severity.ERROR if is_error else Severity.WARNING]
        if number < _MOST_COMMENTS and (position == whole_row[0] or mine[0].field_number):
            said = dict.fromkeys(in_file(_said(finding, language), table) for finding in mine)
            cell.comment = Comment(_printable("\n".join(said)), _AUTHOR)


def _said(finding: Finding, language: Language) -> str:
    if language == "id":
        return f"{finding.message_id} {finding.remedy_id}"
    return f"{finding.message_en} {finding.remedy_en}"


def _list(workbook: Workbook, table: Table, findings: list[Finding], language: Language) -> None:
    in_english = language == "en"
    sheet = workbook.create_sheet("findings" if in_english else "temuan")
    titles = ("Cell", "Severity", "Finding", "Remedy", "Code") if in_english else (
        "Sel", "Tingkat", "Temuan", "Perbaikan", "Kode")  # fmt: skip
    _write_row(sheet, 1, titles, range(1, len(titles) + 1))
    for group in grouped(findings, table):
        place = group.places[0] if group.places else None
        sheet.append(
            [
                place,
                group.severity.value,
                _text(group.message_en if in_english else group.message_id),
                _text(group.remedy_en if in_english else group.remedy_id),
                group.code,
            ]
        )
        if place and group.examples[0].field_number and group.examples[0].row is not None:
            link = Hyperlink(ref=f"A{sheet.max_row}", location=f"data!{place}")
            sheet.cell(sheet.max_row, 1).hyperlink = link
    for letter, width in zip("ABCDE", (10, 10, 80, 60, 24), strict=True):
        sheet.column_dimensions[letter].width = width


def _saved(workbook: Workbook) -> bytes:
    stream = io.BytesIO()
    workbook.save(stream)
    return stream.getvalue()
