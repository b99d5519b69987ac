"""One worker's share of what is due: the hosts that fall to it, all side by side."""

from collections.abc import Callable, Collection, Iterator
from datetime import datetime
from time import sleep
from zlib import crc32

from catalog.models.db import reading
from checks.look import leases_of_due, work_of_a_look
from checks.looking.leases import HOSTS_DUE, Leased, lease_due_of
from checks.looking.outage import undecided
from checks.looking.queue import Crew, Tray
from checks.looking.recording import Recorded
from checks.looking.rounds import Round, is_alarm
from checks.looking.rows import run
from checks.looking.seen import Seen
from checks.looking.watcher import Watcher

#: Many enough for several machines, few enough that looks are leased and written in batches.
N_SHARES = 32


def share_of(host: str) -> int:
    """Return the share to which a host always belongs, whoever asks."""
    return crc32(host.encode()) % N_SHARES


def hosts_due(watcher: Watcher, now: datetime) -> list[str]:
    """Return the hosts of what is due and free, the most overdue first."""
    with reading(watcher.reader) as session:
        return list(run(session, HOSTS_DUE, {"now": now}).scalars())


def crew_of(watcher: Watcher, n_workers: int) -> Crew[Leased, Seen]:
    """Return the threads that carry out the looks of a process, whatever share they are of."""
    politeness = watcher.fetcher.politeness
    return Crew(
        work_of_a_look(watcher, watcher.clock),
        n_workers=n_workers,
        per_host=politeness.at_once,
        seconds_until_free=politeness.seconds_until_free,
        is_alarm=is_alarm,
    )


def look_at_share(
    watcher: Watcher,
    share: int,
    crew: Crew[Leased, Seen],
    is_over: Callable[[], bool] = lambda: False,
) -> int:
    """Look at everything of a share that is due, each host by one at a time; returns how many.

    Doing it twice does no harm: what somebody looked at meanwhile is no longer due. When
    `is_over` nothing new is begun. The pauses after the last requests are kept before this
    returns, so that whoever has the next turn may begin at once.
    """
    n_written, hosts = 0, set[str]()

    def count(recorded: Collection[Recorded]) -> None:
        nonlocal n_written
        n_written += len(recorded)
        hosts.update(one.seen.leased.host for one in recorded)

    tray = Tray(crew)
    try:
        leases = _leases(watcher, share, tray, is_over)
        Round(watcher, tray, watcher.clock, count, doubt=undecided).run(leases)
    finally:
        tray.close()
    sleep(max(map(watcher.fetcher.politeness.seconds_until_free, hosts), default=0.0))
    return n_written


def _leases(
    watcher: Watcher, share: int, tray: Tray[Leased, Seen], is_over: Callable[[], bool]
) -> Iterator[tuple[Leased, ...]]:
    def take(n: int) -> tuple[Leased, ...]:
        if is_over():
            return ()
        now = watcher.clock()
        hosts = [host for host in hosts_due(watcher, now) if share_of(host) == share]
        return lease_due_of(watcher.engine, hosts, now, n, watcher.lease_seconds)

    return leases_of_due(tray, take)
