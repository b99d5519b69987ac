"""Datasets of several files where all of them count: worked by hand, and as laws.

bulanan 2025-03: closable 1 April, due 10 April, grace ends with 17 April (WIB).
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from catalog.rules.conclusive import CheckFact
from catalog.rules.evidence import Fulfilment, fulfilment, last_part
from catalog.rules.obligations import Closing, Timing, state, timing
from catalog.rules.parts import Part, complete_at, oldest_of_all
from catalog.rules.rolling import (
    Reading,
    Watch,
    rolling_days,
    rolling_headline,
    rolling_score,
    together,
)
from catalog.rules.terms import Cadence, ClosingKind, Headline, Outcome, State
from tests.rules.story import law, owed, promised, wib

HOUR = timedelta(hours=1)
LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)


@dataclass(frozen=True)
class File:
    """One file: the last look that missed March, the first that found it, its time as a part."""

    negative: str | None = None
    positive: str | None = None
    since: str | None = None
    until: str | None = None

    def part(self, i):
        until = wib(self.until) if self.until else None
        return Part(i, wib(self.since) if self.since else LONG_AGO, until)

    def found(self, march):
        negative = wib(self.negative) if self.negative else None
        return fulfilment(wib(self.positive), negative, None, march)


ON_8_APRIL = File("2025-04-08 08:00", "2025-04-09 08:00")
VECTORS = {
    "the amnesty of the last part is that of the whole": (
        [ON_8_APRIL, File("2025-04-17 20:00", "2025-04-18 06:00")],
        ("2025-04-17 20:00:01", "2025-04-18 06:00", Timing.ON_TIME),
    ),
    "one part that came after the grace is late": (
        [ON_8_APRIL, File("2025-04-18 06:00", "2025-04-23 08:00")],
        ("2025-04-18 06:00:01", "2025-04-23 08:00", Timing.LATE),
    ),
    "one part that lacks the period leaves it open": ([ON_8_APRIL, File("2025-04-18 06:00")], None),
    "one part that nobody has seen leaves it open": ([ON_8_APRIL, File()], None),
    "a last part first seen after the grace has no timing": (
        [ON_8_APRIL, File(None, "2025-04-20 08:00")],
        ("2025-04-20 08:00", "2025-04-20 08:00", Timing.UNOBSERVED),
    ),
    "a later part that was seen to come gives the timing": (
        [File(None, "2025-04-20 08:00"), File("2025-04-21 08:00", "2025-04-22 08:00")],
        ("2025-04-21 08:00:01", "2025-04-22 08:00", Timing.LATE),
    ),
    "a part that was taken out is waited for no more": (
        [ON_8_APRIL, File("2025-04-18 06:00", until="2025-04-20 09:00")],
        ("2025-04-08 08:00:01", "2025-04-20 09:00", Timing.ON_TIME),
    ),
    "a part that joined before the others were complete is waited for": (
        [
            ON_8_APRIL,
            File("2025-04-10 08:00", "2025-04-12 08:00"),
            File("2025-04-14 08:00", "2025-04-15 08:00", since="2025-04-11 00:00"),
        ],
        ("2025-04-14 08:00:01", "2025-04-15 08:00", Timing.ON_TIME),
    ),
    "a part that joined afterwards opens nothing again": (
        [ON_8_APRIL, File("2025-04-18 06:00", since="2025-04-10 00:00")],
        ("2025-04-08 08:00:01", "2025-04-09 08:00", Timing.ON_TIME),
    ),
    "parts that were all taken out deliver nothing": (
        [File("2025-04-08 08:00", until="2025-04-10 00:00")],
        None,
    ),
    "a row that came before the month ended counts from its end": (
        [File("2025-03-20 08:00", "2025-03-25 08:00"), File(None, "2025-03-20 08:00")],
        ("2025-04-01 00:00", "2025-04-01 00:00", Timing.ON_TIME),
    ),
}


def closing_of(files, march, now):
    """What closes March by `now`: f of the last part, known when the last was seen."""
    delivered = {
        i: max(wib(f.positive), march.closable_at) for i, f in enumerate(files) if f.positive
    }
    parts = [f.part(i) for i, f in enumerate(files)]
    moment = complete_at(parts, delivered, now)
    if moment is None:
        return None
    found = {part.id: files[part.id].found(march) for part in parts if part.is_there(moment)}
    last = found[last_part(found)]
    return Closing(ClosingKind.FULFILLED, last.at, moment, last.timing_observed)


@pytest.mark.parametrize(("files", "expected"), VECTORS.values(), ids=VECTORS.keys())
def test_all_parts_together(files, expected, wib_calendar):
    march = owed(Cadence.BULANAN, "2025-03", wib_calendar)
    closing = closing_of(files, march, wib("2025-06-01 00:00"))
    if expected is None:
        assert closing is None
    else:
        f, known, when = expected
        assert (closing.at, closing.seen_at) == (wib(f), wib(known))
        assert timing(march, closing) is when


def test_nothing_is_complete_before_its_last_part_was_seen(wib_calendar):
    march = owed(Cadence.BULANAN, "2025-03", wib_calendar)
    files, _ = VECTORS["the amnesty of the last part is that of the whole"]
    assert closing_of(files, march, wib("2025-04-18 05:59")) is None
    assert closing_of(files, march, wib("2025-04-18 06:00")) is not None


@pytest.mark.parametrize(
    ("looks", "expected"),
    [
        (("2025-04-18 06:00", "2025-04-18 07:00"), State.LATE),
        (("2025-04-18 06:00", "2025-04-12 08:00"), State.UNOBSERVED),
        (("2025-04-18 06:00", None), State.UNOBSERVED),
        (("2025-05-26 06:00", "2025-04-20 07:00"), State.LATE),
        (("2025-05-26 06:00", "2025-05-26 07:00"), State.ARREARS),
    ],
)
def test_an_open_period_is_late_once_every_part_was_seen_after_the_grace(
    looks, expected, wib_calendar
):
    march = owed(Cadence.BULANAN, "2025-03", wib_calendar)
    seen = oldest_of_all(wib(look) if look else None for look in looks)
    assert state(march, None, seen, wib("2025-05-27 00:00")) is expected


# --- laws -------------------------------------------------------------------------------

INSTANTS = st.integers(0, 60).map(lambda n: LONG_AGO + n * HOUR)


@st.composite
def deliveries(draw):
    """Parts with their time in the dataset, the first always there; when some delivered."""
    parts, delivered = [], {}
    for i in range(draw(st.integers(1, 4))):
        since, until = LONG_AGO, None
        if i:
            since = draw(st.sampled_from([LONG_AGO, draw(INSTANTS)]))
            until = draw(st.none() | INSTANTS.map(lambda at, since=since: max(at, since + HOUR)))
        parts.append(Part(i, since, until))
        if (at := draw(st.none() | INSTANTS)) is not None:
            delivered[i] = max(at, since)
    return parts, delivered


NOW = LONG_AGO + 100 * HOUR


@law
@given(deliveries(), INSTANTS, st.none() | INSTANTS)
def test_adding_a_part_never_makes_anything_fresher(world, since, at):
    parts, delivered = world
    added = Part(len(parts), since)
    more = dict(delivered) if at is None else {**delivered, added.id: max(at, since)}
    before, after = complete_at(parts, delivered, NOW), complete_at([*parts, added], more, NOW)
    assert after is None or (before is not None and before <= after)


@law
@given(deliveries(), st.integers(0, 100))
def test_what_is_complete_stays_so_since_the_same_instant(world, n):
    parts, delivered = world
    earlier = complete_at(parts, delivered, LONG_AGO + n * HOUR)
    assert earlier is None or earlier == complete_at(parts, delivered, NOW)


@law
@given(st.lists(st.tuples(INSTANTS, st.booleans()), min_size=1, max_size=5))
def test_the_whole_is_never_fulfilled_before_a_part(found):
    fulfilled = {i: Fulfilment(*each) for i, each in enumerate(found)}
    last = fulfilled[last_part(fulfilled)]
    assert last.at == max(each.at for each in fulfilled.values())
    assert last.timing_observed == any(
        each.timing_observed for each in fulfilled.values() if each.at == last.at
    )


@law
@given(st.lists(st.none() | INSTANTS, max_size=4), st.none() | INSTANTS)
def test_another_part_never_lets_more_be_seen(instants, other):
    before, after = oldest_of_all(instants), oldest_of_all([*instants, other])
    assert not instants or after is None or after <= before


# --- rolling ----------------------------------------------------------------------------

HOURLY = promised(Cadence.PER_JAM)
BEGIN = wib("2025-03-10 00:00")


def watch(i, newest, n_hours=10, since=LONG_AGO, until=None, without=range(0)):
    """A part that is looked at every hour and holds data up to some hour from its start."""
    hours = [h for h in range(n_hours + 1) if h not in without]
    return Watch(
        [Reading(BEGIN + h * HOUR, BEGIN + min(h, newest) * HOUR) for h in hours],
        [CheckFact(BEGIN + h * HOUR, Outcome.COMPLETE) for h in hours],
        Part(i, since, until),
    )


def headline_of(watches, now, calendar, agreed_at=None):
    latest = [max(f.at for f in w.facts) if w.facts else None for w in watches]
    return rolling_headline(
        HOURLY, together(watches), oldest_of_all(latest), now, calendar, agreed_at
    )


def test_the_oldest_part_gives_the_age(wib_calendar):
    now = BEGIN + 10 * HOUR
    fresh, old = watch(1, 10), watch(2, 5)
    assert headline_of([fresh], now, wib_calendar) is Headline.CURRENT
    assert headline_of([fresh, old], now, wib_calendar) is headline_of([old], now, wib_calendar)
    assert headline_of([fresh, old], now, wib_calendar) is Headline.LATE


def test_a_part_that_was_never_read_makes_the_whole_unknown(wib_calendar):
    now = BEGIN + 10 * HOUR
    unread = Watch([], [], Part(2, LONG_AGO))
    agreed_at = now - HOUR
    assert headline_of([watch(1, 10), unread], now, wib_calendar) is Headline.UNOBSERVED
    assert headline_of([watch(1, 10), unread], now, wib_calendar, agreed_at) is Headline.NEW


def test_a_part_that_joins_counts_from_then_and_one_that_leaves_until_then():
    joined = watch(2, 3, since=BEGIN + 4 * HOUR)
    joined = replace(joined, readings=[r for r in joined.readings if r.seen_at >= BEGIN + 5 * HOUR])
    seen = {r.seen_at: r.newest_at for r in together([watch(1, 10), joined])}
    assert seen[BEGIN + 3 * HOUR] == BEGIN + 3 * HOUR
    assert seen[BEGIN + 4 * HOUR] is None
    assert seen[BEGIN + 5 * HOUR] == BEGIN + 3 * HOUR
    left = watch(2, 3, until=BEGIN + 8 * HOUR)
    seen = {r.seen_at: r.newest_at for r in together([watch(1, 10), left])}
    assert seen[BEGIN + 7 * HOUR] == BEGIN + 3 * HOUR
    assert seen[BEGIN + 8 * HOUR] == BEGIN + 8 * HOUR


def test_the_score_counts_the_hours_in_which_every_part_was_fresh(wib_calendar):
    now = BEGIN + 10 * HOUR
    # The second part holds data up to hour 4, which are fresh for two hours more: 6 of 10.
    assert rolling_score(HOURLY, [watch(1, 10), watch(2, 4)], now, wib_calendar) == 0.6
    assert rolling_score(HOURLY, [watch(2, 4)], now, wib_calendar) == 0.6


def test_hours_in_which_one_part_was_not_seen_are_not_scored(wib_calendar):
    now = BEGIN + 10 * HOUR
    blind = watch(2, 10, without=range(3, 8))
    # From hour 2 to 8 nobody saw the second part; the four hours left were fresh.
    assert rolling_score(HOURLY, [watch(1, 10), blind], now, wib_calendar) == 1.0
    stale = watch(1, 0)
    found = rolling_score(HOURLY, [stale, blind], now, wib_calendar)
    assert found == pytest.approx(2 / 4)
    unseen = Watch([], [], Part(2, LONG_AGO))
    assert rolling_score(HOURLY, [watch(1, 10), unseen], now, wib_calendar) is None


def test_the_bar_shows_a_day_by_its_oldest_part(wib_calendar):
    daily = promised(Cadence.HARIAN)
    now = wib("2025-04-30 08:00")

    def part(i, newest):
        looks = [wib("2025-04-01 09:00") + 24 * n * HOUR for n in range(30)]
        readings = [Reading(at, min(at, wib(newest))) for at in looks]
        return Watch(readings, [CheckFact(at, Outcome.COMPLETE) for at in looks], Part(i, LONG_AGO))

    fresh, old = part(1, "2025-04-30 00:00"), part(2, "2025-04-20 00:00")
    days = rolling_days(daily, [fresh, old], now, wib_calendar)
    assert days == rolling_days(daily, [old], now, wib_calendar)
    assert days[-1].headline is Headline.ARREARS
