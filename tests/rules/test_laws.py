"""Laws that hold for every promise, every history and every instant."""

from dataclasses import replace
from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from catalog.rules.escalation import telling
from catalog.rules.evidence import KnownVersion, fulfilment, rank_change
from catalog.rules.obligations import (
    Closing,
    headline,
    judge,
    obligations,
    oblige,
    state,
)
from catalog.rules.periods import period_of
from catalog.rules.score import dataset_score, weight
from catalog.rules.terms import Cadence, ClosingKind, Headline, Rank, State
from tests.rules import histories, replay
from tests.rules.holiday_file import city_calendar
from tests.rules.story import law, promised

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
WIB = city_calendar("Asia/Jakarta")
WITA = city_calendar("Asia/Makassar")
PERIODIC = st.sampled_from([c for c in Cadence if c.is_periodic])
DAYS = st.dates(date(2022, 1, 1), date(2026, 6, 30))
RANK = [
    State.RUNNING,
    State.OPEN,
    State.DUE_SOON,
    State.GRACE,
    State.UNOBSERVED,
    State.LATE,
    State.ARREARS,
]
SEEDS = st.integers(0, 10**9)


def instants(obligation):
    """Instants around all bounds of an obligation."""
    bounds = ("opens_at", "remind_at", "due_at", "grace_at", "arrears_at", "closable_at")
    return [
        getattr(obligation, bound) + shift
        for bound in bounds
        for shift in (-DAY, -timedelta(seconds=1), timedelta(), DAY)
    ]


@law
@given(PERIODIC, DAYS)
def test_bounds_come_in_order(cadence, day):
    o = oblige(promised(cadence), period_of(cadence, day), WIB)
    assert WIB.midnight(o.period.start) <= o.opens_at
    assert o.remind_at < o.due_at <= o.grace_at < o.arrears_at
    assert o.grace_at + DAY <= o.arrears_at
    assert WIB.is_working_day(o.due_date)


@law
@given(PERIODIC, DAYS)
def test_without_an_event_time_never_improves_a_state_nor_raises_its_worth(cadence, day):
    o = oblige(promised(cadence), period_of(cadence, day), WIB)
    seen = [judge(o, None, now, now) for now in sorted(instants(o))]
    ranks = [RANK.index(j.state) for j in seen]
    assert ranks == sorted(ranks)
    worth = [weight(j, now) for j, now in zip(seen, sorted(instants(o)), strict=True)]
    counted = [w for w in worth if w is not None]
    assert counted == sorted(counted, reverse=True)


@law
@given(PERIODIC, DAYS, st.integers(0, 900))
def test_with_one_last_look_time_never_improves_a_state_either(cadence, day, n_days):
    o = oblige(promised(cadence), period_of(cadence, day), WIB)
    looked_at = o.opens_at + n_days * DAY
    ranks = [
        RANK.index(state(o, None, looked_at if looked_at <= now else None, now))
        for now in sorted(instants(o))
        if now >= o.grace_at and (now >= looked_at or looked_at < o.grace_at)
    ]
    assert ranks == sorted(ranks)


@law
@given(PERIODIC, DAYS, st.integers(1, 900))
def test_deleting_all_checks_makes_nothing_late(cadence, agreed_on, n_days):
    now = WIB.midnight(agreed_on) + n_days * DAY
    promise = promised(cadence)
    judged = [judge(o, None, None, now) for o in obligations(promise, agreed_on, now, WIB)]
    assert not {j.state for j in judged} & {State.LATE, State.ARREARS}
    assert headline(promise, judged, now) not in (Headline.LATE, Headline.ARREARS)
    assert dataset_score(judged, promise, now).value is None


@law
@given(PERIODIC, DAYS)
def test_wib_and_wita_differ_by_exactly_one_hour_at_every_bound(cadence, day):
    period = period_of(cadence, day)
    west, east = (oblige(promised(cadence), period, c) for c in (WIB, WITA))
    for bound in ("opens_at", "remind_at", "due_at", "grace_at", "arrears_at", "closable_at"):
        assert getattr(west, bound) - getattr(east, bound) == HOUR


