"""The invented year: who publishes what and when, and everything that goes wrong meanwhile."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from random import Random

from catalog.rules.calendar import Calendar
from catalog.rules.obligations import Obligation, obligations
from catalog.rules.periods import Period
from catalog.rules.promise import promise_of
from catalog.rules.release_rule import parse_release_rule
from catalog.rules.terms import Cadence

STEP = timedelta(hours=3)
#: A look is at most so far away: the longest wait after a failure, one step, the jitter.
LOOKED_AGAIN_WITHIN = timedelta(hours=30)
#: Inside the due window the look before a fault is at most so old.
LOOKED_BEFORE_WITHIN = timedelta(hours=10)
N_CALM_DAYS = 21
_MONTHS = ("Januari", "Februari", "Maret", "April", "Mei", "Juni")
_MONTHS += ("Juli", "Agustus", "September", "Oktober", "November", "Desember")
_ROMAN = ("I", "II", "III", "IV")
_CADENCES = (Cadence.BULANAN, Cadence.TRIWULANAN, Cadence.TAHUNAN)
_SHARES = (20, 40, 40)


class Trouble(StrEnum):
    """What can go wrong for a source, its host, or for the monitor itself."""

    SERVER_ERROR = "500"
    GONE = "404"
    BUSY = "429"
    WEB_PAGE = "web page"
    DROPPED = "connection dropped"
    LYING = "lying length"
    HOST_SILENT = "host drops every connection"
    OUR_LINE = "our own line is down"
    OUR_DEATH = "the monitor is off"


_OF_A_SOURCE = (
    Trouble.SERVER_ERROR,
    Trouble.GONE,
    Trouble.BUSY,
    Trouble.WEB_PAGE,
    Trouble.DROPPED,
    Trouble.LYING,
)


@dataclass(frozen=True, slots=True)
class Fault:
    """A trouble in `[start_at, end_at)`; `source` and `host` are None where it strikes all."""

    trouble: Trouble
    start_at: datetime
    end_at: datetime
    source: int | None = None
    host: int | None = None


@dataclass(frozen=True, slots=True)
class Publisher:
    """One dataset: `released` says when the file first holds a period, None for never."""

    number: int
    host: int
    agency: int
    cadence: Cadence
    tells_modified: bool
    owed: tuple[Obligation, ...]
    released: dict[str, datetime | None]

    def held(self, now: datetime) -> list[Period]:
        """Return the periods that the file holds at an instant."""
        first = self.owed[0].period.previous()
        since = [o.period for o in self.owed if (at := self.released[o.period.label]) and at <= now]
        return [first.previous(), first, *since]

    def body(self, now: datetime) -> bytes:
        """Return the file as it stands at an instant."""
        lines = ["Periode,Nilai,Nomor"]
        for period in self.held(now):
            value = self.number * 1000 + period.start.toordinal() % 997
            lines += [f"{_named(period)},{value + row},{row}" for row in range(6)]
        return ("\n".join(lines) + "\n").encode()


@dataclass
class Story:
    """A year of a city, drawn from a seed."""

    start_at: datetime
    end_at: datetime
    publishers: list[Publisher]
    n_hosts: int
    n_agencies: int
    faults: list[Fault] = field(default_factory=list)
    relay_down: list[tuple[datetime, datetime]] = field(default_factory=list)
    two_schedulers: list[tuple[datetime, datetime]] = field(default_factory=list)

    def steps(self) -> Iterator[datetime]:
        """Yield the instants of the year."""
        now = self.start_at
        while now <= self.end_at:
            yield now
            now += STEP

    def blind(self, publisher: Publisher) -> list[tuple[datetime, datetime]]:
        """Return the spans in which a publisher could not be seen, until it was surely seen."""
        return self._spans(publisher, of_ours=True)

    def out_of_reach(self, publisher: Publisher) -> list[tuple[datetime, datetime]]:
        """Return the spans in which it was its own server that gave no data.

        Such looks are conclusive: what nobody can fetch is late, whatever lies there.
        """
        return self._spans(publisher, of_ours=False)

    def _spans(self, publisher: Publisher, *, of_ours: bool) -> list[tuple[datetime, datetime]]:
        return [
            (fault.start_at, fault.end_at + LOOKED_AGAIN_WITHIN)
            for fault in self.faults
            if fault.source in (None, publisher.number)
            and fault.host in (None, publisher.host)
            and (of_ours or fault.source is not None or fault.host is not None)
        ]

    def may_be_late(self, publisher: Publisher, owed: Obligation, now: datetime) -> bool:
        """Tell whether a period may be called late at an instant: not there, or not to be had."""
        came = publisher.released[owed.period.label]
        if came is None or came >= owed.grace_at:
            return True
        return any(a <= now and owed.grace_at <= b for a, b in self.out_of_reach(publisher))


def invent(
    calendar: Calendar, *, n_sources: int, n_days: int, seed: int, troubles: float = 1.0
) -> Story:
    """Draw a year: its releases, and its faults, which end some weeks before it does.

    `troubles` multiplies how often something goes wrong in a year.
    """
    chance = Random(seed)
    start_at = datetime(2025, 1, 6, 1, tzinfo=UTC)
    end_at = start_at + timedelta(days=n_days)
    n_hosts, n_agencies = max(4, n_sources // 16), max(2, n_sources // 25)
    publishers = [
        _publisher(chance, n, n % n_hosts, n % n_agencies, calendar, start_at, end_at)
        for n in range(n_sources)
    ]
    story = Story(start_at, end_at, publishers, n_hosts, n_agencies)
    _let_things_go_wrong(chance, story, troubles * n_days / 365)
    return story


def _publisher(
    chance: Random,
    number: int,
    host: int,
    agency: int,
    calendar: Calendar,
    start_at: datetime,
    end_at: datetime,
) -> Publisher:
    cadence = chance.choices(_CADENCES, _SHARES)[0]
    promise = promise_of(cadence, parse_release_rule(None, cadence))
    owed = tuple(obligations(promise, start_at.date(), end_at, calendar))
    released = {o.period.label: _release(chance, o, start_at) for o in owed}
    return Publisher(number, host, agency, cadence, chance.random() < 0.5, owed, released)


def _release(chance: Random, owed: Obligation, start_at: datetime) -> datetime | None:
    """Three in five in time, some within the grace, some late, some never."""
    kind = chance.random()
    if kind < 0.08:
        return None
    if kind < 0.65:
        earliest, latest = owed.closable_at, owed.due_at
    elif kind < 0.75:
        earliest, latest = owed.due_at, owed.grace_at
    else:
        earliest, latest = owed.grace_at, owed.grace_at + timedelta(days=45)
    earliest = max(earliest, start_at + timedelta(days=2))
    seconds = max(0, int((latest - earliest).total_seconds()))
    return earliest + timedelta(seconds=chance.randint(0, seconds))


def _let_things_go_wrong(chance: Random, story: Story, n_years: float) -> None:
    calm_at = story.end_at - timedelta(days=N_CALM_DAYS)

    def span(longest_days: float) -> tuple[datetime, datetime]:
        start = story.start_at + chance.random() * (calm_at - story.start_at)
        end = start + timedelta(days=chance.uniform(0.1, longest_days))
        return start, min(end, calm_at)

    for publisher in story.publishers:
        for _ in range(_some(chance, 2.0 * n_years)):
            trouble = chance.choice(_OF_A_SOURCE)
            story.faults.append(Fault(trouble, *span(10), source=publisher.number))
    for host in range(story.n_hosts):
        for _ in range(_some(chance, 1.5 * n_years)):
            story.faults.append(Fault(Trouble.HOST_SILENT, *span(8), host=host))
    for trouble, n, longest in ((Trouble.OUR_LINE, 5, 3.0), (Trouble.OUR_DEATH, 5, 4.0)):
        for _ in range(max(1, _some(chance, n * n_years))):
            story.faults.append(Fault(trouble, *span(longest)))
    story.relay_down = [span(3) for _ in range(max(1, _some(chance, 5 * n_years)))]
    story.two_schedulers = [span(21) for _ in range(max(1, _some(chance, 3 * n_years)))]


def _some(chance: Random, mean: float) -> int:
    """Return a whole number of this mean."""
    return int(mean) + (chance.random() < mean - int(mean))


def _named(period: Period) -> str:
    """Write a period as offices do."""
    first: date = period.start
    match period.cadence:
        case Cadence.BULANAN:
            return f"{_MONTHS[first.month - 1]} {first.year}"
        case Cadence.TRIWULANAN:
            return f"Triwulan {_ROMAN[(first.month - 1) // 3]} {first.year}"
        case _:
            return str(first.year)
