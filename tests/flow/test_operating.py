"""Operating it: alive, ready, counted, written down; nothing that should stay inside gets out."""

import io
import json
import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from babel.messages.extract import extract
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po
from flask import Flask
from flask_babel import Babel
from jinja2 import StrictUndefined
from sqlalchemy import Engine, text
from sqlmodel import select

from catalog import models
from catalog.context import EXTENSION, Context
from catalog.models.db import engine_for, reading, unit_of_work
from catalog.pages import open_pages
from catalog.pages.language import chosen_language
from catalog.rules.terms import Outcome
from catalog.settings import EngineName, Settings
from catalog.store.hosts import public_host
from checks import operating
from checks.look import sweep
from checks.looking.leases import lease_due
from checks.operating.doctor import examine_health
from checks.operating.health import readiness
from checks.operating.journal import JsonLines, journaled, open_journal
from checks.operating.report import watcher_report
from checks.operating.rests import (
    NotRested,
    Window,
    announce_maintenance,
    keep_windows,
    pause,
    public_reason,
    resume,
    windows,
)
from tests.flow.conftest import Clock
from tests.flow.world import World, wib

NOW = wib("2025-03-01 08:00")
ROOM = Path(operating.__file__).parent
LANGUAGES = f"{ROOM.parents[1] / 'catalog' / 'translations'};{ROOM / 'translations'}"
TABLE = "Bulan,IHK\nFebruari 2025,1\n"


def _settings(engine: Engine, **given: object) -> Settings:
    url = engine.url.render_as_string(hide_password=False)
    return Settings(_env_file=None, database_url=url, **given)


def _context(engine: Engine, clock: Clock, **given: object) -> Context:
    settings = _settings(engine, **given)
    reader = engine_for(settings.database_url, read_only=True)
    return Context(settings, engine, reader, originals=None, clock=clock)


@pytest.fixture
def web(world: World, clock: Clock) -> Iterator[Flask]:
    """The public pages and those of the operators over the world's database."""
    clock.now = NOW
    made = Flask("operated", static_folder=None)
    made.testing = True
    made.jinja_env.undefined = StrictUndefined
    made.jinja_env.trim_blocks = made.jinja_env.lstrip_blocks = True
    host = world.feed.address.removeprefix("http://")
    context = _context(world.engine, clock, allowed_hosts=host, city_name="Kota Sukamaju")
    made.extensions[EXTENSION] = context
    Babel(
        made,
        default_locale="id",
        default_translation_directories=LANGUAGES,
        locale_selector=chosen_language,
    )
    open_pages(made)
    made.register_blueprint(operating.blueprint)
    yield made
    context.reading_engine.dispose()


def _live(world: World) -> tuple[int, int]:
    """Let one source answer and one fail, and leave a heartbeat."""
    good, _ = world.promise(world.feed.serve("/a.csv", TABLE))
    bad, _ = world.promise(world.feed.fail("/b.csv?kunci=rahasia", 500))
    sweep(world.watcher, n_workers=1)
    with unit_of_work(world.engine) as session:
        session.add(models.Heartbeat(at=NOW, n_looked=2))
    return good, bad


def _figures(body: str) -> dict[str, float]:
    lines = [line for line in body.splitlines() if not line.startswith("#")]
    return {name: float(value) for name, _, value in (line.rpartition(" ") for line in lines)}


def test_a_process_that_answers_is_alive_even_without_its_database(web: Flask) -> None:
    context = web.extensions[EXTENSION]
    broken = engine_for("sqlite:////nowhere/at/all.db", read_only=True)
    web.extensions[EXTENSION] = Context(
        context.settings, broken, broken, context.originals, context.clock
    )
    client = web.test_client()
    assert client.get("/healthz").status_code == 200
    answer = client.get("/readyz")
    assert answer.status_code == 503
    assert answer.json["ready"] is False
    assert answer.json["database"] == "not ready: OperationalError"
    assert "nowhere" not in answer.text


def test_it_is_ready_with_the_newest_schema_and_says_how_the_watcher_is(
    web: Flask, world: World, clock: Clock
) -> None:
    client = web.test_client()
    assert client.get("/readyz").json == {
        "ready": True,
        "database": "ready",
        "schema": "ready",
        "watcher": "stale",
    }
    _live(world)
    assert client.get("/readyz").json["watcher"] == "ready"
    clock.now = NOW + timedelta(seconds=121)
    late = client.get("/readyz")
    assert (late.status_code, late.json["watcher"]) == (200, "stale")


