"""Engines, units of work and migrations: the only module that knows the dialects.

SQLite runs with write-ahead log, full synchronisation, foreign keys and one writer that
takes its lock when the transaction begins; a transaction that read first and wrote later
would lose updates or fail as locked. PostgreSQL is reached by its own address.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError, DatabaseError, DisconnectionError
from sqlmodel import Session

from catalog.rules.errors import MutakhirError

MIGRATIONS = Path(__file__).parent / "migrations"
#: How long a writer waits for another one; a reader of pages is not kept as long.
PATIENCE_SECONDS, PATIENCE_OF_PAGES = 30.0, 8.0


class DatabaseUnusable(MutakhirError):
    """The database cannot be opened, read or written."""


def engine_for(
    url: str,
    *,
    read_only: bool = False,
    durable: bool = True,
    patience_seconds: float = PATIENCE_SECONDS,
) -> Engine:
    """Return an engine for an SQLite or PostgreSQL address.

    A read-only engine refuses every write, whatever asks for it. An SQLite database that
    need not be durable survives a killed process, but not a power cut. It is never made by
    connecting (`migrate` alone does that): a lost file is an error and not an empty city.
    `patience_seconds` is how long a writer waits for another one. Raises DatabaseUnusable
    when the address is of another kind or cannot be understood.
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
    if (path := file_of(engine)) is not None:
        _hold_to_file(engine, path)
    _tune_sqlite(engine, read_only=read_only, durable=durable, patience_seconds=patience_seconds)
    return engine


def file_of(engine: Engine) -> Path | None:
    """Return the file of an SQLite database.

    None for one in memory, one that is named by SQLite's own `file:` address, and PostgreSQL.
    """
    name = engine.url.database
    if engine.url.get_backend_name() != "sqlite" or not name or name == ":memory:":
        return None
    if name.startswith("file:"):
        return None
    return Path(name).absolute()


def _hold_to_file(engine: Engine, path: Path) -> None:
    """Connect to the file that has the name now, and to nothing where there is none.

    SQLite would make an empty database in the place of a lost one, and would go on
    writing into a file that was moved or deleted long ago.
    """
    address = f"{path.as_uri()}?mode=rw"

    @event.listens_for(engine, "do_connect")
    def connect(_dialect: Any, record: Any, _names: Any, options: dict[str, Any]) -> Any:
        try:
            connection = sqlite3.connect(address, uri=True, **options)
        except sqlite3.OperationalError as error:
            raise sqlite3.OperationalError(f"{path}: {error}") from error
        record.info["file"] = _identity(path)
        return connection

    @event.listens_for(engine, "checkout")
    def checked_out(_connection: Any, record: Any, _proxy: Any) -> None:
        if record.info.get("file") != _identity(path):
            raise DisconnectionError(f"{path} is another file now")


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DatabaseUnusable(f"folder {folder} cannot be made: {error.strerror}") from error


def _tune_sqlite(
    engine: Engine, *, read_only: bool, durable: bool, patience_seconds: float
) -> None:
    @event.listens_for(engine, "connect")
    def connected(connection: Any, _record: Any) -> None:
        connection.isolation_level = None
        cursor = connection.cursor()
        cursor.execute(f"PRAGMA busy_timeout={int(patience_seconds * 1000)}")
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

    One transaction: a killed migration leaves the database as it was. An SQLite database
    of an older schema is copied beside itself first. Raises DatabaseUnusable with one
    sentence when it cannot be opened or written, or belongs to a newer program.
    """
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    where = engine.url.render_as_string(hide_password=True)
    path = file_of(engine)
    try:
        if path is not None and not path.exists():
            path.touch()
        with engine.begin() as connection:
            if path is not None:
                _keep_older(connection, path)
            config.attributes["connection"] = connection
            command.upgrade(config, "head")
    except DatabaseError as error:
        raise DatabaseUnusable(f"database {where} cannot be used: {error.orig}") from error
    except OSError as error:
        raise DatabaseUnusable(f"database {where} cannot be made: {error.strerror}") from error
    except CommandError as error:
        raise DatabaseUnusable(
            f"database {where} has a schema that this version does not know; install the "
            "version of Mutakhir that made it, or restore a backup of this one"
        ) from error


def _keep_older(connection: Connection, path: Path) -> None:
    """Copy a database that is about to be changed to `NAME.before-REVISION`."""
    found = MigrationContext.configure(connection).get_current_revision()
    if found is None or found == ScriptDirectory(str(MIGRATIONS)).get_current_head():
        return
    kept = path.with_name(f"{path.name}.before-{found}")
    half = path.with_name(f"{kept.name}.part")
    half.unlink(missing_ok=True)
    reader = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
    with closing(reader) as older, closing(sqlite3.connect(half)) as copy:
        older.backup(copy)
    half.replace(kept)
