"""The rules against a naive reference, and against planted mistakes that it must catch."""

from dataclasses import replace
from datetime import timedelta

from catalog.rules import evidence
from catalog.rules.calendar import Calendar
from catalog.rules.parts import complete_at
from catalog.rules.release_rule import ReleaseRule
from catalog.rules.terms import Rank
from tests.rules import replay
from tests.rules.campaign import compare

SEED = 7
N_GATE = 1_500
N_MUTANT = 250


def test_no_verdict_differs_from_the_naive_reference():
    found = compare(N_GATE, SEED)
    assert found.differing == ()
    assert (found.n_false_fresh, found.n_false_late) == (0, 0)


def test_the_sample_visits_every_state_and_every_headline():
    found = compare(N_GATE // 3, SEED)
    assert set(found.states) == {
        "RUNNING",
        "OPEN",
        "DUE_SOON",
        "GRACE",
        "LATE",
        "ARREARS",
        "FULFILLED",
        "NIL",
        "WAIVED",
        "UNOBSERVED",
    }
    assert set(found.headlines) == {
        "CURRENT",
        "DUE_SOON",
        "GRACE",
        "LATE",
        "ARREARS",
        "UNOBSERVED",
        "NEW",
    }

    assert set(found.files) == {"one", "all of 2", "all of 3", "any of 2", "any of 3"}


def caught() -> int:
    """How many histories of a small sample a planted mistake changes."""
    return len(compare(N_MUTANT, SEED).differing)


def test_the_reference_catches_touches_that_count(monkeypatch):
    honest = evidence.rank_change

    def touched(canonical_hash, bytes_hash, accepted):
        rank = honest(canonical_hash, bytes_hash, accepted)
        return Rank.E4 if rank is Rank.E2 else rank

    monkeypatch.setattr(evidence, "rank_change", touched)
    assert caught()


def test_the_reference_catches_empty_rows_that_count(monkeypatch):
    monkeypatch.setattr(replay, "n_filled", lambda row: row.n_with + row.n_without)
    assert caught()


def test_the_reference_catches_a_future_that_passes(monkeypatch):
    monkeypatch.setattr(evidence, "is_future", lambda coverage, now, calendar: False)
    assert caught()


def test_the_reference_catches_a_lag_one_day_too_long(monkeypatch):
    honest = ReleaseRule.deadline
    monkeypatch.setattr(
        ReleaseRule,
        "deadline",
        lambda rule, period, calendar: honest(replace(rule, lag=rule.lag + 1), period, calendar),
    )
    assert caught()


def test_the_reference_catches_grace_in_calendar_days(monkeypatch):
    monkeypatch.setattr(Calendar, "add_working_days", lambda _, d, k: d + timedelta(days=k))
    assert caught()


def test_the_reference_catches_one_file_that_speaks_for_all(monkeypatch):
    monkeypatch.setattr(
        replay,
        "complete_at",
        lambda parts, delivered, now: complete_at(
            [part for part in parts if part.id in delivered], delivered, now
        ),
    )
    assert caught()


def test_the_reference_catches_a_first_file_that_dates_the_whole(monkeypatch):
    monkeypatch.setattr(
        evidence, "last_part", lambda fulfilled: min(fulfilled, key=lambda i: fulfilled[i].at)
    )
    assert caught()


def test_the_reference_catches_late_files_that_nobody_saw(monkeypatch):
    monkeypatch.setattr(
        replay, "oldest_of_all", lambda instants: max((at for at in instants if at), default=None)
    )
    assert caught()
