"""A process of the year that may be killed: it looks or tells whenever it is given an instant."""

import json
import socket
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from catalog.models.db import engine_for, reading, unit_of_work
from checks.channels.email import EmailChannel
from checks.engines import ticking
from checks.engines.threads import Threads
from checks.look import Watcher, watcher_for
from checks.sources.wire import Limits
from checks.tell import plan_notices
from checks.telling.outbox import send_due
from tests.flow.world import ZONE

CITY_DOMAIN = ".kota.test"
SECRET = "satu-rahasia-untuk-uji-yang-cukup-panjang"
_asked = socket.getaddrinfo


class Worker:
    """Eyes and voice of one process; the parent says when, and whether the line is up."""

    def __init__(self, url: str, folder: str, hosts: list[str], relay: str) -> None:
        self.now = datetime(2025, 1, 1, tzinfo=UTC)
        self.line_is_up = True
        self.relay = relay
        self.watcher: Watcher = watcher_for(
            engine_for(url),
            originals_dir=Path(folder),
            zone=ZONE,
            clock=lambda: self.now,
            contact="walidata@example.org",
            allowed_hosts=tuple(hosts),
            host_spacing_seconds=0,
            limits=Limits(connect_seconds=2.0, total_seconds=5.0),
        )
        self.look = ticking(self.watcher, Threads(self.watcher, 4))
        socket.getaddrinfo = self._resolve  # type: ignore[assignment]

    def _resolve(self, host: Any, *rest: Any, **named: Any) -> Any:
        """Be the city's name server: its names are this machine, while the line is up."""
        name = host.decode() if isinstance(host, bytes) else host
        if not isinstance(name, str) or not name.endswith(CITY_DOMAIN):
            return _asked(host, *rest, **named)
        if not self.line_is_up:
            raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")
        return _asked("127.0.0.1", *rest, **named)

    def tell(self) -> None:
        with unit_of_work(self.watcher.engine) as session:
            plan_notices(session, self.watcher.city(session), self.now)
        with reading(self.watcher.engine) as session:
            city = self.watcher.city(session)
        channel = EmailChannel.of(self.relay, "Mutakhir <mutakhir@kota.test>")
        send_due(self.watcher.engine, channel, city, self.now, "http://data.kota.test", SECRET)


def main() -> None:
    """Read `look|tell up|down INSTANT` a line; answer each with one line."""
    url, folder, hosts, relay = sys.argv[1:]
    worker = Worker(url, folder, json.loads(hosts), relay)
    print("ready", flush=True)
    for line in sys.stdin:
        deed, state, instant = line.split()
        worker.now, worker.line_is_up = datetime.fromisoformat(instant), state == "up"
        try:
            worker.look() if deed == "look" else worker.tell()
        except Exception as error:  # noqa: BLE001 - the campaign counts them
            print(" ".join(f"{type(error).__name__}: {error}".split())[:300], flush=True)
        else:
            print("done", flush=True)


if __name__ == "__main__":
    main()
