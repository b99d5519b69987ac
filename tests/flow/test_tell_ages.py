"""Who is told when rolling data grow old: by episodes, once, and never out of our blindness."""

import threading
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import select

from catalog import models
from catalog.models import NoticeKind, NoticeState
from catalog.models.db import reading, unit_of_work
from catalog.rules.terms import Cadence, Role
from checks.channels.email import EmailChannel
from checks.look import look_at
from checks.tell import announce_backlog_silently, plan_notices
from checks.telling.outbox import send_due
from checks.telling.restored import settle_restored
from tests.flow.telling import BASE, SECRET, Relay, Town, at, days, open_relay
from tests.flow.world import World

#: Newest row 14 April 00:00: CURRENT to the 15th 12:00, GRACE to the 16th 00:00, ARREARS
#: from the 20th 12:00. The 18th is a holiday, the 19th and 20th a weekend.
NEWEST = "2025-04-14 00:00"
GRACE, LATE, ARREARS = "2025-04-15 13:00", "2025-04-16 07:55", "2025-04-20 13:00"


@pytest.fixture
def relay() -> Iterator[Relay]:
    with open_relay() as relay:
        yield relay


class Market:
    """Diskumperindag with its three people, walidata and the mayor; one daily dataset."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.agency = town.agency("Dinas Perdagangan", "Disdag")
        self.operator = town.person("Sari", Role.OPERATOR, self.agency)
        self.section = town.person("Budi", Role.KEPALA_BIDANG, self.agency)
        self.head = town.person("Ratna", Role.KEPALA_OPD, self.agency)
        self.walidata = town.person("Wahyu", Role.WALIDATA)
        self.mayor = town.person("Nur", Role.PIMPINAN)
        self.dataset = town.dataset(self.agency, "Harga Bahan Pokok", Cadence.HARIAN)
        self.holds(NEWEST, "2025-04-14 08:00")

    def holds(self, newest: str, seen: str) -> None:
        """New content was found whose newest row is of that time."""
        self.town.held(self.dataset, at(seen), at(newest))

    def looked_and_planned(self, *moments: str) -> None:
        """At each moment the source answered with what it had before, and was planned for."""
        for moment in moments:
            self.town.seen(at(moment))
            self.town.plan(at(moment))

    def told_at_eight(self, relay: Relay, day: str) -> None:
        """The source was looked at and planned for at 07:55; the digest left at 08:05."""
        self.looked_and_planned(f"{day} 07:55")
        self.town.send(relay, at(f"{day} 08:05"))

    def levels(self) -> dict[int, set[int]]:
        """Return who was told which level."""
        told: dict[int, set[int]] = {}
        for n in self.town.notices():
            if n.kind is NoticeKind.LEVEL and n.dataset_id == self.dataset and n.person_id:
                told.setdefault(n.level or 0, set()).add(n.person_id)
        return told

    def of(self, kind: NoticeKind) -> list[models.Notice]:
        return [n for n in self.town.notices() if n.kind is kind]


@pytest.fixture
def market(sqlite_engine: Engine) -> Market:
    return Market(Town(sqlite_engine))


@pytest.fixture
def any_market(engine: Engine) -> Market:
    """The same on each database."""
    return Market(Town(engine))


def test_each_level_is_told_to_its_roles(any_market: Market) -> None:
    market = any_market
    market.looked_and_planned(GRACE, LATE, ARREARS)
    assert market.levels() == {
        2: {market.operator},
        3: {market.operator, market.section},
        5: {market.operator, market.section, market.head, market.walidata},
    }
    assert {n.obligation_id for n in market.town.notices()} == {None}


def test_planning_twice_adds_nothing(market: Market) -> None:
    market.town.seen(at(LATE))
    first, second = market.town.plan(at(LATE)), market.town.plan(at(LATE))
    assert (first.n_planned, second.n_planned, second.n_superseded) == (2, 0, 0)


def test_missed_runs_end_in_one_notice_for_each_recipient(market: Market) -> None:
    market.looked_and_planned("2025-04-24 09:00")
    told = [n for n in market.town.notices() if n.kind is NoticeKind.LEVEL]
    assert {n.level for n in told} == {5}
    assert len(told) == len({n.person_id for n in told}) == 4


def test_two_schedulers_at_once_tell_everybody_once(any_market: Market, relay: Relay) -> None:
    town = any_market.town
    town.seen(at(LATE))
    start = threading.Barrier(2)

    def run() -> None:
        start.wait()
        town.plan(at(LATE))
        town.tick(relay, at(LATE) + timedelta(minutes=10))

    both = [threading.Thread(target=run) for _ in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    town.tick(relay, at(LATE) + timedelta(minutes=20))
    assert sorted(relay.receivers) == ["budi@batu.test", "sari@batu.test"]
    assert any_market.levels() == {3: {any_market.operator, any_market.section}}


@pytest.mark.parametrize("last_look", ["2025-04-15 11:00", "2025-04-15 12:00"])
def test_data_that_nobody_looked_at_since_are_no_reproach(market: Market, last_look: str) -> None:
    """Our line was down: what was fresh at the last look may be fresh still."""
    market.town.seen(at(last_look))
    for moment in (GRACE, LATE, ARREARS, "2025-05-05 09:00"):
        market.town.plan(at(moment))
    assert market.town.notices() == []


def test_late_data_are_not_called_in_arrears_before_they_were_seen_so(market: Market) -> None:
    market.looked_and_planned(LATE)
    market.town.plan(at("2025-04-22 09:00"))
    assert set(market.levels()) == {3}


def test_rows_that_are_too_old_themselves_begin_no_new_episode(market: Market) -> None:
    """It falls back to its grace, and is late again, without having been current."""
    market.looked_and_planned(LATE)
    market.holds("2025-04-15 12:00", "2025-04-17 09:00")
    market.looked_and_planned("2025-04-17 09:00", "2025-04-17 13:00", "2025-04-18 09:00")
    assert market.levels() == {3: {market.operator, market.section}}


def test_data_that_were_current_in_between_are_told_anew(market: Market) -> None:
    market.looked_and_planned(LATE)
    market.holds("2025-04-17 00:00", "2025-04-17 08:00")
    market.looked_and_planned("2025-04-19 09:00")
    late = [n.key for n in market.town.notices() if n.level == 3]
    assert len(late) == len(set(late)) == 4
    assert len({key.split(":")[2] for key in late}) == 2


@pytest.mark.parametrize("every", [11, 23])
def test_missed_runs_tell_no_level_twice_and_leave_nobody_with_a_reproach_that_is_over(
    market: Market, relay: Relay, every: int
) -> None:
    """Twice silent for some days in a month, and back; it is run every so many hours only."""
    silent = {*range(16, 23), *range(25, 29)}
    for hour in range(24, 24 * 24, every):
        now = at("2025-04-14 07:55") + timedelta(hours=hour)
        newest = max(day for day in range(14, 15 + hour // 24) if day not in silent)
        market.town.held(market.dataset, now, at("2025-04-01 00:00") + timedelta(days=newest - 1))
        market.town.tick(relay, now)
        market.town.tick(relay, now + timedelta(minutes=10))
    sent = [n for n in market.town.notices() if n.state is NoticeState.SENT]
    for person in (market.operator, market.section, market.head, market.walidata):
        last: tuple[str, int] = ("", 0)
        words = [n for n in sent if n.person_id == person and n.kind is not NoticeKind.MONTHLY]
        for notice in words:
            if notice.kind is NoticeKind.LEVEL:
                told = (notice.key.split(":")[2], notice.level or 0)
                assert told > last, [n.key for n in words]
                last = told
        reproached = any((n.level or 0) >= 3 for n in words)
        assert not reproached or words[-1].kind is NoticeKind.RECOVERY, [n.key for n in words]
    assert market.operator in {n.person_id for n in sent if n.kind is NoticeKind.RECOVERY}


def test_an_hourly_feed_is_told_by_hours_and_working_day_data_by_working_days(
    market: Market,
) -> None:
    town = market.town
    hourly = town.dataset(market.agency, "Kualitas Udara", Cadence.PER_JAM)
    workdays = town.dataset(market.agency, "Sampah Masuk", Cadence.HARIAN_KERJA)
    town.held(hourly, at("2025-04-17 06:05"), at("2025-04-17 06:00"))
    town.held(workdays, at("2025-04-16 15:00"), at("2025-04-16 00:00"))
    found = {}
    for moment in ("2025-04-17 08:00", "2025-04-17 08:05", "2025-04-17 10:05", "2025-04-21 00:05"):
        town.seen(at(moment), hourly)
        town.seen(at(moment), workdays)
        town.plan(at(moment))
        found[moment] = [
            max((n.level or 0 for n in town.notices() if n.dataset_id == one), default=0)
            for one in (hourly, workdays)
        ]
    assert list(found.values()) == [[0, 0], [2, 0], [3, 0], [5, 2]]


def test_a_recovery_is_told_once_to_those_who_read_that_it_was_late(
    any_market: Market, relay: Relay
) -> None:
    market, town = any_market, any_market.town
    market.told_at_eight(relay, "2025-04-16")
    market.holds("2025-04-17 00:00", "2025-04-17 10:00")
    for now in ("2025-04-17 11:00", "2025-04-17 12:00"):
        town.tick(relay, at(now))
    for d in (19, 20, 21, 22):
        market.holds(f"2025-04-{d} 00:00", f"2025-04-{d} 07:30")
        town.tick(relay, at(f"2025-04-{d} 08:05"))
    notes = market.of(NoticeKind.RECOVERY)
    assert {n.person_id for n in notes} == {market.operator, market.section}
    assert {n.state for n in notes} == {NoticeState.SENT}
    back = [text for text in relay.texts() if "mutakhir kembali" in text]
    assert len(back) == 2
    assert "isi terbarunya bertanggal Senin, 21 April 2025" in back[0]


def test_a_grace_alone_earns_no_recovery_note(market: Market, relay: Relay) -> None:
    market.holds("2025-04-14 18:00", "2025-04-15 08:00")
    market.told_at_eight(relay, "2025-04-16")
    assert relay.receivers == ["sari@batu.test"]
    assert "Masih dalam masa tenggang sampai Rabu, 16 April 2025, 18.00 WIB." in relay.texts()[0]
    market.holds("2025-04-16 00:00", "2025-04-16 10:00")
    market.town.plan(at("2025-04-16 11:00"))
    assert market.of(NoticeKind.RECOVERY) == []


def test_a_note_overtaken_by_the_next_lateness_is_told_after_that_one(
    market: Market, relay: Relay
) -> None:
    """Late on Wednesday, back for an afternoon, late again, and back before anything is sent."""
    town = market.town
    market.told_at_eight(relay, "2025-04-16")
    market.holds("2025-04-15 08:00", "2025-04-16 19:00")
    town.plan(at("2025-04-16 19:30"))
    market.looked_and_planned("2025-04-17 03:00")
    market.holds("2025-04-17 00:00", "2025-04-17 07:00")
    town.tick(relay, at("2025-04-17 07:30"))
    market.holds("2025-04-20 12:00", "2025-04-20 13:00")
    town.tick(relay, at("2025-04-21 08:05"))
    notes = [n for n in market.of(NoticeKind.RECOVERY) if n.person_id == market.operator]
    assert [n.state for n in notes] == [NoticeState.SUPERSEDED, NoticeState.SENT]
    assert sum("mutakhir kembali" in text for text in relay.texts()) == 2


def test_what_grows_old_during_a_day_waits_for_the_next_morning(
    market: Market, relay: Relay
) -> None:
    market.looked_and_planned(GRACE)
    assert market.town.send(relay, at(GRACE)).n_sent == 0
    assert market.town.send(relay, at("2025-04-16 08:00")).n_sent == 1


def test_what_came_back_before_eight_is_never_sent(market: Market, relay: Relay) -> None:
    """Planned at night; fresh data arrive before the digest leaves, and nobody planned since."""
    market.looked_and_planned("2025-04-16 01:00")
    market.holds("2025-04-16 00:00", "2025-04-16 07:30")
    market.town.send(relay, at("2025-04-16 08:00"))
    assert relay.taken == []
    assert {n.reason for n in market.town.notices()} == {"mutakhir lagi sebelum dikirim"}
    market.town.plan(at("2025-04-16 08:05"))
    assert market.of(NoticeKind.RECOVERY) == []


def test_a_higher_level_supersedes_what_was_not_sent(market: Market) -> None:
    market.looked_and_planned("2025-04-19 09:00", ARREARS)
    superseded = [n for n in market.town.notices() if n.state is NoticeState.SUPERSEDED]
    assert {(n.level, n.reason) for n in superseded} == {(3, "digantikan tingkat 5")}


def test_a_nag_comes_weekly_while_late_and_stops_when_current(market: Market) -> None:
    for now in days("2025-04-16", 17):
        market.town.seen(now)
        market.town.plan(now)
    nags = market.of(NoticeKind.NAG)
    assert sorted({n.key.split(":")[2] for n in nags}) == ["2025-04-28"]
    assert market.walidata not in {n.person_id for n in nags}
    market.holds("2025-05-03 00:00", "2025-05-03 08:00")
    for now in days("2025-05-03", 3, "09:00"):
        market.town.held(market.dataset, now, now - timedelta(hours=9))
        market.town.plan(now)
    assert len(market.of(NoticeKind.NAG)) == len(nags)


def test_a_nag_needs_a_look_since_the_last_message(market: Market) -> None:
    market.looked_and_planned("2025-04-21 08:05")
    market.town.plan(at("2025-04-29 08:05"))
    assert market.of(NoticeKind.NAG) == []
    market.looked_and_planned("2025-04-29 09:05")
    assert len(market.of(NoticeKind.NAG)) == 3


def test_a_broken_eta_raises_the_level_within_its_episode_alone(market: Market) -> None:
    market.town.answer_of_age(market.dataset, date(2025, 4, 14), at("2025-04-14 09:00"))
    market.looked_and_planned("2025-04-16 08:05")
    assert set(market.levels()) == {3}
    market.town.answer_of_age(market.dataset, date(2025, 4, 17), at("2025-04-16 10:00"))
    market.looked_and_planned("2025-04-17 23:55")
    assert set(market.levels()) == {3}
    market.looked_and_planned("2025-04-18 00:05")
    assert market.levels()[4] == {
        market.operator,
        market.section,
        market.head,
        market.walidata,
    }


def test_an_answer_is_quoted_in_the_next_message(market: Market, relay: Relay) -> None:
    market.town.answer_of_age(market.dataset, date(2025, 4, 17), at("2025-04-16 10:00"))
    market.told_at_eight(relay, "2025-04-21")
    said = "Tanggapan Rabu, 16 April 2025: Petugas pasar sakit (perkiraan dikirim: Kamis, 17 April"
    quoted = {to for to, text in zip(relay.receivers, relay.texts(), strict=True) if said in text}
    assert quoted == {f"{name}@batu.test" for name in ("sari", "budi", "ratna", "wahyu")}


def test_a_file_that_waits_for_walidata_is_not_the_agencys_delay(market: Market) -> None:
    with market.town.session() as session:
        version = session.exec(select(models.Version)).one()
        session.add(
            models.Version(
                **version.model_dump(exclude={"id", "number", "seen_at", "status", "max_at"}),
                number=2,
                seen_at=at("2025-04-15 09:00"),
                status=models.VersionStatus.IN_REVIEW,
            )
        )
    market.looked_and_planned(GRACE, LATE, ARREARS)
    assert market.town.notices() == []


def test_what_was_old_when_it_was_loaded_is_told_as_one_summary(
    any_market: Market, relay: Relay
) -> None:
    """Loaded on Thursday 4 September with rows of August; first seen an hour later."""
    town = any_market.town
    agency = town.agency("Dinas Perhubungan", "Dishub")
    operator = town.person("Dewi", Role.OPERATOR, agency)
    loaded = at("2025-09-04 07:00")
    for title in ("Lalu Lintas", "Parkir"):
        one = town.dataset(agency, title, Cadence.HARIAN, date(2025, 1, 1), created_at=loaded)
        town.held(one, loaded + timedelta(hours=1), at("2025-08-20 00:00"))
    first = town.plan(loaded + timedelta(hours=1))
    own = [n for n in first.notices if n.agency_id == agency]
    assert first.n_silent == 2
    assert {(n.kind, n.person_id) for n in own} == {
        (NoticeKind.BACKLOG, operator),
        (NoticeKind.BACKLOG, any_market.walidata),
    }
    town.send(relay, loaded + timedelta(hours=1))
    summary = next(t for r, t in zip(relay.receivers, relay.texts(), strict=True) if "dewi" in r)
    assert (
        "Saat daftar data ini mulai dipantau, isi 2 data sudah melewati batas umurnya." in summary
    )
    assert "Lalu Lintas" in summary
    assert "periode dari" not in summary
    for now in days("2025-09-05", 6):
        town.seen(now)
        assert [n for n in town.plan(now).notices if n.agency_id == agency] == []
    town.person("Agus", Role.OPERATOR, agency)
    town.seen(at("2025-09-12 08:05"))
    kinds = {n.kind for n in town.plan(at("2025-09-12 08:05")).notices if n.agency_id == agency}
    assert kinds == {NoticeKind.NAG}


def test_what_became_late_after_the_load_is_told(market: Market) -> None:
    """In its grace when it was loaded, late some hours later: that was in our time."""
    town, loaded = market.town, at("2025-09-04 07:00")
    one = town.dataset(market.agency, "Parkir", Cadence.HARIAN, date(2025, 1, 1), created_at=loaded)
    town.held(one, loaded + timedelta(hours=1), at("2025-09-02 12:00"))
    town.plan(loaded + timedelta(hours=1))
    assert [n for n in town.notices() if n.dataset_id == one] == []
    town.seen(at("2025-09-04 13:00"), one)
    town.plan(at("2025-09-04 13:00"))
    assert {n.level for n in town.notices() if n.dataset_id == one} == {3}


def test_a_dataset_that_was_never_seen_is_late_from_its_agreement(
    market: Market, relay: Relay
) -> None:
    town, loaded = market.town, at("2025-09-01 08:00")
    one = town.dataset(market.agency, "Parkir", Cadence.HARIAN, date(2025, 9, 1), created_at=loaded)
    town.broken(loaded + timedelta(hours=1), at("2025-09-03 07:00"), one)
    town.plan(at("2025-09-03 07:55"))
    town.send(relay, at("2025-09-03 08:05"))
    assert {n.level for n in town.notices() if n.dataset_id == one and n.level} == {3}
    assert "Sejak disepakati pada Senin, 1 September 2025, belum ada isi" in relay.texts()[0]
    assert "Alamat sumbernya sedang tidak dapat kami akses." in relay.texts()[0]


def test_a_replayed_past_can_be_taken_as_announced(market: Market) -> None:
    market.town.seen(at(ARREARS))
    with market.town.session() as session:
        told = announce_backlog_silently(session, market.town.city, at(ARREARS))
    assert ({n.kind for n in told.notices}, told.n_silent) == ({NoticeKind.BACKLOG}, 1)
    later = market.town.plan(at(ARREARS))
    assert {n.kind for n in later.notices} <= {NoticeKind.MONTHLY}
    silent = [n for n in market.town.notices() if n.person_id is None]
    assert [(n.state, n.level) for n in silent] == [(NoticeState.SUPERSEDED, 5)]


def test_what_was_late_when_a_backup_came_back_is_told_as_a_summary(market: Market) -> None:
    with market.town.session() as session:
        settle_restored(session, "restore", at("2025-04-24 06:00"))
    market.looked_and_planned("2025-04-24 08:05")
    assert {n.kind for n in market.town.notices() if n.person_id} == {
        NoticeKind.BACKLOG,
        NoticeKind.MONTHLY,
    }
    market.holds("2025-04-25 00:00", "2025-04-25 08:00")
    market.looked_and_planned("2025-04-27 09:00")
    assert set(market.levels()) == {3}


def test_the_list_for_the_mayor_names_the_agency(market: Market, relay: Relay) -> None:
    market.told_at_eight(relay, "2025-04-21")
    lists = [n for n in market.of(NoticeKind.MONTHLY) if n.person_id == market.mayor]
    assert len(lists) == 1
    text = next(t for t in relay.texts() if "menurut perangkat daerah" in t)
    assert "Dinas Perdagangan: 1 data yang isinya terlalu lama" in text


def test_messages_that_are_held_are_held_for_rolling_data_too(market: Market, relay: Relay) -> None:
    """Twenty-one of twenty-two hosts break in one hour: that is one cause, not many agencies."""
    town = market.town
    for n in range(21):
        town.dataset(market.agency, f"Pasar {n}", Cadence.HARIAN, host=f"h{n}.test:80")
    town.seen(at(LATE), market.dataset)
    town.broken(at("2025-04-16 06:00"), at(LATE))
    town.plan(at(LATE))
    assert town.send(relay, at("2025-04-16 08:05")).n_held > 0
    assert relay.receivers == ["wahyu@batu.test"]
    assert relay.subjects() == ["[Kota Batu] Pesan ditahan, mohon diperiksa"]


def test_a_bounce_tells_the_next_role_and_nobody_twice(market: Market, relay: Relay) -> None:
    relay.rcpt["sari@batu.test"] = "550 5.1.1 no such user"
    market.town.seen(at(LATE))
    for minute in (0, 10, 11, 12):
        market.town.tick(relay, at(LATE) + timedelta(minutes=minute))
    market.town.tick(relay, at("2025-04-17 08:05"))
    assert market.levels() == {3: {market.operator, market.section}}
    assert relay.receivers.count("budi@batu.test") == 1


def test_retired_data_are_never_told(market: Market) -> None:
    with market.town.session() as session:
        for dataset in session.exec(select(models.Dataset)):
            dataset.retired_on = date(2025, 4, 1)
    market.looked_and_planned(GRACE, LATE, ARREARS)
    assert market.town.notices() == []


@pytest.mark.parametrize(
    ("kind", "verb"),
    [
        (models.SourceKind.HTTP_FILE, "Uji sumber ini"),
        (models.SourceKind.UPLOAD, "Unggah berkas"),
    ],
)
def test_the_letter_says_how_old_the_data_are_and_offers_what_can_be_done(
    market: Market, relay: Relay, kind: models.SourceKind, verb: str
) -> None:
    with market.town.session() as session:
        session.exec(select(models.Source)).one().kind = kind
        session.add(models.Heartbeat(at=at(LATE)))
    market.told_at_eight(relay, "2025-04-16")
    assert relay.subjects() == ["[Kota Batu] 1 data terlambat"] * 2
    text = relay.texts()[0]
    assert "Isi terbaru yang kami temukan bertanggal Senin, 14 April 2025." in text
    assert "Menurut janji, umurnya paling lama 36 jam." in text
    assert "Terlambat sejak Rabu, 16 April 2025, 00.00 WIB." in text
    verbs = [line.split(":")[0].strip() for line in text.splitlines() if "/jawab/" in line]
    assert verbs == [verb, "Beri tanggapan", "Bukan tugas saya"]


def test_the_letter_speaks_the_language_of_its_reader(sqlite_engine: Engine, relay: Relay) -> None:
    town = Town(sqlite_engine)
    agency = town.agency("Dinas Lingkungan Hidup", "DLH")
    town.person("Grace", Role.OPERATOR, agency, locale="en")
    dataset = town.dataset(agency, "Sampah Masuk", Cadence.HARIAN_KERJA)
    town.held(dataset, at("2025-04-14 08:00"), at(NEWEST))
    town.seen(at("2025-04-16 07:55"))
    town.plan(at("2025-04-16 07:55"))
    town.send(relay, at("2025-04-16 08:05"))
    text = relay.texts()[0]
    assert "The newest content that we found is of Monday 14 April 2025." in text
    assert "By the promise it is 1 working day old at most." in text
    assert "It is within its grace time until Wednesday 16 April 2025." in text
    assert "belum" not in text


def test_a_feed_that_stops_for_a_week_is_told_late_in_arrears_and_back(
    small_world: World, relay: Relay
) -> None:
    """A real feed, looked at every six hours; rows of the 17th to the 23rd come on the 24th.

    LATE from Friday the 18th, a holiday before a weekend; ARREARS from Tuesday the 22nd, noon.
    """
    world = small_world
    address = world.feed.address + "/harga.csv"
    _, source = world.promise(
        address, cadence=Cadence.HARIAN, time_column="tanggal", value_columns=["harga"]
    )
    with reading(world.engine) as session:
        agency = session.exec(select(models.Agency.id)).one()
    for name, role in (("Sari", Role.OPERATOR), ("Ratna", Role.KEPALA_OPD)):
        Town(world.engine).person(name, role, agency)
    channel = EmailChannel.of(relay.url, "Mutakhir <mutakhir@batu.test>")
    said: dict[str, list[str]] = {}
    for now in (
        start + timedelta(hours=h) for start in days("2025-04-14", 14) for h in range(0, 24, 6)
    ):
        day = now.astimezone(world.watcher.timezone).day
        shown = [d for d in range(7, day + 1) if d < 17 or day >= 24]
        rows = "".join(f"2025-04-{d:02},{12000 + d}\n" for d in shown)
        world.feed.serve("/harga.csv", "tanggal,harga\n" + rows)
        look_at(world.watcher, [source], now - timedelta(minutes=5))
        with unit_of_work(world.engine) as session:
            city = world.watcher.city(session)
            plan_notices(session, city, now)
        n_before = len(relay.taken)
        send_due(world.engine, channel, city, now, BASE, SECRET)
        for to, text in list(zip(relay.receivers, relay.texts(), strict=True))[n_before:]:
            said.setdefault(f"April {day}", []).append(f"{to}: {text}")
    assert {day: len(texts) for day, texts in said.items()} == {
        "April 21": 1,
        "April 23": 2,
        "April 24": 2,
    }
    assert "Terlambat sejak Jumat, 18 April 2025, 00.00 WIB." in said["April 21"][0]
    assert "Menunggak sejak Selasa, 22 April 2025, 12.00 WIB." in said["April 23"][0]
    assert all("mutakhir kembali" in text for text in said["April 24"])
    with reading(world.engine) as session:
        ended = {n.state for n in session.exec(select(models.Notice))}
    assert NoticeState.PLANNED not in ended
