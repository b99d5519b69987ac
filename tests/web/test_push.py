"""An application pushes with its token: taken in, held or refused, for its own dataset alone."""

import io
import json
import logging
import threading
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from flask.testing import FlaskClient
from sqlalchemy import Engine, select
from werkzeug.test import TestResponse

from app import create_app
from catalog import models
from catalog.context import EXTENSION, Context
from catalog.models import SourceKind, VersionStatus
from catalog.models.db import reading, unit_of_work
from catalog.rules.terms import Headline, State
from catalog.settings import Mode, Settings
from checks.desk import push as door
from checks.judge import tick
from checks.look import decide
from checks.looking.tokens import NoToken, issue, revoke
from tests.flow.world import Feed, World, new_world, wib

#: bulanan 2025-03 is due 10 April, late from 18 April.
NOW = wib("2025-04-09 09:00")
HEAD = "bulan,kunjungan\n"
FEB, MAR = "2025-02,131\n", "2025-03,128\n"
PLACES = "kecamatan,jumlah\nUtara,1\nSelatan,2\n"


class Doorway:
    """A city behind a web application whose clock is set by hand, and one pushed dataset."""

    def __init__(self, world: World, url: str, folder: Path) -> None:
        self.world = world
        self.now = NOW
        self.dataset, self.source = self.promise()
        settings = Settings(
            database_url=url,
            originals_dir=folder / "originals",
            secret_key="satu-rahasia-untuk-uji-yang-cukup-panjang",
            mode=Mode.REHEARSAL,
        )
        self.app = create_app(settings, lambda: self.now)
        self.client: FlaskClient = self.app.test_client()
        self.token = self.issue("data-1")

    def promise(self, kind: SourceKind = SourceKind.PUSH) -> tuple[int, int]:
        made = self.world.promise(None, kind=kind, agreed_on=date(2025, 3, 20))
        self.world.extend(wib("2025-05-10 00:00"))
        return made

    def issue(self, slug: str) -> str:
        with unit_of_work(self.world.engine) as session:
            return issue(session, slug, "uji", self.now).token

    def push(
        self,
        body: str | bytes,
        *,
        token: str | None = None,
        slug: str = "data-1",
        method: str = "PUT",
        query: str = "",
        **headers: str,
    ) -> TestResponse:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        named.setdefault("Authorization", f"Bearer {token or self.token}")
        return self.client.open(
            f"/api/1/datasets/{slug}/data{query}",
            method=method,
            data=body.encode() if isinstance(body, str) else body,
            headers=named,
        )

    def close(self) -> None:
        context: Context = self.app.extensions[EXTENSION]
        context.engine.dispose()
        context.reading_engine.dispose()


@pytest.fixture
def feed() -> Iterator[Feed]:
    feed = Feed()
    yield feed
    feed.close()


def _doorway(engine: Engine, url: str, folder: Path, feed: Feed) -> Iterator[Doorway]:
    world = new_world(engine, folder, feed, lambda: NOW)
    doorway = Doorway(world, url, folder)
    yield doorway
    doorway.close()
    world.watcher.fetcher.close()


@pytest.fixture
def doorway(engine: Engine, database_url: str, tmp_path: Path, feed: Feed) -> Iterator[Doorway]:
    yield from _doorway(engine, database_url, tmp_path, feed)


@pytest.fixture
def quick(sqlite_engine: Engine, sqlite_url: str, tmp_path: Path, feed: Feed) -> Iterator[Doorway]:
    """The same on SQLite alone, for what does not touch the database's ways."""
    yield from _doorway(sqlite_engine, sqlite_url, tmp_path, feed)


def problem(response: TestResponse, status: int, code: str) -> dict[str, Any]:
    """Return the problem document of a refusal; anything else fails the test."""
    assert response.status_code == status, response.get_data(as_text=True)
    assert response.mimetype == "application/problem+json"
    said = json.loads(response.data)
    assert (said["status"], said["code"]) == (status, code)
    assert said["title"] and said["detail"].endswith(".") and said["do"].endswith(".")
    return said  # type: ignore[no-any-return]


