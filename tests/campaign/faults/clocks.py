"""Clocks that jump, and calendars with all their corners."""

import random
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from sqlmodel import col, func, select

from catalog import models
from catalog.models.db import reading, unit_of_work
from catalog.rules.calendar import Calendar
from catalog.rules.obligations import obligations
from catalog.rules.periods import period_of
from catalog.rules.promise import promise_of
from catalog.rules.release_rule import parse_release_rule
from catalog.rules.terms import Cadence, State
from checks.engines import ticking
from checks.engines.threads import Threads
from checks.operating.clock import ClockDoubtful, clocked
from checks.tell import plan_notices
from tests.campaign.faults.bench import Bench, fault
from tests.flow.conftest import Clock
from tests.flow.world import World, wib

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@fault("F11", "clock jumps +-1 h, +1 y, to 1970", "held until 3 hosts agree; nothing told twice")
def jumps(bench: Bench) -> None:
    truth, clock = Clock(), Clock()
    world = bench.world(clock)
    feeds = [world.feed, bench.feed(), bench.feed()]
    _reach(world, [feed.address.removeprefix("http://") for feed in feeds])
    for n, feed in enumerate(feeds):
        body = "Bulan,IHK\nFebruari 2025,105.9\n"
        world.promise(feed.serve(f"/{n}.csv", body), agreed_on=wib("2025-02-20 00:00").date())

    def say_the_time() -> None:
        for n, feed in enumerate(feeds):
            said = truth.now.strftime("%a, %d %b %Y %H:%M:%S GMT")
            feed.answers[f"/{n}.csv"].headers["Date"] = said

    def live() -> None:
        ticking(world.watcher, Threads(world.watcher, 2))()
        with unit_of_work(world.engine) as session:
            plan_notices(session, world.watcher.city(session), clock.now)

    careful = clocked(world.watcher, live)

    def step(real: str, shift: timedelta = timedelta(0)) -> bool:
        """Let one tick run at a real instant with the clock shifted; False when it was held."""
        truth.now = wib(real)
        clock.now = truth.now + shift
        say_the_time()
        try:
            careful()
        except ClockDoubtful as error:
            bench.need("the reason names no way out", "clock" in str(error))
            return False
        return True

    bench.expect("in peace", step("2025-03-01 08:00"), True)
    before = _counts(world)
    bench.expect("a year ahead", step("2025-03-01 08:10", 365 * DAY), False)
    bench.expect("27 hours ahead", step("2025-03-01 08:20", 27 * HOUR), False)
    bench.expect("1970", step("2025-03-01 08:30", datetime(1970, 1, 2, tzinfo=UTC)
                              - wib("2025-03-01 08:30")), False)  # fmt: skip
    bench.expect("what was written meanwhile", _counts(world), before)
    bench.expect("the right time again", step("2025-03-01 08:40"), True)
    bench.expect("an hour ahead", step("2025-03-01 08:50", HOUR), True)
    bench.expect("and an hour back", step("2025-03-01 09:00"), True)
    bench.expect("an hour behind", step("2025-03-01 09:10", -HOUR), False)
    bench.expect("a rest of three days", step("2025-03-04 09:10"), True)
    state = world.standing(1, clock.now).judged[0].state
    bench.expect("February", state, State.FULFILLED)
    with reading(world.engine) as session:
        keys = session.exec(select(models.Notice.key)).all()
    bench.expect("notices told twice", len(keys), len(set(keys)))
    _wrong_for_a_day(bench)
    bench.say("5 doubtful clocks held, 3 right ones believed; nothing written meanwhile")


