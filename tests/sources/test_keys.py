"""API keys: by reference, in a header, to one host alone, and in no text anybody reads."""

import json
import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from checks.sources import Conditional, Fault, Fetched, Reach, Ref, Source, SourceError
from checks.sources.fetcher import Fetcher
from checks.sources.http_file import HttpFile
from checks.sources.json_api import JsonApi
from checks.sources.port import Key
from tests.sources.sample_systems import PERMITS, SampleServer, paged

NOW = datetime(2025, 4, 1, tzinfo=UTC)
SECRET = "kunci-sangat-rahasia-42"
GIVEN = {"rahasia": "env:SUMBER_UJI", "kepala_rahasia": "X-API-Key"}


@pytest.fixture(autouse=True)
def secret(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUMBER_UJI", SECRET)


@dataclass
class Servers:
    """The server with the data, another one, and what reaches both."""

    here: SampleServer
    there: SampleServer
    reach: Reach

    def fetch(
        self, kind: type[Source], path: str, conditional: Conditional | None = None, **options: Any
    ) -> Fetched:
        ref = Ref(self.here.at(path), {**GIVEN, **options})
        return kind(self.reach).fetch(ref, conditional or Conditional(), NOW)

    def refused(self, path: str, **options: Any) -> SourceError:
        with pytest.raises(SourceError) as caught:
            self.fetch(HttpFile, path, **options)
        return caught.value


@pytest.fixture
def servers(fetcher_for: Callable[..., Fetcher], tmp_path: Path) -> Iterator[Servers]:
    with SampleServer() as here, SampleServer() as there:
        reach = Reach(fetcher_for(here.port, there.port), tmp_path / "scratch")
        here.pages["/a.csv"] = "bulan,nilai\n2025-03,1\n"
        yield Servers(here, there, reach)


def keys(server: SampleServer, header: str = "X-API-Key") -> list[str | None]:
    return [headers.get(header) for headers in server.headers]


@pytest.mark.parametrize(
    ("place", "header", "value"),
    [
        ("X-API-Key", "X-API-Key", SECRET),
        ("Authorization: Bearer", "Authorization", f"Bearer {SECRET}"),
        ("Authorization:Token", "Authorization", f"Token {SECRET}"),
    ],
)
def test_a_key_goes_in_the_header_that_is_named(
    servers: Servers, place: str, header: str, value: str
) -> None:
    servers.fetch(HttpFile, "/a.csv", kepala_rahasia=place)
    assert keys(servers.here, header) == [value]


def test_every_page_of_an_api_is_asked_with_the_key_and_its_address_stays_bare(
    servers: Servers,
) -> None:
    servers.here.pages["/permits"] = paged(PERMITS, 10)
    fetched = servers.fetch(JsonApi, "/permits", jalur_data="data.data", halaman="nomor")
    assert keys(servers.here) == [SECRET] * 4
    assert SECRET not in " ".join(servers.here.asked)
    assert fetched.path is not None and len(json.loads(fetched.path.read_bytes())) == len(PERMITS)


def test_a_key_stays_with_its_host_on_a_redirect(servers: Servers) -> None:
    servers.here.pages["/old"] = (302, {"Location": "/a.csv"}, b"")
    servers.fetch(HttpFile, "/old")
    assert keys(servers.here) == [SECRET, SECRET]


@pytest.mark.parametrize("kind", [HttpFile, JsonApi])
def test_a_key_is_dropped_on_a_redirect_to_another_host_and_does_not_come_back(
    servers: Servers, kind: type[Source]
) -> None:
    here, there = servers.here, servers.there
    here.pages["/old"] = (302, {"Location": there.at("/middle")}, b"")
    there.pages["/middle"] = (307, {"Location": here.at("/end")}, b"")
    here.pages["/end"] = [{"bulan": "2025-03"}]
    fetched = servers.fetch(kind, "/old")
    assert keys(there) == [None]
    assert keys(here) == [SECRET, None]
    assert fetched.moved_to == here.at("/end")


def test_a_key_does_not_stand_in_the_way_of_asking_cheaply(servers: Servers) -> None:
    servers.here.pages["/same"] = (304, {"ETag": '"1"'}, b"")
    known = Conditional(etag='"1"', full=False)
    assert servers.fetch(HttpFile, "/same", known).not_modified
    assert (keys(servers.here), servers.here.conditions) == ([SECRET], ['"1"'])


def test_a_key_is_in_no_error_no_log_and_no_text_of_itself(
    servers: Servers, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    servers.here.pages["/no"] = (401, {}, SECRET.encode())
    error = servers.refused("/no")
    assert (error.code, error.permanent) == ("http-401", True)
    said = f"{error!r} {error.sentence_id} {error.sentence_en} {Key('X', SECRET)!r} {caplog.text}"
    assert SECRET not in said


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("", "no-secret"),
        ("zulu\nX-Lain: dua", "bad-secret"),
        ("zulu\rdua", "bad-secret"),
        ("zulu-é", "bad-secret"),
    ],
)
def test_a_key_that_we_do_not_have_or_cannot_send_is_our_own_fault(
    servers: Servers, monkeypatch: pytest.MonkeyPatch, value: str, code: str
) -> None:
    monkeypatch.setenv("SUMBER_UJI", value)
    error = servers.refused("/a.csv")
    assert (error.code, error.fault, error.permanent) == (code, Fault.OURS, True)
    assert "SUMBER_UJI" in error.sentence_id and "zulu" not in error.sentence_id
    assert servers.here.asked == []


@pytest.mark.parametrize(
    "options",
    [
        {"kepala_rahasia": ""},
        {"rahasia": ""},
        {"rahasia": SECRET},
        {"kepala_rahasia": "Host"},
        {"kepala_rahasia": "content-length"},
        {"kepala_rahasia": "X Key"},
        {"kepala_rahasia": "X-Key\r\nX-Lain"},
    ],
)
def test_a_key_without_its_place_or_in_a_wrong_one_is_refused(
    servers: Servers, options: dict[str, str]
) -> None:
    error = servers.refused("/a.csv", **options)
    assert error.code == "bad-options"
    assert SECRET not in error.sentence_id
    assert servers.here.asked == []
