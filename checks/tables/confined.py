"""What happens inside a reading process: limits, calls, and an end with the parent's."""

import copyreg
import errno
import fcntl
import gc
import os
import pickle
import resource
import select
import signal
import sys
import traceback
from collections.abc import Callable
from dataclasses import dataclass, replace
from math import ceil
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, Self

from catalog.rules.errors import MutakhirError
from checks.tables.table import MEGABYTE, UnreadableTable

_SECRET = ("MUTAKHIR_", "SUMBER_", "PG")
_LIMITS_PASSED = frozenset({errno.EFBIG, errno.EMFILE})
_ADDRESSED, _RESIDENT = 0, 1
_ALLOCATED_AT_ONCE = 10_000
_MEMORY_HELD = Path("/proc/self/statm")


@dataclass(frozen=True, slots=True)
class Limits:
    """What one call may take; memory is on top of what the idle process holds.

    `n_files` are open at once, `file_bytes` is the largest file that may be written.
    """

    wall_seconds: float = 120.0
    cpu_seconds: int = 120
    memory_bytes: int = 4_000 * MEGABYTE
    n_files: int = 64
    file_bytes: int = 1_000 * MEGABYTE

    @classmethod
    def of(cls, seconds: int, memory_mb: int) -> Self:
        """Return the limits of so many seconds and megabytes."""
        return cls(float(seconds), max(1, seconds), memory_mb * MEGABYTE)


@dataclass(frozen=True, slots=True)
class Call:
    """A function of a module, with what it is given."""

    function: Callable[..., Any]
    args: tuple[Any, ...]
    options: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a call gave: a value, an error of ours, that the memory did not suffice, or a bug.

    `bug` names the exception and the line of ours where it came up; `held_bytes` is what
    the process still holds in memory afterwards.
    """

    value: Any = None
    error: MutakhirError | None = None
    out_of_memory: bool = False
    bug: str | None = None
    held_bytes: int = 0


def environment() -> dict[str, str]:
    """Return the environment of a new child: our modules, and no secret that a file could use."""
    kept = {name: text for name, text in os.environ.items() if not name.startswith(_SECRET)}
    return kept | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))}


def _parts(error: UnreadableTable) -> tuple[type[UnreadableTable], tuple[Any, ...]]:
    return UnreadableTable, (error.code, error.sentence_id, error.sentence_en, error.row)


copyreg.pickle(UnreadableTable, _parts)


def serve(line: Connection, life: int, limits: Limits) -> None:
    """Answer calls until the parent hangs up."""
    # Ctrl-C at a terminal reaches the whole group; the parent decides what becomes of us.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    end_with_parent(life)
    while True:
        try:
            call = line.recv_bytes()
        except EOFError:
            return
        outcome = _answered(call, limits)
        line.send_bytes(pickle.dumps(replace(outcome, held_bytes=_held(_RESIDENT))))


def end_with_parent(life: int) -> None:
    """Have the kernel end this process the moment the parent's end of a pipe is closed.

    The signal's default is to terminate, so it works while a C library holds on to the
    interpreter. (The signal for a parent's death follows the thread that started us, and
    threads come and go.)
    """
    signal.signal(signal.SIGIO, signal.SIG_DFL)
    fcntl.fcntl(life, fcntl.F_SETOWN, os.getpid())
    fcntl.fcntl(life, fcntl.F_SETFL, fcntl.fcntl(life, fcntl.F_GETFL) | os.O_ASYNC)
    if select.select([life], [], [], 0)[0]:
        sys.exit(0)


def _answered(call: bytes, limits: Limits) -> Outcome:
    try:
        asked: Call = pickle.loads(call)
        _collect_from_now_on()
        _limit(limits)
        return Outcome(asked.function(*asked.args, **asked.options))
    except MutakhirError as error:
        return Outcome(error=error)
    except MemoryError:
        return Outcome(out_of_memory=True)
    except OSError as error:
        if error.errno in _LIMITS_PASSED:
            return Outcome(error=reader_failed())
        return Outcome(bug=_named(error))
    except Exception as error:  # noqa: BLE001  (the loop of the reading process)
        traceback.print_exc()
        return Outcome(bug=_named(error))
    finally:
        _release()


def _collect_from_now_on() -> None:
    """Look for garbage again, less often and not among what the first call has imported."""
    if not gc.isenabled():
        gc.freeze()
        gc.set_threshold(_ALLOCATED_AT_ONCE)
        gc.enable()


def _named(error: Exception) -> str:
    frame = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__}, {Path(frame.filename).name}:{frame.lineno}"


def reader_failed() -> UnreadableTable:
    """Return the error of a file that no reader survives."""
    return UnreadableTable(
        "reader-failed",
        "Berkas ini menghentikan pembacanya; simpan ulang sebagai CSV UTF-8 lalu coba lagi.",
        "This file stopped its reader; save it again as CSV UTF-8 and try again.",
    )


def too_slow(seconds: float) -> UnreadableTable:
    """Return the error of a file that took longer than it may."""
    return UnreadableTable(
        "too-slow",
        f"Berkas ini tidak selesai dibaca dalam {seconds:g} detik; pecah per tahun atau wilayah.",
        f"This file was not read within {seconds:g} seconds; split it by year or by area.",
    )


def too_much_memory(limits: Limits) -> UnreadableTable:
    """Return the error of a file that took more memory than it may."""
    allowed = limits.memory_bytes // MEGABYTE
    return UnreadableTable(
        "too-much-memory",
        f"Berkas ini membutuhkan lebih dari {allowed} MB ingatan; pecah per tahun atau wilayah.",
        f"This file needs more than {allowed} MB of memory; split it by year or by area.",
    )


def _limit(limits: Limits) -> None:
    """Set the limits of the next call, counted from what the process has used so far."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = ceil(used.ru_utime + used.ru_stime) + limits.cpu_seconds
    _lower(resource.RLIMIT_CPU, seconds)
    _lower(resource.RLIMIT_AS, _held(_ADDRESSED) + limits.memory_bytes)
    _lower(resource.RLIMIT_NOFILE, limits.n_files)
    _lower(resource.RLIMIT_FSIZE, limits.file_bytes)
    _lower(resource.RLIMIT_CORE, 0)


def _held(which: int) -> int:
    """Return how many bytes this process addresses or holds; 0 where nobody counts them."""
    if not _MEMORY_HELD.exists():
        return 0
    return int(_MEMORY_HELD.read_text("ascii").split()[which]) * resource.getpagesize()


def _release() -> None:
    """Lift the memory limit, so that an answer can still be given."""
    _lower(resource.RLIMIT_AS, resource.RLIM_INFINITY)


def _lower(what: int, most: int) -> None:
    _, hard = resource.getrlimit(what)
    if hard != resource.RLIM_INFINITY and (most == resource.RLIM_INFINITY or most > hard):
        most = hard
    resource.setrlimit(what, (most, hard))


def main() -> None:
    """Serve the parent whose line and life pipe are given as file numbers."""
    line, life = int(sys.argv[1]), int(sys.argv[2])
    with Connection(line) as connection:
        limits: Limits = pickle.loads(connection.recv_bytes())
        serve(connection, life, limits)
