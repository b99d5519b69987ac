"""What checks prove, whether a source answers, and when to look again."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.rules.evidence import (
    CheckFact,
    access,
    conclusive_instants,
    latest_conclusive,
    next_look_at,
)
from catalog.rules.looking import AFTER_FAILURES, JITTER
from catalog.rules.terms import Access, Cadence, Outcome
from tests.rules.story import law, owed, promised, wib

C = Cadence
HOUR = timedelta(hours=1)
MINUTE = timedelta(minutes=1)
START = wib("2025-04-20 06:00")
OK, SAME = Outcome.COMPLETE, Outcome.NOT_MODIFIED
BAD, OURS = Outcome.SOURCE_FAILED, Outcome.OUR_FAULT


def facts(*events):
    """Facts from (minutes after the start, outcome)."""
    return [CheckFact(START + minutes * MINUTE, outcome) for minutes, outcome in events]


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([(0, OK)], [True]),
        ([(0, SAME)], [True]),
        ([(0, BAD)], [False]),
        ([(0, OURS)], [False]),
        ([(0, BAD), (29, BAD)], [False, False]),
        ([(0, BAD), (30, BAD)], [False, True]),
        ([(0, BAD), (15, BAD), (31, BAD)], [False, False, True]),
        ([(0, BAD), (20, OK), (40, BAD)], [False, True, False]),
        ([(0, BAD), (20, SAME), (40, BAD)], [False, True, False]),
        ([(0, BAD), (20, OURS), (40, BAD)], [False, False, True]),
        ([(0, OURS), (40, OURS), (80, OURS)], [False, False, False]),
    ],
)
def test_a_complete_answer_or_two_failures_half_an_hour_apart_are_conclusive(events, expected):
    assert conclusive_instants(facts(*events)) == expected


def test_the_latest_conclusive_instant_is_asked_for_a_moment(wib_calendar):
    seen = facts((0, OK), (60, BAD), (100, BAD), (120, OURS))
    assert latest_conclusive(seen, START - MINUTE) is None
    assert latest_conclusive(seen, START + 60 * MINUTE) == START
    assert latest_conclusive(seen, START + 500 * MINUTE) == START + 100 * MINUTE
    assert latest_conclusive(reversed(seen), START + 500 * MINUTE) == START + 100 * MINUTE


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([], Access.BELUM_DIPERIKSA),
        ([(0, OURS)], Access.BELUM_DIPERIKSA),
        ([(0, OK)], Access.LANCAR),
        ([(0, BAD)], Access.TERGANGGU),
        ([(0, OK), (60, BAD)], Access.TERGANGGU),
        ([(0, OK), (60, BAD), (89, BAD)], Access.TERGANGGU),
        ([(0, OK), (60, BAD), (90, BAD)], Access.PUTUS),
        ([(0, BAD), (30, BAD), (31, SAME)], Access.LANCAR),
        ([(0, BAD), (30, BAD), (31, OURS)], Access.PUTUS),
        ([(0, OK), (60, OURS)], Access.LANCAR),
    ],
)
def test_access_breaks_after_two_failures_and_recovers_with_one_success(events, expected):
    assert access(facts(*events), START + 1000 * MINUTE) is expected


# --- when to look again -----------------------------------------------------------------


def within_jitter(found, base, interval):
    """Whether an instant lies in the interval after the base, give or take the jitter."""
    return interval * (1 - JITTER) <= found - base <= interval * (1 + JITTER)


def test_a_source_never_looked_at_is_looked_at_now():
    assert next_look_at(promised(C.BULANAN), [], [], START, "a") == START


@pytest.mark.parametrize(
    ("cadence", "interval"),
    [
        (C.PER_JAM, HOUR),
        (C.HARIAN, 1.2 * HOUR),
        (C.MINGGUAN, 8.4 * HOUR),
        (C.BULANAN, 36 * HOUR),
        (C.TAHUNAN, 168 * HOUR),
        (C.TETAP, 168 * HOUR),
    ],
)
def test_the_regular_interval_is_a_twentieth_of_a_period_from_an_hour_to_a_week(cadence, interval):
    looked = [CheckFact(START, OK)]
    found = next_look_at(promised(cadence), [], looked, START, "dataset-1")
    assert within_jitter(found, START, interval)


def test_inside_the_due_window_it_looks_every_six_hours_until_fulfilled(wib_calendar):
    march = owed(C.BULANAN, "2025-03", wib_calendar)
    looked = [CheckFact(march.remind_at, OK)]
    found = next_look_at(promised(C.BULANAN), [march], looked, march.remind_at, "x")
    assert within_jitter(found, march.remind_at, 6 * HOUR)
    found = next_look_at(promised(C.BULANAN), [], looked, march.remind_at, "x")
    assert within_jitter(found, march.remind_at, 36 * HOUR)


def test_a_window_that_opens_before_the_regular_look_draws_it_near(wib_calendar):
    year = owed(C.TAHUNAN, "2024", wib_calendar)
    before = year.remind_at - 2 * HOUR
    found = next_look_at(promised(C.TAHUNAN), [year], [CheckFact(before, OK)], before, "y")
    assert year.remind_at <= found <= year.remind_at + 6 * HOUR


def test_after_a_change_it_looks_again_within_twelve_hours():
    changed = [CheckFact(START, OK, changed=True)]
    found = next_look_at(promised(C.TAHUNAN), [], changed, START, "z")
    assert within_jitter(found, START, 12 * HOUR)
    found = next_look_at(promised(C.PER_JAM), [], changed, START, "z")
    assert within_jitter(found, START, HOUR)


@pytest.mark.parametrize("n_failures", [1, 2, 3, 4, 5, 9])
def test_after_failures_it_waits_a_quarter_hour_then_ever_longer_up_to_a_day(n_failures):
    failed = [CheckFact(START - HOUR, OK)]
    failed += [CheckFact(START + i * MINUTE, BAD) for i in range(n_failures)]
    found = next_look_at(promised(C.TAHUNAN), [], failed, START + HOUR, "w")
    step = AFTER_FAILURES[min(n_failures, 4) - 1]
    assert within_jitter(found, failed[-1].at, step)


def test_the_jitter_is_fixed_by_the_key_and_spreads_the_keys():
    looked = [CheckFact(START, OK)]
    found = [next_look_at(promised(C.BULANAN), [], looked, START, f"d{i}") for i in range(200)]
    again = [next_look_at(promised(C.BULANAN), [], looked, START, f"d{i}") for i in range(200)]
    assert found == again
    assert len(set(found)) == 200


@law
@given(st.lists(st.tuples(st.integers(1, 400), st.sampled_from(list(Outcome))), max_size=12))
def test_deleting_our_own_faults_changes_no_proof(steps):
    at, seen = START, []
    for minutes, outcome in steps:
        at += minutes * MINUTE
        seen.append(CheckFact(at, outcome))
    honest = [fact for fact in seen if fact.outcome is not OURS]
    assert latest_conclusive(seen, at) == latest_conclusive(honest, at)
    assert access(seen, at) == access(honest, at)
