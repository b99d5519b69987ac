"""Living the year: servers, processes that are killed, a relay that is down, and the clock."""

import json
import sqlite3
import time
from collections.abc import Callable
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from aiosmtpd.controller import Controller
from sqlalchemy import Engine, update
from sqlalchemy import text as sql

from catalog import models
from catalog.intake.holidays import seed_holidays
from catalog.intake.ledger import extend_ledger
from catalog.models.almanac import load_calendar
from catalog.models.db import engine_for, reading, unit_of_work
from catalog.rules.terms import Role, Schedule, State
from catalog.store.standing import City, Standing, standings
from tests.campaign.outbox_kills import SlowRelay
from tests.campaign.processes import Answering
from tests.campaign.year.story import STEP, Fault, Publisher, Story, Trouble
from tests.campaign.year.worker import CITY_DOMAIN
from tests.flow.telling import Relay, free_port
from tests.flow.world import ZONE, Answer, Feed

MORNING, LATER = 8, 11
_PAGE = b"<!DOCTYPE html><html><head><title>Masuk</title></head><body>Silakan masuk</body></html>"
_WRONG = frozenset({State.LATE, State.ARREARS})


@dataclass(frozen=True, slots=True)
class Strikes:
    """How often processes are killed and the database is locked; none in the calm year."""

    looks: int = 0
    tells: int = 0
    locks: int = 0


@dataclass
class Lived:
    """What a year left behind."""

    relay: Relay
    kills: int = 0
    kills_in_gap: int = 0
    locks: int = 0
    errors: list[str] = field(default_factory=list)
    false_late: list[str] = field(default_factory=list)
    false_fresh: list[str] = field(default_factory=list)
    seconds: float = 0.0


