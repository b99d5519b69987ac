"""What happens at one feed over time: the behaviours of behaviours.csv as dated events.

How a dataset releases is its first behaviour; the parameter counts periods, or days for
`gone`, `login` and `down`, or per cents for `mixed`:
`on_time` · `early` before the period has ended · `grace` n working days after the due date ·
`late` always n working days after grace · `mixed` n % of the periods late · `nihil` every n-th
period declared nil · `stopped` n periods ago · `touched` stopped, but the file is re-saved
every week · `empty` the newest n periods without values · `reverted` n periods ago, the file
before it came back · `lost_rows`, `renamed`, `future`, `leak` the newest n releases with 60 %
of the rows lost, a renamed column, a row of the year 2099, a column of NIK · `untidy` the newest
n releases as somebody left them who worked on the file by hand (`untidy.py`) · `gone` 404,
`login` a login page, `down` 503 or a database that is not there for n days · `flaky` every n-th
due date a short outage, `blank` a short answer without a row · `corrected` every n-th release
mends an older figure. The rest is how the file is written.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from random import Random

from catalog.rules.calendar import Calendar
from catalog.rules.obligations import Obligation, obligations
from catalog.rules.periods import Period
from catalog.rules.promise import Promise, promise_of
from catalog.rules.release_rule import ParsedRule, default_rule, parse_release_rule
from catalog.rules.terms import Cadence, Schedule, parse_cadence
from sample_data.files import Assigned, Promised
from sample_data.rows import SEED

_DAY = timedelta(days=1)
#: How far the feeds know their future: a demo that stays open goes on being fed.
HORIZON = timedelta(days=100)
REVERTED_AFTER = timedelta(days=4)
OUTAGE = timedelta(hours=2)
_HISTORY = {
    Cadence.MINGGUAN: 13,
    Cadence.BULANAN: 6,
    Cadence.TRIWULANAN: 5,
    Cadence.SEMESTERAN: 4,
    Cadence.TAHUNAN: 4,
    Cadence.TAHUN_AJARAN: 3,
}
_FAILURES = ("gone", "login", "down")
_FLAWED = ("empty", "lost_rows", "renamed", "future", "leak", "untidy")
#: Until somebody mends the file nothing new is released.
_UNMENDED = ("lost_rows", "future", "leak")


class Act(StrEnum):
    """What can happen at a feed."""

    PUBLISH = "publish"
    CORRECT = "correct"
    TOUCH = "touch"
    REVERT = "revert"
    FAIL = "fail"
    HEAL = "heal"
    NIL = "nil"


class Flaw(StrEnum):
    """What is wrong with a release, or why nothing is served."""

    NONE = ""
    EMPTY = "empty"
    LOST_ROWS = "lost_rows"
    RENAMED = "renamed"
    FUTURE = "future"
    LEAK = "leak"
    UNTIDY = "untidy"
    BLANK = "blank"
    GONE = "gone"
    LOGIN = "login"
    DOWN = "down"


#: What befalls a feed for a few hours around a due date.
_SPELLS = (("flaky", Flaw.DOWN), ("blank", Flaw.BLANK))


@dataclass(frozen=True, slots=True)
class Event:
    """One thing that happens at a feed; `period` is what it is about."""

    at: datetime
    act: Act
    period: Period | None = None
    flaw: Flaw = Flaw.NONE


@dataclass(frozen=True, slots=True)
class Span:
    """The time the sample city lives in: from the day of the agreement to the demo's now."""

    start_on: date
    now: datetime
    calendar: Calendar


@dataclass(frozen=True, slots=True)
class Story:
    """Everything that happens at one feed: what it held at the start, then its events."""

    promise: Promise
    held: tuple[Period, ...]
    owed: tuple[Obligation, ...]
    events: tuple[Event, ...]

    @property
    def is_rolling(self) -> bool:
        """Whether it publishes every day instead of once a period."""
        return self.promise.cadence.is_rolling


def tell_story(promised: Promised, assigned: Sequence[Assigned], span: Span) -> Story:
    """Return the story of one dataset; the same arguments always tell the same story."""
    cadence = parse_cadence(promised.cadence_text)
    promise = promise_of(cadence, parse_release_rule(promised.rule_text, cadence))
    if promise.cadence.is_rolling:
        return _rolling_story(promised.slug, promise, assigned[0], span)
    planned = promise if promise.rule else _as_planned(cadence)
    owed = tuple(obligations(planned, span.start_on, span.now + HORIZON, span.calendar))
    held = _held_before(owed[0].period)
    teller = _Teller(promised.slug, assigned, owed, span)
    return Story(promise, held, owed, tuple(sorted(teller.events(), key=lambda e: (e.at, e.act))))


def _as_planned(cadence: Cadence) -> Promise:
    """Return when a dataset without due dates releases all the same."""
    usual = cadence if cadence.is_periodic else Cadence.TAHUNAN
    return promise_of(usual, ParsedRule(Schedule.PARSED, default_rule(usual)))


def _held_before(first: Period) -> tuple[Period, ...]:
    held: list[Period] = []
    for _ in range(_HISTORY[first.cadence]):
        first = first.previous()
        held.append(first)
    return tuple(reversed(held))


def _rolling_story(slug: str, promise: Promise, assigned: Assigned, span: Span) -> Story:
    """Publish each (working) day in the morning, until it stops, if it does."""
    every_day = promise.cadence is Cadence.HARIAN
    today = span.calendar.local_date(span.now)
    last = today + HORIZON
    if assigned.behaviour == "stopped":
        last = _working_days_before(span.calendar, today, assigned.parameter)
    events = []
    on = span.start_on - HORIZON
    while on <= last:
        if every_day or span.calendar.is_working_day(on):
            at = _at_work(span.calendar, on, Random(f"{SEED}/{slug}/{on}"), until_hour=9)
            events.append(Event(at, Act.PUBLISH, Period(promise.cadence, on, on + _DAY)))
        on += _DAY
    return Story(promise, (), (), tuple(events))


