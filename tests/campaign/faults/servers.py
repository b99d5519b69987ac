"""Servers that drip, cut, lie, bomb, send in circles, or ask us to wait."""

import gzip
import io
import json
import socket
import time
import zipfile
from datetime import datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine

from catalog import models
from catalog.models.db import reading
from catalog.rules.terms import Access, Outcome, State
from checks.sources import Conditional, SourceError
from checks.sources.wire import Limits
from tests.campaign.faults.bench import Bench, fault
from tests.campaign.faults.siege import TABLE, besiege
from tests.flow.world import wib
from tests.sources.raw import Talk, says
from tests.sources.replies import BODY, BROKEN, GOOD, chunked, reply, sized

CURL = Path(__file__).resolve().parents[4] / "shared" / "corpora" / "http-replies" / "replies.json"
DRIPS = Limits(connect_seconds=0.5, total_seconds=1.2, slow_after_seconds=0.4)


def drip(head: bytes, drop: bytes, every_seconds: float) -> Talk:
    """Return a talk that sends a head, then a drop now and then until the other side goes."""

    def talk(connection: socket.socket) -> None:
        connection.sendall(head)
        while True:
            connection.sendall(drop)
            time.sleep(every_seconds)

    return talk


@fault(
    "F15", "slow loris in header and body, silence", "given up in time; verdict kept", fast=False
)
def slow_loris(bench: Bench) -> None:
    siege = besiege(bench, limits=DRIPS)
    began = time.monotonic()
    length = b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n"
    siege.attack("body", drip(length, b"x", 0.05), "timeout", most_seconds=1.6)
    siege.attack("header", drip(b"HTTP/1.1 200 OK\r\n", b"X-A: b\r\n", 0.05), "timeout")
    siege.attack("status line", drip(b"HTTP", b"/", 0.05), ("timeout", "broken-answer"))
    siege.attack(
        "chunk extension",
        drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;", b"x", 0.05),
        ("timeout", "broken-answer"),
    )
    siege.attack("silence", lambda connection: time.sleep(2), "timeout", most_seconds=1.6)
    # Just fast enough for the least speed: the total deadline ends it.
    siege.attack("at the least speed", drip(length, b"x" * 200, 0.05), "timeout", most_seconds=1.6)
    bench.say(f"6 of 6 given up within the deadline of 1.2 s (by default 60 s), "
              f"{time.monotonic() - began:.1f} s in all")  # fmt: skip


