"""The first verb: look at sources, and write down what was there."""

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from time import monotonic, perf_counter

from catalog.models.db import reading
from catalog.rules.errors import MutakhirError
from catalog.rules.terms import Headline, Outcome, Rank
from catalog.store.standing import standings
from checks.looking.glance import glance
from checks.looking.leases import Leased, active_sources, lease_due, lease_these
from checks.looking.queue import InlineEngine, JobEngine, ThreadEngine
from checks.looking.recording import Recorded
from checks.looking.rounds import Round, is_alarm, is_failure
from checks.looking.seen import Seen, failed
from checks.looking.uploads import Decided, Receipt, decide, receive
from checks.looking.watcher import Watcher, watcher_for
from checks.sources import Fault, SourceError

__all__ = [
    "Decided",
    "Receipt",
    "Recorded",
    "SweepReport",
    "Watcher",
    "decide",
    "lease_due",
    "look_at",
    "receive",
    "sweep",
    "watcher_for",
]
LEASED_AT_ONCE = 200
MOST_PENDING = 2_000
#: A sweep that found nothing more to lease and waits for slow hosts asks again after this.
ASKS_AGAIN_SECONDS = 5.0
DUE, ALL = "due", "all"
Progress = Callable[[int, int], None]


class UnknownDataset(MutakhirError):
    """No dataset with a source that can be looked at has this slug."""


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One check of a sweep, as it is reported."""

    dataset_id: int
    source_id: int
    at: datetime
    outcome: Outcome
    http_status: int | None
    code: str | None
    reason: str | None
    rank: Rank | None
    number: int | None
    closed: tuple[str, ...]


@dataclass(slots=True)
class SweepReport:
    """What a sweep did. `states` counts the datasets of the city by headline."""

    looked: int = 0
    changed: int = 0
    failed: int = 0
    quarantined: int = 0
    our_faults: int = 0
    seconds: float = 0.0
    states: Mapping[str, int] = field(default_factory=dict)
    checks: list[CheckLine] = field(default_factory=list)


def look_at(watcher: Watcher, source_ids: Collection[int], now: datetime) -> tuple[Recorded, ...]:
    """Look at these sources now, due or not, one after another, and write it down.

    A source that somebody else is looking at is left out.
    """
    recorded: list[Recorded] = []
    leased = lease_these(watcher.engine, source_ids, now, watcher.lease_seconds)
    engine = InlineEngine[Leased, Seen](work_of_a_look(watcher, lambda: now))
    Round(watcher, engine, lambda: now, recorded.extend).run(iter([leased]))
    return tuple(recorded)


def sweep(
    watcher: Watcher,
    *,
    which: str = DUE,
    n_workers: int = 8,
    progress: Progress | None = None,
    with_states: bool = True,
) -> SweepReport:
    """Look at what is due, at all, or at one dataset (its slug), and report.

    Two sweeps at once share the work: every source is leased by one of them. `progress`
    is told (looks written, looks known of). Raises UnknownDataset.
    """
    started = perf_counter()
    swept = SweepReport()
    n_taken = 0

    def written(recorded: Collection[Recorded]) -> None:
        for one in recorded:
            _tell(swept, one)
        if progress is not None:
            progress(swept.looked, n_taken)

    def counted(leases: Iterator[tuple[Leased, ...]]) -> Iterator[tuple[Leased, ...]]:
        nonlocal n_taken
        for leased in leases:
            n_taken += len(leased)
            yield leased

    politeness = watcher.fetcher.politeness
    with ThreadEngine[Leased, Seen](
        work_of_a_look(watcher, watcher.clock),
        n_workers=n_workers,
        per_host=politeness.at_once,
        seconds_until_free=politeness.seconds_until_free,
        is_alarm=is_alarm,
    ) as engine:
        Round(watcher, engine, watcher.clock, written).run(counted(_leases(watcher, which, engine)))
    if with_states:
        swept.states = states(watcher, watcher.clock())
    swept.seconds = perf_counter() - started
    return swept


def states(watcher: Watcher, now: datetime) -> dict[str, int]:
    """Count the datasets of the city by headline at an instant, zeros left out."""
    with reading(watcher.reader) as session:
        counted = Counter(each.headline for each in standings(session, watcher.city(session), now))
    return {code.value: counted[code] for code in Headline if counted[code]}


def work_of_a_look(watcher: Watcher, clock: Callable[[], datetime]) -> Callable[[Leased], Seen]:
    """Return the work of one look, which ends in a result whatever happens."""

    def look(leased: Leased) -> Seen:
        now = clock()
        try:
            return glance(watcher, leased, now)
        except Exception as error:  # noqa: BLE001  (the loop of the looks: record and go on)
            what = type(error).__name__
            known = isinstance(error, MutakhirError)
            return failed(
                leased,
                now,
                0.0,
                SourceError(
                    "our-error",
                    str(error) if known else f"Pemantau sendiri gagal ({what}).",
                    str(error) if known else f"The monitor itself failed ({what}).",
                    fault=Fault.OURS,
                ),
            )

    return look


def _leases(
    watcher: Watcher, which: str, engine: JobEngine[Leased, Seen]
) -> Iterator[tuple[Leased, ...]]:
    if which == DUE:
        yield from leases_of_due(engine, lambda n: _take_due(watcher, n))
        return
    with reading(watcher.reader) as session:
        ids = active_sources(session, None if which == ALL else which)
    if not ids and which != ALL:
        raise UnknownDataset(
            f"no dataset '{which}' has a source that is looked at now; `mutakhir status` lists "
            f"the datasets, `mutakhir resume {which}` ends a pause"
        )
    for i in range(0, len(ids), LEASED_AT_ONCE):
        while engine.n_pending >= MOST_PENDING:
            yield ()
        yield lease_these(
            watcher.engine, ids[i : i + LEASED_AT_ONCE], watcher.clock(), watcher.lease_seconds
        )


def _take_due(watcher: Watcher, n: int) -> tuple[Leased, ...]:
    return lease_due(watcher.engine, watcher.clock(), n, watcher.lease_seconds)


def leases_of_due(
    engine: JobEngine[Leased, Seen], take: Callable[[int], tuple[Leased, ...]]
) -> Iterator[tuple[Leased, ...]]:
    """Lease what is due, and while slow hosts keep us, now and then what became due meanwhile.

    `take` leases up to so many.
    """
    asks_again_at = 0.0
    while True:
        leased: tuple[Leased, ...] = ()
        if engine.n_pending < MOST_PENDING and monotonic() >= asks_again_at:
            leased = take(LEASED_AT_ONCE)
            if len(leased) < LEASED_AT_ONCE:
                asks_again_at = monotonic() + ASKS_AGAIN_SECONDS
        yield leased
        if not leased and not engine.n_pending:
            return


def _tell(swept: SweepReport, one: Recorded) -> None:
    seen = one.seen
    swept.looked += 1
    swept.failed += is_failure(seen)
    swept.our_faults += seen.outcome is Outcome.OUR_FAULT
    swept.changed += one.is_change
    swept.quarantined += one.is_held
    swept.checks.append(
        CheckLine(
            dataset_id=seen.leased.dataset_id,
            source_id=seen.leased.source_id,
            at=seen.at,
            outcome=seen.outcome,
            http_status=seen.http_status,
            code=seen.code,
            reason=seen.reason,
            rank=one.rank,
            number=one.number,
            closed=tuple(each.label for each in one.closed),
        )
    )