def _at_work(calendar: Calendar, on: date, rng: Random, until_hour: int = 15) -> datetime:
    minutes = rng.randrange(7 * 60 + 30, until_hour * 60)
    local = datetime.combine(on, time(minutes // 60, minutes % 60), tzinfo=calendar.zone)
    return local.astimezone(UTC)


def _working_days_before(calendar: Calendar, on: date, n: int) -> date:
    """Return the n-th working day before the day."""
    while n:
        on -= _DAY
        n -= calendar.is_working_day(on)
    return on


class _Teller:
    """Tells what happens at one feed with periods, obligation by obligation."""

    def __init__(
        self, slug: str, assigned: Sequence[Assigned], owed: Sequence[Obligation], span: Span
    ) -> None:
        self.slug = slug
        self.behaviour, self.parameter = assigned[0].behaviour, assigned[0].parameter
        self.also = {a.behaviour: a.parameter for a in assigned[1:]}
        self.flaw = next((a for a in assigned if a.behaviour in _FLAWED), None)
        self.owed = owed
        self.span = span
        self.n_due = sum(o.due_at <= span.now for o in owed)

    def events(self) -> Iterator[Event]:
        """Yield the events in no particular order."""
        if self.behaviour == "unlinked":
            return
        if self.behaviour in _FAILURES:
            yield Event(self._failed_at(), Act.FAIL, flaw=Flaw(self.behaviour))
        if self.behaviour == "touched":
            yield from self._touches()
        for number, obligation in enumerate(self.owed):
            # 0 is the newest obligation that is due, -1 the next one to be.
            yield from self._events_of(obligation, self.n_due - 1 - number)

    def _events_of(self, obligation: Obligation, age: int) -> Iterator[Event]:
        period = obligation.period
        if self._is_silent(age):
            return
        at = self._released_at(obligation)
        if self.behaviour in _FAILURES and at >= self._failed_at():
            return
        if self.behaviour == "nihil" and age >= 0 and age % self.parameter == 0:
            yield Event(at, Act.NIL, period)
            return
        yield Event(at, Act.PUBLISH, period, self._flaw(age))
        if self.behaviour == "reverted" and age == self.parameter:
            yield Event(at + REVERTED_AFTER, Act.REVERT, period)
        if self.also.get("corrected") and age % self.also["corrected"] == 0:
            yield Event(at, Act.CORRECT, period.previous().previous())
        for behaviour, flaw in _SPELLS:
            if self.also.get(behaviour) and age % self.also[behaviour] == 1:
                yield Event(obligation.due_at - OUTAGE, Act.FAIL, flaw=flaw)
                yield Event(obligation.due_at + OUTAGE, Act.HEAL)

    def _is_silent(self, age: int) -> bool:
        """Tell whether nothing is released for the obligation of that age."""
        if self.behaviour in ("stopped", "touched", "reverted"):
            return age < self.parameter
        return age < 0 and self.flaw is not None and self.flaw.behaviour in _UNMENDED

    def _flaw(self, age: int) -> Flaw:
        if self.flaw and age < self.flaw.parameter:
            return Flaw(self.flaw.behaviour)
        return Flaw.NONE

    def _released_at(self, obligation: Obligation) -> datetime:
        calendar = self.span.calendar
        rng = self._chance(obligation.period)
        match self.behaviour:
            case "early":
                on = _working_days_before(calendar, obligation.period.end, 1)
            case "grace":
                on = calendar.add_working_days(obligation.due_date, self.parameter)
            case "late":
                on = self._after_grace(obligation, self.parameter + rng.randrange(3))
            case "mixed" if rng.randrange(100) < self.parameter:
                on = self._after_grace(obligation, rng.randint(2, 9))
            case _:
                on = self._in_time(obligation, rng)
        return _at_work(calendar, on, rng)

    def _after_grace(self, obligation: Obligation, n: int) -> date:
        calendar = self.span.calendar
        last_of_grace = calendar.local_date(obligation.grace_at) - _DAY
        return calendar.add_working_days(last_of_grace, n)

    def _in_time(self, obligation: Obligation, rng: Random) -> date:
        """Return a working day shortly before the due date, never before the period is whole."""
        calendar = self.span.calendar
        earliest = calendar.roll(calendar.local_date(obligation.closable_at))
        habit = Random(f"{SEED}/{self.slug}").randrange(4)
        on = _working_days_before(calendar, obligation.due_date, habit + rng.randrange(3))
        return min(max(on, earliest), obligation.due_date)

    def _touches(self) -> Iterator[Event]:
        last = self.owed[max(0, self.n_due - 1 - self.parameter)]
        calendar = self.span.calendar
        on = calendar.local_date(self._released_at(last)) + 7 * _DAY
        while on < calendar.local_date(self.span.now + HORIZON):
            day = calendar.roll(on)
            yield Event(_at_work(calendar, day, Random(f"{SEED}/{day}")), Act.TOUCH)
            on += 7 * _DAY

    def _failed_at(self) -> datetime:
        on = self.span.calendar.local_date(self.span.now) - self.parameter * _DAY
        return _at_work(self.span.calendar, on, Random(f"{SEED}/{self.slug}"))

    def _chance(self, period: Period) -> Random:
        return Random(f"{SEED}/{self.slug}/release/{period.label}")
