"""One short text that changes whenever something that pages show has been written."""

from typing import Any

from sqlalchemy import ScalarSelect
from sqlmodel import Session, func, select

from catalog import models


def _newest(column: Any) -> ScalarSelect[Any]:
    return select(func.max(column)).scalar_subquery()


_MARKS = (
    _newest(models.Check.id),
    _newest(models.Version.id),
    _newest(models.Version.decided_at),
    _newest(models.Closing.id),
    _newest(models.Closing.retracted_at),
    _newest(models.Declaration.id),
    _newest(models.Declaration.decided_at),
    _newest(models.Obligation.id),
    _newest(models.Promise.id),
    _newest(models.Dataset.id),
    _newest(models.Dataset.updated_at),
    _newest(models.Source.id),
    _newest(models.Agency.id),
    _newest(models.Holiday.id),
    _newest(models.ListedTable.id),
    _newest(models.Heartbeat.id),
    _newest(models.AuditEntry.id),
)


def generation(session: Session) -> str:
    """Return the mark of what the database holds now; equal marks mean equal pages.

    One SELECT over newest keys, cheap enough for every request.
    """
    return "-".join(str(mark) for mark in session.exec(select(*_MARKS)).one())  # type: ignore[call-overload]
