"""Who is told what, and when: the levels, the nags, the answers, the backlog."""

from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from catalog import models
from catalog.models import NoticeKind, NoticeState
from catalog.rules.terms import Cadence, ClosingKind, Role
from checks.tell import announce_backlog_silently
from tests.flow.telling import Relay, Town, at, days, open_relay

#: bulanan 2025-03: due Thu 10 Apr, grace ends Thu 17 Apr, arrears from 26 May 00:00.
DUE_SOON, GRACE, LATE = "2025-04-06 09:00", "2025-04-11 09:00", "2025-04-21 09:00"
HALF_WAY, ARREARS = "2025-05-08 09:00", "2025-05-26 09:00"


@pytest.fixture
def relay() -> Iterator[Relay]:
    with open_relay() as relay:
        yield relay


@pytest.fixture
def town(engine: Engine) -> Town:
    return Town(engine)


class Clinic:
    """Dinas Kesehatan with its three people, walidata and the mayor; one monthly dataset."""

    def __init__(self, town: Town) -> None:
        self.agency = town.agency("Dinas Kesehatan", "Dinkes")
        self.operator = town.person("Sari", Role.OPERATOR, self.agency)
        self.section = town.person("Budi", Role.KEPALA_BIDANG, self.agency)
        self.head = town.person("Ratna", Role.KEPALA_OPD, self.agency)
        self.walidata = town.person("Wahyu", Role.WALIDATA)
        self.mayor = town.person("Nur", Role.PIMPINAN)
        self.dataset = town.dataset(self.agency, "Kunjungan Puskesmas")
        self.march = town.obligation(self.dataset, "2025-03")


@pytest.fixture
def clinic(town: Town) -> Clinic:
    return Clinic(town)


def march_levels(town: Town, clinic: Clinic) -> dict[int, set[int]]:
    """Return who was told each level of March."""
    told: dict[int, set[int]] = {}
    for n in town.notices():
        if n.kind is NoticeKind.LEVEL and n.obligation_id == clinic.march and n.person_id:
            told.setdefault(n.level or 0, set()).add(n.person_id)
    return told


def test_each_level_is_told_to_its_roles(town: Town, clinic: Clinic) -> None:
    for moment in (DUE_SOON, GRACE, LATE, HALF_WAY, ARREARS):
        town.seen(at(moment))
        town.plan(at(moment))
    agency = {clinic.operator, clinic.section, clinic.head}
    assert march_levels(town, clinic) == {
        1: {clinic.operator},
        2: {clinic.operator},
        3: {clinic.operator, clinic.section},
        4: agency | {clinic.walidata},
        5: agency | {clinic.walidata},
    }


@pytest.mark.parametrize(
    ("before", "first", "expected"),
    [
        ("2025-04-05 23:59", "2025-04-06 00:00", 1),
        ("2025-04-10 23:59", "2025-04-11 00:00", 2),
        ("2025-04-17 23:59", "2025-04-18 00:00", 3),
        ("2025-05-25 23:59", "2025-05-26 00:00", 5),
    ],
)
def test_a_level_begins_at_the_midnight_of_its_bound(
    town: Town, clinic: Clinic, before: str, first: str, expected: int
) -> None:
    town.seen(at(before))
    town.plan(at(before))
    assert expected not in march_levels(town, clinic)
    town.seen(at(first))
    town.plan(at(first))
    assert expected in march_levels(town, clinic)


def test_planning_twice_adds_nothing(town: Town, clinic: Clinic) -> None:
    town.seen(at(LATE))
    first, second = town.plan(at(LATE)), town.plan(at(LATE))
    assert first.n_planned == 2
    assert (second.n_planned, second.n_superseded) == (0, 0)


def test_missed_runs_end_in_one_notice_for_each_recipient(town: Town, clinic: Clinic) -> None:
    town.seen(at(ARREARS))
    town.plan(at(ARREARS))
    march = [n for n in town.notices() if n.obligation_id == clinic.march]
    assert {n.level for n in march} == {5}
    assert len(march) == len({n.person_id for n in march}) == 4


