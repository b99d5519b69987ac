"""Relays that are away, refuse, dawdle or hang up, and hosts that would make many letters."""

import asyncio
import ssl
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Any

import trustme
from aiosmtpd.controller import Controller

from catalog import models
from catalog.models import NoticeKind, NoticeState
from catalog.models.db import unit_of_work
from catalog.rules.terms import Outcome, Role
from checks.channels import ChannelError, Message, Refusal
from checks.channels.email import EmailChannel
from checks.telling.outbox import BACK_OFF, GIVE_UP_AFTER
from tests.campaign.faults.bench import Bench, fault
from tests.campaign.faults.siege import besiege
from tests.flow.telling import Relay, Town, at, days, free_port

SENDER = "Mutakhir <mutakhir@batu.test>"


def _town(bench: Bench, n_datasets: int = 3) -> Town:
    town = bench.town()
    agency = town.agency("Dinas Kesehatan", "Dinkes")
    town.person("Sari", Role.OPERATOR, agency)
    town.person("Budi", Role.KEPALA_BIDANG, agency)
    town.person("Wahyu", Role.WALIDATA)
    for n in range(n_datasets):
        town.dataset(agency, f"Data {n}")
    return town


@fault(
    "F9",
    "SMTP down for two days",
    "kept >= 7 days, <= 30 min apart, one digest, moot dropped",
    fast=False,
)
def relay_away(bench: Bench) -> None:
    town = _town(bench)
    gone = Relay(free_port())
    town.seen(at("2025-04-07 08:00"))
    planned = town.plan(at("2025-04-09 08:05")).n_planned
    bench.need("nothing was to be said", planned >= 3)
    now = at("2025-04-09 08:10")
    attempts: list[datetime] = []
    while now < at("2025-04-11 08:10"):
        town.seen(now)
        if town.tick(gone, now).n_deferred:
            attempts.append(now)
        now += timedelta(minutes=10)
    # Letters leave from 08:00 until midnight; a night between two attempts is no back-off.
    waits = [b - a for a, b in pairwise(attempts) if b - a < timedelta(hours=8)]
    bench.need(f"longest wait {max(waits)}", max(waits) <= timedelta(minutes=40))
    bench.expect("longest back-off", BACK_OFF[-1], timedelta(minutes=30))
    bench.need("given up within a week", timedelta(days=7) <= GIVE_UP_AFTER)
    town.close(town.obligation(1, "2025-03"), at("2025-04-10 12:00"))
    with bench.relay(gone) as relay:
        for each in (at("2025-04-11 09:00"), at("2025-04-11 10:00"), at("2025-04-11 11:00")):
            town.tick(relay, each)
    per_person = Counter(str(message["To"]) for message in relay.taken)
    bench.need("nobody was told", per_person)
    bench.expect("letters to each person", set(per_person.values()), {1})
    states = Counter(notice.state for notice in town.notices())
    bench.expect("left unended", states[NoticeState.PLANNED], 0)
    bench.need("nothing was superseded", states[NoticeState.SUPERSEDED])
    told = "\n".join(relay.texts())
    bench.need("what came meanwhile was still asked for", "Data 0" not in told.split("2.")[0])
    bench.say(f"{len(attempts)} attempts in two days, then {len(relay.taken)} digest; "
              f"{states[NoticeState.SENT]} sent, "
              f"{states[NoticeState.SUPERSEDED]} superseded")  # fmt: skip


@dataclass
class Odd(Relay):
    """A relay that dawdles or hangs up."""

    wait_seconds: float = 0.0
    hangs_up: bool = False
    n_left: int = field(default=10**6)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        await asyncio.sleep(self.wait_seconds)
        if self.hangs_up and self.n_left > 0:
            self.n_left -= 1
            await super().handle_DATA(server, session, envelope)
            server.transport.abort()
            return "250 never heard"
        return await super().handle_DATA(server, session, envelope)


@fault(
    "F10",
    "SMTP 4xx, 5xx, greylist, slow, drop after DATA, TLS",
    "retried, or failed and shown",
    fast=False,
)
def odd_relays(bench: Bench) -> None:
    morning = at("2025-04-09 08:10")

    def after(relay: Relay, change: str, hours: int = 2) -> tuple[Town, Counter[NoticeState]]:
        town = _town(bench, 1)
        town.seen(morning)
        with bench.relay(relay):
            town.tick(relay, morning)
            if change == "better":
                relay.data, relay.rcpt = "250 OK", {}
            for n in range(1, 12 * hours):
                town.tick(relay, morning + timedelta(minutes=5 * n))
        return town, Counter(notice.state for notice in town.notices())

    for what, relay in (
        ("451 at the end", Odd(data="451 try later")),
        ("421 at the end", Odd(data="421 busy")),
        ("greylisted", Odd(rcpt={"sari@batu.test": "450 greylisted"})),
        ("dropped after DATA", Odd(hangs_up=True, n_left=1)),
        ("slow", Odd(wait_seconds=0.2)),
    ):
        relay.port = free_port()
        town, states = after(relay, "better")
        bench.expect(f"{what}: unended", states[NoticeState.PLANNED], 0)
        bench.need(f"{what}: {dict(states)}", states[NoticeState.SENT])
        ids = Counter(str(message["Message-ID"]) for message in relay.taken)
        most = 2 if relay.hangs_up else 1
        bench.need(f"{what}: repeats {ids}", max(ids.values()) <= most)
        bench.expect(f"{what}: letters", len(ids), len({str(m["To"]) for m in relay.taken}))
    for what, relay, person in (
        ("550 for the address", Odd(rcpt={"sari@batu.test": "550 5.1.1 no such user"}), True),
        ("554 for the message", Odd(data="554 refused"), False),
    ):
        relay.port = free_port()
        town, states = after(relay, "", hours=1)
        bench.need(f"{what}: nothing failed", states[NoticeState.FAILED])
        tasks = [n.key for n in town.notices() if n.kind is NoticeKind.TASK]
        bench.need(f"{what}: not shown to walidata", tasks or not person)
    _bad_tls(bench)
    bench.say("5 of 5 retried and sent, 2 of 2 permanent shown, an unproved relay gets nothing")