def test_it_is_not_ready_with_an_older_schema(world: World, clock: Clock) -> None:
    clock.now = NOW
    with world.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    context = _context(world.engine, clock)
    found = readiness(context)
    context.reading_engine.dispose()
    assert not found.is_ready
    assert found.schema.startswith("0001, expected ")


def test_the_figures_count_what_was_looked_at(web: Flask, world: World) -> None:
    _live(world)
    answer = web.test_client().get("/metrics")
    assert answer.content_type == "text/plain; version=0.0.4; charset=utf-8"
    figures = _figures(answer.text)
    assert figures["mutakhir_heartbeat_age_seconds"] == 0
    assert figures["mutakhir_checks_total"] == 2
    assert figures['mutakhir_checks_last_day{outcome="COMPLETE"}'] == 1
    assert figures['mutakhir_checks_last_day{outcome="SOURCE_FAILED"}'] == 1
    assert figures['mutakhir_checks_last_day{outcome="OUR_FAULT"}'] == 0
    assert figures["mutakhir_sources"] == 2
    assert figures["mutakhir_sources_due"] == 0
    assert figures["mutakhir_sources_failing"] == 1
    assert figures["process_resident_memory_bytes"] > 1_000_000
    assert "127.0.0.1" not in answer.text


def test_every_figure_says_what_it_is_and_none_is_invented(web: Flask) -> None:
    lines = web.test_client().get("/metrics").text.splitlines()
    described = {line.split()[2] for line in lines if line.startswith("# HELP")}
    typed = {line.split()[2] for line in lines if line.startswith("# TYPE")}
    counted = {line.split("{")[0].split()[0] for line in lines if not line.startswith("#")}
    assert described == typed == counted
    assert "mutakhir_heartbeat_age_seconds" not in counted


def test_the_page_of_the_watcher_shows_the_failing_source_and_no_inner_address(
    web: Flask, world: World
) -> None:
    _live(world)
    client = web.test_client()
    page = client.get("/pemantau").text
    assert "Pemantau berjalan: putaran terakhir" in page
    assert "Data 2" in page
    assert "(HTTP 500)" in page
    answer = client.get("/pemantau.json").json
    assert [one["slug"] for one in answer["watcher"]["failing"]] == ["data-2"]
    assert {one["host"] for one in answer["watcher"]["slow_hosts"]} == {None}
    for body in (page, json.dumps(answer)):
        assert "127.0.0.1" not in body
        assert "rahasia" not in body


def test_the_page_says_in_words_why_a_source_fails(web: Flask, world: World) -> None:
    _live(world)
    client = web.test_client()
    page = client.get("/pemantau").text
    assert "server bermasalah (HTTP 500)" in page
    assert "http-500" not in page
    assert "the server has a problem (HTTP 500)" in client.get("/pemantau?lang=en").text
    assert client.get("/pemantau.json").json["watcher"]["failing"][0]["code"] == "http-500"


def test_a_paused_application_is_counted_and_named_among_the_pauses(
    web: Flask, world: World
) -> None:
    _, source_id = world.promise("", kind=models.SourceKind.PUSH)
    with unit_of_work(world.engine) as session:
        pause(session, source_id, "aplikasi diperbarui", "walidata", NOW)
    watcher = web.test_client().get("/pemantau.json").json["watcher"]
    assert (watcher["queue"]["n_paused"], watcher["queue"]["n_sources"]) == (1, 0)
    assert [each["reason"] for each in watcher["paused"]] == ["aplikasi diperbarui"]


def test_the_page_says_that_a_watcher_stands_still_or_never_ran(
    web: Flask, world: World, clock: Clock
) -> None:
    client = web.test_client()
    assert "Pemantau belum pernah berjalan." in client.get("/pemantau").text
    _live(world)
    clock.now = NOW + timedelta(hours=1)
    assert "Pemantau berhenti sejak" in client.get("/pemantau").text
    assert "The watcher has stood still since" in client.get("/pemantau?lang=en").text


