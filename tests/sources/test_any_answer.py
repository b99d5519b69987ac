"""Whatever JSON a system answers with, a look ends in a file or in a sentence, never a crash."""

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from checks.sources import Conditional, Reach, Ref, Source, SourceError
from checks.sources.ckan import Ckan
from checks.sources.data_json import DataJson
from checks.sources.fetcher import Fetcher
from checks.sources.jdihn import Jdihn
from checks.sources.json_api import JsonApi
from tests.sources.sample_systems import SampleServer

NOW = datetime(2025, 4, 1, tzinfo=UTC)
KEYS = st.sampled_from(
    [
        "data",
        "next",
        "total",
        "dataset",
        "distribution",
        "downloadURL",
        "identifier",
        "title",
        "success",
        "result",
        "resources",
        "url",
        "format",
        "id",
        "state",
        "jenis",
        "judul",
        "tanggal_pengundangan",
        "urlDownload",
        "message",
    ]
)
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-3, 10**20),
    st.floats(),
    st.sampled_from(["", "x", "http://[", "//[", "active", "/x", "0000-00-00", "\ud800", "\0"]),
)
TREES = st.recursive(
    LEAVES,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=12,
)
ASKED: dict[type[Source], list[dict[str, Any]]] = {
    JsonApi: [
        {"jalur_data": "data", "jalur_jumlah": "total", "halaman": "nomor"},
        {"jalur_data": "data", "halaman": "tautan"},
        {"jalur_data": "data", "halaman": "kursor", "buang_kolom": ["id"]},
        {},
    ],
    Jdihn: [{}, {"isi": "ringkasan", "jalur_data": "data"}],
    Ckan: [{"dataset": "x"}, {"dataset": "x", "pilih": "terbaru", "isi": "datastore"}],
    DataJson: [{"dataset": "x"}, {"dataset": "x", "pilih": "terbaru"}],
}


@pytest.fixture
def server() -> Iterator[SampleServer]:
    with SampleServer() as server:
        yield server


@pytest.fixture
def reach(server: SampleServer, fetcher_for: Callable[..., Fetcher], tmp_path: Path) -> Reach:
    return Reach(fetcher_for(server.port), tmp_path / "scratch")


@pytest.mark.parametrize("kind", ASKED)
@settings(
    max_examples=25,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(tree=TREES)
def test_any_json_ends_in_a_file_or_a_sentence(
    server: SampleServer, reach: Reach, kind: type[Source], tree: Any
) -> None:
    framed = {"success": True, "result": tree} if kind is Ckan else tree
    server.pages = dict.fromkeys(("/x", "/x/api/3/action/package_show"), framed)
    for options in ASKED[kind]:
        with suppress(SourceError):
            fetched = kind(reach).fetch(Ref(server.at("/x"), options), Conditional(), NOW)
            assert fetched.path is not None
            fetched.path.unlink()
    assert not list(reach.scratch.glob("*"))


@pytest.mark.parametrize("kind", ASKED)
@pytest.mark.parametrize("address", ["http://[", "http://[::1", "//", "http://x\n/", "a#b"])
def test_a_broken_address_is_refused_with_a_sentence(
    reach: Reach, kind: type[Source], address: str
) -> None:
    for options in ASKED[kind]:
        with pytest.raises(SourceError):
            kind(reach).fetch(Ref(address, options), Conditional(), NOW)
