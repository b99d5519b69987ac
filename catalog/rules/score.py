"""Scores of datasets, agencies and the city, and the two measures of official statistics."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median

from catalog.rules.calendar import Calendar
from catalog.rules.obligations import Judged, Obligation, timing, working_days_late
from catalog.rules.promise import MARGINS, Promise
from catalog.rules.terms import Cadence, Headline, State, Timing

FORMULA = "S1"
LATE_PENALTY = 0.6
OPEN_CREDIT = 0.4
DECAY = 0.85
MIN_AGREED_TO_RANK = 3
_CURRENT_ENOUGH = frozenset({Headline.CURRENT, Headline.DUE_SOON})


@dataclass(frozen=True, slots=True)
class ScorePart:
    """What one obligation adds to a score: x = how far through lateness, pi = its worth."""

    obligation: Obligation
    state: State
    x: float
    pi: float
    weight: float


@dataclass(frozen=True, slots=True)
class Score:
    """The score of a dataset; `value` is None where nothing counts. Parts: newest first."""

    value: float | None
    n_counted: int
    parts: tuple[ScorePart, ...] = ()
    formula: str = FORMULA


@dataclass(frozen=True, slots=True)
class AgencyScore:
    """The score of an agency over what it agreed to; `median_delay` in working days."""

    value: float | None
    n_agreed: int
    n_counted: int
    ranked: bool
    median_delay: float | None = None
    formula: str = FORMULA


@dataclass(frozen=True, slots=True)
class Share:
    """A numerator and its denominator."""

    n: int
    of: int

    @property
    def value(self) -> float | None:
        """The share as a fraction; None of nothing."""
        return self.n / self.of if self.of else None


@dataclass(frozen=True, slots=True)
class Standing:
    """A dataset in the count of the city: its headline, open due periods and score."""

    headline: Headline
    n_missing: int
    score: float | None


def score_window(cadence: Cadence) -> int:
    """Return how many counted obligations a score looks back on; 0 without periods."""
    return MARGINS[cadence].score_window


def lateness(obligation: Obligation, at: datetime) -> float:
    """Return x: 0 until grace_at, 1 from arrears_at, linear between."""
    span = obligation.arrears_at - obligation.grace_at
    return min(1.0, max(0.0, (at - obligation.grace_at) / span))


def weight(judged: Judged, now: datetime) -> float | None:
    """Return pi, what an obligation is worth, or None where it does not count.

    Source: design/freshness.md, section 5.
    """
    obligation, closing = judged.obligation, judged.closing
    if judged.state in (State.WAIVED, State.UNOBSERVED):
        return None
    if closing is not None:
        if timing(obligation, closing) is Timing.UNOBSERVED:
            return None
        return 1 - LATE_PENALTY * lateness(obligation, closing.at)
    if now < obligation.grace_at:
        return None
    return OPEN_CREDIT * (1 - lateness(obligation, now))


def _newest_first(judged: Iterable[Judged]) -> list[Judged]:
    return sorted(
        judged,
        key=lambda j: (j.obligation.due_at, j.obligation.period.start),
        reverse=True,
    )


def dataset_score(judged: Sequence[Judged], promise: Promise, now: datetime) -> Score:
    """Return F over the last N counted obligations, the newest weighing most."""
    parts: list[ScorePart] = []
    for j in _newest_first(judged):
        pi = weight(j, now)
        if pi is None:
            continue
        if len(parts) == score_window(promise.cadence):
            break
        x = lateness(j.obligation, j.closing.at if j.closing else now)
        parts.append(ScorePart(j.obligation, j.state, x, pi, DECAY ** len(parts)))
    total = sum(part.weight for part in parts)
    value = sum(part.weight * part.pi for part in parts) / total if parts else None
    return Score(value, len(parts), tuple(parts))


def agency_score(
    scores: Iterable[float | None], n_unregistered: int = 0, delays: Iterable[float] = ()
) -> AgencyScore:
    """Return the mean over agreed datasets; those never registered in time count 0.

    Datasets without a score (None: new, all waived) are outside numerator and
    denominator. `delays` are the working days of delay that break ties.
    """
    counted = [score for score in scores if score is not None]
    n_agreed = len(counted) + n_unregistered
    found = list(delays)
    return AgencyScore(
        value=sum(counted) / n_agreed if n_agreed else None,
        n_agreed=n_agreed,
        n_counted=len(counted),
        ranked=n_agreed >= MIN_AGREED_TO_RANK,
        median_delay=float(median(found)) if found else None,
    )


def delays(judged: Sequence[Judged], window: int, now: datetime, calendar: Calendar) -> list[int]:
    """Return the working days late of the obligations that punctuality counts; 0 in grace."""
    found: list[int] = []
    for j in _measured(judged, window, now):
        at = j.closing.at if j.closing else now
        late = at >= j.obligation.grace_at
        found.append(working_days_late(j.obligation, j.closing, now, calendar) if late else 0)
    return found


def _measured(judged: Iterable[Judged], window: int, now: datetime) -> list[Judged]:
    """Return the last N obligations whose grace has passed and whose timing is known."""
    passed = [
        j
        for j in judged
        if j.obligation.grace_at <= now
        and j.state not in (State.WAIVED, State.UNOBSERVED)
        and (j.closing is None or timing(j.obligation, j.closing) is not Timing.UNOBSERVED)
    ]
    return _newest_first(passed)[:window]


def punctuality(judged: Sequence[Judged], window: int, now: datetime) -> Share | None:
    """Return how many of the last N were closed before grace_at (EPSS 20302), or None."""
    measured = _measured(judged, window, now)
    if not measured:
        return None
    on_time = [
        j for j in measured if j.closing and timing(j.obligation, j.closing) is Timing.ON_TIME
    ]
    return Share(len(on_time), len(measured))


def timeliness(
    judged: Sequence[Judged], window: int, now: datetime, calendar: Calendar
) -> float | None:
    """Return the median working days from period end to publication (EPSS 20301), or None."""
    gaps = [
        calendar.working_days_between(
            j.obligation.period.last_day,
            calendar.local_date(j.closing.at if j.closing else now),
        )
        for j in _measured(judged, window, now)
    ]
    return float(median(gaps)) if gaps else None


def city_current(standings: Iterable[Standing]) -> Share:
    """Return how many of the scored datasets are current: the home page's one number."""
    scored = [s for s in standings if s.score is not None and s.headline is not Headline.RETIRED]
    n_current = sum(
        s.headline in _CURRENT_ENOUGH or (s.headline is Headline.GRACE and s.n_missing == 1)
        for s in scored
    )
    return Share(n_current, len(scored))