@fault("F16", "truncated: length, chunk, no length and close, gzip", "failed; verdict kept")
def truncated(bench: Bench) -> None:
    siege = besiege(bench)
    packed = gzip.compress(TABLE * 40)
    workbook = io.BytesIO()
    with zipfile.ZipFile(workbook, "w") as archive:
        archive.writestr("data.csv", TABLE)
    closed = "Connection: close"
    for what, answer, code in (
        ("short of its length", reply("200 OK", "Content-Length: 500"), "broken-answer"),
        ("cut chunk", reply("200 OK", "Transfer-Encoding: chunked", body=b"40\r\nBul"),
         "broken-answer"),
        ("no last chunk", chunked(TABLE, end=b""), "broken-answer"),
        ("cut gzip", sized(packed[:-9], "Content-Encoding: gzip"), "broken-answer"),
        ("half a gzip", sized(packed[: len(packed) // 2], "Content-Encoding: gzip"),
         "broken-answer"),
        ("no length, less than before", reply("200 OK", closed, body=TABLE[:40]), "unframed"),
        ("no length, cut zip", reply("200 OK", closed, body=workbook.getvalue()[:-9]), "unframed"),
        ("no length, cut JSON", reply("200 OK", closed, body=b'[{"a": 1}, {"a":'), "unframed"),
    ):  # fmt: skip
        siege.attack(what, says(answer), code)
    siege.say(says(reply("200 OK", closed, body=TABLE)))
    bench.expect("no length, as long as before", siege.look().outcome, Outcome.COMPLETE)
    bench.say("8 of 8 refused; a whole body without length, as long as before, is taken")


@fault("F17", "Content-Length lies, twice, negative, letters", "failed: balasan tidak sah")
def lying_lengths(bench: Bench) -> None:
    siege = besiege(bench)
    for what, answer in BROKEN.items():
        siege.attack(what, says(answer), "broken-answer")
    n_good = 0
    fetcher = bench.fetcher(f"127.0.0.1:{siege.server.port}")
    for answer in GOOD.values():
        siege.say(says(answer))
        n_good += fetcher.fetch(siege.server.address, Conditional(), siege.now).n_bytes == len(BODY)
    bench.expect("good answers taken", n_good, len(GOOD))
    bench.say(f"{len(BROKEN)} of {len(BROKEN)} malformed refused, {n_good} good taken")
    if CURL.is_file():
        _hold_against_curl(bench)


def _hold_against_curl(bench: Bench) -> None:
    """Refuse what curl refuses of its own test replies."""
    cases = [case for case in json.loads(CURL.read_text()) if case["errorcode"]]
    n_refused = 0
    for case in cases:
        said = case["replies"]["data"]["raw_latin1"].encode("latin-1")
        server = bench.raw(says(said.replace(b"%TESTNUMBER", b"1")))
        try:
            fetched = bench.fetcher(f"127.0.0.1:{server.port}").fetch(
                server.address, Conditional(), wib("2025-03-01 08:00")
            )
            bench.misses.append(f"{case['id']} {case['name']} was taken: {fetched.n_bytes} bytes")
        except SourceError:
            n_refused += 1
    bench.say(f"{n_refused} of {len(cases)} that curl refuses")


CAPS = Limits(
    connect_seconds=0.5,
    total_seconds=20,
    slow_after_seconds=10,
    wire_bytes=5_000_000,
    decoded_bytes=20_000_000,
)


@fault(
    "F18",
    "gzip, zip, xlsx bombs, endless stream, 4 GB",
    "stopped in 1 s of passing; kept",
    fast=False,
)
def bombs(bench: Bench) -> None:
    siege = besiege(bench, limits=CAPS)
    coded = "Content-Encoding: gzip"
    endless = drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
                   b"ffff\r\n" + b"x" * 0xFFFF + b"\r\n", 0)  # fmt: skip
    siege.attack("endless stream", endless, "too-large", most_seconds=2)
    huge = b"HTTP/1.1 200 OK\r\nContent-Length: 4294967296\r\n\r\n"
    check = siege.attack("4 GB", drip(huge, b"x" * 65536, 0), "too-large", most_seconds=1)
    bench.say(f"4 GB refused at its header in {check.seconds:.2f} s")
    bomb = gzip.compress(bytes(30_000_000), 9)
    siege.attack("gzip on the wire", says(sized(bomb, coded)), "bomb", most_seconds=2)
    twice = gzip.compress(gzip.compress(bytes(60_000_000), 9), 9)
    held = Outcome.COMPLETE
    codes = ("mutakhir/too-large", "mutakhir/bad-archive", "mutakhir/nul-bytes",
             "mutakhir/binary", "mutakhir/broken-archive", "bomb")  # fmt: skip
    siege.attack("gzip in gzip as a file", says(sized(twice)), codes, outcome=held, most_seconds=6)
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("data.csv", bytes(100_000_000))
    siege.attack("zip", says(sized(packed.getvalue())), codes, outcome=held, most_seconds=6)
    siege.attack("xlsx", says(sized(_workbook_bomb())), codes, outcome=held, most_seconds=6)


def _workbook_bomb() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"<row/>" * 20_000_000)
    return packed.getvalue()


