"""The signature strip: one cell per obligation, in codes and numbers, without words.

Words are put to it where a page is made; the same value is the strip of an answer in JSON.
"""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from catalog.rules.calendar import Calendar
from catalog.rules.obligations import Judged, Timing, timing, working_days_late
from catalog.rules.periods import Period
from catalog.rules.terms import Access, Headline, State, Validity
from catalog.store.standing import Standing

N_CELLS = 14


class Look(StrEnum):
    """The palette: every state has one of these fills, icons and edges."""

    ON_TIME = "on-time"
    DONE_LATE = "done-late"
    DONE_UNSEEN = "done-unseen"
    RUNNING = "running"
    SOON = "soon"
    LATE = "late"
    ARREARS = "arrears"
    HELD = "held"
    EXCUSED = "excused"
    UNKNOWN = "unknown"


#: One sign per look, for strips that are written as text.
LETTERS = {
    Look.ON_TIME: "✓",
    Look.DONE_LATE: "t",
    Look.DONE_UNSEEN: "v",
    Look.RUNNING: "…",
    Look.SOON: "~",
    Look.LATE: "!",
    Look.ARREARS: "‼",
    Look.HELD: "×",
    Look.EXCUSED: "/",
    Look.UNKNOWN: "?",
}

_OF_STATE = {
    State.RUNNING: Look.RUNNING,
    State.OPEN: Look.RUNNING,
    State.DUE_SOON: Look.SOON,
    State.GRACE: Look.SOON,
    State.LATE: Look.LATE,
    State.ARREARS: Look.ARREARS,
    State.FULFILLED: Look.ON_TIME,
    State.NIL: Look.EXCUSED,
    State.WAIVED: Look.EXCUSED,
    State.UNOBSERVED: Look.UNKNOWN,
}
_OF_HEADLINE = {
    Headline.CURRENT: Look.ON_TIME,
    Headline.DUE_SOON: Look.SOON,
    Headline.GRACE: Look.SOON,
    Headline.LATE: Look.LATE,
    Headline.ARREARS: Look.ARREARS,
    Headline.UNOBSERVED: Look.UNKNOWN,
    Headline.NEW: Look.UNKNOWN,
    Headline.UNSCHEDULED: Look.UNKNOWN,
    Headline.UNPARSED_SCHEDULE: Look.UNKNOWN,
    Headline.UNPUBLISHED: Look.UNKNOWN,
    Headline.RETIRED: Look.UNKNOWN,
}
_OF_ACCESS = {
    Access.LANCAR: Look.ON_TIME,
    Access.TERGANGGU: Look.SOON,
    Access.PUTUS: Look.HELD,
    Access.BELUM_DIPERIKSA: Look.UNKNOWN,
}
_OF_VALIDITY = {
    Validity.VALID: Look.ON_TIME,
    Validity.PERINGATAN: Look.SOON,
    Validity.TIDAK_VALID: Look.HELD,
    Validity.BELUM_DIPERIKSA: Look.UNKNOWN,
}
_OF_TIMING = {
    Timing.ON_TIME: Look.ON_TIME,
    Timing.LATE: Look.DONE_LATE,
    Timing.UNOBSERVED: Look.DONE_UNSEEN,
}


@dataclass(frozen=True, slots=True)
class Cell:
    """One obligation as the strip shows it, or one day of a rolling dataset.

    `at` is when it was fulfilled; `n_days_late` counts working days after the due date, up
    to then or to now. A day of a rolling dataset has neither `period` nor `due_date`.
    """

    start: date
    look: Look
    state: State | Headline
    period: Period | None = None
    due_date: date | None = None
    timing: Timing | None = None
    at: datetime | None = None
    n_days_late: int = 0

    @property
    def label(self) -> str:
        """The label of the period, or the day."""
        return self.period.label if self.period else self.start.isoformat()

    @property
    def letter(self) -> str:
        """The one sign that stands for the cell in plain text."""
        return LETTERS[self.look]


@dataclass(frozen=True, slots=True)
class Strip:
    """Cells from the oldest to the running one at the right end."""

    cells: tuple[Cell, ...]
    is_rolling: bool = False


def look_of(code: State | Headline | Access | Validity, late: Timing | None = None) -> Look:
    """Return the palette key of a code; a fulfilled obligation needs its timing too."""
    match code:
        case State():
            if code is State.FULFILLED and late is not None:
                return _OF_TIMING[late]
            return _OF_STATE[code]
        case Headline():
            return _OF_HEADLINE[code]
        case Access():
            return _OF_ACCESS[code]
        case Validity():
            return _OF_VALIDITY[code]


def cell_of(judged: Judged, now: datetime, calendar: Calendar) -> Cell:
    """Return the cell of one obligation."""
    obligation, closing = judged.obligation, judged.closing
    when = timing(obligation, closing) if closing and judged.state is State.FULFILLED else None
    return Cell(
        start=obligation.period.start,
        look=look_of(judged.state, when),
        state=judged.state,
        period=obligation.period,
        due_date=obligation.due_date,
        timing=when,
        at=closing.at if closing else None,
        n_days_late=working_days_late(obligation, closing, now, calendar),
    )


def strip_of(
    standing: Standing, now: datetime, calendar: Calendar, n: int | None = N_CELLS
) -> Strip:
    """Return the newest n obligations that have begun, or the 30-day bar of a rolling dataset.

    The obligation of the running period is the last cell; with n None all are given.
    """
    if standing.promise.cadence.is_rolling:
        days = tuple(
            Cell(start=day.on, look=look_of(day.headline), state=day.headline)
            for day in standing.days
        )
        return Strip(days, is_rolling=True)
    today = calendar.local_date(now)
    begun = [j for j in standing.judged if j.obligation.period.start <= today]
    shown = begun if n is None else begun[-n:]
    return Strip(tuple(cell_of(judged, now, calendar) for judged in shown))
