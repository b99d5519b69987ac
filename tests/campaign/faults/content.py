"""Whole answers that say something else than the data: pages, blanks, re-saves, other times."""

import gzip
import io
from datetime import timedelta

from openpyxl import Workbook

from catalog.models import VersionStatus
from catalog.rules.terms import Outcome, Rank, State
from tests.campaign.faults.bench import Bench, fault
from tests.campaign.faults.siege import TABLE, Siege, besiege
from tests.flow.world import wib
from tests.sources.raw import says
from tests.sources.replies import sized

PAGES = (
    "<!doctype html><html><head><title>Masuk</title></head><body><form action='/login'>"
    "<input name=user><input type=password name=password></form></body></html>",
    "<html><body><h1>Situs sedang dalam pemeliharaan</h1><p>Kembali besok.</p></body></html>",
    "<!DOCTYPE HTML PUBLIC '-//IETF//DTD HTML 2.0//EN'>\n<HTML><HEAD><TITLE>403 Forbidden</TITLE>"
    "</HEAD><BODY><H1>Forbidden</H1></BODY></HTML>",
    "\n\n  <html lang='id'><body>Akses diblokir: Internet Positif</body></html>",
    "<?xml version='1.0'?><!DOCTYPE html><html xmlns='http://www.w3.org/1999/xhtml'><body>"
    "<p>Sesi berakhir é</p></body></html>",
    "<script>window.location='/captcha'</script><noscript>Aktifkan JavaScript</noscript>",
    "<!-- dibuat otomatis --><html><body><iframe src='https://iklan.example'></iframe></body>"
    "</html>",
)
ENCODINGS = ("utf-8", "utf-8-sig", "cp1252", "utf-16")


@fault("F21", "200 with a login or block page", "halaman web, bukan data: held, nothing believed")
def pages(bench: Bench) -> None:
    siege = besiege(bench)
    codes = ("mutakhir/html-page", "mutakhir/login-page",
             "mutakhir/no-table")  # fmt: skip
    n_pages = 0
    for n, page in enumerate(PAGES):
        for encoding in ENCODINGS:
            body = page.encode(encoding)
            headers = ["Content-Type: text/csv"]
            if n % 2:
                body, headers = gzip.compress(body), [*headers, "Content-Encoding: gzip"]
            check = siege.attack(f"page {n} in {encoding}", says(sized(body, *headers)), codes,
                                 outcome=Outcome.COMPLETE)  # fmt: skip
            n_pages += 1
    bench.need(f"the reason says {check.reason!r}", "web" in (check.reason or "").lower())
    packed = gzip.compress(PAGES[0].encode())
    siege.attack("a page in a gzip file", says(sized(packed)), codes, outcome=Outcome.COMPLETE)
    bench.say(f"{n_pages + 1} of {n_pages + 1} held back")


def rows(n: int) -> bytes:
    """Return a table of February with so many rows."""
    lines = [f"Februari 2025,{n},0.3" for n in range(n)]
    return ("\n".join(["Bulan,IHK,Inflasi", *lines]) + "\n").encode()


@fault("F22", "empty, header only, 1 row after 10,000", "held; old data kept; operator asked")
def blanks(bench: Bench) -> None:
    siege = besiege(bench, body=rows(10_000))
    for what, body, codes in (
        ("nothing", b"", ("mutakhir/empty-file", "source-error")),
        ("blanks", b" \r\n\r\n", ("mutakhir/empty-file", "source-error", "mutakhir/no-table")),
        ("the header alone", rows(0), ("mutakhir/volume",)),
        ("one row", rows(1), ("mutakhir/volume",)),
        ("4,999 rows", rows(4_999), ("mutakhir/volume",)),
    ):
        siege.attack(what, says(sized(body)), codes, outcome=Outcome.COMPLETE)
        held = siege.world.versions(siege.dataset)[-1]
        bench.expect(f"{what}: status", held.status, VersionStatus.QUARANTINED)
        kept = siege.world.versions(siege.dataset)[0]
        bench.expect(f"{what}: what is published", kept.status, VersionStatus.ACCEPTED)
    bench.say("5 of 5 held, the 10,000 rows stay published")


