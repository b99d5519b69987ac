"""What the checks of one source prove: whether we looked, and whether it answers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from catalog.rules.terms import Access, Outcome

FAILURES_APART = timedelta(minutes=30)
#: A server that asks us to come back later is there; only days of it are a failure.
BUSY_STATUSES = frozenset({429, 503})
BUSY_APART = timedelta(days=3)
_ANSWERED = frozenset({Outcome.COMPLETE, Outcome.NOT_MODIFIED})


@dataclass(frozen=True, slots=True)
class CheckFact:
    """One look at a source: when, what came of it, and whether the content had changed.

    A heartbeat of the monitor is a COMPLETE fact for sources that are not pulled.
    """

    at: datetime
    outcome: Outcome
    changed: bool = False

    @property
    def answered(self) -> bool:
        """Whether the source gave a complete answer."""
        return self.outcome in _ANSWERED


def failures_apart(http_status: int | None) -> timedelta:
    """Return how long a run of failures must have lasted to prove something."""
    return BUSY_APART if http_status in BUSY_STATUSES else FAILURES_APART


def conclusive_instants(facts: Sequence[CheckFact]) -> list[bool]:
    """Tell of each fact, in order of time, whether it is conclusive.

    A complete answer is; so is a failure on the source's side at least 30 minutes after
    the first of an unbroken run of them. Our own faults prove nothing and break nothing.
    Source: design/freshness.md, section 3, rule 2.
    """
    verdicts: list[bool] = []
    failing_since: datetime | None = None
    for fact in facts:
        if fact.outcome is Outcome.OUR_FAULT:
            verdicts.append(False)
        elif fact.answered:
            failing_since = None
            verdicts.append(True)
        else:
            failing_since = failing_since or fact.at
            verdicts.append(fact.at - failing_since >= FAILURES_APART)
    return verdicts


def conclusive_facts(facts: Iterable[CheckFact], now: datetime) -> list[CheckFact]:
    """Return the conclusive facts up to `now`, oldest first."""
    known = sorted((f for f in facts if f.at <= now), key=lambda f: f.at)
    return [f for f, is_one in zip(known, conclusive_instants(known), strict=True) if is_one]


def latest_conclusive(facts: Iterable[CheckFact], now: datetime) -> datetime | None:
    """Return the newest conclusive instant up to `now`; None when nothing was proved."""
    proved = conclusive_facts(facts, now)
    return proved[-1].at if proved else None


def access(facts: Iterable[CheckFact], now: datetime) -> Access:
    """Return whether the source answers; one success recovers, our own faults say nothing."""
    known = sorted(
        (f for f in facts if f.at <= now and f.outcome is not Outcome.OUR_FAULT),
        key=lambda f: f.at,
    )
    if not known:
        return Access.BELUM_DIPERIKSA
    if known[-1].answered:
        return Access.LANCAR
    return Access.PUTUS if conclusive_instants(known)[-1] else Access.TERGANGGU
