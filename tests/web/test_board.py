"""The board's figures, each worked out by hand for a city of a few agencies."""

from datetime import date, timedelta

import pytest
from sqlalchemy import Engine

from catalog.models.almanac import load_calendar
from catalog.models.db import reading
from catalog.rules.score import Share
from catalog.rules.terms import Cadence, ClosingKind, Headline, Schedule, State
from catalog.store.standing import City
from dashboards.numbers import AgencyRow, Board, Unranked
from dashboards.view import view_of
from tests.web.board_world import LONG_AGO, ZONE, World, build, counting, wib

NOW = wib("2025-07-21 08:00")
AGREED = date(2025, 2, 1)
MONTHS = ("2025-01", "2025-02", "2025-03", "2025-04", "2025-05", "2025-06")


def on_time(world: World, dataset_id: int, labels: tuple[str, ...] = MONTHS) -> int:
    """Deliver each period one hour before it is due."""
    for label in labels:
        world.close(dataset_id, label, world.owed(dataset_id, label).due_at - timedelta(hours=1))
    return dataset_id


def worked_vector(world: World, dataset_id: int) -> int:
    """Deliver as in the worked vector of the score: F = 0.6141 at NOW."""
    for label, at in (
        ("2025-01", "2025-02-07 09:00"),
        ("2025-02", "2025-03-20 09:00"),
        ("2025-03", "2025-05-02 09:00"),
        ("2025-04", "2025-05-15 09:00"),
    ):
        world.close(dataset_id, label, wib(at))
    return dataset_id


def three_agencies(world: World) -> None:
    """Alfa has the worked vector and two perfect datasets, Beta three perfect, Gama too few."""
    alfa = world.agency("Dinas Alfa", "ALFA")
    first = worked_vector(world, world.dataset(alfa, "Angka Stunting", agreed_on=AGREED))
    world.answer(first, "2025-06", "Petugas cuti", wib("2025-07-18 10:00"), date(2025, 7, 25))
    for title in ("Jumlah Kunjungan", "Jumlah Tenaga"):
        on_time(world, world.dataset(alfa, title, agreed_on=AGREED))
    beta = world.agency("Dinas Beta")
    for title in ("Panjang Jalan", "Luas Taman", "Jumlah Jembatan"):
        on_time(world, world.dataset(beta, title, agreed_on=AGREED))
    gama = world.agency("Dinas Gama")
    on_time(world, world.dataset(gama, "Produksi Padi", agreed_on=AGREED))
    world.dataset(gama, "Harga Beras", Cadence.INSIDENTAL, agreed_on=AGREED)


def board_of(engine: Engine, now=NOW, registration_due_on: date | None = None) -> Board:
    with reading(engine) as session:
        city = City("Kota Contoh", load_calendar(session, ZONE), registration_due_on)
        return view_of(session, city, now).board


def row(board: Board, name: str) -> AgencyRow:
    return next(row for row in board.rows if row.agency.name == name)


def test_the_score_of_an_agency_is_the_mean_over_what_it_agreed_to(sqlite_engine: Engine) -> None:
    build(sqlite_engine, NOW, three_agencies)
    alfa = row(board_of(sqlite_engine), "Dinas Alfa")
    # (0.6141 + 1 + 1) / 3
    assert alfa.score.value == pytest.approx(0.8714, abs=5e-5)
    assert alfa.total == pytest.approx(2.6141, abs=5e-5)
    assert alfa.score.n_agreed == 3


def test_agencies_are_ranked_by_their_score_and_the_small_ones_stand_below(
    sqlite_engine: Engine,
) -> None:
    build(sqlite_engine, NOW, three_agencies)
    board = board_of(sqlite_engine)
    assert [(r.rank, r.agency.name) for r in board.ranked] == [(1, "Dinas Beta"), (2, "Dinas Alfa")]
    assert [(r.agency.name, r.unranked) for r in board.unranked] == [
        ("Dinas Gama", Unranked.TOO_FEW)
    ]


def test_punctuality_counts_the_last_periods_whose_grace_has_passed(sqlite_engine: Engine) -> None:
    build(sqlite_engine, NOW, three_agencies)
    board = board_of(sqlite_engine)
    # Alfa: January and April of the vector (2 of 6), and 6 of 6 twice.
    assert row(board, "Dinas Alfa").measures.punctuality == Share(14, 18)
    assert row(board, "Dinas Beta").measures.punctuality == Share(18, 18)
    # Alfa 14 of 18, Beta 18 of 18, Gama 6 of 6.
    assert board.city.measures.punctuality == Share(38, 42)


