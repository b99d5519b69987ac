"""The fetcher against answers that servers really give, good and bad."""

import gzip
import hashlib
import io
import socket
import time
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from checks.sources import Conditional, Fault, SourceError
from checks.sources.fetcher import Fetcher
from tests.sources.conftest import QUICK
from tests.sources.raw import RawServer, Talk, says
from tests.sources.replies import BODY, BROKEN, GOOD, chunked, reply, sized

NOW = datetime(2025, 4, 1, tzinfo=UTC)
Raw = Callable[[Talk], RawServer]
FetcherFor = Callable[..., Fetcher]


def error_of(fetcher: Fetcher, address: str, conditional: Conditional | None = None) -> SourceError:
    with pytest.raises(SourceError) as caught:
        fetcher.fetch(address, conditional or Conditional(), NOW)
    assert caught.value.sentence_id
    assert caught.value.sentence_en
    return caught.value


@pytest.mark.parametrize("answer", GOOD.values(), ids=GOOD.keys())
def test_a_complete_answer_is_kept_byte_by_byte(
    raw: Raw, fetcher_for: FetcherFor, answer: bytes
) -> None:
    server = raw(says(answer))
    fetched = fetcher_for(server.port).fetch(server.address, Conditional(), NOW)
    assert fetched.path is not None
    assert fetched.path.read_bytes() == BODY
    assert fetched.sha256 == hashlib.sha256(BODY).hexdigest()
    assert fetched.n_bytes == len(BODY)
    assert fetched.framed


@pytest.mark.parametrize("answer", BROKEN.values(), ids=BROKEN.keys())
def test_an_answer_that_is_not_surely_complete_is_a_failure_of_the_source(
    raw: Raw, fetcher_for: FetcherFor, answer: bytes, tmp_path: Path
) -> None:
    server = raw(says(answer))
    error = error_of(fetcher_for(server.port), server.address)
    assert error.fault is Fault.SOURCE
    assert not list((tmp_path / "scratch").glob("*"))


@pytest.mark.parametrize(
    "answer",
    [reply("200 OK", "Connection: close"), b"HTTP/1.1 200 OK\r\nContent-Le"],
    ids=["no length", "cut inside its headers"],
)
def test_a_body_that_ends_with_the_connection_is_marked_as_unframed(
    raw: Raw, fetcher_for: FetcherFor, answer: bytes
) -> None:
    server = raw(says(answer))
    assert not fetcher_for(server.port).fetch(server.address, Conditional(), NOW).framed


def test_a_zip_or_json_that_closes_itself_needs_no_framing(
    raw: Raw, fetcher_for: FetcherFor
) -> None:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr("data.csv", BODY)
    for body in (packed.getvalue(), b'[{"a": 1}]\n'):
        server = raw(says(reply("200 OK", "Connection: close", body=body)))
        assert fetcher_for(server.port).fetch(server.address, Conditional(), NOW).framed
        cut = raw(says(reply("200 OK", "Connection: close", body=body[:-4])))
        assert not fetcher_for(cut.port).fetch(cut.address, Conditional(), NOW).framed


@pytest.mark.parametrize(
    ("status", "code", "is_permanent"),
    [
        ("404 Not Found", "http-404", True),
        ("410 Gone", "http-410", True),
        ("401 Unauthorized", "http-401", True),
        ("403 Forbidden", "http-403", True),
        ("400 Bad Request", "http-400", True),
        ("405 Method Not Allowed", "http-405", True),
        ("451 Unavailable For Legal Reasons", "http-451", True),
        ("408 Request Timeout", "http-408", False),
        ("429 Too Many Requests", "http-429", False),
        ("500 Oops", "http-500", False),
        ("503 Busy", "http-503", False),
        ("204 No Content", "http-204", False),
        ("206 Partial Content", "http-206", False),
        ("304 Not Modified", "http-304", False),
        ("103 Early Hints", "http-103", False),
    ],
)
def test_every_status_but_200_fails_on_the_source_side(
    raw: Raw, fetcher_for: FetcherFor, status: str, code: str, is_permanent: bool
) -> None:
    server = raw(says(sized(b"", status=status)))
    error = error_of(fetcher_for(server.port), server.address)
    assert (error.code, error.permanent, error.fault) == (code, is_permanent, Fault.SOURCE)


