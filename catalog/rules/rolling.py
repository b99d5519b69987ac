"""Rolling datasets: no periods, the age of the newest time in the data counts."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from catalog.rules.calendar import Calendar
from catalog.rules.conclusive import CheckFact, conclusive_facts
from catalog.rules.errors import Unscheduled
from catalog.rules.parts import ALWAYS, Part, oldest_of_all
from catalog.rules.promise import MARGINS, ROLLING_WINDOW_DAYS, AgeLimits, Promise
from catalog.rules.terms import Headline, Schedule

LOOKS_PER_PERIOD = 20
SHORTEST_INTERVAL = timedelta(hours=1)
LONGEST_INTERVAL = timedelta(days=7)
# The longest back-off after failures, with its jitter: a dead source stays observed.
REACH_OF_A_FAILURE = timedelta(hours=27)
_DAY = timedelta(days=1)
_HOUR = timedelta(hours=1)
# Ages in working days end with a day: its last instant is still inside.
_INSTANT = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class Reading:
    """The newest time in the data as it was seen at one instant; None = rows without a time."""

    seen_at: datetime
    newest_at: datetime | None


@dataclass(frozen=True, slots=True)
class Watch:
    """What was seen of one file of a rolling dataset: its readings, the looks at it.

    Of a dataset of several files every part has one, with what was handed in for the whole
    among its readings.
    """

    readings: Sequence[Reading]
    facts: Sequence[CheckFact]
    part: Part = ALWAYS


@dataclass(frozen=True, slots=True)
class RollingDay:
    """One day of the 30-day bar: the headline at its end, or now for today."""

    on: date
    headline: Headline


@dataclass(frozen=True, slots=True)
class AgeBounds:
    """The last instants of CURRENT, GRACE and LATE for one newest time."""

    current: datetime
    grace: datetime
    late: datetime


def look_interval(promise: Promise) -> timedelta:
    """Return the regular time between two looks: a twentieth of a period, 1 hour to 7 days."""
    length = MARGINS[promise.cadence].nominal_length
    return max(SHORTEST_INTERVAL, min(length / LOOKS_PER_PERIOD, LONGEST_INTERVAL))


def age_limits(promise: Promise) -> AgeLimits:
    """Return how old the data may grow. Raises Unscheduled where their age is not judged."""
    if promise.ages is None:
        raise Unscheduled(
            f"Data {promise.cadence} tidak dinilai dari umurnya; "
            "hanya harian, harian_kerja dan per_jam yang bergulir."
        )
    return promise.ages


def age_bounds(ages: AgeLimits, newest_at: datetime, calendar: Calendar) -> AgeBounds:
    """Return the bounds that data with this newest time meet.

    Source: design/freshness.md, section 2; `arrears` runs from max age.
    """
    steps = (ages.max_age, ages.max_age + ages.grace, ages.max_age + ages.arrears)
    if ages.in_working_days:
        day = calendar.local_date(newest_at)
        ends = [calendar.midnight_after(calendar.add_working_days(day, k)) for k in steps]
        return AgeBounds(*(end - _INSTANT for end in ends))
    return AgeBounds(*(newest_at + k * _HOUR for k in steps))


def _newest_known(readings: Iterable[Reading], now: datetime) -> datetime | None:
    known = [r for r in readings if r.seen_at <= now]
    latest = max(known, key=lambda r: r.seen_at, default=None)
    return latest.newest_at if latest else None


def rolling_headline(
    promise: Promise,
    readings: Sequence[Reading],
    conclusive_at: datetime | None,
    now: datetime,
    calendar: Calendar,
    agreed_at: datetime | None = None,
) -> Headline:
    """Return the headline of a rolling dataset from the reading that is current at `now`.

    Without any reading the age counts from `agreed_at`; without that too it is
    UNOBSERVED. LATE and ARREARS need a conclusive check after their bounds.
    Source: design/freshness.md, sections 2 and 3. `arrears` runs from max age, as the
    arrears of an obligation run from its due date.
    """
    ages = age_limits(promise)
    if promise.schedule is Schedule.UNPUBLISHED:
        return Headline.UNPUBLISHED
    if promise.schedule is Schedule.UNPARSED:
        return Headline.UNPARSED_SCHEDULE
    read_at = _newest_known(readings, now)
    newest_at = read_at or agreed_at
    if newest_at is None:
        return Headline.UNOBSERVED
    limits = age_bounds(ages, newest_at, calendar)
    if now <= limits.current:
        return Headline.CURRENT if read_at else Headline.NEW
    if now <= limits.grace:
        return Headline.GRACE
    if conclusive_at is None or conclusive_at <= limits.grace:
        return Headline.UNOBSERVED
    if now > limits.late and conclusive_at > limits.late:
        return Headline.ARREARS
    return Headline.LATE


def together(watches: Sequence[Watch]) -> Sequence[Reading]:
    """Return the readings of a whole dataset: its oldest part decides.

    While a part has not been read the newest time of the whole is unknown.
    Source: design/freshness.md, section 3, merge = all.
    """
    if len(watches) == 1:
        return watches[0].readings
    ordered = [sorted(w.readings, key=lambda r: r.seen_at) for w in watches]
    seen = [[r.seen_at for r in readings] for readings in ordered]
    bounds = {at for w in watches for at in (w.part.since, w.part.until) if at is not None}
    found: list[Reading] = []
    for moment in sorted(bounds.union(*seen)):
        newest = [
            _at(readings, at, moment)
            for w, readings, at in zip(watches, ordered, seen, strict=True)
            if w.part.is_there(moment)
        ]
        if newest:
            found.append(Reading(moment, oldest_of_all(newest)))
    return found


def rolling_score(
    promise: Promise, watches: Sequence[Watch], now: datetime, calendar: Calendar
) -> float | None:
    """Return fresh seconds / conclusively observed seconds of the last 30 days, or None.

    The time between two conclusive checks is observed unless it is longer than the
    promise lets data grow old (then nobody was watching); after a failure the longest
    back-off counts. New data counts from the check before it: benefit of the doubt. Of
    several parts the oldest decides, in the time in which all were observed.
    Source: design/freshness.md, section 5; vector in section 6.
    """
    ages = age_limits(promise)
    begin = now - ROLLING_WINDOW_DAYS * _DAY
    followed = [_Followed(promise, ages, watch, now) for watch in watches]
    cuts = {begin, now}.union(*(each.cuts for each in followed))
    fresh = observed = timedelta()
    for start, end in pairwise(sorted(at for at in cuts if begin <= at <= now)):
        there = [each for each in followed if each.watch.part.is_there(start)]
        stretches = [each.stretch(start, end) for each in there]
        known = [each for each in stretches if each is not None]
        if not known or len(known) < len(there):
            continue
        observed += end - start
        before = oldest_of_all(each.before for each in known)
        after = oldest_of_all(each.after for each in known)
        fresh += _fresh(ages, before, after, start, end, calendar)
    return fresh / observed if observed else None


@dataclass(frozen=True, slots=True)
class _Stretch:
    """The newest time of a part at the two looks around a stretch of observed time."""

    before: datetime | None
    after: datetime | None


class _Followed:
    """One part under the looks at it, asked about stretches between neighbouring looks."""

    def __init__(self, promise: Promise, ages: AgeLimits, watch: Watch, now: datetime) -> None:
        self.watch, self._promise, self._ages = watch, promise, ages
        proved = conclusive_facts(watch.facts, now)
        self._ends = [*proved, CheckFact(now, proved[-1].outcome)] if proved else []
        self._ats = [fact.at for fact in self._ends]
        self._ordered = sorted(watch.readings, key=lambda r: r.seen_at)
        self._seen = [r.seen_at for r in self._ordered]
        part = watch.part
        self.cuts = {*self._ats, *(at for at in (part.since, part.until) if at is not None)}

    def stretch(self, start: datetime, end: datetime) -> _Stretch | None:
        """Return what was known around a stretch without a look inside; None if unobserved."""
        position = bisect_right(self._ats, start)
        if position == 0 or position == len(self._ends):
            return None
        earlier, later = self._ends[position - 1], self._ends[position]
        if later.at - earlier.at > _reach(self._promise, self._ages, earlier):
            return None
        return _Stretch(
            _at(self._ordered, self._seen, earlier.at), _at(self._ordered, self._seen, later.at)
        )


def _at(ordered: Sequence[Reading], seen: Sequence[datetime], at: datetime) -> datetime | None:
    position = bisect_right(seen, at)
    return ordered[position - 1].newest_at if position else None


def _reach(promise: Promise, ages: AgeLimits, fact: CheckFact) -> timedelta:
    if not fact.answered:
        return REACH_OF_A_FAILURE
    longest = ages.max_age * (_DAY if ages.in_working_days else _HOUR)
    return max(2 * look_interval(promise), longest)


def _fresh(
    ages: AgeLimits,
    before: datetime | None,
    after: datetime | None,
    start: datetime,
    end: datetime,
    calendar: Calendar,
) -> timedelta:
    """Return how much of (start, end] is fresh by what was known at both ends."""
    until = start
    if before is not None:
        until = min(end, max(start, age_bounds(ages, before, calendar).current))
    fresh = until - start
    if after is not None:
        begin = max(until, after)
        fresh += max(timedelta(), min(end, age_bounds(ages, after, calendar).current) - begin)
    return fresh


def rolling_days(
    promise: Promise,
    watches: Sequence[Watch],
    now: datetime,
    calendar: Calendar,
    agreed_at: datetime | None = None,
) -> tuple[RollingDay, ...]:
    """Return the last 30 local days, oldest first, each with the headline at its end."""
    readings = together(watches)
    proved = [[fact.at for fact in conclusive_facts(w.facts, now)] for w in watches]
    today = calendar.local_date(now)
    days: list[RollingDay] = []
    for back in range(ROLLING_WINDOW_DAYS - 1, -1, -1):
        on = today - back * _DAY
        at = min(calendar.midnight_after(on) - _INSTANT, now)
        conclusive_at = oldest_of_all(
            _latest(looks, at)
            for w, looks in zip(watches, proved, strict=True)
            if w.part.is_there(at)
        )
        headline = rolling_headline(promise, readings, conclusive_at, at, calendar, agreed_at)
        days.append(RollingDay(on, headline))
    return tuple(days)


def _latest(instants: Sequence[datetime], at: datetime) -> datetime | None:
    position = bisect_right(instants, at)
    return instants[position - 1] if position else None
