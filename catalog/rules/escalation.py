"""Whom to tell, how urgently, and when to hold back."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from catalog.rules.aging import Aging
from catalog.rules.calendar import Calendar
from catalog.rules.obligations import Judged, Obligation
from catalog.rules.rolling import AgeBounds
from catalog.rules.score import lateness
from catalog.rules.terms import Headline, Role, State

HIGHEST_LEVEL = 5
NAG_LEVEL = 3
NAG_EVERY = timedelta(days=7)
HALF_WAY = 0.5
DIGEST_TIME = time(8, 0)
LONGEST_ETA = timedelta(days=14)
MAX_ETAS = 2
MIN_DATASETS_TO_GUARD = 20
MAX_SHARE_WORSENED = 0.20
MAX_SHARE_LOST = 0.02
_DAY = timedelta(days=1)
_LEVELS = {State.DUE_SOON: 1, State.GRACE: 2, State.LATE: 3, State.ARREARS: 5}
_AGE_LEVELS = {Headline.GRACE: 2, Headline.LATE: 3, Headline.ARREARS: 5}


@dataclass(frozen=True, slots=True)
class Answer:
    """An operator's answer to a notice: when it was given and the day the release is due then."""

    at: datetime
    eta_on: date


@dataclass(frozen=True, slots=True)
class Telling:
    """What to tell about one obligation, or one episode of a rolling dataset, now."""

    level: int
    is_announcement: bool
    is_nag: bool
    is_recovery: bool

    @property
    def is_silent(self) -> bool:
        """Whether there is nothing to tell."""
        return not (self.is_announcement or self.is_nag or self.is_recovery)


def level(judged: Judged, now: datetime) -> int:
    """Return 0 none, 1 DUE_SOON, 2 GRACE, 3 LATE, 4 LATE half way to arrears, 5 ARREARS.

    Source: design/freshness.md, section 7.
    """
    found = _LEVELS.get(judged.state, 0)
    if judged.state is State.LATE and lateness(judged.obligation, now) >= HALF_WAY:
        return 4
    return found


def age_level(headline: Headline, aging: Aging, conclusive_at: datetime | None) -> int:
    """Return 0 none, 2 GRACE, 3 LATE, 5 ARREARS of a rolling dataset.

    Data that nobody looked at since they grew too old are no reproach, not in GRACE either:
    without a look they would grow old in our hands.
    """
    if conclusive_at is None or conclusive_at <= aging.bounds.current:
        return 0
    return _AGE_LEVELS.get(headline, 0)


def opening_age_level(bounds: AgeBounds, at: datetime) -> int:
    """Return the level that age alone gave at an instant, to start from without a message."""
    if at > bounds.late:
        return 5
    if at > bounds.grace:
        return 3
    return 2 if at > bounds.current else 0


def recipients(level: int) -> tuple[Role, ...]:
    """Return the roles that a level is told to; the last of level 4 and 5 gets a copy."""
    if level <= 0:
        return ()
    if level <= 2:
        return (Role.OPERATOR,)
    if level == 3:
        return (Role.OPERATOR, Role.KEPALA_BIDANG)
    return (Role.OPERATOR, Role.KEPALA_BIDANG, Role.KEPALA_OPD, Role.WALIDATA)


def copied(level: int) -> tuple[Role, ...]:
    """Return those of the recipients who only get a copy."""
    return (Role.WALIDATA,) if level >= 4 else ()


def fallback(role: Role) -> Role:
    """Return who is told when a role's address bounces for good."""
    return {
        Role.OPERATOR: Role.KEPALA_BIDANG,
        Role.KEPALA_BIDANG: Role.KEPALA_OPD,
    }.get(role, Role.WALIDATA)


def is_on_monthly_list(level: int) -> bool:
    """Tell whether the obligation goes on the Sekda's monthly list."""
    return level >= HIGHEST_LEVEL


def eta_limit(obligation: Obligation | None, now: datetime) -> datetime:
    """Return the latest instant an ETA may name: 14 days or half a period from now.

    Rolling data, which have no obligation, have no period to halve.
    """
    if obligation is None:
        return now + LONGEST_ETA
    length = obligation.period.end - obligation.period.start
    return now + min(LONGEST_ETA, length / 2)


