"""Who carries out the looks: one interface, and the threads of this process behind it."""

import heapq
import threading
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from queue import Empty, SimpleQueue
from time import monotonic
from types import TracebackType
from typing import Generic, Protocol, Self, TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")
ResultOut = TypeVar("ResultOut", covariant=True)


class JobEngine(Protocol[Job, ResultOut]):
    """Takes jobs, each for one host, and gives back their results in any order."""

    def submit(self, host: str, job: Job) -> None:
        """Queue one job of a host; jobs of one host run one after another."""
        ...

    def gather(self, timeout_seconds: float) -> Sequence[ResultOut]:
        """Return what is finished, waiting up to the timeout for the first."""
        ...

    def take_waiting(self, host: str) -> Sequence[Job]:
        """Take back the jobs of a host that nobody has begun."""
        ...

    def resume(self, host: str) -> None:
        """Go on with a host whose last result had to be looked at first."""
        ...

    @property
    def n_pending(self) -> int:
        """How many jobs have been submitted and not yet gathered."""
        ...


class InlineEngine(Generic[Job, Result]):
    """Works off each job at once, in the caller's thread: for a few looks and for tests."""

    def __init__(self, work: Callable[[Job], Result]) -> None:
        self._work = work
        self._results: list[Result] = []

    @property
    def n_pending(self) -> int:
        """How many results wait to be gathered."""
        return len(self._results)

    def submit(self, host: str, job: Job) -> None:
        """Do the job."""
        self._results.append(self._work(job))

    def gather(self, timeout_seconds: float) -> Sequence[Result]:
        """Return all results since the last time."""
        found, self._results = self._results, []
        return found

    def take_waiting(self, host: str) -> Sequence[Job]:
        """Return nothing: no job ever waits."""
        return ()

    def resume(self, host: str) -> None:
        """Do nothing: no host ever pauses."""


class ThreadEngine(Generic[Job, Result]):
    """A few threads, a queue for every host, results gathered by the one that writes.

    A host keeps at most one worker busy, so that a slow or silent one delays its own jobs
    alone; `seconds_until_free` tells how long a host wants to be left in peace, and the
    workers serve others meanwhile. After a result of which `is_alarm` says so a host
    pauses until `resume`, so that its other jobs can be taken back. `work` must not raise.
    """

    def __init__(
        self,
        work: Callable[[Job], Result],
        *,
        n_workers: int,
        seconds_until_free: Callable[[str], float] = lambda host: 0.0,
        is_alarm: Callable[[Result], bool] = lambda result: False,
    ) -> None:
        self._work = work
        self._seconds_until_free = seconds_until_free
        self._is_alarm = is_alarm
        self._waiting: dict[str, deque[Job]] = defaultdict(deque)
        self._ready: list[tuple[float, int, str]] = []
        self._order = 0
        self._queued: set[str] = set()
        self._results: SimpleQueue[Result] = SimpleQueue()
        self._change = threading.Condition()
        self._n_pending = 0
        self._is_closed = False
        self._threads = [
            threading.Thread(target=self._serve, name=f"look-{i}", daemon=True)
            for i in range(n_workers)
        ]
        for thread in self._threads:
            thread.start()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    @property
    def n_pending(self) -> int:
        """How many jobs have been submitted and not yet gathered."""
        return self._n_pending

    def submit(self, host: str, job: Job) -> None:
        """Queue one job of a host."""
        with self._change:
            self._n_pending += 1
            self._waiting[host].append(job)
            if host not in self._queued:
                self._queued.add(host)
                self._line_up(host)

    def gather(self, timeout_seconds: float) -> Sequence[Result]:
        """Return what is finished, waiting up to the timeout for the first."""
        found: list[Result] = []
        try:
            found.append(self._results.get(timeout=timeout_seconds))
            while True:
                found.append(self._results.get_nowait())
        except Empty:
            self._n_pending -= len(found)
            return found

    def take_waiting(self, host: str) -> Sequence[Job]:
        """Take back the jobs of a host that no worker has begun."""
        with self._change:
            jobs = list(self._waiting[host])
            self._waiting[host].clear()
            self._n_pending -= len(jobs)
        return jobs

    def resume(self, host: str) -> None:
        """Go on with the next job of a host, if there is one."""
        with self._change:
            if self._waiting[host]:
                self._line_up(host)
            else:
                self._queued.discard(host)

    def close(self) -> None:
        """Let the workers finish what they do, and stop."""
        with self._change:
            self._is_closed = True
            self._change.notify_all()
        for thread in self._threads:
            thread.join()

    def _line_up(self, host: str) -> None:
        self._order += 1
        at = monotonic() + self._seconds_until_free(host)
        heapq.heappush(self._ready, (at, self._order, host))
        self._change.notify()

    def _serve(self) -> None:
        while (found := self._next()) is not None:
            host, job = found
            result = self._work(job)
            is_alarm = self._is_alarm(result)
            self._results.put(result)
            if not is_alarm:
                self.resume(host)

    def _next(self) -> tuple[str, Job] | None:
        with self._change:
            while not self._is_closed:
                wait = self._ready[0][0] - monotonic() if self._ready else None
                if wait is not None and wait <= 0:
                    host = heapq.heappop(self._ready)[2]
                    if self._waiting[host]:
                        return host, self._waiting[host].popleft()
                    self._queued.discard(host)
                    continue
                self._change.wait(wait)
            return None