def test_timeliness_is_the_median_of_the_working_days_from_period_end_to_publication(
    sqlite_engine: Engine,
) -> None:
    def tell(world: World) -> None:
        dataset = world.dataset(world.agency("Dinas Alfa"), "Angka", agreed_on=AGREED)
        # 31 Jan -> 7 Feb: 5 working days; 28 Feb -> 4 Mar: 2; 31 Mar -> 10 Apr: 3 (8, 9 and 10
        # April, because the holidays of Idul Fitri last until the 7th).
        for label, at in (
            ("2025-01", "2025-02-07 09:00"),
            ("2025-02", "2025-03-04 09:00"),
            ("2025-03", "2025-04-10 09:00"),
        ):
            world.close(dataset, label, wib(at))

    now = wib("2025-05-01 08:00")
    build(sqlite_engine, now, tell)
    assert board_of(sqlite_engine, now).city.measures.timeliness == 3


def test_the_city_number_names_current_among_scored_datasets(sqlite_engine: Engine) -> None:
    build(sqlite_engine, NOW, three_agencies)
    board = board_of(sqlite_engine)
    # Of 8 datasets one is unscheduled; of 7 scored the vector's owes May and June.
    assert board.city.current == Share(6, 7)
    assert board.city.measures.headlines == {
        Headline.CURRENT: 6,
        Headline.LATE: 1,
        Headline.UNSCHEDULED: 1,
    }


def test_missing_periods_are_named_with_the_agencys_own_reason_and_date(
    sqlite_engine: Engine,
) -> None:
    build(sqlite_engine, NOW, three_agencies)
    gaps = row(board_of(sqlite_engine), "Dinas Alfa").missing
    assert [(g.period.label, g.state) for g in gaps] == [
        ("2025-05", State.LATE),
        ("2025-06", State.LATE),
    ]
    assert gaps[0].explanation is None
    assert gaps[1].explanation is not None
    assert gaps[1].explanation.reason == "Petugas cuti"
    assert gaps[1].explanation.eta_on == date(2025, 7, 25)


def test_an_explanation_given_later_is_not_known_before(sqlite_engine: Engine) -> None:
    build(sqlite_engine, NOW, three_agencies)
    earlier = row(board_of(sqlite_engine, wib("2025-07-18 09:59")), "Dinas Alfa")
    assert [gap.explanation for gap in earlier.missing] == [None, None]


def test_equal_scores_and_delays_share_a_rank_and_the_next_rank_is_skipped(
    sqlite_engine: Engine,
) -> None:
    def tell(world: World) -> None:
        for name in ("Dinas Ceri", "Dinas Beri", "Dinas Alfa"):
            agency = world.agency(name)
            for title in ("Satu", "Dua", "Tiga"):
                dataset = world.dataset(agency, title, agreed_on=AGREED)
                on_time(world, dataset, MONTHS[:-1] if name == "Dinas Alfa" else MONTHS)

    build(sqlite_engine, NOW, tell)
    ranked = board_of(sqlite_engine).ranked
    assert [(r.rank, r.agency.name) for r in ranked] == [
        (1, "Dinas Beri"),
        (1, "Dinas Ceri"),
        (3, "Dinas Alfa"),
    ]


def test_equal_scores_are_told_apart_by_the_median_delay(sqlite_engine: Engine) -> None:
    def tell(world: World) -> None:
        # One period each: lateness 0.2, 0.2, 0.2 and 0.6, 0, 0 give the same score, but the
        # median delay of the second is nothing.
        for name, shares in (("Dinas Merata", (0.2, 0.2, 0.2)), ("Dinas Sekali", (0.6, 0.0, 0.0))):
            agency = world.agency(name)
            for number, share in enumerate(shares):
                dataset = world.dataset(agency, f"Data {number}", agreed_on=AGREED)
                owed = world.owed(dataset, "2025-01")
                late = owed.grace_at + share * (owed.arrears_at - owed.grace_at)
                world.close(dataset, "2025-01", late if share else owed.due_at - timedelta(hours=1))

    now = wib("2025-03-16 08:00")
    build(sqlite_engine, now, tell)
    board = board_of(sqlite_engine, now)
    first, second = board.ranked
    assert first.score.value == pytest.approx(second.score.value)
    assert [(r.rank, r.agency.name) for r in board.ranked] == [
        (1, "Dinas Sekali"),
        (2, "Dinas Merata"),
    ]


