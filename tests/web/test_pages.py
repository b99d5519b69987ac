"""The public pages answer one question first, and show why."""

import gzip
import hashlib
import json
import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, event

from catalog import models
from catalog.models.db import engine_for, unit_of_work
from catalog.pages.assets import A_YEAR
from catalog.pages.wording import ICONS
from catalog.rules.terms import Cadence
from tests.web.pages_world import (
    CSV,
    NOW,
    Drawer,
    Town,
    build_city,
    early,
    open_web,
    tell_city,
)

MOST_SELECTS = 21
PAGES = ("/", "/dataset", "/opd", "/opd/dinkes", "/dataset/balita-stunting")
ANSWERS = ("/beranda.json", "/dataset.json", "/opd.json", "/opd/dinkes.json")
ANSWERS += ("/dataset/balita-stunting.json", "/dataset/balita-stunting/kewajiban.json")


@pytest.fixture
def city(sqlite_engine: Engine) -> Drawer:
    return build_city(sqlite_engine)


@pytest.fixture
def client(sqlite_engine: Engine, city: Drawer) -> FlaskClient:
    return open_web(sqlite_engine, city).test_client()


def text(client: FlaskClient, address: str, status: int = 200) -> str:
    """Return what a page says, without its tags."""
    answer = client.get(address)
    assert answer.status_code == status, answer.text
    body = re.sub(r"<(script|style)\b.*?</\1>", " ", answer.text, flags=re.S)
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", body)).split())


def heading(client: FlaskClient, address: str) -> str:
    found = re.search(r"<h1[^>]*>(.*?)</h1>", client.get(address).text, flags=re.S)
    assert found
    return " ".join(unescape(re.sub(r"<[^>]+>", "", found[1])).split())


def test_home_says_the_one_number_with_numerator_and_denominator(client):
    assert heading(client, "/") == "2 dari 4 data (50 %) mutakhir sesuai jadwalnya."


def test_home_names_what_is_late_now_and_what_is_missing_most(client):
    said = text(client, "/")
    assert "2 data sedang terlambat atau menunggak" in said
    assert "Data Januari 2026 belum kami temukan. Jatuh tempo Selasa, 10 Februari 2026." in said
    assert (
        "3 periode belum kami temukan: November 2025, Desember 2025, Januari 2026. "
        "Yang terbaru jatuh tempo Selasa, 10 Februari 2026." in said
    )


def test_the_header_names_the_heartbeat_in_the_citys_zone(client):
    said = text(client, "/")
    assert "Pemantauan terakhir Jumat, 20 Februari 2026, 09.59 WIB." in said
    assert "Pemantauan berhenti" not in said


def test_a_dead_watcher_is_said_at_the_top_of_every_page(sqlite_engine, city):
    later = NOW.replace(hour=5)
    client = open_web(sqlite_engine, city, lambda: later).test_client()
    for address in PAGES:
        assert "Pemantauan berhenti sejak Jumat, 20 Februari 2026, 09.59 WIB" in text(
            client, address
        )


def test_an_empty_catalogue_has_a_sentence_and_a_next_step(sqlite_engine):
    client = open_web(sqlite_engine, build_city(sqlite_engine, lambda _town: None)).test_client()
    assert heading(client, "/") == "Belum ada data yang dapat dinilai kemutakhirannya."
    assert heading(client, "/dataset") == "0 data dalam katalog."
    assert "Walidata memuat daftar data lebih dahulu" in text(client, "/opd")


def test_a_dataset_page_gives_state_reason_evidence_and_the_next_due_date(client):
    said = text(client, "/dataset/balita-stunting")
    for sentence in (
        "Bulanan, jadwal baku",
        "Januari 2026, pada Kamis, 5 Februari 2026",
        "Februari 2026: Selasa, 10 Maret 2026 (18 hari lagi)",
        "sampai dengan Januari 2026",
        "Data Januari 2026 sudah tersedia sesuai jadwal rilis yang disepakati.",
        "Sumber menjawab tidak ada perubahan pada Jumat, 20 Februari 2026, 09.00 WIB.",
        "5 dari 6 periode terakhir tepat waktu (83 %).",
    ):
        assert sentence in said


