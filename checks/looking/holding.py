"""What this process has in hand, and the thread that keeps it from being taken for lost."""

import threading
from collections.abc import Callable, Collection
from datetime import datetime
from types import TracebackType
from typing import Self

from sqlalchemy import Engine
from sqlalchemy.exc import SQLAlchemyError

from checks.looking.leases import Leased, renew

#: A lease is renewed so many times before it would run out.
_BEATS = 3


class Holding:
    """Renews the leases of sources while this process lives, however long their looks take.

    Leases are short, so that what a killed process held is free again soon. What could not
    be renewed runs out and is looked at by somebody else; a result that comes later is
    dropped when it is to be written, because the lease is no longer the same.
    """

    def __init__(self, engine: Engine, clock: Callable[[], datetime], lease_seconds: float) -> None:
        self._engine = engine
        self._clock = clock
        self._lease_seconds = lease_seconds
        self._held: dict[int, str] = {}
        self._lock = threading.Lock()
        self._is_over = threading.Event()
        self._thread: threading.Thread | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._is_over.set()
        if self._thread is not None:
            self._thread.join()

    def add(self, leased: Collection[Leased]) -> None:
        """Keep these sources until they are dropped or the block ends."""
        if not leased:
            return
        with self._lock:
            self._held.update((one.source_id, one.lease) for one in leased)
        if self._thread is None:
            self._thread = threading.Thread(target=self._keep, name="leases", daemon=True)
            self._thread.start()

    def drop(self, leased: Collection[Leased]) -> None:
        """Forget sources that were written down or given back."""
        with self._lock:
            for one in leased:
                if self._held.get(one.source_id) == one.lease:
                    del self._held[one.source_id]

    def _keep(self) -> None:
        while not self._is_over.wait(self._lease_seconds / _BEATS):
            with self._lock:
                held = dict(self._held)
            try:
                renew(self._engine, held, self._clock(), self._lease_seconds)
            except SQLAlchemyError:
                # The database is away or busy for long; the next beat asks again.
                continue
