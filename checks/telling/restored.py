"""After a restored backup: nobody knows what was said since it was made, so none is told twice."""

from datetime import datetime

from sqlmodel import Session, col, select

from catalog import models
from catalog.models.record import AuditEntry
from checks.telling.notices import supersede

RESTORED = "restored"
_REASON = "cadangan dipulihkan; mungkin sudah disampaikan sebelumnya"


def settle_restored(session: Session, actor: str, now: datetime) -> int:
    """End what the backup still had to send, and remember when it was brought back.

    From now on what was already late at this instant is old backlog: told once to each
    agency as a summary and not again level by level. Returns how many notices it ended.
    """
    waiting = session.exec(
        select(models.Notice).where(models.Notice.state == models.NoticeState.PLANNED)
    ).all()
    for notice in waiting:
        supersede(notice, _REASON, now)
        notice.mail_id = None
    session.flush()
    for mail in session.exec(
        select(models.Mail).where(models.Mail.state == models.MailState.WAITING)
    ):
        session.delete(mail)
    for source in session.exec(select(models.Source).where(col(models.Source.lease).is_not(None))):
        source.lease = source.leased_until = None
    session.add(AuditEntry(at=now, actor=actor, action=RESTORED, subject="installation"))
    session.flush()
    return len(waiting)


def restored_at(session: Session) -> datetime | None:
    """Return when a backup was last brought back."""
    return session.exec(
        select(AuditEntry.at)
        .where(AuditEntry.action == RESTORED)
        .order_by(col(AuditEntry.id).desc())
        .limit(1)
    ).first()