def test_the_report_asks_a_fixed_number_of_questions_and_names_public_hosts_alone(
    world: World,
) -> None:
    hosts = ["data.go.id:443", "10.1.2.3:80", "server:80", "sippd.kota.lan:80", "11.0.0.1:80"]
    hosts.append("[fd00::1]:443")
    for n, host in enumerate(hosts):
        dataset, source = world.promise(f"http://{host}/{n}.csv")
        with unit_of_work(world.engine) as session:
            session.add(
                models.Check(
                    source_id=source,
                    dataset_id=dataset,
                    at=NOW - timedelta(hours=1),
                    seconds=n + 1,
                    outcome=Outcome.COMPLETE,
                    conclusive=True,
                )
            )
    with reading(world.engine) as session:
        report = watcher_report(session, NOW, stale_after=timedelta(minutes=2))
        named = {one.host for one in report.slow_hosts}
        hidden = watcher_report(
            session, NOW, stale_after=timedelta(minutes=2), intranet=["data.go.id:443"]
        )
    assert named == {"data.go.id:443", "11.0.0.1:80", None}
    assert report.slow_hosts[0].max_seconds == len(hosts)
    assert "data.go.id:443" not in {one.host for one in hidden.slow_hosts}


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("data.kota.go.id:443", "data.kota.go.id:443"),
        ("8.8.8.8:80", "8.8.8.8:80"),
        ("10.1.2.3:80", None),
        ("[::1]:80", None),
        ("server-pad:80", None),
        ("pad.kota.intranet:80", None),
        ("API.Kota.go.id:8443", None),
        ("", None),
    ],
)
def test_a_server_of_the_inner_network_has_no_name_in_public(host: str, shown: str | None) -> None:
    assert public_host(host, {"api.kota.go.id:8443"}) == shown


def test_the_queue_tells_waiting_from_in_hand_and_lost(world: World) -> None:
    for n in range(4):
        world.promise(world.feed.serve(f"/{n}.csv", TABLE), now=NOW - timedelta(hours=n))
    lease_due(world.engine, NOW, 1, 60)
    with reading(world.engine) as session:
        before = watcher_report(session, NOW, stale_after=timedelta(minutes=2)).queue
        after = watcher_report(
            session, NOW + timedelta(seconds=60), stale_after=timedelta(minutes=2)
        ).queue
    assert (before.n_sources, before.n_in_hand, before.n_lost) == (4, 1, 0)
    assert before.oldest_due_at == NOW - timedelta(hours=3)
    assert (after.n_in_hand, after.n_lost) == (0, 1)


def test_a_paused_source_is_left_alone_with_its_public_reason_until_it_is_resumed(
    world: World, web: Flask
) -> None:
    _, source = world.promise(world.feed.serve("/a.csv", TABLE))
    with unit_of_work(world.engine) as session:
        pause(session, source, "Aplikasi dipindahkan.", "walidata", NOW)
    assert lease_due(world.engine, NOW, 5, 60) == ()
    assert "Aplikasi dipindahkan." in web.test_client().get("/pemantau").text
    with unit_of_work(world.engine) as session:
        resume(session, source, "walidata", NOW)
    assert [one.source_id for one in lease_due(world.engine, NOW, 5, 60)] == [source]
    with reading(world.engine) as session:
        actions = session.exec(select(models.AuditEntry.action)).all()
    assert actions == ["source.paused", "source.resumed"]


def test_a_pause_needs_a_reason_and_a_source(world: World) -> None:
    with pytest.raises(NotRested, match="say why"), unit_of_work(world.engine) as session:
        pause(session, 1, "  ", "walidata", NOW)
    with pytest.raises(NotRested, match="no source 99"), unit_of_work(world.engine) as session:
        pause(session, 99, "ada", "walidata", NOW)


