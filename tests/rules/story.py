"""Short ways to say who promised what, and when it came."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from hypothesis import settings

from catalog.rules.calendar import Calendar
from catalog.rules.obligations import (
    Closing,
    Judged,
    Obligation,
    Promise,
    judge,
    obligations,
    oblige,
    promise_of,
)
from catalog.rules.periods import period_from_label
from catalog.rules.release_rule import parse_release_rule
from catalog.rules.terms import Cadence, ClosingKind

WIB = ZoneInfo("Asia/Jakarta")
law = settings(max_examples=60)


def wib(text: str) -> datetime:
    """An instant written in local time of Java: "2025-07-21 08:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=WIB).astimezone(UTC)


def promised(cadence: Cadence, text: str | None = None) -> Promise:
    """A promise with the release rule of the text, else the default one."""
    return promise_of(cadence, parse_release_rule(text, cadence))


def owed(cadence: Cadence, label: str, calendar: Calendar, text: str | None = None) -> Obligation:
    """The obligation of one period."""
    return oblige(promised(cadence, text), period_from_label(cadence, label), calendar)


def fulfilled(at: datetime, *, observed: bool = True) -> Closing:
    """Evidence accepted at an instant."""
    return Closing(ClosingKind.FULFILLED, at, at, observed)


def told(
    promise: Promise,
    agreed_on: date,
    now: datetime,
    calendar: Calendar,
    releases: dict[str, datetime] | None = None,
    conclusive_at: datetime | None = None,
) -> list[Judged]:
    """The ledger of a promise at `now`, with the releases by period label.

    Somebody looked just now unless another conclusive instant is given.
    """
    seen = {label: fulfilled(at) for label, at in (releases or {}).items()}
    return [
        judge(o, seen.get(o.period.label), conclusive_at or now, now)
        for o in obligations(promise, agreed_on, now, calendar)
    ]
