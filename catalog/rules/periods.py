"""The periods a promise is kept in, and their labels."""

import re
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import lru_cache
from typing import Self

from catalog.rules.errors import MutakhirError, Unscheduled
from catalog.rules.terms import Cadence
from catalog.rules.time_labels import TimeLabel, read_time
from catalog.rules.time_parts import read_time_parts

__all__ = [
    "Period",
    "TimeLabel",
    "UnknownPeriod",
    "period_from_label",
    "period_of",
    "periods_per_year",
    "read_time",
    "read_time_parts",
    "shift_month",
]

_DAY = timedelta(days=1)
_MONTHS = {
    Cadence.BULANAN: 1,
    Cadence.TRIWULANAN: 3,
    Cadence.EMPAT_BULANAN: 4,
    Cadence.SEMESTERAN: 6,
    Cadence.TAHUNAN: 12,
    Cadence.TAHUN_AJARAN: 12,
    Cadence.DWITAHUNAN: 24,
    Cadence.LIMA_TAHUNAN: 60,
}
_FIRST_MONTH_OF_SCHOOL_YEAR = 7
_LETTERS = {Cadence.TRIWULANAN: "Q", Cadence.EMPAT_BULANAN: "C", Cadence.SEMESTERAN: "S"}


class UnknownPeriod(MutakhirError):
    """A label is not the label of a period of the cadence."""


