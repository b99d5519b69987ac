"""The city's calendar from the holidays that the database holds."""

from sqlmodel import Session, col, select

from catalog.models.record import Holiday
from catalog.rules.calendar import Calendar
from catalog.rules.calendar import Holiday as DayOff


def load_calendar(session: Session, zone: str) -> Calendar:
    """Return the calendar of a zone with every stored holiday; one SELECT."""
    rows = session.exec(select(Holiday).order_by(col(Holiday.on_date), col(Holiday.kind).desc()))
    return Calendar.of(zone, (DayOff(h.on_date, h.name, h.kind, h.estimated) for h in rows))
