"""The city's inventory of applications and their integration roadmap."""

from datetime import datetime

from sqlmodel import Session, select

from catalog.intake.agencies import AgencyBook
from catalog.intake.documents import RowOutcome
from catalog.intake.records import Record
from catalog.models import Application


def save_application(
    session: Session, book: AgencyBook, record: Record, now: datetime
) -> RowOutcome:
    """Create or complete an application from one row; raises RowRefused."""
    agency = book.known(record.required("opd", "OPD"))
    name = record.required("nama", "Nama aplikasi")
    assert agency.id is not None
    stated = {
        "purpose": record.line_text("fungsi"),
        "address": record.line_text("alamat"),
        "status": record.line_text("status"),
        "integrated": record.yes_or_no("terintegrasi"),
        "target_on": record.day("target"),
    }
    known = select(Application).where(Application.agency_id == agency.id, Application.name == name)
    application = session.exec(known).one_or_none()
    is_new = application is None
    if application is None:
        application = Application(agency_id=agency.id, name=name, created_at=now)
        session.add(application)
    changed = {k: v for k, v in stated.items() if v is not None and v != getattr(application, k)}
    for field_name, value in changed.items():
        setattr(application, field_name, value)
    session.flush()
    if is_new:
        return RowOutcome.CREATED
    return RowOutcome.UPDATED if changed else RowOutcome.UNCHANGED