def test_each_cell_of_the_strip_says_its_obligation_in_a_whole_sentence(client):
    page = client.get("/dataset/balita-stunting").text
    labels = re.findall(r'class="strip-cell" href="#periode-([^"]+)" aria-label="([^"]+)"', page)
    assert dict(labels) == {
        "2025-08": "Agustus 2025: tepat waktu, diterima Jumat, 5 September 2025; "
        "jatuh tempo Rabu, 10 September 2025.",
        "2025-09": "September 2025: tepat waktu, diterima Minggu, 5 Oktober 2025; "
        "jatuh tempo Jumat, 10 Oktober 2025.",
        "2025-10": "Oktober 2025: terlambat 15 hari kerja, diterima Senin, 1 Desember 2025; "
        "jatuh tempo Senin, 10 November 2025.",
        "2025-11": "November 2025: tepat waktu, diterima Jumat, 5 Desember 2025; "
        "jatuh tempo Rabu, 10 Desember 2025.",
        "2025-12": "Desember 2025: tepat waktu, diterima Senin, 5 Januari 2026; "
        "jatuh tempo Senin, 12 Januari 2026.",
        "2026-01": "Januari 2026: tepat waktu, diterima Kamis, 5 Februari 2026; "
        "jatuh tempo Selasa, 10 Februari 2026.",
        "2026-02": "Februari 2026: periode berjalan; jatuh tempo Selasa, 10 Maret 2026.",
    }
    for label, _sentence in labels:
        assert f'id="periode-{label}"' in page


def test_a_late_dataset_shows_the_agencys_own_reason_and_its_promise(client):
    said = text(client, "/dataset/kunjungan-puskesmas")
    assert "Menunggak 3 periode" in said
    assert "perkiraan penyampaian Jumat, 27 Februari 2026" in said
    assert "Aplikasi puskesmas sedang dipindahkan." in said


@pytest.mark.parametrize(
    ("slug", "word", "sentence"),
    [
        ("jembatan-rusak", "Terlambat", "Data Januari 2026 belum kami temukan."),
        ("panjang-jalan", "Baru", "Belum ada periode yang jatuh tempo. Yang pertama Tahun 2025"),
        ("rencana-tata-ruang", "Tanpa jadwal", "tanpa jadwal tetap, sehingga tidak dinilai"),
        ("izin-galian", "Belum terjadwal", "belum dapat dibaca sebagai tanggal"),
        ("akta-kelahiran", "Belum dapat dinilai", "belum ditautkan ke sumber"),
    ],
)
def test_every_headline_has_its_word_and_its_reason(client, slug, word, sentence):
    page = client.get(f"/dataset/{slug}").text
    verdict = re.search(r'<div class="verdict.*?</div>', page, flags=re.S)
    assert verdict
    said = " ".join(re.sub(r"<[^>]+>", " ", verdict[0]).split())
    assert said.startswith(word)
    assert sentence in said


def test_dictionary_preview_and_versions_say_what_the_file_holds(client):
    said = text(client, "/dataset/balita-stunting")
    assert "Banyaknya balita" in said
    assert "wajib diisi" in said
    assert "2 baris pertama dari 2 bulan kecamatan jumlah 2026-01 Sukamaju 12" in said
    assert "Isi baru: 2 baris ditambah dan 1 baris diubah." in said
    assert "Dikembalikan untuk perbaikan" in said


def test_an_agency_page_begins_with_the_promises_it_kept(client):
    assert (
        "Dinas Kesehatan menepati 8 dari 12 jadwal rilis dalam 12 bulan terakhir (67 %)."
        in text(client, "/opd/dinkes")
    )
    slugs = re.findall(r'<h3><a lang="id" href="/dataset/([^"]+)"', client.get("/opd/dinkes").text)
    assert slugs == ["kunjungan-puskesmas", "balita-stunting"]


def test_agencies_are_listed_by_name_with_what_needs_care(client):
    assert heading(client, "/opd") == "3 perangkat daerah menjanjikan 8 data."
    said = text(client, "/opd")
    assert said.index("Dinas Kependudukan") < said.index("Dinas Kesehatan")
    assert "1 menunggak" in said


@pytest.mark.parametrize(
    ("address", "sentence", "slugs"),
    [
        ("/dataset?q=stunting", "1 data untuk “stunting”, dari 8 dalam katalog.", 1),
        (
            "/dataset?opd=dpupr",
            "4 data dengan perangkat daerah Dinas Pekerjaan Umum dan Penataan Ruang",
            4,
        ),
        (
            "/dataset?opd=dpupr&keadaan=LATE",
            "1 data dengan perangkat daerah Dinas Pekerjaan Umum",
            1,
        ),
        ("/dataset?format=CSV", "2 data dengan format CSV", 2),
        ("/dataset?q=jembatan&opd=dinkes", "0 data untuk “jembatan” dengan", 0),
        ("/dataset?q=data", "8 data untuk “data” dalam katalog.", 8),
        ("/dataset?keadaan=ENTAH", "0 data dengan keadaan ENTAH", 0),
        ("/dataset?halaman=99&urut=judul", "8 data dalam katalog.", 8),
        ("/dataset?halaman=x&urut=y", "8 data dalam katalog.", 8),
    ],
)
def test_the_filter_is_said_as_a_sentence_over_its_results(client, address, sentence, slugs):
    assert heading(client, address).startswith(sentence)
    shown = re.findall(r'<h3><a lang="id" href="/dataset/([^"]+)"', client.get(address).text)
    assert len(shown) == slugs


