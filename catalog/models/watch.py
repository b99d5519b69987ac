"""What was seen: checks, versions, findings, and the heartbeat of the watcher."""

from datetime import datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint
from sqlmodel import Field, SQLModel

from catalog.models.columns import Structured, coded
from catalog.models.vocabulary import Severity, VersionStatus
from catalog.rules.terms import Outcome, Rank, Validity


class Check(SQLModel, table=True):
    """One look at a source: `at` is when it began (event time), `code` names a failure."""

    __tablename__ = "looked"
    __table_args__ = (
        Index("ix_looked_source", "source_id", "at"),
        Index("ix_looked_dataset", "dataset_id", "at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    source_id: int = Field(foreign_key="source.id")
    dataset_id: int = Field(foreign_key="dataset.id")
    at: datetime
    seconds: float = 0.0
    outcome: Outcome = Field(sa_type=coded(Outcome))
    conclusive: bool
    http_status: int | None = None
    code: str | None = None
    reason: str | None = None
    n_bytes: int | None = None
    bytes_hash: str | None = None
    full: bool = True
    rank: Rank | None = None
    version_id: int | None = Field(default=None, foreign_key="version.id")


class Version(SQLModel, table=True):
    """One content of a dataset: the stored original, its profile and what became of it.

    `coverage` holds `{"unit": code, "counts": {ISO date: rows with a non-empty measure}}`;
    `blob` is the name of the stored original (its SHA-256); `changes` are sentences;
    `column_types` are those that were read, one for each name of `header`.
    """

    __table_args__ = (
        UniqueConstraint("dataset_id", "number"),
        Index("ix_version_seen", "dataset_id", "seen_at"),
    )

    id: int | None = Field(default=None, primary_key=True)
    dataset_id: int = Field(foreign_key="dataset.id")
    source_id: int | None = Field(default=None, foreign_key="source.id")
    number: int
    seen_at: datetime
    status: VersionStatus = Field(sa_type=coded(VersionStatus))
    status_reason: str | None = None
    sent_for_review: bool = False
    decided_at: datetime | None = Field(default=None, index=True)
    decided_by: str | None = None
    rank: Rank | None = None
    declared_period: str | None = None
    file_name: str
    media_type: str | None = None
    blob: str
    n_bytes: int
    bytes_hash: str = Field(index=True)
    canonical_hash: str | None = None
    fingerprint: str | None = None
    header: list[str] = Field(default_factory=list, sa_type=Structured)
    column_types: list[str] = Field(default_factory=list, sa_type=Structured)
    n_rows: int | None = None
    min_at: datetime | None = None
    max_at: datetime | None = None
    newest_period: str | None = None
    coverage: dict[str, Any] | None = Field(default=None, sa_type=Structured)
    n_added: int | None = None
    n_removed: int | None = None
    n_changed: int | None = None
    changes: list[str] = Field(default_factory=list, sa_type=Structured)
    validity: Validity = Field(sa_type=coded(Validity))
    finding_counts: dict[str, int] = Field(default_factory=dict, sa_type=Structured)
    etag: str | None = None
    last_modified: str | None = None


class Finding(SQLModel, table=True):
    """What is wrong in a version, where, and how to mend it, in both languages."""

    id: int | None = Field(default=None, primary_key=True)
    version_id: int = Field(foreign_key="version.id", index=True)
    code: str
    severity: Severity = Field(sa_type=coded(Severity))
    row: int | None = None
    field: str | None = None
    field_number: int | None = None
    cell: str | None = None
    message_id: str
    message_en: str
    remedy_id: str
    remedy_en: str


class Heartbeat(SQLModel, table=True):
    """One tick of the watcher; `our_fault` says why it could not see the world, if so."""

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(index=True)
    n_looked: int = 0
    our_fault: str | None = None
