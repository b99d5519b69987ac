"""A small city for the public pages: Dinkes keeps promises, DPUPR is late, one was never seen."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from flask import Flask
from flask_babel import Babel
from jinja2 import StrictUndefined
from sqlalchemy import Engine
from sqlmodel import Session, select

from catalog import models
from catalog.context import EXTENSION, Context
from catalog.intake.ledger import extend_ledger
from catalog.models.db import engine_for, unit_of_work
from catalog.pages import open_pages
from catalog.pages.language import chosen_language
from catalog.rules.calendar import Calendar
from catalog.rules.release_rule import parse_release_rule
from catalog.rules.terms import Cadence, ClosingKind, Outcome, Rank, Validity
from catalog.search import index_datasets
from catalog.settings import Settings

ROOT = Path(__file__).resolve().parents[2]
NOW = datetime(2026, 2, 20, 3, 0, tzinfo=UTC)
AGREED_ON = date(2025, 9, 1)
CSV = b"bulan,kecamatan,jumlah\r\n2026-01,Sukamaju,12\r\n2026-01,Bumiasih,7\r\n"
SECRET_CSV = b"nama,alamat\r\nrahasia-satu,jalan-rahasia\r\n"


@dataclass
class Drawer:
    """Originals in memory."""

    files: dict[str, bytes] = field(default_factory=dict)

    def keep(self, name: str, content: bytes) -> str:
        blob = name.ljust(64, "0")[:64]
        self.files[blob] = content
        return blob

    def open(self, blob: str) -> BinaryIO:
        if blob not in self.files:
            raise FileNotFoundError(blob)
        return BytesIO(self.files[blob])

    def path(self, blob: str) -> Path:
        return Path(blob)


@dataclass
class Town:
    """Writes facts into a database."""

    session: Session
    drawer: Drawer
    calendar: Calendar = field(default_factory=lambda: Calendar.of("Asia/Jakarta", ()))

    def agency(self, name: str, short: str) -> int:
        agency = models.Agency(
            slug=short.lower(),
            name=name,
            name_key=name.lower(),
            abbreviation=short,
            kind="Dinas",
            created_at=NOW,
        )
        self.session.add(agency)
        self.session.flush()
        return agency.id

    def dataset(
        self,
        agency_id: int,
        slug: str,
        title: str,
        cadence: Cadence = Cadence.BULANAN,
        rule: str | None = None,
        **said: object,
    ) -> int:
        parsed = parse_release_rule(rule, cadence)
        dataset = models.Dataset(
            agency_id=agency_id,
            slug=slug,
            identity=slug,
            title=title,
            created_at=NOW,
            updated_at=NOW,
            **said,
        )
        self.session.add(dataset)
        self.session.flush()
        self.session.add(
            models.Promise(
                dataset_id=dataset.id,
                cadence=cadence,
                schedule=parsed.schedule,
                rule_text=rule,
                reason=parsed.reason,
                agreed_on=AGREED_ON,
                created_at=NOW,
            )
        )
        self.session.flush()
        extend_ledger(self.session, self.calendar, NOW, [dataset.id])
        return dataset.id

    def source(self, dataset_id: int, outcome: Outcome = Outcome.NOT_MODIFIED) -> int:
        source = models.Source(
            dataset_id=dataset_id,
            kind=models.SourceKind.HTTP_FILE,
            address="http://data.example/berkas.csv?kunci=rahasia",
            host="data.example",
            created_at=NOW,
        )
        self.session.add(source)
        self.session.flush()
        check = models.Check(
            source_id=source.id,
            dataset_id=dataset_id,
            at=NOW - timedelta(hours=1),
            outcome=outcome,
            conclusive=True,
            http_status=404 if outcome is Outcome.SOURCE_FAILED else 304,
        )
        self.session.add(check)
        self.session.flush()
        source.last_check_id, source.looked_at, source.conclusive_at = check.id, check.at, check.at
        return source.id

    def fulfil(self, dataset_id: int, label: str, at: datetime, *, observed: bool = True) -> None:
        obligation = self.session.exec(
            select(models.Obligation).where(
                models.Obligation.dataset_id == dataset_id, models.Obligation.label == label
            )
        ).one()
        self.session.add(
            models.Closing(
                obligation_id=obligation.id,
                kind=ClosingKind.FULFILLED,
                at=at,
                seen_at=at,
                timing_observed=observed,
                rank=Rank.E5,
            )
        )

    def version(self, dataset_id: int, number: int, content: bytes, **said: object) -> None:
        blob = self.drawer.keep(f"{dataset_id}v{number}", content)
        facts = {
            "status": models.VersionStatus.ACCEPTED,
            "rank": Rank.E5,
            "file_name": "kiriman asli.csv",
            "media_type": "text/csv",
            "header": content.split(b"\r\n", 1)[0].decode().split(","),
            "n_rows": content.count(b"\r\n") - 1,
            "newest_period": "2026-01",
            "validity": Validity.VALID,
            "seen_at": NOW - timedelta(days=15),
        } | said
        self.session.add(
            models.Version(
                dataset_id=dataset_id,
                number=number,
                blob=blob,
                n_bytes=len(content),
                bytes_hash=blob,
                **facts,
            )
        )
        self.session.flush()


def early(month: int, year: int = 2026, day: int = 5) -> datetime:
    """Return nine in the morning, local time, of a day."""
    return datetime(year, month, day, 2, 0, tzinfo=UTC)


def tell_city(town: Town) -> None:
    """Write the city: eight datasets of three agencies, each in another state."""
    dinkes = town.agency("Dinas Kesehatan", "Dinkes")
    dpupr = town.agency("Dinas Pekerjaan Umum dan Penataan Ruang", "DPUPR")
    dukcapil = town.agency("Dinas Kependudukan dan Pencatatan Sipil", "Dispendukcapil")
    schema = {
        "fields": [
            {"name": "bulan", "type": "date", "constraints": {"required": True}},
            {"name": "kecamatan", "type": "string", "title": "Kecamatan"},
            {"name": "jumlah", "type": "integer", "description": "Banyaknya balita"},
        ]
    }
    stunting = town.dataset(
        dinkes,
        "balita-stunting",
        "Jumlah Balita Stunting",
        description="Balita dengan tinggi badan di bawah standar.",
        unit="balita",
        licence="CC-BY-4.0",
        dimension=models.Dimension.SOCIETY,
        table_schema=schema,
        keywords=["gizi"],
    )
    town.source(stunting)
    for label, at in (
        ("2025-08", early(9, 2025)),
        ("2025-09", early(10, 2025)),
        ("2025-10", early(12, 2025, 1)),
        ("2025-11", early(12, 2025)),
        ("2025-12", early(1)),
        ("2026-01", early(2)),
    ):
        town.fulfil(stunting, label, at)
    town.version(stunting, 1, b"bulan,kecamatan,jumlah\r\n", status=models.VersionStatus.REJECTED)
    town.version(stunting, 2, CSV, n_added=2, n_changed=1)

    visits = town.dataset(dinkes, "kunjungan-puskesmas", "Kunjungan Puskesmas")
    town.source(visits)
    for label in ("2025-08", "2025-09", "2025-10"):
        town.fulfil(visits, label, early(9 + int(label[-2:]) - 8, 2025))
    town.session.add(
        models.Declaration(
            kind=models.DeclarationKind.ANSWER,
            status=models.DeclarationStatus.ACCEPTED,
            dataset_id=visits,
            reason="Aplikasi puskesmas sedang dipindahkan.",
            eta_on=date(2026, 2, 27),
            at=NOW - timedelta(days=2),
        )
    )

    bridges = town.dataset(dpupr, "jembatan-rusak", "Jembatan Rusak", licence="CC-BY-4.0")
    town.source(bridges)
    for label in ("2025-08", "2025-09", "2025-10", "2025-11", "2025-12"):
        month = int(label[-2:]) % 12 + 1
        town.fulfil(bridges, label, early(month, 2026 if month == 1 else 2025))
    town.dataset(dpupr, "panjang-jalan", "Panjang Jalan", Cadence.TAHUNAN)
    town.dataset(dpupr, "rencana-tata-ruang", "Rencana Tata Ruang", Cadence.INSIDENTAL)
    town.dataset(dpupr, "izin-galian", "Izin Galian", Cadence.TAHUNAN, "***")

    town.dataset(dukcapil, "akta-kelahiran", "Penerbitan Akta Kelahiran")
    frail = town.dataset(
        dukcapil,
        "penduduk-rentan",
        "Penduduk Rentan",
        sensitivity=models.Sensitivity.TERBATAS,
    )
    town.source(frail)
    town.version(frail, 1, SECRET_CSV, status_reason="alasan-rahasia")
    town.fulfil(frail, "2026-01", early(2))
    town.session.add(models.Heartbeat(at=NOW - timedelta(seconds=30)))


def build_city(engine: Engine, tell: Callable[[Town], None] = tell_city) -> Drawer:
    """Write a city into a migrated database and make it findable; return its originals."""
    drawer = Drawer()
    with unit_of_work(engine) as session:
        tell(Town(session, drawer))
        session.flush()
        index_datasets(session)
    return drawer


def open_web(engine: Engine, drawer: Drawer, now: Callable[[], datetime] = lambda: NOW) -> Flask:
    """Return the public pages over a database, at a fixed instant."""
    url = engine.url.render_as_string(hide_password=False)
    web = Flask("pages", static_folder=None)
    web.testing = True
    web.jinja_env.undefined = StrictUndefined
    web.jinja_env.trim_blocks = web.jinja_env.lstrip_blocks = True
    web.extensions[EXTENSION] = Context(
        settings=Settings(
            database_url=url, city_name="Kota Sukamaju", contact="walidata@sukamaju.example"
        ),
        engine=engine,
        reading_engine=engine_for(url, read_only=True),
        originals=drawer,
        clock=now,
    )
    Babel(
        web,
        default_locale="id",
        default_translation_directories=str(ROOT / "catalog" / "translations"),
        locale_selector=chosen_language,
    )
    open_pages(web)
    return web
