"""One worker's share of what is due: everything of one host."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from time import sleep

from catalog.models.db import reading
from checks.engines.line import excused, line_is_doubtful
from checks.look import _work as work_of_a_look
from checks.looking.leases import HOSTS_DUE, Leased, lease_due_of
from checks.looking.outage import is_nameless
from checks.looking.queue import JobEngine, ThreadEngine
from checks.looking.recording import Recorded
from checks.looking.rounds import Round, is_alarm
from checks.looking.rows import run
from checks.looking.seen import Seen
from checks.looking.watcher import Watcher
from checks.sources import Fault

AT_ONCE = 100


def hosts_due(watcher: Watcher, now: datetime) -> list[str]:
    """Return the hosts of what is due and free, the most overdue first."""
    with reading(watcher.reader) as session:
        return list(run(session, HOSTS_DUE, {"now": now}).scalars())


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

    with ThreadEngine[Leased, Seen](
        _fair(watcher, work_of_a_look(watcher, watcher.clock)),
        n_workers=politeness.at_once,
        per_host=politeness.at_once,
        seconds_until_free=politeness.seconds_until_free,
        is_alarm=is_alarm,
    ) as engine:
        Round(watcher, engine, watcher.clock, count).run(_leases(watcher, host, engine))
    sleep(politeness.seconds_until_free(host))
    return written[host]


def _leases(
    watcher: Watcher, host: str, engine: JobEngine[Leased, Seen]
) -> Iterator[tuple[Leased, ...]]:
    """Lease what is due at the host, share after share; what becomes due later waits."""
    while True:
        now, seconds = watcher.clock(), watcher.lease_seconds
        leased = lease_due_of(watcher.engine, host, now, AT_ONCE, seconds)
        yield leased
        if len(leased) < AT_ONCE:
            return
        while engine.n_pending:
            yield ()


def _fair(watcher: Watcher, look: Callable[[Leased], Seen]) -> Callable[[Leased], Seen]:
    """Return a look whose silence is no failure of the source where our own line is in doubt."""

    def fair(leased: Leased) -> Seen:
        seen = look(leased)
        if seen.fault is not Fault.UNREACHED or is_nameless(seen):
            return seen
        with reading(watcher.reader) as session:
            doubtful = line_is_doubtful(session, leased.host, seen.at)
        return excused(seen) if doubtful else seen

    return fair
