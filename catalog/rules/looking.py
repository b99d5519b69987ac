"""When to look at a source again."""

import hashlib
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from catalog.rules.conclusive import CheckFact
from catalog.rules.promise import Promise
from catalog.rules.rolling import look_interval

INTERVAL_IN_DUE_WINDOW = timedelta(hours=6)
INTERVAL_AFTER_CHANGE = timedelta(hours=12)
AFTER_FAILURES = (
    timedelta(minutes=15),
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(hours=24),
)
JITTER = 0.1


class Reminded(Protocol):
    """What is known of an open obligation here: when its window opens."""

    @property
    def remind_at(self) -> datetime: ...


def next_look_at(
    promise: Promise,
    open_obligations: Sequence[Reminded],
    facts: Sequence[CheckFact],
    now: datetime,
    jitter_key: str,
) -> datetime:
    """Return when the source is to be looked at next: at once when it never was.

    Inside a due window at most 6 hours later, 12 hours after a change, sooner and then
    ever more slowly after failures; the jitter is fixed by the key. A window that opens
    before the regular look draws it near. Source: design/freshness.md, section 8.
    """
    known = sorted((f for f in facts if f.at <= now), key=lambda f: f.at)
    if not known:
        return now
    last = known[-1]
    share = _share(jitter_key)
    factor = 1 + JITTER * (2 * share - 1)
    n_failures = _failures_at_end(known)
    if n_failures:
        return last.at + AFTER_FAILURES[min(n_failures, len(AFTER_FAILURES)) - 1] * factor
    interval = look_interval(promise)
    if any(o.remind_at <= now for o in open_obligations):
        interval = min(interval, INTERVAL_IN_DUE_WINDOW)
    if last.changed:
        interval = min(interval, INTERVAL_AFTER_CHANGE)
    regular = last.at + interval * factor
    spread = INTERVAL_IN_DUE_WINDOW * share
    opening = [o.remind_at + spread for o in open_obligations if o.remind_at > now]
    return min([regular, *opening])


def _failures_at_end(known: Iterable[CheckFact]) -> int:
    n_failures = 0
    for fact in known:
        n_failures = 0 if fact.answered else n_failures + 1
    return n_failures


def _share(key: str) -> float:
    """Return a number in [0, 1) that is always the same for a key."""
    return int.from_bytes(hashlib.sha256(key.encode()).digest()[:6], "big") / 2**48
