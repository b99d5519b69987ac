"""The outbox: from planned notices to messages, each sent under a lease.

Nothing is lost: a notice waits until a message that says it was taken by the relay, was
superseded, or failed for good. A message whose sender died between the relay's answer
and our commit is sent again, unchanged and under the same Message-ID; that is the only
way in which one arrives twice.
"""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit
from uuid import uuid4

from sqlalchemy import Engine, func, or_
from sqlmodel import Session, col, select

from catalog import models
from catalog.models.db import reading, unit_of_work
from catalog.store.standing import City
from checks.channels import Channel, ChannelError, Message, Refusal
from checks.telling.digest import write_letter
from checks.telling.failures import fail
from checks.telling.guard import held
from checks.telling.mails import PAGE, compose, digest_began, refreshed
from checks.telling.parts import Desk

LEASE = timedelta(minutes=10)
#: A round ends well before its own leases could.
ROUND_SECONDS = 240.0
BACK_OFF = tuple(timedelta(minutes=m) for m in (1, 5, 15, 30))
GIVE_UP_AFTER = timedelta(days=10)
_WAITING = models.MailState.WAITING


@dataclass(frozen=True, slots=True)
class Sent:
    """What one round of sending did, in messages; `held` counts notices kept back."""

    n_sent: int
    n_deferred: int
    n_failed: int
    n_held: int


@dataclass(frozen=True, slots=True)
class Tally:
    """Where the notices of the outbox are; `held` of the planned ones are kept back."""

    planned: int
    sent: int
    superseded: int
    failed: int
    held: int


@dataclass(frozen=True, slots=True)
class _Leased:
    mail_id: int
    lease: str


def tally(session: Session) -> Tally:
    """Count the notices by where they are."""
    notice = models.Notice
    counts = dict(session.exec(select(notice.state, func.count()).group_by(notice.state)).all())
    planned = counts.get(models.NoticeState.PLANNED, 0)
    return Tally(
        planned=planned,
        sent=counts.get(models.NoticeState.SENT, 0),
        superseded=counts.get(models.NoticeState.SUPERSEDED, 0),
        failed=counts.get(models.NoticeState.FAILED, 0),
        held=planned if held(session) else 0,
    )


def send_due(
    engine: Engine, channel: Channel, city: City, now: datetime, base_url: str, secret: str
) -> Sent:
    """Send what is due at `now`: at most one digest for a person and working day, from 08:00.

    Safe to run twice at once and to kill at any moment. A relay that does not work ends
    the round; the messages wait for the next one.
    """
    desk = Desk(base_url, secret)
    with unit_of_work(engine) as session:
        n_held = compose(session, city, now, urlsplit(base_url).hostname or "localhost")
    n_sent = n_deferred = n_failed = 0
    began = time.monotonic()
    while time.monotonic() - began < ROUND_SECONDS:
        leased = _lease(engine, city, now)
        if leased is None:
            break
        error = _attempt(engine, channel, leased, city, now, desk)
        with unit_of_work(engine) as session:
            state = _record(session, leased, error, now)
        n_sent += state is models.MailState.SENT
        n_failed += state is models.MailState.FAILED
        n_deferred += state is _WAITING
        if error is not None and error.refusal is Refusal.UNREACHABLE:
            break
    return Sent(n_sent, n_deferred, n_failed, n_held)


def _attempt(
    engine: Engine, channel: Channel, leased: _Leased, city: City, now: datetime, desk: Desk
) -> ChannelError | None:
    """Write and send one message; whatever goes wrong is returned and stops no other."""
    written = False
    try:
        message = _written(engine, leased.mail_id, city, now, desk)
        written = True
        channel.send(message)
    except ChannelError as error:
        return error
    except Exception as error:  # noqa: BLE001
        refusal = Refusal.UNCERTAIN if written else Refusal.TEMPORARY
        return ChannelError(f"{channel.code}: {type(error).__name__}: {error}"[:300], refusal)
    return None


def _lease(engine: Engine, city: City, now: datetime) -> _Leased | None:
    """Take the next message that is due and free; None when there is none.

    A message whose last attempt ended without an answer may have arrived: it stays as it
    is. Any other is brought up to date first, and dropped when nothing is left to say.
    """
    while True:
        with unit_of_work(engine) as session:
            mail = _next_free(session, city, now)
            if mail is None:
                return None
            if mail.lease is None and not refreshed(session, mail, city, now):
                continue
            mail.lease = uuid4().hex
            mail.leased_until = now + LEASE
            mail.n_attempts += 1
            mail_id, lease = mail.id or 0, mail.lease
        return _Leased(mail_id, lease)


def _next_free(session: Session, city: City, now: datetime) -> models.Mail | None:
    """Return the oldest message that is due and free, locked against other senders.

    Only a page to walidata leaves while messages are held, at night or on a day off.
    """
    mail = models.Mail
    query = (
        select(mail)
        .where(
            mail.state == _WAITING,
            col(mail.next_attempt_at) <= now,
            or_(col(mail.leased_until).is_(None), col(mail.leased_until) <= now),
        )
        .order_by(col(mail.next_attempt_at), col(mail.id))
        .limit(1)
        .with_for_update(skip_locked=True)
    )
    if held(session) is not None or digest_began(now, city.calendar) is None:
        pages = select(models.Notice.mail_id).where(col(models.Notice.key).like(PAGE))
        query = query.where(col(mail.id).in_(pages))
    return session.exec(query).first()


def _written(engine: Engine, mail_id: int, city: City, now: datetime, desk: Desk) -> Message:
    with reading(engine) as session:
        mail = session.get_one(models.Mail, mail_id)
        person = session.get_one(models.Person, mail.person_id)
        notices = session.exec(
            select(models.Notice)
            .where(
                models.Notice.mail_id == mail_id,
                models.Notice.state == models.NoticeState.PLANNED,
            )
            .order_by(col(models.Notice.id))
        ).all()
        letter = write_letter(session, city, now, person, notices, mail.created_at, desk)
        return Message(
            message_id=mail.message_id,
            to_name=person.name,
            to_address=mail.address,
            subject=letter.subject,
            text=letter.as_text(),
            html=letter.as_html(),
            locale=letter.locale,
            at=mail.created_at,
            unsubscribe=letter.unsubscribe,
        )


def _record(
    session: Session, leased: _Leased, error: ChannelError | None, now: datetime
) -> models.MailState | None:
    """Write down how an attempt ended; None when the lease was no longer ours."""
    mail = session.get(models.Mail, leased.mail_id, with_for_update=True)
    if mail is None or mail.lease != leased.lease:
        return None
    notices = session.exec(
        select(models.Notice).where(
            models.Notice.mail_id == mail.id, models.Notice.state == models.NoticeState.PLANNED
        )
    ).all()
    mail.leased_until = None
    mail.error = str(error) if error else None
    if error is None:
        mail.state, mail.sent_at, mail.lease = models.MailState.SENT, now, None
        for notice in notices:
            notice.state, notice.ended_at = models.NoticeState.SENT, now
    elif error.permanent or now - mail.created_at >= GIVE_UP_AFTER:
        mail.state, mail.lease = models.MailState.FAILED, None
        fail(session, notices, mail.person_id, error, now)
    else:
        # The lease stays where the answer is unknown: that marks the message as unchangeable.
        mail.lease = leased.lease if error.refusal is Refusal.UNCERTAIN else None
        mail.next_attempt_at = now + BACK_OFF[min(mail.n_attempts, len(BACK_OFF)) - 1]
    return mail.state
