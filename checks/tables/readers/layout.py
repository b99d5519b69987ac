"""Where the table lies inside the records: title rows, header, sections, totals, notes."""

import re
from dataclasses import dataclass, field

from catalog.rules.time_labels import month_number
from checks.tables.readers.below import start_of_notes
from checks.tables.readers.grid import CELLS, Grid, Record, too_many_cells
from checks.tables.readers.header import (
    header_depth,
    header_index,
    is_body,
    is_value,
    joined_header,
    n_filled,
)
from checks.tables.readers.merged import filled_down
from checks.tables.readers.numbering import is_numbering
from checks.tables.readers.other_tables import start_of_other
from checks.tables.readers.totals import is_average, positions_of_totals
from checks.tables.table import Decision, folded, shown

_LETTERED = re.compile(r"(?:[IVXL]{1,5}|[A-Za-z])[.)]?")
_SECTION_SHARE = 0.4
_SLIP_SHARE = 0.1


@dataclass(slots=True)
class Layout:
    """The table inside the records: names, rows, the record number of each row, decisions.

    `positions` says for each name which cell of a record it is, counted from 0.
    """

    header: list[str]
    rows: list[list[str]]
    lines: list[int]
    header_line: int
    decisions: list[Decision] = field(default_factory=list)
    left_out: set[int] = field(default_factory=set)
    totals: list[list[str]] = field(default_factory=list)
    total_lines: list[int] = field(default_factory=list)
    positions: list[int] = field(default_factory=list)


def lay_out(grid: Grid) -> Layout:
    """Return the table inside a grid; every row that is left out is a decision.

    Raises UnreadableTable `no-table` when no record can be a header, `too-large` for more
    cells than can be held.
    """
    records = [[cell.strip() for cell in record] for record in grid.records]
    index = 0 if grid.has_header else header_index(records)
    decisions: list[Decision] = []
    if not grid.has_header and is_body(records, index):
        header, header_line, first = [""] * len(records[index]), 0, index
        why = "baris pertama sudah berisi data; kolom diberi nama sendiri"
        decisions.append(Decision("header_row", "0", why))
    else:
        depth = 0 if grid.has_header else header_depth(grid, records, index)
        index += depth
        header, n_joined = joined_header(grid, records, index, depth)
        header_line, first = index + 1, index + 1
        titles = [shown(filter(None, r)) for r in records[: index - n_joined] if any(r)]
        why = f"di bawah baris judul: {shown(titles, 100)}" if titles else "baris pertama berisi"
        if n_joined:
            why = "judul kolom digabung dari beberapa baris"
        lines = f"{header_line - n_joined}-{header_line}" if n_joined else str(header_line)
        decisions.append(Decision("header_row", lines, why))
    filled = filled_down(grid, records, first)
    if filled:
        decisions.append(filled)
    layout = Layout(header, [], [], header_line, decisions)
    _take_rows(layout, records, first)
    _drop_other_tables(layout)
    _drop_numbering(layout)
    _drop_notes(layout)
    _drop_totals(layout)
    _drop_sections(layout, is_delimited=grid.delimiter is not None)
    _fit_columns(layout)
    return layout


def _take_rows(layout: Layout, records: list[Record], first: int) -> None:
    n_blank = n_repeated = 0
    labels = [folded(label) for label in layout.header]
    is_labelled = layout.header_line > 0 and len(labels) > 1
    first_label = records[layout.header_line - 1][0] if is_labelled else None
    for position in range(first, len(records)):
        record = records[position]
        if not any(record):
            n_blank += 1
        elif record[0] == first_label and [folded(cell) for cell in record] == labels:
            n_repeated += 1
            layout.left_out.add(position + 1)
        else:
            layout.rows.append(record)
            layout.lines.append(position + 1)
    if n_blank:
        layout.decisions.append(Decision("blank_rows", str(n_blank), "baris kosong dilewati"))
    if n_repeated:
        why = "judul kolom yang diulang di tengah data"
        layout.decisions.append(Decision("repeated_headers", str(n_repeated), why))


def _drop(layout: Layout, positions: list[int], code: str, why: str) -> None:
    if not positions:
        return
    lines = ", ".join(str(layout.lines[p]) for p in positions[:20])
    words = shown((next(filter(None, layout.rows[p])) for p in positions[:5]), 100)
    layout.decisions.append(Decision(code, lines, f"{why}: {words}"))
    dropped = set(positions)
    layout.left_out.update(layout.lines[p] for p in positions)
    layout.rows[:] = [row for p, row in enumerate(layout.rows) if p not in dropped]
    layout.lines[:] = [line for p, line in enumerate(layout.lines) if p not in dropped]


def _drop_other_tables(layout: Layout) -> None:
    start = start_of_other(layout.header, layout.rows, layout.lines)
    if start is not None:
        why = "tabel lain di bawah tabel pertama; kirim sebagai berkas atau lembar sendiri"
        _drop(layout, list(range(start, len(layout.rows))), "other_tables", why)


