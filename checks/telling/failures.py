"""What could not be delivered: ended as failed, passed to the next role, shown to walidata."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import or_
from sqlmodel import Session, col, select

from catalog import models
from checks.channels import ChannelError, Refusal
from checks.telling.notices import PlannedNotice, add_notices, task
from checks.telling.recipients import load_directory


def fail_unreachable(session: Session, now: datetime) -> None:
    """End what waits for people who meanwhile left or whose address failed."""
    rows = session.exec(
        select(models.Notice, models.Person)
        .join(models.Person, col(models.Person.id) == models.Notice.person_id)
        .where(
            models.Notice.state == models.NoticeState.PLANNED,
            col(models.Notice.mail_id).is_(None),
            or_(col(models.Person.active).is_(False), col(models.Person.bounced_at).is_not(None)),
        )
    ).all()
    for notice, person in rows:
        reason = ChannelError(f"{person.email} tidak lagi dapat dikabari.", Refusal.MESSAGE)
        fail(session, [notice], person.id or 0, reason, now)


def fail(
    session: Session,
    notices: Sequence[models.Notice],
    person_id: int,
    error: ChannelError,
    now: datetime,
) -> None:
    """End notices as failed, tell the next role instead, and bring it before walidata."""
    person = session.get_one(models.Person, person_id)
    if error.refusal is Refusal.ADDRESS:
        person.bounced_at = now
        session.flush()
    directory = load_directory(session)
    drafts: list[PlannedNotice] = []
    for notice in notices:
        notice.state, notice.ended_at = models.NoticeState.FAILED, now
        notice.reason = f"{notice.reason}; {error}" if notice.reason else str(error)
        if notice.agency_id is not None and error.permanent:
            heir = PlannedNotice(
                notice.key.rpartition(":")[0],
                notice.kind,
                agency_id=notice.agency_id,
                dataset_id=notice.dataset_id,
                obligation_id=notice.obligation_id,
                level=notice.level,
            )
            drafts += heir.to(directory.after(person_id, notice.agency_id))
    word = "contact" if error.refusal is Refusal.ADDRESS else "undelivered"
    if not any(notice.kind is models.NoticeKind.TASK for notice in notices):
        drafts += task(directory, f"{word}:{person_id}:{now:%Y-%m-%d}", f"{person.name}: {error}")
    add_notices(session, drafts, now)