class Year:
    """One run through a story; `with_faults` off is the same story without its troubles."""

    def __init__(self, story: Story, url: str, folder: Path, *, with_faults: bool) -> None:
        self.story, self.url, self.with_faults = story, url, with_faults
        self.engine = engine_for(url)
        self.relay = SlowRelay(free_port())
        self.lived = Lived(self.relay)
        self.feeds = [Feed() for _ in range(story.n_hosts)]
        self.hosts = [
            f"opd-{n}{CITY_DOMAIN}:{feed.address.rpartition(':')[2]}"
            for n, feed in enumerate(self.feeds)
        ]
        self.originals = folder / "originals"
        self.faults = sorted(story.faults, key=lambda f: f.start_at) if with_faults else []
        self.city = settle(self.engine, story, self.hosts)
        self._served: dict[int, tuple[int, str | None]] = {}

    def live(self, strikes: Strikes, chance: Random, progress: Callable[[int, int], None]) -> Lived:
        """Live from the first to the last instant."""
        began = time.monotonic()
        steps = list(self.story.steps())
        plan = _spread(chance, strikes, len(steps))
        with ExitStack() as leaving:
            for feed in self.feeds:
                leaving.callback(feed.close)
            controller = self._open_relay()
            looking = [self._process(leaving) for _ in range(2)]
            telling = [self._process(leaving) for _ in range(2)]
            for number, now in enumerate(steps):
                under_way = [f for f in self.faults if f.start_at <= now < f.end_at]
                self._serve(now, under_way)
                if now == steps[-1]:
                    self._make_all_due(now)
                if self._is_down(now) != (controller is None):
                    controller = self._toggle(controller)
                if not any(f.trouble is Trouble.OUR_DEATH for f in under_way):
                    line = "down" if _has(under_way, Trouble.OUR_LINE) else "up"
                    self._look(looking, line, now, number, plan, chance)
                    if (now.hour + 7) % 24 in (MORNING, LATER):
                        self._tell(telling, line, now, number, plan, chance)
                if number % 56 == 0:
                    self._hold_against_the_truth(now)
                progress(number + 1, len(steps))
            if controller is not None:
                controller.stop()
        self.lived.seconds = time.monotonic() - began
        return self.lived

    def _make_all_due(self, now: datetime) -> None:
        """Have every source looked at once more, so that both years know the same end."""
        with unit_of_work(self.engine) as session:
            session.execute(update(models.Source).values(next_look_at=now))

    def _process(self, leaving: ExitStack) -> Answering:
        given = [self.url, str(self.originals), json.dumps(self.hosts), self.relay.url]
        process = Answering("tests.campaign.year.worker", given)
        leaving.callback(process.stop)
        return process

    def _open_relay(self) -> Controller:
        controller = Controller(self.relay, hostname="127.0.0.1", port=self.relay.port)
        controller.start()
        return controller

    def _toggle(self, controller: Controller | None) -> Controller | None:
        if controller is None:
            return self._open_relay()
        controller.stop()
        return None

    def _is_down(self, now: datetime) -> bool:
        return self.with_faults and any(a <= now < b for a, b in self.story.relay_down)

    def _serve(self, now: datetime, under_way: list[Fault]) -> None:
        """Put every server into its state of this instant."""
        by_source = {f.source: f.trouble for f in under_way if f.source is not None}
        silent = {f.host for f in under_way if f.trouble is Trouble.HOST_SILENT}
        for publisher in self.story.publishers:
            trouble = by_source.get(publisher.number)
            if publisher.host in silent:
                trouble = Trouble.HOST_SILENT
            state = (len(publisher.held(now)), trouble)
            if self._served.get(publisher.number) != state:
                self._served[publisher.number] = state
                feed = self.feeds[publisher.host]
                feed.answers[f"/{publisher.number}.csv"] = _answer(publisher, now, trouble)

    def _look(
        self,
        looking: list[Answering],
        line: str,
        now: datetime,
        number: int,
        plan: dict[str, set[int]],
        chance: Random,
    ) -> None:
        is_doubled = self.with_faults and any(a <= now < b for a, b in self.story.two_schedulers)
        chosen = looking if is_doubled else looking[:1]
        for process in chosen:
            process.ask(f"look {line} {now.isoformat()}")
        if number in plan["locks"]:
            with self._locked():
                self.lived.locks += 1
                time.sleep(1.0)
        if number in plan["looks"]:
            time.sleep(chance.uniform(0.0, 0.3))
            chosen[-1].kill()
        self._gather(chosen)

    def _tell(
        self,
        telling: list[Answering],
        line: str,
        now: datetime,
        number: int,
        plan: dict[str, set[int]],
        chance: Random,
    ) -> None:
        if number in plan["tells"]:
            if chance.random() < 0.5:
                self.relay.strike = telling[0].kill
            for process in telling:
                process.ask(f"tell {line} {now.isoformat()}")
            if self.relay.strike is None:
                time.sleep(chance.uniform(0.0, 0.5))
                telling[0].kill()
            self._gather(telling, in_gap=True)
            self.relay.strike = None
            return
        telling[0].ask(f"tell {line} {now.isoformat()}")
        self._gather(telling[:1])

    def _gather(self, processes: list[Answering], *, in_gap: bool = False) -> None:
        for process in processes:
            said = process.answer()
            if said is None:
                self.lived.kills += 1
                self.lived.kills_in_gap += in_gap
                process.stop()
                process.start()
            elif said != "done":
                self.lived.errors.append(said)

    @contextmanager
    def _locked(self) -> Any:
        """Hold the database against every writer."""
        if self.engine.dialect.name == "sqlite":
            with closing(sqlite3.connect(self.engine.url.database or "", timeout=30)) as holder:
                holder.isolation_level = None
                holder.execute("BEGIN EXCLUSIVE")
                yield
                holder.execute("ROLLBACK")
            return
        with self.engine.connect() as connection:
            connection.execute(sql("LOCK TABLE source, looked IN EXCLUSIVE MODE"))
            yield
            connection.rollback()

    def standings(self, now: datetime) -> list[Standing]:
        """Return how the city stands, in the order of the publishers."""
        with reading(self.engine) as session:
            found = standings(session, self.city, now)
        return sorted(found, key=lambda each: int(each.slug.rpartition("-")[2]))

    def _hold_against_the_truth(self, now: datetime) -> None:
        """No period may read late that was to be had in time, or fulfilled that has not come."""
        for publisher, stand in zip(self.story.publishers, self.standings(now), strict=True):
            for judged in stand.judged:
                owed = judged.obligation
                came = publisher.released.get(owed.period.label)
                said = f"{now:%Y-%m-%d} {stand.slug} {owed.period.label} {judged.state}"
                if judged.state in _WRONG and not self.story.may_be_late(publisher, owed, now):
                    self.lived.false_late.append(said)
                if judged.state is State.FULFILLED and (came is None or came > now):
                    self.lived.false_fresh.append(said)


