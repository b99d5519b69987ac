"""Three real release histories, lived again day by day over HTTP through the whole pipeline.

The files are the versions that a provincial office really published from July 2025 to
April 2026, with the stall of 23 December to 9 April. What is expected was worked out by
hand from the calendar (SKB 3 Menteri 2025 and 2026), not by the program.
"""

import csv
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from email.utils import format_datetime
from pathlib import Path

import pytest
from sqlmodel import select

from catalog import models
from catalog.models import NoticeKind, VersionStatus
from catalog.models.db import reading, unit_of_work
from catalog.rules.obligations import Timing, timing, working_days_late
from catalog.rules.terms import Headline, Outcome, Rank, Role
from checks.judge import tick
from checks.look import look_at
from checks.tell import plan_notices
from tests.flow.world import World, wib

FIRST, LAST = date(2025, 7, 1), date(2026, 4, 12)
EVENING = "20:00"


@dataclass(frozen=True)
class Release:
    """One version as it was really published."""

    path: str
    at: datetime
    file: Path


def releases(folder: Path) -> list[Release]:
    """Return the versions of the three histories with the instants of their publication."""
    found = []
    with (folder / "manifest.csv").open(encoding="utf-8", newline="") as manifest:
        for row in csv.reader(manifest):
            name = Path(row[0]).name
            if name.startswith(("data-ihk__", "data-ntp__", "data-transportasi__")):
                path = "/" + name.partition("__")[0].removeprefix("data-") + ".csv"
                found.append(Release(path, datetime.fromisoformat(row[4]), folder / row[0]))
    return sorted(found, key=lambda release: release.at)


# period: (due date, fulfilled at, how, working days after the due date)
ON_TIME, LATE = Timing.ON_TIME, Timing.LATE
IHK = {
    "2025-06": ("2025-07-10", "2025-07-04 20:00:00", ON_TIME, 0),
    "2025-07": ("2025-08-11", "2025-08-04 07:55:47", ON_TIME, 0),
    "2025-08": ("2025-09-10", "2025-09-03 08:21:53", ON_TIME, 0),
    "2025-09": ("2025-10-10", "2025-10-06 10:40:07", ON_TIME, 0),
    "2025-10": ("2025-11-10", "2025-11-05 14:03:07", ON_TIME, 0),
    "2025-11": ("2025-12-10", "2025-12-23 08:29:16", LATE, 9),
    "2025-12": ("2026-01-12", "2026-04-09 09:21:48", LATE, 54),
    "2026-01": ("2026-02-10", "2026-04-09 09:21:48", LATE, 34),
    "2026-02": ("2026-03-10", "2026-04-09 09:21:48", LATE, 16),
    "2026-03": ("2026-04-10", "2026-04-09 09:21:48", ON_TIME, 0),
}
NTP = {
    "2025-06": ("2025-07-10", "2025-07-09 20:00:00", ON_TIME, 0),
    "2025-07": ("2025-08-11", "2025-08-04 07:59:48", ON_TIME, 0),
    "2025-08": ("2025-09-10", "2025-09-03 08:21:53", ON_TIME, 0),
    "2025-09": ("2025-10-10", "2025-10-06 10:51:52", ON_TIME, 0),
    "2025-10": ("2025-11-10", "2025-11-05 14:04:52", ON_TIME, 0),
    "2025-11": ("2025-12-10", "2025-12-23 08:29:16", LATE, 9),
    "2025-12": ("2026-01-12", "2026-04-09 09:35:33", LATE, 54),
    "2026-01": ("2026-02-10", "2026-04-09 09:35:33", LATE, 34),
    "2026-02": ("2026-03-10", "2026-04-09 09:35:33", LATE, 16),
    "2026-03": ("2026-04-10", "2026-04-09 09:35:33", ON_TIME, 0),
}
TRANSPORTASI = {
    "2025-05": ("2025-07-15", "2025-07-09 20:00:00", ON_TIME, 0),
    "2025-06": ("2025-08-14", "2025-08-04 08:04:56", ON_TIME, 0),
    "2025-07": ("2025-09-15", "2025-09-03 08:21:53", ON_TIME, 0),
    "2025-08": ("2025-10-15", "2025-10-06 10:54:07", ON_TIME, 0),
    "2025-09": ("2025-11-14", "2025-11-05 14:07:35", ON_TIME, 0),
    "2025-10": ("2025-12-15", "2025-12-23 08:29:16", LATE, 6),
    "2025-11": ("2026-01-14", "2026-04-09 09:57:53", LATE, 52),
    "2025-12": ("2026-02-18", "2026-04-09 09:57:53", LATE, 30),
    "2026-01": ("2026-03-17", "2026-04-09 09:57:53", LATE, 11),
    "2026-02": ("2026-04-14", "2026-04-09 09:57:53", ON_TIME, 0),
}
HEADLINES = {
    "ihk": {
        "2025-07-03": Headline.NEW,
        "2025-07-11": Headline.CURRENT,
        "2025-11-20": Headline.CURRENT,
        "2025-12-05": Headline.CURRENT,
        "2025-12-06": Headline.DUE_SOON,
        "2025-12-10": Headline.DUE_SOON,
        "2025-12-11": Headline.GRACE,
        "2025-12-17": Headline.GRACE,
        "2025-12-18": Headline.LATE,
        "2025-12-22": Headline.LATE,
        "2025-12-23": Headline.CURRENT,
        "2026-01-08": Headline.DUE_SOON,
        "2026-01-13": Headline.GRACE,
        "2026-01-20": Headline.GRACE,
        "2026-01-21": Headline.LATE,
        "2026-02-26": Headline.LATE,
        "2026-02-27": Headline.ARREARS,
        "2026-03-11": Headline.ARREARS,
        "2026-04-08": Headline.ARREARS,
        "2026-04-09": Headline.CURRENT,
        "2026-04-12": Headline.CURRENT,
    },
    "transportasi": {
        "2025-12-10": Headline.CURRENT,
        "2025-12-11": Headline.DUE_SOON,
        "2025-12-16": Headline.GRACE,
        "2025-12-22": Headline.GRACE,
        "2025-12-23": Headline.CURRENT,
        "2026-01-15": Headline.GRACE,
        "2026-01-22": Headline.GRACE,
        "2026-01-23": Headline.LATE,
        "2026-02-28": Headline.LATE,
        "2026-03-01": Headline.ARREARS,
        "2026-04-08": Headline.ARREARS,
        "2026-04-09": Headline.CURRENT,
    },
}
# What the operator of ihk is told: each level of each period once, in its order.
TOLD = {
    "2025-11": [1, 2, 3],
    "2025-12": [1, 2, 3, 4, 5],
    "2026-01": [1, 2, 3, 4, 5],
    "2026-02": [1, 2, 3, 4],
    "2026-03": [1],
}


