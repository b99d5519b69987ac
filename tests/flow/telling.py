"""A small city that is told things: people, promises, looks, a relay, and a clock by hand."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any
from zoneinfo import ZoneInfo

from aiosmtpd.controller import Controller
from sqlalchemy import Engine
from sqlmodel import Session, col, select

from catalog import models
from catalog.models.db import reading, unit_of_work
from catalog.rules.calendar import Calendar, Holiday
from catalog.rules.obligations import obligations
from catalog.rules.promise import promise_of
from catalog.rules.release_rule import parse_release_rule
from catalog.rules.terms import (
    Cadence,
    ClosingKind,
    HolidayKind,
    Outcome,
    Rank,
    Role,
    Schedule,
    Validity,
)
from catalog.store.standing import City
from checks.channels.email import EmailChannel
from checks.tell import Planned, plan_notices
from checks.telling.outbox import Sent, send_due

WIB = ZoneInfo("Asia/Jakarta")
SECRET = "satu-rahasia-untuk-uji-yang-cukup-panjang"
BASE = "http://data.batu.test"
#: Idul Fitri and Waisak of 2025, so that the worked vectors of the design hold here too.
DAYS_OFF = (
    date(2025, 3, 28),
    date(2025, 3, 31),
    date(2025, 4, 1),
    date(2025, 4, 2),
    date(2025, 4, 3),
    date(2025, 4, 4),
    date(2025, 4, 7),
    date(2025, 4, 18),
    date(2025, 5, 1),
    date(2025, 5, 12),
    date(2025, 5, 13),
    date(2025, 5, 29),
    date(2025, 5, 30),
)


def at(text: str) -> datetime:
    """Return the instant of a local time in Batu: at("2025-04-11 08:00")."""
    return datetime.fromisoformat(text).replace(tzinfo=WIB).astimezone(UTC)


def calendar() -> Calendar:
    """Return the calendar that the database of the city holds."""
    return Calendar.of(
        "Asia/Jakarta", [Holiday(d, "Libur", HolidayKind.NASIONAL) for d in DAYS_OFF]
    )


@dataclass
class Town:
    """Batu with its people; every method writes what it says and returns ids."""

    engine: Engine
    city: City = field(default_factory=lambda: City("Kota Batu", calendar()))
    began: datetime = field(default_factory=lambda: at("2025-01-02 08:00"))

    def agency(self, name: str, short: str) -> int:
        with unit_of_work(self.engine) as session:
            row = models.Agency(
                slug=short.lower(),
                name=name,
                name_key=name.lower(),
                abbreviation=short,
                created_at=self.began,
            )
            session.add(row)
            session.flush()
            return row.id or 0

    def person(
        self, name: str, role: Role, agency_id: int | None = None, locale: str = "id"
    ) -> int:
        with unit_of_work(self.engine) as session:
            row = models.Person(
                name=name, email=f"{name.lower()}@batu.test", locale=locale, created_at=self.began
            )
            session.add(row)
            session.flush()
            session.add(models.Assignment(person_id=row.id or 0, agency_id=agency_id, role=role))
            return row.id or 0

    def dataset(
        self,
        agency_id: int,
        title: str,
        cadence: Cadence = Cadence.BULANAN,
        agreed_on: date = date(2025, 4, 1),
        until: str = "2025-12-31 00:00",
        host: str = "dinkes.test:80",
        created_at: datetime | None = None,
    ) -> int:
        """A promise with its default rule and its whole ledger; the first period is 2025-03."""
        parsed = parse_release_rule(None, cadence)
        promise = promise_of(cadence, parsed)
        born = created_at or self.began
        with unit_of_work(self.engine) as session:
            row = models.Dataset(
                agency_id=agency_id,
                slug=f"{title.lower().replace(' ', '-')}-{agency_id}",
                identity=f"{agency_id}|{title}",
                title=title,
                created_at=born,
                updated_at=born,
            )
            session.add(row)
            session.flush()
            dataset_id = row.id or 0
            written = models.Promise(
                dataset_id=dataset_id,
                cadence=cadence,
                schedule=Schedule.PARSED,
                agreed_on=agreed_on,
                created_at=born,
            )
            session.add(written)
            session.add(
                models.Source(
                    dataset_id=dataset_id,
                    kind=models.SourceKind.HTTP_FILE,
                    address=f"http://{host}/{dataset_id}.csv",
                    host=host,
                    created_at=born,
                )
            )
            session.flush()
            for o in (
                obligations(promise, agreed_on, at(until), self.city.calendar)
                if cadence.is_periodic
                else ()
            ):
                session.add(
                    models.Obligation(
                        dataset_id=dataset_id,
                        promise_id=written.id or 0,
                        label=o.period.label,
                        period_start=o.period.start,
                        period_end=o.period.end,
                        due_date=o.due_date,
                        opens_at=o.opens_at,
                        remind_at=o.remind_at,
                        due_at=o.due_at,
                        grace_at=o.grace_at,
                        arrears_at=o.arrears_at,
                        closable_at=o.closable_at,
                    )
                )
        return dataset_id

    def held(self, dataset_id: int, now: datetime, newest_at: datetime) -> None:
        """A look found new content, accepted, whose newest row is of that time."""
        with unit_of_work(self.engine) as session:
            number = len(
                session.exec(
                    select(models.Version.id).where(models.Version.dataset_id == dataset_id)
                ).all()
            )
            session.add(
                models.Version(
                    dataset_id=dataset_id,
                    number=number + 1,
                    seen_at=now,
                    status=models.VersionStatus.ACCEPTED,
                    file_name="data.csv",
                    blob=f"{number:064x}",
                    n_bytes=1,
                    bytes_hash=f"{dataset_id}/{number}",
                    max_at=newest_at,
                    validity=Validity.VALID,
                )
            )
        self.seen(now, dataset_id)

    def seen(self, now: datetime, dataset_id: int | None = None) -> None:
        """The sources were looked at, with a complete answer that closes nothing."""
        self._looked(now, dataset_id, Outcome.COMPLETE, None)

    def broken(self, since: datetime, now: datetime, dataset_id: int | None = None) -> None:
        """The sources have failed since then, and again now, for a reason of their own."""
        self._looked(now, dataset_id, Outcome.SOURCE_FAILED, since)

    def _looked(
        self, now: datetime, dataset_id: int | None, outcome: Outcome, since: datetime | None
    ) -> None:
        with unit_of_work(self.engine) as session:
            query = select(models.Source)
            if dataset_id is not None:
                query = query.where(models.Source.dataset_id == dataset_id)
            for source in session.exec(query).all():
                check = models.Check(
                    source_id=source.id or 0,
                    dataset_id=source.dataset_id,
                    at=now,
                    outcome=outcome,
                    conclusive=True,
                )
                session.add(check)
                session.flush()
                source.last_check_id = check.id
                source.looked_at = source.conclusive_at = now
                source.n_failed, source.failing_since = (2, since) if since else (0, None)

    def obligation(self, dataset_id: int, label: str) -> int:
        with reading(self.engine) as session:
            return (
                session.exec(
                    select(models.Obligation.id).where(
                        models.Obligation.dataset_id == dataset_id,
                        models.Obligation.label == label,
                    )
                ).one()
                or 0
            )

    def close(
        self, obligation_id: int, now: datetime, kind: ClosingKind = ClosingKind.FULFILLED
    ) -> None:
        with unit_of_work(self.engine) as session:
            session.add(
                models.Closing(
                    obligation_id=obligation_id, kind=kind, at=now, seen_at=now, rank=Rank.E5
                )
            )

    def answer(self, obligation_id: int, eta_on: date, now: datetime) -> None:
        with unit_of_work(self.engine) as session:
            row = session.get_one(models.Obligation, obligation_id)
            session.add(
                models.Declaration(
                    kind=models.DeclarationKind.ANSWER,
                    status=models.DeclarationStatus.ACCEPTED,
                    dataset_id=row.dataset_id,
                    obligation_id=obligation_id,
                    reason="Server diganti",
                    eta_on=eta_on,
                    at=now,
                )
            )

    def answer_of_age(self, dataset_id: int, eta_on: date, now: datetime) -> None:
        with unit_of_work(self.engine) as session:
            session.add(
                models.Declaration(
                    kind=models.DeclarationKind.ANSWER,
                    status=models.DeclarationStatus.ACCEPTED,
                    dataset_id=dataset_id,
                    reason="Petugas pasar sakit",
                    eta_on=eta_on,
                    at=now,
                )
            )

    def plan(self, now: datetime) -> Planned:
        with unit_of_work(self.engine) as session:
            return plan_notices(session, self.city, now)

    def send(self, relay: "Relay", now: datetime) -> Sent:
        channel = EmailChannel.of(relay.url, "Mutakhir <mutakhir@batu.test>")
        return send_due(self.engine, channel, self.city, now, BASE, SECRET)

    def tick(self, relay: "Relay", now: datetime) -> Sent:
        self.plan(now)
        return self.send(relay, now)

    def notices(self) -> list[models.Notice]:
        with reading(self.engine) as session:
            return list(session.exec(select(models.Notice).order_by(col(models.Notice.id))))

    def keys(self, state: models.NoticeState | None = None) -> list[str]:
        return sorted(n.key for n in self.notices() if state is None or n.state is state)

    def mails(self) -> list[models.Mail]:
        with reading(self.engine) as session:
            return list(session.exec(select(models.Mail).order_by(col(models.Mail.id))))

    @contextmanager
    def session(self) -> Iterator[Session]:
        with unit_of_work(self.engine) as session:
            yield session


@dataclass
class Relay:
    """A real SMTP server that keeps what it takes and answers as it is told to."""

    port: int = 0
    taken: list[EmailMessage] = field(default_factory=list)
    receivers: list[str] = field(default_factory=list)
    #: What is answered to RCPT for an address, and to the message as a whole.
    rcpt: dict[str, str] = field(default_factory=dict)
    data: str = "250 OK"

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        answer = self.rcpt.get(address, "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return answer

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        if self.data.startswith("250"):
            message = message_from_bytes(envelope.content, policy=default)
            assert isinstance(message, EmailMessage)
            self.taken.append(message)
            self.receivers += envelope.rcpt_tos
        return self.data

    def subjects(self) -> list[str]:
        return [str(message["Subject"]) for message in self.taken]

    def texts(self) -> list[str]:
        bodies = [message.get_body(("plain",)) for message in self.taken]
        return [body.get_content() for body in bodies if body is not None]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def open_relay() -> Iterator[Relay]:
    """Run a relay in a thread on a free port."""
    relay = Relay(free_port())
    controller = Controller(relay, hostname="127.0.0.1", port=relay.port)
    controller.start()
    try:
        yield relay
    finally:
        controller.stop()


def days(first: str, n: int, hour: str = "08:05") -> list[datetime]:
    """Return the instant at that hour on n days in a row."""
    start = at(f"{first} {hour}")
    return [start + timedelta(days=i) for i in range(n)]
