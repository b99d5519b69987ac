"""Trying a source: what would be read is shown, nothing is kept."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from catalog.models import SourceKind
from catalog.registry import discover
from checks import sources
from checks.looking.trials import Trial, check_source, option_form, try_source
from checks.sources import Reach, Source, SourceError
from checks.sources.fetcher import Fetcher
from checks.sources.options import Entry, form_of, options_of
from checks.tables.reading import UnreadableTable
from tests.sources.sample_systems import REGULATIONS, SampleServer

NOW = datetime(2025, 4, 1, tzinfo=UTC)
KINDS: tuple[type[Source], ...] = discover(sources)


@pytest.fixture
def server() -> Iterator[SampleServer]:
    with SampleServer() as server:
        yield server


@pytest.fixture
def reach(server: SampleServer, fetcher_for: Callable[..., Fetcher], tmp_path: Path) -> Reach:
    return Reach(fetcher_for(server.port), tmp_path / "scratch", tmp_path)


def attempt(reach: Reach, kind: SourceKind, address: str, **options: Any) -> Trial:
    trial = try_source(kind, address, options, reach, NOW)
    assert not list(reach.scratch.glob("*"))
    return trial


def test_a_trial_shows_how_a_file_is_read_and_its_first_rows(
    server: SampleServer, reach: Reach
) -> None:
    lines = [f"2024-{i:02};{i},5" for i in range(1, 13)]
    server.pages["/ihk.csv"] = "\n".join(["bulan;nilai", *lines])
    trial = attempt(reach, SourceKind.HTTP_FILE, server.at("/ihk.csv"))
    assert trial.header == ("bulan", "nilai")
    assert (len(trial.rows), trial.n_rows, trial.newest_period) == (10, 12, "2024-12")
    assert trial.rows[0] == ("2024-01", "1,5")
    assert {"delimiter", "encoding"} <= {each.code for each in trial.decisions}
    assert trial.file_name == "ihk.csv"


def test_a_geojson_is_a_table_of_its_properties(server: SampleServer, reach: Reach) -> None:
    features = [
        {"type": "Feature", "geometry": None, "properties": {"desa": f"Desa {i}", "jiwa": 10 * i}}
        for i in range(1, 4)
    ]
    server.pages["/desa.geojson"] = {"type": "FeatureCollection", "features": features}
    trial = attempt(reach, SourceKind.HTTP_FILE, server.at("/desa.geojson"))
    assert (trial.header, trial.n_rows) == (("desa", "jiwa"), 3)
    assert "Tidak ditemukan kolom waktu" in trial.warnings[0].sentence_id


@pytest.mark.parametrize(
    ("body", "said"),
    [(b"PAR1" + b"\0" * 40 + b"PAR1", "Parquet"), (b"<html><form>Masuk</form></html>", "halaman")],
)
def test_what_is_no_table_says_what_to_send_instead(
    server: SampleServer, reach: Reach, body: bytes, said: str
) -> None:
    server.pages["/x"] = body
    with pytest.raises(UnreadableTable) as caught:
        attempt(reach, SourceKind.HTTP_FILE, server.at("/x"))
    assert said in caught.value.sentence_id
    assert not list(reach.scratch.glob("*"))


def test_warnings_name_personal_data_a_redirect_and_dead_links(
    server: SampleServer, reach: Reach
) -> None:
    server.pages["/people.csv"] = "nik,nama,tahun\n" + "\n".join(
        f"357901120581{i:04},Warga {i},2024" for i in range(10, 30)
    )
    server.pages["/moved"] = (301, {"Location": "/people.csv"}, b"")
    sentences = [
        each.sentence_id
        for each in attempt(reach, SourceKind.HTTP_FILE, server.at("/moved")).warnings
    ]
    assert server.at("/people.csv") in sentences[0]
    assert any("NIK" in each for each in sentences)
    feed = [{**REGULATIONS[0], "urlDownload": server.at("/gone.pdf")}]
    server.pages["/integrasi.php"] = feed
    dead = attempt(reach, SourceKind.JDIHN, server.at("/integrasi.php")).warnings
    assert any("/gone.pdf" in each.sentence_id and "404" in each.sentence_id for each in dead)


def test_a_failure_of_the_source_comes_out_with_its_sentence(
    server: SampleServer, reach: Reach
) -> None:
    with pytest.raises(SourceError) as caught:
        attempt(reach, SourceKind.HTTP_FILE, server.at("/gone.csv"))
    assert (caught.value.code, caught.value.permanent) == ("http-404", True)


@pytest.mark.parametrize(
    ("kind", "address", "options"),
    [
        (SourceKind.JSON_API, "ftp://x/y", {}),
        (SourceKind.JSON_API, "https://x.go.id/api", {"jalur": "x"}),
        (SourceKind.SQL_VIEW, "postgresql://u:p@db/x", {"tampilan": "v"}),
        (SourceKind.SQL_VIEW, "env:SUMBER_X", {}),
        (SourceKind.GOOGLE_SHEET, "https://drive.google.com/file/d/abcdef/view", {}),
        (SourceKind.HTTP_FILE, "https://x.go.id/a.csv", {"buang_kolom": ["nik"]}),
        (SourceKind.LISTING, "https://x.go.id", {}),
    ],
)
def test_what_cannot_work_is_refused_before_anybody_is_asked(
    kind: SourceKind, address: str, options: dict[str, Any]
) -> None:
    with pytest.raises(SourceError) as caught:
        check_source(kind, address, options)
    assert caught.value.permanent
    assert caught.value.sentence_id.endswith(".")


@pytest.mark.parametrize("kind", KINDS)
def test_every_option_has_a_title_and_help_for_its_form(kind: type[Source]) -> None:
    form = form_of(kind)
    assert [line.name for line in form] == list(options_of(kind).model_fields)
    for line in form:
        assert line.title != line.name and len(line.help) > 20
        assert not line.help.endswith(".")
        assert (line.entry is Entry.CHOICE) == bool(line.choices)


def test_the_form_tells_how_each_option_is_filled_in() -> None:
    form = {line.name: line for line in option_form(SourceKind.JSON_API)}
    assert form["halaman"].choices == ("tidak", "nomor", "lompatan", "kursor", "tautan")
    assert (form["ukuran"].entry, form["ukuran"].default) == (Entry.NUMBER, "")
    assert (form["buang_kolom"].entry, form["buang_kolom"].is_required) == (Entry.LIST, False)
    assert form["paling_banyak_halaman"].default == "100"
    required = {line.name for line in option_form(SourceKind.DATA_JSON) if line.is_required}
    assert required == {"dataset"}
    assert option_form(SourceKind.UPLOAD) == ()
