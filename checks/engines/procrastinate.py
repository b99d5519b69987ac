"""The second engine: Procrastinate on our own PostgreSQL, workers on any number of machines.

A job is one share of the hosts, always the same ones. Its lock lets one worker at a time ask
a host; its queueing lock lets one job for a share wait. The job holds no state: what is due is
read when it runs, so a job that is lost, repeated or late changes nothing but the moment.
"""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import procrastinate
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.schema import SchemaManager
from sqlalchemy import Engine, make_url, text

from catalog.rules.errors import MutakhirError
from checks.engines import Backlog
from checks.engines.line import settle_undecided
from checks.engines.shares import hosts_due, share_of
from checks.looking.watcher import LEASE_SECONDS, Watcher

SCHEMA = "procrastinate"
TASK, QUEUE = "look_at_share", "looks"
STALLED_AFTER = timedelta(seconds=LEASE_SECONDS + 4)
_LOCK = 20_260_003
_COUNTS = text(
    f"""
    SELECT count(*) FILTER (WHERE job.status = 'todo') AS n_waiting,
           count(*) FILTER (WHERE job.status = 'doing' AND alive.id IS NOT NULL) AS n_running,
           count(*) FILTER (WHERE job.status = 'doing' AND alive.id IS NULL) AS n_stalled,
           count(*) FILTER (WHERE job.status = 'failed') AS n_failed,
           min(event.at) FILTER (WHERE job.status = 'todo') AS oldest_at
    FROM {SCHEMA}.procrastinate_jobs AS job
    LEFT JOIN {SCHEMA}.procrastinate_workers AS alive
           ON alive.id = job.worker_id
          AND alive.last_heartbeat >= now() - make_interval(secs => :stalled_after)
    LEFT JOIN {SCHEMA}.procrastinate_events AS event
           ON event.job_id = job.id AND event.type = 'deferred'
    WHERE job.queue_name = '{QUEUE}'
    """
)


class NeedsPostgres(MutakhirError):
    """The distributed engine was asked for on a database that is not PostgreSQL."""


def require_postgres(engine: Engine) -> None:
    """Refuse any other database. Raises NeedsPostgres."""
    if engine.dialect.name != "postgresql":
        raise NeedsPostgres(
            f"MUTAKHIR_ENGINE=procrastinate needs PostgreSQL, MUTAKHIR_DATABASE_URL names "
            f"{engine.dialect.name}; set a postgresql:// address or MUTAKHIR_ENGINE=threads"
        )


def migrate_queue(engine: Engine) -> None:
    """Bring the queue's own tables to the installed version, in a schema of their own.

    Each step of the package is remembered by its name and done once; several processes may
    call this at the same time. Raises NeedsPostgres.
    """
    require_postgres(engine)
    steps = sorted(Path(SchemaManager.get_migrations_path()).glob("*.sql"))
    with engine.begin() as connection:
        run = connection.exec_driver_sql
        run(f"SELECT pg_advisory_xact_lock({_LOCK})")
        is_new = run(f"SELECT to_regclass('{SCHEMA}.step')").scalar_one() is None
        run(f"CREATE SCHEMA IF NOT EXISTS {SCHEMA}")
        run(f"SET LOCAL search_path TO {SCHEMA}")
        cursor = connection.connection.cursor()
        if is_new:
            run("CREATE TABLE step (name text PRIMARY KEY, at timestamptz DEFAULT now())")
            cursor.execute(SchemaManager.get_schema())
        known = set(run("SELECT name FROM step").scalars())
        for step in steps:
            if step.name not in known:
                if not is_new:
                    cursor.execute(step.read_text("utf-8"))
                run("INSERT INTO step (name) VALUES (%s)", (step.name,))


def connection_options(engine: Engine) -> dict[str, Any]:
    """Return how Procrastinate reaches the same database, in its own schema."""
    require_postgres(engine)
    address = make_url(engine.url).set(drivername="postgresql")
    return {
        "conninfo": address.render_as_string(hide_password=False),
        "kwargs": {"options": f"-c search_path={SCHEMA} -c timezone=UTC"},
    }


class Queue:
    """Gives hosts out to the workers; knows nothing of what they do with them."""

    def __init__(self, watcher: Watcher) -> None:
        """Make the queue's tables where they are missing. Raises NeedsPostgres."""
        migrate_queue(watcher.engine)
        self._watcher = watcher

    def look_at_due(self) -> int:
        """Queue the hosts of what is due, the most overdue first; returns how many are new.

        Before that it is settled whose fault the latest silences were.
        """
        now = self._watcher.clock()
        settle_undecided(self._watcher, now)
        n_hosts = Counter(map(share_of, hosts_due(self._watcher, now)))
        if not n_hosts:
            return 0
        with self._open() as queue:
            return sum(n for share, n in n_hosts.items() if _give_out(queue, share))

    def backlog(self) -> Backlog:
        """Return what the queue holds."""
        with self._watcher.reader.connect() as connection:
            values = {"stalled_after": STALLED_AFTER.total_seconds()}
            return Backlog(*connection.execute(_COUNTS, values).one())

    @contextmanager
    def _open(self) -> Iterator[procrastinate.App]:
        connector = procrastinate.SyncPsycopgConnector(
            min_size=1, max_size=1, **connection_options(self._watcher.engine)
        )
        with procrastinate.App(connector=connector).open() as queue:
            yield queue


def _give_out(queue: procrastinate.App, share: int) -> bool:
    """Queue one share; False where a job for it waits already."""
    name = f"share:{share}"
    job = queue.configure_task(TASK, queue=QUEUE, lock=name, queueing_lock=name)
    try:
        job.defer(share=share)
    except AlreadyEnqueued:
        return False
    return True