def _bad_tls(bench: Bench) -> None:
    authority = trustme.CA()
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    relay = Relay(free_port())
    controller = Controller(relay, hostname="127.0.0.1", port=relay.port, tls_context=context)
    controller.start()
    letter = Message(
        to_name="Sari", to_address="sari@batu.test", subject="Kabar", text="x", html="<p>x</p>",
        message_id="a@batu.test", at=at("2025-04-09 08:10"), locale="id", unsubscribe=None,
    )  # fmt: skip
    try:
        EmailChannel.of(f"smtp+starttls://127.0.0.1:{relay.port}", SENDER).send(letter)
        bench.misses.append("a relay with an unproved certificate was believed")
    except ChannelError as error:
        bench.expect("unproved certificate", error.refusal, Refusal.UNREACHABLE)
    finally:
        controller.stop()
    bench.expect("letters it got", relay.taken, [])


@fault(
    "F39",
    "one OPD host of 32 fails for a month",
    "1 notice for the host, weekly reminders",
    fast=False,
)
def one_host_for_a_month(bench: Bench) -> None:
    town = bench.town()
    sick = town.agency("Dinas Kesehatan", "Dinkes")
    town.person("Sari", Role.OPERATOR, sick)
    town.person("Wahyu", Role.WALIDATA)
    ill = [town.dataset(sick, f"Data {n}", host="dinkes.test:80") for n in range(20)]
    for n in range(31):
        agency = town.agency(f"Dinas {n}", f"D{n}")
        town.person(f"op{n}", Role.OPERATOR, agency)
        for m in range(3):
            town.dataset(agency, f"Data {n} {m}", host=f"d{n}.test:80")
    since = at("2025-04-21 07:00")
    with bench.relay() as relay:
        for now in days("2025-04-14", 40):
            town.seen(now)
            for dataset in range(21, 21 + 93):
                label = "2025-03" if now < at("2025-05-02 00:00") else "2025-04"
                _close_once(town, town.obligation(dataset, label), now)
            for dataset in ill if now >= since else ():
                town.broken(since, now, dataset)
            town.tick(relay, now)
    mine = [m for m in relay.taken if "sari" in str(m["To"])]
    access = [n for n in town.notices() if n.kind is NoticeKind.ACCESS]
    dates = [message["Date"].datetime for message in mine]
    bench.expect("notices that the host is away", len(access), 1)
    bench.need(f"{len(mine)} letters to its operator in 40 days", 1 <= len(mine) <= 15)
    per_day = Counter(each.date() for each in dates)
    bench.need("more than one letter a day", max(per_day.values()) == 1)
    levels = {n.level for n in town.notices() if n.kind is NoticeKind.LEVEL and n.person_id == 1}
    bench.say(f"20 datasets on it: {len(mine)} letters in 40 days (levels {sorted(levels)}), "
              f"1 access notice; the other 31 OPDs heard nothing of it")  # fmt: skip
    others = [n for n in access if n.agency_id != sick]
    bench.expect("notices to others", others, [])


def _close_once(town: Town, obligation_id: int, now: datetime) -> None:
    with unit_of_work(town.engine) as session:
        known = session.get(models.Closing, obligation_id)
        rows = session.connection().exec_driver_sql(
            f"SELECT count(*) FROM closing WHERE obligation_id = {int(obligation_id)}"
        )
        if known is None and rows.scalar_one() == 0:
            is_open = now
            session.add(
                models.Closing(
                    obligation_id=obligation_id, kind="FULFILLED", at=is_open, seen_at=is_open
                )
            )


@fault(
    "F40",
    "a host that is up and down at each check",
    "verdict unmoved, <= 1 notice a day",
    fast=False,
)
def flapping(bench: Bench) -> None:
    siege = besiege(bench)
    good = siege.talk
    answers: list[Outcome] = []
    for n in range(20):
        siege.say(good if n % 2 else (lambda connection: None))
        answers.append(siege.look(timedelta(hours=1)).outcome)
        siege.judge(f"look {n}")
    bench.expect("outcomes", Counter(answers)[Outcome.SOURCE_FAILED], 10)
    town = _town(bench)
    start = at("2025-05-05 06:00")
    with bench.relay() as relay:
        for n in range(24 * 7):
            now = start + timedelta(hours=n)
            town.broken(now - timedelta(hours=1), now) if n % 2 else town.seen(now)
            town.tick(relay, now)
    notices = [n for n in town.notices() if n.kind is NoticeKind.ACCESS]
    word_days = Counter((n.key.split(":")[1], n.key.split(":")[2], n.person_id) for n in notices)
    bench.need(f"notices a day: {word_days}", max(word_days.values(), default=0) <= 1)
    sent = Counter(
        (str(m["To"]), m["Date"].datetime.date()) for m in relay.taken if "sari" in str(m["To"])
    )
    bench.need("more than one letter a day", max(sent.values(), default=0) <= 1)
    bench.say(f"20 looks, verdict unmoved; in a week of flapping {sum(sent.values())} letters to "
              "the operator, never two a day")  # fmt: skip
