"""Upgrades that are killed half way, and backups that are days old."""

import multiprocessing
import os
import re
import shutil
import signal
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path
from typing import Any

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import event

from catalog.models.db import MIGRATIONS, DatabaseUnusable, engine_for, migrate, unit_of_work
from catalog.rules.terms import Role
from checks.telling.restored import settle_restored
from tests.campaign.faults.bench import Bench, fault
from tests.campaign.outbox_kills import told_in
from tests.flow.telling import Relay, Town, at, days

_fork = multiprocessing.get_context("fork")
DROPS = re.compile(r"\b(drop_table|drop_column|drop_constraint|rename_table|alter_column)\b")


def revisions() -> list[str]:
    """Return the revisions of the schema, the oldest first."""
    script = ScriptDirectory(str(MIGRATIONS))
    return [each.revision for each in script.walk_revisions()][::-1]


def older(folder: Path, revision: str) -> Path:
    """Make a database of an earlier schema with some rows in it."""
    path = folder / f"{revision}.db"
    path.touch()
    engine = engine_for(f"sqlite:///{path}")
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
    engine.dispose()
    with closing(sqlite3.connect(path)) as writer, writer:
        for n in range(200):
            writer.execute(
                "INSERT INTO heartbeat (at, n_looked) VALUES (?, ?)", (f"2025-03-01 00:{n:03d}", n)
            )
            writer.execute(
                "INSERT INTO auditentry (at, actor, action, subject)"
                " VALUES ('2025-03-01 00:00:00', 'x', 'y', ?)", (str(n),)
            )  # fmt: skip
    return path


def counted(path: Path) -> dict[str, int]:
    """Count the rows of every plain table of a database."""
    with closing(sqlite3.connect(path)) as reader:
        names = reader.execute(
            "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE '%search%'"
            " AND name NOT LIKE 'sqlite_%' AND name != 'alembic_version'"
        ).fetchall()
        return {n: reader.execute(f'SELECT count(*) FROM "{n}"').fetchone()[0] for (n,) in names}


def _migrate_until(url: str, n_statements: int) -> None:
    """Migrate, and die at a statement: 0 lives."""
    engine = engine_for(url)
    n_done = 0

    @event.listens_for(engine, "before_cursor_execute")
    def before(*_: Any) -> None:
        nonlocal n_done
        n_done += 1
        if n_done == n_statements:
            os.kill(os.getpid(), signal.SIGKILL)

    migrate(engine)
    os._exit(min(n_done, 250))


def _in_a_process(url: str, n_statements: int) -> int | None:
    process = _fork.Process(target=_migrate_until, args=(url, n_statements))
    process.start()
    process.join(60)
    return process.exitcode


@fault(
    "F36",
    "upgrade from each earlier schema, killed 20 times; downgrade",
    "rows equal; refused",
    fast=False,
)
def upgrades(bench: Bench) -> None:
    known = revisions()
    n_kills = 0
    for revision in known[:-1]:
        first = older(bench.folder, revision)
        before = counted(first)
        trial = bench.folder / "trial.db"
        shutil.copy(first, trial)
        n_statements = _in_a_process(f"sqlite:///{trial}", 0) or 1
        trial.unlink()
        for n in sorted({max(1, n_statements * k // 20) for k in range(1, 21)}):
            if _in_a_process(f"sqlite:///{first}", n) == -signal.SIGKILL:
                n_kills += 1
        migrate(bench.engine(f"sqlite:///{first}"))
        after = counted(first)
        kept = {name: after.get(name) for name in before}
        bench.expect(f"rows after the upgrade from {revision}", kept, before)
        copy = first.with_name(f"{first.name}.before-{revision}")
        bench.need(f"no copy was made before the upgrade from {revision}", copy.is_file())
        bench.expect(f"the copy of {revision}", counted(copy), before)
        with closing(sqlite3.connect(first)) as reader:
            (at_revision,) = reader.execute("SELECT version_num FROM alembic_version").fetchone()
            sound = reader.execute("PRAGMA integrity_check").fetchone()[0]
        bench.expect("the schema", (at_revision, sound), (known[-1], "ok"))
    bench.need(f"only {n_kills} kills", n_kills >= 5 * len(known[:-1]))
    with closing(sqlite3.connect(first)) as writer, writer:
        writer.execute("UPDATE alembic_version SET version_num = 'newer'")
    try:
        migrate(bench.engine(f"sqlite:///{first}"))
        bench.misses.append("a newer database was taken")
    except DatabaseUnusable as error:
        bench.need(f"downgrade: {error}", "install the version" in str(error))
    bench.say(f"{len(known) - 1} earlier schemas, {n_kills} kills in the middle, all rows kept")


def not_additive() -> list[str]:
    """Return the migrations whose upgrade takes away what an older program may still use."""
    found = []
    for path in sorted((MIGRATIONS / "versions").glob("0*.py")):
        upgrade = path.read_text().partition("def upgrade")[2].partition("def downgrade")[0]
        if DROPS.search(upgrade) and not path.name.startswith("0001"):
            found.append(path.name)
    return found


@fault(
    "F37", "a backup three days old is restored", "no mass notices, nothing told twice", fast=False
)
def old_backup(bench: Bench) -> None:
    url = bench.database()
    path = Path(url.removeprefix("sqlite:///"))
    engine = bench.engine(url)
    town = Town(engine)
    for n in range(6):
        agency = town.agency(f"Dinas {n}", f"D{n}")
        town.person(f"operator{n}", Role.OPERATOR, agency)
        for m in range(5):
            town.dataset(agency, f"Data {n} {m}")
    town.person("Wahyu", Role.WALIDATA)
    with bench.relay() as relay:
        for now in days("2025-04-07", 14):
            town.seen(now)
            town.tick(relay, now)
        engine.dispose()
        kept = bench.folder / "kept.db"
        with closing(sqlite3.connect(path)) as live, closing(sqlite3.connect(kept)) as copy:
            live.backup(copy)
        for now in days("2025-04-21", 3):
            town.seen(now)
            town.tick(relay, now)
        lost = len(relay.taken)
        engine.dispose()
        for each in path.parent.glob(f"{path.name}*"):
            each.unlink()
        shutil.copy(kept, path)
        restored = at("2025-04-24 06:00")
        with unit_of_work(engine) as session:
            settle_restored(session, "restore", restored)
        for now in days("2025-04-24", 4):
            town.seen(now)
            town.tick(relay, now)
    told = _counts(relay)
    twice = [key for key, n in told.items() if n > 1]
    bench.expect("told twice", twice, [])
    per_person = Counter(str(message["To"]) for message in relay.taken[lost:])
    bench.need(f"letters after the restore: {per_person}", max(per_person.values(), default=0) <= 1)
    bench.need("nothing had been told", told)
    bench.say(f"{len(told)} things told, none twice; after the restore at most 1 summary each")


def _counts(relay: Relay) -> Counter[tuple[str, str, str, int]]:
    """Count what each person was told, by title, period and kind; each letter once."""
    counts: Counter[tuple[str, str, str, int]] = Counter()
    for message, letter in zip(relay.taken, relay.texts(), strict=True):
        for title, period, kind in set(told_in(letter)):
            counts[str(message["To"]), title, period, kind] += 1
    return counts
