"""A small city in a database, told in the words of the rules: who promised what, what came."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import BinaryIO

from flask import Flask
from flask_babel import Babel
from jinja2 import StrictUndefined
from sqlalchemy import Engine, event
from sqlmodel import Session, select

from catalog import models
from catalog.context import EXTENSION, Context
from catalog.intake.holidays import seed_holidays
from catalog.intake.ledger import extend_ledger
from catalog.models.almanac import load_calendar
from catalog.models.db import engine_for, unit_of_work
from catalog.pages import open_pages
from catalog.pages.language import chosen_language
from catalog.rules.calendar import Calendar
from catalog.rules.terms import Cadence, ClosingKind, Outcome, Rank, Schedule
from catalog.settings import Settings
from dashboards.pages import blueprint

ROOT = Path(__file__).resolve().parents[2]
ZONE = "Asia/Jakarta"
LONG_AGO = datetime(2024, 1, 1, tzinfo=UTC)


def wib(text: str) -> datetime:
    """Return the instant of a local wall clock: "2025-03-10 09:00"."""
    return datetime.fromisoformat(f"{text}+07:00").astimezone(UTC)


@dataclass
class World:
    """Writes a city into a database, one fact at a time."""

    session: Session
    now: datetime

    def __post_init__(self) -> None:
        seed_holidays(self.session, self.now.date())
        self.session.add(models.Heartbeat(at=self.now))
        self.session.flush()

    @property
    def calendar(self) -> Calendar:
        return load_calendar(self.session, ZONE)

    def agency(self, name: str, abbreviation: str | None = None) -> int:
        slug = name.lower().replace(" ", "-")
        agency = models.Agency(
            slug=slug, name=name, name_key=slug, abbreviation=abbreviation, created_at=LONG_AGO
        )
        self.session.add(agency)
        self.session.flush()
        return agency.id

    def dataset(
        self,
        agency_id: int,
        title: str,
        cadence: Cadence = Cadence.BULANAN,
        *,
        agreed_on: date = date(2025, 1, 1),
        rule_text: str | None = None,
        schedule: Schedule = Schedule.PARSED,
        conclusive_at: datetime | None = None,
        has_source: bool = True,
        retired_on: date | None = None,
    ) -> int:
        """Add a dataset whose source was seen conclusively at `conclusive_at` (default: now)."""
        slug = f"{title.lower().replace(' ', '-')}-{agency_id}"
        dataset = models.Dataset(
            agency_id=agency_id,
            slug=slug,
            identity=slug,
            title=title,
            retired_on=retired_on,
            created_at=LONG_AGO,
            updated_at=LONG_AGO,
        )
        self.session.add(dataset)
        self.session.flush()
        self.session.add(
            models.Promise(
                dataset_id=dataset.id,
                cadence=cadence,
                schedule=schedule,
                rule_text=rule_text,
                agreed_on=agreed_on,
                created_at=LONG_AGO,
            )
        )
        if has_source:
            self._source(dataset.id, self.now if conclusive_at is None else conclusive_at)
        self.session.flush()
        extend_ledger(self.session, self.calendar, self.now, [dataset.id])
        return dataset.id

    def _source(self, dataset_id: int, conclusive_at: datetime) -> None:
        source = models.Source(
            dataset_id=dataset_id,
            kind=models.SourceKind.HTTP_FILE,
            address=f"http://localhost/{dataset_id}.csv",
            looked_at=conclusive_at,
            conclusive_at=conclusive_at,
            created_at=LONG_AGO,
        )
        self.session.add(source)
        self.session.flush()
        check = models.Check(
            source_id=source.id,
            dataset_id=dataset_id,
            at=conclusive_at,
            outcome=Outcome.COMPLETE,
            conclusive=True,
            http_status=200,
        )
        self.session.add(check)
        self.session.flush()
        source.last_check_id = check.id

    def owed(self, dataset_id: int, label: str) -> models.Obligation:
        return self.session.exec(
            select(models.Obligation).where(
                models.Obligation.dataset_id == dataset_id, models.Obligation.label == label
            )
        ).one()

    def close(
        self,
        dataset_id: int,
        label: str,
        at: datetime,
        *,
        kind: ClosingKind = ClosingKind.FULFILLED,
        timing_observed: bool = True,
        seen_at: datetime | None = None,
    ) -> None:
        self.session.add(
            models.Closing(
                obligation_id=self.owed(dataset_id, label).id,
                kind=kind,
                at=at,
                seen_at=seen_at or at,
                timing_observed=timing_observed,
                rank=Rank.E5,
            )
        )
        self.session.flush()

    def answer(
        self, dataset_id: int, label: str, reason: str, at: datetime, eta_on: date | None = None
    ) -> None:
        self.session.add(
            models.Declaration(
                kind=models.DeclarationKind.ANSWER,
                status=models.DeclarationStatus.ACCEPTED,
                dataset_id=dataset_id,
                obligation_id=self.owed(dataset_id, label).id,
                reason=reason,
                eta_on=eta_on,
                at=at,
            )
        )
        self.session.flush()


def build(engine: Engine, now: datetime, tell: Callable[[World], None]) -> None:
    """Write the city that `tell` tells into the database."""
    with unit_of_work(engine) as session:
        tell(World(session, now))


class NoOriginals:
    """A store of originals that holds nothing."""

    def open(self, blob: str) -> BinaryIO:
        raise FileNotFoundError(blob)

    def path(self, blob: str) -> Path:
        return Path(blob)


def app_of(url: str, now: datetime, clock: Callable[[], datetime] | None = None) -> Flask:
    """Return an application of the public pages and the board, its clock standing at `now`."""
    web = Flask("board", static_folder=None)
    web.testing = True
    web.jinja_env.undefined = StrictUndefined
    web.jinja_env.trim_blocks = web.jinja_env.lstrip_blocks = True
    web.extensions[EXTENSION] = Context(
        settings=Settings(_env_file=None, database_url=url, zone=ZONE, city_name="Kota Contoh"),
        engine=engine_for(url),
        reading_engine=engine_for(url, read_only=True),
        originals=NoOriginals(),
        clock=clock or (lambda: now),
    )
    rooms = ("catalog", "dashboards")
    Babel(
        web,
        default_locale="id",
        default_translation_directories=";".join(str(ROOT / r / "translations") for r in rooms),
        locale_selector=chosen_language,
    )
    open_pages(web)
    web.register_blueprint(blueprint)
    return web


class Counter:
    """How many SELECTs went to the database while it was watched."""

    n = 0


@contextmanager
def counting(engine: Engine) -> Iterator[Counter]:
    """Count the SELECTs of an engine inside the block."""
    counter = Counter()

    def seen(_conn, _cursor, statement, *_rest) -> None:
        counter.n += statement.lstrip().upper().startswith("SELECT")

    event.listen(engine, "before_cursor_execute", seen)
    try:
        yield counter
    finally:
        event.remove(engine, "before_cursor_execute", seen)
