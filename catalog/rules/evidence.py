"""What closes an obligation, and since when."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from catalog.rules.calendar import Calendar
from catalog.rules.conclusive import (
    CheckFact,
    access,
    conclusive_instants,
    latest_conclusive,
)
from catalog.rules.looking import next_look_at
from catalog.rules.obligations import Obligation
from catalog.rules.periods import Period, periods_per_year
from catalog.rules.terms import Cadence, Rank, Unit
from catalog.rules.time_labels import end_of

__all__ = [
    "CheckFact",
    "Coverage",
    "Fulfilment",
    "KnownVersion",
    "ListingVerdict",
    "access",
    "closes",
    "conclusive_instants",
    "fulfilment",
    "is_future",
    "is_nil_allowed",
    "last_part",
    "latest_conclusive",
    "listing_says",
    "max_nils_in_a_row",
    "next_look_at",
    "oldest_closable",
    "rank_change",
]
FUTURE_GUARD = timedelta(days=1)
LAST_DAYS_EXPECTED = 7
MAX_NILS_IN_A_ROW = 2
MAX_NILS_IN_A_ROW_YEARLY = 1
_DAY = timedelta(days=1)
_SECOND = timedelta(seconds=1)
_OWN_UNIT = {
    Cadence.MINGGUAN: Unit.WEEK,
    Cadence.BULANAN: Unit.MONTH,
    Cadence.TRIWULANAN: Unit.QUARTER,
    Cadence.EMPAT_BULANAN: Unit.FOUR_MONTHS,
    Cadence.SEMESTERAN: Unit.SEMESTER,
    Cadence.TAHUNAN: Unit.YEAR,
    Cadence.TAHUN_AJARAN: Unit.SCHOOL_YEAR,
    Cadence.DWITAHUNAN: Unit.BLOCK,
    Cadence.LIMA_TAHUNAN: Unit.BLOCK,
}


@dataclass(frozen=True, slots=True)
class Coverage:
    """The times a version speaks of: rows WITH a non-empty measure by the start of their time.

    `unit` is the unit in which the column is written; `newest_at` the newest such
    instant where the column has a time of day, else None or the start of the newest label.
    """

    unit: Unit
    counts: Mapping[date, int]
    newest_at: datetime | None = None


def is_future(coverage: Coverage, now: datetime, calendar: Calendar) -> bool:
    """Tell whether the newest time lies more than one day ahead: such a version is held back."""
    starts = [start for start, n in coverage.counts.items() if n > 0]
    limit = now + FUTURE_GUARD
    if starts and calendar.midnight(max(starts)) > limit:
        return True
    return coverage.newest_at is not None and coverage.newest_at > limit


def closes(
    obligation: Obligation,
    coverage: Coverage,
    now: datetime,
    calendar: Calendar,
    min_rows: int = 1,
) -> bool:
    """Tell whether a version that is current at `now` is E5 evidence for the obligation.

    Never before closable_at; a label counts where it lies wholly inside the period.
    Source: design/freshness.md, section 4, E5 and closable_at.
    """
    if now < obligation.closable_at or is_future(coverage, now, calendar):
        return False
    period = obligation.period
    inside = [
        start
        for start, n in coverage.counts.items()
        if n > 0 and _inside(coverage.unit, start, period)
    ]
    n_rows = sum(coverage.counts[start] for start in inside)
    return n_rows >= max(min_rows, 1) and max(inside) >= _last_expected(obligation, coverage.unit)


def _names_school_year(unit: Unit, period: Period) -> bool:
    """Tell whether a year or a pair of years names a school year by its first, as n does.

    School data write "2025" and "2025-2026" for 2025/2026.
    """
    return period.cadence is Cadence.TAHUN_AJARAN and unit in (Unit.YEAR, Unit.BLOCK)


def _inside(unit: Unit, start: date, period: Period) -> bool:
    if _names_school_year(unit, period):
        return start.year == period.start.year
    if unit is Unit.BLOCK:
        return _OWN_UNIT[period.cadence] is Unit.BLOCK and start == period.start
    return period.start <= start and end_of(unit, start) <= period.end


def _last_expected(obligation: Obligation, unit: Unit) -> date:
    """Return the start of the last sub-unit that the period must reach."""
    period = obligation.period
    if _names_school_year(unit, period):
        return date(period.start.year, 1, 1)
    if unit is _OWN_UNIT[period.cadence]:
        return period.start
    early = obligation.due_date < period.last_day
    complete_by = obligation.due_date + _DAY if early else period.end
    if unit in (Unit.DAY, Unit.HOUR):
        return max(period.start, complete_by - LAST_DAYS_EXPECTED * _DAY)
    start = last = _first_inside(unit, period)
    while end_of(unit, start) <= complete_by:
        last, start = start, end_of(unit, start)
    return last


def _first_inside(unit: Unit, period: Period) -> date:
    if unit is Unit.WEEK:
        return period.start + timedelta(days=-period.start.weekday() % 7)
    if unit is Unit.SCHOOL_YEAR:
        first = date(period.start.year, 7, 1)
        return first if first >= period.start else date(period.start.year + 1, 7, 1)
    return period.start


@dataclass(frozen=True, slots=True)
class Fulfilment:
    """The instant f at which an obligation was fulfilled, and whether anybody could see it."""

    at: datetime
    timing_observed: bool


def fulfilment(
    seen_at: datetime,
    last_negative_at: datetime | None,
    last_modified_at: datetime | None,
    obligation: Obligation,
    *,
    is_upload: bool = False,
) -> Fulfilment:
    """Return f for evidence first seen at `seen_at`; an upload is its own witness.

    A pull takes the earliest consistent instant after the last negative answer:
    Last-Modified if it lies there, else one second after it. Without an earlier answer
    f is the first sight, whose timing is unobserved at or after grace_at.
    Source: design/freshness.md, section 4.
    """
    at, timing_observed = seen_at, True
    if not is_upload:
        if last_negative_at is None or last_negative_at >= seen_at:
            timing_observed = max(seen_at, obligation.closable_at) < obligation.grace_at
        elif last_modified_at is not None and last_negative_at < last_modified_at <= seen_at:
            at = last_modified_at
        else:
            at = min(last_negative_at + _SECOND, seen_at)
    return Fulfilment(max(at, obligation.closable_at), timing_observed)


def last_part(fulfilled: Mapping[int, Fulfilment]) -> int:
    """Return the part that fulfils a dataset of several files: the last decides f and timing.

    A part of unobserved timing was there at its first sight at the latest, so the timing of
    the whole is known where a later part was seen to come.
    """
    return max(fulfilled, key=lambda i: (fulfilled[i].at, fulfilled[i].timing_observed, -i))


def oldest_closable(open_obligations: Iterable[Obligation], now: datetime) -> Obligation | None:
    """Return the one obligation that a change without a declared period (E4) may close.

    The first version ever seen is no change: it closes nothing.
    """
    closable = [o for o in open_obligations if o.closable_at <= now]
    return min(closable, key=lambda o: o.period.start, default=None)


def max_nils_in_a_row(cadence: Cadence) -> int:
    """Return how many periods in a row may be declared nihil: one where it is years, else two."""
    return MAX_NILS_IN_A_ROW_YEARLY if _spans_years(cadence) else MAX_NILS_IN_A_ROW


def is_nil_allowed(period: Period, nils: Collection[Period]) -> bool:
    """Tell whether a period may be declared nihil beside those that already are."""
    n_in_a_row = 1
    before, after = period.previous(), period.next()
    while before in nils:
        n_in_a_row, before = n_in_a_row + 1, before.previous()
    while after in nils:
        n_in_a_row, after = n_in_a_row + 1, after.next()
    return n_in_a_row <= max_nils_in_a_row(period.cadence)


class ListingVerdict(StrEnum):
    """What a listed table that names only its years says about a period."""

    HOLDS = "HOLDS"
    LACKS = "LACKS"
    SILENT = "SILENT"


def listing_says(period: Period, first_year: int, last_year: int) -> ListingVerdict:
    """Return what a table that holds the years first to last proves of a period.

    A period of a year or more is held when its reference year is: HOLDS fulfils with
    unobserved timing. Years say nothing about the months of a year they hold, nor about a
    block that they reach without its end: only a period that begins after the last year
    is surely not held (LACKS, a conclusive negative). Source: design/freshness.md, section 3.
    """
    if last_year < period.start.year:
        return ListingVerdict.LACKS
    if _spans_years(period.cadence) and first_year <= period.reference_year <= last_year:
        return ListingVerdict.HOLDS
    return ListingVerdict.SILENT


def _spans_years(cadence: Cadence) -> bool:
    return periods_per_year(cadence) == 1 or _OWN_UNIT[cadence] is Unit.BLOCK


@dataclass(frozen=True, slots=True)
class KnownVersion:
    """The two hashes of a version that was accepted; of several files one `stands` for each."""

    canonical_hash: str
    bytes_hash: str
    stands: bool = False


def rank_change(canonical_hash: str, bytes_hash: str, accepted: Iterable[KnownVersion]) -> Rank:
    """Rank a version against all that were accepted before it, oldest first.

    E4 content never seen; E0 content of an older version (a revert); E2 the same content
    in other bytes (touched without a change); E1 the very same bytes. Of several files what
    one holds now is no older version because another changed since.
    """
    history = list(accepted)
    if not any(known.canonical_hash == canonical_hash for known in history):
        return Rank.E4
    standing = [known for known in history if known.stands] or history[-1:]
    same = [known for known in standing if known.canonical_hash == canonical_hash]
    if not same:
        return Rank.E0
    return Rank.E1 if any(known.bytes_hash == bytes_hash for known in same) else Rank.E2
