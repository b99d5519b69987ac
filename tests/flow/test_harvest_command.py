"""`mutakhir harvest` as scripts rely on it: JSON names, exit codes, one clear line."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

import app
from catalog.settings import PREFIX, read_settings
from checks.look import sweep
from checks.looking.watcher import watcher_of
from tests.intake.portal_servers import DINKES, CkanPortal, entry, package
from tests.sources.sample_systems import SampleServer

Run = Callable[..., Result]


@pytest.fixture
def portal() -> Iterator[CkanPortal]:
    with CkanPortal(page_size=5) as portal:
        portal.organisations = [DINKES]
        portal.offer(
            package("p0", "Kunjungan Puskesmas", frequency="MONTHLY"),
            package("p1", "Stok Obat"),
            package("p2", "Data Draf", state="draft"),
            package("p3", "***"),
        )
        yield portal


@pytest.fixture
def run(
    sqlite_url: str, tmp_path: Path, portal: CkanPortal, monkeypatch: pytest.MonkeyPatch
) -> Run:
    """Run a command in an installation of its own, on 1 September 2025."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MUTAKHIR_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("MUTAKHIR_NOW", "2025-09-01T10:00:00+07:00")
    monkeypatch.setenv("MUTAKHIR_ALLOWED_HOSTS", f"127.0.0.1:{portal.port}")
    monkeypatch.setenv("MUTAKHIR_HOST_SPACING_SECONDS", "0")
    return lambda *words: CliRunner().invoke(app.cli, [str(word) for word in words])


