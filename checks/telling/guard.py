"""The guard: one cause that worsens many datasets at once holds every message back.

Whether messages are held is the newest of two kinds of audit entries, so it survives a
restart and everyone can read who let them go on, and when.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func
from sqlmodel import Session, col, select

from catalog import models
from catalog.rules.escalation import must_hold
from catalog.rules.terms import Access, Headline
from catalog.store.standing import City, Standing

HELD, RESUMED = "telling.held", "telling.resumed"
AUTOMATIC = "mutakhir"
#: Looks are spread over the hours, so one tick of the guard is a day of looking.
WINDOW = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Worsening:
    """What got worse since an instant for reasons other than the calendar."""

    n_datasets: int
    n_worsened: int
    n_before: int

    @property
    def holds(self) -> bool:
        """Whether messages must be held."""
        return must_hold(self.n_datasets, self.n_worsened, self.n_before, self.n_datasets)


@dataclass(frozen=True, slots=True)
class Hold:
    """Messages are held since `at`; the counts are those of the moment it began."""

    entry_id: int
    at: datetime
    n_worsened: int
    n_datasets: int
    n_lost: int


def held(session: Session) -> Hold | None:
    """Return the hold that is on, None when messages may go."""
    newest = session.exec(
        select(models.AuditEntry)
        .where(col(models.AuditEntry.action).in_((HELD, RESUMED)))
        .order_by(col(models.AuditEntry.id).desc())
        .limit(1)
    ).first()
    if newest is None or newest.action != HELD:
        return None
    counts = newest.after or {}
    return Hold(
        newest.id or 0,
        newest.at,
        counts.get("worsened", 0),
        counts.get("datasets", 0),
        counts.get("lost", 0),
    )


def resume(session: Session, actor: str, now: datetime) -> bool:
    """Let messages go again because a person said so; False when none were held.

    What had worsened before this instant is never a reason to hold again.
    """
    on = held(session)
    if on is not None:
        session.add(_entry(RESUMED, actor, now))
        session.flush()
    return on is not None


def watch(
    session: Session, stands: Sequence[Standing], city: City, now: datetime
) -> tuple[Hold | None, bool]:
    """Start, keep or end a hold; return the one that is on and whether it began now.

    It ends by itself when what had worsened got better.
    """
    on = held(session)
    since = max(filter(None, ((on.at if on else now) - WINDOW, _last_resumed(session))))
    worsening = worsened(session, stands, city, since, now)
    if worsening.holds and on is None:
        n_lost = worsening.n_before - worsening.n_datasets
        counts = {
            "worsened": worsening.n_worsened,
            "datasets": worsening.n_datasets,
            "lost": n_lost,
        }
        session.add(_entry(HELD, AUTOMATIC, now, counts))
        session.flush()
        return held(session), True
    if on is not None and not worsening.holds:
        session.add(_entry(RESUMED, AUTOMATIC, now))
        session.flush()
        return None, False
    return on, False


def worsened(
    session: Session, stands: Sequence[Standing], city: City, since: datetime, now: datetime
) -> Worsening:
    """Count the datasets that broke, were quarantined or lost their evidence after `since`."""
    kept = {s.dataset_id for s in stands if s.headline is not Headline.RETIRED}
    broken = {s.dataset_id for s in stands if s.access is Access.PUTUS}
    source, version, closing = models.Source, models.Version, models.Closing
    newest = select(func.max(version.id)).group_by(col(version.dataset_id))
    found = (
        set(session.exec(select(source.dataset_id).where(col(source.failing_since) > since)))
        & broken
    )
    found |= set(
        session.exec(
            select(version.dataset_id).where(
                col(version.id).in_(newest),
                col(version.status) == models.VersionStatus.QUARANTINED,
                col(version.seen_at) > since,
                col(version.seen_at) <= now,
            )
        )
    )
    retracted = select(closing.obligation_id).where(
        col(closing.retracted_at) > since, col(closing.retracted_at) <= now
    )
    standing = select(closing.obligation_id).where(col(closing.retracted_at).is_(None))
    found |= set(
        session.exec(
            select(models.Obligation.dataset_id).where(
                col(models.Obligation.id).in_(retracted),
                col(models.Obligation.id).not_in(standing),
            )
        )
    )
    calendar = city.calendar
    n_retired = session.exec(
        select(func.count())
        .select_from(models.Dataset)
        .where(
            col(models.Dataset.retired_on) > calendar.local_date(since),
            col(models.Dataset.retired_on) <= calendar.local_date(now),
        )
    ).one()
    return Worsening(len(kept), len(found & kept), len(kept) + n_retired)


def _last_resumed(session: Session) -> datetime | None:
    """Return when a person last let messages go; ends that came by themselves do not count."""
    return session.exec(
        select(func.max(models.AuditEntry.at)).where(
            models.AuditEntry.action == RESUMED, models.AuditEntry.actor != AUTOMATIC
        )
    ).one()


def _entry(
    action: str, actor: str, now: datetime, counts: dict[str, int] | None = None
) -> models.AuditEntry:
    return models.AuditEntry(at=now, actor=actor, action=action, subject="notices", after=counts)
