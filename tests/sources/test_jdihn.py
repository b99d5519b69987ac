"""The feed of a JDIH: regulations or their counts, free of the feed's own bookkeeping."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from checks.sources import Conditional, Reach, Ref, SourceError
from checks.sources.fetcher import Fetcher
from checks.sources.jdihn import Jdihn, dead_links
from tests.sources.sample_systems import REGULATIONS, SampleServer

NOW = datetime(2025, 4, 1, tzinfo=UTC)


@pytest.fixture
def server() -> Iterator[SampleServer]:
    with SampleServer() as server:
        yield server


@pytest.fixture
def reach(server: SampleServer, fetcher_for: Callable[..., Fetcher], tmp_path: Path) -> Reach:
    return Reach(fetcher_for(server.port), tmp_path / "scratch")


def rows(reach: Reach, address: str, **options: Any) -> list[dict[str, str]]:
    fetched = Jdihn(reach).fetch(Ref(address, options), Conditional(), NOW)
    assert fetched.path is not None
    return list(json.loads(fetched.path.read_text("utf-8")))


def test_every_regulation_is_one_row_in_our_columns(server: SampleServer, reach: Reach) -> None:
    server.pages["/integrasi.php"] = REGULATIONS
    found = rows(reach, server.at("/integrasi.php"))
    assert len(found) == len(REGULATIONS)
    assert {row["id"]: row for row in found}["5"] == {
        "id": "5",
        "tahun": "2024",
        "tanggal_pengundangan": "2024-06-15",
        "jenis": "Peraturan Daerah",
        "nomor": "5",
        "judul": "Tentang urusan ke-5",
        "status": "Berlaku",
        "subjek": "",
        "bidang_hukum": "Tata negara",
        "tautan": "",
    }


def test_a_feed_that_only_stamps_its_records_anew_is_unchanged(
    server: SampleServer, reach: Reach
) -> None:
    server.pages["/a"] = REGULATIONS
    server.pages["/b"] = [{**each, "lastUpdated": "2026-01-01"} for each in REGULATIONS[::-1]]
    hashes = {
        Jdihn(reach).fetch(Ref(server.at(path)), Conditional(), NOW).sha256 for path in ("/a", "/b")
    }
    assert len(hashes) == 1


def test_the_summary_counts_by_year_and_kind_with_the_newest_date(
    server: SampleServer, reach: Reach
) -> None:
    server.pages["/a"] = REGULATIONS
    found = rows(reach, server.at("/a"), isi="ringkasan")
    wanted: dict[tuple[str, str], list[str]] = {}
    for each in REGULATIONS:
        key = each["tahun_pengundangan"], each["jenis"]
        wanted.setdefault(key, []).append(each["tanggal_pengundangan"])
    assert found == [
        {"tahun": tahun, "jenis": jenis, "jumlah": str(len(days)), "tanggal_terbaru": max(days)}
        for (tahun, jenis), days in sorted(wanted.items())
    ]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("2025-03-05", "2025-03-05"),
        ("05-03-2025", "2025-03-05"),
        ("5/3/2025", "2025-03-05"),
        ("2025-03-05 00:00:00", "2025-03-05"),
        ("0000-00-00", ""),
        ("00-00-0000", ""),
        ("Maret 2025", "Maret 2025"),
        (None, ""),
    ],
)
def test_dates_come_out_as_iso_and_no_date_as_nothing(
    server: SampleServer, reach: Reach, written: str | None, read: str
) -> None:
    server.pages["/a"] = [{**REGULATIONS[0], "tanggal_pengundangan": written}]
    assert rows(reach, server.at("/a"))[0]["tanggal_pengundangan"] == read


def test_keys_are_free_in_case_and_signs(server: SampleServer, reach: Reach) -> None:
    server.pages["/a"] = [{"ID_Data": 7, "JENIS": "Perda", "Judul": "X", "No_Peraturan": "2"}]
    row = rows(reach, server.at("/a"))[0]
    assert (row["id"], row["jenis"], row["judul"], row["nomor"]) == ("7", "Perda", "X", "2")


@pytest.mark.parametrize(
    ("page", "code"),
    [
        ([{"nama": "x", "nilai": 1}], "not-jdihn"),
        ({"error": "tutup"}, "api-error"),
        ("<html>Masuk</html>", "not-json"),
        ((500, {}, b""), "http-500"),
    ],
)
def test_what_is_no_feed_is_a_failure(
    server: SampleServer, reach: Reach, page: Any, code: str
) -> None:
    server.pages["/a"] = page
    with pytest.raises(SourceError) as caught:
        Jdihn(reach).fetch(Ref(server.at("/a")), Conditional(), NOW)
    assert caught.value.code == code


def test_links_of_documents_are_tried_without_downloading_them(
    server: SampleServer, reach: Reach
) -> None:
    server.pages["/small.pdf"] = b"%PDF-1.7 small"
    server.pages["/large.pdf"] = b"%PDF-1.7" + b"x" * 250_000
    links = [server.at(path) for path in ("/small.pdf", "/gone.pdf", "/large.pdf")]
    dead = dead_links(reach.fetcher, ["", *links], NOW, n_most=3)
    assert [(each.address, "404" in each.sentence_id) for each in dead] == [(links[1], True)]
    assert not list(reach.scratch.glob("*"))
    assert reach.fetcher.limits.wire_bytes > 125_000
    assert dead_links(reach.fetcher, links, NOW, n_most=1) == ()
