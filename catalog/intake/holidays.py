"""Holidays: the nation's, shipped with the product, and the region's own."""

import csv
from datetime import date
from pathlib import Path

from sqlmodel import Session, select

from catalog.intake.documents import RowOutcome, RowRefused
from catalog.intake.naming import folded
from catalog.intake.records import Record
from catalog.models import Holiday
from catalog.rules.terms import HolidayKind

SHIPPED = Path(__file__).parent / "holidays_id.csv"
_KINDS = {
    "nasional": HolidayKind.NASIONAL,
    "libur nasional": HolidayKind.NASIONAL,
    "cuti bersama": HolidayKind.CUTI_BERSAMA,
    "daerah": HolidayKind.DAERAH,
    "libur daerah": HolidayKind.DAERAH,
}


def seed_holidays(session: Session, today: date) -> int:
    """Bring the shipped holidays into the database; return how many rows changed.

    Days that the city entered itself are left alone; a shipped day that a newer edition
    has moved goes away.
    """
    with SHIPPED.open(encoding="utf-8", newline="") as lines:
        shipped = {
            (date.fromisoformat(row["date"]), HolidayKind(row["kind"])): row
            for row in csv.DictReader(lines)
        }
    sources = {row["source"] for row in shipped.values()}
    held = {(h.on_date, h.kind): h for h in session.exec(select(Holiday))}
    n_changed = 0
    for key, holiday in held.items():
        if holiday.source in sources and key not in shipped:
            session.delete(holiday)
            n_changed += 1
    for (on_date, kind), row in shipped.items():
        outcome = _put(
            session,
            held.get((on_date, kind)),
            Holiday(
                on_date=on_date,
                name=row["name"],
                kind=kind,
                estimated=row["estimated"] == "true",
                source=row["source"],
                imported_on=today,
            ),
            only_from=sources,
        )
        n_changed += outcome is not RowOutcome.UNCHANGED
    session.flush()
    return n_changed


def save_holiday(session: Session, record: Record, file: str, today: date) -> RowOutcome:
    """Create or correct one day off from a row; raises RowRefused."""
    on_date = record.day("tanggal")
    if on_date is None:
        raise RowRefused("Tanggal kosong; isi kolom tanggal.")
    kind = _kind(record.line_text("jenis"))
    found = session.exec(
        select(Holiday).where(Holiday.on_date == on_date, Holiday.kind == kind)
    ).one_or_none()
    stated = Holiday(
        on_date=on_date,
        name=record.required("nama", "Nama hari libur"),
        kind=kind,
        estimated=bool(record.yes_or_no("perkiraan")),
        source=record.line_text("sumber") or file,
        imported_on=today,
    )
    outcome = _put(session, found, stated)
    session.flush()
    return outcome


def _put(
    session: Session, held: Holiday | None, stated: Holiday, only_from: set[str] | None = None
) -> RowOutcome:
    if held is None:
        session.add(stated)
        return RowOutcome.CREATED
    is_same = (held.name, held.estimated) == (stated.name, stated.estimated)
    if is_same or (only_from is not None and held.source not in only_from):
        return RowOutcome.UNCHANGED
    held.name, held.estimated = stated.name, stated.estimated
    held.source, held.imported_on = stated.source, stated.imported_on
    return RowOutcome.UPDATED


def _kind(text: str | None) -> HolidayKind:
    if text is None:
        return HolidayKind.DAERAH
    kind = _KINDS.get(folded(text))
    if kind is None:
        raise RowRefused(
            f'Jenis hari libur "{text}" tidak dikenal; pakai nasional, cuti bersama atau daerah.'
        )
    return kind
