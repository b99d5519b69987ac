"""Datasets, the promises made for them, and where each can be seen."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import Index, UniqueConstraint, text
from sqlmodel import Field, SQLModel

from catalog.models.columns import Structured, coded
from catalog.models.vocabulary import Dimension, Sensitivity, SourceKind
from catalog.rules.terms import Cadence, Merge, Schedule


class Dataset(SQLModel, table=True):
    """One item of the daftar data with its Satu Data metadata.

    `identity` folds agency, indicator, title, cadence, rule, classification and unit;
    `n_rows_listed` says how many rows of the daftar data share it. `portal_key` is the
    portal that it was harvested from and the portal's own id of it. `reading_choices`
    gives for a column that can be read in two ways the one that the operator chose. `merge`
    holds since `merge_since` (None: since ever), the other word before that.
    """

    id: int | None = Field(default=None, primary_key=True)
    agency_id: int = Field(foreign_key="agency.id", index=True)
    slug: str = Field(unique=True)
    identity: str = Field(unique=True)
    title: str
    indicator: str | None = None
    description: str | None = None
    unit: str | None = None
    dimension: Dimension | None = Field(default=None, sa_type=coded(Dimension))
    classification: str | None = None
    sensitivity: Sensitivity = Field(default=Sensitivity.TERBUKA, sa_type=coded(Sensitivity))
    licence: str | None = None
    keywords: list[str] = Field(default_factory=list, sa_type=Structured)
    concept: str | None = None
    definition: str | None = None
    measure: str | None = None
    table_schema: dict[str, Any] | None = Field(default=None, sa_type=Structured)
    time_column: str | None = None
    value_columns: list[str] = Field(default_factory=list, sa_type=Structured)
    key_columns: list[str] = Field(default_factory=list, sa_type=Structured)
    volatile_columns: list[str] = Field(default_factory=list, sa_type=Structured)
    reading_choices: dict[str, str] | None = Field(default=None, sa_type=Structured)
    merge: Merge = Field(
        default=Merge.ALL, sa_type=coded(Merge), sa_column_kwargs={"server_default": "all"}
    )
    merge_since: datetime | None = None
    n_rows_listed: int = 1
    portal_key: str | None = Field(default=None, index=True, unique=True)
    retired_on: date | None = None
    created_at: datetime
    updated_at: datetime


class Promise(SQLModel, table=True):
    """One version of what an agency promised for a dataset; the newest has no `ends_on`.

    `rule_text` is the jadwal rilis as written; `reason` says in Bahasa Indonesia why it
    could not be scheduled. Source: design of the freshness model, section 2.
    """

    __table_args__ = (UniqueConstraint("dataset_id", "version"),)

    id: int | None = Field(default=None, primary_key=True)
    dataset_id: int = Field(foreign_key="dataset.id", index=True)
    version: int = 1
    cadence: Cadence = Field(sa_type=coded(Cadence))
    schedule: Schedule = Field(sa_type=coded(Schedule))
    rule_text: str | None = None
    reason: str | None = None
    agreed_on: date
    ends_on: date | None = None
    approved_by: str | None = None
    created_at: datetime


class Source(SQLModel, table=True):
    """Where a dataset can be seen, and the watcher's own bookkeeping of it.

    `conclusive_at`, `last_check_id`, `n_failed` and `failing_since` are caches of the
    checks, renewed with each of them. A source is free when `leased_until` has passed.
    `token_hash` is the SHA-256 of the secret with which an application may send to it. What
    walidata took out of its dataset is looked at no more from `retired_at` on.
    """

    __table_args__ = (
        Index("ix_source_due", "next_look_at", "leased_until"),
        Index(
            "ix_source_in_hand",
            "leased_until",
            sqlite_where=text("leased_until IS NOT NULL"),
            postgresql_where=text("leased_until IS NOT NULL"),
        ),
    )

    id: int | None = Field(default=None, primary_key=True)
    dataset_id: int = Field(foreign_key="dataset.id", index=True)
    kind: SourceKind = Field(sa_type=coded(SourceKind))
    address: str
    host: str = ""
    options: dict[str, Any] = Field(default_factory=dict, sa_type=Structured)
    next_look_at: datetime | None = None
    leased_until: datetime | None = None
    lease: str | None = None
    paused_reason: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    last_full_at: datetime | None = None
    n_since_full: int = 0
    last_check_id: int | None = None
    looked_at: datetime | None = None
    conclusive_at: datetime | None = None
    n_failed: int = 0
    failing_since: datetime | None = None
    token_hash: str | None = None
    created_at: datetime
    retired_at: datetime | None = None
