"""Is this process alive, and can it answer: for load balancers and supervisors."""

from dataclasses import dataclass

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import SQLAlchemyError

from catalog.context import Context
from catalog.models.db import MIGRATIONS, reading
from catalog.store.observed import heartbeat_at

READY, NOT_READY, STALE = "ready", "not ready", "stale"


@dataclass(frozen=True, slots=True)
class Readiness:
    """Whether the pages can be answered, and how each thing that they need is.

    `watcher` is shown and never decides: verdicts are computed when a page is read, so
    the pages stay right while the watcher rests. What watches the watcher is its age.
    """

    is_ready: bool
    database: str
    schema: str
    watcher: str


def readiness(context: Context) -> Readiness:
    """Ask the database one small question; what cannot be reached is named, never raised."""
    now = context.clock()
    try:
        with reading(context.reading_engine) as session:
            found = MigrationContext.configure(session.connection()).get_current_revision()
            newest = ScriptDirectory(str(MIGRATIONS)).get_current_head()
            if found != newest:
                return Readiness(False, READY, f"{found}, expected {newest}", "unknown")
            beat = heartbeat_at(session, now)
    except SQLAlchemyError as error:
        return Readiness(False, f"{NOT_READY}: {type(error).__name__}", "unknown", "unknown")
    is_stale = beat is None or now - beat > context.settings.stale_after
    return Readiness(True, READY, READY, STALE if is_stale else READY)