def test_facets_count_what_each_choice_would_give(client):
    page = json.loads(client.get("/dataset.json?opd=dpupr&keadaan=LATE").text)
    counted = {
        facet["facet"]: {option["value"]: option["n"] for option in facet["options"]}
        for facet in page["facets"]
    }
    assert counted["opd"] == {"dpupr": 1}
    assert counted["keadaan"] == {"LATE": 1, "NEW": 1, "UNSCHEDULED": 1, "UNPARSED_SCHEDULE": 1}
    assert counted["periode"] == {"bulanan": 1}


def test_a_search_without_results_helps(client):
    said = text(client, "/dataset?q=jumlah+balta+stuntng")
    assert "Tidak ada data yang cocok" in said
    assert "Maksudnya: Jumlah Balita Stunting?" in said


@pytest.mark.parametrize("urut", ["relevansi", "keadaan", "jatuh-tempo", "terbaru", "judul"])
def test_every_order_shows_every_dataset_once(client, urut):
    page = json.loads(client.get(f"/dataset.json?urut={urut}").text)
    assert len({line["slug"] for line in page["lines"]}) == 8


def test_long_lists_are_paged_and_keep_the_filter(sqlite_engine):
    def tell(town: Town) -> None:
        agency = town.agency("Dinas Kesehatan", "Dinkes")
        for number in range(45):
            town.dataset(agency, f"d{number}", f"Data Nomor {number:02d}", Cadence.TAHUNAN)

    client = open_web(sqlite_engine, build_city(sqlite_engine, tell)).test_client()
    page = client.get("/dataset?opd=dinkes&urut=judul&halaman=2").text
    assert "Halaman 2 dari 3" in page
    assert 'rel="prev" href="/dataset?opd=dinkes&amp;urut=judul"' in page
    assert 'rel="next" href="/dataset?opd=dinkes&amp;urut=judul&amp;halaman=3"' in page


@pytest.mark.parametrize(
    ("address", "status"),
    [("/nope", 404), ("/dataset/nope", 404), ("/opd/nope", 404), ("/dataset/nope.json", 404)],
)
def test_what_is_not_there_is_said_with_a_next_step(client, address, status):
    answer = client.get(address)
    assert answer.status_code == status
    if address.endswith(".json"):
        assert answer.json == {
            "status": 404,
            "title": "Halaman tidak ditemukan",
            "detail": "Alamat ini tidak menunjuk halaman, data, atau berkas yang diterbitkan.",
        }
    else:
        assert "Halaman tidak ditemukan" in answer.text
        assert 'href="/dataset"' in answer.text


def test_a_page_that_is_only_read_refuses_to_be_written(client):
    answer = client.post("/dataset")
    assert answer.status_code == 405
    assert "Buka halamannya dari tautan" in answer.text
    assert "GET" in answer.headers["Allow"]


def test_an_error_of_ours_is_ours_and_shows_no_inside(sqlite_engine, city):
    web = open_web(sqlite_engine, city)
    web.testing = False
    web.add_url_rule("/rusak", view_func=lambda: 1 / 0)
    web.logger.disabled = True
    answer = web.test_client().get("/rusak")
    assert answer.status_code == 500
    assert "Kesalahan terjadi di pihak kami" in answer.text
    assert "ZeroDivisionError" not in answer.text


def test_an_unreachable_database_still_gives_an_error_page(tmp_path, sqlite_engine, city):
    web = open_web(sqlite_engine, city)
    web.testing = False
    web.logger.disabled = True
    with unit_of_work(sqlite_engine) as session:
        for table in ("heartbeat", "declaration"):
            session.connection().exec_driver_sql(f"ALTER TABLE {table} RENAME TO {table}_gone")
    answer = web.test_client().get("/")
    assert answer.status_code == 503
    assert "belum pernah berjalan" not in answer.text
    assert "Sedang sibuk, belum dapat dilayani" in answer.text


def tell_large_city(town: Town) -> None:
    tell_city(town)
    agency = town.agency("Dinas Sosial", "Dinsos")
    for number in range(30):
        dataset = town.dataset(agency, f"bantuan-{number}", f"Bantuan {number}")
        town.source(dataset)
        town.fulfil(dataset, "2026-01", early(2))
        town.version(dataset, 1, CSV)


