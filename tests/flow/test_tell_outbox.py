"""The outbox: digests at eight, failures of every kind, holds, and never a loss."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlmodel import col, select

from catalog import models
from catalog.models import MailState, NoticeKind, NoticeState
from catalog.models.db import reading, unit_of_work
from catalog.rules.terms import Role
from checks.channels import ChannelError, Message, Refusal
from checks.channels.email import EmailChannel
from checks.telling.guard import held, resume
from checks.telling.outbox import GIVE_UP_AFTER, LEASE, send_due, tally
from tests.flow.telling import BASE, SECRET, Relay, Town, at, days, open_relay

FRIDAY_LATE, MONDAY = "2025-04-11 17:00", "2025-04-14 08:00"


@pytest.fixture
def relay() -> Iterator[Relay]:
    with open_relay() as relay:
        yield relay


@pytest.fixture
def town(engine: Engine) -> Town:
    return Town(engine)


@pytest.fixture
def agency(town: Town) -> int:
    """Dinas Kesehatan with one operator, a head, and walidata; two monthly datasets."""
    agency = town.agency("Dinas Kesehatan", "Dinkes")
    town.person("Sari", Role.OPERATOR, agency)
    town.person("Ratna", Role.KEPALA_OPD, agency)
    town.person("Wahyu", Role.WALIDATA)
    town.dataset(agency, "Stunting")
    town.dataset(agency, "Imunisasi")
    return agency


class StubbornChannel:
    """A channel that fails in one way until it is mended, and keeps what it took."""

    code = "stubborn"
    schemes = ("stubborn",)

    def __init__(self, refusal: Refusal | None) -> None:
        self.refusal = refusal
        self.tried: list[Message] = []

    def send(self, message: Message) -> None:
        self.tried.append(message)
        if self.refusal is not None:
            raise ChannelError("Relay sedang diuji.", self.refusal)


def test_a_person_gets_one_digest_at_eight_with_everything_in_it(
    town: Town, agency: int, relay: Relay
) -> None:
    town.plan(at("2025-04-11 00:05"))
    assert town.send(relay, at("2025-04-11 07:59:59")).n_sent == 0
    assert town.send(relay, at("2025-04-11 08:00")).n_sent == 1
    assert relay.receivers == ["sari@batu.test"]
    assert relay.subjects() == ["[Kota Batu] 2 data perlu dikirim"]
    text = relay.texts()[0]
    assert "Data Maret 2025 belum kami temukan. Jatuh tempo Kamis, 10 April 2025" in text
    assert "paling lambat Kamis, 17 April 2025" in text
    assert {n.state for n in town.notices()} == {NoticeState.SENT}


def test_nothing_leaves_on_a_day_off(town: Town, agency: int, relay: Relay) -> None:
    """11 April is a Friday; 14 April the next working day; 18 April is a holiday."""
    town.plan(at(FRIDAY_LATE))
    for moment in ("2025-04-12 08:00", "2025-04-13 12:00", "2025-04-14 07:59"):
        assert town.tick(relay, at(moment)).n_sent == 0
    assert town.tick(relay, at(MONDAY)).n_sent == 1
    town.seen(at("2025-04-18 08:00"))
    assert town.tick(relay, at("2025-04-18 09:00")).n_sent == 0


def test_what_happens_during_the_day_waits_for_the_next_morning(
    town: Town, agency: int, relay: Relay
) -> None:
    town.broken(at("2025-04-03 09:00"), at("2025-04-09 10:00"))
    town.tick(relay, at("2025-04-09 10:00"))
    assert relay.subjects() == ["[Kota Batu] 2 data perlu dikirim"]
    town.tick(relay, at("2025-04-10 08:00"))
    assert relay.subjects()[1:] == ["[Kota Batu] Kabar tentang alamat sumber data"]


def test_at_most_one_digest_a_day_however_often_it_ticks(
    town: Town, agency: int, relay: Relay
) -> None:
    for day in days("2025-04-07", 14, "00:00"):
        for hour in (0, 8, 23):
            now = day + timedelta(hours=hour, minutes=1)
            town.seen(now)
            town.tick(relay, now)
    sent = [(m.address, str(m.sent_at)[:10]) for m in town.mails() if m.sent_at]
    assert len(sent) == len(set(sent)) == len(relay.taken)
    ids = [str(message["Message-ID"]) for message in relay.taken]
    assert len(ids) == len(set(ids))


def test_a_message_carries_the_headers_of_an_automatic_one(
    town: Town, agency: int, relay: Relay
) -> None:
    town.tick(relay, at("2025-04-11 08:00"))
    message = relay.taken[0]
    assert message["Auto-Submitted"] == "auto-generated"
    assert str(message["Message-ID"]).endswith("@data.batu.test>")
    assert str(message["List-Unsubscribe"]).startswith(f"<{BASE}/jawab/")
    assert message["From"].addresses[0].addr_spec == "mutakhir@batu.test"
    assert [address.addr_spec for address in message["To"].addresses] == ["sari@batu.test"]
    html = message.get_body(("html",))
    assert html is not None
    assert "Stunting" in html.get_content()


def test_the_letter_speaks_the_language_of_its_reader(town: Town, relay: Relay) -> None:
    agency = town.agency("Dinas Kesehatan", "Dinkes")
    town.person("Grace", Role.OPERATOR, agency, locale="en")
    town.dataset(agency, "Stunting")
    town.tick(relay, at("2025-04-11 08:00"))
    assert relay.subjects() == ["[Kota Batu] 1 dataset to be sent"]
    text = relay.texts()[0]
    assert "We have not found the data for March 2025. It was due Thursday 10 April 2025" in text
    assert "?lang=en" in text
    assert "belum" not in text


def test_the_strip_travels_as_text_with_its_sentence(town: Town, agency: int, relay: Relay) -> None:
    with reading(town.engine) as session:
        dataset = session.exec(
            select(models.Dataset.id).where(models.Dataset.title == "Stunting")
        ).one()
    town.close(town.obligation(dataset or 0, "2025-03"), at("2025-04-09 10:00"))
    town.seen(at("2025-07-16 08:00"))
    town.tick(relay, at("2025-07-16 08:00"))
    strip = next(line for line in relay.texts()[0].splitlines() if "✓" in line and "!" in line)
    assert strip.strip() == "✓ ! ! … …  (1 terpenuhi, 0 terpenuhi terlambat, 2 belum ada)"


def test_a_bounce_tells_the_next_role_and_opens_a_task(
    town: Town, agency: int, relay: Relay
) -> None:
    relay.rcpt["sari@batu.test"] = "550 5.1.1 no such user"
    first = town.tick(relay, at("2025-04-11 08:00"))
    assert (first.n_sent, first.n_failed) == (0, 1)
    second = town.tick(relay, at("2025-04-11 08:01"))
    assert second.n_sent == 2
    assert relay.receivers == ["ratna@batu.test", "wahyu@batu.test"]
    assert "Kontak tidak sah" in relay.texts()[1]
    assert "sari@batu.test" in relay.texts()[1]
    assert "550 5.1.1 no such user" in relay.texts()[1]
    by_state = {n.state for n in town.notices() if n.kind is NoticeKind.LEVEL}
    assert by_state == {NoticeState.FAILED, NoticeState.SENT}
    town.plan(at("2025-04-14 08:00"))
    assert all(
        n.state is not NoticeState.PLANNED for n in town.notices() if n.kind is NoticeKind.LEVEL
    )


def test_a_relay_that_refuses_by_policy_does_not_blame_the_address(
    town: Town, agency: int, relay: Relay
) -> None:
    relay.rcpt["sari@batu.test"] = "554 5.7.1 relay access denied"
    town.tick(relay, at("2025-04-11 08:00"))
    with reading(town.engine) as session:
        people = session.exec(
            select(models.Person).where(col(models.Person.bounced_at).is_not(None))
        )
        assert people.all() == []


@pytest.mark.parametrize("stage", ["rcpt", "data"])
def test_a_temporary_refusal_is_tried_again_with_back_off(
    town: Town, agency: int, relay: Relay, stage: str
) -> None:
    if stage == "rcpt":
        relay.rcpt["sari@batu.test"] = "451 4.3.0 try later"
    else:
        relay.data = "451 4.3.0 try later"
    town.tick(relay, at("2025-04-11 08:00"))
    assert town.tick(relay, at("2025-04-11 08:00:59")).n_deferred == 0
    assert town.tick(relay, at("2025-04-11 08:01")).n_deferred == 1
    assert town.tick(relay, at("2025-04-11 08:05:59")).n_deferred == 0
    relay.rcpt.clear()
    relay.data = "250 OK"
    assert town.tick(relay, at("2025-04-11 08:06")).n_sent == 1
    assert [(m.n_attempts, m.state) for m in town.mails()] == [(3, MailState.SENT)]


def test_a_message_refused_for_good_fails_without_blaming_the_address(
    town: Town, agency: int, relay: Relay
) -> None:
    relay.data = "554 5.6.0 content rejected"
    assert town.tick(relay, at("2025-04-11 08:00")).n_failed == 1
    with reading(town.engine) as session:
        assert tally(session).failed == 2
        person = session.exec(
            select(models.Person).where(models.Person.email == "sari@batu.test")
        ).one()
        assert person.bounced_at is None


def test_two_days_without_a_relay_end_in_one_digest_and_moot_notices_are_not_sent(
    town: Town, agency: int
) -> None:
    dead = EmailChannel.of("smtp://127.0.0.1:1", "Mutakhir <mutakhir@batu.test>")
    for hour in range(0, 48, 3):
        now = at("2025-04-10 08:00") + timedelta(hours=hour)
        town.plan(now)
        assert send_due(town.engine, dead, town.city, now, BASE, SECRET).n_sent == 0
    stunting = next(n for n in town.notices() if n.obligation_id).obligation_id or 0
    town.close(stunting, at("2025-04-12 09:00"))
    with open_relay() as relay:
        town.tick(relay, at("2025-04-14 08:00"))
        assert relay.receivers == ["sari@batu.test"]
        assert relay.subjects() == ["[Kota Batu] 1 data perlu dikirim"]
    with reading(town.engine) as session:
        counts = tally(session)
    assert (counts.planned, counts.sent, counts.failed) == (0, 1, 0)
    assert counts.superseded == 3


def test_an_outage_longer_than_the_patience_fails_visibly(town: Town, agency: int) -> None:
    channel = StubbornChannel(Refusal.UNREACHABLE)
    start = at("2025-04-11 08:00")
    town.plan(start)
    send_due(town.engine, channel, town.city, start, BASE, SECRET)
    later = start + GIVE_UP_AFTER
    assert send_due(town.engine, channel, town.city, later, BASE, SECRET).n_failed == 1
    with reading(town.engine) as session:
        people = session.exec(select(models.Person.bounced_at)).all()
    assert set(people) == {None}


def test_a_dead_relay_ends_the_round_at_the_first_message(town: Town, agency: int) -> None:
    town.person("Dewi", Role.OPERATOR, agency)
    channel = StubbornChannel(Refusal.UNREACHABLE)
    town.plan(at("2025-04-11 08:00"))
    send_due(town.engine, channel, town.city, at("2025-04-11 08:00"), BASE, SECRET)
    assert len(channel.tried) == 1


def test_a_message_that_may_have_arrived_is_repeated_unchanged(town: Town, agency: int) -> None:
    """The same Message-ID, the same notices, though one became moot and others came."""
    channel = StubbornChannel(Refusal.UNCERTAIN)
    town.plan(at("2025-04-10 08:00"))
    send_due(town.engine, channel, town.city, at("2025-04-10 08:00"), BASE, SECRET)
    first = next(n for n in town.notices() if n.obligation_id)
    town.close(first.obligation_id or 0, at("2025-04-10 08:30"))
    channel.refusal = None
    town.plan(at("2025-04-11 08:00"))
    sent = send_due(town.engine, channel, town.city, at("2025-04-11 08:00"), BASE, SECRET)
    assert sent.n_sent == 1
    assert channel.tried[0].message_id == channel.tried[1].message_id
    assert channel.tried[1].text.count("jatuh tempo") == 2
    states = {n.level: n.state for n in town.notices() if n.obligation_id == first.obligation_id}
    assert states[1] is NoticeState.SENT


def test_a_recovery_follows_a_message_that_was_under_way_when_the_data_came(
    town: Town, agency: int, relay: Relay
) -> None:
    channel = StubbornChannel(Refusal.UNCERTAIN)
    town.plan(at("2025-04-11 08:00"))
    send_due(town.engine, channel, town.city, at("2025-04-11 08:00"), BASE, SECRET)
    first = next(n for n in town.notices() if n.obligation_id)
    town.close(first.obligation_id or 0, at("2025-04-11 08:30"))
    for moment in ("2025-04-11 09:00", "2025-04-11 09:30", "2025-04-14 08:00"):
        town.tick(relay, at(moment))
    assert len(relay.taken) == 2
    assert "belum kami temukan" in relay.texts()[0]
    assert "Data Maret 2025 sudah kami terima" in relay.texts()[1]


def test_a_digest_that_waited_is_the_only_one_of_the_day_it_leaves(
    town: Town, agency: int, relay: Relay
) -> None:
    """Held up since Tuesday it leaves on Friday; what is new an hour later waits for Monday."""
    channel = StubbornChannel(Refusal.UNREACHABLE)
    town.plan(at("2025-04-08 08:00"))
    send_due(town.engine, channel, town.city, at("2025-04-08 08:00"), BASE, SECRET)
    assert town.send(relay, at("2025-04-11 08:00")).n_sent == 1
    town.dataset(agency, "Gizi", created_at=at("2025-04-08 09:00"))
    assert town.plan(at("2025-04-11 09:00")).notices
    assert town.send(relay, at("2025-04-11 09:00")).n_sent == 0
    assert town.tick(relay, at("2025-04-14 08:00")).n_sent == 1


def test_a_sender_that_died_leaves_its_message_to_the_next_after_the_lease(
    town: Town, agency: int, relay: Relay
) -> None:
    class Death(BaseException):
        """Stands for SIGKILL: nothing after it runs."""

    class DyingChannel(StubbornChannel):
        def send(self, message: Message) -> None:
            self.tried.append(message)
            raise Death

    dying, now = DyingChannel(None), at("2025-04-11 08:00")
    town.plan(now)
    with pytest.raises(Death):
        send_due(town.engine, dying, town.city, now, BASE, SECRET)
    assert town.send(relay, now + LEASE - timedelta(seconds=1)).n_sent == 0
    assert town.send(relay, now + LEASE).n_sent == 1
    assert f"<{dying.tried[0].message_id}>" == relay.taken[0]["Message-ID"]
    assert dying.tried[0].text.splitlines() == relay.texts()[0].splitlines()


def test_a_letter_that_cannot_be_written_does_not_stop_the_others(
    town: Town, agency: int, relay: Relay
) -> None:
    dewi = town.person("Dewi", Role.OPERATOR, agency)
    town.plan(at("2025-04-11 08:00"))
    with unit_of_work(town.engine) as session:
        for notice in session.exec(select(models.Notice).where(models.Notice.person_id != dewi)):
            notice.kind, notice.key = NoticeKind.TASK, f"hold:broken:{notice.id}"
            notice.reason = "no numbers here"
    town.send(relay, at("2025-04-11 08:00"))
    assert relay.receivers == ["dewi@batu.test"]
    broken = [m for m in town.mails() if m.state is MailState.WAITING]
    assert broken
    assert all("ValueError" in (m.error or "") for m in broken)


def test_two_senders_at_once_send_each_message_once(town: Town, agency: int, relay: Relay) -> None:
    """The second looks while the first is in the middle of its sending."""
    for name in ("Dewi", "Eka", "Fitri"):
        town.person(name, Role.OPERATOR, agency)
    now = at("2025-04-11 08:00")
    town.plan(now)

    class Interrupted(StubbornChannel):
        def send(self, message: Message) -> None:
            super().send(message)
            if len(self.tried) == 1:
                town.send(relay, now)

    first = Interrupted(None)
    send_due(town.engine, first, town.city, now, BASE, SECRET)
    everyone = [m.to_address for m in first.tried] + relay.receivers
    assert sorted(everyone) == sorted({"sari", "dewi", "eka", "fitri"} and set(everyone))
    assert len(everyone) == 4


def test_a_host_is_told_once_when_it_breaks_and_once_when_it_is_back(
    town: Town, agency: int, relay: Relay
) -> None:
    """Two datasets of one host: one notice for the host, not one for each."""
    town.tick(relay, at("2025-04-08 08:00"))
    for now in days("2025-04-08", 3, "14:00"):
        town.broken(at("2025-04-02 10:00"), now)
        town.tick(relay, now)
        town.tick(relay, now + timedelta(hours=18))
    town.seen(at("2025-04-14 09:00"))
    for now in days("2025-04-14", 3, "09:30"):
        town.tick(relay, now)
    keys = [n.key for n in town.notices() if n.kind is NoticeKind.ACCESS]
    assert [key.split(":")[1:3] for key in keys] == [
        ["PUTUS", "2025-04-08"],
        ["LANCAR", "2025-04-14"],
    ]
    assert sum("tidak dapat mengakses alamat ini; 2 data" in text for text in relay.texts()) == 1
    assert sum("dapat kami akses kembali" in text for text in relay.texts()) == 1


def test_a_flapping_host_never_makes_more_than_one_pair_a_day(town: Town, agency: int) -> None:
    for hour in range(48):
        now = at("2025-04-08 00:10") + timedelta(hours=hour)
        if hour % 2:
            town.seen(now)
        else:
            town.broken(at("2025-04-02 10:00"), now)
        town.plan(now)
    keys = [n.key for n in town.notices() if n.kind is NoticeKind.ACCESS]
    words = [tuple(key.split(":")[1:3]) for key in keys]
    assert len(words) == len(set(words)) <= 4


def test_one_cause_that_breaks_many_holds_everything_and_pages_walidata(
    town: Town, agency: int, relay: Relay
) -> None:
    for i in range(18):
        town.dataset(agency, f"Data {i}")
    now = at("2025-04-11 08:00")
    with reading(town.engine) as session:
        ids = session.exec(select(models.Dataset.id).order_by(col(models.Dataset.id))).all()
    for dataset_id in ids[:4]:
        town.broken(now - timedelta(hours=2), now, dataset_id)
    assert town.plan(now).hold is None
    town.broken(now - timedelta(hours=2), now, ids[4])
    hold = town.plan(now).hold
    assert hold is not None
    assert (hold.n_worsened, hold.n_datasets) == (5, 20)
    sent = town.send(relay, now)
    assert relay.receivers == ["wahyu@batu.test"]
    assert relay.subjects() == ["[Kota Batu] Pesan ditahan, mohon diperiksa"]
    assert sent.n_held == len(town.keys(NoticeState.PLANNED))
    with unit_of_work(town.engine) as session:
        assert tally(session).held == sent.n_held > 0
        assert resume(session, "wahyu@batu.test", now)
    assert town.tick(relay, now).n_sent == 1
    assert town.plan(now + timedelta(minutes=5)).hold is None


def test_a_hold_ends_by_itself_when_the_sources_are_back(
    town: Town, agency: int, relay: Relay
) -> None:
    for i in range(18):
        town.dataset(agency, f"Data {i}")
    now = at("2025-04-11 08:00")
    town.broken(now - timedelta(hours=2), now)
    assert town.plan(now).hold is not None
    town.seen(now + timedelta(hours=1))
    town.plan(now + timedelta(hours=1))
    with reading(town.engine) as session:
        assert held(session) is None
    assert town.send(relay, now + timedelta(hours=1)).n_sent >= 1


def test_what_the_calendar_alone_makes_worse_holds_nothing(town: Town, agency: int) -> None:
    for i in range(18):
        town.dataset(agency, f"Data {i}")
    town.seen(at("2025-04-21 09:00"))
    assert town.plan(at("2025-04-21 09:00")).hold is None


def test_a_shrinking_catalogue_holds_messages(town: Town, agency: int) -> None:
    for i in range(48):
        town.dataset(agency, f"Data {i}")
    with unit_of_work(town.engine) as session:
        for dataset in session.exec(
            select(models.Dataset).order_by(col(models.Dataset.id)).limit(2)
        ):
            dataset.retired_on = at("2025-04-11 08:00").date()
    assert town.plan(at("2025-04-11 09:00")).hold is not None


def test_a_page_leaves_at_night_and_on_a_day_off(town: Town, agency: int, relay: Relay) -> None:
    for i in range(18):
        town.dataset(agency, f"Data {i}")
    now = at("2025-04-13 03:00")
    town.broken(now - timedelta(hours=2), now)
    town.tick(relay, now)
    assert relay.receivers == ["wahyu@batu.test"]


def test_the_kept_counts_say_where_every_notice_is(town: Town, agency: int, relay: Relay) -> None:
    town.tick(relay, at("2025-04-08 08:00"))
    town.plan(at("2025-04-11 09:00"))
    with reading(town.engine) as session:
        counts = tally(session)
    assert (counts.planned, counts.sent, counts.superseded) == (2, 2, 0)


def test_an_operator_who_left_passes_the_message_on(town: Town, agency: int, relay: Relay) -> None:
    town.plan(at("2025-04-11 07:00"))
    with unit_of_work(town.engine) as session:
        sari = session.exec(select(models.Person).where(models.Person.name == "Sari")).one()
        sari.active = False
    town.tick(relay, at("2025-04-11 08:00"))
    assert "ratna@batu.test" in relay.receivers
    assert "sari@batu.test" not in relay.receivers


def test_messages_are_frozen_values() -> None:
    message = Message("id", "Sari", "sari@batu.test", "s", "t", "h", "id", at("2025-04-11 08:00"))
    assert replace(message, subject="x") != message
