"""What a look makes of what it finds: which contents close a period, and since when."""

from collections.abc import Callable

import pytest

from catalog import models
from catalog.access import PUBLIC
from catalog.models import VersionStatus
from catalog.models.db import reading
from catalog.rules.terms import Cadence, ClosingKind, Headline, Outcome, Rank, State, Validity
from catalog.store.dataset_page import DatasetPage, dataset_page
from checks.judge import tick
from checks.look import decide, look_at
from tests.flow.world import World, wib

HEAD = "Bulan,IHK,Inflasi\n"
JAN, FEB = "Januari 2025,106.6,0.8\n", "Februari 2025,105.9,0.3\n"
MAR, APR = "Maret 2025,107.6,1.6\n", "April 2025,108.7,1.0\n"


def at(world: World, source_id: int, when: str, body: str | bytes | None = None) -> None:
    """Look at a source at a local time, with this content behind its address from now on."""
    if body is not None:
        world.feed.serve("/ihk.csv", body)
    world.extend(wib(when))
    look_at(world.watcher, [source_id], wib(when))


def monthly(world: World) -> tuple[int, int]:
    return world.promise(world.feed.address + "/ihk.csv", agreed_on=wib("2025-03-20 00:00").date())


def test_a_new_row_with_a_value_closes_its_month(world: World) -> None:
    dataset, source = monthly(world)
    at(world, source, "2025-04-01 08:00", HEAD + FEB)
    at(world, source, "2025-04-08 08:00", HEAD + MAR + FEB)
    closing = world.closings(dataset)["2025-03"]
    assert (closing.kind, closing.rank) == (ClosingKind.FULFILLED, Rank.E5)
    assert closing.timing_observed
    version = world.versions(dataset)[-1]
    assert (version.status, version.rank) == (VersionStatus.ACCEPTED, Rank.E5)
    assert (version.n_added, version.newest_period) == (1, "2025-03")
    assert version.changes == []
    assert world.watcher.originals.path(version.blob).read_bytes() == (HEAD + MAR + FEB).encode()


def test_a_period_that_came_in_early_is_no_longer_the_next_one(world: World) -> None:
    dataset, source = monthly(world)
    at(world, source, "2025-04-01 08:00", HEAD + FEB)
    before = world.standing(dataset, wib("2025-04-08 07:00")).next_due
    at(world, source, "2025-04-08 08:00", HEAD + MAR + FEB)
    after = world.standing(dataset, wib("2025-04-08 09:00")).next_due
    assert before and after
    assert (before.period.label, after.period.label) == ("2025-03", "2025-04")


def test_a_content_that_came_back_is_what_the_source_holds(world: World) -> None:
    dataset, source = monthly(world)
    at(world, source, "2025-04-01 08:00", HEAD + FEB)
    at(world, source, "2025-04-02 08:00", HEAD + "Januari 2099,5,6\n" + FEB)
    held = world.versions(dataset)[-1]
    assert (held.status, held.rank) == (VersionStatus.QUARANTINED, Rank.E0)
    assert shown(world, dataset, "2025-04-02 09:00").findings != ()
    at(world, source, "2025-04-03 08:00", HEAD + FEB)
    page = shown(world, dataset, "2025-04-03 09:00")
    assert (page.line.validity, page.findings) == (Validity.VALID, ())


def shown(world: World, dataset: int, when: str) -> DatasetPage:
    """Return the page of a dataset as the public sees it at a local time."""
    with reading(world.engine) as session:
        found = session.get(models.Dataset, dataset)
        assert found is not None
        page = dataset_page(session, found.slug, world.watcher.city(session), wib(when), PUBLIC)
    assert page is not None
    return page


def test_a_row_without_a_value_closes_nothing(world: World) -> None:
    dataset, source = monthly(world)
    at(world, source, "2025-04-01 08:00", HEAD + FEB)
    at(world, source, "2025-04-08 08:00", HEAD + "Maret 2025,,\n" + FEB)
    assert world.closings(dataset) == {}
    assert world.versions(dataset)[-1].status is VersionStatus.ACCEPTED