def shift_month(first: date, n_months: int) -> date:
    """Return the first day of the month that lies n_months after the month of the day."""
    months = first.year * 12 + first.month - 1 + n_months
    return date(months // 12, months % 12 + 1, 1)


def periods_per_year(cadence: Cadence) -> int | None:
    """Return how many periods a year has; None for weeks and for periods of several years."""
    n_months = _MONTHS.get(cadence)
    return 12 // n_months if n_months and n_months <= 12 else None


@dataclass(frozen=True, slots=True, order=True)
class Period:
    """One period of a cadence in local days; `end` is exclusive. Ordered by start."""

    cadence: Cadence = field(compare=False)
    start: date
    end: date

    @property
    def label(self) -> str:
        """The label of the period: 2025-W07, 2025-03, 2025-Q1, 2025/2026, 2024–2025."""
        start = self.start
        match self.cadence:
            case Cadence.MINGGUAN:
                year, week, _ = start.isocalendar()
                return f"{year:04d}-W{week:02d}"
            case Cadence.BULANAN:
                return f"{start.year:04d}-{start.month:02d}"
            case Cadence.TAHUNAN:
                return f"{start.year:04d}"
            case Cadence.TAHUN_AJARAN:
                return f"{start.year:04d}/{start.year + 1:04d}"
            case Cadence.DWITAHUNAN | Cadence.LIMA_TAHUNAN:
                return f"{start.year:04d}–{self.last_day.year:04d}"
        number = (start.month - 1) // _MONTHS[self.cadence] + 1
        return f"{start.year:04d}-{_LETTERS[self.cadence]}{number}"

    @property
    def last_day(self) -> date:
        """The last local day of the period."""
        return self.end - _DAY

    @property
    def reference_year(self) -> int:
        """The year n of a release rule: the first of a school year, else the last."""
        if self.cadence is Cadence.TAHUN_AJARAN:
            return self.start.year
        if self.cadence is Cadence.MINGGUAN:
            return self.start.isocalendar().year
        return self.last_day.year

    @property
    def position_in_year(self) -> int:
        """Which of the year's periods it is, from 0."""
        if self.cadence in _LETTERS or self.cadence is Cadence.BULANAN:
            return (self.start.month - 1) // _MONTHS[self.cadence]
        return 0

    def next(self) -> Self:
        """Return the period that begins where this one ends."""
        return self._shifted(1)

    def previous(self) -> Self:
        """Return the period that ends where this one begins."""
        return self._shifted(-1)

    def _shifted(self, n: int) -> Self:
        cadence = self.cadence
        return type(self)(cadence, _step(cadence, self.start, n), _step(cadence, self.end, n))


def _step(cadence: Cadence, start: date, n: int) -> date:
    if cadence is Cadence.MINGGUAN:
        return start + timedelta(days=7 * n)
    return shift_month(start, _MONTHS[cadence] * n)


@lru_cache(maxsize=65536)
def period_of(cadence: Cadence, d: date) -> Period:
    """Return the period of the cadence that contains the local day.

    School years run from July to June; blocks of k years start in a year divisible by k.
    Raises Unscheduled for cadences without periods.
    """
    if not cadence.is_periodic:
        raise Unscheduled(
            f'Periode data "{cadence}" tidak terbagi dalam periode; tanggal {d} tidak '
            "mempunyai periode. Pakai irama berkala, misalnya bulanan atau tahunan."
        )
    if cadence is Cadence.MINGGUAN:
        start = d - timedelta(days=d.weekday())
    elif cadence is Cadence.TAHUN_AJARAN:
        start = date(
            d.year - (d.month < _FIRST_MONTH_OF_SCHOOL_YEAR), _FIRST_MONTH_OF_SCHOOL_YEAR, 1
        )
    else:
        n_months = _MONTHS[cadence]
        if n_months > 12:
            start = date(d.year - d.year % (n_months // 12), 1, 1)
        else:
            start = date(d.year, (d.month - 1) // n_months * n_months + 1, 1)
    return Period(cadence, start, _step(cadence, start, 1))


_LABELS: dict[Cadence, re.Pattern[str]] = {
    Cadence.MINGGUAN: re.compile(r"(\d{4})-W(\d{2})"),
    Cadence.BULANAN: re.compile(r"(\d{4})-(\d{2})"),
    Cadence.TRIWULANAN: re.compile(r"(\d{4})-Q([1-4])"),
    Cadence.EMPAT_BULANAN: re.compile(r"(\d{4})-C([1-3])"),
    Cadence.SEMESTERAN: re.compile(r"(\d{4})-S([12])"),
    Cadence.TAHUNAN: re.compile(r"(\d{4})"),
    Cadence.TAHUN_AJARAN: re.compile(r"(\d{4})/(\d{4})"),
    Cadence.DWITAHUNAN: re.compile(r"(\d{4})[–-](\d{4})"),
    Cadence.LIMA_TAHUNAN: re.compile(r"(\d{4})[–-](\d{4})"),
}


def period_from_label(cadence: Cadence, label: str) -> Period:
    """Return the period that has the label; a plain hyphen in a block's label is the same.

    Raises UnknownPeriod where the cadence has no such label.
    """
    pattern = _LABELS.get(cadence)
    found = pattern.fullmatch(label.strip().upper()) if pattern else None
    if found is not None:
        year = int(found[1])
        number = int(found[2]) if found.lastindex == 2 else 1
        try:
            if cadence is Cadence.MINGGUAN:
                first = date.fromisocalendar(year, number, 1)
            elif cadence is Cadence.TAHUN_AJARAN:
                first = date(year, _FIRST_MONTH_OF_SCHOOL_YEAR, 1)
            elif cadence in _LETTERS or cadence is Cadence.BULANAN:
                first = date(year, (number - 1) * _MONTHS[cadence] + 1, 1)
            else:
                first = date(year, 1, 1)
        except ValueError:
            first = date.min
        if first > date(1900, 1, 1):
            period = period_of(cadence, first)
            if period.label.replace("–", "-") == label.strip().upper().replace("–", "-"):
                return period
    raise UnknownPeriod(
        f'Periode "{label}" tidak dikenal untuk data {cadence}; '
        f"contoh yang benar: {_example(cadence)}."
    )


def _example(cadence: Cadence) -> str:
    return period_of(cadence, date(2025, 3, 1)).label if cadence.is_periodic else "(tanpa periode)"


def only_period(cadence: Cadence, first: date, last: date) -> Period | None:
    """Return the one period that holds both days; None where they lie in two, or in none."""
    if not cadence.is_periodic:
        return None
    period = period_of(cadence, first)
    return period if period.start <= last < period.end else None


def year_before(period: Period) -> Period | None:
    """Return the same period of the year before; None for weeks and periods of several years."""
    if periods_per_year(period.cadence) is None:
        return None
    return period_of(period.cadence, period.start.replace(year=period.start.year - 1))