def test_what_nobody_saw_is_told_to_nobody(town: Town, clinic: Clinic) -> None:
    """The last conclusive look lies before the end of grace: our blindness is no reproach."""
    town.seen(at("2025-04-17 23:00"))
    town.plan(at(LATE))
    assert {n.level for n in town.notices()} == set()


def test_a_higher_level_supersedes_what_was_not_sent(town: Town, clinic: Clinic) -> None:
    town.seen(at(GRACE))
    town.plan(at(GRACE))
    town.seen(at(LATE))
    town.plan(at(LATE))
    superseded = [n for n in town.notices() if n.state is NoticeState.SUPERSEDED]
    assert [(n.level, n.reason) for n in superseded] == [(2, "digantikan tingkat 3")]


def test_what_was_fulfilled_before_sending_is_never_sent(
    town: Town, clinic: Clinic, relay: Relay
) -> None:
    town.plan(at("2025-04-11 00:01"))
    town.close(clinic.march, at("2025-04-11 07:00"))
    town.tick(relay, at("2025-04-11 08:00"))
    assert relay.taken == []
    assert [n.reason for n in town.notices()] == ["terpenuhi sebelum dikirim"]


def test_a_recovery_is_told_once_to_those_who_were_told_it_was_missing(
    town: Town, clinic: Clinic, relay: Relay
) -> None:
    town.seen(at(LATE))
    town.tick(relay, at(LATE))
    town.close(clinic.march, at("2025-04-22 10:00"))
    for now in days("2025-04-22", 4, "11:00"):
        town.tick(relay, now)
    notes = [n for n in town.notices() if n.kind is NoticeKind.RECOVERY]
    assert {n.person_id for n in notes} == {clinic.operator, clinic.section}
    assert {n.state for n in notes} == {NoticeState.SENT}
    assert sum("sudah kami terima" in text for text in relay.texts()) == 2


def test_a_reminder_alone_earns_no_recovery_note(town: Town, clinic: Clinic, relay: Relay) -> None:
    town.tick(relay, at("2025-04-08 08:30"))
    assert len(relay.taken) == 1
    town.close(clinic.march, at("2025-04-09 10:00"))
    town.plan(at("2025-04-09 11:00"))
    assert {n.kind for n in town.notices()} == {NoticeKind.LEVEL}


def test_a_nag_comes_weekly_while_late_and_stops_when_fulfilled(town: Town, clinic: Clinic) -> None:
    for now in days("2025-04-18", 17):
        town.seen(now)
        town.plan(now)
    nags = [n for n in town.notices() if n.kind is NoticeKind.NAG]
    assert sorted({n.key.split(":")[2] for n in nags}) == ["2025-04-25", "2025-05-02"]
    town.close(clinic.march, at("2025-05-04 09:00"))
    for now in days("2025-05-05", 4):
        town.seen(now)
        town.plan(now)
    assert len([n for n in town.notices() if n.kind is NoticeKind.NAG]) == len(nags)


def test_an_eta_silences_the_nag_until_it_is_broken_and_then_raises_the_level(
    town: Town, clinic: Clinic
) -> None:
    town.seen(at("2025-04-18 08:05"))
    town.plan(at("2025-04-18 08:05"))
    town.answer(clinic.march, date(2025, 4, 30), at("2025-04-21 10:00"))
    for now in days("2025-04-22", 9):
        town.seen(now)
        town.plan(now)
    assert [n for n in town.notices() if n.kind is NoticeKind.NAG] == []
    town.seen(at("2025-05-01 08:05"))
    town.plan(at("2025-05-01 08:05"))
    assert 4 in march_levels(town, clinic)


def test_old_backlog_is_announced_silently_with_one_summary(town: Town, relay: Relay) -> None:
    """Loaded in September with a list agreed in April: five months are late at first sight."""
    agency = town.agency("Dinas Kesehatan", "Dinkes")
    operator = town.person("Sari", Role.OPERATOR, agency)
    loaded = at("2025-09-03 09:00")
    for title in ("Stunting", "Imunisasi"):
        town.dataset(agency, title, created_at=loaded)
    town.seen(loaded)
    planned = town.plan(loaded + timedelta(minutes=5))
    assert planned.n_silent == 10
    assert [(n.kind, n.person_id) for n in planned.notices] == [(NoticeKind.BACKLOG, operator)]
    town.send(relay, loaded + timedelta(minutes=5))
    assert len(relay.taken) == 1
    assert "10 periode dari 2 data" in relay.texts()[0]
    town.seen(at("2025-09-04 09:00"))
    assert town.plan(at("2025-09-04 09:00")).n_planned == 0


