"""The servers of a sweep: many hosts of loopback in one process, each with its own manners.

    python -m tests.bench.sweep_feeds N_HOSTS PORT [CERTIFICATE]

Plain files answer 304 to the ETag of their newest edition; slow hosts take a second for it;
the silent host accepts and never answers; of the dead one nobody listens.
"""

import asyncio
import random
import ssl
import sys
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

SLOW_SECONDS = 1.0
SLOW, SILENT, DEAD = "127.0.2.1", "127.0.3.1", "127.0.4.1"


class Manner(StrEnum):
    """What a look at one address must find."""

    UNCHANGED = "304"
    SAME_BYTES = "200 with the same bytes"
    CHANGED = "200 with new rows"
    SLOW = "304 after a second"
    SILENT = "no answer"
    DEAD = "no connection"


@dataclass(frozen=True, slots=True)
class Url:
    """One address, the ETag that is known of it, and what it will do."""

    n: int
    address: str
    etag: str
    manner: Manner

    @property
    def edition(self) -> int:
        """The edition that the server holds; the catalogue knows edition 0."""
        return int(self.manner is Manner.CHANGED)


def addresses_of_hosts(n_hosts: int) -> list[str]:
    """Return the addresses of the hosts that listen."""
    return [*(f"127.0.1.{1 + n}" for n in range(n_hosts)), SLOW, SILENT]


def urls(n_urls: int, n_hosts: int, port: int, seed: int, scheme: str = "http") -> list[Url]:
    """Return the addresses of a sweep: 90 % unchanged, 9 % sent again, 1 % changed.

    Of every thousand one is slow, one silent and one dead.
    """
    chance = random.Random(seed)
    made = []
    for n in range(n_urls):
        draw = chance.random()
        manner = Manner.UNCHANGED
        if draw >= 0.99:
            manner = Manner.CHANGED
        elif draw >= 0.90:
            manner = Manner.SAME_BYTES
        host = f"127.0.1.{1 + n % n_hosts}"
        rare = {500: (Manner.SLOW, SLOW), 501: (Manner.SILENT, SILENT), 502: (Manner.DEAD, DEAD)}
        manner, host = rare.get(n % 1000, (manner, host))
        is_known = manner in (Manner.UNCHANGED, Manner.SLOW)
        etag = etag_of(n, 0) if is_known else '"old"'
        edition = int(manner is Manner.CHANGED)
        made.append(Url(n, f"{scheme}://{host}:{port}/{n}-{edition}.csv", etag, manner))
    return made


def etag_of(n: int, edition: int) -> str:
    """Return the ETag of one edition of a file."""
    return f'"{n}-{edition}"'


@lru_cache(maxsize=4096)
def body(n: int, edition: int) -> bytes:
    """Return a table of about 20 kB; a later edition has one month more."""
    months = ("Januari 2025", "Februari 2025")[: edition + 1]
    rows = [
        f"{month},Kelurahan {place:03d},{(n * 7919 + place * 31 + len(month)) % 9000 + 1000},orang"
        for month in months
        for place in range(480)
    ]
    return ("Bulan,Wilayah,Nilai,Satuan\n" + "\n".join(rows) + "\n").encode()


class Feed(asyncio.Protocol):
    """One kept connection."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = transport
        self._host = transport.get_extra_info("sockname")[0]
        self._buffer = b""

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while b"\r\n\r\n" in self._buffer:
            head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
            if self._host == SILENT:
                return
            answer = self._answer(head)
            if self._host == SLOW:
                asyncio.get_running_loop().call_later(SLOW_SECONDS, self._send, answer)
            else:
                self._send(answer)

    def _send(self, answer: bytes) -> None:
        if not self._transport.is_closing():
            self._transport.write(answer)

    def _answer(self, head: bytes) -> bytes:
        path = head.split(b" ", 2)[1]
        n, edition = (int(part) for part in path[1:-4].split(b"-"))
        etag = etag_of(n, edition)
        if f"if-none-match: {etag}".encode() in head.lower():
            return f"HTTP/1.1 304 Not Modified\r\nETag: {etag}\r\n\r\n".encode()
        content = body(n, edition)
        return (
            f"HTTP/1.1 200 OK\r\nETag: {etag}\r\nContent-Type: text/csv; charset=utf-8\r\n"
            f"Content-Length: {len(content)}\r\n\r\n"
        ).encode() + content


async def serve(n_hosts: int, port: int, certificate: str | None) -> None:
    """Serve until the input ends, over https where there is a certificate."""
    loop = asyncio.get_running_loop()
    context = None
    if certificate is not None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate)
    for host in addresses_of_hosts(n_hosts):
        await loop.create_server(Feed, host, port, backlog=512, ssl=context)
    print("ready", flush=True)
    await loop.run_in_executor(None, sys.stdin.read)


if __name__ == "__main__":
    asyncio.run(serve(int(sys.argv[1]), int(sys.argv[2]), (*sys.argv[3:], None)[0]))
