"""Few requests at a time to a host, and a pause between two."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from time import monotonic, sleep


@dataclass(slots=True)
class _Host:
    turns: threading.Semaphore
    free_at: float = 0.0


class Politeness:
    """The turns of every host:port in this process: `at_once` requests side by side.

    `spacing_seconds` counts from the end of a request to the start of the next one; hosts
    on the list of allowed ones (the city's own servers) are not made to wait.
    """

    def __init__(
        self, spacing_seconds: float, exempt: frozenset[str] = frozenset(), at_once: int = 1
    ) -> None:
        self.at_once = at_once
        self._spacing = spacing_seconds
        self._exempt = exempt
        self._hosts: dict[str, _Host] = {}
        self._guard = threading.Lock()

    def _host(self, name: str) -> _Host:
        with self._guard:
            found = self._hosts.get(name)
            if found is None:
                found = self._hosts[name] = _Host(threading.Semaphore(self.at_once))
            return found

    def seconds_until_free(self, host: str) -> float:
        """Return how long the host's next turn is away, 0 when it may be asked now."""
        return max(0.0, self._host(host).free_at - monotonic())

    @contextmanager
    def turn(self, host: str) -> Iterator[None]:
        """Hold one turn of the host; waits for those before and for the pause after them."""
        asked = self._host(host)
        with asked.turns:
            if (wait := asked.free_at - monotonic()) > 0:
                sleep(wait)
            try:
                yield
            finally:
                pause = 0.0 if host in self._exempt else self._spacing
                asked.free_at = monotonic() + pause
