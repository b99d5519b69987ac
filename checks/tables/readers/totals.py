"""Rows of sums under the data and inside it: told apart by their label and by what they lack."""

import re
from collections import Counter
from collections.abc import Sequence
from itertools import islice

from checks.tables.readers.grid import Record
from checks.tables.readers.header import n_filled
from checks.tables.table import folded

_LABELS = 3
_TOTAL = re.compile(
    r"(?:grand |sub ?)?(?:jumlah|total|jml)(?: ?[/&] ?(?:jumlah|total))?"
    r"(?: (?:jumlah|total|keseluruhan|seluruhnya|semua|akhir))?[ .:]*",
    re.IGNORECASE,
)
_TOTAL_OF = re.compile(
    r"(?:sub ?)?(?:jumlah|total|jml)[ :]+(?:(?:kec|kab|kel|desa|kota)[a-z]*\.? )?(.+)",
    re.IGNORECASE,
)
_AVERAGE = re.compile(
    r"(?:rata ?- ?rata|rerata|average|mean)(?: ?/ ?average)?[ .:]*", re.IGNORECASE
)
_INITIALS = tuple("sSjJtT")
_INSIDE_SHARE = 0.2
_SAMPLE = 50


def positions_of_totals(rows: Sequence[Record]) -> list[int]:
    """Return which rows are sums or, at the end, averages: no data, by their own words.

    A row inside the data is one when it is named with what it sums ("Jumlah Batu" below
    Batu) or lacks a label that the rows around it have; many that lack none are a category
    of the data.
    """
    totals = [p for p, row in enumerate(rows) if _is_total(row)]
    named = _named_totals(rows)
    last = len(rows) - 1
    known = {*totals, *named}
    while last >= 0 and (last in known or is_average(rows[last])):
        known.add(last)
        last -= 1
    least = _usual_labels(rows) if totals else 0
    full = [p for p in totals if p < last and n_filled(rows[p][:_LABELS]) >= least]
    if len(full) > _INSIDE_SHARE * len(rows):
        known -= set(full)
    return sorted(known) if len(known) < len(rows) else []


def _usual_labels(rows: Sequence[Record]) -> int:
    """Return how many labels most rows have; a row with fewer lacks one."""
    usual = Counter(n_filled(row[:_LABELS]) for row in islice(rows, _SAMPLE))
    return usual.most_common(1)[0][0]


def _is_total(row: Record) -> bool:
    label = _label(row)
    return bool(label) and _TOTAL.fullmatch(label) is not None


def _named_totals(rows: Sequence[Record]) -> set[int]:
    """Return the rows called the sum of something that a row above is called."""
    named = [
        (position, column, folded(match.group(1)))
        for position, row in enumerate(rows)
        for column, cell in enumerate(row[:_LABELS])
        if cell[:1] in _INITIALS and (match := _TOTAL_OF.fullmatch(cell)) and n_filled(row) > 1
    ]
    wanted = {name for _, _, name in named}
    first: dict[tuple[int, str], int] = {}
    for position, row in enumerate(rows if wanted else ()):
        for column, cell in enumerate(row[:_LABELS]):
            if (name := folded(cell)) in wanted:
                first.setdefault((column, name), position)
    return {p for p, column, name in named if first.get((column, name), p) < p}


def is_average(row: Record) -> bool:
    """Tell whether a row is called an average."""
    label = _label(row)
    return bool(label) and _AVERAGE.fullmatch(label) is not None


def _label(row: Record) -> str:
    cell = next((cell for cell in row[:_LABELS] if cell), "")
    return " ".join(cell.split()) if cell[:1].isalpha() else ""