def n_versions(doorway: Doorway) -> int:
    return len(doorway.world.versions(doorway.dataset))


@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_what_is_pushed_counts_from_its_own_instant(doorway: Doorway, method: str) -> None:
    response = doorway.push(HEAD + FEB + MAR, method=method, Content_Type="text/csv")
    assert response.status_code == 201
    said = json.loads(response.data)
    assert (said["verdict"], said["is_new"], said["version"]) == ("accepted", True, 1)
    assert (said["n_rows"], said["newest_period"], said["closed"]) == (2, "2025-03", ["2025-03"])
    assert said["received_at"] == "2025-04-09T02:00:00Z"
    closing = doorway.world.closings(doorway.dataset)["2025-03"]
    assert (closing.at, closing.timing_observed) == (NOW, True)
    (version,) = doorway.world.versions(doorway.dataset)
    assert (version.source_id, version.status) == (doorway.source, VersionStatus.ACCEPTED)
    with doorway.world.watcher.originals.open(version.blob) as original:
        assert original.read() == (HEAD + FEB + MAR).encode()
    (check,) = doorway.world.checks(doorway.dataset)
    assert (check.source_id, check.conclusive) == (doorway.source, True)
    with reading(doorway.world.engine) as session:
        entry = session.execute(select(models.AuditEntry)).scalars().all()[-1]
    assert (entry.action, entry.actor) == ("push", f"source/{doorway.source}")


def test_the_same_bytes_twice_are_one_version(doorway: Doorway) -> None:
    first = json.loads(doorway.push(HEAD + MAR).data)
    doorway.now += timedelta(minutes=5)
    again = doorway.push(HEAD + MAR)
    assert again.status_code == 200
    said = json.loads(again.data)
    assert (said["verdict"], said["is_new"], said["version"]) == ("accepted", False, 1)
    assert first["version"] == 1
    assert n_versions(doorway) == 1
    assert list(doorway.world.closings(doorway.dataset)) == ["2025-03"]


def test_a_doubtful_push_waits_for_walidata_and_stops_the_agencys_clock(doorway: Doorway) -> None:
    many = HEAD + "".join(f"2025-02,{n}\n" for n in range(40))
    few = HEAD + "".join(f"2025-03,{n}\n" for n in range(10))
    doorway.push(many)
    doorway.now = wib("2025-04-16 08:00")
    response = doorway.push(few)
    assert response.status_code == 202
    said = json.loads(response.data)
    assert (said["verdict"], said["closed"]) == ("held", [])
    assert said["reason"] and said["findings"][0]["do"]
    held = doorway.world.versions(doorway.dataset)[-1]
    assert (held.status, held.sent_for_review) == (VersionStatus.IN_REVIEW, True)
    again = json.loads(doorway.push(few).data)
    assert (again["verdict"], again["version"]) == ("held", held.number)
    later = wib("2025-05-02 08:00")
    done = decide(doorway.world.watcher, held.id or 0, True, "walidata", "memang sedikit", later)
    assert done.closed == ("2025-03",)
    assert doorway.world.closings(doorway.dataset)["2025-03"].at == wib("2025-04-16 08:00")
    assert json.loads(doorway.push(few).data)["verdict"] == "accepted"


@pytest.mark.parametrize(
    "body",
    [b"<!doctype html><html><body>Silakan masuk</body></html>", bytes(range(256)) * 20],
    ids=["web page", "binary"],
)
def test_what_is_no_table_is_refused_with_where_found_expected_and_what_to_do(
    quick: Doorway, body: bytes
) -> None:
    said = problem(quick.push(body), 422, "refused")
    assert said["verdict"] == "refused"
    finding = said["findings"][0]
    assert {"where", "found", "expected", "do"} <= set(finding)
    assert finding["where"] and finding["expected"] and finding["do"]
    assert quick.world.closings(quick.dataset) == {}


