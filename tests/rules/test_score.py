"""Scores, punctuality, timeliness, the city's one number."""

from datetime import date, timedelta

import pytest

from catalog.rules.obligations import Closing, Judged, headline, judge
from catalog.rules.score import (
    DECAY,
    FORMULA,
    Share,
    Standing,
    agency_score,
    city_current,
    dataset_score,
    delays,
    lateness,
    punctuality,
    score_window,
    timeliness,
    weight,
)
from catalog.rules.terms import Cadence, ClosingKind, Headline, State
from tests.rules.story import fulfilled, owed, promised, told, wib

C = Cadence
DAY = timedelta(days=1)
NOW = wib("2025-07-21 08:00")
AGREED = date(2025, 2, 1)
RELEASES = {
    "2025-01": wib("2025-02-07 00:00"),
    "2025-02": wib("2025-03-20 09:00"),
    "2025-03": wib("2025-05-02 09:00"),
    "2025-04": wib("2025-05-15 00:00"),
}
MONTHLY = promised(C.BULANAN)


def judged_at(now, calendar, releases, conclusive_at=None):
    """The monthly ledger agreed on 1 February 2025."""
    return told(MONTHLY, AGREED, now, calendar, releases, conclusive_at)


def test_the_worked_score_of_july_2025(wib_calendar):
    judged = judged_at(NOW, wib_calendar, RELEASES)
    score = dataset_score(judged, MONTHLY, NOW)
    shown = {p.obligation.period.label: (round(p.x, 4), round(p.pi, 4)) for p in score.parts}
    assert shown == {
        "2025-06": (0.0877, 0.3649),
        "2025-05": (0.8772, 0.0491),
        "2025-04": (0.0, 1.0),
        "2025-03": (0.3783, 0.7730),
        "2025-02": (0.0625, 0.9625),
        "2025-01": (0.0, 1.0),
    }
    assert [round(p.weight, 4) for p in score.parts] == [1, 0.85, 0.7225, 0.6141, 0.5220, 0.4437]
    assert round(score.value, 4) == 0.6141
    assert score.n_counted == 6
    assert score.formula == FORMULA == "S1"
    assert headline(MONTHLY, judged, NOW) is Headline.LATE


def test_an_upload_always_pays_and_two_pay_more(wib_calendar):
    upload = wib("2025-07-21 07:00")
    one = RELEASES | {"2025-05": upload}
    both = one | {"2025-06": upload}
    found = [
        dataset_score(judged_at(NOW, wib_calendar, releases), MONTHLY, NOW).value
        for releases in (RELEASES, one, both)
    ]
    assert [round(value, 4) for value in found] == [0.6141, 0.7012, 0.8416]
    assert headline(MONTHLY, judged_at(NOW, wib_calendar, both), NOW) is Headline.CURRENT


def test_nothing_until_august_costs_more_and_ends_in_arrears(wib_calendar):
    now = wib("2025-08-04 08:00")
    score = dataset_score(judged_at(now, wib_calendar, RELEASES), MONTHLY, now)
    pis = {p.obligation.period.label: round(p.pi, 4) for p in score.parts}
    assert (pis["2025-06"], pis["2025-05"]) == (0.2175, 0.0)
    assert round(score.value, 4) == 0.5686


@pytest.mark.parametrize(
    ("offset", "x"), [(-DAY, 0.0), (timedelta(), 0.0), (19 * DAY, 0.5), (38 * DAY, 1.0)]
)
def test_lateness_runs_from_the_end_of_grace_to_arrears(offset, x, wib_calendar):
    o = owed(C.BULANAN, "2025-03", wib_calendar)  # grace ends 17 April, arrears 25 May
    assert o.arrears_at - o.grace_at == 38 * DAY
    assert lateness(o, o.grace_at + offset) == pytest.approx(x)
    assert lateness(o, o.arrears_at + 500 * DAY) == 1.0


def test_what_is_counted_and_what_is_not(wib_calendar):
    o = owed(C.BULANAN, "2025-03", wib_calendar)
    late = o.grace_at + 19 * DAY

    def worth(closing, now, conclusive_at=None):
        return weight(judge(o, closing, conclusive_at or now, now), now)

    assert worth(fulfilled(o.due_at), late) == 1.0
    assert worth(fulfilled(late), late) == pytest.approx(0.7)
    assert worth(fulfilled(o.arrears_at + DAY), o.arrears_at + 9 * DAY) == pytest.approx(0.4)
    assert worth(Closing(ClosingKind.NIL, late, late), late) == pytest.approx(0.7)
    assert worth(None, o.grace_at) == pytest.approx(0.4)
    assert worth(None, late) == pytest.approx(0.2)
    assert worth(None, o.arrears_at) == 0.0
    assert worth(None, o.grace_at - DAY) is None
    assert worth(None, late, conclusive_at=o.due_at) is None
    assert worth(Closing(ClosingKind.WAIVED, late, late), late) is None
    assert worth(fulfilled(late, observed=False), late) is None


