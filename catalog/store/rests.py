"""Times in which sources are left alone, as everybody may see them: pauses, maintenance."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, func
from sqlmodel import Session, col, select

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


@dataclass(frozen=True, slots=True)
class SourceAtRest:
    """The source that the page of a dataset speaks of, with its pause and maintenance."""

    kind: models.SourceKind
    host: str
    pause: Pause | None
    maintenance: Maintenance | None


def windows(session: Session, now: datetime, host: str | None = None) -> tuple[Window, ...]:
    """Return the maintenance under way or still to come, of one host or of all, by its start."""
    entry = models.AuditEntry
    query = select(entry).where(*_announced(now))
    if host is not None:
        query = query.where(entry.subject == host.lower())
    return _open(session.exec(query.order_by(col(entry.id))), now)


def _announced(now: datetime) -> tuple[ColumnElement[bool], ...]:
    entry = models.AuditEntry
    is_about_hosts = col(entry.action).in_((MAINTENANCE, MAINTENANCE_ENDED))
    return is_about_hosts, col(entry.at) > now - AHEAD - LONGEST


def _open(entries: Iterable[models.AuditEntry], now: datetime) -> tuple[Window, ...]:
    found: list[Window] = []
    for row in entries:
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


def maintenance_of(session: Session, host: str, now: datetime) -> Maintenance | None:
    """Return the next maintenance of a host, or the one under way."""
    return _next(windows(session, now, host)) if host else None


def source_at_rest(session: Session, dataset_id: int, now: datetime) -> SourceAtRest | None:
    """Return the source of a dataset, one that is paused first; one SELECT where none is."""
    source, entry = models.Source, models.AuditEntry
    rows = session.exec(
        select(source, entry)
        .outerjoin(entry, and_(col(entry.subject) == func.lower(source.host), *_announced(now)))
        .where(source.dataset_id == dataset_id, col(source.retired_at).is_(None))
        .order_by(
            col(source.paused_reason).is_(None),
            col(source.host) == "",
            col(source.id),
            col(entry.id),
        )
    ).all()
    if not rows:
        return None
    first = rows[0][0]
    told = [each for of, each in rows if of.id == first.id and each is not None]
    return SourceAtRest(
        kind=first.kind,
        host=first.host,
        pause=_pause_of(session, first),
        maintenance=_next(_open(told, now)),
    )


def _pause_of(session: Session, source: models.Source) -> Pause | None:
    if source.paused_reason is None or source.id is None:
        return None
    return Pause(source.paused_reason, paused_since(session, [source.id]).get(source.id))


def _next(found: Sequence[Window]) -> Maintenance | None:
    first = next(iter(found), None)
    return Maintenance(first.starts_at, first.ends_at, first.reason) if first else None
