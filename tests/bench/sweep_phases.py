"""Where the processor time of a sweep goes.

The start of worker processes, claiming, fetching, comparing, recording, serving the queue,
reading new contents in processes of their own; the rest are threads that wait and wake.
"""

import json
import resource
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

from checks import look
from checks.engines import shares
from checks.looking import glance, rounds

PHASES = ("start", "claim", "fetch", "compare", "record", "queue", "read")
_SPENT: Counter[str] = Counter()
_LOCK = threading.Lock()


def watch(start: float = 0.0) -> None:
    """Count the time of each phase from now on, in the threads of this process.

    `start` are the seconds that the process needed until it could begin.
    """
    _SPENT["start"] = start
    _count(look, "lease_due", "claim")
    _count(shares, "lease_due_of", "claim")
    _count(glance, "fetch", "fetch")
    _count(glance, "_examined", "compare")
    _count(rounds, "record", "record")


def _count(module: Any, name: str, phase: str) -> None:
    work: Callable[..., Any] = getattr(module, name)

    def counted(*args: Any, **options: Any) -> Any:
        began = time.thread_time()
        try:
            return work(*args, **options)
        finally:
            with _LOCK:
                _SPENT[phase] += time.thread_time() - began

    setattr(module, name, counted)


def written(path: Path, *, is_worker: bool = False) -> None:
    """Write the seconds of each phase in this process to a file; its readers have ended.

    The main thread of a worker does nothing but start and serve the queue.
    """
    if is_worker:
        _SPENT["queue"] = time.thread_time() - _SPENT["start"]
    if is_worker or not list(path.parent.glob("worker-*.phases")):
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        _SPENT["read"] = used.ru_utime + used.ru_stime
    path.write_text(json.dumps(_SPENT))


def gathered(folder: Path) -> dict[str, float]:
    """Return the seconds of each phase in all processes that wrote into a folder."""
    spent: Counter[str] = Counter()
    for path in folder.glob("*.phases"):
        spent.update(json.loads(path.read_text()))
    return {phase: spent[phase] for phase in PHASES}