def _drop_numbering(layout: Layout) -> None:
    if len(layout.rows) > 1 and is_numbering(layout.rows[0], layout.rows[1:]):
        _drop(layout, [0], "numbering_rows", "baris nomor kolom")


def _drop_notes(layout: Layout) -> None:
    """Leave out what stands below the table: sources, remarks, signatures."""
    start = start_of_notes(layout.rows, layout.lines, len(layout.header))
    below = list(range(start, len(layout.rows)))
    _drop(layout, below, "note_rows", "catatan di bawah tabel")


def _drop_totals(layout: Layout) -> None:
    if len(layout.header) < 2:
        return
    positions = positions_of_totals(layout.rows)
    totals = [p for p in positions if not is_average(layout.rows[p])]
    layout.totals = [layout.rows[p] for p in totals]
    layout.total_lines = [layout.lines[p] for p in totals]
    _drop(layout, positions, "total_rows", "baris jumlah bukan data")


def _drop_sections(layout: Layout, *, is_delimited: bool) -> None:
    """Leave out rows that hold one heading and are followed by filled rows."""
    rows = layout.rows
    if len(layout.header) < 3:
        return
    # Spreadsheets export a heading with all its delimiters; a short line is a torn one.
    least = len(layout.header) if is_delimited else 1
    sections = [p for p in range(len(rows) - 1) if len(rows[p]) >= least and _is_section(rows[p])]
    if 0 < len(sections) <= _SECTION_SHARE * len(rows):
        _drop(layout, sections, "section_rows", "judul bagian di dalam tabel, tanpa nilai")


def _is_section(row: Record) -> bool:
    """Tell whether a row holds a heading alone, or behind a letter or a Roman number."""
    if n_filled(row) == 1:
        return _is_heading(row[0]) or (len(row) > 2 and row[1].isupper() and _is_heading(row[1]))
    is_counted = n_filled(row) == 2 and len(row) > 3 and _LETTERED.fullmatch(row[0]) is not None
    return is_counted and len(row[1]) > 2 and _is_heading(row[1])


def _is_heading(cell: str) -> bool:
    return cell != "" and not is_value(cell) and month_number(cell) is None


def _fit_columns(layout: Layout) -> None:
    """Name blank and double labels, leave out columns without label and values."""
    labels = layout.header
    width = len(labels)
    longer = [p for p, row in enumerate(layout.rows) if any(row[width:])]
    is_slip = 0 < len(longer) <= max(1, _SLIP_SHARE * len(layout.rows)) and len(layout.rows) > 2
    if longer and not is_slip:
        width = max(len(layout.rows[p]) for p in longer)
    if width * len(layout.rows) > CELLS:
        raise too_many_cells(len(layout.rows), width)
    ragged = [p for p in longer if is_slip]
    if ragged:
        lines = ", ".join(str(layout.lines[p]) for p in ragged[:20])
        why = "baris dengan sel lebih dari judul kolom; kelebihannya dipotong"
        layout.decisions.append(Decision("ragged_rows", lines, why))
    named = [*labels, *[""] * (width - len(labels))]
    layout.rows[:] = [
        row if len(row) == width else [*row[:width], *[""] * (width - len(row))]
        for row in layout.rows
    ]
    layout.totals = [[*row[:width], *[""] * (width - len(row))] for row in layout.totals]
    kept = [i for i, label in enumerate(named) if label or any(row[i] for row in layout.rows)]
    if len(kept) < width:
        why = "kolom tanpa judul dan tanpa nilai"
        layout.decisions.append(Decision("blank_columns", str(width - len(kept)), why))
        layout.rows[:] = [[row[index] for index in kept] for row in layout.rows]
        layout.totals = [[row[index] for index in kept] for row in layout.totals]
    layout.positions = kept
    layout.header = _unique_names([named[i] for i in kept], kept, layout)


def _unique_names(labels: list[str], positions: list[int], layout: Layout) -> list[str]:
    taken: set[str] = set()
    free: dict[str, int] = {}
    names, blank, double = [], [], []
    for label, position in zip(labels, positions, strict=True):
        name = stem = label or f"kolom_{position + 1}"
        number = free.get(stem, 2)
        while folded(name) in taken:
            name, number = f"{stem}_{number}", number + 1
        free[stem] = number
        if not label:
            blank.append(name)
        elif name != stem:
            double.append(name)
        taken.add(folded(name))
        names.append(name)
    if blank and layout.header_line:
        why = "judul kolom kosong; diberi nama menurut urutan"
        layout.decisions.append(Decision("blank_labels", shown(blank, 200), why))
    if double:
        why = "judul kolom sama; diberi nomor"
        layout.decisions.append(Decision("duplicate_labels", shown(double, 200), why))
    return names
