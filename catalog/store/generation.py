"""One short text that changes whenever something that pages show has been written."""

from sqlalchemy import text
from sqlmodel import Session

from catalog import models

_MARKS = (
    (models.Check, "id"),
    (models.Version, "id"),
    (models.Version, "decided_at"),
    (models.Closing, "id"),
    (models.Closing, "retracted_at"),
    (models.Declaration, "id"),
    (models.Declaration, "decided_at"),
    (models.Obligation, "id"),
    (models.Promise, "id"),
    (models.Dataset, "id"),
    (models.Dataset, "updated_at"),
    (models.Source, "id"),
    (models.Agency, "id"),
    (models.Holiday, "id"),
    (models.ListedTable, "id"),
    (models.Heartbeat, "id"),
    (models.AuditEntry, "id"),
)
#: As text, because it is asked on every request and costs less than half so.
_QUESTION = text(
    "SELECT "
    + ", ".join(f"(SELECT max({column}) FROM {table.__tablename__})" for table, column in _MARKS)
)


def generation(session: Session) -> str:
    """Return the mark of what the database holds now; equal marks mean equal pages.

    One SELECT over newest keys, cheap enough for every request.
    """
    return "-".join(str(mark) for mark in session.connection().execute(_QUESTION).one())
