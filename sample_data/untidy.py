"""How a table looks that somebody finished by hand: four mistakes for operators to learn from."""

from collections.abc import Sequence
from datetime import date

from sample_data.layouts import Form, Layout
from sample_data.rows import Cell, Row

_MONTHS = (
    *("Januari", "Februari", "Maret", "April", "Mei", "Juni", "Juli"),
    *("Agustus", "September", "Oktober", "November", "Desember"),
)
_AMOUNT = 10_000


def untidied(layout: Layout, rows: Sequence[Row]) -> list[Row]:
    """Return dated events whose newest hold one mistake each, with a total below them.

    An amount in thousands that should be in full, a date in words, a key that is there
    twice. Needs three events at least. The total is that of a formula: of what is shown.
    """
    *before, in_thousands, in_words, last = rows
    amount = layout.header.index(next(c.name for c in layout.columns if c.typical >= _AMOUNT))
    key = layout.header.index(next(c.name for c in layout.columns if c.form is Form.CODE))
    shown = [
        *before,
        _with(in_thousands, amount, _thousands(in_thousands[amount])),
        _with(in_words, 0, _words(str(in_words[0]))),
        last,
        _with(in_words, key, last[key]),
    ]
    return [*shown, total(layout, shown)]


def total(layout: Layout, rows: Sequence[Row]) -> Row:
    """Return the row of totals that offices write below a table."""
    first_value = len(layout.header) - len(layout.columns)
    sums: list[Cell] = ["Jumlah", *[None] * (first_value - 1)]
    for i, column in enumerate(layout.columns, start=first_value):
        numbers = [row[i] for row in rows]
        added = sum(n for n in numbers if isinstance(n, int | float))
        sums.append(round(added, 2) if column.is_value else None)
    return tuple(sums)


def _with(row: Row, position: int, cell: Cell) -> Row:
    return (*row[:position], cell, *row[position + 1 :])


def _thousands(cell: Cell) -> Cell:
    return round(cell / 1000) if isinstance(cell, int | float) else cell


def _words(iso: str) -> str:
    on = date.fromisoformat(iso)
    return f"{on.day} {_MONTHS[on.month - 1]} {on.year}"