@law
@given(PERIODIC, DAYS, st.lists(st.integers(0, 400), min_size=1, max_size=6))
def test_the_ledger_is_the_same_however_often_and_late_the_step_ran(cadence, agreed_on, days):
    promise = promised(cadence)
    start = WIB.midnight(agreed_on)
    stored = {}
    for n in sorted(days):
        for o in obligations(promise, agreed_on, start + n * DAY, WIB):
            assert stored.setdefault(o.period.label, o) == o
    last = obligations(promise, agreed_on, start + max(days) * DAY, WIB)
    assert list(stored.values()) == last


@law
@given(PERIODIC, DAYS, st.integers(0, 60), st.integers(0, 400), st.integers(0, 400))
def test_releasing_earlier_never_lowers_the_score(cadence, agreed_on, k, one, other):
    promise = promised(cadence)
    ledger = obligations(promise, agreed_on, WIB.midnight(agreed_on) + 900 * DAY, WIB)
    target = ledger[k % len(ledger)]
    early, late = sorted((one, other))
    now = target.closable_at + max(late, 300) * DAY

    def score(days):
        at = target.closable_at + days * DAY
        closing = Closing(ClosingKind.FULFILLED, at, at)
        judged = [judge(o, closing if o is target else None, now, now) for o in ledger]
        return dataset_score(judged, promise, now).value

    without = dataset_score([judge(o, None, now, now) for o in ledger], promise, now).value
    assert score(early) >= score(late) - 1e-12
    assert without is None or score(late) >= without - 1e-12


@law
@given(st.lists(st.sampled_from(["touch", "revert", "same"]), max_size=12))
def test_touching_and_reverting_never_rank_as_new_content(moves):
    accepted = [KnownVersion("A", "a0"), KnownVersion("B", "b0")]
    for i, move in enumerate(moves):
        last = accepted[-1]
        content = {"A": "B", "B": "A"}[last.canonical_hash] if move == "revert" else None
        known = KnownVersion(
            content or last.canonical_hash, last.bytes_hash if move == "same" else f"x{i}"
        )
        rank = rank_change(known.canonical_hash, known.bytes_hash, accepted)
        assert rank in (Rank.E0, Rank.E1, Rank.E2)
        accepted.append(known)


@law
@given(
    PERIODIC,
    DAYS,
    st.integers(0, 900),
    st.none() | st.integers(0, 900),
    st.none() | st.integers(0, 900),
)
def test_f_lies_between_the_last_negative_and_the_first_sight(cadence, day, seen, gap, modified):
    o = oblige(promised(cadence), period_of(cadence, day), WIB)
    seen_at = o.opens_at + seen * DAY
    negative_at = seen_at - (gap + 1) * HOUR if gap is not None else None
    modified_at = seen_at - modified * HOUR if modified is not None else None
    found = fulfilment(seen_at, negative_at, modified_at, o)
    assert o.closable_at <= found.at <= max(seen_at, o.closable_at)
    if negative_at is not None:
        assert found.timing_observed
        assert found.at > negative_at


def played(seed, shorten=timedelta()):
    """A history played through the rules, perhaps seen from an earlier instant."""
    history = histories.make(seed)
    now = history.now - shorten
    others = (
        replace(other, looks=tuple(x for x in other.looks if x.at <= now))
        for other in history.others
    )
    then = replace(
        history,
        looks=tuple(x for x in history.looks if x.at <= now),
        decisions=tuple(x for x in history.decisions if x.at <= now),
        others=tuple(others),
        now=now,
    )
    return then, history


