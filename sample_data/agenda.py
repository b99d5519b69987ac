"""When the sample city is looked at: after its releases, at every bound, daily where it rolls."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta

from sample_data.city import City
from sample_data.story import Act, Event

FIRST_LOOK_AFTER = timedelta(hours=1)
AFTER_BOUND = timedelta(minutes=1)
MORNING, EVENING = time(7, 0), time(16, 30)
AGAIN_AFTER_FAILURE = timedelta(hours=2)
#: A daily feed is seen twice a day in the window of its score, and once a month before.
DAILY_FOR = timedelta(days=35)
_MONDAY = 0
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Stop:
    """One instant of the lived months and what happens at it.

    `pulled` are looked at by Mutakhir, `uploaded` are sent by their operators, `declared` are
    periods declared nil; at a tick time alone is judged.
    """

    at: datetime
    pulled: tuple[str, ...] = ()
    uploaded: tuple[str, ...] = ()
    declared: tuple[tuple[str, Event], ...] = ()
    is_tick: bool = False


@dataclass(slots=True)
class _Draft:
    pulled: set[str] = field(default_factory=set)
    uploaded: set[str] = field(default_factory=set)
    declared: list[tuple[str, Event]] = field(default_factory=list)
    is_tick: bool = False


def agenda(city: City, slugs: Collection[str] | None = None) -> tuple[Stop, ...]:
    """Return the stops from the agreement to the city's now, in order; all datasets by default."""
    drafts: defaultdict[datetime, _Draft] = defaultdict(_Draft)
    for at in _ticks(city):
        drafts[at].is_tick = True
    for slug in city.slugs if slugs is None else slugs:
        kind = city.promised(slug).kind
        if kind == "upload":
            for at in city.releases(slug, city.start_at, city.now):
                drafts[at].uploaded.add(slug)
        elif kind:
            for at in _looks(city, slug):
                drafts[at].pulled.add(slug)
        for event in city.declarations(slug, city.start_at, city.now):
            drafts[event.at].declared.append((slug, event))
    return tuple(
        Stop(at, tuple(sorted(d.pulled)), tuple(sorted(d.uploaded)), tuple(d.declared), d.is_tick)
        for at, d in sorted(drafts.items())
    )


def _ticks(city: City) -> Iterator[datetime]:
    """Yield the first instant, every Monday morning, and the end."""
    yield city.start_at
    for on in _days(city, city.start_at):
        if on.weekday() == _MONDAY and _at(city, on, MORNING) < city.now:
            yield _at(city, on, MORNING)
    yield city.now


def _looks(city: City, slug: str) -> set[datetime]:
    story = city.story(slug)
    looks = {city.start_at + FIRST_LOOK_AFTER}
    if story.is_rolling:
        looks.update(_daily(city))
    else:
        looks.update(_evening_after(city, e.at) for e in story.events if e.at > city.start_at)
        looks.update(
            _evening_after(city, e.at) + AGAIN_AFTER_FAILURE
            for e in story.events
            if e.act is Act.FAIL
        )
    if story.promise.rule is not None:
        for o in story.owed:
            bounds = (o.remind_at, o.due_at, o.grace_at, o.arrears_at)
            looks.update(at + AFTER_BOUND for at in bounds)
    return {at for at in looks if city.start_at <= at <= city.now}


def _daily(city: City) -> Iterator[datetime]:
    for on in _days(city, city.start_at):
        evening = _at(city, on, EVENING)
        if evening > city.now - DAILY_FOR:
            yield _at(city, on, MORNING)
            yield evening
        elif on.day == 1:
            yield evening


def _days(city: City, since: datetime) -> Iterator[date]:
    on = city.calendar.local_date(since)
    while on <= city.calendar.local_date(city.now):
        yield on
        on += _DAY


def _evening_after(city: City, at: datetime) -> datetime:
    """Return the first evening look at or after an instant."""
    on = city.calendar.local_date(at)
    evening = _at(city, on, EVENING)
    return evening if evening >= at else _at(city, on + _DAY, EVENING)


def _at(city: City, on: date, clock: time) -> datetime:
    return datetime.combine(on, clock, tzinfo=city.calendar.zone).astimezone(UTC)
