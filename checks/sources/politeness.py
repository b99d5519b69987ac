"""One request at a time to a host, and a pause between two."""

import threading
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import monotonic, sleep


@dataclass(slots=True)
class _Lane:
    lock: threading.Lock = field(default_factory=threading.Lock)
    free_at: float = 0.0


class Politeness:
    """The turn of every host:port in this process.

    `spacing_seconds` counts from the end of a request to the start of the next one; hosts
    on the list of allowed ones (the city's own servers) are not made to wait.
    """

    def __init__(self, spacing_seconds: float, exempt: frozenset[str] = frozenset()) -> None:
        self._spacing = spacing_seconds
        self._exempt = exempt
        self._lanes: dict[str, _Lane] = defaultdict(_Lane)
        self._guard = threading.Lock()

    def _lane(self, host: str) -> _Lane:
        with self._guard:
            return self._lanes[host]

    def seconds_until_free(self, host: str) -> float:
        """Return how long the host's next turn is away, 0 when it may be asked now."""
        return max(0.0, self._lane(host).free_at - monotonic())

    @contextmanager
    def turn(self, host: str) -> Iterator[None]:
        """Hold the host's only turn; waits for the one before and for the pause after it."""
        lane = self._lane(host)
        with lane.lock:
            if (wait := lane.free_at - monotonic()) > 0:
                sleep(wait)
            try:
                yield
            finally:
                pause = 0.0 if host in self._exempt else self._spacing
                lane.free_at = monotonic() + pause