@fault("F19", "redirects: loop, 11 hops, downgrade, other host", "<= 5 hops; named; not stored")
def redirects(bench: Bench) -> None:
    siege = besiege(bench)
    here = siege.server.address

    def to(target: str, status: str = "302 Found") -> Talk:
        return says(sized(b"", f"Location: {target}", status=status))

    before = siege.server.n_connections
    siege.attack("a loop", to("/data.csv"), "too-many-redirects")
    bench.expect("requests of a loop", siege.server.n_connections - before, 6)
    hops = iter(range(12))
    siege.attack("11 hops", lambda c: to(f"/{next(hops)}.csv")(c), "too-many-redirects")
    for target in ("file:///etc/passwd", "ftp://127.0.0.1/x", "data:,x", "//user@127.0.0.1/"):
        siege.attack(target, to(target), "bad-address")
    other = bench.raw(says(sized(TABLE)))
    siege.attack("to a host that is not listed", to(other.address), "forbidden-address")
    bench.expect("connections to it", other.n_connections, 0)
    moved = iter([to("/new.csv", "301 Moved Permanently"), says(sized(TABLE))])
    siege.say(lambda connection: next(moved)(connection))
    check = siege.look()
    bench.expect("a permanent move", check.outcome, Outcome.COMPLETE)
    bench.need("the new address is not named", "/new.csv" in (check.reason or ""))
    with siege.world.engine.connect() as connection:
        kept = connection.exec_driver_sql("SELECT address FROM source").scalar_one()
    bench.expect("the stored address", kept, here)
    siege.judge("after the move")
    bench.say("8 of 8 refused; a move is named in the check and not stored")


def _status(status: str, *headers: str) -> Talk:
    return says(sized(b"<html>no</html>", *headers, status=status))


@fault("F24", "429 and 503 with Retry-After", "honoured, 1 min to 24 h; not broken for 3 days")
def retry_after(bench: Bench) -> None:
    siege = besiege(bench)
    for header, least, most in (
        ("7200", 2, 2), ("5", 1, 1), ("Tue, 01 Apr 2025 20:00:00 GMT", 1, 24),
        ("0", 1, 1), ("Fri, 31 Dec 9999 23:59:59 GMT", 24, 24), ("garbage", 1, 1),
    ):  # fmt: skip
        siege.say(_status("429 Slow", f"Retry-After: {header}"))
        siege.point(siege.server.address)
        siege.attack(f"429 with {header}", None, "http-429")
        wait = _next_look(siege.world.engine, siege.source) - siege.now
        low, high = timedelta(hours=least), timedelta(hours=most)
        bench.need(f"429 with {header}: waits {wait}", low <= wait <= high)
    siege.point(siege.server.address)
    since = siege.now + timedelta(minutes=40)
    for status in ("429 Slow", "503 Busy"):
        siege.attack(status, _status(status, "Retry-After: 600"), f"http-{status[:3]}")
    bench.expect("access after two refusals", siege.access(), Access.TERGANGGU)
    siege.now = since + timedelta(days=2, hours=23) - timedelta(minutes=40)
    siege.attack("after nearly three days", None, "http-503")
    bench.expect("access after nearly three days", siege.access(), Access.TERGANGGU)
    siege.attack("after three days", None, "http-503", n_looks=3)
    bench.expect("access after three days", siege.access(), Access.PUTUS)
    bench.say("6 forms of Retry-After honoured; TERGANGGU for 3 days, PUTUS after them")


def _next_look(engine: Engine, source_id: int) -> datetime:
    with reading(engine) as session:
        at = session.get_one(models.Source, source_id).next_look_at
    assert at is not None
    return at


@fault("F25", "401, 403, 404, 410, 5xx", "named; 404 and 410 broken after two; 5xx told after 6 h")
def statuses(bench: Bench) -> None:
    for status, word in (
        ("404 Not Found", "tidak menemukan"),
        ("410 Gone", "menghapus"),
        ("401 No", "nama pengguna"),
        ("403 No", "menolak akses"),
        ("500 Oops", "bermasalah"),
        ("502 Bad", "bermasalah"),
    ):
        siege = besiege(bench)
        check = siege.attack(status, _status(status), f"http-{status[:3]}")
        bench.need(f"{status}: the reason says {check.reason!r}", word in (check.reason or ""))
        bench.expect(f"{status}: access after one", siege.access(), Access.TERGANGGU)
        siege.attack(status, None, f"http-{status[:3]}")
        bench.expect(f"{status}: access after two", siege.access(), Access.PUTUS)
    siege.now = wib("2025-04-20 08:00") - timedelta(minutes=40)
    siege.say(_status("500 Oops"))
    siege.look()
    late = siege.states(siege.now)["2025-03"]
    bench.expect("March, after its grace, of a server that fails", late, State.LATE)
    bench.say("6 statuses named; a source that fails for a reason of its own is late in time")
