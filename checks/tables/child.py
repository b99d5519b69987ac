"""Work on files of strangers in a process of its own, which may be ended at any moment."""

import multiprocessing
import os
import pickle
import signal
import subprocess
import sys
from atexit import register
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from threading import Condition
from typing import Any, Protocol, TypeVar

from catalog.rules.errors import MutakhirError
from checks.tables.confined import (
    Call,
    Limits,
    Outcome,
    environment,
    reader_failed,
    serve,
    too_much_memory,
    too_slow,
)
from checks.tables.table import MEGABYTE, UnreadableTable

__all__ = ["Limits", "ReaderBroken", "Worker", "close_children", "in_child", "once"]

T = TypeVar("T")
#: Nothing of what is imported will ever be garbage; looking for some takes a fifth of the start.
_CHILD = "import gc; gc.disable(); from checks.tables.confined import main; main()"
_FORKING = multiprocessing.get_context("fork")
_THREADS = Path("/proc/self/task")
_PYTHON_FAILED, _STDERR = 1, 2
_START_SECONDS, _PATIENCE_SECONDS = 0.5, 5.0
_MOST_HELD = 400 * MEGABYTE
N_KEPT = max(2, os.cpu_count() or 1)
_SECONDS_TO_END = 5.0


class ReaderBroken(MutakhirError):
    """The reading process failed by a mistake of ours; the file is not to blame."""


class ReaderDied(UnreadableTable):
    """The reading process was ended from outside or by the file; nobody knows which."""


def in_child(
    function: Callable[..., T], *args: Any, limits: Limits | None = None, **options: Any
) -> T:
    """Return what a function of a module returns, computed in a child process.

    Errors of ours pass through. Raises UnreadableTable `too-slow`, `too-much-memory` or
    `reader-failed` when the child passed a limit or died twice, and ReaderBroken for a
    failure of our own; the next call gets a new child.
    """
    limits = limits or Limits()
    worker = _IDLE.take(limits)
    try:
        try:
            return worker.call(function, *args, **options)
        except ReaderDied:
            return worker.call(function, *args, **options)
    finally:
        _IDLE.give(worker)


def once(function: Callable[..., T], *args: Any, limits: Limits | None = None, **options: Any) -> T:
    """Return what in_child returns, for a process that asks this once and then ends.

    Where no other thread runs the child is a fork, which has imported everything already.
    """
    if not _is_single_threaded():
        return in_child(function, *args, limits=limits, **options)
    worker = Worker(limits or Limits(), start=_Forked)
    try:
        return worker.call(function, *args, **options)
    finally:
        worker.close()


def _is_single_threaded() -> bool:
    """Tell whether a fork is safe: threads of libraries count too, where they can be counted."""
    return _THREADS.is_dir() and len(list(_THREADS.iterdir())) == 1


class _Process(Protocol):
    """A child that runs; `poll` and `wait` return how it ended."""

    def poll(self) -> int | None: ...

    def kill(self) -> None: ...

    def wait(self, timeout: float | None = None) -> int: ...


@dataclass(frozen=True, slots=True)
class _Ends:
    """Both ends of the line that calls take, and of the pipe that tells who lives."""

    ours: Connection
    theirs: Connection
    our_life: int
    their_life: int


def _started(ends: _Ends, limits: Limits) -> _Process:
    """Start a new interpreter, whatever threads this process has."""
    passed = [ends.theirs.fileno(), ends.their_life]
    process = subprocess.Popen(
        [sys.executable, "-c", _CHILD, *map(str, passed)],
        pass_fds=passed,
        stdin=subprocess.DEVNULL,
        env=environment(),
    )
    ends.ours.send_bytes(pickle.dumps(limits))
    return process


class _Forked:
    """A copy of this process; only where it has a single thread."""

    def __init__(self, ends: _Ends, limits: Limits) -> None:
        self._process = _FORKING.Process(target=_serve_forked, args=(ends, limits))
        self._process.start()

    def poll(self) -> int | None:
        return self._process.exitcode

    def kill(self) -> None:
        self._process.kill()

    def wait(self, timeout: float | None = None) -> int:
        self._process.join(timeout)
        if self._process.exitcode is None:
            raise subprocess.TimeoutExpired("child", timeout or 0)
        return self._process.exitcode


def _serve_forked(ends: _Ends, limits: Limits) -> None:
    ends.ours.close()
    os.close(ends.our_life)
    # Whoever forks is a command: it says in one line what went wrong.
    os.dup2(os.open(os.devnull, os.O_WRONLY), _STDERR)
    serve(ends.theirs, ends.their_life, limits)


