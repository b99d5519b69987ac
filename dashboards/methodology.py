"""How everything is counted, said with the constants and the functions that count it."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from catalog.rules.calendar import Calendar
from catalog.rules.change import VolumeVerdict, volume
from catalog.rules.obligations import (
    Closing,
    Judged,
    Obligation,
    judge,
    oblige,
    promise_of,
    working_days_late,
)
from catalog.rules.periods import Period, period_from_label, period_of
from catalog.rules.promise import MARGINS, AgeLimits
from catalog.rules.release_rule import default_rule, parse_release_rule
from catalog.rules.score import AgencyScore, Score, agency_score, dataset_score
from catalog.rules.terms import Cadence, ClosingKind, Rank

_EXAMPLE_DAY = date(2025, 3, 14)
#: Spellings of release rules as officials write them, and the period each is shown for.
_RULES = (
    ("Januari n+1", Cadence.TAHUNAN, "2024"),
    ("Februari n+1", Cadence.BULANAN, "2025-06"),
    ("Juli n dan Januari n+1", Cadence.SEMESTERAN, "2025-S1"),
    ("Februari dan Agustus", Cadence.SEMESTERAN, "2024-S2"),
    ("Maret", Cadence.TAHUNAN, "2025"),
    ("November", Cadence.TAHUN_AJARAN, "2025/2026"),
    ("Triwulan n+1", Cadence.TRIWULANAN, "2025-Q1"),
    ("Bulan (n+1)", Cadence.BULANAN, "2025-03"),
    ("10 hari", Cadence.BULANAN, "2025-04"),
    ("3 hari kerja", Cadence.MINGGUAN, "2025-W07"),
)
_REFUSED = (
    ("-", Cadence.TAHUNAN),
    ("n+1", Cadence.TAHUNAN),
    ("Maret dan Juli dan September", Cadence.SEMESTERAN),
)
_ROWS_BEFORE = (1203, 1188, 1240, 1215, 1199, 1222, 1231, 1210)
_ROWS_NOW = 412
#: The worked example: a monthly dataset, when each of its periods came, and the instant.
_EXAMPLE_NOW = "2025-07-21T08:00"
_EXAMPLE_ARRIVALS = (
    ("2025-01", "2025-02-07T09:00"),
    ("2025-02", "2025-03-20T09:00"),
    ("2025-03", "2025-05-02T09:00"),
    ("2025-04", "2025-05-15T09:00"),
    ("2025-05", None),
    ("2025-06", None),
)


@dataclass(frozen=True, slots=True)
class CadenceLine:
    """One cadence of periods and its margins; the label is that of the period of an example."""

    cadence: Cadence
    label: str
    rule: str
    remind_days: tuple[int, ...]
    grace_wd: int
    arrears_days: int
    window: int


@dataclass(frozen=True, slots=True)
class AgeLine:
    """One rolling cadence and how old its newest row may be."""

    cadence: Cadence
    ages: AgeLimits


@dataclass(frozen=True, slots=True)
class RuleLine:
    """A release rule as written, and the date it gives for one period."""

    text: str
    cadence: Cadence
    period: Period
    raw_date: date
    due_date: date


@dataclass(frozen=True, slots=True)
class RefusedRule:
    """A release rule that cannot be read, and why."""

    text: str
    cadence: Cadence
    reason: str


@dataclass(frozen=True, slots=True)
class ExampleLine:
    """One obligation of the worked example; `pi` is what it is worth, `weight` its weight."""

    obligation: Obligation
    fulfilled_at: datetime | None
    n_days_late: int
    x: float
    pi: float
    weight: float


@dataclass(frozen=True, slots=True)
class Example:
    """The worked example: `after` is the score when May is delivered now, too."""

    now: datetime
    lines: tuple[ExampleLine, ...]
    score: Score
    after: Score
    agency: AgencyScore


@dataclass(frozen=True, slots=True)
class VolumeExample:
    """A number of rows that is held back, and the figures before it."""

    before: tuple[int, ...]
    verdict: VolumeVerdict


@dataclass(frozen=True, slots=True)
class Methodology:
    """Everything the methodology page shows."""

    cadences: tuple[CadenceLine, ...]
    ages: tuple[AgeLine, ...]
    unscheduled: tuple[Cadence, ...]
    rules: tuple[RuleLine, ...]
    refused: tuple[RefusedRule, ...]
    ranks: tuple[Rank, ...]
    volume: VolumeExample
    example: Example


def methodology(calendar: Calendar) -> Methodology:
    """Return the method, its dates computed with the calendar of the city."""
    periodic = [cadence for cadence in Cadence if cadence.is_periodic]
    return Methodology(
        cadences=tuple(_cadence_line(cadence) for cadence in periodic),
        ages=tuple(
            AgeLine(cadence, margins.ages) for cadence, margins in MARGINS.items() if margins.ages
        ),
        unscheduled=tuple(cadence for cadence in Cadence if cadence.is_unscheduled),
        rules=tuple(_rule_line(*rule, calendar) for rule in _RULES),
        refused=tuple(_refused(text, cadence) for text, cadence in _REFUSED),
        ranks=tuple(sorted(Rank, reverse=True)),
        volume=VolumeExample(_ROWS_BEFORE, volume(_ROWS_BEFORE, _ROWS_NOW)),
        example=worked_example(calendar),
    )


def _cadence_line(cadence: Cadence) -> CadenceLine:
    margins = MARGINS[cadence]
    return CadenceLine(
        cadence=cadence,
        label=period_of(cadence, _EXAMPLE_DAY).label,
        rule=default_rule(cadence).text,
        remind_days=margins.remind_days,
        grace_wd=margins.grace_wd,
        arrears_days=margins.arrears_days,
        window=margins.score_window,
    )


def _rule_line(text: str, cadence: Cadence, label: str, calendar: Calendar) -> RuleLine:
    parsed = parse_release_rule(text, cadence)
    period = period_from_label(cadence, label)
    if parsed.rule is None:
        raise ValueError(f"The example {text!r} is no release rule: {parsed.reason}")
    owed = oblige(promise_of(cadence, parsed), period, calendar)
    return RuleLine(text, cadence, period, parsed.rule.deadline(period, calendar), owed.due_date)


def _refused(text: str, cadence: Cadence) -> RefusedRule:
    reason = parse_release_rule(text, cadence).reason
    if reason is None:
        raise ValueError(f"The example {text!r} can be read; another is needed.")
    return RefusedRule(text, cadence, reason)


def worked_example(calendar: Calendar) -> Example:
    """Return the example of a monthly dataset, computed by the functions of the score."""
    now = _local(_EXAMPLE_NOW, calendar)
    promise = promise_of(Cadence.BULANAN, parse_release_rule(None, Cadence.BULANAN))
    judged = tuple(
        _example_judged(label, arrived, calendar, now) for label, arrived in _EXAMPLE_ARRIVALS
    )
    score = dataset_score(judged, promise, now)
    delivered = Closing(ClosingKind.FULFILLED, now - timedelta(hours=1), now)
    after = tuple(
        judge(j.obligation, delivered, now, now) if j is judged[-2] else j for j in judged
    )
    by_obligation = {part.obligation: part for part in score.parts}
    lines = tuple(
        ExampleLine(
            obligation=j.obligation,
            fulfilled_at=j.closing.at if j.closing else None,
            n_days_late=working_days_late(j.obligation, j.closing, now, calendar),
            x=by_obligation[j.obligation].x,
            pi=by_obligation[j.obligation].pi,
            weight=by_obligation[j.obligation].weight,
        )
        for j in judged
    )
    return Example(
        now=now,
        lines=lines,
        score=score,
        after=dataset_score(after, promise, now),
        agency=agency_score([1.0], n_unregistered=3),
    )


def _example_judged(label: str, arrived: str | None, calendar: Calendar, now: datetime) -> Judged:
    promise = promise_of(Cadence.BULANAN, parse_release_rule(None, Cadence.BULANAN))
    owed = oblige(promise, period_from_label(Cadence.BULANAN, label), calendar)
    closing = None
    if arrived is not None:
        at = _local(arrived, calendar)
        closing = Closing(ClosingKind.FULFILLED, at, at, rank=Rank.E5)
    return judge(owed, closing, now, now)


def _local(wall: str, calendar: Calendar) -> datetime:
    return datetime.fromisoformat(wall).replace(tzinfo=calendar.zone).astimezone(UTC)
