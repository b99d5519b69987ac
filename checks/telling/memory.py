"""What was said before: announced levels, nags, answers, and since when we could know."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, or_
from sqlmodel import Session, col, select

from catalog import models
from catalog.rules.escalation import NAG_LEVEL, Answer
from checks.telling.restored import restored_at

#: From this level on a notice says that something is missing; its end deserves a note.
RECOVERABLE_LEVEL = 2


@dataclass(frozen=True, slots=True)
class Spoken:
    """The announced level of one obligation; level 0 and no instant when none was."""

    obligation_id: int
    level: int
    at: datetime | None


@dataclass(frozen=True, slots=True)
class HostWord:
    """The last word on a host of an agency: PUTUS or LANCAR, and whether anybody read it."""

    word: str
    was_sent: bool


@dataclass(frozen=True, slots=True)
class Memory:
    """Everything the next plan rests on.

    `spoken` knows the obligations that are open and inside their remind window, and those
    once announced, by (dataset id, period label). `since` is when a dataset could first be
    seen: what was late before that is old backlog; so is what was late when a backup was
    brought back (`restored_at`), for nobody knows what was said since it was made.
    """

    spoken: Mapping[tuple[int, str], Spoken]
    answers: Mapping[int, Sequence[Answer]]
    nagged_at: Mapping[int, datetime]
    since: Mapping[int, datetime]
    restored_at: datetime | None
    hosts: Mapping[tuple[int, str], HostWord]


def remember(session: Session, now: datetime) -> Memory:
    """Load what was said up to `now` in a fixed number of SELECTs."""
    restored = restored_at(session)
    since = _since(session)
    if restored is not None:
        since = {dataset_id: max(at, restored) for dataset_id, at in since.items()}
    return Memory(
        spoken=_spoken(session, now),
        answers=_answers(session, now),
        nagged_at=_nagged_at(session),
        since=since,
        restored_at=restored,
        hosts=_hosts(session),
    )


def reproached(session: Session, obligation_ids: Iterable[int]) -> dict[int, set[int]]:
    """Return the people to whom a message went out that an obligation was missing."""
    notice = models.Notice
    rows = session.exec(
        select(notice.obligation_id, notice.person_id).where(
            col(notice.obligation_id).in_(sorted(obligation_ids)),
            col(notice.kind).in_((models.NoticeKind.LEVEL, models.NoticeKind.NAG)),
            col(notice.level) >= RECOVERABLE_LEVEL,
            notice.state == models.NoticeState.SENT,
        )
    )
    people: dict[int, set[int]] = defaultdict(set)
    for obligation_id, person_id in rows:
        if obligation_id is not None and person_id is not None:
            people[obligation_id].add(person_id)
    return people


def under_way(session: Session, obligation_ids: Iterable[int]) -> set[int]:
    """Return the obligations of which a message that is being sent says they are missing."""
    notice = models.Notice
    found = session.exec(
        select(notice.obligation_id).where(
            col(notice.obligation_id).in_(sorted(obligation_ids)),
            col(notice.level) >= RECOVERABLE_LEVEL,
            notice.state == models.NoticeState.PLANNED,
            col(notice.mail_id).is_not(None),
        )
    )
    return {obligation_id for obligation_id in found if obligation_id is not None}


def closed_among(session: Session, obligation_ids: Iterable[int], now: datetime) -> set[int]:
    """Return those of the obligations that are known to be closed at `now`."""
    closing = models.Closing
    return set(
        session.exec(
            select(closing.obligation_id).where(
                col(closing.obligation_id).in_(sorted(set(obligation_ids))),
                col(closing.retracted_at).is_(None),
                col(closing.seen_at) <= now,
            )
        )
    )


def access_key(word: str, day: object, agency_id: int, host: str) -> str:
    """Return the start of an access notice's key; the person's id follows."""
    return f"access:{word}:{day}:{agency_id}:{host}"


def _spoken(session: Session, now: datetime) -> dict[tuple[int, str], Spoken]:
    obligation, closing, announced = models.Obligation, models.Closing, models.Announced
    rows = session.exec(
        select(
            col(obligation.dataset_id),
            col(obligation.label),
            col(obligation.id),
            col(announced.level),
            col(announced.at),
        )  # type: ignore[call-overload]
        .join(announced, col(announced.obligation_id) == obligation.id, isouter=True)
        .join(
            closing,
            and_(
                col(closing.obligation_id) == obligation.id,
                col(closing.retracted_at).is_(None),
                col(closing.seen_at) <= now,
            ),
            isouter=True,
        )
        .where(
            or_(
                and_(col(closing.id).is_(None), col(obligation.remind_at) <= now),
                col(announced.level) > 0,
            )
        )
    )
    return {
        (dataset_id, label): Spoken(obligation_id or 0, level or 0, at)
        for dataset_id, label, obligation_id, level, at in rows
    }


def _answers(session: Session, now: datetime) -> dict[int, list[Answer]]:
    said = models.Declaration
    rows = session.exec(
        select(col(said.obligation_id), col(said.at), col(said.eta_on)).where(
            said.kind == models.DeclarationKind.ANSWER,
            said.status == models.DeclarationStatus.ACCEPTED,
            col(said.obligation_id).is_not(None),
            col(said.eta_on).is_not(None),
            col(said.at) <= now,
        )
    )
    answers: dict[int, list[Answer]] = defaultdict(list)
    for obligation_id, at, eta_on in rows:
        if obligation_id is not None and eta_on is not None:
            answers[obligation_id].append(Answer(at, eta_on))
    return answers


def _nagged_at(session: Session) -> dict[int, datetime]:
    notice = models.Notice
    rows = session.exec(
        select(col(notice.dataset_id), func.max(notice.planned_at))
        .where(
            col(notice.kind).in_((models.NoticeKind.LEVEL, models.NoticeKind.NAG)),
            col(notice.level) >= NAG_LEVEL,
            col(notice.dataset_id).is_not(None),
        )
        .group_by(col(notice.dataset_id))
    )
    return {dataset_id: at for dataset_id, at in rows if dataset_id is not None}


def _since(session: Session) -> dict[int, datetime]:
    dataset, source = models.Dataset, models.Source
    since = dict(session.exec(select(col(dataset.id), col(dataset.created_at))).all())
    linked = session.exec(
        select(source.dataset_id, func.min(source.created_at)).group_by(col(source.dataset_id))
    )
    for dataset_id, at in linked:
        since[dataset_id] = max(at, since.get(dataset_id, at))
    return {dataset_id: at for dataset_id, at in since.items() if dataset_id is not None}


def _hosts(session: Session) -> dict[tuple[int, str], HostWord]:
    """Return the last word on each host; words that nobody was told any more are forgotten."""
    rows = session.exec(
        select(models.Notice.key, models.Notice.state)
        .where(
            models.Notice.kind == models.NoticeKind.ACCESS,
            models.Notice.state != models.NoticeState.SUPERSEDED,
        )
        .order_by(col(models.Notice.planned_at), col(models.Notice.id))
    )
    words: dict[tuple[int, str], HostWord] = {}
    for key, state in rows:
        _, word, _day, agency_id, rest = key.split(":", 4)
        host = rest.rpartition(":")[0]
        before = words.get((int(agency_id), host))
        again = before is not None and before.word == word and before.was_sent
        was_sent = again or state is models.NoticeState.SENT
        words[int(agency_id), host] = HostWord(word, was_sent)
    return words
