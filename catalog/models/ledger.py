"""The ledger of obligations and what closed them."""

from datetime import date, datetime

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from catalog.models.columns import coded
from catalog.models.vocabulary import DeclarationKind, DeclarationStatus
from catalog.rules.terms import ClosingKind, Rank


class Obligation(SQLModel, table=True):
    """One period of a promise with its bounds; dates are local, instants UTC, ends exclusive."""

    __table_args__ = (UniqueConstraint("dataset_id", "label"),)

    id: int | None = Field(default=None, primary_key=True)
    dataset_id: int = Field(foreign_key="dataset.id", index=True)
    promise_id: int = Field(foreign_key="promise.id", index=True)
    label: str
    period_start: date
    period_end: date
    due_date: date
    opens_at: datetime
    remind_at: datetime
    due_at: datetime
    grace_at: datetime
    arrears_at: datetime
    closable_at: datetime


class Declaration(SQLModel, table=True):
    """What a person said: nihil, an answer with an ETA, a waiver, not mine, not delivered."""

    id: int | None = Field(default=None, primary_key=True)
    kind: DeclarationKind = Field(sa_type=coded(DeclarationKind))
    status: DeclarationStatus = Field(sa_type=coded(DeclarationStatus))
    dataset_id: int = Field(foreign_key="dataset.id", index=True)
    obligation_id: int | None = Field(default=None, foreign_key="obligation.id", index=True)
    person_id: int | None = Field(default=None, foreign_key="person.id")
    reason: str
    eta_on: date | None = None
    at: datetime
    decided_at: datetime | None = Field(default=None, index=True)
    decided_by: str | None = None


class Closing(SQLModel, table=True):
    """The event that closed an obligation; `at` is f, `seen_at` when we learned of it.

    An event is never edited: a mistake is retracted, and only one closing of an
    obligation stands.
    """

    __table_args__ = (
        Index(
            "uq_closing_standing",
            "obligation_id",
            unique=True,
            sqlite_where=text("retracted_at IS NULL"),
            postgresql_where=text("retracted_at IS NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    obligation_id: int = Field(foreign_key="obligation.id", index=True)
    kind: ClosingKind = Field(sa_type=coded(ClosingKind))
    at: datetime
    seen_at: datetime
    timing_observed: bool = True
    rank: Rank | None = None
    version_id: int | None = Field(default=None, foreign_key="version.id")
    declaration_id: int | None = Field(default=None, foreign_key="declaration.id")
    listed_table_id: int | None = Field(default=None, foreign_key="listedtable.id")
    retracted_at: datetime | None = Field(default=None, index=True)
    retracted_reason: str | None = None
