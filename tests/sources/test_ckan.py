"""Datasets of a CKAN portal: the right file, or the rows of the DataStore."""

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from checks.sources import Conditional, Fetched, Reach, Ref, SourceError
from checks.sources.ckan import Ckan
from checks.sources.fetcher import Fetcher
from tests.sources.sample_systems import SampleServer

NOW = datetime(2025, 4, 1, tzinfo=UTC)
CSV = b"bulan,nilai\n2025-01,1\n"
STORED = [{"_id": i, "bulan": f"2025-{i:02}", "nik": "3579", "nilai": i} for i in range(1, 13)]


def resource(id: str, name: str, format: str, **more: str) -> dict[str, str]:
    url = f"/dataset/ihk/resource/{id}/download/{name}.{format.lower()}"
    return {"id": id, "name": name, "format": format, "url": url, "state": "active", **more}


class Portal(SampleServer):
    """A CKAN portal with one dataset whose files and state a test may change."""

    def __init__(self) -> None:
        super().__init__()
        self.package: dict[str, Any] = {"name": "ihk", "state": "active", "resources": []}
        self.pages["/api/3/action/package_show"] = self._show
        self.pages["/api/3/action/datastore_search"] = self._search

    def offer(self, *resources: dict[str, str]) -> None:
        """Let the dataset have these files."""
        self.package["resources"] = list(resources)
        for each in resources:
            self.pages[each["url"]] = (200, {"ETag": f'"{each["id"]}"'}, CSV + each["id"].encode())

    def _show(self, query: dict[str, str]) -> Any:
        if query["id"] != "ihk":
            error = {"__type": "Not Found Error", "message": "Not found"}
            return 404, {}, {"success": False, "error": error}
        return {"success": True, "result": self.package}

    def _search(self, query: dict[str, str]) -> Any:
        start, n = int(query["offset"]), min(int(query["limit"]), 5)
        records = STORED[start : start + n]
        return {"success": True, "result": {"total": len(STORED), "records": records}}


@pytest.fixture
def portal() -> Iterator[Portal]:
    with Portal() as portal:
        yield portal


@pytest.fixture
def reach(portal: Portal, fetcher_for: Callable[..., Fetcher], tmp_path: Path) -> Reach:
    return Reach(fetcher_for(portal.port), tmp_path / "scratch")


def fetch(
    reach: Reach, address: str, conditional: Conditional | None = None, **options: Any
) -> Fetched:
    return Ckan(reach).fetch(Ref(address, options), conditional or Conditional(), NOW)


def refused(reach: Reach, address: str, **options: Any) -> SourceError:
    with pytest.raises(SourceError) as caught:
        fetch(reach, address, **options)
    return caught.value


@pytest.mark.parametrize(
    ("path", "options"),
    [
        ("", {"dataset": "ihk"}),
        ("/", {"dataset": "ihk"}),
        ("/api/3", {"dataset": "ihk"}),
        ("/dataset/ihk", {}),
        ("/id/dataset/ihk", {}),
        ("/dataset/ihk/resource/r1", {}),
        ("/dataset/ihk/resource/r1/download/x.csv", {}),
    ],
)
def test_the_address_is_the_portal_or_a_page_of_it(
    portal: Portal, reach: Reach, path: str, options: dict[str, str]
) -> None:
    portal.offer(resource("r1", "ihk", "CSV"))
    fetched = fetch(reach, portal.at(path), **options)
    assert fetched.path is not None
    assert fetched.path.read_bytes() == CSV + b"r1"
    assert fetched.file_name == "ihk.csv"


def test_the_most_readable_format_is_taken_unless_another_is_named(
    portal: Portal, reach: Reach
) -> None:
    portal.offer(resource("r1", "ihk", "PDF"), resource("r2", "ihk", "XLSX"))
    page = portal.at("/dataset/ihk")
    assert fetch(reach, page).etag == '"r2"'
    portal.offer(*(resource(f"r{i}", "ihk", f) for i, f in enumerate(("PDF", "XLSX", "CSV"))))
    assert fetch(reach, page).etag == '"r2"'
    assert fetch(reach, page, format="xlsx").etag == '"r1"'
    assert fetch(reach, page, berkas="r0").etag == '"r0"'


