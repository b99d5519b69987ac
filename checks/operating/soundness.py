"""Whether the database is there and whole: asked before anything is done with it."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import date
from pathlib import Path

from sqlalchemy import Engine

from catalog.context import Context
from catalog.models.db import DatabaseUnusable, file_of


def require_not_lost(context: Context) -> None:
    """Refuse to begin anew where an installation was: originals are there, its database is not.

    Raises DatabaseUnusable.
    """
    path, originals = file_of(context.engine), context.settings.originals_dir
    if path is None or (path.is_file() and path.stat().st_size > 0):
        return
    if originals.is_dir() and any(folder.name != "scratch" for folder in originals.iterdir()):
        raise DatabaseUnusable(
            f"database {path} is gone, but its originals are in {originals}; bring the file "
            "back, or move the originals away and run: mutakhir restore BACKUP"
        )


def damage_of(engine: Engine, *, is_thorough: bool = True) -> str | None:
    """Return what is wrong with the file of an SQLite database, None where it is whole."""
    path = file_of(engine)
    if path is None:
        return None
    question = "integrity_check(1)" if is_thorough else "quick_check(1)"
    try:
        with closing(sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)) as reader:
            (found,) = reader.execute(f"PRAGMA {question}").fetchone()
    except sqlite3.DatabaseError as error:
        found = str(error)
    return None if found == "ok" else " ".join(str(found).split())


def require_whole(engine: Engine, *, is_thorough: bool = False) -> None:
    """Refuse to go on with a damaged database. Raises DatabaseUnusable."""
    damage = damage_of(engine, is_thorough=is_thorough)
    if damage is not None:
        raise DatabaseUnusable(
            f"database {file_of(engine)} is damaged ({damage}); stop Mutakhir, move the file "
            "away with its originals, and run: mutakhir restore BACKUP"
        )


def inspected(
    context: Context, today: Callable[[], date], job: Callable[[], object]
) -> Callable[[], None]:
    """Return a job whose first run of each day examines the whole database before it begins.

    While the database is damaged or lost every run of the job raises DatabaseUnusable.
    """
    sound_on: date | None = None

    def run() -> None:
        nonlocal sound_on
        require_not_lost(context)
        if sound_on != (day := today()):
            require_whole(context.engine, is_thorough=True)
            sound_on = day
        job()

    return run


def clear_scratch(folder: Path, older_than_seconds: float, now_seconds: float) -> int:
    """Remove what killed processes left half-written that long ago; returns how many files."""
    n_removed = 0
    for path in folder.iterdir() if folder.is_dir() else ():
        if path.is_file() and now_seconds - path.stat().st_mtime > older_than_seconds:
            path.unlink(missing_ok=True)
            n_removed += 1
    return n_removed
