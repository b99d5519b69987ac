"""The feeds of the sample city over real HTTP: `python -m sample_data.feeds --port 0`.

GET /feeds/<slug>.<extension> answers what the feed holds at the server's own clock, with ETag
and Last-Modified and 304 where nothing changed; a JSON API answers page by page. POST /clock
with {"at": ISO} sets the clock to a frozen instant; with "running": true it goes on from
there. GET /clock tells it. The databases in --folder follow the same clock, with "only" those
of the datasets in that list.
"""

import argparse
import json
import subprocess
import sys
import time
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from http import HTTPStatus
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Self
from urllib.parse import parse_qsl, urlsplit

from catalog.rules.errors import MutakhirError
from sample_data.city import N_MONTHS, City, Feed, UnknownFeed
from sample_data.databases import Databases, references
from sample_data.interfaces import API_KEY, KEY_HEADER, KEY_REFERENCE, page_of

ROOT = Path(__file__).parent.parent
START_SECONDS = 30.0
_LONGEST_ORDER = 20_000


class FeedsUnavailable(MutakhirError):
    """The process that serves the sample feeds does not answer as it must."""


@dataclass(slots=True)
class Clock:
    """The server's own time: frozen at an instant, or going on from it."""

    at: datetime
    running: bool = False
    set_seconds: float = 0.0

    def set(self, at: datetime, *, running: bool) -> None:
        """Set the clock; a running one goes on from the instant."""
        self.at, self.running, self.set_seconds = at, running, time.monotonic()

    def now(self) -> datetime:
        """Return the instant the feeds are in."""
        if not self.running:
            return self.at
        return self.at + timedelta(seconds=time.monotonic() - self.set_seconds)


