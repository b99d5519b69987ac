"""Times in which sources are left alone: a pause with its reason, a host's maintenance."""

from datetime import datetime

from sqlalchemy import func, update
from sqlmodel import Session

from catalog import models
from catalog.rules.errors import MutakhirError
from catalog.store.rests import (
    AHEAD,
    LONGEST,
    MAINTENANCE,
    MAINTENANCE_ENDED,
    PAUSED,
    RESUMED,
    Window,
    windows,
)
from checks.looking.rows import SOURCE, run

__all__ = [
    "NotRested",
    "Window",
    "announce_maintenance",
    "end_maintenance",
    "keep_windows",
    "pause",
    "public_reason",
    "resume",
    "windows",
]


#: A reason stands on public pages beside the data.
LONGEST_REASON = 300


class NotRested(MutakhirError):
    """A pause or a window that cannot be set; nothing is changed."""


def pause(session: Session, source_id: int, reason: str, by: str, now: datetime) -> None:
    """Look at a source no more until it is resumed; the reason is public. Raises NotRested."""
    _set_reason(session, source_id, public_reason(reason), PAUSED, by, now)


def public_reason(reason: str) -> str:
    """Return a reason as one line that everybody may read. Raises NotRested."""
    line = " ".join(reason.split())
    if not line:
        raise NotRested("a rest needs a reason that everybody may read; say why")
    if len(line) > LONGEST_REASON:
        raise NotRested(
            f"the reason has {len(line)} letters; expected at most {LONGEST_REASON}, shorten it"
        )
    return line


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
    if not max(now, window.starts_at) < window.ends_at <= window.starts_at + LONGEST:
        raise NotRested(
            f"the maintenance of {window.host} ends {window.ends_at:%Y-%m-%d %H:%M} UTC; expected "
            "an end in the future, after its start and at most seven days after it"
        )
    if window.starts_at > now + AHEAD:
        raise NotRested(f"the maintenance of {window.host} begins more than 60 days from now")
    reason = public_reason(window.reason)
    for known in windows(session, now, window.host.lower()):
        if known.starts_at <= window.starts_at and window.ends_at <= known.ends_at:
            raise NotRested(
                f"the maintenance of {window.host} is announced already, until "
                f"{known.ends_at:%Y-%m-%d %H:%M} UTC; see `maintenance list`"
            )
    session.add(
        models.AuditEntry(
            at=now,
            actor=by,
            action=MAINTENANCE,
            subject=window.host.lower(),
            after={
                "starts_at": window.starts_at.isoformat(),
                "ends_at": window.ends_at.isoformat(),
                "reason": reason,
            },
        )
    )
    session.flush()


def end_maintenance(session: Session, host: str, by: str, now: datetime) -> int:
    """End a host's maintenance early, and what is announced of it; returns how many windows.

    What was put off until its end is due now. Raises NotRested where there is none.
    """
    host = host.lower()
    ended = windows(session, now, host)
    if not ended:
        raise NotRested(f"there is no maintenance of {host} to end; see `maintenance list`")
    under_way = [window.ends_at for window in ended if window.starts_at <= now]
    if under_way:
        run(
            session,
            update(SOURCE)
            .where(func.lower(SOURCE.c.host) == host, SOURCE.c.next_look_at.in_(under_way))
            .values(next_look_at=now),
        )
    session.add(
        models.AuditEntry(
            at=now,
            actor=by,
            action=MAINTENANCE_ENDED,
            subject=host,
            before={"windows": [window.reason for window in ended]},
        )
    )
    session.flush()
    return len(ended)


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
