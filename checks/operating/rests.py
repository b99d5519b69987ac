"""Times in which sources are left alone: a pause with its reason, a host's maintenance."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import func, select, update
from sqlmodel import Session

from catalog import models
from catalog.rules.errors import MutakhirError
from checks.looking.rows import SOURCE, run

LONGEST = timedelta(days=7)
AHEAD = timedelta(days=60)
PAUSED, RESUMED, MAINTENANCE = "source.paused", "source.resumed", "host.maintenance"
_AUDIT: Any = models.AuditEntry


class NotRested(MutakhirError):
    """A pause or a window that cannot be set; nothing is changed."""


@dataclass(frozen=True, slots=True)
class Window:
    """A host's maintenance, `[starts_at, ends_at)`: it is not asked in between."""

    host: str
    starts_at: datetime
    ends_at: datetime
    reason: str


def pause(session: Session, source_id: int, reason: str, by: str, now: datetime) -> None:
    """Look at a source no more until it is resumed; the reason is public. Raises NotRested."""
    if not reason.strip():
        raise NotRested(f"source {source_id} is paused without a reason; say why")
    _set_reason(session, source_id, reason.strip(), PAUSED, by, now)


def resume(session: Session, source_id: int, by: str, now: datetime) -> None:
    """Look at a source again, at once. Raises NotRested."""
    _set_reason(session, source_id, None, RESUMED, by, now)


def _set_reason(
    session: Session, source_id: int, reason: str | None, action: str, by: str, now: datetime
) -> None:
    source = session.get(models.Source, source_id)
    if source is None:
        raise NotRested(f"there is no source {source_id}")
    before = source.paused_reason
    if before == reason:
        return
    source.paused_reason = reason
    if reason is None:
        source.next_look_at = now
    session.add(source)
    session.add(
        models.AuditEntry(
            at=now,
            actor=by,
            action=action,
            subject=f"source:{source_id}",
            before={"reason": before},
            after={"reason": reason},
        )
    )
    session.flush()


def announce_maintenance(session: Session, window: Window, by: str, now: datetime) -> None:
    """Write down that a host is maintained; it is left alone then, and judged by nothing.

    A window is at most seven days long and begins within sixty: a rest that hides a dead
    server is a pause, which is public with its reason. Raises NotRested.
    """
    if not now < window.ends_at <= window.starts_at + LONGEST:
        raise NotRested(
            f"the maintenance of {window.host} ends {window.ends_at.isoformat()}; expected an end "
            "in the future, at most seven days after its start"
        )
    if window.starts_at > now + AHEAD:
        raise NotRested(f"the maintenance of {window.host} begins more than 60 days from now")
    if not window.reason.strip():
        raise NotRested(f"the maintenance of {window.host} has no reason; say why")
    session.add(
        models.AuditEntry(
            at=now,
            actor=by,
            action=MAINTENANCE,
            subject=window.host.lower(),
            after={
                "starts_at": window.starts_at.isoformat(),
                "ends_at": window.ends_at.isoformat(),
                "reason": window.reason.strip(),
            },
        )
    )
    session.flush()


def windows(session: Session, now: datetime) -> tuple[Window, ...]:
    """Return the maintenance that is under way or still to come, the first to begin first."""
    query = select(_AUDIT.subject, _AUDIT.after).where(
        _AUDIT.action == MAINTENANCE, _AUDIT.at > now - AHEAD - LONGEST
    )
    found = (
        Window(
            host,
            datetime.fromisoformat(after["starts_at"]),
            datetime.fromisoformat(after["ends_at"]),
            after["reason"],
        )
        for host, after in run(session, query)
    )
    return tuple(sorted((w for w in found if w.ends_at > now), key=lambda w: w.starts_at))


def keep_windows(session: Session, now: datetime) -> int:
    """Put off the looks that are due inside a window until its end; returns how many.

    Run before every sweep. A source that somebody has in hand is left as it is.
    """
    n_moved = 0
    for window in windows(session, now):
        if window.starts_at <= now:
            moved = run(
                session,
                update(SOURCE)
                .where(
                    func.lower(SOURCE.c.host) == window.host,
                    SOURCE.c.next_look_at < window.ends_at,
                    SOURCE.c.lease.is_(None) | (SOURCE.c.leased_until <= now),
                )
                .values(next_look_at=window.ends_at)
                .returning(SOURCE.c.id),
            )
            n_moved += len(moved.all())
    return n_moved