def test_a_host_is_not_asked_during_its_maintenance_and_again_when_it_ends(world: World) -> None:
    host = world.feed.address.removeprefix("http://")
    _, source = world.promise(world.feed.serve("/a.csv", TABLE))
    _, other = world.promise("http://lain.example/b.csv")
    ends_at = NOW + timedelta(hours=4)
    window = Window(host, NOW + timedelta(hours=1), ends_at, "Pindah ruang server.")
    with unit_of_work(world.engine) as session:
        announce_maintenance(session, window, "walidata", NOW)
        assert windows(session, NOW) == (window,)
        assert keep_windows(session, NOW) == 0
        assert keep_windows(session, NOW + timedelta(hours=1)) == 1
    during = lease_due(world.engine, ends_at - timedelta(seconds=1), 5, 60)
    assert [one.source_id for one in during] == [other]
    assert [one.source_id for one in lease_due(world.engine, ends_at, 5, 60)] == [source]
    with reading(world.engine) as session:
        assert windows(session, ends_at) == ()


@pytest.mark.parametrize(
    ("starts", "ends"),
    [
        (timedelta(0), timedelta(0)),
        (timedelta(0), timedelta(days=8)),
        (timedelta(61), timedelta(62)),
        (timedelta(2), timedelta(1)),
    ],
)
def test_a_window_that_would_hide_a_dead_server_is_refused(
    small_world: World, starts: timedelta, ends: timedelta
) -> None:
    window = Window("data.example:80", NOW + starts, NOW + ends, "alasan")
    with pytest.raises(NotRested), unit_of_work(small_world.engine) as session:
        announce_maintenance(session, window, "walidata", NOW)


def test_a_window_inside_one_that_is_announced_is_not_announced_again(small_world: World) -> None:
    host, day = "data.example:80", timedelta(days=1)
    with unit_of_work(small_world.engine) as session:
        announce_maintenance(session, Window(host, NOW, NOW + day, "alasan"), "walidata", NOW)
        with pytest.raises(NotRested, match="announced already, until 2025-03-02 01:00 UTC"):
            later = Window(host, NOW + day / 2, NOW + day, "alasan")
            announce_maintenance(session, later, "walidata", NOW)
        longer = Window(host, NOW + day / 2, NOW + 2 * day, "alasan")
        announce_maintenance(session, longer, "walidata", NOW)
        assert len(windows(session, NOW)) == 2


def test_a_public_reason_is_one_short_line() -> None:
    assert public_reason(" Server\n dipindah ") == "Server dipindah"
    assert public_reason("x" * 300) == "x" * 300
    for reason in ("", " \n", "x" * 301):
        with pytest.raises(NotRested):
            public_reason(reason)


def _line(message: str, **extra: object) -> dict[str, object]:
    record = logging.LogRecord("mutakhir", logging.INFO, __file__, 1, message, (), None)
    vars(record).update(extra)
    return json.loads(JsonLines().format(record))


def test_the_doctor_names_a_source_that_nobody_comes_to_look_at(world: World, clock: Clock) -> None:
    context = _context(world.engine, clock)
    for minutes, well in ((60, True), (61, False)):
        world.promise("https://data.opd.test/a.csv", now=NOW - timedelta(minutes=minutes))
        sign = {each.what: each for each in examine_health(context, NOW).signs}["queue"]
        assert sign.well is well
    assert sign.found == "2 of 2 sources are due, the oldest since 2025-02-28 23:59 UTC"
    assert "MUTAKHIR_WORKERS" in (sign.advice or "")
    context.reading_engine.dispose()


def test_the_doctor_says_that_no_worker_of_the_distributed_engine_is_alive(
    world: World, clock: Clock
) -> None:
    context = _context(world.engine, clock)
    distributed = context.settings.model_copy(update={"engine": EngineName.PROCRASTINATE})
    context = replace(context, settings=distributed)
    sign = {each.what: each for each in examine_health(context, NOW).signs}["workers"]
    assert not sign.well
    is_postgres = world.engine.dialect.name == "postgresql"
    assert sign.found.startswith("none is alive" if is_postgres else "they need PostgreSQL")
    context.reading_engine.dispose()


def test_a_line_of_the_journal_is_json_and_carries_no_secret() -> None:
    line = _line(
        "look failed",
        address="https://petugas:sandi@opd.example/b.csv?kunci=rahasia",
        path="/jawab/abc.DEF-123",
        n=3,
        hosts=["http://x:y@z.example/"],
    )
    assert (line["event"], line["level"], line["n"]) == ("look failed", "info", 3)
    assert line["address"] == "https://…@opd.example/b.csv?…"
    assert line["path"] == "/jawab/…"
    assert line["hosts"] == ["http://…@z.example/"]
    assert datetime.fromisoformat(str(line["at"])).tzinfo == UTC


