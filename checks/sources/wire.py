"""Connections that go only where they may, and answers that are read strictly.

The address is checked at the moment of connecting, so that no name can point elsewhere
between the check and the use. A meter stands under every answer: total deadline, least
speed and most bytes hold for the status line as for the last byte of the body.
"""

import contextvars
import http.client
import io
import re
import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from time import monotonic
from typing import Any

from checks.sources.addresses import is_public
from checks.sources.faults import (
    MEGABYTE,
    broken,
    forbidden,
    no_connection,
    our_fault,
    too_large,
    too_slow,
)
from checks.sources.names import resolve
from checks.sources.port import SourceError

_BLOCK = 1 << 16
_CHUNK_SIZE = re.compile(rb"([0-9A-Fa-f]{1,12})[ \t]*(?:;[^\r\n]*)?\r\n")
_LENGTH = re.compile(r"[0-9]{1,15}")
_LONGEST_LINE = 8192


@dataclass(frozen=True, slots=True)
class Limits:
    """How much time and how many bytes one fetch may take."""

    connect_seconds: float = 10.0
    total_seconds: float = 60.0
    slow_after_seconds: float = 10.0
    least_bytes_per_second: int = 1_000
    wire_bytes: int = 200 * MEGABYTE
    decoded_bytes: int = 500 * MEGABYTE
    ratio: int = 200
    hops: int = 5

    @property
    def patience(self) -> tuple[float, int]:
        """The total seconds and the least speed, as the error of a slow server names them."""
        return self.total_seconds, self.least_bytes_per_second


@dataclass(slots=True)
class Meter:
    """The time and bytes that one fetch has used of its limits."""

    limits: Limits
    started: float = field(default_factory=monotonic)
    n_wire: int = 0

    def seconds_left(self) -> float:
        """Return how long the next wait may be; raises SourceError when nothing is left."""
        left = self.limits.total_seconds - (monotonic() - self.started)
        if left <= 0:
            raise too_slow(*self.limits.patience, silent=self.n_wire == 0)
        return left

    def count(self, n: int) -> None:
        """Count bytes of the wire; raises SourceError past the cap or below the least speed."""
        self.n_wire += n
        limits = self.limits
        if self.n_wire > limits.wire_bytes:
            raise too_large(limits.wire_bytes)
        elapsed = monotonic() - self.started
        is_slow = self.n_wire < limits.least_bytes_per_second * elapsed
        if is_slow and elapsed > limits.slow_after_seconds:
            raise too_slow(*limits.patience, silent=False)


_meter: contextvars.ContextVar[Meter] = contextvars.ContextVar("meter")


def use_meter(meter: Meter) -> None:
    """Put every answer that this thread reads from now on under the meter."""
    _meter.set(meter)


class _MeteredStream(io.RawIOBase):
    """The bytes of a socket, each wait and each byte counted by the meter of its fetch."""

    def __init__(self, sock: socket.socket, meter: Meter) -> None:
        self._sock = sock
        self._raw = sock.makefile("rb", buffering=0)
        self._meter = meter
        self.is_over = False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        if self.is_over:
            return 0
        self._sock.settimeout(self._meter.seconds_left())
        try:
            n = self._raw.readinto(buffer)
        except TimeoutError:
            raise too_slow(*self._meter.limits.patience, silent=self._meter.n_wire == 0) from None
        self._meter.count(n or 0)
        return n

    def close(self) -> None:
        if not self.closed:
            self._raw.close()
        super().close()


class StrictResponse(http.client.HTTPResponse):
    """An answer whose framing is believed only where it is beyond doubt."""

    def __init__(self, sock: socket.socket, *args: Any, **kwargs: Any) -> None:
        super().__init__(sock, *args, **kwargs)
        self.fp.close()
        self._stream = _MeteredStream(sock, _meter.get())
        self.fp = io.BufferedReader(self._stream, _BLOCK)

    def body(self) -> Iterator[bytes]:
        """Yield the body as framed; raises SourceError where it is cut, or framed twice.

        Read to its end the connection can serve the next request.
        """
        lengths = self.headers.get_all("Content-Length") or []
        codings = [c.strip().lower() for c in self.headers.get_all("Transfer-Encoding") or []]
        if codings:
            if codings != ["chunked"] or lengths:
                raise broken("pembingkaian ganda", "framed twice or in an unknown way")
            yield from self._chunks()
        elif lengths:
            if len(set(lengths)) != 1 or not _LENGTH.fullmatch(lengths[0]):
                raise broken("Content-Length tidak sah", "bad Content-Length")
            if int(lengths[0]) > (most := _meter.get().limits.wire_bytes):
                raise too_large(most)
            yield from self._exactly(int(lengths[0]))
            self._refuse_more()
        else:
            while block := self.fp.read1(_BLOCK):
                yield block
        self.close()

    @property
    def is_framed(self) -> bool:
        """Whether the answer says by itself where it ends."""
        return "Content-Length" in self.headers or "Transfer-Encoding" in self.headers

    def _exactly(self, n: int) -> Iterator[bytes]:
        while n > 0:
            block = self.fp.read1(min(n, _BLOCK))
            if not block:
                raise broken(f"terpotong, kurang {n} bita", f"cut short by {n} bytes")
            n -= len(block)
            yield block

    def _refuse_more(self) -> None:
        """Refuse an answer that goes on behind its stated end: what came may be cut."""
        self._stream.is_over = True
        if self.fp.peek(1).strip(b"\r\n"):
            raise broken("lebih panjang daripada Content-Length", "longer than its Content-Length")

    def _chunks(self) -> Iterator[bytes]:
        while True:
            found = _CHUNK_SIZE.fullmatch(self.fp.readline(_LONGEST_LINE))
            if found is None:
                raise broken("ukuran potongan tidak sah", "bad chunk size")
            size = int(found[1], 16)
            if size == 0:
                break
            yield from self._exactly(size)
            if self.fp.read(2) != b"\r\n":
                raise broken("potongan tidak ditutup", "chunk without its end")
        for _ in range(100):
            line = self.fp.readline(_LONGEST_LINE)
            if line == b"\r\n":
                return
            if not line.endswith(b"\r\n"):
                break
        raise broken("penutup terpotong", "trailer cut short")


@dataclass(frozen=True, slots=True)
class Gate:
    """Where connections may go: public addresses, and the host:port pairs that are listed."""

    allowed: frozenset[str]
    connect_seconds: float = 10.0

    def connect(self, host: str, port: int) -> socket.socket:
        """Resolve, check every address, and connect to the first permitted one that answers.

        Raises SourceError where no address is permitted or none answers.
        """
        is_listed = f"{host}:{port}" in self.allowed or f"[{host}]:{port}" in self.allowed
        failure: SourceError | None = None
        found = resolve(host, port, self.connect_seconds)
        deadline = monotonic() + self.connect_seconds
        for family, kind, protocol, _, address in found:
            if not (is_listed or is_public(str(address[0]))):
                continue
            try:
                sock = socket.socket(family, kind, protocol)
            except OSError as error:
                raise our_fault(error) from None
            try:
                sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                sock.settimeout(max(deadline - monotonic(), 0.05))
                sock.connect(address)
            except OSError as error:
                failure = no_connection(error)
                sock.close()
            else:
                return sock
        raise failure or forbidden(host)
