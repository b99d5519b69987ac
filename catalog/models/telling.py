"""What was announced, to whom, and the outbox."""

from datetime import datetime

from sqlalchemy import Index
from sqlmodel import Field, SQLModel

from catalog.models.columns import coded
from catalog.models.vocabulary import MailState, NoticeKind, NoticeState


class Announced(SQLModel, table=True):
    """The last announced level of an obligation (0 to 5)."""

    obligation_id: int = Field(primary_key=True, foreign_key="obligation.id")
    level: int
    at: datetime


class Mail(SQLModel, table=True):
    """One message of the outbox; `message_id` is deterministic, so a repeat is recognised."""

    __table_args__ = (Index("ix_mail_due", "state", "next_attempt_at"),)

    id: int | None = Field(default=None, primary_key=True)
    message_id: str = Field(unique=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    address: str
    state: MailState = Field(sa_type=coded(MailState))
    created_at: datetime
    next_attempt_at: datetime
    leased_until: datetime | None = None
    lease: str | None = None
    n_attempts: int = 0
    error: str | None = None
    sent_at: datetime | None = None


class Notice(SQLModel, table=True):
    """One thing that one person is told; `key` makes it unique whatever runs twice."""

    id: int | None = Field(default=None, primary_key=True)
    key: str = Field(unique=True)
    kind: NoticeKind = Field(sa_type=coded(NoticeKind))
    state: NoticeState = Field(sa_type=coded(NoticeState), index=True)
    person_id: int | None = Field(default=None, foreign_key="person.id", index=True)
    agency_id: int | None = Field(default=None, foreign_key="agency.id")
    dataset_id: int | None = Field(default=None, foreign_key="dataset.id")
    obligation_id: int | None = Field(default=None, foreign_key="obligation.id", index=True)
    level: int | None = None
    planned_at: datetime
    ended_at: datetime | None = None
    reason: str | None = None
    mail_id: int | None = Field(default=None, foreign_key="mail.id", index=True)
