"""Backup and restore of one installation on SQLite: the database and every original."""

import sqlite3
import tarfile
import tempfile
from pathlib import Path

from catalog.context import Context
from catalog.rules.errors import MutakhirError

DATABASE, ORIGINALS = "mutakhir.db", "originals"


class NotKept(MutakhirError):
    """A backup cannot be made or taken back; nothing that was there is changed."""


def back_up(context: Context, target: Path) -> int:
    """Write a consistent copy into one compressed archive; return its size in bytes.

    The database may be in use meanwhile. The archive gets its name only when it is whole.
    """
    source = _file_of(context)
    half = target.with_name(target.name + ".part")
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / DATABASE
        with sqlite3.connect(source) as live, sqlite3.connect(copy) as whole:
            live.backup(whole)
        with tarfile.open(half, "w:gz", compresslevel=6) as archive:
            archive.add(copy, DATABASE)
            originals = context.settings.originals_dir
            if originals.is_dir():
                archive.add(originals, ORIGINALS, filter=_without_scratch)
    half.replace(target)
    return target.stat().st_size


def _without_scratch(member: tarfile.TarInfo) -> tarfile.TarInfo | None:
    return None if "/scratch" in member.name else member


def restore(context: Context, archive: Path) -> None:
    """Put a backup in the place of an installation that is empty or not there.

    Raises NotKept when the archive is none of ours, or when something would be lost.
    """
    target, originals = _file_of(context), context.settings.originals_dir
    for place in (target, originals):
        if place.is_file() or (place.is_dir() and any(place.iterdir())):
            raise NotKept(f"{place} is not empty; move it away before a restore")
    with tempfile.TemporaryDirectory(dir=_folder(target)) as folder:
        try:
            with tarfile.open(archive) as kept:
                kept.extractall(folder, filter="data")
        except (tarfile.TarError, EOFError, OSError) as error:
            raise NotKept(f"{archive} is no backup of Mutakhir: {error}") from error
        held = Path(folder)
        if not _is_whole(held / DATABASE):
            raise NotKept(f"{archive} is no backup of Mutakhir: its database is not whole")
        if (held / ORIGINALS).is_dir():
            _folder(originals)
            if originals.is_dir():
                originals.rmdir()
            (held / ORIGINALS).replace(originals)
        (held / DATABASE).replace(target)


def _is_whole(database: Path) -> bool:
    if not database.is_file():
        return False
    with sqlite3.connect(database) as held:
        return bool(held.execute("PRAGMA integrity_check").fetchone() == ("ok",))


def _folder(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.parent


def _file_of(context: Context) -> Path:
    url = context.engine.url
    if url.get_backend_name() != "sqlite" or not url.database:
        raise NotKept(
            "the database is PostgreSQL; back it up with pg_dump and copy the folder "
            f"{context.settings.originals_dir} beside it"
        )
    return Path(url.database)
