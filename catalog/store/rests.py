"""Times in which sources are left alone, as everybody may see them: pauses, maintenance."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlmodel import Session, col, func, select

from catalog import models

PAUSED, RESUMED = "source.paused", "source.resumed"
MAINTENANCE, MAINTENANCE_ENDED = "host.maintenance", "host.maintenance_ended"
#: A window is so long at most, and is announced so far ahead at most.
LONGEST = timedelta(days=7)
AHEAD = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Window:
    """A host's maintenance, `[starts_at, ends_at)`: it is not asked in between."""

    host: str
    starts_at: datetime
    ends_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Pause:
    """Why nobody looks at a source; `since_at` is None where nobody wrote down when it began."""

    reason: str
    since_at: datetime | None


@dataclass(frozen=True, slots=True)
class Maintenance:
    """A window as everybody may see it, without the host's name."""

    starts_at: datetime
    ends_at: datetime
    reason: str


def windows(session: Session, now: datetime, host: str | None = None) -> tuple[Window, ...]:
    """Return the maintenance under way or still to come, of one host or of all, by its start."""
    entry = models.AuditEntry
    query = select(entry).where(
        col(entry.action).in_((MAINTENANCE, MAINTENANCE_ENDED)), entry.at > now - AHEAD - LONGEST
    )
    if host is not None:
        query = query.where(entry.subject == host.lower())
    found: list[Window] = []
    for row in session.exec(query.order_by(col(entry.id))):
        if row.action == MAINTENANCE_ENDED:
            found = [each for each in found if each.host != row.subject]
            continue
        said = row.after or {}
        starts_at, ends_at = (datetime.fromisoformat(said[n]) for n in ("starts_at", "ends_at"))
        if ends_at > now:
            found.append(Window(row.subject, starts_at, ends_at, said["reason"]))
    return tuple(sorted(found, key=lambda window: window.starts_at))


def paused_since(session: Session, source_ids: Sequence[int]) -> dict[int, datetime]:
    """Return since when sources are paused, as the audit log has it."""
    entry = models.AuditEntry
    if not source_ids:
        return {}
    subjects = {f"source:{source_id}": source_id for source_id in source_ids}
    rows = session.exec(
        select(entry.subject, func.max(entry.at))
        .where(entry.action == PAUSED, col(entry.subject).in_(subjects))
        .group_by(entry.subject)
    )
    return {subjects[subject]: at for subject, at in rows}


def pause_of(session: Session, source: models.Source) -> Pause | None:
    """Return the pause of a source, None where it is looked at."""
    if source.paused_reason is None or source.id is None:
        return None
    return Pause(source.paused_reason, paused_since(session, [source.id]).get(source.id))


def maintenance_of(session: Session, host: str, now: datetime) -> Maintenance | None:
    """Return the next maintenance of a host, or the one under way."""
    first = next(iter(windows(session, now, host)), None) if host else None
    return Maintenance(first.starts_at, first.ends_at, first.reason) if first else None
