"""Rolling datasets: no periods, the age of the newest time in the data counts."""

from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from catalog.rules.calendar import Calendar
from catalog.rules.conclusive import CheckFact, conclusive_facts
from catalog.rules.errors import Unscheduled
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
class RollingDay:
    """One day of the 30-day bar: the headline at its end, or now for today."""

    on: date
    headline: Headline


@dataclass(frozen=True, slots=True)
class _Limits:
    """The last instants of CURRENT, GRACE and LATE for one newest time."""

    current: datetime
    grace: datetime
    late: datetime


def look_interval(promise: Promise) -> timedelta:
    """Return the regular time between two looks: a twentieth of a period, 1 hour to 7 days."""
    length = MARGINS[promise.cadence].nominal_length
    return max(SHORTEST_INTERVAL, min(length / LOOKS_PER_PERIOD, LONGEST_INTERVAL))


def _ages(promise: Promise) -> AgeLimits:
    if promise.ages is None:
        raise Unscheduled(
            f"Data {promise.cadence} tidak dinilai dari umurnya; "
            "hanya harian, harian_kerja dan per_jam yang bergulir."
        )
    return promise.ages


def _limits(ages: AgeLimits, newest_at: datetime, calendar: Calendar) -> _Limits:
    steps = (ages.max_age, ages.max_age + ages.grace, ages.max_age + ages.arrears)
    if ages.in_working_days:
        day = calendar.local_date(newest_at)
        ends = [calendar.midnight_after(calendar.add_working_days(day, k)) for k in steps]
        return _Limits(*(end - _INSTANT for end in ends))
    return _Limits(*(newest_at + k * _HOUR for k in steps))


def _newest_known(
    readings: Iterable[Reading], now: datetime, agreed_at: datetime | None
) -> datetime | None:
    known = [r for r in readings if r.seen_at <= now]
    latest = max(known, key=lambda r: r.seen_at, default=None)
    return latest.newest_at if latest and latest.newest_at else agreed_at


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
    ages = _ages(promise)
    if promise.schedule is Schedule.UNPUBLISHED:
        return Headline.UNPUBLISHED
    if promise.schedule is Schedule.UNPARSED:
        return Headline.UNPARSED_SCHEDULE
    newest_at = _newest_known(readings, now, agreed_at)
    if newest_at is None:
        return Headline.UNOBSERVED
    has_reading = any(r.seen_at <= now and r.newest_at for r in readings)
    limits = _limits(ages, newest_at, calendar)
    if now <= limits.current:
        return Headline.CURRENT if has_reading else Headline.NEW
    if now <= limits.grace:
        return Headline.GRACE
    if conclusive_at is None or conclusive_at <= limits.grace:
        return Headline.UNOBSERVED
    if now > limits.late and conclusive_at > limits.late:
        return Headline.ARREARS
    return Headline.LATE


def rolling_score(
    promise: Promise,
    readings: Sequence[Reading],
    facts: Iterable[CheckFact],
    now: datetime,
    calendar: Calendar,
) -> float | None:
    """Return fresh seconds / conclusively observed seconds of the last 30 days, or None.

    The time between two conclusive checks is observed unless it is longer than the
    promise lets data grow old (then nobody was watching); after a failure the longest
    back-off counts. New data counts from the check before it: benefit of the doubt.
    Source: design/freshness.md, section 5; vector in section 6.
    """
    ages = _ages(promise)
    begin = now - ROLLING_WINDOW_DAYS * _DAY
    proved = conclusive_facts(facts, now)
    ordered = sorted(readings, key=lambda r: r.seen_at)
    seen = [r.seen_at for r in ordered]
    ends = [*proved, CheckFact(now, proved[-1].outcome)] if proved else []
    fresh = observed = timedelta()
    for earlier, later in pairwise(ends):
        start, end = max(earlier.at, begin), later.at
        if end <= start or end - earlier.at > _reach(promise, ages, earlier):
            continue
        observed += end - start
        before = _at(ordered, seen, earlier.at)
        after = _at(ordered, seen, later.at)
        fresh += _fresh(ages, before, after, start, end, calendar)
    return fresh / observed if observed else None


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
        until = min(end, max(start, _limits(ages, before, calendar).current))
    fresh = until - start
    if after is not None:
        begin = max(until, after)
        fresh += max(timedelta(), min(end, _limits(ages, after, calendar).current) - begin)
    return fresh


def rolling_days(
    promise: Promise,
    readings: Sequence[Reading],
    facts: Iterable[CheckFact],
    now: datetime,
    calendar: Calendar,
    agreed_at: datetime | None = None,
) -> tuple[RollingDay, ...]:
    """Return the last 30 local days, oldest first, each with the headline at its end."""
    proved = [fact.at for fact in conclusive_facts(facts, now)]
    today = calendar.local_date(now)
    days: list[RollingDay] = []
    for back in range(ROLLING_WINDOW_DAYS - 1, -1, -1):
        on = today - back * _DAY
        at = min(calendar.midnight_after(on) - _INSTANT, now)
        position = bisect_right(proved, at)
        conclusive_at = proved[position - 1] if position else None
        headline = rolling_headline(promise, readings, conclusive_at, at, calendar, agreed_at)
        days.append(RollingDay(on, headline))
    return tuple(days)