def test_of_one_file_a_year_the_newest_is_taken_only_when_asked(
    portal: Portal, reach: Reach
) -> None:
    portal.offer(
        resource("r2024", "IHK 2024", "CSV", last_modified="2025-01-10T00:00:00"),
        resource("r2025", "IHK 2025", "CSV", last_modified="2025-03-10T00:00:00"),
        resource("r2023", "IHK 2023", "CSV", created="2024-01-10T00:00:00"),
    )
    page = portal.at("/dataset/ihk")
    error = refused(reach, page)
    assert (error.code, error.permanent) == ("several-files", True)
    assert "IHK 2024" in error.sentence_id
    assert fetch(reach, page, pilih="terbaru").etag == '"r2025"'
    assert fetch(reach, page, berkas="ihk 2023").etag == '"r2023"'


def test_a_date_of_another_file_never_passes_for_unchanged(portal: Portal, reach: Reach) -> None:
    portal.offer(resource("r1", "ihk", "CSV"))
    known = Conditional(etag='"old"', last_modified="Tue, 01 Apr 2025 00:00:00 GMT", full=False)
    assert fetch(reach, portal.at("/dataset/ihk"), known).path is not None
    assert portal.conditions[-1] == '"old"'


def test_the_rows_of_the_datastore_come_whole_without_their_numbers(
    portal: Portal, reach: Reach
) -> None:
    portal.offer(resource("r1", "ihk", "CSV"))
    fetched = fetch(reach, portal.at("/dataset/ihk"), isi="datastore", buang_kolom=["nik"])
    assert fetched.path is not None
    rows = json.loads(fetched.path.read_text())
    assert rows == [{"bulan": f"2025-{i:02}", "nilai": str(i)} for i in range(1, 13)]


def test_a_dataset_that_is_gone_is_permanent(portal: Portal, reach: Reach) -> None:
    gone = refused(reach, portal.at(""), dataset="lain")
    assert (gone.code, gone.permanent, gone.http_status) == ("no-such-dataset", True, 404)
    assert '"lain"' in gone.sentence_id
    portal.package["state"] = "deleted"
    error = refused(reach, portal.at("/dataset/ihk"))
    assert (error.code, error.permanent) == ("removed", True)


def test_a_file_without_rows_in_the_datastore_says_to_read_the_file(
    portal: Portal, reach: Reach
) -> None:
    portal.offer(resource("r1", "ihk", "CSV"))
    portal.pages["/api/3/action/datastore_search"] = (404, {}, b"{}")
    error = refused(reach, portal.at("/dataset/ihk"), isi="datastore")
    assert (error.code, error.permanent) == ("no-such-file", True)
    assert "isi = berkas" in error.sentence_id
    portal.pages["/api/3/action/datastore_search"] = (503, {}, b"")
    assert refused(reach, portal.at("/dataset/ihk"), isi="datastore").code == "http-503"


def test_a_dataset_without_a_fitting_file_says_what_there_is(portal: Portal, reach: Reach) -> None:
    portal.offer(resource("r1", "ihk", "CSV"), resource("r2", "lain", "CSV", state="deleted"))
    for options in ({"berkas": "lain"}, {"format": "xlsx"}):
        error = refused(reach, portal.at("/dataset/ihk"), **options)
        assert (error.code, error.permanent) == ("no-such-file", True)
        assert "ihk (csv)" in error.sentence_id


@pytest.mark.parametrize(
    "page", [{"success": False}, {"hasil": 1}, {"success": True, "result": []}]
)
def test_what_is_no_ckan_is_a_failure(portal: Portal, reach: Reach, page: Any) -> None:
    portal.pages["/api/3/action/package_show"] = page
    assert refused(reach, portal.at("/dataset/ihk")).code == "not-ckan"


def test_options_that_do_not_fit_are_refused(portal: Portal, reach: Reach) -> None:
    assert "dataset" in refused(reach, portal.at("")).sentence_id
    error = refused(reach, portal.at("/dataset/ihk"), buang_kolom=["nik"])
    assert (error.code, portal.asked) == ("bad-options", [])