def test_an_unchanged_file_is_a_check_without_a_version(world: World) -> None:
    dataset, source = monthly(world)
    at(world, source, "2025-03-25 08:00", HEAD + FEB)
    at(world, source, "2025-03-26 08:00")
    at(world, source, "2025-03-27 08:00")
    assert [c.outcome for c in world.checks(dataset)] == [
        Outcome.COMPLETE,
        Outcome.NOT_MODIFIED,
        Outcome.NOT_MODIFIED,
    ]
    assert {c.version_id for c in world.checks(dataset)} == {world.versions(dataset)[0].id}
    assert all(c.conclusive for c in world.checks(dataset))


def test_every_tenth_check_and_one_a_week_is_full_and_so_are_all_in_the_due_window(
    small_world: World,
) -> None:
    world = small_world
    dataset, source = monthly(world)
    at(world, source, "2025-03-21 08:00", HEAD + FEB)
    for hour in range(9, 20):
        at(world, source, f"2025-03-21 {hour:02d}:00")
    fulls = [c.full for c in world.checks(dataset)]
    assert fulls == [True, *[False] * 9, True, False]
    at(world, source, "2025-03-29 08:00")
    assert world.checks(dataset)[-1].full
    at(world, source, "2025-04-07 08:00")
    at(world, source, "2025-04-07 09:00")
    assert [c.full for c in world.checks(dataset)[-2:]] == [True, True]


TOUCHED: dict[str, bytes] = {
    "other line ends": (HEAD + MAR + FEB).replace("\n", "\r\n").encode(),
    "a byte order mark": b"\xef\xbb\xbf" + (HEAD + MAR + FEB).encode(),
    "other row order": (HEAD + FEB + MAR).encode(),
    "other column order": b"IHK,Bulan,Inflasi\n107.6,Maret 2025,1.6\n105.9,Februari 2025,0.3\n",
    "outer spaces": (HEAD + "Maret 2025 , 107.6,1.6\n" + FEB).encode(),
    "other spelling of numbers": (HEAD + "Maret 2025,107.60,1.6\n" + FEB).encode(),
    "another time of download": b"generated_at," + HEAD.encode() + b"".join(
        f"2025-04-{day:02d}T01:00:00,".encode() + row.encode()
        for day, row in ((9, MAR), (9, FEB))
    ),
}  # fmt: skip


@pytest.mark.parametrize("body", TOUCHED.values(), ids=TOUCHED.keys())
def test_a_touched_file_is_no_evidence(small_world: World, body: bytes) -> None:
    world = small_world
    dataset, source = monthly(world)
    first = HEAD + MAR + FEB
    if body.startswith(b"generated_at"):
        rows = (f"2025-04-08T01:00:00,{row}" for row in (MAR, FEB))
        first = "generated_at," + HEAD + "".join(rows)
    at(world, source, "2025-04-08 08:00", first)
    at(world, source, "2025-05-08 08:00", body)
    assert world.versions(dataset)[-1].rank is Rank.E2
    assert world.checks(dataset)[-1].rank is Rank.E2
    assert list(world.closings(dataset)) == ["2025-03"]


def test_a_stream_of_touches_and_reverts_leaves_the_next_month_open(world: World) -> None:
    dataset, source = monthly(world)
    one, two = HEAD + FEB, HEAD + MAR + FEB
    at(world, source, "2025-04-08 08:00", one)
    at(world, source, "2025-04-08 20:00", two)
    for day in range(1, 29):
        body = (one, two.replace("\n", "\r\n"), two, one + "\n")[day % 4]
        at(world, source, f"2025-05-{day:02d} 08:00", body)
        tick(world.watcher, wib(f"2025-05-{day:02d} 09:00"))
    assert list(world.closings(dataset)) == ["2025-03"]
    assert {v.rank for v in world.versions(dataset)[2:]} == {Rank.E0, Rank.E2}


def test_going_back_to_an_older_content_is_a_revert(world: World) -> None:
    dataset, source = monthly(world)
    at(world, source, "2025-04-01 08:00", HEAD + FEB)
    at(world, source, "2025-04-08 08:00", HEAD + MAR + FEB)
    at(world, source, "2025-04-09 08:00", HEAD + FEB)
    assert [v.rank for v in world.versions(dataset)] == [Rank.E5, Rank.E5, Rank.E0]
    assert list(world.closings(dataset)) == ["2025-03"]


