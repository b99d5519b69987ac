"""The view of the city is made once for many, never stale without saying so, never a storm."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Engine

from catalog.models.almanac import load_calendar
from catalog.models.db import reading
from catalog.rules.terms import State
from catalog.store.snapshot import take_snapshot
from catalog.store.standing import City
from dashboards.as_of import NotYet, UnreadableInstant, read_as_of
from dashboards.measures import MonthCell
from dashboards.months import Month, months_up_to
from dashboards.stacks import stack
from dashboards.tally import Face, Tally
from dashboards.view import N_PAST_VIEWS, BoardCache, view_of
from tests.web.board_world import ZONE, World, app_of, build, wib
from tests.web.test_board import NOW, three_agencies


class Making:
    """A city that counts how often it was asked for, which is once a making."""

    def __init__(self) -> None:
        self.n = 0

    def __call__(self, session) -> City:
        self.n += 1
        return City("Kota Contoh", load_calendar(session, ZONE))


def test_the_view_of_a_snapshot_is_made_once(sqlite_engine: Engine) -> None:
    build(sqlite_engine, NOW, three_agencies)
    cache = BoardCache()
    with reading(sqlite_engine) as session:
        snapshot = take_snapshot(session, Making()(session), NOW)
        view = cache.newest(session, snapshot)
        assert cache.newest(session, snapshot) is view
        assert view.board == view_of(session, snapshot.city, NOW).board


def test_a_new_snapshot_gives_a_new_view(sqlite_engine: Engine) -> None:
    build(sqlite_engine, NOW, three_agencies)
    cache = BoardCache()
    with reading(sqlite_engine) as session:
        cache.newest(session, take_snapshot(session, Making()(session), NOW))
    build(sqlite_engine, NOW, lambda world: world.dataset(world.agency("Dinas Baru"), "Data"))
    with reading(sqlite_engine) as session:
        snapshot = take_snapshot(session, Making()(session), NOW)
        assert len(cache.newest(session, snapshot).board.rows) == 4


def test_only_a_few_views_of_the_past_are_kept(sqlite_engine: Engine) -> None:
    build(sqlite_engine, NOW, three_agencies)
    cache, making = BoardCache(), Making()
    days = [NOW - timedelta(days=back) for back in range(N_PAST_VIEWS + 1)]
    with reading(sqlite_engine) as session:
        for at in (*days, days[-1]):
            cache.past(session, making, at)
        assert making.n == len(days)
        cache.past(session, making, days[0])
        assert making.n == len(days) + 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2025-07-01", "2025-06-30T17:00:00+00:00"),
        ("2025-07-01T08:00", "2025-07-01T01:00:00+00:00"),
        ("2025-07-01T08:00+08:00", "2025-07-01T00:00:00+00:00"),
        ("2025-07-01T08:00 08:00", "2025-07-01T00:00:00+00:00"),
        ("2025-07-01T00:00:00Z", "2025-07-01T00:00:00+00:00"),
        ("2025-07-21T08:00+07:00", "2025-07-21T01:00:00+00:00"),
    ],
)
def test_an_instant_is_read_as_people_and_machines_write_it(
    sqlite_engine: Engine, text: str, expected: str
) -> None:
    with reading(sqlite_engine) as session:
        calendar = load_calendar(session, ZONE)
    assert read_as_of(text, NOW, calendar) == datetime.fromisoformat(expected)


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ("", UnreadableInstant),
        ("1 Maret", UnreadableInstant),
        ("2025-02-30", UnreadableInstant),
        ("0001-01-01T00:00+14:00", UnreadableInstant),
        ("2025-07-21T08:01+07:00", NotYet),
        ("2025-07-22", NotYet),
    ],
)
def test_what_is_no_instant_or_has_not_come_is_refused(
    sqlite_engine: Engine, text: str, error: type[UnreadableInstant]
) -> None:
    with reading(sqlite_engine) as session:
        calendar = load_calendar(session, ZONE)
    with pytest.raises(error):
        read_as_of(text, NOW, calendar)


def test_months_end_with_the_running_one_across_the_turn_of_the_year() -> None:
    months = months_up_to(date(2025, 2, 28), 3)
    assert [month.label for month in months] == ["2024-12", "2025-01", "2025-02"]
    assert [month.last_day for month in months] == [
        date(2024, 12, 31),
        date(2025, 1, 31),
        date(2025, 2, 28),
    ]


def test_columns_are_drawn_from_the_ground_up_and_fill_their_height(sqlite_url: str) -> None:
    counts = {Face.ON_TIME: 3, Face.DONE_LATE: 1, Face.ARREARS: 4}
    cells = (MonthCell(Month(2025, 1), Tally(counts)), MonthCell(Month(2025, 2), Tally({})))
    with app_of(sqlite_url, NOW).test_request_context("/"):
        drawn = stack(cells, 80)
    assert [shape.look.value for shape in drawn.shapes] == ["on-time", "done-late", "arrears"]
    # 3/8, 1/8 and 4/8 of 80: from 80 up to 50, 40 and 0.
    assert [shape.path for shape in drawn.shapes] == [
        "M1 80V50h12V80z",
        "M1 50V40h12V50z",
        "M1 40V0h12V40z",
    ]
    assert [(column.n, column.top) for column in drawn.columns] == [(8, 0), (0, 80)]


def test_columns_to_scale_stand_as_high_as_their_number(sqlite_url: str) -> None:
    cells = tuple(
        MonthCell(Month(2025, number), Tally({Face.ON_TIME: n}))
        for number, n in ((1, 10), (2, 5), (3, 0))
    )
    with app_of(sqlite_url, NOW).test_request_context("/"):
        drawn = stack(cells, 80, to_scale=True)
    assert [column.top for column in drawn.columns] == [0, 40, 80]


def test_nobody_is_blamed_for_what_only_a_later_check_could_show(sqlite_engine: Engine) -> None:
    def tell(world: World) -> None:
        world.dataset(world.agency("Dinas Alfa"), "Angka", agreed_on=date(2025, 2, 1))

    build(sqlite_engine, NOW, tell)
    with reading(sqlite_engine) as session:
        city = City("Kota Contoh", load_calendar(session, ZONE))
        cache = BoardCache()
        then = cache.past(session, lambda _session: city, wib("2025-07-20 08:00"))
    states = {j.state for j in then.standings[0].judged if j.obligation.grace_at <= NOW}
    assert states == {State.UNOBSERVED}
