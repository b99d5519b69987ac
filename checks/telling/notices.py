"""Notices as they are planned, and their way into the outbox: at most once by their key."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

# Both databases spell ON CONFLICT alike; this construct compiles on either.
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import Session, col, delete

from catalog import models
from catalog.rules.terms import Role
from checks.telling.recipients import Contact, Directory


@dataclass(frozen=True, slots=True)
class PlannedNotice:
    """One notice as it was planned; one that ends at once says how in `state` and `reason`."""

    key: str
    kind: models.NoticeKind
    person_id: int | None = None
    agency_id: int | None = None
    dataset_id: int | None = None
    obligation_id: int | None = None
    level: int | None = None
    reason: str | None = None
    state: models.NoticeState = models.NoticeState.PLANNED

    def to(self, contacts: Iterable[Contact]) -> list["PlannedNotice"]:
        """Return the notice for each of the people; the key ends in who it is for."""
        people = [contact.person_id for contact in contacts]
        return [replace(self, key=f"{self.key}:{one}", person_id=one) for one in people]

    def to_nobody(self) -> "PlannedNotice":
        """Return the notice that nobody can be told, to be shown to walidata."""
        failed = models.NoticeState.FAILED
        return replace(self, key=f"{self.key}:nobody", person_id=None, state=failed)

    def replaced(self, reason: str) -> "PlannedNotice":
        """Return the notice as one that another stands for: recorded, and told to nobody."""
        return replace(self, state=models.NoticeState.SUPERSEDED, reason=reason)


def task(directory: Directory, key: str, reason: str) -> list[PlannedNotice]:
    """Return the notices that bring one task before walidata; `reason` says what happened."""
    draft = PlannedNotice(key, models.NoticeKind.TASK, reason=reason)
    people = directory.city_wide(Role.WALIDATA) or directory.city_wide(Role.ADMINISTRATOR)
    return draft.to(people) or [draft.to_nobody()]


def add_notices(
    session: Session, drafts: Sequence[PlannedNotice], now: datetime
) -> tuple[PlannedNotice, ...]:
    """Write the drafts whose keys are new and return them."""
    if not drafts:
        return ()
    by_key = {draft.key: draft for draft in drafts}
    rows = [
        {
            "key": draft.key,
            "kind": draft.kind,
            "state": draft.state,
            "person_id": draft.person_id,
            "agency_id": draft.agency_id,
            "dataset_id": draft.dataset_id,
            "obligation_id": draft.obligation_id,
            "level": draft.level,
            "planned_at": now,
            "ended_at": None if draft.state is models.NoticeState.PLANNED else now,
            "reason": draft.reason,
        }
        for draft in by_key.values()
    ]
    statement = insert(models.Notice).on_conflict_do_nothing(index_elements=["key"])
    added = set(session.scalars(statement.returning(col(models.Notice.key)), rows))
    return tuple(draft for key, draft in by_key.items() if key in added)


def announce(session: Session, levels: Mapping[int, int], now: datetime) -> None:
    """Remember the announced level of obligations by their ids; level 0 forgets."""
    forgotten = [obligation_id for obligation_id, level in levels.items() if level == 0]
    if forgotten:
        session.exec(
            delete(models.Announced).where(col(models.Announced.obligation_id).in_(forgotten))
        )
    rows = [
        {"obligation_id": obligation_id, "level": level, "at": now}
        for obligation_id, level in levels.items()
        if level > 0
    ]
    if rows:
        statement = insert(models.Announced)
        session.execute(
            statement.on_conflict_do_update(
                index_elements=["obligation_id"],
                set_={"level": statement.excluded.level, "at": statement.excluded.at},
            ),
            rows,
        )


def supersede(notice: models.Notice, reason: str, now: datetime) -> None:
    """End a notice that has nothing to say any more."""
    notice.state = models.NoticeState.SUPERSEDED
    notice.ended_at = now
    notice.reason = reason
