"""Two years side by side: where the ledgers differ, and what became of every notice."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlmodel import select

from catalog import models
from catalog.models import MailState, NoticeKind, NoticeState
from catalog.models.db import reading
from catalog.rules.escalation import NAG_LEVEL
from catalog.rules.obligations import Judged
from catalog.rules.terms import State
from tests.campaign.year.living import Year
from tests.campaign.year.story import LOOKED_BEFORE_WITHIN, Publisher, Story

Key = tuple[int, str, int, str]


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the ledger says of one period in the end."""

    state: State
    in_time: bool
    timing_observed: bool
    seen_at: datetime | None


@dataclass
class Compared:
    """What two years have in common; everything in the lists is a fault of the product.

    `n_unobserved`: in the troubled year the ledger says that nobody could see the time.
    `n_doubt`: nobody could look from before the end of the grace until the data was there,
    and the ledger takes the earliest instant that fits.
    """

    n_obligations: int = 0
    n_equal: int = 0
    n_unobserved: int = 0
    n_doubt: int = 0
    wrong: list[str] = field(default_factory=list)
    n_notices: int = 0
    n_sent: int = 0
    n_superseded: int = 0
    n_repeats: int = 0
    n_missing_explained: int = 0
    lost: list[str] = field(default_factory=list)
    doubled: list[str] = field(default_factory=list)
    false_reproach: list[str] = field(default_factory=list)
    unended: list[str] = field(default_factory=list)


def compare(calm: Year, troubled: Year) -> Compared:
    """Hold the troubled year against the calm one, period by period, notice by notice."""
    found = Compared()
    story = calm.story
    ledgers = zip(story.publishers, _ledger(calm), _ledger(troubled), strict=True)
    for publisher, free, hit in ledgers:
        for label, verdict in free.items():
            found.n_obligations += 1
            _hold(found, story, publisher, label, verdict, hit[label])
    _hold_notices(found, calm, troubled)
    return found


def _ledger(year: Year) -> list[dict[str, Verdict]]:
    end = year.story.end_at
    return [
        {each.obligation.period.label: _verdict(each) for each in stand.judged}
        for stand in year.standings(end)
    ]


def _verdict(judged: Judged) -> Verdict:
    closing = judged.closing
    in_time = closing is not None and closing.at < judged.obligation.grace_at
    return Verdict(
        judged.state,
        in_time,
        closing is None or closing.timing_observed,
        closing.seen_at if closing else None,
    )


def _hold(
    found: Compared, story: Story, publisher: Publisher, label: str, free: Verdict, hit: Verdict
) -> None:
    said = f"data-{publisher.number} {label}: calm {free}, troubled {hit}"
    if (free.state, free.in_time, free.timing_observed) == (
        hit.state,
        hit.in_time,
        hit.timing_observed,
    ):
        found.n_equal += 1
        return
    owed = next((o for o in publisher.owed if o.period.label == label), None)
    if owed is None or hit.seen_at is None:
        found.wrong.append(said)
        return
    spans = story.blind(publisher)
    came = publisher.released[label]
    is_blind = any(a <= hit.seen_at and owed.closable_at <= b for a, b in spans)
    if not hit.timing_observed and is_blind:
        found.n_unobserved += 1
        return
    over_the_grace = any(
        a - LOOKED_BEFORE_WITHIN <= owed.grace_at and came is not None and came <= b
        for a, b in _joined(spans)
    )
    if hit.in_time and not free.in_time and over_the_grace:
        found.n_doubt += 1
        return
    found.wrong.append(said)


def _joined(spans: list[tuple[datetime, datetime]]) -> Iterator[tuple[datetime, datetime]]:
    """Yield spans that touch as one."""
    begun: tuple[datetime, datetime] | None = None
    for start, end in sorted(spans):
        if begun is not None and start <= begun[1] + timedelta(hours=1):
            begun = begun[0], max(begun[1], end)
            continue
        if begun is not None:
            yield begun
        begun = start, end
    if begun is not None:
        yield begun


def _levels(year: Year) -> dict[Key, models.Notice]:
    """Return the notices of levels by dataset, period, level and person."""
    with reading(year.engine) as session:
        rows = session.exec(
            select(models.Notice, models.Dataset.slug, models.Obligation.label, models.Person.email)
            .join(models.Dataset, models.Dataset.id == models.Notice.dataset_id)
            .join(models.Obligation, models.Obligation.id == models.Notice.obligation_id)
            .join(models.Person, models.Person.id == models.Notice.person_id)
            .where(models.Notice.kind == NoticeKind.LEVEL)
        ).all()
    return {
        (int(slug.rpartition("-")[2]), label, notice.level or 0, email): notice
        for notice, slug, label, email in rows
    }


def _hold_notices(found: Compared, calm: Year, troubled: Year) -> None:
    with reading(troubled.engine) as session:
        notices = session.exec(select(models.Notice)).all()
        mails = {mail.id: mail for mail in session.exec(select(models.Mail))}
    taken = Counter(str(m["Message-ID"]).strip("<>") for m in troubled.relay.taken)
    states = Counter(notice.state for notice in notices)
    found.n_notices = len(notices)
    found.n_sent, found.n_superseded = states[NoticeState.SENT], states[NoticeState.SUPERSEDED]
    found.n_repeats = sum(n - 1 for n in taken.values())
    for notice in notices:
        if notice.state is NoticeState.SENT:
            mail = mails.get(notice.mail_id)
            if mail is None or mail.state is not MailState.SENT or not taken[mail.message_id]:
                found.lost.append(f"{notice.key}: sent, and the relay has not got it")
        is_old = notice.planned_at < troubled.story.end_at - timedelta(days=7)
        if notice.state is NoticeState.PLANNED and is_old:
            found.unended.append(notice.key)
    doubled = Counter(notice.key for notice in notices)
    found.doubled = [key for key, n in doubled.items() if n > 1]
    free, hit = _levels(calm), _levels(troubled)
    publishers = calm.story.publishers
    for (number, label, level, email), notice in hit.items():
        publisher = publishers[number]
        owed = next(o for o in publisher.owed if o.period.label == label)
        if level >= NAG_LEVEL and not calm.story.may_be_late(publisher, owed, notice.planned_at):
            found.false_reproach.append(f"data-{number} {label} level {level} to {email}")
    for key in free.keys() - hit.keys():
        number, label, level, email = key
        told_at = free[key].planned_at
        if _is_explained(calm.story, publishers[number], told_at):
            found.n_missing_explained += 1
        else:
            found.lost.append(f"data-{number} {label} level {level} to {email}: never planned")


def _is_explained(story: Story, publisher: Publisher, told_at: datetime) -> bool:
    """Tell whether the source was out of sight when the calm year spoke of it.

    Then the level was not known, or it was passed by before anybody could see it.
    """
    return any(a - timedelta(days=1) <= told_at <= b for a, b in _joined(story.blind(publisher)))