class FeedServer(ThreadingHTTPServer):
    """A server of all feeds of one city on the loopback address, and of its databases."""

    daemon_threads = True
    request_queue_size = 128

    def __init__(self, city: City, port: int, folder: Path) -> None:
        super().__init__(("127.0.0.1", port), _Handler)
        self.city = city
        self.clock = Clock(city.start_at)
        self._databases = Databases(city, folder)

    def set_clock(
        self, at: datetime, *, running: bool, only: Collection[str] | None = None
    ) -> None:
        """Put the feeds and the databases into an instant, or those of some datasets only."""
        self.clock.set(at, running=running)
        self._databases.follow(at, only)

    def service_actions(self) -> None:
        """Let the databases go on with a running clock; called a few times a second."""
        if self.clock.running:
            self._databases.follow(self.clock.now())


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: FeedServer

    def do_GET(self) -> None:
        if self.path == "/clock":
            self._answer(HTTPStatus.OK, "text/plain", self.server.clock.now().isoformat().encode())
            return
        try:
            feed = self._feed()
        except UnknownFeed as error:
            feed = Feed(HTTPStatus.NOT_FOUND, "text/plain; charset=utf-8", str(error).encode())
        if self._has(feed):
            self._answer(HTTPStatus.NOT_MODIFIED, "", b"", feed)
        else:
            self._answer(feed.status, feed.media_type, feed.body, feed)

    do_HEAD = do_GET

    def _feed(self) -> Feed:
        """Return what the path names at this instant; raises UnknownFeed."""
        parts = urlsplit(self.path)
        slug = parts.path.removeprefix("/feeds/").rpartition(".")[0]
        city = self.server.city
        feed = city.content(slug, self.server.clock.now())
        kind = city.promised(slug).kind
        if kind == "sql_view":
            raise UnknownFeed(f'sample city: "{slug}" is read from its database')
        if kind == "json_api":
            return page_of(feed, dict(parse_qsl(parts.query)), self.headers.get(KEY_HEADER))
        return feed

    def do_POST(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        if self.path != "/clock" or length > _LONGEST_ORDER:
            self.close_connection = True
            self._answer(HTTPStatus.NOT_FOUND, "text/plain", b"only /clock takes orders\n")
            return
        try:
            order = json.loads(self.rfile.read(length))
            at = datetime.fromisoformat(order["at"]).astimezone(UTC)
            only = order.get("only") and [str(slug) for slug in order["only"]]
        except (ValueError, KeyError, TypeError):
            self._answer(HTTPStatus.BAD_REQUEST, "text/plain", b'expected {"at": ISO instant}\n')
            return
        self.server.set_clock(at, running=bool(order.get("running")), only=only)
        self._answer(HTTPStatus.OK, "text/plain", at.isoformat().encode())

    def _has(self, feed: Feed) -> bool:
        """Tell whether the client already holds the content; an ETag rules over a date."""
        if feed.status != HTTPStatus.OK or not feed.etag:
            return False
        known = self.headers.get("If-None-Match")
        if known is not None:
            return feed.etag in (tag.strip() for tag in known.split(","))
        since = self.headers.get("If-Modified-Since")
        try:
            changed_at = parsedate_to_datetime(feed.last_modified)
            return since is not None and changed_at <= parsedate_to_datetime(since)
        except (TypeError, ValueError):
            return False

    def _answer(self, status: int, media_type: str, body: bytes, feed: Feed | None = None) -> None:
        """Send head and body in one write: two would cost a delayed acknowledgement each."""
        lines = [f"HTTP/1.1 {status} {HTTPStatus(status).phrase}"]
        if feed is not None and feed.etag:
            lines += [f"ETag: {feed.etag}", f"Last-Modified: {feed.last_modified}"]
        if status != HTTPStatus.NOT_MODIFIED:
            lines += [f"Content-Type: {media_type}", f"Content-Length: {len(body)}"]
        head = "\r\n".join([*lines, "", ""]).encode()
        self.wfile.write(head if self.command == "HEAD" else head + body)

    def log_message(self, format: str, *args: object) -> None:
        """Stay silent: the demo's terminal belongs to the demo."""


class Feeds:
    """The feeds in a process of their own; leaving the context ends it.

    `now` is the instant up to which the city is lived; `address` is filled in for `{feeds}`,
    and `secrets` are to be in the environment of who looks at the applications. Their
    databases lie in `folder`. Raises FeedsUnavailable when the process does not start.
    """

    def __init__(
        self, now: datetime, folder: Path, port: int = 0, n_months: int = N_MONTHS
    ) -> None:
        self.secrets = {KEY_REFERENCE: API_KEY, **references(folder.absolute())}
        command = [sys.executable, "-m", "sample_data.feeds", "--now", now.isoformat()]
        command += ["--port", str(port), "--months", str(n_months)]
        command += ["--folder", str(folder.absolute())]
        self._process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)
        assert self._process.stdout is not None
        line = self._process.stdout.readline().strip()
        if not line.isdigit():
            self.close()
            raise FeedsUnavailable(f"the sample feeds did not start on port {port}: {line or '-'}")
        self.port = int(line)
        self._connection = HTTPConnection("127.0.0.1", self.port, timeout=START_SECONDS)

    @property
    def host(self) -> str:
        """The host:port that the fetcher must be allowed to reach."""
        return f"127.0.0.1:{self.port}"

    @property
    def address(self) -> str:
        """The address below which each feed answers."""
        return f"http://{self.host}/feeds"

    def set_clock(
        self, at: datetime, *, running: bool = False, only: Collection[str] | None = None
    ) -> None:
        """Put the feeds into an instant; running, they go on from it.

        Databases follow for the datasets in `only`, None for all. Raises FeedsUnavailable.
        """
        known = None if only is None else list(only)
        order = json.dumps({"at": at.isoformat(), "running": running, "only": known})
        try:
            self._connection.request("POST", "/clock", body=order)
            answer = self._connection.getresponse()
            answer.read()
        except OSError as error:
            raise FeedsUnavailable(f"the sample feeds on {self.host} are gone: {error}") from error
        if answer.status != HTTPStatus.OK:
            raise FeedsUnavailable(f"the sample feeds on {self.host} refused {at.isoformat()}")

    def close(self) -> None:
        """End the process."""
        if hasattr(self, "_connection"):
            self._connection.close()
        self._process.terminate()
        self._process.wait(timeout=START_SECONDS)
        if self._process.stdout is not None:
            self._process.stdout.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()


def main(arguments: list[str] | None = None) -> None:
    """Serve until the process is ended; the first line of output is the port."""
    parser = argparse.ArgumentParser(description="Serve the feeds of the sample city.")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--now", type=datetime.fromisoformat, default=datetime.now(UTC))
    parser.add_argument("--months", type=int, default=N_MONTHS)
    parser.add_argument("--folder", type=Path, default=Path("instance/applications"))
    options = parser.parse_args(arguments)
    server = FeedServer(City(options.now, options.months), options.port, options.folder)
    sys.stdout.write(f"{server.server_port}\n")
    sys.stdout.flush()
    server.serve_forever()


if __name__ == "__main__":
    main()