def answer(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def one_line(result: Result, exit_code: int) -> str:
    """Return the only line of a command that wrote nothing else."""
    assert (result.exit_code, result.stdout) == (exit_code, ""), result.output
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1, lines
    assert lines[0].startswith("mutakhir: ")
    return lines[0]


def datasets(run: Run) -> list[str]:
    return sorted(each["dataset"] for each in answer(run("status", "--json"))["datasets"])


def test_a_harvest_says_what_became_of_every_entry(run: Run, portal: CkanPortal) -> None:
    found = answer(run("harvest", portal.at("/dataset/"), "--json"))
    assert {name: found[name] for name in ("entries", "created", "refused", "left_out")} == {
        "entries": 4,
        "created": 2,
        "refused": 1,
        "left_out": 1,
    }
    assert (found["scheduled"], found["unscheduled"], found["kind"]) == (1, 1, "ckan")
    assert {"updated", "unchanged", "agencies", "gone", "reasons", "dry_run"} <= set(found)
    assert found["verdicts"][0] == {
        "entry": 1,
        "id": "p0",
        "title": "Kunjungan Puskesmas",
        "verdict": "created",
        "dataset": "kunjungan-puskesmas",
        "reason": None,
    }
    assert found["agencies"][0]["agency"] == "dinas-kesehatan"
    again = answer(run("harvest", portal.at(""), "--json"))
    assert (again["created"], again["unchanged"]) == (0, 2)
    assert datasets(run) == ["kunjungan-puskesmas", "stok-obat"]


def test_people_read_the_counts_and_why_an_entry_was_not_taken(
    run: Run, portal: CkanPortal
) -> None:
    portal.offer(*portal.packages, package("p4", "Data Rujukan"))
    run("harvest", portal.at(""))
    portal.packages.pop()
    shown = run("harvest", portal.at(""))
    assert shown.exit_code == 0
    assert "3: left_out: Data Draf: Belum atau tidak lagi terbit di portal" in shown.stdout
    assert '4: refused: ***: Judul "***" tidak menamai apa pun' in shown.stdout
    assert "gone: data-rujukan: still watched" in shown.stdout
    paused = run("harvest", portal.at(""), "--retire-missing")
    assert "gone: data-rujukan: paused" in paused.stdout


def test_what_was_harvested_can_be_looked_at_at_once(run: Run, portal: CkanPortal) -> None:
    run("harvest", portal.at(""), "--agreed", "2025-08-01")
    watcher = watcher_of(app.open_context(read_settings()))
    swept = sweep(watcher)
    watcher.fetcher.close()
    assert (swept.looked, swept.changed, swept.failed) == (2, 2, 0)
    (owed,) = [
        each
        for each in answer(run("ledger", "kunjungan-puskesmas", "--json"))["obligations"]
        if each["period"] == "2025-07"
    ]
    assert owed["state"] == "FULFILLED"


def test_a_dry_run_writes_nothing(run: Run, portal: CkanPortal) -> None:
    shown = run("harvest", portal.at(""), "--dry-run")
    assert "1: created: Kunjungan Puskesmas" in shown.stdout
    assert datasets(run) == []


def test_a_data_json_is_told_by_its_address_or_named(run: Run, portal: CkanPortal) -> None:
    portal.pages["/data.json"] = portal.pages["/katalog"] = {"dataset": [entry()]}
    assert answer(run("harvest", portal.at("/data.json"), "--json"))["kind"] == "data_json"
    named = answer(run("harvest", portal.at("/katalog"), "--kind", "data_json", "--json"))
    assert (named["refused"], named["kind"]) == (1, "data_json")
    assert "Sudah diambil dari portal lain" in named["verdicts"][0]["reason"]


def test_a_failed_page_is_an_alarm_of_one_line(run: Run, portal: CkanPortal) -> None:
    portal.offer(*(package(f"p{n:02}", f"Data ke {n}") for n in range(20)))
    portal.fails_from = 10
    line = one_line(run("harvest", portal.at(""), "--json"), 1)
    assert "after 10 of 20 entries" in line
    assert "nothing was written" in line
    assert "HTTP 500" in line
    assert datasets(run) == []


def test_an_empty_portal_is_an_alarm(run: Run, portal: CkanPortal) -> None:
    portal.offer()
    assert "offers no dataset at all" in one_line(run("harvest", portal.at("")), 1)


def test_a_portal_that_shrank_is_an_alarm_until_somebody_believes_it(
    run: Run, portal: CkanPortal
) -> None:
    portal.offer(*(package(f"p{n:02}", f"Data ke {n}") for n in range(9)))
    run("harvest", portal.at(""))
    portal.offer(*portal.packages[:4])
    line = one_line(run("harvest", portal.at(""), "--retire-missing"), 1)
    assert "offers 4 datasets and offered 9 at the last harvest" in line
    assert len(datasets(run)) == 9
    believed = answer(run("harvest", portal.at(""), "--accept-shrink", "--json"))
    assert len(believed["gone"]) == 5


def test_a_portal_that_moved_is_named_by_its_old_address(run: Run, portal: CkanPortal) -> None:
    portal.pages["/data.json"] = portal.pages["/baru/data.json"] = {"dataset": [entry()]}
    run("harvest", portal.at("/data.json"))
    moved = ("harvest", portal.at("/baru/data.json"), "--json", "--moved-from")
    assert "Not a valid address" in one_line(run(*moved, "lama"), 2)
    assert "nothing was harvested from there" in one_line(run(*moved, portal.at("/x.json")), 1)
    found = answer(run(*moved, portal.at("/data.json")))
    assert (found["created"], found["unchanged"]) == (0, 1)


def test_a_server_that_is_no_portal_is_an_alarm(run: Run, portal: CkanPortal) -> None:
    portal.pages["/api/3/action/package_search"] = (404, {}, b"none")
    assert "HTTP 404" in one_line(run("harvest", portal.at("")), 1)
    portal.pages["/api/3/action/package_search"] = b"<html>Masuk</html>"
    assert "a web page" in one_line(run("harvest", portal.at("")), 1)


def test_an_address_that_cannot_be_asked_is_wrong_usage(run: Run, portal: CkanPortal) -> None:
    assert "Not a valid address" in one_line(run("harvest", "data.kota.example"), 2)
    with SampleServer() as inner:
        line = one_line(run("harvest", inner.at("")), 2)
        assert inner.asked == []
    assert "MUTAKHIR_ALLOWED_HOSTS" in line
    assert run("harvest", portal.at(""), "--kind", "xml").exit_code == 2
