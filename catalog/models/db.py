"""Engines, units of work and migrations: the only module that knows the dialects.

SQLite runs with write-ahead log, full synchronisation, foreign keys and one writer that
takes its lock when the transaction begins; a transaction that read first and wrote later
would lose updates or fail as locked. PostgreSQL is reached by its own address.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError
from sqlmodel import Session

from catalog.rules.errors import MutakhirError

MIGRATIONS = Path(__file__).parent / "migrations"
BUSY_MILLISECONDS = 30_000


class DatabaseUnusable(MutakhirError):
    """The database cannot be opened, read or written."""


def engine_for(url: str, *, read_only: bool = False, durable: bool = True) -> Engine:
    """Return an engine for an SQLite or PostgreSQL address.

    A read-only engine refuses every write, whatever asks for it. An SQLite database that
    need not be durable survives a killed process, but not a power cut. Raises
    DatabaseUnusable when the address is of another kind or cannot be understood.
    """
    try:
        address = make_url(url)
    except ArgumentError as error:
        raise DatabaseUnusable(f"MUTAKHIR_DATABASE_URL is no database address: {url}") from error
    if address.get_backend_name() == "postgresql":
        options = "-c timezone=UTC" + (" -c default_transaction_read_only=on" if read_only else "")
        return create_engine(
            address.set(drivername="postgresql+psycopg"),
            connect_args={"options": options},
            pool_pre_ping=True,
        )
    if address.get_backend_name() != "sqlite":
        raise DatabaseUnusable(
            f"MUTAKHIR_DATABASE_URL names {address.get_backend_name()}; "
            "sqlite and postgresql are supported"
        )
    if address.database and address.database != ":memory:" and not read_only:
        _make_folder(Path(address.database).parent)
    engine = create_engine(address, connect_args={"check_same_thread": False})
    _tune_sqlite(engine, read_only=read_only, durable=durable)
    return engine


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseUnusable(f"folder {folder} cannot be made: {error.strerror}") from error


def _tune_sqlite(engine: Engine, *, read_only: bool, durable: bool) -> None:
    @event.listens_for(engine, "connect")
    def connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={BUSY_MILLISECONDS}")
        cursor.execute("PRAGMA foreign_keys=ON")
        if read_only:
            cursor.execute("PRAGMA query_only=ON")
        else:
            cursor.execute("PRAGMA journal_mode=WAL")
            cursor.execute(f"PRAGMA synchronous={'FULL' if durable else 'OFF'}")
        cursor.close()

    @event.listens_for(engine, "begin")
    def began(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN" if read_only else "BEGIN IMMEDIATE")


@contextmanager
def unit_of_work(engine: Engine) -> Iterator[Session]:
    """Give one transaction: committed at the end of the block, undone on any error.

    No network inside the block. Objects stay readable after it.
    """
    with Session(engine, expire_on_commit=False) as session, session.begin():
        yield session


@contextmanager
def reading(engine: Engine) -> Iterator[Session]:
    """Give one transaction for reading; whatever it holds is dropped at the end."""
    with Session(engine, expire_on_commit=False, autoflush=False) as session:
        yield session


def migrate(engine: Engine) -> None:
    """Bring the database to the newest schema; nothing happens when it is there.

    Raises DatabaseUnusable with one sentence when it cannot be opened or written.
    """
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    try:
        with engine.begin() as connection:
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except DatabaseError as error:
        where = engine.url.render_as_string(hide_password=True)
        raise DatabaseUnusable(f"database {where} cannot be used: {error.orig}") from error