def is_eta_allowed(
    obligation: Obligation | None, eta_on: date, n_earlier: int, now: datetime, calendar: Calendar
) -> bool:
    """Tell whether an ETA may be given: from today to the limit, twice for one delay at most."""
    if n_earlier >= MAX_ETAS or eta_on < calendar.local_date(now):
        return False
    return eta_on <= calendar.local_date(eta_limit(obligation, now))


def level_with_answer(
    judged: Judged, answers: Iterable[Answer], now: datetime, calendar: Calendar
) -> int:
    """Return the level, raised by one while the newest ETA is broken."""
    return _raised(level(judged, now), answers, now, calendar)


def _raised(found: int, answers: Iterable[Answer], now: datetime, calendar: Calendar) -> int:
    latest = max(answers, key=lambda a: a.at, default=None)
    if found == 0 or latest is None or now < calendar.midnight_after(latest.eta_on):
        return found
    return min(found + 1, HIGHEST_LEVEL)


def telling(
    judged: Judged,
    announced_level: int,
    last_told_at: datetime | None,
    answers: Iterable[Answer],
    now: datetime,
    calendar: Calendar,
) -> Telling:
    """Return what to tell, whatever the number of missed runs.

    An announcement when the level rose above the announced one; a nag every week while
    the level is 3 or more, silent until the ETA at level 3; one recovery note when the
    obligation closed after an announcement.
    """
    given = list(answers)
    found = level_with_answer(judged, given, now, calendar)
    is_recovery = judged.state.is_closed and announced_level > 0
    return _telling(found, announced_level, last_told_at, given, is_recovery, now, calendar)


def age_telling(
    found: int,
    announced_level: int,
    last_told_at: datetime | None,
    answers: Iterable[Answer],
    now: datetime,
    calendar: Calendar,
) -> Telling:
    """Return what to tell about one episode of a rolling dataset, by the rules of `telling`.

    `found` is its level; what was announced and answered is that of the same episode. The
    recovery is a matter of each person: it depends on what reached whom.
    """
    given = list(answers)
    raised = _raised(found, given, now, calendar)
    return _telling(raised, announced_level, last_told_at, given, False, now, calendar)


def _telling(
    found: int,
    announced_level: int,
    last_told_at: datetime | None,
    given: Sequence[Answer],
    is_recovery: bool,
    now: datetime,
    calendar: Calendar,
) -> Telling:
    quiet = found <= NAG_LEVEL and any(
        now < calendar.midnight_after(a.eta_on) for a in given if a.at <= now
    )
    is_new = found > announced_level
    waited = last_told_at is None or now - last_told_at >= NAG_EVERY
    return Telling(
        level=found,
        is_announcement=is_new,
        is_nag=not is_new and found >= NAG_LEVEL and waited and not quiet,
        is_recovery=is_recovery,
    )


def opening_level(judged: Judged, now: datetime) -> int:
    """Return the announced level to start from on the first load of an old backlog.

    It is the present level, set without a message: one summary tells of all of them.
    """
    return level(judged, now)


def digest_at(now: datetime, calendar: Calendar) -> datetime:
    """Return the next 08:00 local on a working day, `now` itself included."""
    day = calendar.roll(calendar.local_date(now))
    at = _digest_of(day, calendar)
    if at < now:
        at = _digest_of(calendar.add_working_days(day, 1), calendar)
    return at


def _digest_of(day: date, calendar: Calendar) -> datetime:
    local = datetime.combine(day, DIGEST_TIME, tzinfo=calendar.zone)
    return local.astimezone(calendar.midnight(day).tzinfo)


def must_hold(
    n_datasets: int, n_worsened: int, n_catalogue_before: int, n_catalogue_now: int
) -> bool:
    """Tell whether to hold all messages and page walidata: one cause, not many agencies.

    `n_worsened` leaves out what the calendar alone made worse. A catalogue that shrinks
    by more than 2 % holds them too.
    """
    if n_catalogue_before - n_catalogue_now > MAX_SHARE_LOST * n_catalogue_before:
        return True
    if n_datasets < MIN_DATASETS_TO_GUARD:
        return False
    return n_worsened > MAX_SHARE_WORSENED * n_datasets
