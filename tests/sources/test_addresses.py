"""No fetch reaches an inner network, whatever the spelling, unless its host:port is listed."""

import socket
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from checks.sources import Conditional, SourceError
from checks.sources.addresses import is_public
from checks.sources.fetcher import Fetcher, host_of
from tests.sources.raw import RawServer, Talk, says

NOW = datetime(2025, 4, 1, tzinfo=UTC)
FORBIDDEN = [
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.127.255.254",
    "127.0.0.1",
    "127.9.9.9",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.8",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.1.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::127.0.0.1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:0:192.168.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::a00:1",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2002:7f00:1::",
    "2002:c0a8:101::1",
    "3fff::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fe80::1%eth0",
    "fec0::1",
    "ff02::1",
    "not an address",
]
PUBLIC = [
    "1.1.1.1",
    "103.28.12.1",
    "172.32.0.1",
    "100.128.0.1",
    "2606:4700::1111",
    "64:ff9b::101:101",
]


@pytest.mark.parametrize("address", FORBIDDEN)
def test_an_inner_address_is_not_public(address: str) -> None:
    assert not is_public(address)


@pytest.mark.parametrize("address", PUBLIC)
def test_an_address_of_the_internet_is_public(address: str) -> None:
    assert is_public(address)


@pytest.fixture
def listener(raw: Callable[[Talk], RawServer]) -> RawServer:
    return raw(says(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi"))


def _refused(fetcher: Fetcher, address: str) -> str:
    with pytest.raises(SourceError) as caught:
        fetcher.fetch(address, Conditional(), NOW)
    return caught.value.code


SPELLINGS = [
    "127.0.0.1",
    "127.1",
    "2130706433",
    "0x7f000001",
    "0x7f.1",
    "0177.0.0.1",
    "0",
    "localhost",
    "LOCALHOST",
    "localhost.",
    "[::1]",
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "127.0.0.1.",
    "１２７.0.0.1",
]


@pytest.mark.parametrize("host", SPELLINGS)
def test_no_spelling_of_loopback_is_connected_to(
    listener: RawServer, fetcher_for: Callable[..., Fetcher], host: str
) -> None:
    code = _refused(fetcher_for(), f"http://{host}:{listener.port}/")
    assert code in ("forbidden-address", "no-such-host", "no-name-answer", "bad-address")
    assert listener.n_connections == 0


@pytest.mark.parametrize("host", SPELLINGS)
def test_no_redirect_leads_to_loopback(
    listener: RawServer,
    raw: Callable[[Talk], RawServer],
    fetcher_for: Callable[..., Fetcher],
    host: str,
) -> None:
    location = f"Location: http://{host}:{listener.port}/\r\n".encode()
    here = raw(says(b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\n" + location + b"\r\n"))
    assert _refused(fetcher_for(here.port), here.address)
    assert listener.n_connections == 0


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> dict[str, list[str]]:
    """A resolver of this test alone: each question takes the next answer of a name."""
    answers: dict[str, list[str]] = {}

    def resolve(host: str, port: int, **kwargs: Any) -> list[Any]:
        found = answers[host]
        address = found.pop(0) if len(found) > 1 else found[0]
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        end = (address, port, 0, 0) if ":" in address else (address, port)
        return [(family, socket.SOCK_STREAM, 0, "", end)]

    monkeypatch.setattr("checks.sources.wire.socket.getaddrinfo", resolve)
    return answers


@pytest.mark.parametrize("address", ["127.0.0.1", "::1", "::ffff:127.0.0.1", "10.1.2.3"])
def test_a_name_that_points_inside_is_refused(
    listener: RawServer,
    fetcher_for: Callable[..., Fetcher],
    names: dict[str, list[str]],
    address: str,
) -> None:
    names["data.example.org"] = [address]
    assert _refused(fetcher_for(), f"http://data.example.org:{listener.port}/") == (
        "forbidden-address"
    )
    assert listener.n_connections == 0


def test_a_name_that_changes_its_answer_is_asked_once_and_that_answer_is_checked(
    listener: RawServer, fetcher_for: Callable[..., Fetcher], names: dict[str, list[str]]
) -> None:
    names["rebind.example.org"] = ["127.0.0.1", "1.1.1.1"]
    assert _refused(fetcher_for(), f"http://rebind.example.org:{listener.port}/") == (
        "forbidden-address"
    )
    assert names["rebind.example.org"] == ["1.1.1.1"]
    assert listener.n_connections == 0


def test_only_the_exact_host_and_port_that_are_listed_are_reached(
    listener: RawServer, raw: Callable[[Talk], RawServer], fetcher_for: Callable[..., Fetcher]
) -> None:
    fetcher = fetcher_for(listener.port)
    assert fetcher.fetch(f"http://127.0.0.1:{listener.port}/", Conditional(), NOW).n_bytes == 2
    other = raw(says(b""))
    assert _refused(fetcher, other.address) == "forbidden-address"
    assert _refused(fetcher, f"http://localhost:{listener.port}/") == "forbidden-address"
    assert other.n_connections == 0


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("http://Example.org/x", "example.org:80"),
        ("https://example.org/x", "example.org:443"),
        ("http://[::1]:81/x", "[::1]:81"),
        ("ftp://example.org/x", ""),
        ("http://example.org:x/", ""),
        ("nonsense", ""),
    ],
)
def test_the_host_of_an_address_has_its_port(address: str, host: str) -> None:
    assert host_of(address) == host
