"""The catalogue of a sweep: one dataset for each address, each seen once before."""

import hashlib
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import Engine, insert, text
from sqlmodel import select

from catalog import models
from catalog.intake.holidays import seed_holidays
from catalog.intake.ledger import extend_ledger
from catalog.models.almanac import load_calendar
from catalog.models.db import reading, unit_of_work
from catalog.rules.terms import Cadence, Outcome, Rank, Schedule, Validity
from checks.looking.rows import CHECK, DATASET, PROMISE, SOURCE, VERSION
from checks.sources.fetcher import host_of
from tests.bench.sweep_feeds import Manner, Url, body

NOW = datetime(2025, 2, 20, 1, 0, tzinfo=UTC)
SEEN_AT = NOW - timedelta(days=2)
ZONE = "Asia/Jakarta"


def build(engine: Engine, addresses: list[Url], originals: Path) -> None:
    """Fill a migrated, empty database: promises, ledger, sources that are due, versions."""
    n_all = len(addresses)
    with unit_of_work(engine) as session:
        seed_holidays(session, date(2025, 1, 1))
        agencies = [
            models.Agency(slug=f"opd-{n}", name=f"OPD {n}", name_key=f"opd {n}", created_at=SEEN_AT)
            for n in range(60)
        ]
        session.add_all(agencies)
        session.flush()
        run = session.connection().execute
        made = {"created_at": SEEN_AT, "updated_at": SEEN_AT}
        lists = {"keywords": [], "value_columns": ["Nilai"], "key_columns": []}
        run(
            insert(DATASET),
            [
                {
                    "id": url.n + 1,
                    "agency_id": agencies[url.n % 60].id,
                    "slug": f"data-{url.n}",
                    "identity": f"data-{url.n}",
                    "title": f"Data {url.n}",
                    "time_column": "Bulan",
                    "sensitivity": models.Sensitivity.TERBUKA,
                    "volatile_columns": [],
                    "n_rows_listed": 1,
                    **lists,
                    **made,
                }
                for url in addresses
            ],
        )
        run(insert(PROMISE), [_promise(n + 1) for n in range(n_all)])
        run(insert(SOURCE), [_source(url) for url in addresses])
        run(insert(VERSION), [_version(url, originals) for url in addresses])
        run(insert(CHECK), [_check(url) for url in addresses])
        extend_ledger(session, load_calendar(session, ZONE), NOW)
        if engine.dialect.name == "postgresql":
            for table in (DATASET, SOURCE, VERSION, CHECK):
                run(text(f"SELECT setval('{table.name}_id_seq', {n_all})"))
        run(text("ANALYZE"))


def _promise(dataset_id: int) -> dict[str, object]:
    return {
        "dataset_id": dataset_id,
        "version": 1,
        "cadence": Cadence.BULANAN,
        "schedule": Schedule.PARSED,
        "agreed_on": date(2025, 2, 15),
        "created_at": SEEN_AT,
    }


def _source(url: Url) -> dict[str, object]:
    return {
        "id": url.n + 1,
        "dataset_id": url.n + 1,
        "kind": models.SourceKind.HTTP_FILE,
        "address": url.address,
        "host": host_of(url.address),
        "options": {},
        "next_look_at": NOW - timedelta(minutes=url.n % 600),
        "etag": url.etag,
        "last_full_at": SEEN_AT,
        "n_since_full": 0,
        "last_check_id": url.n + 1,
        "looked_at": SEEN_AT,
        "conclusive_at": SEEN_AT,
        "n_failed": 0,
        "created_at": SEEN_AT,
    }


def _version(url: Url, originals: Path) -> dict[str, object]:
    content = body(url.n, 0)
    blob = hashlib.sha256(content).hexdigest()
    if url.manner is Manner.CHANGED:
        target = originals / blob[:2] / blob
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return {
        "id": url.n + 1,
        "dataset_id": url.n + 1,
        "source_id": url.n + 1,
        "number": 1,
        "seen_at": SEEN_AT,
        "status": models.VersionStatus.ACCEPTED,
        "sent_for_review": False,
        "rank": Rank.E5,
        "file_name": f"{url.n}.csv",
        "blob": blob,
        "n_bytes": len(content),
        "bytes_hash": blob,
        "canonical_hash": blob,
        "header": ["Bulan", "Wilayah", "Nilai", "Satuan"],
        "n_rows": 480,
        "coverage": {"unit": "MONTH", "counts": {"2025-01-01": 480}},
        "changes": [],
        "validity": Validity.VALID,
        "finding_counts": {},
    }


def _check(url: Url) -> dict[str, object]:
    return {
        "id": url.n + 1,
        "source_id": url.n + 1,
        "dataset_id": url.n + 1,
        "at": SEEN_AT,
        "seconds": 0.01,
        "outcome": Outcome.COMPLETE,
        "conclusive": True,
        "http_status": 200,
        "bytes_hash": hashlib.sha256(body(url.n, 0)).hexdigest(),
        "full": True,
        "rank": Rank.E5,
        "version_id": url.n + 1,
    }


def n_wrong(engine: Engine, addresses: list[Url]) -> int:
    """Count the addresses that did not get exactly the one check that they must."""
    wanted = {
        Manner.UNCHANGED: (Outcome.NOT_MODIFIED, 1),
        Manner.SLOW: (Outcome.NOT_MODIFIED, 1),
        Manner.SAME_BYTES: (Outcome.COMPLETE, 1),
        Manner.CHANGED: (Outcome.COMPLETE, 2),
        Manner.SILENT: (Outcome.SOURCE_FAILED, 1),
        Manner.DEAD: (Outcome.SOURCE_FAILED, 1),
    }
    found: dict[int, list[Outcome]] = {}
    n_versions: dict[int, int] = {}
    with reading(engine) as session:
        for source_id, outcome in session.exec(
            select(models.Check.source_id, models.Check.outcome).where(models.Check.at > SEEN_AT)
        ):
            found.setdefault(source_id, []).append(outcome)
        accepted = models.VersionStatus.ACCEPTED
        for source_id in session.exec(
            select(models.Version.source_id).where(models.Version.status == accepted)
        ):
            n_versions[source_id] = n_versions.get(source_id, 0) + 1
    return sum(
        (found.get(url.n + 1), n_versions.get(url.n + 1))
        != ([wanted[url.manner][0]], wanted[url.manner][1])
        for url in addresses
    )
