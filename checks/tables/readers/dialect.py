"""How delimited text is written: delimiter, quote, escape; the even cut decides."""

import csv
import io
import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any

from checks.tables.numbers import is_numeral
from checks.tables.table import MEGABYTE

DELIMITERS = (",", ";", "\t", "|")
SAMPLE_CHARS = 65_536
SAMPLE_RECORDS = 100
_RARE = ("~", "^", "#", "\x1f", "\x1e", ":", " ")
# Marks of prose: as delimiters they need more than an even cut.
_OF_PROSE = frozenset(": #")
_RUN = re.compile(r"[^\w\s\"'()]{2,4}")
_GOOD = 0.9
_BETTER_BY = 0.1
_LEAST_PROSE_WIDTH = 3
# Stands for a delimiter of several letters while the csv module cuts the text.
_STAND_IN = "\ue000"

# The csv module's own limit (131,072) is below the cap of a cell; ours is checked by name.
csv.field_size_limit(64 * MEGABYTE)


@dataclass(frozen=True, slots=True)
class Dialect:
    """One way to write records; the usual one is that of RFC 4180 with any delimiter."""

    delimiter: str
    quote: str = '"'
    escape: str | None = None
    skips_space: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether a reader that knows the delimiter alone reads it right."""
        has_one_letter = len(self.delimiter) == 1
        return has_one_letter and self.quote == '"' and not self.escape and not self.skips_space

    def reader(self, lines: Iterable[str]) -> Any:
        """Return csv's reader of these lines."""
        if len(self.delimiter) > 1:
            lines = (line.replace(self.delimiter, _STAND_IN) for line in lines)
        return csv.reader(
            lines,
            delimiter=self.delimiter if len(self.delimiter) == 1 else _STAND_IN,
            quotechar=self.quote,
            escapechar=self.escape,
            skipinitialspace=self.skips_space,
        )

    def record(self, cells: list[str]) -> list[str]:
        """Return cells as they were written: the delimiter stands inside of quoted ones again."""
        if len(self.delimiter) == 1:
            return cells
        return [cell.replace(_STAND_IN, self.delimiter) for cell in cells]


@dataclass(frozen=True, slots=True)
class _Fit:
    """How evenly a dialect cuts the first records: the share that has the usual width."""

    dialect: Dialect
    share: float = 0.0
    width: int = 0
    records: tuple[list[str], ...] = ()

    @property
    def rank(self) -> tuple[int, int]:
        # Half a point is less than what ragged rows cost the right delimiter, and the
        # decimal comma loses more than that on the header.
        return round(self.share * 50), self.width

    @property
    def is_headed(self) -> bool:
        """Whether the very first record has the usual width too."""
        return bool(self.records) and len(self.records[0]) == self.width


def find_dialect(text: str) -> Dialect | None:
    """Return the dialect that cuts the first records most evenly, None for one column."""
    head = text[:SAMPLE_CHARS]
    fits = [_fit(head, Dialect(mark)) for mark in DELIMITERS if mark in head]
    if "'" in head and _encloses(head, "'") > max(1, _encloses(head, '"')):
        fits += [_fit(head, Dialect(mark, "'")) for mark in DELIMITERS if mark in head]
    good = [fit for fit in fits if fit.width > 1]
    best = max(good, key=lambda fit: (fit.rank, fit.dialect.quote == "'"), default=None)
    if best is None or best.share < _GOOD:
        best = _rare(head, best) or best
    if best is None or _is_one_column(best):
        return None
    return _refined(head, best)


def hints_at_odd(head: str) -> bool:
    """Tell whether a text with one usual delimiter may yet be in another dialect."""
    return "'" in head or '\\"' in head or ' "' in head or any(_runs(head))


def _fit(head: str, dialect: Dialect) -> _Fit:
    records = []
    try:
        for record in islice(dialect.reader(io.StringIO(head, newline="")), SAMPLE_RECORDS):
            if any(cell.strip() for cell in record):
                records.append(record)
    except csv.Error:
        return _Fit(dialect)
    widths = Counter(map(len, records))
    wide = {width: count for width, count in widths.items() if width > 1}
    if not wide:
        return _Fit(dialect)
    width = max(wide, key=lambda w: (wide[w], w))
    return _Fit(dialect, wide[width] / widths.total(), width, tuple(records))


def _encloses(head: str, quote: str) -> int:
    """Return how many cells seem to stand between quotes of this kind."""
    inside = rf"{quote}(?:[^{quote}\n]|{quote}{quote})*{quote}"
    return len(re.findall(rf"(?:^|[,;\t|])[ ]*{inside}[ ]*(?=[,;\t|\r\n]|$)", head, re.MULTILINE))


def _rare(head: str, usual: _Fit | None) -> _Fit | None:
    """Return the best fit of the rare delimiters where it is clearly better."""
    least = max(_GOOD, usual.share + _BETTER_BY if usual else 0.0)
    fits = [_fit(head, Dialect(mark)) for mark in (*_runs(head), *_RARE) if mark in head]
    good = [fit for fit in fits if fit.share >= least and fit.is_headed and _is_likely(fit)]
    return max(good, key=lambda fit: (fit.rank, len(fit.dialect.delimiter)), default=None)


def _runs(head: str) -> Iterator[str]:
    first = next((line for line in head.splitlines() if line.strip()), "")
    yield from (run for run in dict.fromkeys(_RUN.findall(first)) if set(run) - {",", ";", "|"})


def _is_likely(fit: _Fit) -> bool:
    """Tell whether a mark of prose cuts into columns: three at least, one of them numbers."""
    if fit.dialect.delimiter not in _OF_PROSE:
        return True
    rows = [record for record in fit.records[1:] if len(record) == fit.width]
    columns = list(zip(*rows, strict=True))
    return fit.width >= _LEAST_PROSE_WIDTH and any(
        sum(map(is_numeral, column)) > _GOOD * len(column) for column in columns
    )


def _is_one_column(fit: _Fit) -> bool:
    """Tell whether the cuts are but signs inside of texts: few, and none in the first record."""
    n_alone = sum(1 for record in fit.records if len(record) == 1)
    first = next(i for i, record in enumerate(fit.records) if len(record) > 1)
    below = fit.records[first:]
    n_alone_below = sum(1 for record in below if len(record) == 1)
    return first > 0 and n_alone > 0 and 2 * n_alone_below > len(below)


def _refined(head: str, best: _Fit) -> Dialect:
    """Return the best dialect with what its delimiter and its quotes have beside them."""
    mark = best.dialect.delimiter
    for run in _runs(head):
        if len(mark) == 1 and mark in run and head.count(run) * run.count(mark) == head.count(mark):
            best = _no_worse(best, _fit(head, replace(best.dialect, delimiter=run)))
            mark = best.dialect.delimiter
    quote = best.dialect.quote
    if f"{mark} {quote}" in head:
        skipping = _fit(head, replace(best.dialect, skips_space=True))
        best = skipping if skipping.share > best.share else best
    if re.search(rf"\\{quote}(?!\s*(?:{re.escape(mark)}|[\r\n]|$))", head):
        best = _no_worse(best, _fit(head, replace(best.dialect, escape="\\")))
    return best.dialect


def _no_worse(best: _Fit, other: _Fit) -> _Fit:
    return other if other.share >= best.share else best
