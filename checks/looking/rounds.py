"""One round of looks: hosts that stay silent are spared, our own outage blames nobody."""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import update
from sqlmodel import col

from catalog import models
from catalog.models.db import unit_of_work
from catalog.rules.terms import Outcome
from checks.looking.holding import Holding
from checks.looking.leases import Leased, give_back
from checks.looking.outage import blame
from checks.looking.queue import JobEngine
from checks.looking.recording import Recorded, record
from checks.looking.seen import Seen, failed
from checks.looking.watcher import Watcher
from checks.sources import Fault, SourceError

SILENCES_TO_GIVE_UP = 2
BATCH = 100
#: A look waits at most so long for others to be written with it.
_PATIENCE_SECONDS = 1.0


@dataclass(slots=True)
class _Hosts:
    """What this round has learned of each host."""

    n_silent: Counter[str] = field(default_factory=Counter)
    answered: set[str] = field(default_factory=set)
    left_alone_until: dict[str, datetime] = field(default_factory=dict)


class Round:
    """Leases come in, looks go out to the engine, results are written in batches.

    A result of a host that nobody could reach is written at the end, when the other hosts
    have told whether the line was up. Where other processes see other hosts at the same time
    no round can know that: there `doubt` says how it is written at once.
    """

    def __init__(
        self,
        watcher: Watcher,
        engine: JobEngine[Leased, Seen],
        clock: Callable[[], datetime],
        written: Callable[[Collection[Recorded]], None],
        *,
        doubt: Callable[[Seen], Seen] | None = None,
    ) -> None:
        self._watcher = watcher
        self._engine = engine
        self._clock = clock
        self._written = written
        self._doubt = doubt
        self._hosts = _Hosts()
        self._batch: list[Seen] = []
        self._unreached: list[Seen] = []
        self._holding = Holding(watcher.engine, clock, watcher.lease_seconds)

    def run(self, leases: Iterator[tuple[Leased, ...]]) -> None:
        """Look at everything that is leased, and write it all down."""
        with self._holding:
            for leased in leases:
                self._holding.add(leased)
                for one in leased:
                    self._begin(one)
                self._absorb(0.0 if leased else _PATIENCE_SECONDS)
            while self._engine.n_pending:
                self._absorb(_PATIENCE_SECONDS)
            self._batch += blame(self._unreached, frozenset(self._hosts.answered))
            while self._batch:
                self._write()

    @property
    def n_pending(self) -> int:
        """How many looks are under way or wait for their turn."""
        return self._engine.n_pending

    def _begin(self, leased: Leased) -> None:
        if self._hosts.n_silent[leased.host] >= SILENCES_TO_GIVE_UP:
            self._set_aside([self._given_up(leased)])
        elif leased.host in self._hosts.left_alone_until:
            self._defer([leased], self._hosts.left_alone_until[leased.host])
        else:
            self._engine.submit(leased.host, leased)

    def _absorb(self, timeout_seconds: float) -> None:
        for seen in self._engine.gather(timeout_seconds, BATCH):
            self._learn(seen)
            if seen.fault is Fault.UNREACHED:
                self._set_aside([seen])
            else:
                self._batch.append(seen)
        while len(self._batch) >= BATCH or (self._batch and timeout_seconds):
            self._write()

    def _learn(self, seen: Seen) -> None:
        host = seen.leased.host
        if not seen.silent and seen.fault not in (Fault.UNREACHED, Fault.OURS):
            self._hosts.answered.add(host)
            self._hosts.n_silent[host] = 0
        elif seen.silent:
            self._hosts.n_silent[host] += 1
            if self._hosts.n_silent[host] >= SILENCES_TO_GIVE_UP:
                self._set_aside(map(self._given_up, self._engine.take_waiting(host)))
        if seen.retry_after is not None:
            until = seen.at + seen.retry_after
            self._hosts.left_alone_until[host] = until
            self._defer(self._engine.take_waiting(host), until)
        if is_alarm(seen):
            self._engine.resume(host)

    def _set_aside(self, unreached: Iterable[Seen]) -> None:
        """Keep what reached nobody for the end of the round, or write it as doubtful."""
        if self._doubt is None:
            self._unreached += unreached
        else:
            self._batch += map(self._doubt, unreached)

    def _given_up(self, leased: Leased) -> Seen:
        error = SourceError(
            "host-silent",
            "Server dua kali tidak menjawab dalam putaran ini; tidak ditanya lagi.",
            "The server stayed silent twice in this round; it was not asked again.",
            fault=Fault.UNREACHED,
            silent=True,
        )
        return failed(leased, self._clock(), 0.0, error)

    def _defer(self, leased: Collection[Leased], until: datetime) -> None:
        """Give sources back unlooked: their server asked to be left alone for a while."""
        if not leased:
            return
        source = models.Source
        with unit_of_work(self._watcher.engine) as session:
            ours = give_back(session, leased)
            session.execute(
                update(source)
                .where(col(source.id).in_(ours))
                .values(next_look_at=until)
                .execution_options(synchronize_session=False)
            )
        self._holding.drop(leased)

    def _write(self) -> None:
        now, self._batch = self._batch[:BATCH], self._batch[BATCH:]
        self._written(record(self._watcher, now))
        self._holding.drop([seen.leased for seen in now])


def is_alarm(seen: Seen) -> bool:
    """Tell whether a look may be a reason to spare its host for the rest of the round."""
    return seen.silent or seen.retry_after is not None


def is_failure(seen: Seen) -> bool:
    """Tell whether a look brought no complete answer."""
    return seen.outcome in (Outcome.SOURCE_FAILED, Outcome.OUR_FAULT)
