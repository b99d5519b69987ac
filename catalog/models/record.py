"""Holidays, listings of what is published, and the audit trail."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from catalog.models.columns import Structured, coded
from catalog.models.vocabulary import MatchStatus
from catalog.rules.terms import HolidayKind


class Holiday(SQLModel, table=True):
    """One day off, with where it is written and when it was imported."""

    __table_args__ = (UniqueConstraint("on_date", "kind"),)

    id: int | None = Field(default=None, primary_key=True)
    on_date: date = Field(index=True)
    name: str
    kind: HolidayKind = Field(sa_type=coded(HolidayKind))
    estimated: bool = False
    source: str
    imported_on: date


class Listing(SQLModel, table=True):
    """A list of what a portal publishes, as it was observed at one instant."""

    id: int | None = Field(default=None, primary_key=True)
    name: str
    observed_at: datetime
    bytes_hash: str = Field(unique=True)
    n_tables: int
    created_at: datetime


class ListedTable(SQLModel, table=True):
    """One published table of a listing, the years it holds and the dataset it matches.

    `score` is the title similarity, 0 to 100, by which `status` was chosen.
    """

    id: int | None = Field(default=None, primary_key=True)
    listing_id: int = Field(foreign_key="listing.id", index=True)
    agency_id: int | None = Field(default=None, foreign_key="agency.id", index=True)
    agency_name: str
    title: str
    first_year: int | None = None
    last_year: int | None = None
    years: str | None = None
    address: str | None = None
    dataset_id: int | None = Field(default=None, foreign_key="dataset.id", index=True)
    status: MatchStatus = Field(sa_type=coded(MatchStatus))
    score: float | None = None


class AuditEntry(SQLModel, table=True):
    """Who did what to which thing, before and after."""

    id: int | None = Field(default=None, primary_key=True)
    at: datetime = Field(index=True)
    actor: str
    action: str
    subject: str
    before: dict[str, Any] | None = Field(default=None, sa_type=Structured)
    after: dict[str, Any] | None = Field(default=None, sa_type=Structured)