def test_one_perfect_dataset_of_four_agreed_scores_a_quarter_once_registration_is_overdue(
    sqlite_engine: Engine,
) -> None:
    def tell(world: World) -> None:
        agency = world.agency("Dinas Alfa")
        on_time(world, world.dataset(agency, "Terdaftar", agreed_on=AGREED))
        for title in ("Satu", "Dua", "Tiga"):
            world.dataset(agency, title, agreed_on=AGREED, has_source=False)

    build(sqlite_engine, NOW, tell)
    overdue = row(board_of(sqlite_engine, registration_due_on=date(2025, 3, 1)), "Dinas Alfa")
    assert overdue.score.value == pytest.approx(0.250)
    assert (overdue.score.n_agreed, overdue.rank) == (4, 1)
    before = row(board_of(sqlite_engine), "Dinas Alfa")
    assert (before.score.value, before.score.n_agreed) == (1.0, 1)
    assert before.unranked is Unranked.TOO_FEW


def test_what_was_never_seen_is_neither_owed_nor_scored(sqlite_engine: Engine) -> None:
    def tell(world: World) -> None:
        agency = world.agency("Dinas Gelap")
        for title in ("Satu", "Dua", "Tiga"):
            world.dataset(agency, title, agreed_on=AGREED, conclusive_at=LONG_AGO)

    build(sqlite_engine, NOW, tell)
    unseen = row(board_of(sqlite_engine), "Dinas Gelap")
    assert unseen.unranked is Unranked.NOTHING_COUNTED
    assert unseen.owed == ()
    assert unseen.n_unseen == 3 * len(MONTHS)
    assert unseen.n_late == 0
    assert unseen.measures.punctuality is None
    assert unseen.measures.filled == Share(0, 0)


def test_filled_counts_late_and_nil_as_delivered_and_leaves_waived_out(
    sqlite_engine: Engine,
) -> None:
    def tell(world: World) -> None:
        dataset = world.dataset(world.agency("Dinas Alfa"), "Angka", agreed_on=AGREED)
        world.close(dataset, "2025-01", wib("2025-06-30 09:00"))
        world.close(dataset, "2025-02", wib("2025-03-04 09:00"), kind=ClosingKind.NIL)
        world.close(dataset, "2025-03", wib("2025-04-04 09:00"), kind=ClosingKind.WAIVED)

    build(sqlite_engine, NOW, tell)
    # January late and February nil of January, February, April, May, June.
    assert row(board_of(sqlite_engine), "Dinas Alfa").measures.filled == Share(2, 5)


def test_datasets_without_a_readable_schedule_and_retired_ones_are_outside_every_figure(
    sqlite_engine: Engine,
) -> None:
    def tell(world: World) -> None:
        agency = world.agency("Dinas Alfa")
        world.dataset(
            agency, "Tak Terbaca", Cadence.TAHUNAN, rule_text="-", schedule=Schedule.UNPARSED
        )
        world.dataset(agency, "Lama", agreed_on=AGREED, retired_on=date(2025, 7, 1))

    build(sqlite_engine, NOW, tell)
    board = board_of(sqlite_engine)
    assert board.city.current == Share(0, 0)
    assert board.city.measures.headlines == {Headline.UNPARSED_SCHEDULE: 1}
    assert row(board, "Dinas Alfa").unranked is Unranked.NOTHING_COUNTED


def test_the_board_of_an_earlier_day_says_what_was_known_then(sqlite_engine: Engine) -> None:
    build(sqlite_engine, NOW, three_agencies)
    # On 18 March the February of the vector was in grace no more, and no check had been made.
    then = row(board_of(sqlite_engine, wib("2025-03-18 08:00")), "Dinas Alfa")
    assert [gap.state for gap in then.missing] == [State.UNOBSERVED]
    # On 21 March it had come, late, and was known.
    later = row(board_of(sqlite_engine, wib("2025-03-21 08:00")), "Dinas Alfa")
    assert later.missing == ()


def test_the_board_is_made_with_the_same_selects_for_one_dataset_and_for_many(
    engine: Engine,
) -> None:
    build(engine, NOW, three_agencies)
    with counting(engine) as few:
        board_of(engine)

    def more(world: World) -> None:
        agency = world.agency("Dinas Delta")
        for number in range(20):
            on_time(world, world.dataset(agency, f"Data {number}", agreed_on=AGREED))

    build(engine, NOW, more)
    with counting(engine) as many:
        assert row(board_of(engine), "Dinas Delta").score.n_agreed == 20
    assert few.n == many.n <= 14