def test_a_304_counts_only_where_it_was_asked_for(raw: Raw, fetcher_for: FetcherFor) -> None:
    server = raw(says(b'HTTP/1.1 304 Not Modified\r\nETag: "a"\r\n\r\n'))
    asked = Conditional(etag='"a"', last_modified="Tue, 01 Apr 2025 00:00:00 GMT", full=False)
    fetched = fetcher_for(server.port).fetch(server.address, asked, NOW)
    assert fetched.not_modified
    assert b'If-None-Match: "a"' in server.requests[0]
    assert b"If-Modified-Since: Tue, 01 Apr" in server.requests[0]


def test_a_known_content_is_hashed_but_not_kept(
    raw: Raw, fetcher_for: FetcherFor, tmp_path: Path
) -> None:
    server = raw(says(sized()))
    known = frozenset({hashlib.sha256(BODY).hexdigest()})
    fetched = fetcher_for(server.port).fetch(server.address, Conditional(known=known), NOW)
    assert fetched.path is None
    assert fetched.sha256 in known
    assert not list((tmp_path / "scratch").glob("*"))


@pytest.mark.parametrize(
    ("status", "header", "seconds"),
    [
        ("429 Slow", "Retry-After: 7200", 7200),
        ("429 Slow", "Retry-After: 5", 3600),
        ("429 Slow", "X: y", 3600),
        ("503 Busy", "Retry-After: 5", 60),
        ("503 Busy", "Retry-After: Tue, 01 Apr 2025 00:10:00 GMT", 600),
        ("503 Busy", "Retry-After: Fri, 31 Dec 9999 23:59:59 GMT", 86400),
        ("503 Busy", "Retry-After: -3", None),
        ("503 Busy", "Retry-After: soon", None),
        ("500 Oops", "Retry-After: 600", None),
    ],
)
def test_retry_after_is_honoured_between_a_minute_and_a_day(
    raw: Raw, fetcher_for: FetcherFor, status: str, header: str, seconds: int | None
) -> None:
    server = raw(says(sized(b"", header, status=status)))
    waits = error_of(fetcher_for(server.port), server.address).retry_after
    assert waits == (timedelta(seconds=seconds) if seconds else None)