def test_one_changed_cell_is_told_as_one_changed_row(world: World) -> None:
    dataset, source = monthly(world)
    at(world, source, "2025-04-08 08:00", HEAD + MAR + FEB)
    at(world, source, "2025-04-09 08:00", HEAD + MAR.replace("107.6", "107.5") + FEB)
    version = world.versions(dataset)[-1]
    assert (version.n_added, version.n_removed, version.n_changed) == (0, 0, 1)
    assert version.rank is Rank.E5


MANY = HEAD + "".join(f"Februari 2025,{n},0.3\n" for n in range(40))
HELD: dict[str, tuple[str | bytes, str]] = {
    "a header without rows": (HEAD, "mutakhir/volume"),
    "a web page": (b"<!doctype html><html><body><h1>Selamat datang</h1></body></html>", "html"),
    "a login page": (
        b"<html><form action=login><input type=password name=password></form></html>",
        "login",
    ),
    "less than half of the rows": (
        HEAD + "".join(f"Februari 2025,{n},0.3\n" for n in range(16)),
        "mutakhir/volume",
    ),
    "a row of the year 2099": (MANY + "Maret 2099,1,1\n", "mutakhir/future"),
    "nothing": (b"", "empty"),
    "a promised column gone": (MANY.replace("IHK", "Indeks"), "mutakhir/required-columns"),
    "personal data": (
        MANY.replace("Bulan,", "NIK,Bulan,").replace("Februari", "3573014101900003,Februari"),
        "mutakhir/personal-data",
    ),
}


@pytest.mark.parametrize(("body", "code"), HELD.values(), ids=HELD.keys())
def test_what_is_not_to_be_believed_is_held_back(
    small_world: World, body: str | bytes, code: str
) -> None:
    world = small_world
    address = world.feed.address + "/ihk.csv"
    dataset, source = world.promise(address, value_columns=["IHK"])
    at(world, source, "2025-03-25 08:00", MANY)
    at(world, source, "2025-04-08 08:00", body)
    check, version = world.checks(dataset)[-1], world.versions(dataset)[-1]
    assert version.status is VersionStatus.QUARANTINED
    assert version.validity is Validity.TIDAK_VALID
    assert version.status_reason
    assert code in (check.code or "")
    assert (check.outcome, check.conclusive) == (Outcome.COMPLETE, True)
    assert "2025-03" not in world.closings(dataset)


def test_a_web_page_that_differs_with_every_look_is_one_version(world: World) -> None:
    dataset, source = monthly(world)
    at(world, source, "2025-04-01 08:00", HEAD + FEB)
    for hour in (8, 9, 10):
        page = f"<!doctype html><html><body>token {hour}</body></html>"
        at(world, source, f"2025-04-02 {hour:02d}:00", page)
    at(world, source, "2025-04-02 11:00", HEAD + FEB)
    versions, checks = world.versions(dataset), world.checks(dataset)
    assert [v.number for v in versions] == [1, 2]
    assert [c.version_id for c in checks] == [versions[i].id for i in (0, 1, 1, 1, 0)]


def test_a_held_version_that_is_confirmed_counts_from_its_first_sight(world: World) -> None:
    dataset, source = monthly(world)
    at(world, source, "2025-03-25 08:00", MANY)
    few = HEAD + "".join(f"Maret 2025,{n},0.3\n" for n in range(16))
    at(world, source, "2025-04-09 08:00", few)
    at(world, source, "2025-05-20 08:00")
    assert world.closings(dataset) == {}
    held = world.versions(dataset)[-1]
    done = decide(world.watcher, held.id or 0, True, "walidata", "benar", wib("2025-05-21 08:00"))
    assert done.closed == ("2025-03",)
    closing = world.closings(dataset)["2025-03"]
    assert closing.at == wib("2025-04-01 00:00")
    assert closing.seen_at == wib("2025-05-21 08:00")
    assert world.standing(dataset, wib("2025-05-20 12:00")).judged[0].state is not State.FULFILLED


