"""What is said after a restored backup, of servers that fail inside, and of our own line."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from catalog import models
from catalog.models import NoticeKind, NoticeState
from catalog.models.db import unit_of_work
from catalog.rules.terms import Outcome, Role
from checks.telling.restored import restored_at, settle_restored
from tests.flow.telling import Relay, Town, at, days, open_relay


@pytest.fixture
def town(sqlite_engine: Engine) -> Town:
    town = Town(sqlite_engine)
    agency = town.agency("Dinas Kesehatan", "Dinkes")
    town.person("Sari", Role.OPERATOR, agency)
    town.person("Wahyu", Role.WALIDATA)
    town.dataset(agency, "Kunjungan")
    return town


def test_what_was_late_when_a_backup_came_back_is_told_as_a_summary(town: Town) -> None:
    town.seen(at("2025-04-14 08:05"))
    with unit_of_work(town.engine) as session:
        settle_restored(session, "restore", at("2025-04-24 06:00"))
    town.seen(at("2025-04-24 08:00"))
    town.plan(at("2025-04-24 08:05"))
    kinds = {notice.kind for notice in town.notices() if notice.state is NoticeState.PLANNED}
    assert NoticeKind.BACKLOG in kinds
    assert NoticeKind.LEVEL not in kinds


def test_what_becomes_late_after_a_restore_is_told_as_ever(town: Town) -> None:
    with unit_of_work(town.engine) as session:
        settle_restored(session, "restore", at("2025-04-09 06:00"))
    with open_relay() as relay:
        for now in days("2025-04-10", 14):
            town.seen(now)
            town.tick(relay, now)
    assert {2, 3} <= {n.level for n in town.notices() if n.kind is NoticeKind.LEVEL}


def test_a_restore_ends_what_the_backup_still_had_to_send(town: Town) -> None:
    town.seen(at("2025-04-11 08:00"))
    town.tick(Relay(1), at("2025-04-11 08:05"))
    assert town.mails()
    with town.session() as session:
        n_ended = settle_restored(session, "restore", at("2025-04-14 06:00"))
        assert restored_at(session) == at("2025-04-14 06:00")
    assert n_ended == len(town.notices()) > 0
    assert {notice.state for notice in town.notices()} == {NoticeState.SUPERSEDED}
    assert all("cadangan" in (notice.reason or "") for notice in town.notices())
    assert town.mails() == []


@pytest.mark.parametrize(
    ("status", "hours", "is_told"),
    [(404, 1, True), (500, 1, False), (502, 5.9, False), (500, 6, True), (None, 1, True)],
)
def test_a_server_that_fails_inside_is_given_six_hours(
    town: Town, status: int | None, hours: float, is_told: bool
) -> None:
    now = at("2025-04-02 14:00")
    town.broken(now - timedelta(hours=hours), now)
    with town.session() as session:
        check = session.exec(select(models.Check)).one()
        check.http_status, check.outcome = status, Outcome.SOURCE_FAILED
    town.plan(now)
    told = [notice for notice in town.notices() if notice.kind is NoticeKind.ACCESS]
    assert bool(told) is is_told


def test_a_server_told_broken_is_not_said_to_be_back_when_it_fails_otherwise(town: Town) -> None:
    now = at("2025-04-02 07:00")
    town.broken(now - timedelta(hours=1), now)
    with open_relay() as relay:
        town.tick(relay, now)
        town.tick(relay, at("2025-04-02 08:05"))
    later = at("2025-04-03 07:00")
    town.broken(later - timedelta(hours=1), later)
    with town.session() as session:
        for check in session.exec(select(models.Check)):
            check.http_status = 500
    town.plan(later)
    words = {n.key.split(":")[1] for n in town.notices() if n.kind is NoticeKind.ACCESS}
    assert words == {"PUTUS"}


def test_an_outage_of_our_own_is_told_walidata_once_and_the_next_one_again(town: Town) -> None:
    def beat(minute: int, our_fault: str | None) -> None:
        with town.session() as session:
            when = at("2025-04-02 08:00") + timedelta(minutes=minute)
            session.add(models.Heartbeat(at=when, n_looked=3, our_fault=our_fault))

    told = []
    for minute, fault in enumerate(["our-line"] * 4 + [None] + ["our-line"] * 3):
        beat(minute, fault)
        town.plan(at("2025-04-02 08:00") + timedelta(minutes=minute, seconds=30))
        told.append(sum(notice.key.startswith("line:") for notice in town.notices()))
    assert told == [0, 1, 1, 1, 1, 1, 2, 2]
