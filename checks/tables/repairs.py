"""What can be mended without asking: signs, dates, words for nothing, rows that are no data."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from checks.tables.export import clean_cell
from checks.tables.questions import questions
from checks.tables.table import Cells, Column, ColumnType, Table

_ROWS = {
    "total_rows": ("baris jumlah dikeluarkan", "rows of totals taken out"),
    "section_rows": ("judul bagian dikeluarkan", "section headings taken out"),
    "note_rows": ("catatan kaki dikeluarkan", "footnotes taken out"),
    "numbering_rows": ("baris nomor kolom dikeluarkan", "rows of column numbers taken out"),
    "repeated_headers": ("judul kolom berulang dikeluarkan", "repeated headers taken out"),
    "blank_rows": ("baris kosong dikeluarkan", "empty rows taken out"),
    "missing_words": ("kata pengganti kosong dikosongkan", "words for nothing made empty"),
    "codes_as_floats": ('".0" dibuang dari kode', '".0" removed from codes'),
}
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

    rows: tuple[Cells, ...]
    before: tuple[Cells, ...]
    repairs: tuple[Repair, ...]
    untouched: tuple[str, ...]


def repaired(table: Table) -> Repaired:
    """Return the rows as they would stand after the safe repairs.

    Columns that can be read in two ways stay as they are and are named in `untouched`.
    """
    unsure = {question.column for question in questions(table)}
    columns: list[list[str | None]] = []
    found: list[Repair] = list(_rows_left_out(table))
    for index, column in enumerate(table.columns):
        cells = table.cells(index)
        if column.name in unsure:
            columns.append(cells)
            continue
        clean = {cell: clean_cell(column, cell) for cell in set(cells)}
        columns.append([clean[cell] for cell in cells])
        found += _of_column(column, cells, clean)
    rows = tuple(zip(*columns, strict=True)) if columns else ()
    kept = tuple(name for name in table.header if name in unsure)
    return Repaired(rows, tuple(table.rows), tuple(found), kept)


def _rows_left_out(table: Table) -> Iterator[Repair]:
    for decision in table.decisions:
        words = _ROWS.get(decision.code)
        if words is None:
            continue
        n = int(decision.value) if decision.value.isdecimal() else None
        if decision.code in ("total_rows", "section_rows", "note_rows", "numbering_rows"):
            n = len(decision.value.split(","))
        yield Repair(
            decision.code,
            None,
            n,
            f"{words[0][:1].upper()}{words[0][1:]} ({decision.value}; {decision.why}).",
            f"{words[1][:1].upper()}{words[1][1:]} ({decision.value}).",
        )


def _of_column(
    column: Column, cells: list[str | None], clean: dict[str | None, str | None]
) -> Iterator[Repair]:
    changed = [cell for cell in cells if cell is not None and clean[cell] != cell]
    if not changed:
        return
    examples = tuple(f"{c} → {clean[c]}" for c in dict.fromkeys(changed))[:_N_EXAMPLES]
    shown = ", ".join(examples)
    if column.type is ColumnType.DATE:
        code, what_id, what_en = "dates", "tanggal ditulis tahun-bulan-hari", "dates made ISO"
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
