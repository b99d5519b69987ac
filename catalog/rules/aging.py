"""Episodes of rolling datasets: since when the data are CURRENT, or too old."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from catalog.rules.calendar import Calendar
from catalog.rules.promise import Promise
from catalog.rules.rolling import AgeBounds, Reading, age_bounds, age_limits


@dataclass(frozen=True, slots=True)
class Aging:
    """How old the data of a rolling dataset are at an instant, and since when.

    The age counts from `newest_at`, or from the agreement while that is None. `since` is
    when the unbroken stretch began in which the data are CURRENT, or are not: an episode.
    It is None for data that were never CURRENT when they were seen.
    """

    newest_at: datetime | None
    bounds: AgeBounds
    is_current: bool
    since: datetime | None

    def lasts_from(self, at: datetime) -> bool:
        """Whether the data have not been CURRENT after the instant."""
        return not self.is_current and (self.since is None or self.since <= at)


def aging(
    promise: Promise,
    readings: Sequence[Reading],
    now: datetime,
    calendar: Calendar,
    agreed_at: datetime,
) -> Aging:
    """Return how the data stand in time at `now`, from what was seen of them until then.

    It rests on the readings alone, so whoever asks, and whenever, finds the same episode.
    """
    known = sorted((r for r in readings if r.seen_at <= now), key=lambda r: r.seen_at)
    newest_at = known[-1].newest_at if known else None
    bounds = age_bounds(age_limits(promise), newest_at or agreed_at, calendar)
    is_current = newest_at is not None and now <= bounds.current
    since, end = None, now
    for reading in reversed(known):
        until = _current_until(promise, reading, calendar)
        if is_current and (until is None or until < end):
            break
        if is_current:
            since = reading.seen_at
        elif until is not None and until >= reading.seen_at:
            since = min(until, end)
            break
        end = reading.seen_at
    return Aging(newest_at, bounds, is_current, since)


def _current_until(promise: Promise, reading: Reading, calendar: Calendar) -> datetime | None:
    """Return the last instant at which what was read is CURRENT; None without a time."""
    if reading.newest_at is None:
        return None
    return age_bounds(age_limits(promise), reading.newest_at, calendar).current


def opening_bounds(
    promise: Promise,
    readings: Sequence[Reading],
    at: datetime,
    calendar: Calendar,
    agreed_at: datetime,
) -> AgeBounds:
    """Return the bounds of what the data held at `at`.

    What was seen first only later is taken to have been there already.
    """
    ordered = sorted(readings, key=lambda r: r.seen_at)
    held = [r for r in ordered if r.seen_at <= at][-1:] or ordered[:1]
    newest_at = held[0].newest_at if held else None
    return age_bounds(age_limits(promise), newest_at or agreed_at, calendar)
