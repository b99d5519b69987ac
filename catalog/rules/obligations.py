"""The ledger: what a promise owes, when, and in which state each obligation is."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from catalog.rules.calendar import Calendar
from catalog.rules.errors import Unscheduled
from catalog.rules.periods import Period, period_of
from catalog.rules.promise import Promise, promise_of
from catalog.rules.release_rule import ReleaseRule
from catalog.rules.rolling import (
    Reading,
    RollingDay,
    rolling_days,
    rolling_headline,
    rolling_score,
)
from catalog.rules.terms import ClosingKind, Headline, Rank, Schedule, State, Timing

__all__ = [
    "Closing",
    "Judged",
    "Obligation",
    "Promise",
    "Reading",
    "RollingDay",
    "Timing",
    "first_period",
    "headline",
    "judge",
    "missing",
    "obligations",
    "oblige",
    "promise_of",
    "rolling_days",
    "rolling_headline",
    "rolling_score",
    "state",
    "timing",
    "working_days_late",
]
_DAY = timedelta(days=1)
#: A due obligation is milder than GRACE only where a file that waits stops its clock.
_SEVERITY = {
    State.DUE_SOON: 0,
    State.GRACE: 1,
    State.UNOBSERVED: 2,
    State.LATE: 3,
    State.ARREARS: 4,
}


@dataclass(frozen=True, slots=True)
class Obligation:
    """One period of a promise with its bounds; every bound is an exclusive end."""

    period: Period
    due_date: date
    opens_at: datetime
    remind_at: datetime
    due_at: datetime
    grace_at: datetime
    arrears_at: datetime
    closable_at: datetime


@dataclass(frozen=True, slots=True)
class Closing:
    """What closed an obligation: `at` is f, `seen_at` the instant at which we learned of it."""

    kind: ClosingKind
    at: datetime
    seen_at: datetime
    timing_observed: bool = True
    rank: Rank | None = None


@dataclass(frozen=True, slots=True)
class Judged:
    """An obligation with its state at one instant."""

    obligation: Obligation
    state: State
    closing: Closing | None = None

    @property
    def is_open(self) -> bool:
        """Whether the period is still owed."""
        return not self.state.is_closed


def oblige(promise: Promise, period: Period, calendar: Calendar) -> Obligation:
    """Return what the promise owes for a period.

    Raises Unscheduled when the promise has no release rule.
    Source: design/freshness.md, sections 3 and 4 (closable_at); vectors in section 6.
    """
    due_date = calendar.roll(_rule(promise).deadline(period, calendar))
    due_at = calendar.midnight_after(due_date)
    remind_at = calendar.midnight(due_date + _DAY - timedelta(days=promise.remind_days[0]))
    start_at, end_at = calendar.midnight(period.start), calendar.midnight(period.end)
    opens_at = max(start_at, min(end_at, remind_at))
    grace_at = calendar.midnight_after(calendar.add_working_days(due_date, promise.grace_wd))
    arrears_at = calendar.midnight_after(due_date + timedelta(days=promise.arrears_days))
    return Obligation(
        period=period,
        due_date=due_date,
        opens_at=opens_at,
        remind_at=remind_at,
        due_at=due_at,
        grace_at=grace_at,
        arrears_at=max(grace_at + _DAY, arrears_at),
        closable_at=opens_at if due_date < period.last_day else end_at,
    )


def _rule(promise: Promise) -> ReleaseRule:
    if promise.rule is None:
        raise Unscheduled(
            f"Data {promise.cadence} tanpa jadwal rilis ({promise.schedule}) tidak mempunyai "
            "tanggal jatuh tempo; tentukan jadwal rilisnya lebih dahulu."
        )
    return promise.rule


def first_period(promise: Promise, agreed_on: date, calendar: Calendar) -> Period:
    """Return the first period due after the start of the day on which it was agreed."""
    bound = calendar.midnight(agreed_on)
    period = period_of(promise.cadence, agreed_on)
    while oblige(promise, period.previous(), calendar).due_at > bound:
        period = period.previous()
    while oblige(promise, period, calendar).due_at <= bound:
        period = period.next()
    return period


def obligations(
    promise: Promise, agreed_on: date, until: datetime, calendar: Calendar, n_ahead: int = 2
) -> list[Obligation]:
    """Return the ledger from the first period through the one running at `until`.

    At least `n_ahead` obligations are not yet due at `until`.
    """
    running = period_of(promise.cadence, calendar.local_date(until))
    period = first_period(promise, agreed_on, calendar)
    ledger: list[Obligation] = []
    n_beyond = 0
    while True:
        obligation = oblige(promise, period, calendar)
        ledger.append(obligation)
        n_beyond += obligation.due_at > until
        if period.start >= running.start and n_beyond >= n_ahead:
            return ledger
        period = period.next()


def state(
    obligation: Obligation,
    closing: Closing | None,
    conclusive_at: datetime | None,
    now: datetime,
) -> State:
    """Return the state at `now`; `conclusive_at` is the newest conclusive check up to now.

    A closing that was not yet known at `now` is the caller's to leave out.
    Source: design/freshness.md, section 3.
    """
    if closing is not None:
        return State(closing.kind.value)
    if now < obligation.opens_at:
        return State.RUNNING
    if now < obligation.remind_at:
        return State.OPEN
    if now < obligation.due_at:
        return State.DUE_SOON
    if now < obligation.grace_at:
        return State.GRACE
    if conclusive_at is None or conclusive_at < obligation.grace_at:
        return State.UNOBSERVED
    if now >= obligation.arrears_at and conclusive_at >= obligation.arrears_at:
        return State.ARREARS
    return State.LATE


def judge(
    obligation: Obligation,
    closing: Closing | None,
    conclusive_at: datetime | None,
    now: datetime,
) -> Judged:
    """Return the obligation with its state at `now`."""
    return Judged(obligation, state(obligation, closing, conclusive_at, now), closing)


def working_days_late(
    obligation: Obligation, closing: Closing | None, now: datetime, calendar: Calendar
) -> int:
    """Count the working days after due_date up to and including the day of f, or today.

    Days of grace are counted too: whether that is late is the answer of `timing`.
    """
    at = closing.at if closing is not None else now
    return calendar.working_days_between(obligation.due_date, calendar.local_date(at))


def timing(obligation: Obligation, closing: Closing) -> Timing:
    """Tell whether the obligation closed before its grace ended, or that nobody saw it."""
    if not closing.timing_observed:
        return Timing.UNOBSERVED
    return Timing.ON_TIME if closing.at < obligation.grace_at else Timing.LATE


def _in_order(judged: Sequence[Judged]) -> list[Judged]:
    return sorted(judged, key=lambda j: (j.obligation.due_at, j.obligation.period.start))


def headline(promise: Promise, judged: Sequence[Judged], now: datetime) -> Headline:
    """Return the one word over a dataset with periods, from obligations judged at `now`.

    The worst state of the unbroken run of open obligations that ends at the latest due
    one; rolling datasets have `rolling_headline`. Source: design/freshness.md, section 3.
    """
    if promise.schedule is Schedule.UNPUBLISHED:
        return Headline.UNPUBLISHED
    if promise.cadence.is_unscheduled:
        return Headline.UNSCHEDULED
    if promise.schedule is Schedule.UNPARSED:
        return Headline.UNPARSED_SCHEDULE
    ordered = _in_order(judged)
    due = [j for j in ordered if j.obligation.due_at <= now]
    if not due:
        return Headline.NEW
    if due[-1].state.is_closed:
        return _headline_when_closed(ordered[len(due) :])
    worst = State.DUE_SOON
    for j in reversed(due):
        if j.state.is_closed:
            break
        worst = max(worst, j.state, key=lambda state: _SEVERITY.get(state, 0))
    return Headline(worst.value)


def _headline_when_closed(ahead: Sequence[Judged]) -> Headline:
    next_due = [j for j in ahead if j.obligation.due_at == ahead[0].obligation.due_at]
    soon = any(j.state is State.DUE_SOON for j in next_due)
    return Headline.DUE_SOON if soon else Headline.CURRENT


def missing(judged: Sequence[Judged], now: datetime) -> tuple[Obligation, ...]:
    """Return the obligations that are due and open, oldest first."""
    ordered = _in_order(judged)
    return tuple(j.obligation for j in ordered if j.is_open and j.obligation.due_at <= now)
