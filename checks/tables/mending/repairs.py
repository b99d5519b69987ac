"""What can be mended without asking: signs, dates, words for nothing, rows that are no data."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from checks.tables.mending.choices import as_chosen
from checks.tables.mending.export import clean_cell, defused, is_iso_day
from checks.tables.mending.questions import has_month_first, questions
from checks.tables.numbers import bare, is_numeral, plain, style_of
from checks.tables.personal.forms import masked_personal
from checks.tables.table import Cells, Column, ColumnType, Table, folded

_ROWS = {
    "total_rows": ("baris jumlah dikeluarkan", "rows of totals taken out"),
    "section_rows": ("judul bagian dikeluarkan", "section headings taken out"),
    "note_rows": ("catatan kaki dikeluarkan", "footnotes taken out"),
    "numbering_rows": ("baris nomor kolom dikeluarkan", "rows of column numbers taken out"),
    "repeated_headers": ("judul kolom berulang dikeluarkan", "repeated headers taken out"),
    "blank_rows": ("baris kosong dikeluarkan", "empty rows taken out"),
    "missing_words": ("kata pengganti kosong dikosongkan", "words for nothing made empty"),
    "codes_as_floats": ('".0" dibuang dari kode', '".0" removed from codes'),
    "years_as_floats": ('".0" dibuang dari tahun', '".0" removed from years'),
}
_NAMES_ROWS = frozenset({"total_rows", "section_rows", "note_rows", "numbering_rows"})
_N_EXAMPLES = 3


@dataclass(frozen=True, slots=True)
class Repair:
    """One safe repair: what, in which column, in how many cells, with before and after."""

    code: str
    field: str | None
    n: int | None
    message_id: str
    message_en: str
    examples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Repaired:
    """The table after its safe repairs, each changed cell with what it was before."""

    columns: tuple[Column, ...]
    rows: tuple[Cells, ...]
    before: tuple[Cells, ...]
    repairs: tuple[Repair, ...]
    untouched: tuple[str, ...]


def repaired(
    table: Table,
    *,
    schema: Mapping[str, Any] | None = None,
    choices: Mapping[str, str] | None = None,
) -> Repaired:
    """Return the rows as they would stand after the safe repairs.

    Numbers and dates are written as the Table Schema asks, else plainly. Columns that can
    be read in two ways stay as they are and are named in `untouched`, unless `choices`
    says how the operator reads them.
    """
    chosen = as_chosen(table, choices or {})
    unsure = {question.column for question in questions(chosen)}
    forms = _forms(schema)
    columns: list[list[str | None]] = []
    found: list[Repair] = list(_rows_left_out(table))
    kinds: list[Column] = []
    for index, read in enumerate(chosen.columns):
        cells = table.cells(index)
        form = forms.get(folded(read.name), _Form())
        column = read if read.name in unsure else _as_agreed(read, cells, form)
        kinds.append(column)
        if column.name in unsure or not (column.type.is_numeric or column.type is ColumnType.DATE):
            columns.append(cells)
            continue
        meant = dict(zip(cells, chosen.cells(index), strict=True))
        clean = {cell: form.spell(column, clean_cell(column, meant[cell])) for cell in meant}
        columns.append([clean[cell] for cell in cells])
        found += _of_column(column, cells, clean)
    rows = tuple(zip(*columns, strict=True)) if columns else ()
    found += _defused(kinds, rows)
    kept = tuple(name for name in table.header if name in unsure)
    return Repaired(tuple(kinds), rows, tuple(table.rows), tuple(found), kept)


def repaired_csv(table: Table, mended: Repaired) -> bytes:
    """Return the repaired rows as CSV (UTF-8, comma, CRLF); no cell is a formula."""
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow([defused(name) for name in table.header])
    for row in mended.rows:
        writer.writerow(
            [
                cell if cell is None or not _runs(column, cell) else defused(cell)
                for column, cell in zip(mended.columns, row, strict=True)
            ]
        )
    return stream.getvalue().encode()


@dataclass(frozen=True, slots=True)
class _Form:
    """How a schema wants the numbers and dates of one column written."""

    decimal: str = "."
    date_format: str | None = None
    is_number: bool = False
    is_date: bool = False

    def spell(self, column: Column, cell: str | None) -> str | None:
        if cell is None:
            return None
        if column.type.is_numeric:
            return cell.replace(".", self.decimal) if plain(cell, ".", None) == cell else cell
        if self.date_format and is_iso_day(cell):
            return date.fromisoformat(cell).strftime(self.date_format)
        return cell


def _as_agreed(column: Column, cells: Sequence[str | None], form: _Form) -> Column:
    """Return a column of agreed numbers or dates as such, though some cells of it are none."""
    if column.type is not ColumnType.STRING:
        return column
    if form.is_date and not any(has_month_first(cell) for cell in cells if cell):
        return Column(column.name, ColumnType.DATE)
    if not form.is_number:
        return column
    numerals = {bare(cell) for cell in cells if cell and is_numeral(cell)}
    style = style_of(numerals, column.name, None) if numerals else None
    if style is None or style.unclear:
        return column
    kind = ColumnType.INTEGER if style.is_whole else ColumnType.NUMBER
    return Column(column.name, kind, style.decimal, style.thousands)


def _forms(schema: Mapping[str, Any] | None) -> dict[str, _Form]:
    """Return how each column is to be written, by its folded name."""
    fields = (schema or {}).get("fields")
    found = {}
    for field in fields if isinstance(fields, list) else []:
        if isinstance(field, Mapping):
            is_date = field.get("type") == "date"
            form = field.get("format") if is_date else None
            wanted = form if isinstance(form, str) and "%" in form else None
            name = folded(str(field.get("name", "")))
            is_number = field.get("type") in ("integer", "number")
            found[name] = _Form(str(field.get("decimalChar") or "."), wanted, is_number, is_date)
    return found


def _runs(column: Column, cell: str) -> bool:
    """Tell whether a spreadsheet program would take a cell for a formula."""
    is_number = column.type.is_numeric and plain(cell.replace(",", "."), ".", None) is not None
    return not is_number and defused(cell) != cell


def _defused(columns: Sequence[Column], rows: Sequence[Cells]) -> Iterator[Repair]:
    for index, column in enumerate(columns):
        n = sum(1 for row in rows if (cell := row[index]) and _runs(column, cell))
        if n:
            yield Repair(
                "formula_signs",
                column.name,
                n,
                f'Kolom "{column.name}": {n} sel yang diawali =, +, -, atau @ diberi tanda petik '
                "agar tidak dijalankan sebagai rumus.",
                f'Column "{column.name}": {n} cells that begin with =, +, - or @ get a quote, so '
                "that no program runs them.",
            )


def _rows_left_out(table: Table) -> Iterator[Repair]:
    for decision in table.decisions:
        words = _ROWS.get(decision.code)
        if words is None:
            continue
        n = int(decision.value) if decision.value.isdecimal() else None
        if decision.code in _NAMES_ROWS:
            n = len(decision.value.split(","))
        is_lines = decision.code in _NAMES_ROWS
        row_id, row_en = ("baris ", "row ") if is_lines else ("", "")
        yield Repair(
            decision.code,
            None,
            n,
            f"{words[0][:1].upper()}{words[0][1:]}: {row_id}{decision.value}.",
            f"{words[1][:1].upper()}{words[1][1:]}: {row_en}{decision.value}.",
        )


def _of_column(
    column: Column, cells: list[str | None], clean: dict[str | None, str | None]
) -> Iterator[Repair]:
    changed = [cell for cell in cells if cell is not None and clean[cell] != cell]
    if not changed:
        return
    examples = tuple(
        f"{masked_personal(c)} → {masked_personal(clean[c] or '')}"
        for c in list(dict.fromkeys(changed))[:_N_EXAMPLES]
    )
    shown = ", ".join(examples)
    if column.type is ColumnType.DATE:
        code, what_id, what_en = "dates", "tanggal ditulis tahun-bulan-hari", "dates made ISO"
        if not all(is_iso_day(clean[cell] or "") for cell in changed):
            what_id, what_en = "tanggal ditulis menurut skema", "dates written as the schema asks"
    elif any(re.search(r"[^\d.,+\-\s]", cell) for cell in changed):
        code, what_id, what_en = "number_words", "satuan dikeluarkan dari angka", "words removed"
    else:
        code, what_id, what_en = "number_signs", "tanda ribuan dan desimal", "number signs"
    yield Repair(
        code,
        column.name,
        len(changed),
        f'Kolom "{column.name}": {what_id}, {len(changed)} sel ({shown}).',
        f'Column "{column.name}": {what_en}, {len(changed)} cells ({shown}).',
        examples,
    )
