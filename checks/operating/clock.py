"""Whether this machine's clock can be believed, asked of the servers that are watched."""

from collections.abc import Callable
from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import or_, select, update
from sqlmodel import col

from catalog import models
from catalog.models.db import reading, unit_of_work
from catalog.rules.errors import MutakhirError
from checks.looking.rows import SOURCE, run
from checks.looking.watcher import Watcher

#: A watcher that ran never rests so long; a clock that was put ahead looks the same.
LONGEST_REST = timedelta(hours=26)
TOLERANCE = timedelta(minutes=10)
#: So many servers must say what time it is; fewer where the city has no more of them.
N_WITNESSES = 3
MOST_ASKED = 9


class ClockDoubtful(MutakhirError):
    """The clock jumped, and nobody could be found who says that it is right now."""


def clocked(watcher: Watcher, job: Callable[[], object]) -> Callable[[], None]:
    """Return a job that runs only while the clock can be believed, else raises ClockDoubtful.

    A doubtful clock would look, judge and tell of days that have not come: nothing is
    written at all, so that nothing has to be taken back.
    """

    def careful() -> None:
        now = watcher.clock()
        jump = jump_since_last_beat(watcher, now)
        if jump is not None:
            _require_witnesses(watcher, now, jump)
        job()

    return careful


def jump_since_last_beat(watcher: Watcher, now: datetime) -> timedelta | None:
    """Return how far the clock went since the last heartbeat, if that is not to be believed."""
    beat = models.Heartbeat
    with reading(watcher.reader) as session:
        newest = select(col(beat.at)).order_by(col(beat.id).desc()).limit(1)
        last_at: datetime | None = run(session, newest).scalar_one_or_none()
    if last_at is None or -TOLERANCE <= now - last_at <= LONGEST_REST:
        return None
    return now - last_at


def _require_witnesses(watcher: Watcher, now: datetime, jump: timedelta) -> None:
    addresses = _one_address_of_each_host(watcher)
    n_wanted = min(N_WITNESSES, len(addresses))
    skews: list[float] = []
    for address in addresses:
        said_at = watcher.fetcher.date_of(address, now)
        if said_at is not None:
            skews.append((said_at - now).total_seconds())
        if len(skews) >= N_WITNESSES:
            break
    moved = f"the clock moved by {jump} since the last heartbeat"
    if not addresses and jump > timedelta(0):
        return
    if not skews or len(skews) < n_wanted:
        raise ClockDoubtful(
            f"{moved}, and {len(skews)} of {n_wanted} servers said what time it is; nothing is "
            "looked at or told until they do"
        )
    skew = timedelta(seconds=median(skews))
    if abs(skew) > TOLERANCE:
        raise ClockDoubtful(
            f"{moved}, and {len(skews)} servers say that it is wrong by {-skew}; set the clock "
            "of this machine"
        )
    _look_again(watcher, now)


def _one_address_of_each_host(watcher: Watcher) -> list[str]:
    source = models.Source
    query = (
        select(col(source.host), col(source.address))
        .where(col(source.address).like("http%"), col(source.host) != "")
        .order_by(col(source.host), col(source.id))
    )
    with reading(watcher.reader) as session:
        found: dict[str, str] = {}
        for host, address in run(session, query):
            found.setdefault(host, address)
    return list(found.values())[:MOST_ASKED]


def _look_again(watcher: Watcher, now: datetime) -> None:
    """Look at once at what was looked at, or is leased, on days that have not come."""
    is_ahead = or_(SOURCE.c.looked_at > now + TOLERANCE, SOURCE.c.leased_until > now + LONGEST_REST)
    again = update(SOURCE).where(is_ahead).values(next_look_at=now, leased_until=None, lease=None)
    with unit_of_work(watcher.engine) as session:
        run(session, again)