def _has(faults: list[Fault], trouble: Trouble) -> bool:
    return any(fault.trouble is trouble for fault in faults)


def _spread(chance: Random, strikes: Strikes, n_steps: int) -> dict[str, set[int]]:
    """Draw the steps at which something is struck."""
    last = max(1, n_steps - int(timedelta(days=3) / STEP))
    mornings = [n for n in range(last) if n % 8 == 0] or [0]
    return {
        "looks": set(chance.sample(range(last), min(last, strikes.looks))),
        "locks": set(chance.sample(range(last), min(last, strikes.locks))),
        "tells": set(chance.sample(mornings, min(len(mornings), strikes.tells))),
    }


def _drop() -> None:
    raise ConnectionAbortedError("the server hangs up")


def _answer(publisher: Publisher, now: datetime, trouble: Trouble | None) -> Answer:
    body = publisher.body(now)
    match trouble:
        case None:
            came = max((at for at in publisher.released.values() if at and at <= now), default=None)
            stamp = {"Last-Modified": f"{came:%a, %d %b %Y %H:%M:%S GMT}"} if came else {}
            return Answer(body, headers=stamp if publisher.tells_modified else {})
        case Trouble.WEB_PAGE:
            return Answer(_PAGE, headers={"Content-Type": "text/html"})
        case Trouble.DROPPED | Trouble.HOST_SILENT:
            return Answer(body, before=_drop)
        case Trouble.LYING:
            return Answer(body, headers={"Content-Length": str(len(body) + 100)})
        case Trouble.BUSY:
            return Answer(b"", 429, {"Retry-After": "3600"})
        case _:
            return Answer(b"<html>no</html>", int(trouble.value))


def settle(engine: Engine, story: Story, hosts: list[str]) -> City:
    """Write the city: agencies with their people, promises, sources, the ledger."""
    now = story.start_at
    with unit_of_work(engine) as session:
        seed_holidays(session, date(2025, 1, 1))
        session.flush()
        calendar = load_calendar(session, ZONE)
        agencies = [
            models.Agency(slug=f"opd-{n}", name=f"Dinas {n}", name_key=f"dinas {n}", created_at=now)
            for n in range(story.n_agencies)
        ]
        session.add_all(agencies)
        session.flush()
        people = [(f"operator{n}", Role.OPERATOR, a.id) for n, a in enumerate(agencies)]
        people += [(f"kepala{n}", Role.KEPALA_OPD, a.id) for n, a in enumerate(agencies)]
        for name, role, agency_id in (*people, ("walidata", Role.WALIDATA, None)):
            person = models.Person(
                name=name, email=f"{name}@kota.test", locale="id", created_at=now
            )
            session.add(person)
            session.flush()
            session.add(models.Assignment(person_id=person.id or 0, agency_id=agency_id, role=role))
        for publisher in story.publishers:
            _promise(session, publisher, agencies[publisher.agency], hosts[publisher.host], now)
        session.flush()
        extend_ledger(session, calendar, now)
    with reading(engine) as session:
        return City("Kota", load_calendar(session, ZONE))


def _promise(
    session: Any, publisher: Publisher, agency: models.Agency, host: str, now: datetime
) -> None:
    number = publisher.number
    dataset = models.Dataset(
        agency_id=agency.id or 0,
        slug=f"data-{number}",
        identity=f"data-{number}",
        title=f"Data nomor {number}",
        time_column="Periode",
        value_columns=["Nilai"],
        created_at=now,
        updated_at=now,
    )
    session.add(dataset)
    session.flush()
    session.add(
        models.Promise(
            dataset_id=dataset.id or 0,
            cadence=publisher.cadence,
            schedule=Schedule.PARSED,
            agreed_on=now.date(),
            created_at=now,
        )
    )
    session.add(
        models.Source(
            dataset_id=dataset.id or 0,
            kind=models.SourceKind.HTTP_FILE,
            address=f"http://{host}/{number}.csv",
            host=host,
            next_look_at=now,
            created_at=now,
        )
    )
