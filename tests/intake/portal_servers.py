"""Portals as real servers on loopback: a CKAN whose packages a test changes, a data.json."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from catalog.intake.portals.harvest import harvest
from catalog.intake.portals.report import EntryVerdict, HarvestReport
from catalog.models import SourceKind
from checks.portals.portal import read_portal
from checks.sources.fetcher import Fetcher
from tests.intake.sheets import AGREED_ON, NOW, ZONE
from tests.sources.sample_systems import SampleServer

DINKES = {"name": "dinkes", "title": "Dinas Kesehatan", "state": "active"}
CSV = b"bulan,nilai\n2025-07,12\n2025-08,14\n"


def resource(id: str, format: str = "CSV", **more: Any) -> dict[str, Any]:
    """Return a file of a package, stored on the portal itself."""
    url = f"/dataset/x/resource/{id}/download/{id}.{format.lower()}"
    return {"id": id, "name": id, "format": format, "url": url, "state": "active", **more}


def package(id: str, title: Any, **more: Any) -> dict[str, Any]:
    """Return a package of the health office with one table."""
    return {
        "id": id,
        "name": f"nama-{id}",
        "title": title,
        "organization": DINKES,
        "private": False,
        "state": "active",
        "type": "dataset",
        "resources": [resource(f"r-{id}")],
        **more,
    }


def entry(**stated: Any) -> dict[str, Any]:
    """Return an entry of a data.json."""
    return {
        "identifier": "d1",
        "title": "Stok Obat",
        "publisher": {"name": "Dinas Kesehatan"},
        "accrualPeriodicity": "R/P1M",
        "distribution": [{"downloadURL": "https://a.example/obat.csv", "format": "csv"}],
        **stated,
    }


class CkanPortal(SampleServer):
    """A CKAN portal that gives at most `page_size` packages at once.

    From the package `fails_from` on its search answers 500.
    """

    def __init__(self, page_size: int = 100) -> None:
        super().__init__()
        self.packages: list[dict[str, Any]] = []
        self.organisations: list[dict[str, Any]] = []
        self.page_size = page_size
        self.fails_from: int | None = None
        self.pages["/api/3/action/package_search"] = self._search
        self.pages["/api/3/action/package_show"] = self._show
        self.pages["/api/3/action/organization_list"] = self._list

    def offer(self, *packages: dict[str, Any]) -> None:
        """Let these be all packages, each file of theirs a small table."""
        self.packages = list(packages)
        for each in packages:
            for file in each.get("resources") or []:
                self.pages[file["url"]] = (200, {}, CSV)

    def _search(self, query: dict[str, str]) -> Any:
        start, n = int(query["start"]), min(int(query["rows"]), self.page_size)
        if self.fails_from is not None and start >= self.fails_from:
            return 500, {}, b"<h1>Internal Server Error</h1>"
        found = self.packages[start : start + n]
        return {"success": True, "result": {"count": len(self.packages), "results": found}}

    def _show(self, query: dict[str, str]) -> Any:
        found = [each for each in self.packages if each["id"] == query["id"]]
        if not found:
            return 404, {}, {"success": False, "error": {"message": "Not found"}}
        return {"success": True, "result": found[0]}

    def _list(self, query: dict[str, str]) -> Any:
        start, n = int(query["offset"]), min(int(query["limit"]), 25)
        return {"success": True, "result": self.organisations[start : start + n]}


def fetcher_to(server: SampleServer, scratch: Path) -> Fetcher:
    """Return a fetcher that may reach this server."""
    return Fetcher(
        scratch,
        contact="walidata@example.org",
        allowed_hosts=frozenset({f"127.0.0.1:{server.port}"}),
        spacing_seconds=0,
    )


class Harvester:
    """Harvests one server into one database, again and again."""

    def __init__(self, engine: Engine, server: SampleServer, scratch: Path) -> None:
        self._engine, self._server, self._scratch = engine, server, scratch

    def harvest(
        self, path: str = "", *, kind: SourceKind | None = None, now: Any = NOW, **options: Any
    ) -> HarvestReport:
        """Read the whole portal and take it in."""
        fetcher = fetcher_to(self._server, self._scratch)
        try:
            portal = read_portal(fetcher, self._server.at(path), kind, now)
        finally:
            fetcher.close()
        return harvest(self._engine, portal, agreed_on=AGREED_ON, now=now, zone=ZONE, **options)


def outcomes(report: HarvestReport) -> list[str]:
    """Return what became of the entries, in order."""
    return [each.verdict.value for each in report.verdicts]


def reasons(verdicts: Sequence[EntryVerdict]) -> list[str]:
    """Return why, in order; an entry without a reason gives an empty text."""
    return [each.reason or "" for each in verdicts]