def test_a_held_version_confirmed_late_moves_the_closing_of_a_later_one_back(world: World) -> None:
    dataset, source = monthly(world)
    at(world, source, "2025-04-05 08:00", MANY)
    few = HEAD + "".join(f"Maret 2025,{n},0.3\n" for n in range(16))
    at(world, source, "2025-04-09 08:00", few)
    at(world, source, "2025-04-22 08:00", MANY + MAR)
    assert world.closings(dataset)["2025-03"].at == wib("2025-04-09 08:00:01")
    held = next(v for v in world.versions(dataset) if v.status is VersionStatus.QUARANTINED)
    decide(world.watcher, held.id or 0, True, "walidata", "benar", wib("2025-04-23 08:00"))
    assert world.closings(dataset)["2025-03"].at == wib("2025-04-05 08:00:01")


def test_a_rejected_version_closes_nothing_and_is_not_offered_again(world: World) -> None:
    dataset, source = monthly(world)
    at(world, source, "2025-03-25 08:00", MANY)
    few = HEAD + "".join(f"Maret 2025,{n},0.3\n" for n in range(16))
    at(world, source, "2025-04-09 08:00", few)
    held = world.versions(dataset)[-1]
    decide(world.watcher, held.id or 0, False, "walidata", "salah", wib("2025-04-10 08:00"))
    at(world, source, "2025-04-11 08:00")
    assert world.closings(dataset) == {}
    assert [v.status for v in world.versions(dataset)] == [
        VersionStatus.ACCEPTED,
        VersionStatus.REJECTED,
    ]


# Fulfilment instants: the vectors of the freshness model for a month due on 10 April 2025.


def _fulfilled(world: World, looks: list[tuple[str, str]], modified: str = "") -> object:
    dataset, source = monthly(world)
    for when, body in looks:
        world.extend(wib(when))
        headers = {"Last_Modified": modified} if modified and body == looks[-1][1] else {}
        world.feed.serve("/ihk.csv", body, **headers)
        look_at(world.watcher, [source], wib(when))
    return world.closings(dataset)["2025-03"]


OLD, NEW = HEAD + FEB, HEAD + MAR + FEB
VECTORS = {
    "no Last-Modified: one second after the last negative": (
        [("2025-04-17 20:00", OLD), ("2025-04-18 06:00", NEW)],
        "",
        "2025-04-17 20:00:01",
        True,
    ),
    "the monitor was down for two weeks": (
        [("2025-04-08 08:00", OLD), ("2025-04-23 08:00", NEW)],
        "",
        "2025-04-08 08:00:01",
        True,
    ),
    "negative after the grace had ended": (
        [("2025-04-18 06:00", OLD), ("2025-04-23 08:00", NEW)],
        "",
        "2025-04-18 06:00:01",
        True,
    ),
    "Last-Modified inside the interval": (
        [("2025-04-08 08:00", OLD), ("2025-04-23 08:00", NEW)],
        "Sat, 19 Apr 2025 02:00:00 GMT",
        "2025-04-19 09:00:00",
        True,
    ),
    "Last-Modified before the last negative": (
        [("2025-04-18 06:00", OLD), ("2025-04-23 08:00", NEW)],
        "Tue, 08 Apr 2025 02:00:00 GMT",
        "2025-04-18 06:00:01",
        True,
    ),
    "never seen before and after the grace": (
        [("2025-04-23 08:00", NEW)],
        "Tue, 08 Apr 2025 02:00:00 GMT",
        "2025-04-23 08:00:00",
        False,
    ),
    "never seen before and inside the grace": (
        [("2025-04-17 23:59", NEW)],
        "",
        "2025-04-17 23:59:00",
        True,
    ),
}


@pytest.mark.parametrize(
    ("looks", "modified", "fulfilled_at", "is_observed"), VECTORS.values(), ids=VECTORS.keys()
)
def test_doubt_about_when_is_the_agencys_benefit(
    small_world: World,
    looks: list[tuple[str, str]],
    modified: str,
    fulfilled_at: str,
    is_observed: bool,
) -> None:
    closing = _fulfilled(small_world, looks, modified)
    assert closing.at == wib(fulfilled_at)  # type: ignore[attr-defined]
    assert closing.timing_observed is is_observed  # type: ignore[attr-defined]


