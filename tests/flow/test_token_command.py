"""From the daftar data to a kept promise: load a push source, make its token, push with it."""

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

import app
from catalog.settings import PREFIX, read_settings

DATASETS = (
    "opd,judul,periode_data,jadwal_rilis,sumber,alamat,opsi\n"
    "Dinkes,Kunjungan Rawat Jalan,Bulanan,10 hari,kiriman aplikasi,,\n"
    'Dinkes,Izin Terbit,Harian,Harian,sicantik,,"{""halaman"": ""nomor""}"\n'
    "Dinkes,Realisasi PAD,Harian,Harian,PAD online,,\n"
)
BODY = b"bulan,kunjungan\n2025-06,120\n2025-07,131\n"
Run = Callable[..., Result]


@pytest.fixture
def run(sqlite_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Run]:
    """Run a command in an installation of its own, on 8 August 2025, its daftar data loaded."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("MUTAKHIR_DATABASE_URL", sqlite_url)
    monkeypatch.setenv("MUTAKHIR_NOW", "2025-08-08T08:00:00+07:00")
    monkeypatch.setenv("MUTAKHIR_BASE_URL", "https://data.sukamaju.example")
    (tmp_path / "datasets.csv").write_text(DATASETS)
    yield lambda *words: CliRunner().invoke(app.cli, [str(word) for word in words])


def test_a_wrong_source_is_refused_with_its_row_and_the_rest_is_loaded(run: Run) -> None:
    result = run("load", "datasets.csv", "--agreed", "2025-07-01", "--json")
    assert result.exit_code == 0, result.output
    said = json.loads(result.stdout)
    assert (said["created"], said["refused"]) == (2, 1)
    (refused,) = [v for v in said["verdicts"] if v["verdict"] == "refused"]
    assert (refused["file"], refused["row"]) == ("datasets.csv", 3)
    assert "<id>" in refused["reason"]


def test_a_token_is_made_shown_once_used_and_revoked(run: Run) -> None:
    run("load", "datasets.csv", "--agreed", "2025-07-01")
    made = json.loads(run("token", "kunjungan-rawat-jalan", "--json").stdout)
    assert made["address"] == (
        "https://data.sukamaju.example/api/1/datasets/kunjungan-rawat-jalan/data"
    )
    assert made["is_replacement"] is False
    client = app.create_app(read_settings()).test_client()
    path = made["address"].removeprefix("https://data.sukamaju.example")

    def push(token: str) -> int:
        return client.put(path, data=BODY, headers={"Authorization": f"Bearer {token}"}).status_code

    assert push(made["token"]) == 201
    ledger = json.loads(run("ledger", "kunjungan-rawat-jalan", "--json").stdout)
    july = next(o for o in ledger["obligations"] if o["period"] == "2025-07")
    assert july["fulfilled_at"] == "2025-08-08T01:00:00Z"

    shown = run("token", "kunjungan-rawat-jalan").stdout
    assert "curl -T" in shown and "the one before it has ended" in shown
    fresh = next(word for word in shown.split() if word.startswith("mtk_"))
    assert (push(made["token"]), push(fresh)) == (401, 200)
    assert "is revoked" in run("token", "kunjungan-rawat-jalan", "--revoke").stdout
    assert push(fresh) == 401


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("token", "tidak-ada"), "there is no dataset 'tidak-ada'"),
        (("token", "realisasi-pad", "--revoke"), "has no token"),
    ],
)
def test_what_has_no_token_is_refused_in_one_line(
    run: Run, words: tuple[str, ...], said: str
) -> None:
    run("load", "datasets.csv", "--agreed", "2025-07-01")
    result = run(*words)
    assert result.exit_code == 2
    assert said in result.stderr
    assert len(result.stderr.strip().splitlines()) == 1
