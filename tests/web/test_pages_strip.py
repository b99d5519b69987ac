"""The strip: one cell per obligation, oldest left, the running one at the right end."""

from datetime import date, datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import Engine

from catalog.models.db import reading
from catalog.pages.sentences import speak_strip
from catalog.pages.wording import ICONS, word_of
from catalog.rules.obligations import Closing, judge, oblige
from catalog.rules.periods import period_of
from catalog.rules.promise import promise_of
from catalog.rules.release_rule import parse_release_rule
from catalog.rules.terms import (
    Access,
    Cadence,
    ClosingKind,
    Headline,
    State,
    Timing,
    Validity,
)
from catalog.store.standing import City, Standing, standings
from catalog.store.strip import LETTERS, Cell, Look, cell_of, look_of, strip_of
from tests.web.pages_world import NOW, Town, build_city, early, open_web

MONTHLY = promise_of(Cadence.BULANAN, parse_release_rule(None, Cadence.BULANAN))
CALENDAR = Town(None, None).calendar
MARCH = oblige(MONTHLY, period_of(Cadence.BULANAN, date(2025, 3, 1)), CALENDAR)


def cell(closing: Closing | None, now: datetime, conclusive_at: datetime | None = None) -> Cell:
    return cell_of(judge(MARCH, closing, conclusive_at, now), now, CALENDAR)


@pytest.fixture
def web(sqlite_engine: Engine) -> Flask:
    return open_web(sqlite_engine, build_city(sqlite_engine))


@pytest.mark.parametrize(
    ("at", "observed", "look", "timing"),
    [
        (MARCH.grace_at - timedelta(seconds=1), True, Look.ON_TIME, Timing.ON_TIME),
        (MARCH.grace_at, True, Look.DONE_LATE, Timing.LATE),
        (MARCH.grace_at, False, Look.DONE_UNSEEN, Timing.UNOBSERVED),
    ],
)
def test_a_fulfilled_obligation_looks_as_its_timing(at, observed, look, timing):
    seen = cell(Closing(ClosingKind.FULFILLED, at, at, observed), at)
    assert (seen.look, seen.timing, seen.state) == (look, timing, State.FULFILLED)


@pytest.mark.parametrize(
    ("now", "state", "look"),
    [
        (MARCH.opens_at - timedelta(seconds=1), State.RUNNING, Look.RUNNING),
        (MARCH.opens_at, State.OPEN, Look.RUNNING),
        (MARCH.remind_at, State.DUE_SOON, Look.SOON),
        (MARCH.due_at, State.GRACE, Look.SOON),
        (MARCH.grace_at, State.LATE, Look.LATE),
        (MARCH.arrears_at, State.ARREARS, Look.ARREARS),
    ],
)
def test_an_open_obligation_changes_its_look_at_its_bounds(now, state, look):
    seen = cell(None, now, conclusive_at=now)
    assert (seen.state, seen.look) == (state, look)


def test_what_nobody_could_check_is_grey_never_red():
    assert cell(None, MARCH.arrears_at).look is Look.UNKNOWN


def test_days_late_count_working_days_after_the_due_date():
    at = MARCH.grace_at + timedelta(hours=1)
    assert cell(Closing(ClosingKind.FULFILLED, at, at), at).n_days_late == 6


def test_every_code_has_a_look_an_icon_a_letter_and_a_word(web):
    codes = [*State, *Headline, *Access, *Validity]
    with web.test_request_context("/"):
        for code in codes:
            look = look_of(code)
            assert word_of(code)
            assert look in ICONS
            assert look in LETTERS
    assert len(set(LETTERS.values())) == len(Look)


def test_only_what_is_current_or_kept_is_green():
    green = {code for code in (*State, *Headline) if look_of(code) is Look.ON_TIME}
    assert green == {State.FULFILLED, Headline.CURRENT}


def standing_of(engine: Engine, slug: str) -> Standing:
    with reading(engine) as session:
        found = standings(session, City("Kota", CALENDAR), NOW)
    return next(s for s in found if s.slug == slug)


def test_the_strip_ends_with_the_running_period_and_keeps_the_newest(web, sqlite_engine):
    standing = standing_of(sqlite_engine, "balita-stunting")
    labels = [c.label for c in strip_of(standing, NOW, CALENDAR).cells]
    assert labels == [
        "2025-08",
        "2025-09",
        "2025-10",
        "2025-11",
        "2025-12",
        "2026-01",
        "2026-02",
    ]
    assert [c.label for c in strip_of(standing, NOW, CALENDAR, 2).cells] == labels[-2:]


def test_a_strip_as_text_is_its_letters(web, sqlite_engine):
    strip = strip_of(standing_of(sqlite_engine, "kunjungan-puskesmas"), NOW, CALENDAR)
    assert " ".join(c.letter for c in strip.cells) == "✓ ✓ ✓ ‼ ! ! …"


def test_a_strip_is_counted_in_its_sentence_and_years_are_named_once(web, sqlite_engine):
    strip = strip_of(standing_of(sqlite_engine, "balita-stunting"), NOW, CALENDAR)
    with web.test_request_context("/"):
        spoken = speak_strip(strip)
    assert spoken.sentence == (
        "7 periode, dari yang terlama: 5 tepat waktu; 1 terpenuhi, terlambat; 1 berjalan."
    )
    assert [c.year for c in spoken.cells] == ["2025", "", "", "", "", "2026", ""]


def test_a_rolling_dataset_has_a_bar_of_thirty_days(sqlite_engine):
    def tell(town: Town) -> None:
        agency = town.agency("Dinas Lingkungan Hidup", "DLH")
        air = town.dataset(agency, "udara", "Kualitas Udara", Cadence.HARIAN)
        town.source(air)
        town.version(air, 1, b"hari\r\n", seen_at=early(2, day=18), max_at=early(2, day=18))

    web = open_web(sqlite_engine, build_city(sqlite_engine, tell))
    strip = strip_of(standing_of(sqlite_engine, "udara"), NOW, CALENDAR)
    assert (strip.is_rolling, len(strip.cells)) == (True, 30)
    assert strip.cells[-1].start == date(2026, 2, 20)
    page = web.test_client().get("/dataset/udara").text
    assert "30 hari terakhir" in page
    assert "Jumat, 20 Februari 2026: " in page
