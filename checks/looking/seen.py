"""What one look brought home, before any of it is written."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from catalog.rules.evidence import Coverage
from catalog.rules.terms import Outcome, Validity
from checks.looking.leases import Leased
from checks.sources import Fault, SourceError
from checks.tables.validation import Finding


@dataclass(frozen=True, slots=True)
class Examined:
    """A new content as it was read: all that a version stores but its number and rank.

    `held` is the code of why it waits for a person, None where nothing speaks against
    it; `held_reason` the sentence for people. `declared_period` is the label that an
    operator or the file name gives. `is_volatile` says that two downloads differed.
    """

    blob: str
    n_bytes: int
    file_name: str
    validity: Validity
    is_readable: bool = True
    media_type: str | None = None
    canonical_hash: str | None = None
    fingerprint: str | None = None
    header: tuple[str, ...] = ()
    column_types: tuple[str, ...] = ()
    n_rows: int | None = None
    min_at: datetime | None = None
    max_at: datetime | None = None
    newest_period: str | None = None
    coverage: Coverage | None = None
    n_added: int | None = None
    n_removed: int | None = None
    n_changed: int | None = None
    changes: tuple[str, ...] = ()
    findings: tuple[Finding, ...] = ()
    counts: Mapping[str, int] = field(default_factory=dict)
    held: str | None = None
    held_reason: str | None = None
    declared_period: str | None = None
    is_volatile: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """One look: `at` is when it began. Of a content that is known only its version is named."""

    leased: Leased
    at: datetime
    seconds: float
    outcome: Outcome
    http_status: int | None = None
    code: str | None = None
    reason: str | None = None
    n_bytes: int | None = None
    bytes_hash: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    fault: Fault | None = None
    silent: bool = False
    retry_after: timedelta | None = None
    version_id: int | None = None
    examined: Examined | None = None


def failed(leased: Leased, at: datetime, seconds: float, error: SourceError) -> Seen:
    """Return the look that ended in an error of the source or of our own side."""
    ours = error.fault is Fault.OURS
    return Seen(
        leased=leased,
        at=at,
        seconds=seconds,
        outcome=Outcome.OUR_FAULT if ours else Outcome.SOURCE_FAILED,
        http_status=error.http_status,
        code=error.code,
        reason=error.sentence_id,
        fault=error.fault,
        silent=error.silent,
        retry_after=error.retry_after,
    )