def test_failed_checks_are_not_negatives(world: World) -> None:
    dataset, source = monthly(world)
    at(world, source, "2025-04-08 08:00", OLD)
    world.feed.fail("/ihk.csv", 500)
    at(world, source, "2025-04-18 06:00")
    at(world, source, "2025-04-19 06:00")
    at(world, source, "2025-04-23 08:00", NEW)
    assert world.closings(dataset)["2025-03"].at == wib("2025-04-08 08:00:01")


def test_a_page_held_back_is_a_negative(world: World) -> None:
    dataset, source = monthly(world)
    at(world, source, "2025-04-08 08:00", OLD)
    at(world, source, "2025-04-18 06:00", "<!doctype html><html><body>rusak</body></html>")
    at(world, source, "2025-04-23 08:00", NEW)
    assert world.closings(dataset)["2025-03"].at == wib("2025-04-18 06:00:01")


def test_a_row_that_came_early_closes_when_its_month_is_over(world: World) -> None:
    dataset, source = monthly(world)
    at(world, source, "2025-03-01 08:00", HEAD + MAR)
    assert world.closings(dataset) == {}
    tick(world.watcher, wib("2025-03-31 23:59"))
    assert world.closings(dataset) == {}
    tick(world.watcher, wib("2025-04-01 00:00"))
    closing = world.closings(dataset)["2025-03"]
    assert (closing.at, closing.seen_at) == (wib("2025-04-01 00:00"), wib("2025-04-01 00:00"))


def test_an_early_row_that_was_withdrawn_in_time_never_closes(world: World) -> None:
    dataset, source = monthly(world)
    at(world, source, "2025-03-01 08:00", HEAD + MAR)
    at(world, source, "2025-03-20 08:00", HEAD + FEB)
    tick(world.watcher, wib("2025-04-01 00:00"))
    tick(world.watcher, wib("2025-04-20 00:00"))
    assert world.closings(dataset) == {}


def test_an_early_row_withdrawn_after_its_month_was_over_has_closed_it_however_late_the_tick(
    world: World,
) -> None:
    dataset, source = monthly(world)
    at(world, source, "2025-03-01 08:00", HEAD + MAR)
    at(world, source, "2025-04-03 08:00", HEAD + FEB)
    tick(world.watcher, wib("2025-05-20 00:00"))
    assert world.closings(dataset)["2025-03"].at == wib("2025-04-01 00:00")


def test_skipped_ticks_end_in_the_same_closings(world: World, tmp_path: object) -> None:
    first, source_of_first = monthly(world)
    second, source_of_second = monthly(world)
    bodies = {
        "2025-03-25 08:00": HEAD + FEB,
        "2025-04-20 08:00": HEAD + APR + MAR + FEB,
        "2025-06-10 08:00": HEAD + "Mei 2025,1,1\n" + APR + MAR + FEB,
    }
    for when, body in bodies.items():
        at(world, source_of_first, when, body)
        tick(world.watcher, wib(when))
    for when, body in bodies.items():
        at(world, source_of_second, when, body)
    tick(world.watcher, wib("2025-06-10 09:00"))
    tick(world.watcher, wib("2025-06-10 09:00"))
    facts = [
        {label: (c.at, c.seen_at, c.timing_observed) for label, c in world.closings(d).items()}
        for d in (first, second)
    ]
    assert facts[0] == facts[1]
    assert list(facts[0]) == ["2025-03", "2025-04", "2025-05"]


# Tables that do not say their time (E4).

PLACES = "kecamatan,jumlah\nUtara,1\nSelatan,2\n"


def places(n: int) -> str:
    return PLACES.replace("2\n", f"{n}\n")


def test_without_a_time_column_a_change_closes_the_oldest_open_period_alone(world: World) -> None:
    dataset, source = monthly(world)
    at(world, source, "2025-03-25 08:00", places(2))
    at(world, source, "2025-05-05 08:00", places(3))
    assert list(world.closings(dataset)) == ["2025-03"]
    assert world.closings(dataset)["2025-03"].rank is Rank.E4
    tick(world.watcher, wib("2025-05-05 09:00"))
    at(world, source, "2025-05-06 08:00")
    assert list(world.closings(dataset)) == ["2025-03"]
    at(world, source, "2025-05-07 08:00", places(4))
    assert list(world.closings(dataset)) == ["2025-03", "2025-04"]


