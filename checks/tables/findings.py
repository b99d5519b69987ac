"""What is wrong with a file, where, and how to mend it, in both languages."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

N_SHOWN = 1_000
_CELL_CHARS = 120


class Severity(StrEnum):
    """Whether a finding makes a version invalid or only asks for a look."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong.

    `code` is Frictionless's error type, ours begin with `mutakhir/`. `row` is the
    record with the header as 1, `field_number` counts from 1; None where it has none.
    """

    code: str
    severity: Severity
    row: int | None
    field: str | None
    field_number: int | None
    cell: str | None
    message_id: str
    message_en: str
    remedy_id: str
    remedy_en: str

    @property
    def is_error(self) -> bool:
        """Whether it makes a version invalid."""
        return self.severity is Severity.ERROR


@dataclass(frozen=True, slots=True)
class Report:
    """The verdict on one file: the first findings, and the count of all.

    `gate` says why Frictionless itself read the file; None where the fast engine did.
    """

    valid: bool
    n_rows: int
    fields: tuple[str, ...]
    findings: tuple[Finding, ...]
    counts: Mapping[str, int]
    truncated: bool
    seconds: float
    gate: str | None = None


def clipped(cell: object) -> str | None:
    """Return a cell short enough to be shown, or None when there is none."""
    if cell is None:
        return None
    text = str(cell)
    return text if len(text) <= _CELL_CHARS else text[: _CELL_CHARS - 1] + "…"


def report(
    findings: Iterable[Finding], *, n_rows: int, fields: tuple[str, ...], seconds: float
) -> Report:
    """Return the report on findings that are already at hand."""
    kept: list[Finding] = []
    counts: Counter[str] = Counter()
    valid = True
    for finding in findings:
        counts[finding.code] += 1
        valid = valid and not finding.is_error
        if len(kept) < N_SHOWN:
            kept.append(finding)
    truncated = counts.total() > len(kept)
    return Report(valid, n_rows, fields, tuple(kept), dict(counts), truncated, seconds)