def test_a_job_is_written_down_with_its_end_and_its_error_goes_on() -> None:
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    handler.setFormatter(JsonLines())
    journal = logging.getLogger("mutakhir")
    journal.addHandler(handler)
    level = journal.level
    journal.setLevel(logging.INFO)
    try:
        journaled("tick", lambda: None)()
        with pytest.raises(ZeroDivisionError):
            journaled("tick", lambda: 1 / 0)()
    finally:
        journal.removeHandler(handler)
        journal.setLevel(level)
    well, failed = (json.loads(line) for line in stream.getvalue().splitlines())
    assert (well["event"], well["ended"]) == ("tick", "well")
    assert (failed["level"], failed["ended"]) == ("error", "failed")
    assert "ZeroDivisionError" in failed["error"]


def test_the_journal_says_once_what_the_scheduler_would_say_again() -> None:
    stream, root, ours = io.StringIO(), logging.getLogger(), logging.getLogger("mutakhir")
    kept = root.handlers[:], root.level, ours.level

    def fail() -> None:
        raise ZeroDivisionError

    job = journaled("tick", fail)
    open_journal(stream)
    try:
        with pytest.raises(ZeroDivisionError):
            job()
        # As APScheduler names the functions that it runs.
        executor = logging.getLogger("apscheduler.executors.default")
        for function in (job, fail):
            executor.error(
                'Job "%s (trigger: interval)" raised an exception', function.__qualname__
            )
        scheduler = logging.getLogger("apscheduler.scheduler")
        scheduler.warning("skipped: maximum number of running instances reached (1)")
        scheduler.warning("the clock went back")
    finally:
        root.handlers[:], root.level, ours.level = kept
    events = [json.loads(line)["event"] for line in stream.getvalue().splitlines()]
    assert (events[0], events[-1], len(events)) == ("tick", "the clock went back", 3)
    assert ".fail (trigger" in events[1]


def test_a_request_is_written_down_by_its_rule_and_never_by_its_address(
    web: Flask, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.INFO, logger="mutakhir"):
        web.test_client().get("/dataset/tidak-ada?kunci=rahasia")
        web.test_client().get("/healthz")
    (record,) = [r for r in caplog.records if r.name == "mutakhir"]
    line = json.loads(JsonLines().format(record))
    assert (line["rule"], line["status"], line["method"]) == ("/dataset/<slug>", 404, "GET")
    assert "rahasia" not in json.dumps(line)


def test_every_word_of_the_page_has_its_english_and_is_compiled() -> None:
    said = set()
    for path in ROOM.glob("templates/**/*.html"):
        with path.open("rb") as source:
            options = {"trim_blocks": "1", "lstrip_blocks": "1"}
            found = extract("jinja2", source, keywords={"_": None}, options=options)
            said |= {message for _, message, _, _ in found}
    folder = ROOM / "translations" / "en" / "LC_MESSAGES"
    with (folder / "messages.po").open("rb") as source:
        english = {m.id: m.string for m in read_po(source, locale="en") if m.id}
    with (folder / "messages.mo").open("rb") as source:
        compiled = {m.id: m.string for m in read_mo(source) if m.id}
    assert said == set(english)
    assert all(english.values())
    assert compiled == english


def test_every_unit_starts_again_and_starts_what_there_is() -> None:
    units = {path.name: path.read_text("utf-8") for path in (ROOM / "units").glob("*.service")}
    assert set(units) == {
        "mutakhir-web.service",
        "mutakhir-watch.service",
        "mutakhir-worker@.service",
    }
    recipe = (ROOM / "production.md").read_text("utf-8")
    for unit in units.values():
        assert "\nRestart=always\n" in unit
        assert "\nEnvironmentFile=/etc/mutakhir/env\n" in unit
    assert "MUTAKHIR_ENGINE=procrastinate\n" in recipe
    assert "pip install '.[scale" in recipe
    assert "ln -s /etc/mutakhir/env /var/lib/mutakhir/.env" in recipe
    named = set(re.findall(r"`(mutakhir_\w+)`", recipe))
    source = (ROOM / "metrics.py").read_text("utf-8")
    assert named
    assert all(f'"{name}"' in source for name in named)