def test_personal_data_are_held_back_and_not_repeated_in_the_answer(quick: Doorway) -> None:
    people = "".join(f"35790145069000{n:02},Warga {n},2025-03\n" for n in range(10, 30))
    response = quick.push(f"nik,nama,bulan\n{people}")
    assert response.status_code == 202
    assert json.loads(response.data)["findings"]
    assert "3579014506900" not in response.get_data(as_text=True)


def test_nothing_at_all_is_refused_and_leaves_nothing(quick: Doorway) -> None:
    problem(quick.push(b""), 422, "empty")
    assert quick.world.checks(quick.dataset) == []


SPOILED: dict[str, Callable[[str], str]] = {
    "nothing": lambda t: "",
    "no scheme": lambda t: t,
    "another scheme": lambda t: f"Basic {t}",
    "cut": lambda t: f"Bearer {t[:-1]}",
    "longer": lambda t: f"Bearer {t}x",
    "another secret": lambda t: f"Bearer {t[:-3]}AAA",
    "another source": lambda t: "Bearer " + t.replace("mtk_1_", "mtk_2_"),
    "a large number": lambda t: "Bearer " + t.replace("mtk_1_", f"mtk_{'9' * 9}_"),
    "a huge number": lambda t: "Bearer " + t.replace("mtk_1_", f"mtk_{'9' * 18}_"),
    "made up": lambda t: "Bearer omong-kosong",
    "endless": lambda t: "Bearer " + "x" * 5000,
    "not ascii": lambda t: "Bearer " + t[:-1] + "é",
}


@pytest.mark.parametrize("spoil", SPOILED.values(), ids=SPOILED.keys())
def test_a_token_we_did_not_make_opens_nothing(quick: Doorway, spoil: Callable[[str], str]) -> None:
    quick.promise()
    response = quick.push(HEAD + MAR, Authorization=spoil(quick.token))
    problem(response, 401, "no-token")
    assert response.headers["WWW-Authenticate"].startswith("Bearer")
    assert n_versions(quick) == 0


def test_a_token_with_any_number_is_compared_and_never_breaks_the_database(
    doorway: Doorway,
) -> None:
    for number in ("0", "2", "9" * 9, "9" * 18):
        forged = doorway.token.replace("mtk_1_", f"mtk_{number}_")
        problem(doorway.push(HEAD + MAR, token=forged), 401, "no-token")


def test_a_revoked_and_a_replaced_token_open_nothing_any_more(quick: Doorway) -> None:
    fresh = quick.issue("data-1")
    problem(quick.push(HEAD + MAR), 401, "no-token")
    assert quick.push(HEAD + MAR, token=fresh).status_code == 201
    with unit_of_work(quick.world.engine) as session:
        revoke(session, "data-1", "uji", NOW)
    problem(quick.push(HEAD + MAR, token=fresh), 401, "no-token")
    with (
        pytest.raises(NoToken, match="has no token"),
        unit_of_work(quick.world.engine) as session,
    ):
        revoke(session, "data-1", "uji", NOW)


def test_a_token_ends_when_its_source_is_no_longer_a_push(quick: Doorway) -> None:
    with unit_of_work(quick.world.engine) as session:
        session.get_one(models.Source, quick.source).kind = SourceKind.HTTP_FILE
    problem(quick.push(HEAD + MAR), 401, "no-token")


def test_a_token_is_for_its_own_dataset_alone(quick: Doorway) -> None:
    other, _ = quick.promise()
    said = problem(quick.push(HEAD + MAR, slug="data-2"), 403, "other-dataset")
    assert "data-1" in said["do"]
    problem(quick.push(HEAD + MAR, slug="data-99"), 404, "no-dataset")
    assert quick.world.versions(other) == [] and n_versions(quick) == 0


