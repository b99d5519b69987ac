"""The forms a release rule takes, and the deadline each names for a period."""

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum

from catalog.rules.calendar import Calendar
from catalog.rules.errors import Unscheduled
from catalog.rules.periods import Period, shift_month
from catalog.rules.terms import Cadence

_DAY = timedelta(days=1)
MONTH_NAMES = (
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
)


class RuleKind(StrEnum):
    """The five forms of a release rule."""

    LAG_DAYS = "LAG_DAYS"
    LAG_WORKING_DAYS = "LAG_WORKING_DAYS"
    MONTHS_OF_YEAR = "MONTHS_OF_YEAR"
    BARE_MONTHS = "BARE_MONTHS"
    MONTHS_AFTER = "MONTHS_AFTER"


@dataclass(frozen=True, slots=True)
class YearMonth:
    """A month of the year n + k, n being the reference year of the period."""

    month: int
    k: int = 0

    @property
    def text(self) -> str:
        """The month as officials write it: "Januari n+1"."""
        return f"{MONTH_NAMES[self.month - 1]} n" + (f"+{self.k}" if self.k else "")


@dataclass(frozen=True, slots=True)
class ReleaseRule:
    """When the release of a period is due.

    `lag` counts days, working days or months after the period by its kind; `months`
    are months of the year n + k, one for every period of a year, or bare months.
    """

    kind: RuleKind
    text: str
    lag: int = 0
    months: tuple[YearMonth, ...] = ()

    def deadline(self, period: Period, calendar: Calendar) -> date:
        """Return the local day the rule names for the period, before rolling to a working day."""
        last_day = period.last_day
        match self.kind:
            case RuleKind.LAG_DAYS:
                return last_day + timedelta(days=self.lag)
            case RuleKind.LAG_WORKING_DAYS:
                return calendar.add_working_days(last_day, self.lag)
            case RuleKind.MONTHS_AFTER:
                return _month_end(shift_month(last_day, self.lag))
            case RuleKind.BARE_MONTHS:
                # A school year's release falls inside it, every other one at its end or after.
                school_year = period.cadence is Cadence.TAHUN_AJARAN
                earliest = period.start if school_year else last_day
                return min(_first_month_end(m.month, earliest) for m in self.months)
        return year_month_end(self, period)


def year_month_end(rule: ReleaseRule, period: Period) -> date:
    """Return the end of the month of year n + k that the rule names for the period."""
    position = period.position_in_year if len(rule.months) > 1 else 0
    named = rule.months[position]
    return _month_end(date(period.reference_year + named.k, named.month, 1))


def _month_end(first: date) -> date:
    return shift_month(first, 1) - _DAY


def _first_month_end(month: int, on_or_after: date) -> date:
    found = _month_end(date(on_or_after.year, month, 1))
    if found < on_or_after:
        found = _month_end(date(on_or_after.year + 1, month, 1))
    return found


def lag_days(days: int) -> ReleaseRule:
    """Return the rule "so many days after the period"."""
    return ReleaseRule(RuleKind.LAG_DAYS, f"{days} hari setelah periode", lag=days)


def working_lag(days: int) -> ReleaseRule:
    """Return the rule "so many working days after the period"."""
    return ReleaseRule(RuleKind.LAG_WORKING_DAYS, f"{days} hari kerja setelah periode", lag=days)


def year_months(*months: YearMonth) -> ReleaseRule:
    """Return the rule of months of the year n + k, one for each period of a year."""
    return ReleaseRule(RuleKind.MONTHS_OF_YEAR, ", ".join(m.text for m in months), months=months)


_DEFAULTS: dict[Cadence, ReleaseRule] = {
    Cadence.MINGGUAN: working_lag(3),
    Cadence.BULANAN: lag_days(10),
    Cadence.TRIWULANAN: lag_days(20),
    Cadence.EMPAT_BULANAN: lag_days(30),
    Cadence.SEMESTERAN: lag_days(30),
    Cadence.TAHUNAN: year_months(YearMonth(3, 1)),
    Cadence.TAHUN_AJARAN: year_months(YearMonth(9)),
    Cadence.DWITAHUNAN: lag_days(180),
    Cadence.LIMA_TAHUNAN: lag_days(180),
}


def default_rule(cadence: Cadence) -> ReleaseRule:
    """Return the rule that holds where none is stated; raises Unscheduled without periods."""
    rule = _DEFAULTS.get(cadence)
    if rule is None:
        raise Unscheduled(
            f'Periode data "{cadence}" tidak mempunyai jadwal rilis; '
            "hanya irama berkala, misalnya bulanan atau tahunan, yang mempunyainya."
        )
    return rule
