"""Checks beyond the schema: one file each, all keep the port below.

A version is held back (quarantined) when a validator that `quarantines` finds an error;
its warnings and the findings of the others only show. Rules: design/freshness.md, section 4.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar, Protocol

from checks.tables.findings import Finding, Report, Severity
from checks.tables.profile import Profile
from checks.tables.table import Table, shown

__all__ = ["Finding", "Inspection", "Severity", "Validator", "finding"]

_LONGEST = 200


@dataclass(frozen=True, slots=True)
class Inspection:
    """A version on the table, with what is known of those before it.

    `previous_counts` are the rows of the accepted versions, oldest first;
    `same_period_count` the rows of the same period last year for append-only flows;
    `city_code` is the ministry's code of the city (3579), where it is known.
    """

    table: Table
    profile: Profile
    now: datetime
    report: Report | None = None
    previous_table: Table | None = None
    previous_profile: Profile | None = None
    required_columns: tuple[str, ...] = ()
    previous_counts: tuple[int, ...] = ()
    same_period_count: int | None = None
    city_code: str | None = None


class Validator(Protocol):
    """One check of a version. `code` is unique, the titles name it to people."""

    code: ClassVar[str]
    title_id: ClassVar[str]
    title_en: ClassVar[str]
    quarantines: ClassVar[bool]

    def run(self, sample: Inspection) -> Iterable[Finding]:
        """Yield what is wrong; nothing when all is well or nothing can be said."""
        ...


def finding(
    code: str,
    severity: Severity,
    message: tuple[str, str],
    remedy: tuple[str, str],
    *,
    row: int | None = None,
    field: str | None = None,
    field_number: int | None = None,
    cell: str | None = None,
) -> Finding:
    """Return a finding of ours; sentences come as (Indonesian, English).

    A name or a cell may be endless in the file; here it is cut.
    """
    for text in (field, cell):
        if text and len(text) > _LONGEST:
            label = shown([text], _LONGEST)
            message = (message[0].replace(text, label), message[1].replace(text, label))
            remedy = (remedy[0].replace(text, label), remedy[1].replace(text, label))
    if cell and len(cell) > _LONGEST:
        cell = shown([cell], _LONGEST)
    return Finding(f"mutakhir/{code}", severity, row, field, field_number, cell, *message, *remedy)
