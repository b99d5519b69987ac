"""The home page: the city's one number, what is late now, what has just arrived."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from catalog.rules.score import Share
from catalog.rules.terms import Headline
from catalog.store.line import DatasetLine, worst_first
from catalog.store.snapshot import Snapshot

N_NAMED = 6
RECENTLY = timedelta(days=14)
SOON = timedelta(days=14)
_NEVER = datetime.min.replace(tzinfo=UTC)
_FAR = datetime.max.replace(tzinfo=UTC)
_OUTSIDE = frozenset({Headline.UNPUBLISHED, Headline.RETIRED})


@dataclass(frozen=True, slots=True)
class Tally:
    """How many datasets have one headline."""

    headline: Headline
    n: int


@dataclass(frozen=True, slots=True)
class HomePage:
    """The first page.

    `share` is the city's number: current among scored datasets. `newly_late` fell late
    lately, `gaps` miss the most periods, `fulfilled` arrived in the last two weeks,
    `upcoming` are due in the next two; `n_*` count them all, the lines name a few.
    """

    as_of: datetime
    city_name: str
    share: Share
    n_datasets: int
    n_agencies: int
    tallies: tuple[Tally, ...]
    n_late: int
    newly_late: tuple[DatasetLine, ...]
    gaps: tuple[DatasetLine, ...]
    n_fulfilled: int
    fulfilled: tuple[DatasetLine, ...]
    n_upcoming: int
    upcoming: tuple[DatasetLine, ...]


@lru_cache(maxsize=2)
def home_page(snapshot: Snapshot) -> HomePage:
    """Return the home page of the city as it stood when the snapshot was taken."""
    now, lines = snapshot.as_of, snapshot.lines
    tally = Counter(line.headline for line in lines)
    late = [line for line in lines if line.headline in (Headline.LATE, Headline.ARREARS)]
    newly_late = sorted(late, key=lambda line: _late_since(line, now), reverse=True)[:N_NAMED]
    arrived = [line for line in lines if _arrived_at(line) > now - RECENTLY]
    upcoming = [
        line for line in lines if _is_running(line.headline) and _due_at(line) <= now + SOON
    ]
    return HomePage(
        as_of=now,
        city_name=snapshot.city.name,
        share=snapshot.share,
        n_datasets=len(lines),
        n_agencies=len({line.agency.id for line in lines}),
        tallies=tuple(Tally(headline, tally[headline]) for headline in Headline if tally[headline]),
        n_late=len(late),
        newly_late=tuple(newly_late),
        gaps=tuple(sorted((x for x in late if x not in newly_late), key=worst_first)[:N_NAMED]),
        n_fulfilled=len(arrived),
        fulfilled=tuple(sorted(arrived, key=_arrived_at, reverse=True)[:N_NAMED]),
        n_upcoming=len(upcoming),
        upcoming=tuple(sorted(upcoming, key=_due_at)[:N_NAMED]),
    )


def _is_running(headline: Headline) -> bool:
    return headline not in _OUTSIDE


def _late_since(line: DatasetLine, now: datetime) -> datetime:
    """Return since when the dataset is late without a break: the grace of its oldest gap."""
    return min((o.grace_at for o in line.missing if o.grace_at <= now), default=_NEVER)


def _arrived_at(line: DatasetLine) -> datetime:
    last = line.last_fulfilled
    observed = last is not None and last.closing is not None and last.closing.timing_observed
    return last.closing.at if observed and last and last.closing else _NEVER


def _due_at(line: DatasetLine) -> datetime:
    return line.next_due.due_at if line.next_due else _FAR