def test_a_paused_source_and_a_retired_dataset_take_nothing(quick: Doorway) -> None:
    with unit_of_work(quick.world.engine) as session:
        session.get_one(models.Source, quick.source).paused_reason = "aplikasi dipindahkan"
    said = problem(quick.push(HEAD + MAR), 403, "stopped")
    assert "aplikasi dipindahkan" in said["detail"]
    with unit_of_work(quick.world.engine) as session:
        session.get_one(models.Source, quick.source).paused_reason = None
        session.get_one(models.Dataset, quick.dataset).retired_on = date(2025, 4, 9)
    problem(quick.push(HEAD + MAR), 403, "stopped")
    assert n_versions(quick) == 0


@pytest.mark.parametrize("is_chunked", [False, True])
def test_a_body_over_the_limit_is_refused(quick: Doorway, is_chunked: bool) -> None:
    quick.app.config["MAX_CONTENT_LENGTH"] = 2000
    body = (HEAD + MAR * 300).encode()
    response = quick.client.put(
        "/api/1/datasets/data-1/data",
        headers={"Authorization": f"Bearer {quick.token}"},
        input_stream=io.BytesIO(body),
        content_length=None if is_chunked else len(body),
        environ_overrides={"wsgi.input_terminated": True} if is_chunked else {},
    )
    problem(response, 413, "too-large")
    assert n_versions(quick) == 0


@pytest.mark.parametrize(
    "headers",
    [
        {"Content_Type": "multipart/form-data; boundary=x"},
        {"Content_Type": "application/x-www-form-urlencoded"},
        {"Content_Type": "image/png"},
        {"Content_Type": "text/csv", "Content_Encoding": "gzip"},
    ],
)
def test_what_is_no_file_as_it_is_is_refused_by_its_type(
    quick: Doorway, headers: dict[str, str]
) -> None:
    assert "text/csv" in problem(quick.push(HEAD + MAR, **headers), 415, "no-table-type")["do"]


def test_a_period_may_be_named_for_a_table_without_times(quick: Doorway) -> None:
    said = json.loads(quick.push(PLACES, query="?periode=2025-03").data)
    assert said["closed"] == ["2025-03"]
    (version,) = quick.world.versions(quick.dataset)
    assert version.declared_period == "2025-03"


def test_a_period_that_the_cadence_does_not_have_is_refused(quick: Doorway) -> None:
    said = problem(quick.push(PLACES, query="?periode=2025-Q1"), 422, "unknown-period")
    assert "2025-Q1" in said["detail"] and "contoh" in said["detail"]
    assert quick.world.checks(quick.dataset) == []


def test_the_name_and_the_type_tell_how_the_bytes_are_read(quick: Doorway) -> None:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in (["bulan", "kunjungan"], ["2025-03", 128]):
        sheet.append(row)
    body = io.BytesIO()
    book.save(body)
    named = {"Content_Disposition": 'attachment; filename="../../x/laporan.xlsx"'}
    assert quick.push(body.getvalue(), **named).status_code == 201
    records = json.dumps([{"bulan": "2025-03", "kunjungan": 129}])
    assert quick.push(records, Content_Type="application/json").status_code == 201
    versions = quick.world.versions(quick.dataset)
    assert [v.file_name for v in versions] == ["laporan.xlsx", "kiriman"]
    assert [v.n_rows for v in versions] == [1, 1]
    assert versions[1].media_type == "application/json"


def test_a_source_that_pushes_too_often_is_asked_to_wait(doorway: Doorway) -> None:
    doorway.promise()
    other = doorway.issue("data-2")
    for n in range(door.MOST_A_MINUTE):
        assert doorway.push(f"{HEAD}2025-03,{100 + n}\n").status_code == 201
        doorway.now += timedelta(seconds=2)
    response = doorway.push(HEAD + MAR)
    problem(response, 429, "too-often")
    wait = int(response.headers["Retry-After"])
    assert wait == 41
    assert doorway.push(HEAD + MAR, slug="data-2", token=other).status_code == 201
    doorway.now += timedelta(seconds=wait)
    assert doorway.push(HEAD + MAR).status_code == 201


