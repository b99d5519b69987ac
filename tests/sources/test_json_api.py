"""Records of JSON APIs: every way of paging, whole or not at all, the same bytes each time."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from checks.sources import Conditional, Fault, Fetched, Reach, Ref, SourceError
from checks.sources.fetcher import Fetcher
from checks.sources.json_api import JsonApi
from checks.sources.wire import Limits
from tests.sources.sample_systems import PERMITS, SampleServer, paged

NOW = datetime(2025, 4, 1, tzinfo=UTC)
BASE = {"jalur_data": "data.data"}


@pytest.fixture
def server() -> Iterator[SampleServer]:
    with SampleServer() as server:
        yield server


@pytest.fixture
def reach(server: SampleServer, fetcher_for: Callable[..., Fetcher], tmp_path: Path) -> Reach:
    return Reach(fetcher_for(server.port), tmp_path / "scratch")


def fetch(reach: Reach, address: str, known: str | None = None, **options: Any) -> Fetched:
    conditional = Conditional(known=frozenset({known} if known else ()))
    return JsonApi(reach).fetch(Ref(address, options), conditional, NOW)


def rows(fetched: Fetched) -> list[dict[str, str]]:
    assert fetched.path is not None
    return list(json.loads(fetched.path.read_text("utf-8")))


def refused(reach: Reach, address: str, **options: Any) -> SourceError:
    with pytest.raises(SourceError) as caught:
        fetch(reach, address, **options)
    assert caught.value.sentence_id.endswith(".") and caught.value.sentence_en.endswith(".")
    return caught.value


WAYS = {
    "in one answer": ("/all", {}),
    "by number": ("/paged", {"halaman": "nomor"}),
    "by number, the total known": ("/paged", {"halaman": "nomor", "jalur_jumlah": "total"}),
    "by offset": ("/paged", {"halaman": "lompatan"}),
    "by offset, larger pages asked than given": ("/paged", {"halaman": "lompatan", "ukuran": 20}),
    "by cursor": ("/cursor", {"halaman": "kursor", "jalur_berikut": "meta.next"}),
    "by link": ("/link", {"halaman": "tautan", "jalur_berikut": "links.next"}),
}


def serve_every_way(server: SampleServer) -> None:
    def cursor(query: dict[str, str]) -> Any:
        start = int(query.get("cursor", "c0")[1:])
        following = f"c{start + 7}" if start + 7 < len(PERMITS) else None
        return {"meta": {"next": following}, "data": {"data": PERMITS[start : start + 7]}}

    def link(query: dict[str, str]) -> Any:
        start = int(query.get("from", 0))
        following = f"/link?from={start + 7}" if start + 7 < len(PERMITS) else ""
        return {"links": {"next": following}, "data": {"data": PERMITS[start : start + 7]}}

    server.pages |= {
        "/all": {"data": {"data": PERMITS}},
        "/paged": paged(PERMITS, 7),
        "/cursor": cursor,
        "/link": link,
    }


@pytest.mark.parametrize(("path", "options"), WAYS.values(), ids=WAYS.keys())
def test_every_way_of_paging_brings_every_record_once_and_the_same_bytes(
    server: SampleServer, reach: Reach, path: str, options: dict[str, Any]
) -> None:
    serve_every_way(server)
    fetched = fetch(reach, server.at(path), **BASE, **options)
    assert [row["no_permohonan"] for row in rows(fetched)] == [p["no_permohonan"] for p in PERMITS]
    assert fetched.sha256 == fetch(reach, server.at("/all"), **BASE).sha256
    assert fetched.framed and fetched.http_status == 200
    assert fetch(reach, server.at(path), fetched.sha256, **BASE, **options).path is None


def test_records_in_another_order_have_the_same_hash(server: SampleServer, reach: Reach) -> None:
    server.pages["/all"] = {"data": {"data": PERMITS}}
    server.pages["/turned"] = {"data": {"data": PERMITS[::-1]}}
    hashes = {fetch(reach, server.at(path), **BASE).sha256 for path in ("/all", "/turned")}
    assert len(hashes) == 1


def test_the_parameters_of_the_address_are_kept(server: SampleServer, reach: Reach) -> None:
    server.pages["/paged"] = paged(PERMITS, 25)
    fetch(reach, server.at("/paged?tahun=2025&izin="), **BASE, halaman="nomor", ukuran=25)
    assert server.asked[0] == "/paged?tahun=2025&izin=&limit=25&page=1"


def test_dropped_columns_leave_no_trace_in_the_file(server: SampleServer, reach: Reach) -> None:
    server.pages["/all"] = {"data": {"data": PERMITS}}
    fetched = fetch(reach, server.at("/all"), **BASE, buang_kolom=["nama_pemohon"])
    assert fetched.path is not None
    assert b"Pemohon" not in fetched.path.read_bytes()
    assert list(rows(fetched)[0]) == ["no_permohonan", "nama_izin", "tahapan", "created_at"]


def test_a_renamed_personal_column_is_refused_not_published(
    server: SampleServer, reach: Reach
) -> None:
    server.pages["/all"] = [{"izin": "PBG", "namaPemohon": "Budi"}]
    error = refused(reach, server.at("/all"), buang_kolom=["nama_pemohon"])
    assert (error.code, error.permanent) == ("missing-column", True)
    assert not list(reach.scratch.glob("*"))


def test_records_can_be_counted_instead_of_kept(server: SampleServer, reach: Reach) -> None:
    server.pages["/all"] = {"data": {"data": PERMITS}}
    counted = rows(fetch(reach, server.at("/all"), **BASE, hitung_menurut=["nama_izin"]))
    assert counted == [
        {"nama_izin": "PBG", "jumlah": "12"},
        {"nama_izin": "SIP Dokter", "jumlah": "13"},
    ]


def test_what_is_nested_gets_a_name_and_numbers_stay_as_written(
    server: SampleServer, reach: Reach
) -> None:
    server.pages["/all"] = '[{"izin": {"nama": "PBG", "luas": 1.250}, "ada": true, "x": [1, 2]}]'
    assert rows(fetch(reach, server.at("/all"))) == [
        {"izin.nama": "PBG", "izin.luas": "1.2500", "ada": "true", "x": '["1", "2"]'}
    ]


def fails_at_page(number: int) -> Callable[[dict[str, str]], Any]:
    def page(query: dict[str, str]) -> Any:
        if query.get("page") == str(number):
            return 503, {"Retry-After": "120"}, b"busy"
        return paged(PERMITS, 7)(query)

    return page


def grows(query: dict[str, str]) -> Any:
    return {**paged(PERMITS, 7)(query), "total": 25 + int(query["page"])}


FAILURES: dict[str, tuple[Any, dict[str, Any], str, bool]] = {
    "a page in the middle fails": (fails_at_page(2), {"halaman": "nomor"}, "http-503", False),
    "fewer records than stated": (
        {"total": 30, "data": {"data": PERMITS}},
        {"jalur_jumlah": "total"},
        "partial",
        False,
    ),
    "the total is not there": (
        {"data": {"data": PERMITS}},
        {"jalur_jumlah": "total"},
        "no-total",
        True,
    ),
    "the data change while read": (
        grows,
        {"halaman": "nomor", "jalur_jumlah": "total"},
        "changed-while-read",
        False,
    ),
    "the paging is ignored": (
        {"data": {"data": PERMITS}},
        {"halaman": "nomor"},
        "paging-ignored",
        True,
    ),
    "more pages than permitted": (
        paged(PERMITS, 1),
        {"halaman": "nomor", "paling_banyak_halaman": 3},
        "too-many-pages",
        True,
    ),
    "a link to itself": (
        {"next": "/x", "data": {"data": PERMITS}},
        {"halaman": "tautan"},
        "paging-ignored",
        True,
    ),
    "a link elsewhere": (
        {"next": "http://127.0.0.1:1/x", "data": {"data": PERMITS}},
        {"halaman": "tautan"},
        "foreign-link",
        True,
    ),
    "a login page": ("<html><form>Masuk</form></html>", {}, "not-json", False),
    "JSON cut short": ('{"data": {"data": [{"a": 1', {}, "not-json", False),
    "an empty body": (b"", {}, "not-json", False),
    "a message of an error": (
        {"status": "error", "message": "token habis"},
        {},
        "api-error",
        False,
    ),
    "another shape": ({"hasil": []}, {}, "no-records", True),
    "no list of objects": ({"data": {"data": [1, 2]}}, {}, "no-records", True),
}


@pytest.mark.parametrize(
    ("page", "options", "code", "is_permanent"), FAILURES.values(), ids=FAILURES.keys()
)
def test_an_answer_that_is_not_whole_is_a_failure_never_content(
    server: SampleServer,
    reach: Reach,
    page: Any,
    options: dict[str, Any],
    code: str,
    is_permanent: bool,
) -> None:
    server.pages["/x"] = page
    error = refused(reach, server.at("/x"), **BASE, **options)
    assert (error.code, error.permanent, error.fault) == (code, is_permanent, Fault.SOURCE)
    assert not list(reach.scratch.glob("*"))


def test_the_byte_cap_holds_over_the_sum_of_the_pages(
    server: SampleServer, fetcher_for: Callable[..., Fetcher], tmp_path: Path
) -> None:
    row = {"a": "x" * 3_000}
    server.pages["/x"] = lambda query: [{**row, "n": query["page"]}] if query["page"] < "6" else []
    for wire_bytes, is_enough in ((20_000, True), (12_000, False)):
        limits = Limits(total_seconds=5, wire_bytes=wire_bytes)
        reach = Reach(fetcher_for(server.port, limits=limits), tmp_path / "scratch")
        if is_enough:
            assert len(rows(fetch(reach, server.at("/x"), halaman="nomor"))) == 5
        else:
            assert refused(reach, server.at("/x"), halaman="nomor").code == "too-large"


def test_the_time_limit_holds_over_the_sum_of_the_pages(
    server: SampleServer, fetcher_for: Callable[..., Fetcher], tmp_path: Path
) -> None:
    def slow(query: dict[str, str]) -> Any:
        threading.Event().wait(0.15)
        return [{"n": query["page"]}]

    server.pages["/x"] = slow
    limits = Limits(total_seconds=0.5)
    reach = Reach(fetcher_for(server.port, limits=limits), tmp_path / "scratch")
    started = time.monotonic()
    error = refused(reach, server.at("/x"), halaman="nomor")
    assert (error.code, error.permanent) == ("timeout", False)
    assert 0.4 < time.monotonic() - started < 3
    assert 2 <= len(server.asked) <= 5
    assert reach.fetcher.limits == limits


def test_a_secret_travels_in_the_query_and_is_said_nowhere_else(
    server: SampleServer, reach: Reach, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SUMBER_SICANTIK", "sangat-rahasia")
    server.pages["/moved"] = lambda query: (302, {"Location": f"/x?key={query['key']}"}, b"")
    server.pages["/x"] = PERMITS
    secret = {"rahasia": "env:SUMBER_SICANTIK", "parameter_rahasia": "key"}
    fetched = fetch(reach, server.at("/moved"), **secret)
    assert server.asked[0] == "/moved?key=sangat-rahasia"
    assert fetched.moved_to is None
    server.pages["/x"] = (403, {}, b"no")
    error = refused(reach, server.at("/x"), **secret)
    assert error.permanent
    assert "sangat-rahasia" not in f"{error}{error.sentence_en}"


def test_a_secret_that_this_installation_does_not_have_is_our_own_fault(
    server: SampleServer, reach: Reach, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SUMBER_SICANTIK", raising=False)
    secret = {"rahasia": "env:SUMBER_SICANTIK", "parameter_rahasia": "key"}
    error = refused(reach, server.at("/x"), **secret)
    assert (error.code, error.fault) == ("no-secret", Fault.OURS)
    assert "SUMBER_SICANTIK" in error.sentence_id
    assert server.asked == []


@pytest.mark.parametrize(
    ("options", "named"),
    [
        ({"jalur": "x"}, "jalur"),
        ({"halaman": "acak"}, "halaman"),
        ({"ukuran": 0}, "ukuran"),
        ({"rahasia": "sangat-rahasia", "parameter_rahasia": "k"}, "rahasia"),
        ({"rahasia": "env:MUTAKHIR_SECRET_KEY", "parameter_rahasia": "k"}, "rahasia"),
        ({"rahasia": "env:SUMBER_A"}, "parameter_rahasia"),
    ],
)
def test_wrong_options_are_named_without_their_value(
    server: SampleServer, reach: Reach, options: dict[str, Any], named: str
) -> None:
    error = refused(reach, server.at("/x"), **options)
    assert (error.code, error.permanent) == ("bad-options", True)
    assert named in error.sentence_id
    assert "sangat-rahasia" not in error.sentence_id
    assert server.asked == []
