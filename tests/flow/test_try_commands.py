"""`mutakhir try`, `options`, `link`, `pause`, `resume`, `maintenance` as people rely on them."""

import json
import os
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlmodel import select

import app
from catalog import models
from catalog.models.db import engine_for, reading, unit_of_work
from catalog.settings import PREFIX, read_settings
from tests.sources.sample_systems import SampleServer

NOW = datetime(2025, 8, 8, 1, 0, tzinfo=UTC)
CSV = b"bulan;kunjungan;nik\n2025-06;1.200;3579011708950001\n2025-07;1.310;\n"
SENT = "opd,judul,periode_data,jadwal_rilis,sumber,alamat\nDinkes,Laporan Gizi,Bulanan,10 hari,,\n"
Run = Callable[..., Result]


@pytest.fixture
def server() -> Iterator[SampleServer]:
    with SampleServer() as server:
        server.pages["/kunjungan.csv"] = CSV
        yield server


@pytest.fixture
def run(
    sqlite_url: str, tmp_path: Path, server: SampleServer, monkeypatch: pytest.MonkeyPatch
) -> Run:
    """Run a command in an installation of its own on 8 August 2025, one dataset registered."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MUTAKHIR_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("MUTAKHIR_NOW", "2025-08-08T08:00:00+07:00")
    monkeypatch.setenv("MUTAKHIR_BASE_URL", "https://data.sukamaju.example")
    monkeypatch.setenv("MUTAKHIR_ALLOWED_HOSTS", f"127.0.0.1:{server.port}")
    monkeypatch.setenv("MUTAKHIR_HOST_SPACING_SECONDS", "0")

    def run(*words: object) -> Result:
        return CliRunner().invoke(app.cli, [str(word) for word in words])

    (tmp_path / "data.csv").write_text(
        SENT + f"Dinkes,Kunjungan,Bulanan,10 hari,http_file,{server.at('/kunjungan.csv')}\n"
    )
    loaded = run("load", "data.csv", "--agreed", "2025-07-01", "--json")
    assert json.loads(loaded.stdout)["created"] == 2, loaded.output
    return run


def source(url: str) -> models.Source:
    """Return the one source that has an address."""
    engine = engine_for(url)
    try:
        with reading(engine) as session:
            return session.exec(select(models.Source).where(models.Source.host != "")).one()
    finally:
        engine.dispose()


def refused(result: Result, exit_code: int = 2) -> str:
    """Return the one line of a refusal."""
    assert result.exit_code == exit_code, result.output
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1 and lines[0].startswith("mutakhir: "), lines
    return lines[0]


def test_a_registered_source_shows_what_would_be_read_and_is_not_touched(
    run: Run, sqlite_url: str
) -> None:
    before = source(sqlite_url)
    result = run("try", "kunjungan")
    assert result.exit_code == 0, result.output
    assert "delimiter: ;" in result.stdout
    assert "2 rows; newest period 2025-07; nothing was written" in result.stdout
    assert "3579011708950001" not in result.output and "3579****" in result.stdout
    answer = json.loads(run("try", "kunjungan", "--json").stdout)
    assert (answer["n_rows"], answer["newest_period"]) == (2, "2025-07")
    assert answer["header"] == ["bulan", "kunjungan", "nik"]
    assert answer["rows"][0] == ["2025-06", "1.200", "3579************"]
    assert source(sqlite_url) == before


def test_what_looks_like_markup_is_printed_as_it_stands(run: Run, server: SampleServer) -> None:
    server.pages["/kunjungan.csv"] = "bulan,catatan\n2025-06,[/b]\n2025-07,[red]x\n"
    assert {"[/b]", "[red]x"} <= set(run("try", "kunjungan").stdout.split())


def test_a_source_is_tried_before_it_is_registered(
    run: Run, server: SampleServer, tmp_path: Path
) -> None:
    server.pages["/api"] = {"data": {"data": [{"bulan": "2025-07", "izin": 4}]}}
    words = ("try", "--kind", "json_api", "--address", server.at("/api"), "--json", "--options")
    options = {"jalur_data": "data.data"}
    (tmp_path / "opsi.json").write_text(json.dumps(options))
    for given in (json.dumps(options), "@opsi.json"):
        answer = json.loads(run(*words, given).stdout)
        assert (answer["kind"], answer["header"], answer["n_rows"]) == (
            "json_api",
            ["bulan", "izin"],
            1,
        )


def test_a_recipe_brings_its_options_and_needs_only_the_address(
    run: Run, server: SampleServer
) -> None:
    permit = {"no_permohonan": "P-1", "nama_izin": "PBG", "tahapan": "Selesai"}
    row = {**permit, "created_at": "2025-07-03 08:00:00", "nama_pemohon": "Orang"}
    server.pages["/izin.json"] = {"data": {"data": [row]}}
    answer = json.loads(
        run("try", "--options", "sicantik", "--address", server.at("/izin.json"), "--json").stdout
    )
    assert answer["header"] == ["no_permohonan", "nama_izin", "tahapan", "created_at"]
    assert "<id>" in refused(run("try", "--options", "sicantik"))
    assert "is of the kind json_api" in refused(
        run("try", "--options", "sicantik", "--kind", "ckan")
    )


@pytest.mark.parametrize(
    ("page", "lasting"),
    [
        ((404, {}, b"no"), "permanent"),
        ((503, {}, b"no"), "temporary"),
        ((200, {}, b"<html><form>Masuk</form></html>"), "permanent"),
    ],
)
def test_what_cannot_be_read_ends_with_1_and_says_whether_it_may_pass(
    run: Run, server: SampleServer, page: object, lasting: str
) -> None:
    server.pages["/kunjungan.csv"] = page
    assert f"({lasting}, " in refused(run("try", "kunjungan"), 1)
    answer = json.loads(run("try", "kunjungan", "--json").stdout)
    assert answer["is_permanent"] is (lasting == "permanent")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("try", "tidak-ada"), "no dataset 'tidak-ada'"),
        (("try", "laporan-gizi"), "its data are sent by its agency"),
        (("try",), "both --kind and --address"),
        (("try", "kunjungan", "--kind", "ckan"), "as it is registered"),
        (("try", "--kind", "http_file", "--address", "x", "--options", "{"), "no JSON object"),
        (("try", "--kind", "http_file", "--address", "x", "--options", "[]"), "no JSON object"),
        (("try", "--kind", "http_file", "--address", "x", "--options", "@no"), "cannot be read"),
        (("pause", "tidak-ada", "--reason", "x"), "no dataset 'tidak-ada'"),
        (("pause", "laporan-gizi", "--reason", "x"), "no source that could be paused"),
        (("pause", "kunjungan", "--reason", " "), "needs a reason"),
        (("pause", "kunjungan", "--reason", "x" * 301), "at most 300"),
        (
            ("maintenance", "add", "a.test:70000", "--to", "2025-08-09", "--reason", "x"),
            "is no ser",
        ),
        (("resume", "kunjungan"), "is not paused"),
        (("maintenance", "add", "a.test", "--to", "2025-08-09", "--reason", "x"), "host:port"),
        (("maintenance", "add", "a.test:80", "--to", "2025-08-01", "--reason", "x"), "in the futu"),
        (("maintenance", "add", "a.test:80", "--to", "2025-08-20", "--reason", "x"), "seven days"),
        (("maintenance", "end", "a.test:80"), "no maintenance of a.test:80"),
        (("link", "try", "kunjungan", "tak@ada.test"), "no active person"),
        (("link", "try", "laporan-gizi", "tak@ada.test"), "sent by its agency"),
    ],
)
def test_what_cannot_be_done_is_refused_in_one_line(
    run: Run, words: tuple[str, ...], said: str
) -> None:
    assert said in refused(run(*words))


def test_a_wrong_option_is_named_with_its_help(run: Run, server: SampleServer) -> None:
    given = '{"halaman": "acak"}'
    words = ("--kind", "json_api", "--address", server.at("/api"), "--options", given)
    assert 'option "halaman"' in refused(run("try", *words), 1)


def test_a_recipe_says_what_its_office_prepares_without_reading_the_program(run: Run) -> None:
    said = run("options", "sppd").stdout
    assert "v_sppd (no_spt, opd, tujuan" in said
    assert "alamat: env:SUMBER_SPPD" in said
    assert "mutakhir try --options sppd\n" in said
    jdih = json.loads(run("options", "jdih", "--json").stdout)
    assert (jdih["sumber"], jdih["kind"], jdih["kolom_waktu"]) == (
        "jdih",
        "jdihn",
        "tanggal_pengundangan",
    )
    assert "JDIHN" in jdih["note"]
    assert "--address 'https://jdih.<daerah>.go.id" in run("options", "jdih").stdout


def test_the_options_of_a_kind_are_a_typed_form_with_help_in_indonesian(run: Run) -> None:
    said = run("options", "json_api").stdout
    assert "halaman (one of tidak, nomor, lompatan, kursor, tautan, default: tidak)" in said
    assert "ukuran (number, default: (empty))" in said
    assert "Letak daftar baris di dalam JSON" in said
    form = {each["name"]: each for each in json.loads(run("options", "data_json", "--json").stdout)}
    assert form["dataset"]["is_required"] is True
    assert form["pilih"]["choices"] == ["satu", "terbaru"]
    assert "has no options" in run("options", "drop_folder").stdout
    assert run("options", "upload").exit_code == 2


def test_a_paused_source_rests_until_it_is_resumed_and_says_why(
    run: Run, sqlite_url: str, server: SampleServer
) -> None:
    server.pages["/kunjungan.csv"] = (200, {"Connection": "close"}, CSV)
    said = json.loads(run("pause", "kunjungan", "--reason", "Pindah aplikasi.", "--json").stdout)
    assert said == {"dataset": "kunjungan", "sources": 1, "reason": "Pindah aplikasi."}
    assert source(sqlite_url).paused_reason == "Pindah aplikasi."
    assert json.loads(run("sweep", "--due", "--json").stdout)["looked"] == 0
    assert "is paused already" in refused(run("pause", "kunjungan", "--reason", "Lagi."))
    client = app.create_app(read_settings()).test_client()
    page = client.get("/dataset/kunjungan").get_data(as_text=True)
    assert "dijeda sejak Jumat, 8 Agustus 2025" in page and "Pindah aplikasi." in page
    assert run("resume", "kunjungan").exit_code == 0
    assert source(sqlite_url).paused_reason is None
    assert json.loads(run("sweep", "--due", "--json").stdout)["looked"] == 1


def test_maintenance_is_announced_listed_kept_and_ended_early(run: Run, sqlite_url: str) -> None:
    host = source(sqlite_url).host
    assert "No maintenance" in run("maintenance", "list").stdout
    words = ("maintenance", "add", host, "--to", "2025-08-08T12:00+0700", "--reason", "Ganti disk.")
    assert run(*words).exit_code == 0
    (window,) = json.loads(run("maintenance", "list", "--json").stdout)["maintenance"]
    assert window == {
        "host": host,
        "starts_at": "2025-08-08T01:00:00Z",
        "ends_at": "2025-08-08T05:00:00Z",
        "reason": "Ganti disk.",
    }
    assert "Ganti disk." in run("maintenance", "list").stdout
    engine = engine_for(sqlite_url)
    with unit_of_work(engine) as session:
        waiting = session.exec(select(models.Source).where(models.Source.host == host)).one()
        waiting.next_look_at = NOW + timedelta(hours=4)
    engine.dispose()
    assert "1 window(s)" in run("maintenance", "end", host).stdout
    assert "No maintenance" in run("maintenance", "list").stdout
    assert source(sqlite_url).next_look_at == NOW


def test_a_link_to_test_a_source_opens_for_the_person_it_was_made_for(
    run: Run, sqlite_url: str
) -> None:
    engine = engine_for(sqlite_url)
    with unit_of_work(engine) as session:
        session.add(models.Person(name="Sari", email="sari@dinkes.test", created_at=NOW))
    engine.dispose()
    said = json.loads(run("link", "try", "kunjungan", "sari@dinkes.test", "--json").stdout)
    assert said["ends_at"] == "2025-09-07T01:00:00Z"
    path = said["address"].removeprefix("https://data.sukamaju.example")
    response = app.create_app(read_settings()).test_client().get(path)
    assert response.status_code == 200
    assert "Uji sumber ini" in response.get_data(as_text=True)
