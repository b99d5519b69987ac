"""Connections through the gate: kept for the next request, their answers read strictly.

A shared session of requests spends half of its time above the wire; a sweep asks the same
hosts again and again for an answer of a few bytes, so the request is written here.
"""

import http.client
import re
import select
import socket
import ssl
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from time import monotonic
from urllib.parse import urlsplit

from requests import PreparedRequest
from requests.exceptions import RequestException
from requests.utils import DEFAULT_CA_BUNDLE_PATH

from checks.sources.certificates import valid_until
from checks.sources.faults import bad_address
from checks.sources.wire import Gate, Meter, StrictResponse, use_meter

#: So many hosts keep their connections; the one that was asked longest ago gives up its own.
N_HOSTS_KEPT = 512
_PORTS = {"http": 80, "https": 443}
#: An address of which nothing has to be escaped, folded or translated.
_PLAIN = re.compile(r"https?://[a-z0-9.-]+(?::\d{1,5})?/[A-Za-z0-9._~/?&=+,:;@!$'()*-]*")
_FIELD_NAME = re.compile(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+")
_BREAKS = re.compile(r"[\r\n\0]")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a connection leads, and whether its certificate was asked for."""

    scheme: str
    host: str
    port: int
    is_verified: bool


@dataclass(frozen=True, slots=True)
class _Line:
    """One open connection."""

    sock: socket.socket
    certificate_until: datetime | None

    @property
    def is_quiet(self) -> bool:
        """Whether nothing has arrived unasked: no end of the connection, no stray bytes."""
        poll = select.poll()
        poll.register(self.sock, select.POLLIN)
        return not poll.poll(0)


class Answer:
    """The head of an answer; its body is read from `whole`. Kept or closed by its reader."""

    def __init__(
        self, whole: StrictResponse, connections: "Connections", place: _Place, line: _Line
    ) -> None:
        self.whole = whole
        self._connections = connections
        self._place = place
        self._line: _Line | None = line
        self.certificate_until = line.certificate_until

    @property
    def status(self) -> int:
        """The status code."""
        return self.whole.status

    def header(self, name: str) -> str | None:
        """Return a header's value, those of the same name joined by a comma; None where absent."""
        found = self.whole.headers.get_all(name)
        return ", ".join(found) if found else None

    def keep(self) -> None:
        """Let the connection serve the next request; the answer has been read to its end."""
        line, self._line = self._line, None
        will_close = self.whole.will_close
        self.whole.close()
        if line is None:
            return
        if will_close:
            line.sock.close()
        else:
            self._connections.take_back(self._place, line)

    def close(self) -> None:
        """Close the connection unless it is kept."""
        line, self._line = self._line, None
        if line is not None:
            self.whole.close()
            line.sock.close()


class Connections:
    """The open connections of a process, at most `per_host` idle ones for each host.

    `certificates` is a file of trusted authorities, those that come with requests where
    none is given.
    """

    def __init__(self, gate: Gate, per_host: int, certificates: Path | None) -> None:
        self._gate = gate
        self._per_host = per_host
        authorities = str(certificates or DEFAULT_CA_BUNDLE_PATH)
        self._trusting = ssl.create_default_context(cafile=authorities)
        self._blind = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._blind.check_hostname = False
        self._blind.verify_mode = ssl.CERT_NONE
        self._idle: OrderedDict[_Place, list[_Line]] = OrderedDict()
        self._lock = threading.Lock()

    def ask(
        self,
        address: str,
        headers: Mapping[str, str],
        meter: Meter,
        *,
        verify: bool = True,
        fresh: bool = False,
    ) -> Answer:
        """Send a GET and return the head of its answer; with `fresh` over a new connection.

        Raises SourceError, ssl.SSLError, OSError and http.client.HTTPException as they come.
        """
        parts = urlsplit(_prepared(address))
        host, port = parts.hostname or "", parts.port or _PORTS[parts.scheme]
        place = _Place(parts.scheme, host, port, verify)
        name = f"[{host}]" if ":" in host else host
        written = name if port == _PORTS[parts.scheme] else f"{name}:{port}"
        target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
        head = _head(target, {"Host": written, **headers})
        line = (None if fresh else self._taken(place)) or self._opened(place)
        try:
            use_meter(meter)
            line.sock.settimeout(meter.seconds_left())
            line.sock.sendall(head)
            answer = Answer(StrictResponse(line.sock, method="GET"), self, place, line)
        except BaseException:
            line.sock.close()
            raise
        try:
            answer.whole.begin()
        except BaseException:
            answer.close()
            raise
        return answer

    def take_back(self, place: _Place, line: _Line) -> None:
        """Keep a connection for the next request to its host."""
        surplus: list[_Line] = []
        with self._lock:
            lines = self._idle.setdefault(place, [])
            self._idle.move_to_end(place)
            (lines if len(lines) < self._per_host else surplus).append(line)
            if len(self._idle) > N_HOSTS_KEPT:
                surplus += self._idle.popitem(last=False)[1]
        for each in surplus:
            each.sock.close()

    def close(self) -> None:
        """Close every connection that is kept."""
        with self._lock:
            lines = [line for lines in self._idle.values() for line in lines]
            self._idle.clear()
        for line in lines:
            line.sock.close()

    def _taken(self, place: _Place) -> _Line | None:
        while True:
            with self._lock:
                lines = self._idle.get(place)
                line = lines.pop() if lines else None
            if line is None or line.is_quiet:
                return line
            line.sock.close()

    def _opened(self, place: _Place) -> _Line:
        deadline = monotonic() + self._gate.connect_seconds
        sock = self._gate.connect(place.host, place.port)
        if place.scheme == "http":
            return _Line(sock, None)
        context = self._trusting if place.is_verified else self._blind
        try:
            sock.settimeout(max(deadline - monotonic(), 0.05))
            shielded = context.wrap_socket(sock, server_hostname=place.host.rstrip("."))
        except BaseException:
            sock.close()
            raise
        until = valid_until(shielded.getpeercert()) if place.is_verified else None
        return _Line(shielded, until)


def _prepared(address: str) -> str:
    """Return an address as it goes over the wire: escaped, its host in ASCII."""
    if _PLAIN.fullmatch(address) and "/." not in address:
        return address
    request = PreparedRequest()
    try:
        request.prepare_url(address, None)
    except (RequestException, ValueError):
        raise bad_address() from None
    return request.url or address


def _head(target: str, headers: Mapping[str, str]) -> bytes:
    if any(_BREAKS.search(value) or not _FIELD_NAME.fullmatch(n) for n, value in headers.items()):
        raise bad_address()
    lines = [f"GET {target} HTTP/1.1", *(f"{name}: {value}" for name, value in headers.items())]
    try:
        return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
    except UnicodeEncodeError:
        raise bad_address() from None


#: What asking raises where the server breaks off or speaks no HTTP.
BROKEN = (http.client.HTTPException, OSError, ValueError)