def test_the_summary_counts_only_what_was_late_before_it_was_loaded(
    town: Town, relay: Relay
) -> None:
    """Loaded on 2 June, first seen on 23 June: March and April are backlog, May is told."""
    agency = town.agency("Dinas Kesehatan", "Dinkes")
    town.person("Sari", Role.OPERATOR, agency)
    town.dataset(agency, "Stunting", created_at=at("2025-06-02 09:00"))
    town.seen(at("2025-06-23 09:00"))
    town.tick(relay, at("2025-06-23 09:00"))
    assert "2 periode dari 1 data" in relay.texts()[0]
    assert "Data Mei 2025 belum kami temukan" in relay.texts()[0]


def test_a_replayed_past_can_be_taken_as_announced(town: Town, clinic: Clinic) -> None:
    town.seen(at(ARREARS))
    with town.session() as session:
        told = announce_backlog_silently(session, town.city, at(ARREARS))
    assert {n.kind for n in told.notices} == {NoticeKind.BACKLOG}
    later = town.plan(at(ARREARS))
    assert {n.kind for n in later.notices} <= {NoticeKind.MONTHLY}


def test_the_list_for_the_mayor_comes_once_a_month(
    town: Town, clinic: Clinic, relay: Relay
) -> None:
    for now in days("2025-05-26", 12):
        town.seen(now)
        town.tick(relay, now)
    monthly = [n for n in town.notices() if n.kind is NoticeKind.MONTHLY]
    assert [(n.key, n.person_id) for n in monthly] == [
        (f"monthly:2025-05:{clinic.mayor}", clinic.mayor),
        (f"monthly:2025-06:{clinic.mayor}", clinic.mayor),
    ]


def test_a_waived_period_ends_the_matter(town: Town, clinic: Clinic) -> None:
    town.seen(at(LATE))
    town.plan(at(LATE))
    town.close(clinic.march, at(LATE), ClosingKind.WAIVED)
    town.plan(at(HALF_WAY))
    assert {n.state for n in town.notices() if n.obligation_id == clinic.march} == {
        NoticeState.SUPERSEDED
    }


def test_an_obligation_nobody_can_be_told_stays_to_be_announced(town: Town) -> None:
    agency = town.agency("Bagian Hukum", "Hukum")
    town.dataset(agency, "Produk Hukum")
    town.seen(at(LATE))
    assert town.plan(at(LATE)).n_unreachable == 1
    operator = town.person("Dewi", Role.OPERATOR, agency)
    assert [n.person_id for n in town.plan(at(LATE)).notices] == [operator]


def test_an_unmanned_role_is_replaced_by_the_next(town: Town) -> None:
    agency = town.agency("Bagian Hukum", "Hukum")
    head = town.person("Hadi", Role.KEPALA_OPD, agency)
    town.dataset(agency, "Produk Hukum")
    assert [n.person_id for n in town.plan(at(DUE_SOON)).notices] == [head]


def test_retired_and_unscheduled_data_are_never_told(town: Town, clinic: Clinic) -> None:
    with town.session() as session:
        for dataset in session.exec(select(models.Dataset)):
            dataset.retired_on = date(2025, 4, 1)
    town.seen(at(LATE))
    assert town.plan(at(LATE)).n_planned == 0


def test_yearly_data_remind_a_month_ahead(town: Town) -> None:
    agency = town.agency("Dinas Pendidikan", "Disdik")
    town.person("Sari", Role.OPERATOR, agency)
    town.dataset(agency, "Angka Partisipasi", Cadence.TAHUNAN, date(2025, 1, 1))
    assert town.plan(at("2025-03-01 09:00")).n_planned == 0
    assert town.plan(at("2025-03-15 09:00")).n_planned == 1
