"""The tables as SQL sees them, for statements that are built once and run with every look."""

from typing import Any

from sqlalchemy import Table
from sqlmodel import Session

from catalog import models


def _table(model: Any) -> Table:
    table: Table = model.__table__
    return table


CHECK = _table(models.Check)
CLOSING = _table(models.Closing)
DATASET = _table(models.Dataset)
FINDING = _table(models.Finding)
OBLIGATION = _table(models.Obligation)
PROMISE = _table(models.Promise)
SOURCE = _table(models.Source)
VERSION = _table(models.Version)


def run(session: Session, statement: Any, parameters: Any = None) -> Any:
    """Execute a statement on the connection of the session's transaction."""
    return session.connection().execute(statement, parameters)
