"""Datasets out of a data.json: found by identifier or title, their file fetched."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from checks.sources import Conditional, Fetched, Reach, Ref, SourceError
from checks.sources.data_json import DataJson
from checks.sources.fetcher import Fetcher
from tests.sources.sample_systems import SampleServer

NOW = datetime(2025, 4, 1, tzinfo=UTC)
CSV = b"bulan,nilai\n2025-01,1\n"
FILES = [
    {"downloadURL": "files/ihk.pdf", "mediaType": "application/pdf"},
    {"downloadURL": "files/ihk.csv", "mediaType": "text/csv", "title": "IHK"},
    {"accessURL": "https://example.org/api", "title": "API"},
]
LIST = {
    "dataset": [
        {"identifier": "ihk-1", "title": "Indeks Harga", "distribution": FILES},
        {"identifier": "a", "title": "Kembar", "distribution": []},
        {"identifier": "b", "title": "Kembar"},
    ]
}


@pytest.fixture
def server() -> Iterator[SampleServer]:
    with SampleServer() as server:
        server.pages |= {"/portal/data.json": LIST, "/portal/files/ihk.csv": CSV}
        yield server


@pytest.fixture
def reach(server: SampleServer, fetcher_for: Callable[..., Fetcher], tmp_path: Path) -> Reach:
    return Reach(fetcher_for(server.port), tmp_path / "scratch")


def fetch(reach: Reach, address: str, **options: Any) -> Fetched:
    return DataJson(reach).fetch(Ref(address, options), Conditional(), NOW)


@pytest.mark.parametrize("dataset", ["ihk-1", "IHK-1", "indeks harga"])
def test_a_dataset_is_found_by_identifier_or_title(
    server: SampleServer, reach: Reach, dataset: str
) -> None:
    fetched = fetch(reach, server.at("/portal/data.json"), dataset=dataset)
    assert fetched.path is not None
    assert (fetched.path.read_bytes(), fetched.file_name) == (CSV, "ihk.csv")


def test_a_list_without_its_frame_and_behind_a_redirect_is_read(
    server: SampleServer, reach: Reach
) -> None:
    server.pages["/portal/data.json"] = LIST["dataset"]
    server.pages["/data.json"] = (301, {"Location": "/portal/data.json"}, b"")
    assert fetch(reach, server.at("/data.json"), dataset="ihk-1").n_bytes == len(CSV)


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"dataset": "lain"}, "no-such-dataset"),
        ({"dataset": "Kembar"}, "several-datasets"),
        ({"dataset": "a"}, "no-such-file"),
        ({"dataset": "b"}, "no-such-file"),
        ({"dataset": "ihk-1", "format": "xlsx"}, "no-such-file"),
        ({}, "bad-options"),
    ],
)
def test_what_the_list_does_not_have_is_permanent(
    server: SampleServer, reach: Reach, options: dict[str, str], code: str
) -> None:
    with pytest.raises(SourceError) as caught:
        fetch(reach, server.at("/portal/data.json"), **options)
    assert (caught.value.code, caught.value.permanent) == (code, True)


@pytest.mark.parametrize(
    ("page", "code"),
    [("<html>", "not-json"), ({"hasil": []}, "no-records"), ((503, {}, b""), "http-503")],
)
def test_what_is_no_list_is_a_failure(
    server: SampleServer, reach: Reach, page: Any, code: str
) -> None:
    server.pages["/portal/data.json"] = page
    with pytest.raises(SourceError) as caught:
        fetch(reach, server.at("/portal/data.json"), dataset="ihk-1")
    assert caught.value.code == code
