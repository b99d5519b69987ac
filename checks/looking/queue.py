"""Who carries out the looks: one interface, and the threads of this process behind it."""

import heapq
import threading
from collections import Counter, defaultdict, deque
from collections.abc import Callable, Sequence
from time import monotonic
from types import TracebackType
from typing import Any, Generic, Protocol, Self, TypeVar

Job = TypeVar("Job")
Result = TypeVar("Result")
ResultOut = TypeVar("ResultOut", covariant=True)


class JobEngine(Protocol[Job, ResultOut]):
    """Takes jobs, each for one host, and gives back their results in any order."""

    def submit(self, host: str, job: Job) -> None:
        """Queue one job of a host; jobs of one host begin one after another."""
        ...

    def gather(self, timeout_seconds: float, enough: int = 1) -> Sequence[ResultOut]:
        """Return what is finished when there is enough of it, or an alarm, or the time is over."""
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

    def gather(self, timeout_seconds: float, enough: int = 1) -> Sequence[Result]:
        """Return all results since the last time."""
        found, self._results = self._results, []
        return found

    def take_waiting(self, host: str) -> Sequence[Job]:
        """Return nothing: no job ever waits."""
        return ()

    def resume(self, host: str) -> None:
        """Do nothing: no host ever pauses."""


class Crew(Generic[Job, Result]):
    """A few threads and a queue for every host; one round or several give them work.

    A host keeps at most `per_host` workers busy, so that a slow or silent one delays its own
    jobs alone; `seconds_until_free` tells how long a host wants to be left in peace, and the
    workers serve others meanwhile. After a result of which `is_alarm` says so one lane of its
    host pauses until `resume`, so that its other jobs can be taken back. `work` must not raise;
    a host belongs to one round at a time.
    """

    def __init__(
        self,
        work: Callable[[Job], Result],
        *,
        n_workers: int,
        per_host: int = 1,
        seconds_until_free: Callable[[str], float] = lambda host: 0.0,
        is_alarm: Callable[[Result], bool] = lambda result: False,
    ) -> None:
        self._work = work
        self._per_host = per_host
        self._seconds_until_free = seconds_until_free
        self._is_alarm = is_alarm
        self._waiting: dict[str, deque[tuple[Tray[Job, Result], Job]]] = defaultdict(deque)
        #: Lanes of hosts by the moment from which they may go on; those at work are not here.
        self._ready: list[tuple[float, int, str]] = []
        self._n_lanes: Counter[str] = Counter()
        self._order = 0
        self._is_closed = False
        self.lock = threading.Lock()
        self._to_do = threading.Condition(self.lock)
        self._threads = [
            threading.Thread(target=self._serve, name=f"look-{i}", daemon=True)
            for i in range(n_workers)
        ]
        for thread in self._threads:
            thread.start()

    def submit(self, host: str, job: Job, tray: "Tray[Job, Result]") -> None:
        """Queue one job of a host, under the lock; its result will lie in the tray."""
        self._waiting[host].append((tray, job))
        if self._n_lanes[host] < self._per_host:
            self._n_lanes[host] += 1
            self._line_up(host)
            self._to_do.notify()

    def take_waiting(self, host: str) -> list[Job]:
        """Take back the jobs of a host that no worker has begun, under the lock."""
        return [job for _, job in self._waiting.pop(host, ())]

    def forget(self, tray: "Tray[Job, Result]") -> None:
        """Drop the jobs of a round that nobody gathers any more, under the lock."""
        for host, jobs in self._waiting.items():
            self._waiting[host] = deque(each for each in jobs if each[0] is not tray)

    def resume(self, host: str) -> None:
        """Go on with the next job of a host, if there is one, under the lock."""
        self._go_on(host)
        self._to_do.notify()

    def close(self) -> None:
        """Let the workers finish what they do, and stop."""
        with self._to_do:
            self._is_closed = True
            self._to_do.notify_all()
        for thread in self._threads:
            thread.join()

    def _line_up(self, host: str) -> None:
        self._order += 1
        at = monotonic() + self._seconds_until_free(host)
        heapq.heappush(self._ready, (at, self._order, host))

    def _go_on(self, host: str) -> None:
        if self._waiting[host]:
            self._line_up(host)
        else:
            self._n_lanes[host] -= 1

    def _serve(self) -> None:
        with self._to_do:
            found = self._next()
        while found is not None:
            host, tray, job = found
            result = self._work(job)
            is_alarm = self._is_alarm(result)
            with self._to_do:
                if not is_alarm or tray.is_closed:
                    self._go_on(host)
                tray.put(result, paused=host if is_alarm else None)
                found = self._next()

    def _next(self) -> "tuple[str, Tray[Job, Result], Job] | None":
        """Wait for a job, under the lock; a worker that finds one wakes another for the rest."""
        while not self._is_closed:
            wait = self._ready[0][0] - monotonic() if self._ready else None
            if wait is None or wait > 0:
                self._to_do.wait(wait)
                continue
            host = heapq.heappop(self._ready)[2]
            if not self._waiting[host]:
                self._n_lanes[host] -= 1
                continue
            if self._ready:
                self._to_do.notify()
            tray, job = self._waiting[host].popleft()
            return host, tray, job
        return None


