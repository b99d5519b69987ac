"""Small load files and one way to load them."""

import csv
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import Engine
from sqlmodel import select

from catalog import models
from catalog.intake.documents import Document, JsonDocument, LoadReport
from catalog.intake.load import load
from catalog.models.db import reading

ZONE = "Asia/Jakarta"
NOW = datetime(2025, 9, 1, 3, tzinfo=UTC)
AGREED_ON = date(2025, 1, 1)
OBSERVED_AT = datetime(2025, 8, 29, 2, tzinfo=UTC)

AGENCIES = """
kode,nama,singkatan,jenis,email
1.02,Dinas Kesehatan,Dinkes,Dinas,dinkes@sukamaju.example
2.12,Dinas Kependudukan dan Pencatatan Sipil,Dispendukcapil,Dinas,
1.03,Dinas Pekerjaan Umum dan Penataan Ruang,DPUPR,Dinas,
"""


def sheet(text: str, name: str = "berkas.csv", **attachments: str) -> Document:
    """Make a document of a comma separated text; its header stands on line 1."""
    rows = list(csv.reader(text.strip().splitlines()))
    cells = [tuple(cell.strip() or None for cell in row) for row in rows[1:]]
    return Document(name, tuple(cell.strip() for cell in rows[0]), cells, attachments=attachments)


def file_of(path: Path, delimiter: str) -> Document:
    """Read a real file with the standard library alone."""
    with path.open(encoding="utf-8-sig", newline="") as lines:
        rows = list(csv.reader(lines, delimiter=delimiter))
    return Document(path.name, tuple(rows[0]), [tuple(c or None for c in r) for r in rows[1:]])


def load_now(
    engine: Engine,
    *documents: Document | JsonDocument,
    now: datetime = NOW,
    agreed_on: date = AGREED_ON,
    observed_at: datetime | None = None,
    dry_run: bool = False,
) -> LoadReport:
    """Load documents as a city of the WIB zone would on the first of September 2025."""
    return load(
        engine,
        documents,
        agreed_on=agreed_on,
        observed_at=observed_at,
        now=now,
        zone=ZONE,
        dry_run=dry_run,
    )


def rows_of(engine: Engine, table: type[Any]) -> list[Any]:
    """Return every row of a table, oldest first."""
    with reading(engine) as session:
        return list(session.exec(select(table).order_by(table.id)))


def contents(engine: Engine) -> dict[str, list[Any]]:
    """Return everything that intake writes, to be compared before and after."""
    tables = (
        models.Agency,
        models.Application,
        models.Assignment,
        models.AuditEntry,
        models.Check,
        models.Closing,
        models.Dataset,
        models.Holiday,
        models.ListedTable,
        models.Listing,
        models.Obligation,
        models.Person,
        models.Promise,
        models.Source,
    )
    return {t.__name__: [row.model_dump() for row in rows_of(engine, t)] for t in tables}


def labels(engine: Engine) -> list[str]:
    """Return the periods owed, in the order of their due dates."""
    rows = sorted(rows_of(engine, models.Obligation), key=lambda o: (o.due_at, o.period_start))
    return [row.label for row in rows]
