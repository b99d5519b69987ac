"""The command line as scripts rely on it: JSON names, exit codes, one clear line for bad input."""

import json
import os
import re
import socket
import sqlite3
import stat
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import app
from catalog.settings import PREFIX

AGENCIES = "kode,nama,singkatan,jenis,email\n1.02,Dinas Kesehatan,Dinkes,dinas,dinkes@a.example\n"
DATASETS = (
    "opd,judul,periode_data,jadwal_rilis\n"
    "Dinkes,Kunjungan Rawat Jalan,Bulanan,10 hari\n"
    "Dinkes,Tenaga Kesehatan,Tahunan,Maret n+1\n"
)
Run = Callable[..., Result]


@pytest.fixture
def run(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Run a command in an installation of its own, on 29 August 2025."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MUTAKHIR_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("MUTAKHIR_NOW", "2025-08-29T08:00:00+07:00")
    yield lambda *words: CliRunner().invoke(app.cli, [str(word) for word in words])


def refused(result: Result) -> str:
    """Return the one line of a refusal; anything else on the way fails the test."""
    assert result.exit_code == 2, result.output
    assert "Traceback" not in result.output
    lines = result.stderr.strip().splitlines()
    assert len(lines) == 1, lines
    assert lines[0].startswith("mutakhir: ")
    return lines[0]


@pytest.fixture
def loaded(run: Run, tmp_path: Path) -> Path:
    """Two promises of one agency, agreed on 1 January 2025."""
    (tmp_path / "agencies.csv").write_text(AGENCIES)
    (tmp_path / "datasets.csv").write_text(DATASETS)
    result = run("load", "agencies.csv", "datasets.csv", "--agreed", "2025-01-01", "--json")
    assert result.exit_code == 0, result.output
    return tmp_path


def test_load_answers_with_the_names_of_the_contract(run: Run, loaded: Path) -> None:
    again = json.loads(
        run("load", "agencies.csv", "datasets.csv", "--agreed", "2025-01-01", "--json").stdout
    )
    assert (again["rows"], again["created"], again["unchanged"]) == (3, 0, 3)
    assert again["scheduled"] == 2
    assert {"updated", "refused", "unscheduled", "unpublished"} <= set(again)
    assert set(again["verdicts"][0]) == {"file", "row", "verdict", "reason"}


def test_the_ledger_names_every_bound_of_an_obligation(run: Run, loaded: Path) -> None:
    answer = json.loads(run("ledger", "tenaga-kesehatan", "--json").stdout)
    first = answer["obligations"][0]
    assert first["period"] == "2024"
    assert (first["start"], first["end"]) == ("2024-01-01", "2025-01-01")
    assert first["due_date"] == "2025-04-08"
    assert first["due_at"] == "2025-04-08T17:00:00Z"
    assert first["state"] == "UNOBSERVED"
    assert {"grace_at", "arrears_at", "fulfilled_at", "timing", "evidence", "score"} <= set(first)


def test_status_says_how_every_dataset_stands(run: Run, loaded: Path) -> None:
    answer = json.loads(run("status", "--as-of", "2025-08-29T00:00+07:00", "--json").stdout)
    assert answer["as_of"] == "2025-08-28T17:00:00Z"
    assert {d["dataset"]: d["state"] for d in answer["datasets"]} == {
        "kunjungan-rawat-jalan": "UNOBSERVED",
        "tenaga-kesehatan": "UNOBSERVED",
    }
    assert answer["datasets"][1]["missing"] == ["2024"]
    assert run("status").exit_code == 0


def test_status_can_be_narrowed_to_an_agency_and_a_state(run: Run, loaded: Path) -> None:
    narrowed = json.loads(run("status", "--opd", "dinkes", "--state", "late", "--json").stdout)
    assert len(narrowed["agencies"]) == 1
    assert narrowed["datasets"] == []
    assert "no agency is called" in refused(run("status", "--opd", "Dinas Entah"))


def test_an_unknown_dataset_is_refused_with_the_near_name(run: Run, loaded: Path) -> None:
    assert "near: tenaga-kesehatan" in refused(run("ledger", "tenaga-kesehatn"))


def test_the_doctor_finds_a_database_that_does_not_answer(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUTAKHIR_DATABASE_URL", "postgresql://nobody@127.0.0.1:1/mutakhir")
    result = run("doctor", "--json")
    assert result.exit_code == 1, result.output
    [sign] = json.loads(result.stdout)["signs"]
    assert (sign["what"], sign["well"]) == ("database", False)


@pytest.mark.parametrize("until", ["2025-08-29T20:00", "2025-08-29 20:00", "2025-08-29T13:00Z"])
def test_a_time_without_a_zone_is_that_of_the_city(run: Run, until: str) -> None:
    added = run("maintenance", "add", "a.example:443", "--to", until, "--reason", "listrik")
    assert added.exit_code == 0, added.output
    assert "2025-08-29T13:00" in run("maintenance", "list", "--json").stdout


def test_a_dry_run_prints_verdicts_and_writes_nothing(run: Run, tmp_path: Path) -> None:
    (tmp_path / "agencies.csv").write_text(AGENCIES)
    assert "created" in run("load", "agencies.csv", "--dry-run").stdout
    again = json.loads(run("load", "agencies.csv", "--json").stdout)
    assert again["created"] == 1


def test_validate_exits_with_1_when_the_file_is_bad(run: Run, tmp_path: Path) -> None:
    (tmp_path / "good.csv").write_text("tahun,jumlah\n2024,5\n2025,7\n")
    (tmp_path / "bad.csv").write_text("tahun,jumlah\n2024,5\n2025,banyak\n")
    schema = {"fields": [{"name": "tahun", "type": "year"}, {"name": "jumlah", "type": "integer"}]}
    (tmp_path / "schema.json").write_text(json.dumps(schema))
    good = run("validate", "good.csv", "--schema", "schema.json", "--json")
    assert (good.exit_code, json.loads(good.stdout)["valid"]) == (0, True)
    bad = run("validate", "bad.csv", "--schema", "schema.json", "--json")
    answer = json.loads(bad.stdout)
    assert (bad.exit_code, answer["counts"]) == (1, {"type-error": 1})
    finding = answer["findings"][0]
    assert (finding["row"], finding["field"], finding["cell"]) == (3, "jumlah", "banyak")
    assert "schema nowhere.json is not there" in refused(
        run("validate", "good.csv", "--schema", "nowhere.json")
    )


def test_read_shows_every_decision_and_writes_clean_csv(run: Run, tmp_path: Path) -> None:
    text = (
        "\ufeffTabel 1. Harga\r\n;\r\nbulan;harga\r\nJanuari 2025;1.234,5\r\nFebruari 2025;99,5\r\n"
    )
    (tmp_path / "harga.csv").write_text(text, encoding="utf-8", newline="")
    answer = json.loads(run("read", "harga.csv", "--json").stdout)
    assert answer["header"] == ["bulan", "harga"]
    assert (answer["n_rows"], answer["newest_period"]) == (2, "2025-02")
    clean = run("read", "harga.csv", "--csv").stdout.splitlines()
    assert clean[:2] == ["bulan,harga", "Januari 2025,1234.5"]


@pytest.mark.parametrize("command", ["load", "read", "validate"])
def test_a_missing_file_is_one_clear_line(run: Run, command: str) -> None:
    assert "nowhere.csv is not there" in refused(run(command, "nowhere.csv"))


BAD_FILES = {
    "empty.csv": b"",
    "photo.csv": b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 8,
    "wide.csv": (
        ",".join(f"k{n}" for n in range(200)) + "\n" + ",".join("1" * 200) + "\n"
    ).encode(),
}


@pytest.mark.parametrize("name", BAD_FILES)
def test_a_file_that_cannot_be_loaded_is_refused_and_nothing_is_written(
    run: Run, tmp_path: Path, sqlite_url: str, name: str
) -> None:
    (tmp_path / name).write_bytes(BAD_FILES[name])
    assert name in refused(run("load", name))
    with sqlite3.connect(sqlite_url.removeprefix("sqlite:///")) as database:
        assert database.execute("SELECT count(*) FROM agency").fetchone() == (0,)
        assert database.execute("SELECT count(*) FROM dataset").fetchone() == (0,)


BAD_ROWS = {
    "an unknown cadence": ("Dinkes,Data Aneh,Kadang-kadang,10 hari\n", "Kadang-kadang"),
    "an unknown agency": ("Dinkez,Data Aneh,Bulanan,10 hari\n", "Dinkez"),
    "no title": ("Dinkes,,Bulanan,10 hari\n", "judul"),
}


@pytest.mark.parametrize("case", BAD_ROWS)
def test_a_bad_row_is_refused_with_its_line_and_stops_no_other(
    run: Run, loaded: Path, case: str
) -> None:
    row, named = BAD_ROWS[case]
    more = DATASETS.splitlines()[0] + "\n" + row + "Dinkes,Imunisasi,Bulanan,10 hari\n"
    (loaded / "more.csv").write_text(more)
    report = json.loads(run("load", "more.csv", "--json").stdout)
    assert (report["refused"], report["created"]) == (1, 1)
    verdict = next(v for v in report["verdicts"] if v["verdict"] == "refused")
    assert verdict["row"] == 2
    assert named.casefold() in verdict["reason"].casefold()


def test_a_date_out_of_range_is_refused(run: Run, loaded: Path) -> None:
    text = "opd,judul,periode_data,terdaftar\nDinkes,Data Kuno,Bulanan,1025-01-01\n"
    (loaded / "old.csv").write_text(text)
    report = json.loads(run("load", "old.csv", "--json").stdout)
    assert report["refused"] == 1
    assert "1025" in report["verdicts"][0]["reason"]


def test_a_dataset_listed_twice_is_kept_once(run: Run, loaded: Path) -> None:
    (loaded / "twice.csv").write_text(DATASETS + DATASETS.splitlines()[1] + "\n")
    report = json.loads(run("load", "twice.csv", "--json").stdout)
    assert (report["created"], report["refused"], report["n_identities_shared"]) == (0, 0, 1)


def test_a_wrong_setting_is_refused_by_its_name(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MUTAKHIR_DATABSE_URL", "sqlite:///x.db")
    line = refused(run("status"))
    assert "MUTAKHIR_DATABSE_URL" in line
    assert "MUTAKHIR_DATABASE_URL" in line
    monkeypatch.delenv("MUTAKHIR_DATABSE_URL")
    monkeypatch.setenv("MUTAKHIR_TICK_SECONDS", "sering")
    assert "MUTAKHIR_TICK_SECONDS" in refused(run("status"))
    monkeypatch.delenv("MUTAKHIR_TICK_SECONDS")
    monkeypatch.setenv("MUTAKHIR_ZONE", "Asia/Batu")
    assert "MUTAKHIR_ZONE" in refused(run("status"))


def test_production_refuses_a_false_clock_and_a_default_secret(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MUTAKHIR_MODE", "production")
    assert "MUTAKHIR_NOW" in refused(run("status"))
    monkeypatch.delenv("MUTAKHIR_NOW")
    assert "MUTAKHIR_SECRET_KEY" in refused(run("serve"))


def test_a_database_that_cannot_be_written_is_one_clear_line(
    run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "notes.db").write_text("notes, and no database " * 99)
    monkeypatch.setenv("MUTAKHIR_DATABASE_URL", f"sqlite:///{tmp_path}/notes.db")
    assert "not a database" in refused(run("init"))
    monkeypatch.setenv("MUTAKHIR_DATABASE_URL", "mysql://localhost/x")
    assert "mysql" in refused(run("init"))
    monkeypatch.setenv("MUTAKHIR_DATABASE_URL", "sqlite:////proc/nowhere/x.db")
    refused(run("init"))


def test_a_read_only_database_is_one_clear_line(
    run: Run, loaded: Path, sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    if os.geteuid() == 0:
        monkeypatch.setenv(
            "MUTAKHIR_DATABASE_URL",
            f"{sqlite_url}?mode=ro&uri=true".replace("sqlite:///", "sqlite:///file:"),
        )
    else:
        Path(sqlite_url.removeprefix("sqlite:///")).chmod(stat.S_IRUSR)
    (loaded / "more.csv").write_text(
        AGENCIES.replace("Kesehatan", "Sosial").replace("1.02", "1.06")
    )
    assert "readonly" in refused(run("load", "more.csv"))


def test_a_port_that_is_taken_is_refused(run: Run) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        assert f"port {port}" in refused(run("serve", "--port", port))
        assert f"port {port}" in refused(run("demo", "--port", port))


def test_wrong_usage_ends_with_2(run: Run) -> None:
    assert run("load").exit_code == 2
    assert run("ledgr").exit_code == 2
    assert run("status", "--as-of", "kemarin").exit_code == 2


def test_a_sweep_of_nothing_reports_nothing(run: Run) -> None:
    report = json.loads(run("sweep", "--all", "--json").stdout)
    assert {"looked", "changed", "failed", "quarantined", "states", "checks"} <= set(report)
    assert report["looked"] == 0


def test_notify_says_what_is_planned_and_sends_nothing_without_a_relay(
    run: Run, loaded: Path
) -> None:
    told = json.loads(run("notify", "--json").stdout)
    assert told["sent"] is None
    dry = json.loads(run("notify", "--dry-run", "--json").stdout)
    assert dry["sent"] is None
    lines = run("notify").stdout.splitlines()
    assert re.match(r"planned \d+ notices", lines[0])
    assert "nothing sent: no relay is set, see MUTAKHIR_SMTP_URL" in lines
    assert re.match(r"in the outbox: \d+ notices waiting", lines[-1])
    assert not any("Planned(" in line or "<" in line for line in lines)
    assert "nothing was written or sent (dry run)" in run("notify", "--dry-run").stdout


def test_a_backup_is_taken_back_as_it_was(
    run: Run, loaded: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = run("ledger", "--json").stdout
    assert run("backup", "kept.tar.gz").exit_code == 0
    assert "is not empty" in refused(run("restore", "kept.tar.gz"))
    monkeypatch.setenv("MUTAKHIR_DATABASE_URL", f"sqlite:///{loaded}/new/mutakhir.db")
    monkeypatch.setenv("MUTAKHIR_ORIGINALS_DIR", f"{loaded}/new/originals")
    (loaded / "broken.tar.gz").write_bytes((loaded / "kept.tar.gz").read_bytes()[:900])
    assert "no backup" in refused(run("restore", "broken.tar.gz"))
    assert run("restore", "kept.tar.gz").exit_code == 0
    assert run("ledger", "--json").stdout == before


def test_the_doctor_says_what_is_not_well(run: Run, loaded: Path) -> None:
    result = run("doctor", "--json")
    signs = {sign["what"]: sign["well"] for sign in json.loads(result.stdout)["signs"]}
    assert result.exit_code == 1
    assert signs["schema"]
    assert signs["holidays"]
    assert not signs["watcher"]