def selects_of(engine: Engine, tell: Callable[[Town], None]) -> dict[str, int]:
    """Count the SELECTs of the first visit to each page, the memory of the city being empty."""
    drawer = build_city(engine, tell)
    counted = {}
    for address in PAGES:
        web = open_web(engine, drawer)
        reading = web.extensions["mutakhir"].reading_engine
        statements: list[str] = []
        event.listen(
            reading,
            "before_cursor_execute",
            lambda _c, _cu, sql, *_rest, kept=statements: kept.append(sql),
        )
        assert web.test_client().get(address).status_code == 200
        counted[address] = len([sql for sql in statements if sql.lstrip().startswith("SELECT")])
        reading.dispose()
    return counted


def test_pages_cost_a_fixed_number_of_selects_however_many_datasets_there_are(new_sqlite):
    small, large = engine_for(new_sqlite()), engine_for(new_sqlite())
    few, many = selects_of(small, tell_city), selects_of(large, tell_large_city)
    assert few == many
    assert max(many.values()) <= MOST_SELECTS, many
    small.dispose()
    large.dispose()


def test_both_databases_give_the_same_pages(engine):
    web = open_web(engine, build_city(engine))
    client = web.test_client()
    for address in (*PAGES, *ANSWERS, "/dataset?q=balita&opd=dinkes"):
        assert client.get(address).status_code == 200, address
    assert heading(client, "/") == "2 dari 4 data (50 %) mutakhir sesuai jadwalnya."
    assert heading(client, "/dataset?q=stunting").startswith("1 data untuk")
    web.extensions["mutakhir"].reading_engine.dispose()


def test_an_unchanged_page_is_not_sent_again(client):
    for address in (*PAGES, *ANSWERS):
        first = client.get(address)
        again = client.get(address, headers={"If-None-Match": first.headers["ETag"]})
        assert (again.status_code, again.data) == (304, b"")
        assert again.headers["Cache-Control"] == "public, no-cache"


def test_languages_forms_and_changes_have_their_own_validators(sqlite_engine, client):
    page = "/dataset/balita-stunting"
    marks = {
        client.get(page).headers["ETag"],
        client.get(f"{page}?lang=en").headers["ETag"],
        client.get(f"{page}.json").headers["ETag"],
    }
    with unit_of_work(sqlite_engine) as session:
        session.add(models.Heartbeat(at=NOW))
    marks.add(client.get(f"{page}?lang=id").headers["ETag"])
    assert len(marks) == 4


def test_static_files_are_kept_a_year_under_the_mark_of_their_content(client):
    page = client.get("/").text
    sheet = re.search(r'href="(/aset/mutakhir.css\?v=\w+)"', page)
    assert sheet
    with client.get(sheet[1]) as kept, client.get("/aset/mutakhir.css?v=wrong") as other:
        assert kept.headers["Cache-Control"] == A_YEAR
        assert "immutable" not in other.headers["Cache-Control"]


def test_the_style_sheet_holds_every_palette_key_in_every_place():
    sheet = (Path(__file__).parents[2] / "catalog/static/mutakhir.css").read_text()
    for look in ("on-time", "done-late", "done-unseen", "running", "soon", "late", "arrears"):
        assert f".badge.look-{look} " in sheet
        assert f".cell.look-{look} rect" in sheet or look == "running"


def test_public_text_is_sent_smaller_to_who_takes_it_and_is_the_same(client):
    for address in ("/", "/dataset.json", "/aset/mutakhir.css?v="):
        if address.startswith("/aset"):
            sheet = re.search(r'href="(/aset/mutakhir.css[^"]+)"', client.get("/").text)
            assert sheet
            address = sheet[1]
        with (
            client.get(address) as plain,
            client.get(address, headers={"Accept-Encoding": "gzip"}) as small,
        ):
            assert small.headers["Content-Encoding"] == "gzip"
            assert len(small.data) < len(plain.data) / 2
            assert gzip.decompress(small.data) == plain.data
            assert "Accept-Encoding" in plain.headers["Vary"]
            mark = small.headers["ETag"]
        asked = {"If-None-Match": mark, "Accept-Encoding": "gzip"}
        with client.get(address, headers=asked) as again:
            assert again.status_code == 304


def test_borrowed_icons_are_named_with_version_and_licence():
    folder = Path(__file__).parents[2] / "catalog/static/vendor/lucide-1.62.0"
    vendor = json.loads((folder / "vendor.json").read_text())
    assert hashlib.sha256((folder / vendor["file"]).read_bytes()).hexdigest() == vendor["sha256"]
    parts = (Path(__file__).parents[2] / vendor["used_in"]).read_text()
    assert set(re.findall(r'<symbol id="i-([a-z-]+)"', parts)) == set(vendor["icons"])
    assert set(ICONS.values()) <= set(vendor["icons"])
