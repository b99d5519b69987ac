"""Messages: made from planned notices, and brought up to date before each attempt."""

import hashlib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import or_
from sqlmodel import Session, col, select

from catalog import models
from catalog.rules.calendar import Calendar
from catalog.rules.escalation import digest_at
from catalog.rules.terms import Headline
from catalog.store.standing import City, standings
from checks.telling.ages import BACK_IN_TIME, is_about_age
from checks.telling.failures import fail_unreachable
from checks.telling.guard import held
from checks.telling.memory import closed_among
from checks.telling.notices import supersede

_KINDS = models.NoticeKind
#: What happens during a day waits for the next 08:00, and so does what grows old during it;
#: the rest was known that morning.
_NEXT_MORNING = (_KINDS.RECOVERY, _KINDS.ACCESS)
#: Keys of the notices that page walidata: on their own, at once, even while messages are held.
PAGE = "hold:%"


def digest_began(now: datetime, calendar: Calendar) -> datetime | None:
    """Return 08:00 of today if it is a working day and that hour has come, else None."""
    today = calendar.local_date(now)
    at = digest_at(calendar.midnight(today), calendar)
    return at if calendar.is_working_day(today) and at <= now else None


def compose(session: Session, city: City, now: datetime, domain: str) -> int:
    """Make the messages that may leave now, one for each person; return how many are held."""
    fail_unreachable(session, now)
    for page in _unattached(session, now, pages=True):
        message_id = _message_id(f"page {page.key}", domain)
        _new_mail(session, page.person_id or 0, message_id, now)
        _attach(session, message_id, [page])
    waiting = _unattached(session, now)
    if held(session) is not None:
        return len(waiting)
    morning = digest_began(now, city.calendar)
    if morning is None:
        return 0
    today = city.calendar.local_date(now)
    busy = _busy(session, city.calendar.midnight(today))
    due: dict[int, list[models.Notice]] = defaultdict(list)
    for notice in waiting:
        if notice.person_id and notice.person_id not in busy and _may_leave(notice, morning):
            due[notice.person_id].append(notice)
    for person_id, mine in sorted(due.items()):
        message_id = _message_id(f"digest {person_id} {today}", domain)
        if _new_mail(session, person_id, message_id, now):
            _attach(session, message_id, mine)
    return 0


def _busy(session: Session, midnight: datetime) -> set[int]:
    """Return who has a message waiting, or got one today that waited since another day."""
    mail = models.Mail
    pages = select(models.Notice.mail_id).where(
        col(models.Notice.key).like(PAGE), col(models.Notice.mail_id).is_not(None)
    )
    is_taken = or_(col(mail.state) == models.MailState.WAITING, col(mail.sent_at) >= midnight)
    return set(session.exec(select(mail.person_id).where(is_taken, col(mail.id).not_in(pages))))


def _may_leave(notice: models.Notice, morning: datetime) -> bool:
    waits = notice.kind in _NEXT_MORNING or is_about_age(notice)
    return not waits or notice.planned_at <= morning


def _message_id(what: str, domain: str) -> str:
    return f"{hashlib.sha256(what.encode()).hexdigest()[:32]}@{domain}"


def _unattached(
    session: Session, now: datetime, *, pages: bool = False, person_id: int | None = None
) -> Sequence[models.Notice]:
    notice = models.Notice
    is_page = col(notice.key).like(PAGE)
    query = select(notice).where(
        notice.state == models.NoticeState.PLANNED,
        col(notice.mail_id).is_(None),
        col(notice.planned_at) <= now,
        is_page if pages else ~is_page,
    )
    if person_id is not None:
        query = query.where(notice.person_id == person_id)
    return session.exec(query.order_by(col(notice.id)).with_for_update(skip_locked=True)).all()


def _new_mail(session: Session, person_id: int, message_id: str, now: datetime) -> bool:
    """Make an empty message for a person; False when that person has had it already."""
    known = select(models.Mail.id).where(models.Mail.message_id == message_id)
    person = session.get_one(models.Person, person_id, with_for_update=True)
    if session.exec(known).first() is not None:
        return False
    session.add(
        models.Mail(
            message_id=message_id,
            person_id=person_id,
            address=person.email,
            state=models.MailState.WAITING,
            created_at=now,
            next_attempt_at=now,
        )
    )
    session.flush()
    return True


def _attach(session: Session, message_id: str, notices: Sequence[models.Notice]) -> None:
    mail = session.exec(select(models.Mail).where(models.Mail.message_id == message_id)).one()
    for notice in notices:
        notice.mail_id = mail.id
    session.flush()


def refreshed(session: Session, mail: models.Mail, city: City, now: datetime) -> bool:
    """Take out what became moot, add what came since; False if the message was dropped."""
    notices = session.exec(
        select(models.Notice)
        .where(models.Notice.mail_id == mail.id, models.Notice.state == models.NoticeState.PLANNED)
        .order_by(col(models.Notice.level).desc(), col(models.Notice.id))
    ).all()
    if not any(notice.key.startswith(PAGE[:-1]) for notice in notices):
        morning = digest_began(now, city.calendar)
        more = _unattached(session, now, person_id=mail.person_id) if morning else ()
        added = [n for n in more if _may_leave(n, morning or now)]
        _attach(session, mail.message_id, added)
        notices = [*notices, *added]
    over = _over(session, notices, city, now)
    highest: dict[tuple[int | None, int | None], int] = defaultdict(int)
    for notice in notices:
        subject = notice.dataset_id, notice.obligation_id
        highest[subject] = max(highest[subject], notice.level or 0)
    kept = [
        n for n in notices if not _dropped(n, highest[n.dataset_id, n.obligation_id], over, now)
    ]
    session.flush()
    if not kept:
        for notice in session.exec(select(models.Notice).where(models.Notice.mail_id == mail.id)):
            notice.mail_id = None
        session.flush()
        session.delete(mail)
    return bool(kept)


def _over(
    session: Session, notices: Sequence[models.Notice], city: City, now: datetime
) -> dict[int | None, str]:
    """Return why a reproach is over, by the id of its notice: closed, or CURRENT again."""
    owed = [n for n in notices if n.kind in (_KINDS.LEVEL, _KINDS.NAG)]
    closed = closed_among(session, (n.obligation_id for n in owed if n.obligation_id), now)
    over: dict[int | None, str] = {
        n.id: "terpenuhi sebelum dikirim" for n in owed if n.obligation_id in closed
    }
    aging = {n.dataset_id for n in owed if n.dataset_id and is_about_age(n)}
    stands = standings(session, city, now, dataset_ids=aging) if aging else ()
    current = {s.dataset_id for s in stands if s.headline is Headline.CURRENT}
    return over | {n.id: BACK_IN_TIME for n in owed if is_about_age(n) and n.dataset_id in current}


def _dropped(
    notice: models.Notice, highest: int, over: Mapping[int | None, str], now: datetime
) -> bool:
    """Supersede what is over, or said at a higher level in the same message."""
    if notice.id in over:
        supersede(notice, over[notice.id], now)
    elif notice.kind is _KINDS.LEVEL and (notice.level or 0) < highest:
        supersede(notice, f"digantikan tingkat {highest}", now)
    return notice.state is models.NoticeState.SUPERSEDED