def test_without_a_time_column_the_first_version_closes_nothing(world: World) -> None:
    dataset, source = monthly(world)
    at(world, source, "2025-05-05 08:00", places(2))
    assert world.closings(dataset) == {}


def test_without_a_time_column_what_differs_with_every_download_is_no_evidence(
    world: World,
) -> None:
    dataset, source = monthly(world)
    at(world, source, "2025-03-25 08:00", places(2))
    answer = world.feed.answers["/ihk.csv"]

    def another_number() -> None:
        answer.body = places(100 + world.feed.asked["/ihk.csv"]).encode()

    answer.before = another_number
    for day in (5, 6, 7):
        at(world, source, f"2025-05-{day:02d} 08:00")
    assert world.closings(dataset) == {}
    assert [v.rank for v in world.versions(dataset)] == [Rank.E4, *[Rank.E0] * 3]


def test_a_period_in_the_file_name_is_the_one_that_closes(world: World) -> None:
    dataset, source = world.promise(
        world.feed.address + "/penduduk_2024.csv", cadence=Cadence.TAHUNAN
    )
    world.feed.serve("/penduduk_2024.csv", PLACES)
    world.extend(wib("2025-02-01 08:00"))
    look_at(world.watcher, [source], wib("2025-02-01 08:00"))
    assert world.versions(dataset)[0].declared_period == "2024"
    assert list(world.closings(dataset)) == ["2024"]


def test_a_dataset_that_keeps_its_promise_reads_current(world: World) -> None:
    dataset, source = monthly(world)
    at(world, source, "2025-04-01 08:00", HEAD + FEB)
    at(world, source, "2025-04-08 08:00", HEAD + MAR + FEB)
    at(world, source, "2025-04-15 08:00")
    assert world.standing(dataset, wib("2025-04-15 09:00")).headline is Headline.CURRENT


def test_a_promised_schema_is_held_against_every_new_version(world: World) -> None:
    schema = {"fields": [{"name": "Bulan", "type": "string"}, {"name": "IHK", "type": "integer"}]}
    dataset, source = world.promise(world.feed.address + "/ihk.csv", table_schema=schema)
    at(world, source, "2025-03-25 08:00", "Bulan,IHK\nFebruari 2025,106\nMaret 2025,x\n")
    version = world.versions(dataset)[0]
    assert version.validity is Validity.TIDAK_VALID
    assert version.finding_counts == {"type-error": 1}
    assert version.status is VersionStatus.ACCEPTED


def test_a_broken_validator_is_one_more_finding(
    small_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def crash(self: object, sample: object) -> Callable[[], None]:
        raise ZeroDivisionError

    world = small_world
    monkeypatch.setattr("checks.validators.volume.Volume.run", crash)
    here = "checks.looking.examination.in_child"
    monkeypatch.setattr(here, lambda function, *args, limits: function(*args))
    dataset, source = monthly(world)
    at(world, source, "2025-04-08 08:00", HEAD + MAR + FEB)
    version = world.versions(dataset)[0]
    assert version.finding_counts == {"mutakhir/broken-check": 1}
    assert version.validity is Validity.PERINGATAN
    assert list(world.closings(dataset)) == ["2025-03"]


def test_a_file_of_one_month_is_held_against_the_same_month_of_last_year(world: World) -> None:
    """A quiet month after a busy one is no loss where last year's was as quiet."""

    def month(name: str, n_rows: int) -> str:
        return HEAD + "".join(f"{name},{row},0.1\n" for row in range(n_rows))

    dataset, source = monthly(world)
    at(world, source, "2025-02-08 08:00", month("Januari 2025", 30))
    at(world, source, "2026-01-08 08:00", month("Desember 2025", 200))
    at(world, source, "2026-02-08 08:00", month("Januari 2026", 28))
    assert [v.status for v in world.versions(dataset)] == [VersionStatus.ACCEPTED] * 3
    at(world, source, "2026-03-08 08:00", month("Februari 2026", 10))
    assert world.versions(dataset)[-1].status is VersionStatus.QUARANTINED