class Worker:
    """One child process, kept for many calls; started at the first one."""

    def __init__(
        self, limits: Limits, start: Callable[[_Ends, Limits], _Process] = _started
    ) -> None:
        self.limits = limits
        self._start_process = start
        self._child: _Process | None = None
        self._line: Connection | None = None
        self._life: int | None = None

    @property
    def is_alive(self) -> bool:
        """Whether a child is there for the next call."""
        return self._child is not None and self._child.poll() is None

    def call(self, function: Callable[..., T], *args: Any, **options: Any) -> T:
        """Return what a function returns in the child; raises as in_child does, at once."""
        if not self.is_alive:
            self._start()
        assert self._line is not None
        try:
            self._line.send_bytes(pickle.dumps(Call(function, args, options)))
            if not self._line.poll(self.limits.wall_seconds):
                self._stop()
                raise too_slow(self.limits.wall_seconds)
            outcome: Outcome = pickle.loads(self._line.recv_bytes())
        except (EOFError, OSError) as error:
            raise self._died() from error
        if outcome.out_of_memory or outcome.held_bytes > _MOST_HELD:
            # What a large file leaves behind in an interpreter is given back with its end.
            self._stop()
        if outcome.out_of_memory:
            raise too_much_memory(self.limits)
        if outcome.bug is not None:
            raise _broken(outcome.bug)
        if outcome.error is not None:
            raise outcome.error
        return outcome.value  # type: ignore[no-any-return]

    def close(self) -> None:
        """End the child."""
        self._stop()

    def _start(self) -> None:
        self._stop()
        ours, theirs = Pipe()
        their_life, our_life = os.pipe()
        self._line, self._life = ours, our_life
        try:
            ends = _Ends(ours, theirs, our_life, their_life)
            self._child = self._start_process(ends, self.limits)
        finally:
            theirs.close()
            os.close(their_life)

    def _stop(self) -> int:
        """End the child and return how it ended."""
        if self._line is not None:
            self._line.close()
            self._line = None
        if self._life is not None:
            os.close(self._life)
            self._life = None
        if self._child is None:
            return 0
        if self._child.poll() is None:
            self._child.kill()
        ended = self._child.wait()
        self._child = None
        return ended

    def _died(self) -> MutakhirError:
        assert self._child is not None
        try:
            self._child.wait(timeout=_SECONDS_TO_END)
        except subprocess.TimeoutExpired:
            self._child.kill()
        ended = self._stop()
        if ended == -signal.SIGXCPU:
            return too_slow(self.limits.cpu_seconds)
        if ended == _PYTHON_FAILED:
            return _broken("tidak dapat dimulai")
        if ended in (-signal.SIGABRT, -signal.SIGKILL):
            # Libraries that cannot report a refused allocation give up at once.
            return ReaderDied(*_parts(too_much_memory(self.limits)))
        return ReaderDied(*_parts(reader_failed()))


class _Idle:
    """The workers of this process, no more of them than there are processors.

    A call waits for its turn: starting one more child takes longer than reading a file. So
    a second one is started only when the first has been busy for a while, and who has waited
    for seconds gets an extra one, for the others may hang until their limit.
    """

    def __init__(self) -> None:
        self._given = Condition()
        self._workers: list[Worker] = []
        self._n_taken = 0

    def take(self, limits: Limits) -> Worker:
        with self._given:
            if not self._given.wait_for(lambda: self._is_ready(limits), _START_SECONDS):
                self._given.wait_for(lambda: self._n_taken < N_KEPT, _PATIENCE_SECONDS)
            self._n_taken += 1
            worker = self._kept(limits)
            if worker is None:
                return Worker(limits)
            self._workers.remove(worker)
            return worker

    def give(self, worker: Worker) -> None:
        with self._given:
            self._n_taken -= 1
            self._workers.append(worker)
            surplus = self._workers[:-N_KEPT]
            del self._workers[:-N_KEPT]
            self._given.notify_all()
        for one in surplus:
            one.close()

    def _is_ready(self, limits: Limits) -> bool:
        if self._n_taken == 0:
            return True
        return self._n_taken < N_KEPT and self._kept(limits) is not None

    def _kept(self, limits: Limits) -> Worker | None:
        return next((w for w in reversed(self._workers) if w.limits == limits), None)

    def close(self) -> None:
        with self._given:
            for worker in self._workers:
                worker.close()
            self._workers.clear()


_IDLE = _Idle()
close_children = _IDLE.close
register(close_children)


def _broken(what: str) -> ReaderBroken:
    return ReaderBroken(
        f"Pembaca berkas gagal karena kesalahan program ini ({what}), bukan karena berkasnya; "
        "laporkan kepada pengelola Mutakhir."
    )


def _parts(error: UnreadableTable) -> tuple[str, str, str]:
    return error.code, error.sentence_id, error.sentence_en
