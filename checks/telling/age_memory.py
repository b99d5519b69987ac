"""What the outbox remembers of rolling data: how far they were announced, and who was told."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, case, func
from sqlmodel import Session, col, select

from catalog import models
from catalog.rules.escalation import NAG_LEVEL

_KINDS = models.NoticeKind


@dataclass(frozen=True, slots=True)
class Told:
    """The last episode of a dataset that was announced, by its mark, and how far."""

    mark: int
    level: int


def last_told(session: Session) -> dict[int, Told]:
    """Return how far each rolling dataset was announced, with a message or without."""
    notice = models.Notice
    rows = session.exec(
        select(col(notice.dataset_id), func.max(notice.key))
        .where(
            notice.kind == _KINDS.LEVEL,
            col(notice.obligation_id).is_(None),
            col(notice.dataset_id).is_not(None),
        )
        .group_by(col(notice.dataset_id))
    )
    told: dict[int, Told] = {}
    for dataset_id, key in rows:
        _, _, mark, level, _ = key.split(":")
        told[dataset_id or 0] = Told(int(mark), int(level))
    return told


def unrelieved_people(session: Session, dataset_ids: Collection[int]) -> dict[int, set[int]]:
    """Return who was told LATE or worse and nothing better since, by dataset id."""
    notice = models.Notice
    reproached = and_(
        col(notice.kind) != _KINDS.RECOVERY,
        col(notice.level) >= NAG_LEVEL,
        col(notice.state) == models.NoticeState.SENT,
    )
    relieved = and_(
        col(notice.kind) == _KINDS.RECOVERY, col(notice.state) != models.NoticeState.SUPERSEDED
    )
    rows = session.exec(
        select(
            col(notice.dataset_id),
            col(notice.person_id),
            func.max(case((reproached, notice.id))),
            func.max(case((relieved, notice.id))),
        )
        .where(
            col(notice.dataset_id).in_(sorted(dataset_ids)),
            col(notice.obligation_id).is_(None),
            col(notice.person_id).is_not(None),
            col(notice.kind).in_((_KINDS.LEVEL, _KINDS.NAG, _KINDS.RECOVERY)),
        )
        .group_by(col(notice.dataset_id), col(notice.person_id))
    )
    people: dict[int, set[int]] = defaultdict(set)
    for dataset_id, person_id, worse_id, better_id in rows:
        if worse_id is not None and worse_id > (better_id or 0):
            people[dataset_id or 0].add(person_id or 0)
    return people


def age_answers(
    session: Session, dataset_ids: Collection[int], now: datetime
) -> dict[int, list[models.Declaration]]:
    """Return the answers that were given up to `now`, of any episode, by dataset id."""
    said = models.Declaration
    rows = session.exec(
        select(said)
        .where(
            said.kind == models.DeclarationKind.ANSWER,
            said.status == models.DeclarationStatus.ACCEPTED,
            col(said.obligation_id).is_(None),
            col(said.dataset_id).in_(sorted(dataset_ids)),
            col(said.at) <= now,
        )
        .order_by(col(said.at), col(said.id))
    )
    answers: dict[int, list[models.Declaration]] = defaultdict(list)
    for declaration in rows:
        answers[declaration.dataset_id].append(declaration)
    return answers