@law
@given(SEEDS, st.integers(0, 200))
def test_any_past_state_is_rebuilt_from_what_was_known_then(seed, n_days):
    then, whole = played(seed, n_days * DAY)
    snapshot = replay.judge_history(then)
    calendar = replay.calendar_of(whole.zone)
    run = replay.Replay(whole, calendar)
    run.run()
    known = {o: c for o, c in run.closings.items() if c.seen_at <= then.now}
    conclusive_at = run.conclusive_at(then.now)
    for o in run.ledger:
        if o.period.label in snapshot.states:
            rebuilt = state(o, known.get(o), conclusive_at, then.now)
            assert rebuilt.value == snapshot.states[o.period.label]


FRESH = {Headline.CURRENT.value, Headline.DUE_SOON.value}


@law
@given(SEEDS)
def test_where_all_files_count_another_one_never_makes_anything_fresher(seed):
    more = replace(histories.make(seed), merge="all")
    for n in range(len(more.others)):
        fewer = replace(more, others=more.others[:n])
        whole, part = replay.judge_history(more), replay.judge_history(fewer)
        assert whole.closed.keys() <= part.closed.keys()
        assert all(f >= part.closed[label][0] for label, (f, _) in whole.closed.items())
        assert whole.headline not in FRESH or part.headline in FRESH


@law
@given(SEEDS)
def test_where_any_file_counts_the_first_that_holds_a_period_closes_it(seed):
    history = replace(histories.make(seed), merge="any")
    if history.unit is None:
        return
    whole = replay.Replay(history, replay.calendar_of(history.zone))
    whole.run()
    alone = [replace(history, others=())]
    alone += [
        replace(history, looks=other.looks, others=())
        for other in history.others
        if not other.until
    ]
    for each in alone:
        run = replay.Replay(each, replay.calendar_of(each.zone))
        run.run()
        for obligation, closing in run.closings.items():
            assert whole.closings[obligation].seen_at <= closing.seen_at


@law
@given(SEEDS)
def test_due_dates_do_not_drift_with_uploads(seed):
    history = histories.make(seed)
    others = tuple(replace(other, looks=()) for other in history.others)
    silent = replace(history, looks=(), decisions=(), others=others)
    assert replay.judge_history(history).due == replay.judge_history(silent).due


@law
@given(st.lists(st.sampled_from(["touch", "revert", "same"]), min_size=1, max_size=15))
def test_a_stream_of_touches_and_reverts_leaves_every_obligation_open(moves):
    begin = WIB.midnight(date(2025, 1, 1))
    row = (histories.Row("", date(2025, 1, 1), 3, 0),)

    def published(n, content, file):
        at = begin + n * 9 * DAY
        return histories.Look(at, "COMPLETE", histories.Publication(at, content, file, row, True))

    # B follows A at once: no obligation could close then, and nothing new comes after it.
    looks = [published(0, "A", "a"), published(1, "B", "b")]
    for n, move in enumerate(moves, start=2):
        last = looks[-1].publication
        content = {"A": "B", "B": "A"}[last.content] if move == "revert" else last.content
        looks.append(published(n, content, last.file if move == "same" else f"x{n}"))
    rule = histories.Rule(None, "default")
    now = begin + 200 * DAY
    history = histories.History(
        0, "Asia/Jakarta", "bulanan", rule, date(2025, 2, 1), None, tuple(looks), (), now
    )
    assert replay.judge_history(history).closed == {}


@law
@given(DAYS, st.sets(st.integers(1, 3000), max_size=40))
def test_missed_runs_end_at_the_same_level_with_one_notice(day, hours):
    o = oblige(promised(Cadence.BULANAN), period_of(Cadence.BULANAN, day), WIB)
    last = o.opens_at + 3001 * HOUR

    def run(ticks):
        announced, n_notices = 0, 0
        for now in ticks:
            found = telling(judge(o, None, now, now), announced, now, [], now, WIB)
            n_notices += found.is_announcement
            announced = max(announced, found.level)
        return announced, n_notices

    often, n_often = run([*(o.opens_at + h * HOUR for h in sorted(hours)), last])
    once, n_once = run([last])
    assert often == once == 5
    assert n_once == 1
    assert n_often <= 5
