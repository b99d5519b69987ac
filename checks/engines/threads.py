"""The default engine: the threads of this process sweep what is due, on either database."""

from sqlalchemy import and_, case, func, select

from catalog.models.db import reading
from checks.engines import Backlog
from checks.look import DUE, sweep
from checks.looking.leases import LOOKED_AT
from checks.looking.rows import SOURCE, run
from checks.looking.watcher import Watcher


class Threads:
    """Looks at everything that is due before it returns."""

    def __init__(self, watcher: Watcher, n_workers: int) -> None:
        self._watcher = watcher
        self._n_workers = n_workers

    def look_at_due(self) -> int:
        """Sweep; returns how many hosts were asked."""
        swept = sweep(self._watcher, which=DUE, n_workers=self._n_workers, with_states=False)
        with reading(self._watcher.reader) as session:
            ids = [check.source_id for check in swept.checks]
            hosts = select(func.count(SOURCE.c.host.distinct())).where(SOURCE.c.id.in_(ids))
            return int(run(session, hosts).scalar_one()) if ids else 0

    def backlog(self) -> Backlog:
        """Return what the sources themselves say of their leases."""
        now = self._watcher.clock()
        is_leased = SOURCE.c.lease.is_not(None)
        is_due = and_(SOURCE.c.next_look_at <= now, SOURCE.c.paused_reason.is_(None), ~is_leased)
        query = select(
            func.count(case((is_due, 1))),
            func.count(case((and_(is_leased, SOURCE.c.leased_until > now), 1))),
            func.count(case((and_(is_leased, SOURCE.c.leased_until <= now), 1))),
            func.min(case((is_due, SOURCE.c.next_look_at))),
        ).where(SOURCE.c.kind.in_(LOOKED_AT))
        with reading(self._watcher.reader) as session:
            n_waiting, n_running, n_stalled, oldest_at = run(session, query).one()
        return Backlog(n_waiting, n_running, n_stalled, 0, oldest_at)
