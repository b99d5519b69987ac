"""Sheets behind the link that people copy; one that is not shared is no table."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from checks.sources import Conditional, Fetched, Reach, Ref, SourceError
from checks.sources.fetcher import Fetcher
from checks.sources.google_sheet import GoogleSheet, csv_address
from tests.sources.sample_systems import SampleServer

NOW = datetime(2025, 4, 1, tzinfo=UTC)
ROOT = "https://docs.google.com/spreadsheets"
CSV = 'bulan,"nama, lengkap",nilai\r\n2025-01,Budi,"1,5"\r\n2025-02,"Siti\nA",2\r\n'
SHEET = {"Content-Type": "text/csv", "Content-Disposition": 'attachment; filename="Bantuan.csv"'}


@pytest.mark.parametrize(
    ("link", "gid", "address"),
    [
        (f"{ROOT}/d/1aBc_d-E/edit?usp=sharing", "", f"{ROOT}/d/1aBc_d-E/export?format=csv"),
        (f"{ROOT}/d/1aBc_d-E/edit#gid=7", "", f"{ROOT}/d/1aBc_d-E/export?format=csv&gid=7"),
        (f"{ROOT}/d/1aBc_d-E/edit#gid=7", "9", f"{ROOT}/d/1aBc_d-E/export?format=csv&gid=9"),
        (f"{ROOT}/d/1aBc_d-E", "", f"{ROOT}/d/1aBc_d-E/export?format=csv"),
        (f"{ROOT}/u/0/d/1aBc_d-E/htmlview", "", f"{ROOT}/u/0/d/1aBc_d-E/export?format=csv"),
        (
            f"{ROOT}/d/e/2PACX-1v/pubhtml?gid=3",
            "",
            f"{ROOT}/d/e/2PACX-1v/pub?output=csv&single=true&gid=3",
        ),
    ],
)
def test_the_copied_link_becomes_the_link_of_the_csv(link: str, gid: str, address: str) -> None:
    assert csv_address(link, gid) == address


@pytest.fixture
def server() -> Iterator[SampleServer]:
    with SampleServer() as server:
        server.pages["/spreadsheets/d/lembar1/export"] = (200, {**SHEET, "ETag": '"1"'}, CSV)
        yield server


@pytest.fixture
def reach(server: SampleServer, fetcher_for: Callable[..., Fetcher], tmp_path: Path) -> Reach:
    return Reach(fetcher_for(server.port), tmp_path / "scratch")


def fetch(
    reach: Reach, address: str, conditional: Conditional | None = None, **options: Any
) -> Fetched:
    return GoogleSheet(reach).fetch(Ref(address, options), conditional or Conditional(), NOW)


def refused(reach: Reach, address: str, **options: Any) -> SourceError:
    with pytest.raises(SourceError) as caught:
        fetch(reach, address, **options)
    assert not list(reach.scratch.glob("*"))
    return caught.value


def test_a_shared_sheet_is_kept_byte_by_byte(server: SampleServer, reach: Reach) -> None:
    fetched = fetch(reach, server.at("/spreadsheets/d/lembar1/edit#gid=0"))
    assert fetched.path is not None
    assert (fetched.path.read_text(), fetched.file_name) == (CSV.replace("\r", ""), "Bantuan.csv")
    assert server.asked == ["/spreadsheets/d/lembar1/export?format=csv&gid=0"]


def test_dropped_columns_leave_no_trace_in_the_file(server: SampleServer, reach: Reach) -> None:
    fetched = fetch(reach, server.at("/spreadsheets/d/lembar1/edit"), buang_kolom=["nama, lengkap"])
    assert fetched.path is not None
    assert json.loads(fetched.path.read_text()) == [
        {"bulan": "2025-01", "nilai": "1,5"},
        {"bulan": "2025-02", "nilai": "2"},
    ]
    error = refused_after(reach, fetched, server.at("/spreadsheets/d/lembar1/edit"))
    assert error.code == "missing-column"


def refused_after(reach: Reach, fetched: Fetched, address: str) -> SourceError:
    assert fetched.path is not None
    fetched.path.unlink()
    return refused(reach, address, buang_kolom=["nama"])


@pytest.mark.parametrize("csv", ["", "a,a\n1,2\n", 'a,b\n1,"x\n'])
def test_columns_are_dropped_only_from_a_sheet_with_a_header(
    server: SampleServer, reach: Reach, csv: str
) -> None:
    server.pages["/spreadsheets/d/lembar1/export"] = (200, SHEET, csv)
    error = refused(reach, server.at("/spreadsheets/d/lembar1/edit"), buang_kolom=["a"])
    assert error.code in ("no-header", "broken-answer")


def test_a_login_page_says_that_the_sheet_is_not_shared(server: SampleServer, reach: Reach) -> None:
    page = (200, {"Content-Type": "text/html; charset=utf-8"}, "<html>Login</html>")
    server.pages["/signin"] = page
    server.pages["/spreadsheets/d/lembar1/export"] = (307, {"Location": "/signin"}, b"")
    error = refused(reach, server.at("/spreadsheets/d/lembar1/edit"))
    assert (error.code, error.permanent) == ("not-shared", True)


@pytest.mark.parametrize("path", ["/file/d/lembar1/view", "/spreadsheets", "/"])
def test_a_link_of_something_else_is_refused(server: SampleServer, reach: Reach, path: str) -> None:
    error = refused(reach, server.at(path))
    assert (error.code, error.permanent, server.asked) == ("bad-address", True, [])
