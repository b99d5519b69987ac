"""Agencies, the people who answer for them, and what each person may do."""

from datetime import date, datetime

from sqlalchemy import UniqueConstraint
from sqlmodel import Field, SQLModel

from catalog.models.columns import coded
from catalog.rules.terms import Role


class Agency(SQLModel, table=True):
    """One OPD (organisasi perangkat daerah). `name_key` is its name folded for comparison."""

    id: int | None = Field(default=None, primary_key=True)
    code: str | None = Field(default=None, unique=True)
    slug: str = Field(unique=True)
    name: str
    name_key: str = Field(unique=True)
    abbreviation: str | None = None
    kind: str | None = None
    email: str | None = None
    created_at: datetime


class Person(SQLModel, table=True):
    """Somebody who receives notices or signs in; `locale` is `id` or `en`."""

    id: int | None = Field(default=None, primary_key=True)
    name: str
    email: str = Field(unique=True)
    locale: str = "id"
    active: bool = True
    bounced_at: datetime | None = None
    created_at: datetime


class Assignment(SQLModel, table=True):
    """One role of one person; city-wide roles have no agency."""

    __table_args__ = (UniqueConstraint("person_id", "agency_id", "role"),)

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    agency_id: int | None = Field(default=None, foreign_key="agency.id", index=True)
    role: Role = Field(sa_type=coded(Role))


class Application(SQLModel, table=True):
    """One application of an agency in the city's inventory, with its integration roadmap."""

    __table_args__ = (UniqueConstraint("agency_id", "name"),)

    id: int | None = Field(default=None, primary_key=True)
    agency_id: int = Field(foreign_key="agency.id", index=True)
    name: str
    purpose: str | None = None
    address: str | None = None
    status: str | None = None
    integrated: bool | None = None
    target_on: date | None = None
    created_at: datetime