def _appoint(world: World) -> None:
    """Give the agency an operator and two superiors."""
    with unit_of_work(world.engine) as session:
        agency = session.exec(select(models.Agency)).one()
        for role in (Role.OPERATOR, Role.KEPALA_BIDANG, Role.KEPALA_OPD):
            person = models.Person(
                name=role, email=f"{role}@example.org", created_at=wib("2025-07-01 00:00")
            )
            session.add(person)
            session.flush()
            session.add(models.Assignment(person_id=person.id, agency_id=agency.id, role=role))


def _live(world: World, real_files: Path) -> dict[str, int]:
    """Publish, look, judge and plan notices, day by day; returns the ids of the datasets."""
    agreed = {"agreed_on": FIRST, "now": wib("2025-07-01 00:00")}
    made = {
        name: world.promise(f"{world.feed.address}/{name}.csv", rule=rule, **agreed)  # type: ignore[arg-type]
        for name, rule in (("ihk", None), ("ntp", None), ("transportasi", "45 hari"))
    }
    _appoint(world)
    waiting = releases(real_files)
    assert len(waiting) == 22
    day = FIRST
    while day <= LAST:
        now = wib(f"{day} {EVENING}")
        while waiting and waiting[0].at <= now:
            release = waiting.pop(0)
            stamp = format_datetime(release.at.astimezone(now.tzinfo), usegmt=True)
            world.feed.serve(release.path, release.file.read_bytes(), Last_Modified=stamp)
        recorded = look_at(world.watcher, [source for _, source in made.values()], now)
        assert len(recorded) == 3
        tick(world.watcher, now, n_looked=3)
        with unit_of_work(world.engine) as session:
            plan_notices(session, world.watcher.city(session), now)
        day += timedelta(days=1)
    assert not waiting
    return {name: dataset for name, (dataset, _) in made.items()}


@pytest.fixture
def lived(world: World, real_files: Path) -> tuple[World, dict[str, int]]:
    return world, _live(world, real_files)


def test_real_histories_are_judged_as_the_calendar_says(
    lived: tuple[World, dict[str, int]],
) -> None:
    world, datasets = lived
    now = wib(f"{LAST} {EVENING}")
    with reading(world.engine) as session:
        calendar = world.calendar(session)
    for name, expected in (("ihk", IHK), ("ntp", NTP), ("transportasi", TRANSPORTASI)):
        judged = {
            j.obligation.period.label: (
                str(j.obligation.due_date),
                j.closing.at,
                timing(j.obligation, j.closing),
                working_days_late(j.obligation, j.closing, now, calendar),
            )
            for j in world.standing(datasets[name], now).judged
            if j.closing is not None
        }
        assert judged == {
            label: (due, wib(at), how, n_days) for label, (due, at, how, n_days) in expected.items()
        }, name
    for name, by_day in HEADLINES.items():
        seen = {
            day: world.standing(datasets[name], wib(f"{day} {EVENING}")).headline for day in by_day
        }
        assert seen == by_day, name
    _assert_versions(world, datasets)
    _assert_told(world, datasets["ihk"])


def _assert_versions(world: World, datasets: dict[str, int]) -> None:
    """Every published file entered as one version; a new spelling alone is a touch."""
    ranks = [version.rank for version in world.versions(datasets["ihk"])]
    assert ranks == [Rank.E5, Rank.E2, *[Rank.E5] * 6]
    for name, n_versions in (("ihk", 8), ("ntp", 7), ("transportasi", 7)):
        versions = world.versions(datasets[name])
        assert len(versions) == n_versions
        assert {version.status for version in versions} == {VersionStatus.ACCEPTED}
    checks = world.checks(datasets["ihk"])
    assert len(checks) == (LAST - FIRST).days + 1
    assert [c.outcome for c in checks[:4]] == [*[Outcome.SOURCE_FAILED] * 3, Outcome.COMPLETE]


def _assert_told(world: World, dataset_id: int) -> None:
    told: dict[str, list[int]] = {}
    with reading(world.engine) as session:
        rows = session.exec(
            select(models.Obligation.label, models.Notice.level)
            .join(models.Notice, models.Notice.obligation_id == models.Obligation.id)
            .join(models.Person, models.Person.id == models.Notice.person_id)
            .where(
                models.Obligation.dataset_id == dataset_id,
                models.Notice.kind == NoticeKind.LEVEL,
                models.Person.name == Role.OPERATOR,
            )
            .order_by(models.Notice.planned_at, models.Notice.id)
        )
        for label, level in rows:
            told.setdefault(label, []).append(level)
    assert told == TOLD