def test_one_push_of_a_source_is_read_at_a_time(quick: Doorway) -> None:
    reading_on, may_end = threading.Event(), threading.Event()

    class Slow(io.BytesIO):
        def readinto(self, buffer: Any) -> int:
            reading_on.set()
            may_end.wait(10)
            return super().readinto(buffer)

    answers: list[int] = []
    body = (HEAD + MAR).encode()

    def first() -> None:
        response = quick.app.test_client().put(
            "/api/1/datasets/data-1/data",
            headers={"Authorization": f"Bearer {quick.token}"},
            input_stream=Slow(body),
            content_length=len(body),
        )
        answers.append(response.status_code)

    thread = threading.Thread(target=first)
    thread.start()
    assert reading_on.wait(10)
    problem(quick.push(HEAD + FEB), 429, "too-often")
    may_end.set()
    thread.join()
    assert answers == [201]
    assert quick.push(HEAD + FEB).status_code == 201


def test_a_token_is_kept_as_a_hash_and_never_written_to_a_log(
    quick: Doorway, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    quick.push(HEAD + MAR)
    quick.push(b"<html></html>")
    secret = quick.token.rpartition("_")[2]
    with reading(quick.world.engine) as session:
        source = session.get_one(models.Source, quick.source)
        entries = session.execute(select(models.AuditEntry)).scalars().all()
    assert source.token_hash is not None and len(source.token_hash) == 64
    kept = f"{source!r} {[entry.model_dump() for entry in entries]} {caplog.text}"
    assert secret not in kept
    assert [(e.action, e.actor, e.subject) for e in entries] == [
        ("token.made", "uji", "dataset:data-1"),
        ("push", f"source/{quick.source}", "version/1"),
        ("push", f"source/{quick.source}", "version/2"),
    ]


def test_what_is_not_pushed_is_late_while_the_monitor_lives(quick: Doorway) -> None:
    late = wib("2025-04-21 09:00")
    assert quick.world.standing(quick.dataset, late).headline is Headline.UNOBSERVED
    tick(quick.world.watcher, late)
    standing = quick.world.standing(quick.dataset, late)
    assert standing.judged[0].state is State.LATE
    quick.now = late
    quick.push(HEAD + MAR)
    assert quick.world.standing(quick.dataset, late).judged[0].state is State.FULFILLED


def test_a_dataset_that_was_pulled_gets_a_push_source_with_its_first_token(quick: Doorway) -> None:
    pulled, _ = quick.promise(SourceKind.HTTP_FILE)
    token = quick.issue("data-2")
    assert quick.push(HEAD + MAR, slug="data-2", token=token).status_code == 201
    assert list(quick.world.closings(pulled)) == ["2025-03"]
    with pytest.raises(NoToken, match="there is no dataset"):
        quick.issue("data-99")


def test_the_answer_is_in_the_language_that_is_asked_for(quick: Doorway) -> None:
    said = problem(quick.push(b"<html></html>", query="?lang=en"), 422, "refused")
    assert said["findings"][0]["where"] == "the whole file"
    said = problem(quick.push(b"", query="?lang=en"), 422, "empty")
    assert said["detail"].startswith("Nothing was sent")


def test_a_fault_of_ours_is_a_problem_document_too(
    quick: Doorway, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_args: object, **_more: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(door, "receive", broken)
    said = problem(quick.push(HEAD + MAR), 500, "not-taken")
    assert "No space" not in json.dumps(said)
    assert n_versions(quick) == 0


def test_the_address_gives_nothing_away_to_a_reader(quick: Doorway) -> None:
    assert quick.client.get("/api/1/datasets/data-1/data").status_code == 405