class Tray(Generic[Job, Result]):
    """What a crew has finished of one round, gathered by the one that writes."""

    def __init__(self, crew: Crew[Job, Result]) -> None:
        self._crew = crew
        self._results: list[Result] = []
        self._n_alarms = 0
        self._n_pending = 0
        #: Lanes that wait for `resume`.
        self._n_paused: Counter[str] = Counter()
        self.is_closed = False
        #: How many results the one that gathers waits for; 0 while it does not wait.
        self._wanted = 0
        self._done = threading.Condition(crew.lock)

    @property
    def n_pending(self) -> int:
        """How many jobs have been submitted and not yet gathered."""
        return self._n_pending

    def submit(self, host: str, job: Job) -> None:
        """Queue one job of a host."""
        with self._done:
            self._n_pending += 1
            self._crew.submit(host, job, self)

    def gather(self, timeout_seconds: float, enough: int = 1) -> Sequence[Result]:
        """Return what is finished when there is enough of it, or an alarm, or the time is over."""
        with self._done:
            self._wanted = min(enough, self._n_pending)
            if self._wanted:
                self._done.wait_for(self._has_enough, timeout_seconds)
            self._wanted = 0
            found, self._results = self._results, []
            self._n_alarms = 0
            self._n_pending -= len(found)
            return found

    def take_waiting(self, host: str) -> Sequence[Job]:
        """Take back the jobs of a host that no worker has begun."""
        with self._done:
            jobs = self._crew.take_waiting(host)
            self._n_pending -= len(jobs)
        return jobs

    def resume(self, host: str) -> None:
        """Go on with the next job of a host, if there is one."""
        with self._done:
            self._n_paused[host] -= 1
            self._crew.resume(host)

    def close(self) -> None:
        """Leave the crew to other rounds: nothing more is begun or held up for this one."""
        with self._done:
            self.is_closed = True
            self._crew.forget(self)
            for host in self._n_paused.elements():
                self._crew.resume(host)
            self._n_paused.clear()

    def put(self, result: Result, *, paused: str | None) -> None:
        """Take a result, under the lock; one lane of the host that it names has paused."""
        self._results.append(result)
        if paused is not None:
            self._n_alarms += 1
            self._n_paused[paused] += 1
        if self._wanted and self._has_enough():
            self._done.notify()

    def _has_enough(self) -> bool:
        return self._n_alarms > 0 or len(self._results) >= self._wanted


class ThreadEngine(Tray[Job, Result]):
    """One round with a crew of its own, which ends with the block."""

    def __init__(self, work: Callable[[Job], Result], **of_crew: Any) -> None:
        super().__init__(Crew(work, **of_crew))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._crew.close()