def test_only_the_last_n_counted_obligations_weigh(wib_calendar):
    now = wib("2026-12-20 00:00")
    judged = judged_at(now, wib_calendar, {})
    score = dataset_score(judged, MONTHLY, now)
    assert score_window(C.BULANAN) == 12
    assert score.n_counted == 12
    assert score.parts[0].obligation.period.label == "2026-11"
    assert score.parts[-1].weight == pytest.approx(DECAY**11)
    windows = {c.value: score_window(c) for c in Cadence if c.is_periodic}
    assert list(windows.values()) == [13, 12, 8, 6, 4, 3, 3, 2, 2]


def test_a_dataset_without_a_counted_obligation_has_no_score(wib_calendar):
    now = wib("2025-02-05 00:00")
    score = dataset_score(judged_at(now, wib_calendar, {}), MONTHLY, now)
    assert (score.value, score.n_counted, score.parts) == (None, 0, ())


def test_one_perfect_dataset_of_four_agreed_is_a_quarter_not_one():
    found = agency_score([1.0], n_unregistered=3)
    assert (found.value, found.n_agreed, found.n_counted) == (0.25, 4, 1)
    assert found.ranked


def test_an_agency_is_ranked_from_three_agreed_datasets_on():
    for n, ranked in ((2, False), (3, True), (4, True)):
        assert agency_score([0.5] * n).ranked is ranked
    assert not agency_score([1.0, 1.0, None]).ranked


def test_datasets_without_a_score_are_outside_numerator_and_denominator():
    found = agency_score([1.0, None, 0.5, None], delays=[3, 0, 10])
    assert (found.value, found.n_agreed, found.n_counted) == (0.75, 2, 2)
    assert found.median_delay == 3
    empty = agency_score([None])
    assert (empty.value, empty.n_agreed, empty.median_delay) == (None, 0, None)


def test_punctuality_counts_what_closed_before_the_end_of_grace(wib_calendar):
    judged = judged_at(NOW, wib_calendar, RELEASES)
    # January and April in time, February and March late, May and June open.
    assert punctuality(judged, 12, NOW) == Share(2, 6)
    assert punctuality(judged, 3, NOW) == Share(1, 3)
    assert punctuality(judged, 12, wib("2025-02-05 00:00")) is None


def test_punctuality_leaves_out_waived_unobserved_and_unseen_timing(wib_calendar):
    judged = judged_at(NOW, wib_calendar, RELEASES)
    waiver = Closing(ClosingKind.WAIVED, NOW, NOW)
    unseen = fulfilled(wib("2025-05-02 09:00"), observed=False)
    changed = {
        "2025-02": (State.WAIVED, waiver),
        "2025-03": (State.FULFILLED, unseen),
        "2025-05": (State.UNOBSERVED, None),
    }
    judged = [
        Judged(j.obligation, *changed[j.obligation.period.label])
        if j.obligation.period.label in changed
        else j
        for j in judged
    ]
    assert punctuality(judged, 12, NOW) == Share(2, 3)


def test_timeliness_is_the_median_of_working_days_from_period_end_to_release(wib_calendar):
    judged = judged_at(NOW, wib_calendar, RELEASES)
    between = wib_calendar.working_days_between
    gaps = sorted(
        [
            between(date(2025, 1, 31), date(2025, 2, 7)),
            between(date(2025, 2, 28), date(2025, 3, 20)),
            between(date(2025, 3, 31), date(2025, 5, 2)),
            between(date(2025, 4, 30), date(2025, 5, 15)),
            between(date(2025, 5, 31), date(2025, 7, 21)),
            between(date(2025, 6, 30), date(2025, 7, 21)),
        ]
    )
    assert gaps[0] == 5
    assert timeliness(judged, 12, NOW, wib_calendar) == (gaps[2] + gaps[3]) / 2
    assert timeliness(judged, 12, wib("2025-02-05 00:00"), wib_calendar) is None


def test_delays_are_zero_within_grace_and_working_days_after_it(wib_calendar):
    judged = judged_at(NOW, wib_calendar, RELEASES)
    found = delays(judged, 12, NOW, wib_calendar)
    between = wib_calendar.working_days_between
    assert found == [
        between(date(2025, 7, 10), date(2025, 7, 21)),
        between(date(2025, 6, 10), date(2025, 7, 21)),
        0,
        between(date(2025, 4, 10), date(2025, 5, 2)),
        between(date(2025, 3, 10), date(2025, 3, 20)),
        0,
    ]


def test_the_citys_number_counts_grace_only_with_one_period_open():
    standings = [
        Standing(Headline.CURRENT, 0, 1.0),
        Standing(Headline.DUE_SOON, 2, 0.9),
        Standing(Headline.GRACE, 1, 0.8),
        Standing(Headline.GRACE, 2, 0.7),
        Standing(Headline.LATE, 1, 0.5),
        Standing(Headline.UNOBSERVED, 1, 0.9),
        Standing(Headline.NEW, 0, None),
        Standing(Headline.UNSCHEDULED, 0, None),
    ]
    found = city_current(standings)
    assert (found.n, found.of, found.value) == (3, 6, 0.5)
    assert city_current([]).value is None