def _wrong_for_a_day(bench: Bench) -> None:
    """Where a wrong clock was believed by an earlier program, the right one looks again."""
    clock = Clock()
    world = bench.world(clock)
    _, source = world.promise(world.feed.serve("/x.csv", "Bulan,IHK\nFebruari 2025,1\n"))
    clock.now = wib("2026-03-01 08:00")
    tick = ticking(world.watcher, Threads(world.watcher, 1))
    tick()
    clock.now = wib("2025-03-01 08:00")
    said = clock.now.strftime("%a, %d %b %Y %H:%M:%S GMT")
    world.feed.answers["/x.csv"].headers["Date"] = said
    clocked(world.watcher, tick)()
    checks = [check.at for check in world.checks(1)]
    bench.expect("looked at again on the right day", checks[0], clock.now)
    bench.need("no source", source)


def _reach(world: World, hosts: list[str]) -> None:
    object.__setattr__(world.watcher.fetcher._gate, "allowed", frozenset(hosts))


def _counts(world: World) -> tuple[int, ...]:
    tables = (models.Check, models.Heartbeat, models.Obligation, models.Notice, models.Closing)
    with reading(world.engine) as session:
        return tuple(session.exec(select(func.count(col(table.id)))).one() for table in tables)


ZONES = {"Asia/Jakarta": 7, "Asia/Makassar": 8, "Asia/Jayapura": 9}
MONTHS = {
    Cadence.BULANAN: 1,
    Cadence.TRIWULANAN: 3,
    Cadence.EMPAT_BULANAN: 4,
    Cadence.SEMESTERAN: 6,
    Cadence.TAHUNAN: 12,
}


@fault("F12", "zones, midnights, month ends, leap days, week 53", "local calendar dates, always")
def calendars(bench: Bench) -> None:
    chance = random.Random(bench.seed)
    days = [date(1990, 1, 1) + timedelta(days=chance.randrange(25_900)) for _ in range(250)]
    days += [date(y, 2, 29) for y in range(1992, 2060, 4)]
    days += [date(y, m, d) for y in range(1990, 2060) for m, d in ((12, 31), (1, 1), (1, 31))]
    n_checked = 0
    for day in days:
        for cadence, months in MONTHS.items():
            found = period_of(cadence, day)
            first = (day.month - 1) // months * months + 1
            start = date(day.year, first, 1)
            end = date(day.year + (first + months > 12), (first + months - 1) % 12 + 1, 1)
            if (found.start, found.end) != (start, end):
                bench.misses.append(f"{cadence} of {day}: {found}")
            n_checked += 1
        week = period_of(Cadence.MINGGUAN, day)
        iso = day.isocalendar()
        monday = day - timedelta(days=day.weekday())
        if (week.start, week.end, week.label) != (
            monday, monday + timedelta(days=7), f"{iso.year}-W{iso.week:02d}"
        ):  # fmt: skip
            bench.misses.append(f"the week of {day}: {week}")
        n_checked += 1
    n_bounds = _bounds(bench)
    bench.say(f"{n_checked} periods and {n_bounds} bounds as an independent reckoning gives them")


def _bounds(bench: Bench) -> int:
    """Hold every bound of many ledgers to local midnight, on the hour of its zone."""
    n_bounds = 0
    for zone, hours in ZONES.items():
        calendar = Calendar.of(zone, ())
        for cadence in MONTHS:
            promise = promise_of(cadence, parse_release_rule(None, cadence))
            for year in (1991, 1996, 2000, 2024, 2050):
                agreed_on = date(year, 1, 31)
                until = datetime(year + 1, 3, 2, tzinfo=UTC)
                for o in obligations(promise, agreed_on, until, calendar):
                    for bound in (o.due_at, o.grace_at):
                        local = bound.astimezone(ZoneInfo(zone))
                        fixed = bound + timedelta(hours=hours)
                        if (local.hour, local.minute, fixed.hour, fixed.minute) != (0, 0, 0, 0):
                            bench.misses.append(f"{zone} {cadence} {o.period.label}: {bound}")
                        n_bounds += 1
                    after = o.due_at.astimezone(ZoneInfo(zone)).date()
                    if after != o.due_date + timedelta(days=1) or o.due_date.weekday() > 4:
                        bench.misses.append(f"{zone} {cadence} {o.period.label}: {o.due_date}")
    return n_bounds
