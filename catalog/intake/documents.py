"""What is handed over to be loaded, and what became of every row of it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from catalog.rules.errors import MutakhirError

Cells = tuple[str | None, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A table as read: one header, rows of text cells.

    `first_line` is the line of the first row; `lines` gives every row's own line where
    rows do not follow each other. `attachments` are the texts of files that rows name.
    """

    name: str
    header: tuple[str, ...]
    rows: Sequence[Cells]
    first_line: int = 2
    attachments: Mapping[str, str] = field(default_factory=dict)
    lines: Sequence[int] = ()

    def line_of(self, index: int) -> int:
        """Return the line in the file of the row at an index."""
        return self.lines[index] if self.lines else self.first_line + index


@dataclass(frozen=True, slots=True)
class JsonDocument:
    """A parsed JSON file: a Project Open Data catalogue, or a list of records."""

    name: str
    value: Any
    attachments: Mapping[str, str] = field(default_factory=dict)


class RowOutcome(StrEnum):
    """What became of one row."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REFUSED = "refused"


class RowRefused(MutakhirError):
    """One row cannot be loaded; says what was found, what was expected, what to do."""


class UnknownDocument(MutakhirError):
    """A document is none of the kinds that can be loaded."""


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of one row; `reason` is one sentence in Bahasa Indonesia, or None."""

    file: str
    row: int
    verdict: RowOutcome
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What one load did; the first nine names are the contract's JSON.

    `scheduled`, `unscheduled` and `unpublished` count the accepted rows of daftar data;
    `reasons` counts why rows are not scheduled or were refused; `n_identities_shared`
    are rows that repeat an earlier one.
    """

    rows: int
    created: int
    updated: int
    unchanged: int
    refused: int
    scheduled: int
    unscheduled: int
    unpublished: int
    verdicts: tuple[Verdict, ...]
    n_identities_shared: int
    n_matched: int
    n_unsure: int
    reasons: Mapping[str, int]
    dry_run: bool


@dataclass(slots=True)
class Tally:
    """Collects verdicts while documents are loaded."""

    verdicts: list[Verdict] = field(default_factory=list)
    n_rows: int = 0
    scheduled: int = 0
    unscheduled: int = 0
    unpublished: int = 0
    n_identities_shared: int = 0
    n_matched: int = 0
    n_unsure: int = 0
    reasons: Counter[str] = field(default_factory=Counter)

    def add(self, file: str, line: int, outcome: RowOutcome, reason: str | None = None) -> None:
        """Note what became of one row."""
        self.verdicts.append(Verdict(file, line, outcome, reason))
        if outcome is RowOutcome.REFUSED and reason:
            self.reasons[reason] += 1

    def count(self, outcome: RowOutcome) -> int:
        """Return how many rows had this outcome."""
        return sum(verdict.verdict is outcome for verdict in self.verdicts)

    def report(self, *, dry_run: bool) -> LoadReport:
        """Return the finished report, verdicts in the order of the documents."""
        return LoadReport(
            rows=self.n_rows,
            created=self.count(RowOutcome.CREATED),
            updated=self.count(RowOutcome.UPDATED),
            unchanged=self.count(RowOutcome.UNCHANGED),
            refused=self.count(RowOutcome.REFUSED),
            scheduled=self.scheduled,
            unscheduled=self.unscheduled,
            unpublished=self.unpublished,
            verdicts=tuple(self.verdicts),
            n_identities_shared=self.n_identities_shared,
            n_matched=self.n_matched,
            n_unsure=self.n_unsure,
            reasons=dict(self.reasons.most_common()),
            dry_run=dry_run,
        )
