"""What an agency promised for a dataset, with the margins the city grants it."""

from dataclasses import dataclass
from datetime import timedelta

from catalog.rules.release_rule import ParsedRule, ReleaseRule
from catalog.rules.terms import Cadence, Schedule

REVIEW_DAYS = 365


@dataclass(frozen=True, slots=True)
class AgeLimits:
    """How old a rolling dataset may grow, in hours or in working days.

    CURRENT up to `max_age`, GRACE for `grace` more, ARREARS from `arrears` after max_age.
    """

    max_age: int
    grace: int
    arrears: int
    in_working_days: bool = False


@dataclass(frozen=True, slots=True)
class Margins:
    """The defaults of one cadence; days before due, working days, days, obligations."""

    remind_days: tuple[int, ...]
    grace_wd: int
    arrears_days: int
    score_window: int
    nominal_length: timedelta
    ages: AgeLimits | None = None


_H = timedelta(hours=1)
_D = timedelta(days=1)
ROLLING_WINDOW_DAYS = 30
MARGINS: dict[Cadence, Margins] = {
    Cadence.MINGGUAN: Margins((1,), 2, 14, 13, 7 * _D),
    Cadence.BULANAN: Margins((5,), 5, 45, 12, 30 * _D),
    Cadence.TRIWULANAN: Margins((10,), 7, 60, 8, 91 * _D),
    Cadence.EMPAT_BULANAN: Margins((14,), 10, 75, 6, 122 * _D),
    Cadence.SEMESTERAN: Margins((14,), 10, 90, 4, 182 * _D),
    Cadence.TAHUNAN: Margins((30, 7), 10, 150, 3, 365 * _D),
    Cadence.TAHUN_AJARAN: Margins((14,), 10, 150, 3, 365 * _D),
    Cadence.DWITAHUNAN: Margins((30,), 15, 365, 2, 730 * _D),
    Cadence.LIMA_TAHUNAN: Margins((30,), 15, 365, 2, 1826 * _D),
    Cadence.HARIAN_KERJA: Margins((), 0, 0, 0, _D, AgeLimits(1, 1, 5, in_working_days=True)),
    Cadence.HARIAN: Margins((), 0, 0, 0, _D, AgeLimits(36, 12, 120)),
    Cadence.PER_JAM: Margins((), 0, 0, 0, _H, AgeLimits(2, 2, 24)),
    Cadence.INSIDENTAL: Margins((), 0, 0, 0, REVIEW_DAYS * _D),
    Cadence.TETAP: Margins((), 0, 0, 0, REVIEW_DAYS * _D),
}


@dataclass(frozen=True, slots=True)
class Promise:
    """Cadence, release rule and margins of one dataset, as agreed.

    `rule` is None where nothing has a due date: rolling, unscheduled, unread, unpublished.
    `ages` is set for rolling cadences alone.
    """

    cadence: Cadence
    rule: ReleaseRule | None
    schedule: Schedule
    remind_days: tuple[int, ...]
    grace_wd: int
    arrears_days: int
    ages: AgeLimits | None = None

    @property
    def is_scored(self) -> bool:
        """Whether time can make the dataset late: it has due dates or an age limit."""
        if self.schedule is not Schedule.PARSED:
            return False
        return self.rule is not None or self.cadence.is_rolling


def promise_of(cadence: Cadence, parsed: ParsedRule) -> Promise:
    """Return the promise with the default margins of its cadence.

    Source: design/freshness.md, section 2.
    """
    margins = MARGINS[cadence]
    return Promise(
        cadence=cadence,
        rule=parsed.rule if cadence.is_periodic else None,
        schedule=parsed.schedule,
        remind_days=margins.remind_days,
        grace_wd=margins.grace_wd,
        arrears_days=margins.arrears_days,
        ages=margins.ages,
    )