def _drips(interval: float) -> Talk:
    def talk(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        for _ in range(40):
            connection.sendall(b"x")
            time.sleep(interval)

    return talk


def _drips_headers(connection: socket.socket) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    for i in range(40):
        connection.sendall(b"X-%d: y\r\n" % i)
        time.sleep(0.1)


@pytest.mark.parametrize("talk", [_drips(0.1), _drips_headers], ids=["body", "header"])
def test_a_server_that_drips_is_given_up_in_time(
    raw: Raw, fetcher_for: FetcherFor, talk: Talk
) -> None:
    server = raw(talk)
    error = error_of(fetcher_for(server.port, limits=QUICK), server.address)
    assert (error.code, error.silent) == ("timeout", False)


def test_a_server_that_says_nothing_is_silent(raw: Raw, fetcher_for: FetcherFor) -> None:
    server = raw(lambda connection: time.sleep(2))
    error = error_of(fetcher_for(server.port, limits=QUICK), server.address)
    assert (error.code, error.silent) == ("timeout", True)


def test_a_port_that_refuses_is_a_failure_of_the_source(fetcher_for: FetcherFor) -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    error = error_of(fetcher_for(port), f"http://127.0.0.1:{port}/x")
    assert (error.code, error.fault) == ("connection-refused", Fault.SOURCE)


def test_a_body_larger_than_the_cap_is_stopped_while_it_streams(
    raw: Raw, fetcher_for: FetcherFor, tmp_path: Path
) -> None:
    def endless(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
        while True:
            connection.sendall(b"ffff\r\n" + b"x" * 0xFFFF + b"\r\n")

    server = raw(endless)
    assert error_of(fetcher_for(server.port), server.address).code == "too-large"
    assert not list((tmp_path / "scratch").glob("*"))


def test_a_bomb_is_not_unpacked(raw: Raw, fetcher_for: FetcherFor) -> None:
    packed = gzip.compress(b"0" * 2_900_000, 9)
    server = raw(says(sized(packed, "Content-Encoding: gzip")))
    assert error_of(fetcher_for(server.port), server.address).code == "bomb"


def test_more_than_the_decoded_cap_is_too_large(raw: Raw, fetcher_for: FetcherFor) -> None:
    line = bytes(range(256)) * 40
    packed = gzip.compress(line * 400, 1)
    server = raw(says(sized(packed, "Content-Encoding: gzip")))
    assert error_of(fetcher_for(server.port), server.address).code == "too-large"


def test_redirects_are_followed_and_the_last_address_is_told(
    raw: Raw, fetcher_for: FetcherFor
) -> None:
    there = raw(says(sized()))
    here = raw(says(sized(b"", f"Location: {there.address}#part", status="301 Moved")))
    fetched = fetcher_for(here.port, there.port).fetch(here.address, Conditional(), NOW)
    assert fetched.moved_to == there.address
    assert fetched.path is not None
    assert fetched.path.read_bytes() == BODY


def test_a_redirect_to_a_file_name_with_blanks_is_followed(
    raw: Raw, fetcher_for: FetcherFor
) -> None:
    there = raw(says(sized()))
    target = f"http://127.0.0.1:{there.port}/data 2025.csv"
    here = raw(says(sized(b"", f"Location: {target}", status="302 Found")))
    fetched = fetcher_for(here.port, there.port).fetch(here.address, Conditional(), NOW)
    assert fetched.moved_to == target.replace(" ", "%20")
    assert there.requests[0].startswith(b"GET /data%202025.csv HTTP/1.1")


def test_a_redirect_loop_ends_after_five_hops(raw: Raw, fetcher_for: FetcherFor) -> None:
    server = raw(says(sized(b"", "Location: /data.csv", status="302 Found")))
    error = error_of(fetcher_for(server.port), server.address)
    assert error.code == "too-many-redirects"
    assert server.n_connections == 6


@pytest.mark.parametrize(
    "target",
    ["file:///etc/passwd", "ftp://example.org/x", "gopher://x/", "javascript:1", "data:,x"],
)
def test_a_redirect_to_another_scheme_is_refused(
    raw: Raw, fetcher_for: FetcherFor, target: str
) -> None:
    server = raw(says(sized(b"", f"Location: {target}", status="302 Found")))
    assert error_of(fetcher_for(server.port), server.address).code == "bad-address"


@pytest.mark.parametrize(
    "address",
    [
        "file:///etc/passwd",
        "ftp://example.org/x.csv",
        "http://user:secret@example.org/x.csv",
        "http:///x.csv",
        "http://example.org:99999/x",
        "http://exa mple.org/x",
        "http://example.org/\nx",
        "example.org/x.csv",
        "",
    ],
)
def test_what_is_no_plain_web_address_is_refused(fetcher_for: FetcherFor, address: str) -> None:
    error = error_of(fetcher_for(), address)
    assert (error.code, error.permanent) == ("bad-address", True)


@pytest.mark.parametrize(
    ("target", "code", "said"),
    [
        ("http://169.254.169.254/latest", "forbidden-address", "redirects to 169.254.169.254:80"),
        ("http://user:pass@127.0.0.1/", "bad-address", "redirects to what is no plain web address"),
        ("http://[::1", "bad-address", "redirects to what is no plain web address"),
        ("", "broken-answer", "a redirect without a target"),
    ],
)
def test_a_bad_redirect_is_not_blamed_on_the_address_that_was_registered(
    raw: Raw, fetcher_for: FetcherFor, target: str, code: str, said: str
) -> None:
    server = raw(says(sized(b"", f"Location: {target}", status="302 Found")))
    error = error_of(fetcher_for(server.port), server.address)
    assert error.code == code
    assert said in error.sentence_en


def test_a_server_that_speaks_no_https_is_not_said_to_have_a_bad_certificate(
    raw: Raw, fetcher_for: FetcherFor
) -> None:
    server = raw(says(sized(status="400 Bad Request")))
    address = server.address.replace("http:", "https:")
    error = error_of(fetcher_for(server.port), address)
    assert (error.code, error.permanent) == ("tls", True)
    assert "speaks no proper https" in error.sentence_en


def test_a_kept_connection_serves_the_next_request_and_a_dropped_one_is_replaced(
    raw: Raw, fetcher_for: FetcherFor
) -> None:
    def twice_then_hang_up(connection: socket.socket) -> None:
        connection.sendall(sized())
        connection.recv(65536)
        connection.sendall(chunked(BODY))

    server = raw(twice_then_hang_up)
    fetcher = fetcher_for(server.port)
    for _ in range(4):
        assert fetcher.fetch(server.address, Conditional(), NOW).n_bytes == len(BODY)
    assert server.n_connections == 2


def test_the_server_is_told_who_asks_and_gets_no_cookie(raw: Raw, fetcher_for: FetcherFor) -> None:
    server = raw(says(sized(BODY, "Set-Cookie: session=1", "Connection: close")))
    fetcher = fetcher_for(server.port)
    for _ in range(2):
        fetcher.fetch(server.address, Conditional(), NOW)
    assert b"walidata@example.org" in server.requests[0]
    assert b"Cookie" not in server.requests[1]


def test_a_proxy_or_netrc_of_the_environment_is_ignored(
    raw: Raw, fetcher_for: FetcherFor, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login a password b")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")
    server = raw(says(sized()))
    fetcher_for(server.port).fetch(server.address, Conditional(), NOW)
    assert b"Authorization" not in server.requests[0]


def test_two_requests_to_a_host_are_spaced(raw: Raw, tmp_path: Path) -> None:
    server = raw(says(sized()))
    fetcher = Fetcher(tmp_path, contact="x", spacing_seconds=0.3)
    host = f"127.0.0.1:{server.port}"
    started = time.monotonic()
    for _ in range(2):
        with fetcher.politeness.turn(host):
            pass
    assert time.monotonic() - started >= 0.3
    assert 0 < fetcher.politeness.seconds_until_free(host) <= 0.3
    assert fetcher.politeness.seconds_until_free("elsewhere:80") == 0


@pytest.mark.parametrize(
    ("disposition", "name"),
    [
        ('attachment; filename="laporan 2025.xlsx"', "laporan 2025.xlsx"),
        ("attachment; filename*=UTF-8''l%C3%A4.csv", "lä.csv"),
        ('attachment; filename="../../etc/passwd"', "passwd"),
        ('attachment; filename="C:\\\\x\\\\y.csv"', "y.csv"),
        ("inline", "data.csv"),
    ],
)
def test_the_file_name_is_the_servers_without_any_folder(
    raw: Raw, fetcher_for: FetcherFor, disposition: str, name: str
) -> None:
    server = raw(says(sized(BODY, f"Content-Disposition: {disposition}")))
    fetched = fetcher_for(server.port).fetch(server.address, Conditional(), NOW)
    assert fetched.file_name == name


def test_a_full_disk_is_our_own_fault(
    raw: Raw, fetcher_for: FetcherFor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def no_room(*args: object, **kwargs: object) -> None:
        raise OSError(28, "No space left on device")

    server = raw(says(sized()))
    fetcher = fetcher_for(server.port)
    monkeypatch.setattr("checks.sources.body.tempfile.mkstemp", no_room)
    error = error_of(fetcher, server.address)
    assert (error.fault, error.code) == (Fault.OURS, "our-disk")
