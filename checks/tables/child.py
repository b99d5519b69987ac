"""Work on files of strangers in a process of its own, which may be ended at any moment."""

import copyreg
import os
import pickle
import resource
import signal
import subprocess
import sys
from atexit import register
from collections.abc import Callable
from dataclasses import dataclass
from math import ceil
from multiprocessing.connection import Connection, Pipe
from threading import Lock
from typing import Any, TypeVar

from catalog.rules.errors import MutakhirError
from checks.tables.table import MEGABYTE, UnreadableTable

T = TypeVar("T")
_CHILD = "from checks.tables.child import main; main()"


@dataclass(frozen=True, slots=True)
class Limits:
    """What one call may take; memory is on top of what the idle process holds.

    `n_files` are open at once, `file_bytes` is the largest file that may be written.
    """

    wall_seconds: float = 120.0
    cpu_seconds: int = 100
    memory_bytes: int = 4_000 * MEGABYTE
    n_files: int = 64
    file_bytes: int = 1_000 * MEGABYTE


def in_child(
    function: Callable[..., T], *args: Any, limits: Limits | None = None, **options: Any
) -> T:
    """Return what a function of a module returns, computed in a child process.

    Errors of ours pass through. Raises UnreadableTable `too-slow`, `too-much-memory` or
    `reader-failed` when the child passed a limit or died; the next call gets a new child.
    """
    limits = limits or Limits()
    worker = _IDLE.take(limits)
    try:
        return worker.call(function, *args, **options)
    finally:
        _IDLE.give(worker)


class Worker:
    """One child process, kept for many calls; started at the first one."""

    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self._child: subprocess.Popen[bytes] | None = None
        self._line: Connection | None = None

    @property
    def is_alive(self) -> bool:
        """Whether a child is there for the next call."""
        return self._child is not None and self._child.poll() is None

    def call(self, function: Callable[..., T], *args: Any, **options: Any) -> T:
        """Return what a function returns in the child; raises as in_child does."""
        if not self.is_alive:
            self._start()
        assert self._line is not None
        try:
            self._line.send_bytes(pickle.dumps((function, args, options)))
            if not self._line.poll(self.limits.wall_seconds):
                self._stop()
                raise _too_slow(self.limits.wall_seconds)
            outcome: _Outcome = pickle.loads(self._line.recv_bytes())
        except (EOFError, OSError) as error:
            raise self._died() from error
        if outcome.out_of_memory:
            self._stop()
            raise _too_much_memory(self.limits)
        if outcome.error is not None:
            raise outcome.error
        return outcome.value  # type: ignore[no-any-return]

    def close(self) -> None:
        """End the child."""
        self._stop()

    def _start(self) -> None:
        self._stop()
        self._line, theirs = Pipe()
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        command = [sys.executable, "-c", _CHILD, str(theirs.fileno())]
        with theirs:
            self._child = subprocess.Popen(
                command, pass_fds=[theirs.fileno()], stdin=subprocess.DEVNULL, env=environment
            )
        self._line.send_bytes(pickle.dumps(self.limits))

    def _stop(self) -> int:
        """End the child and return how it ended."""
        if self._line is not None:
            self._line.close()
            self._line = None
        if self._child is None:
            return 0
        if self._child.poll() is None:
            self._child.kill()
        ended = self._child.wait()
        self._child = None
        return ended

    def _died(self) -> UnreadableTable:
        assert self._child is not None
        try:
            self._child.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._child.kill()
        ended = self._stop()
        if ended == -signal.SIGXCPU:
            return _too_slow(self.limits.cpu_seconds)
        if ended in (-signal.SIGABRT, -signal.SIGKILL):
            # Libraries that cannot report a refused allocation give up at once.
            return _too_much_memory(self.limits)
        return UnreadableTable(
            "reader-failed",
            "Berkas ini menghentikan pembacanya; simpan ulang sebagai CSV UTF-8 lalu coba lagi.",
            "This file stopped its reader; save it again as CSV UTF-8 and try again.",
        )


class _Idle:
    """The workers that wait for a call."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._workers: list[Worker] = []

    def take(self, limits: Limits) -> Worker:
        with self._lock:
            for worker in self._workers:
                if worker.limits == limits:
                    self._workers.remove(worker)
                    return worker
        return Worker(limits)

    def give(self, worker: Worker) -> None:
        with self._lock:
            self._workers.append(worker)

    def close(self) -> None:
        with self._lock:
            for worker in self._workers:
                worker.close()
            self._workers.clear()


_IDLE = _Idle()
close_children = _IDLE.close
register(close_children)


def _too_slow(seconds: float) -> UnreadableTable:
    return UnreadableTable(
        "too-slow",
        f"Berkas ini tidak selesai dibaca dalam {seconds:g} detik; pecah per tahun atau wilayah.",
        f"This file was not read within {seconds:g} seconds; split it by year or by area.",
    )


def _too_much_memory(limits: Limits) -> UnreadableTable:
    allowed = limits.memory_bytes // MEGABYTE
    return UnreadableTable(
        "too-much-memory",
        f"Berkas ini membutuhkan lebih dari {allowed} MB ingatan; pecah per tahun atau wilayah.",
        f"This file needs more than {allowed} MB of memory; split it by year or by area.",
    )


@dataclass(frozen=True, slots=True)
class _Outcome:
    value: Any = None
    error: MutakhirError | None = None
    out_of_memory: bool = False


def _parts(error: UnreadableTable) -> tuple[type[UnreadableTable], tuple[Any, ...]]:
    return UnreadableTable, (error.code, error.sentence_id, error.sentence_en, error.row)


copyreg.pickle(UnreadableTable, _parts)


def serve(line: Connection) -> None:
    """Answer calls until the parent hangs up; a failure that is not ours ends the process."""
    limits: Limits = pickle.loads(line.recv_bytes())
    while True:
        try:
            call = line.recv_bytes()
        except EOFError:
            return
        line.send_bytes(pickle.dumps(_answered(call, limits)))


def _answered(call: bytes, limits: Limits) -> _Outcome:
    try:
        function, args, options = pickle.loads(call)
        _limit(limits)
        return _Outcome(function(*args, **options))
    except MutakhirError as error:
        return _Outcome(error=error)
    except MemoryError:
        return _Outcome(out_of_memory=True)
    finally:
        _release()


def _limit(limits: Limits) -> None:
    """Set the limits of the next call, counted from what the process has used so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = ceil(used.ru_utime + used.ru_stime) + limits.cpu_seconds
    _lower(resource.RLIMIT_CPU, seconds)
    with open("/proc/self/statm", encoding="ascii") as statm:  # noqa: PTH123
        held = int(statm.read().split()[0]) * resource.getpagesize()
    _lower(resource.RLIMIT_AS, held + limits.memory_bytes)
    _lower(resource.RLIMIT_NOFILE, limits.n_files)
    _lower(resource.RLIMIT_FSIZE, limits.file_bytes)
    _lower(resource.RLIMIT_CORE, 0)


def _release() -> None:
    """Lift the memory limit, so that an answer can still be given."""
    _lower(resource.RLIMIT_AS, resource.RLIM_INFINITY)


def _lower(what: int, most: int) -> None:
    _, hard = resource.getrlimit(what)
    if hard != resource.RLIM_INFINITY and (most == resource.RLIM_INFINITY or most > hard):
        most = hard
    resource.setrlimit(what, (most, hard))


def main() -> None:
    """Serve the parent whose end of the line is given as a file number."""
    with Connection(int(sys.argv[1])) as line:
        serve(line)
