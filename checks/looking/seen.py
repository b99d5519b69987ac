"""What one look brought home, before any of it is written."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from catalog.rules.terms import Outcome
from checks.looking.content import Examined
from checks.looking.leases import Leased
from checks.sources import Fault, SourceError

__all__ = ["Examined", "Seen", "failed"]


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