def _xlsx() -> bytes:
    book = Workbook()
    for line in TABLE.decode().splitlines():
        month, *numbers = line.split(",")
        values = [float(number) if number[0].isdigit() else number for number in numbers]
        book.active.append([month, *values])
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def _resaved() -> dict[str, bytes]:
    lines = TABLE.decode().splitlines()
    turned = [",".join((c, a, b)) for a, b, c in (line.split(",") for line in lines)]
    return {
        "CRLF": TABLE.replace(b"\n", b"\r\n"),
        "BOM": b"\xef\xbb\xbf" + TABLE,
        "UTF-16": TABLE.decode().encode("utf-16"),
        "other order of rows": "\n".join([lines[0], *reversed(lines[1:])]).encode(),
        "other order of columns": "\n".join(turned).encode(),
        "spaces": TABLE.replace(b",", b" , "),
        "quotes": "\n".join(f'"{line}"'.replace(",", '","') for line in lines).encode(),
        "semicolons": TABLE.replace(b",", b";"),
        "numbers with zeros": TABLE.replace(b"105.9", b"105.90"),
        "a workbook": _xlsx(),
        "gzip": gzip.compress(TABLE),
    }


@fault("F32", "the same content saved again, columns or rows in another order", "no change")
def resaved(bench: Bench) -> None:
    siege = besiege(bench)
    known = siege.world.versions(siege.dataset)[0].canonical_hash
    for what, body in _resaved().items():
        siege.say(says(sized(body)))
        check = siege.look()
        bench.expect(f"{what}: outcome", check.outcome, Outcome.COMPLETE)
        bench.need(f"{what}: rank {check.rank}", check.rank in (Rank.E2, Rank.E0))
        newest = siege.world.versions(siege.dataset)[-1]
        bench.expect(f"{what}: canonical hash", newest.canonical_hash, known)
        _nothing_closed(siege, what)
    order = [v for v in siege.world.versions(siege.dataset) if v.changes]
    bench.say(f"{len(_resaved())} of {len(_resaved())} are no change"
              + (f"; {order[0].changes[0]}" if order else ""))  # fmt: skip


def _nothing_closed(siege: Siege, what: str) -> None:
    siege.bench.expect(f"{what}: closed", set(siege.world.closings(siege.dataset)), {"2025-02"})
    march = siege.states(siege.now)["2025-03"]
    siege.bench.need(f"{what}: March {march}", march in (State.OPEN, State.DUE_SOON))


@fault("F33", "an older period published again", "not fresh; periode mundur")
def going_back(bench: Bench) -> None:
    siege = besiege(bench)
    older = b"Bulan,IHK,Inflasi\nDesember 2024,104.1,0.4\nJanuari 2025,106.7,0.8\n"
    siege.say(says(sized(older)))
    siege.look()
    _nothing_closed(siege, "an older period")
    newest = siege.world.versions(siege.dataset)[-1]
    bench.need(f"findings {newest.finding_counts}", "mutakhir/going-back" in newest.finding_counts)
    february = siege.states(siege.now)["2025-02"]
    bench.expect("February", february, State.FULFILLED)
    siege.now = wib("2025-04-20 08:00")
    siege.look()
    bench.expect("March after its grace", siege.states(siege.now)["2025-03"], State.LATE)
    bench.say("the version says: periode mundur; February stays, March is late in time")


@fault(
    "F34",
    "Last-Modified or period in the future, year 0024, two digits",
    "no evidence; warned",
    fast=False,
)
def wrong_times(bench: Bench) -> None:
    siege = besiege(bench, body=rows(25))
    ahead = rows(25) + b"Maret 2099,1,1\n"
    siege.attack("the year 2099", says(sized(ahead)), "mutakhir/future", outcome=Outcome.COMPLETE)
    for what, row in (
        ("the year 0024", b"0024-03-01,1,1\n"),
        ("no month", b"Maret,1,1\n"),
        ("the 31st of February", b"31 Februari 2025,1,1\n"),
        ("month 13", b"2025-13,1,1\n"),
    ):
        siege = besiege(bench, body=rows(25))
        answer = says(sized(rows(25) + row))
        siege.attack(what, answer, "mutakhir/lost-period", outcome=Outcome.COMPLETE)
    siege = besiege(bench, body=rows(25))
    siege.say(says(sized(rows(25) + b"31/03/24,1,1\n")))
    siege.look()
    _nothing_closed(siege, "a year of two digits")
    for header in ("Fri, 31 Dec 2099 23:59:59 GMT", "Sun, 01 Jan 0024 00:00:00 GMT", "kemarin"):
        siege = besiege(bench, body=rows(25))
        siege.now = wib("2025-04-08 08:00") - timedelta(minutes=40)
        march = rows(25) + b"Maret 2025,1,1\n"
        siege.say(says(sized(march, f"Last-Modified: {header}")))
        siege.look()
        closing = siege.world.closings(siege.dataset)["2025-03"]
        bench.need(f"Last-Modified {header}: closed at {closing.at}", closing.at <= siege.now)
        bench.need("closed before the look before", closing.at > wib("2025-03-01 08:00"))
    bench.say("6 wrong times close nothing; 3 wrong Last-Modified count for nothing")
