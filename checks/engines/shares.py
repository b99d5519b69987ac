"""One worker's share of what is due: everything of one host."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import datetime, timedelta
from time import monotonic, sleep

from sqlalchemy import bindparam, func, or_, select

from catalog.models.db import reading, unit_of_work
from checks.engines.line import excused, line_is_doubtful
from checks.look import _work as work_of_a_look
from checks.looking.leases import LOOKED_AT, Leased, give_back, lease_these
from checks.looking.queue import ThreadEngine
from checks.looking.recording import Recorded
from checks.looking.rounds import Round, is_alarm
from checks.looking.rows import DATASET, SOURCE, run
from checks.looking.seen import Seen
from checks.looking.watcher import Watcher
from checks.sources import Fault

AT_ONCE = 50
#: A lease of a worker that was killed runs out after this; a living one renews it.
LEASE = timedelta(seconds=60)
_IS_DUE = (
    SOURCE.c.next_look_at <= bindparam("now"),
    or_(SOURCE.c.leased_until.is_(None), SOURCE.c.leased_until <= bindparam("now")),
    SOURCE.c.kind.in_(LOOKED_AT),
    SOURCE.c.paused_reason.is_(None),
    SOURCE.c.dataset_id.in_(select(DATASET.c.id).where(DATASET.c.retired_on.is_(None))),
)
_HOSTS = (
    select(SOURCE.c.host)
    .where(*_IS_DUE)
    .group_by(SOURCE.c.host)
    .order_by(func.min(SOURCE.c.next_look_at), SOURCE.c.host)
)
_OF_HOST = (
    select(SOURCE.c.id)
    .where(SOURCE.c.host == bindparam("of_host"), *_IS_DUE)
    .order_by(SOURCE.c.next_look_at, SOURCE.c.id)
    .limit(AT_ONCE)
)
_STILL_DUE = select(SOURCE.c.id).where(
    SOURCE.c.id.in_(bindparam("ids", expanding=True)), SOURCE.c.next_look_at <= bindparam("now")
)


class Gathering(ThreadEngine[Leased, Seen]):
    """Waits for several results where there are more to come: they share one transaction."""

    def gather(self, timeout_seconds: float) -> Sequence[Seen]:
        """Return what is finished when the time is over, all is done, or enough has come."""
        ends = monotonic() + timeout_seconds
        found = list(super().gather(timeout_seconds))
        while (
            found and self.n_pending and len(found) < AT_ONCE and (left := ends - monotonic()) > 0
        ):
            found += super().gather(left)
        return found


def hosts_due(watcher: Watcher, now: datetime) -> list[str]:
    """Return the hosts of what is due and free, the most overdue first."""
    with reading(watcher.reader) as session:
        return list(run(session, _HOSTS, {"now": now}).scalars())


def look_at_host(watcher: Watcher, host: str) -> int:
    """Look at everything of a host that is due, one after another; returns how many.

    Doing it twice does no harm: what somebody looked at meanwhile is no longer due. The
    host's pause after the last request is kept before this returns, so that whoever has
    the next turn may begin at once.
    """
    written: Counter[str] = Counter()
    politeness = watcher.fetcher.politeness

    def count(recorded: Collection[Recorded]) -> None:
        written[host] += len(recorded)

    with Gathering(
        _fair(watcher, work_of_a_look(watcher, watcher.clock)),
        n_workers=1,
        seconds_until_free=politeness.seconds_until_free,
        is_alarm=is_alarm,
    ) as engine:
        Round(watcher, engine, watcher.clock, count).run(_leases(watcher, host))
    sleep(politeness.seconds_until_free(host))
    return written[host]


def _leases(watcher: Watcher, host: str) -> Iterator[tuple[Leased, ...]]:
    while True:
        now = watcher.clock()
        with reading(watcher.reader) as session:
            ids = list(run(session, _OF_HOST, {"of_host": host, "now": now}).scalars())
        if not ids:
            return
        leased = lease_these(watcher.engine, ids, now, watcher.lease_seconds)
        yield _still_due(watcher, leased, now)


def _still_due(watcher: Watcher, leased: tuple[Leased, ...], now: datetime) -> tuple[Leased, ...]:
    """Give back what somebody looked at between the question and the lease."""
    if not leased:
        return ()
    with unit_of_work(watcher.engine) as session:
        ids = {"ids": [one.source_id for one in leased], "now": now}
        due = set(run(session, _STILL_DUE, ids).scalars())
        if late := [one for one in leased if one.source_id not in due]:
            give_back(session, [(one.source_id, one.lease) for one in late])
    return tuple(one for one in leased if one.source_id in due)


def _fair(watcher: Watcher, look: Callable[[Leased], Seen]) -> Callable[[Leased], Seen]:
    """Return a look whose silence is no failure of the source where our own line is in doubt."""

    def fair(leased: Leased) -> Seen:
        seen = look(leased)
        if seen.fault is not Fault.UNREACHED:
            return seen
        with reading(watcher.reader) as session:
            doubtful = line_is_doubtful(session, leased.host, seen.at)
        return excused(seen) if doubtful else seen

    return fair
