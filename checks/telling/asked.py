"""What a link asks about: the obligation with whose it is, and why an answer is not taken."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlmodel import Session, col, select

from catalog import models
from catalog.rules.calendar import Calendar
from catalog.rules.errors import MutakhirError
from catalog.rules.escalation import eta_limit
from catalog.rules.obligations import Obligation
from catalog.rules.periods import period_from_label
from checks.telling.links import Ticket


class Hurdle(StrEnum):
    """Why an answer is not taken."""

    USED = "used"
    CLOSED = "closed"
    GONE = "gone"
    NOT_YET = "not_yet"
    TOO_MANY_NIL = "too_many_nil"
    TOO_MANY_ETAS = "too_many_etas"
    ETA_OUT_OF_RANGE = "eta_out_of_range"


class NotTaken(MutakhirError):
    """An answer was not taken; `on` is the day that matters, where there is one."""

    def __init__(self, hurdle: Hurdle, sentence: str, on: date | None = None) -> None:
        super().__init__(sentence)
        self.hurdle = hurdle
        self.on = on


@dataclass(frozen=True, slots=True)
class Asked:
    """The obligation a link asks about, with who holds the link."""

    person: models.Person
    dataset: models.Dataset
    agency: models.Agency
    promise: models.Promise
    row: models.Obligation
    closing: models.Closing | None

    @property
    def obligation(self) -> Obligation:
        """The obligation as the rules know it."""
        return Obligation(
            period=period_from_label(self.promise.cadence, self.row.label),
            due_date=self.row.due_date,
            opens_at=self.row.opens_at,
            remind_at=self.row.remind_at,
            due_at=self.row.due_at,
            grace_at=self.row.grace_at,
            arrears_at=self.row.arrears_at,
            closable_at=self.row.closable_at,
        )


def asked_by(session: Session, ticket: Ticket, *, lock: bool = False) -> Asked:
    """Return what a link asks about; `lock` keeps it for the caller's transaction.

    Raises NotTaken (GONE) when the person or the obligation is no longer there.
    """
    query = select(models.Obligation).where(models.Obligation.id == ticket.obligation_id)
    row = session.exec(query.with_for_update() if lock else query).first()
    person = session.get(models.Person, ticket.person_id)
    if row is None or person is None or not person.active:
        raise NotTaken(Hurdle.GONE, "The obligation or the person of this link is gone.")
    dataset = session.get_one(models.Dataset, row.dataset_id)
    closing = session.exec(
        select(models.Closing).where(
            models.Closing.obligation_id == row.id, col(models.Closing.retracted_at).is_(None)
        )
    ).first()
    return Asked(
        person=person,
        dataset=dataset,
        agency=session.get_one(models.Agency, dataset.agency_id),
        promise=session.get_one(models.Promise, row.promise_id),
        row=row,
        closing=closing,
    )


def n_etas(session: Session, asked: Asked) -> int:
    """Count the ETAs already given for the obligation."""
    said = models.Declaration
    rows = session.exec(
        select(said.id).where(
            said.obligation_id == asked.row.id, said.kind == models.DeclarationKind.ANSWER
        )
    )
    return len(rows.all())


def last_eta_day(asked: Asked, calendar: Calendar, now: datetime) -> date:
    """Return the latest day an ETA may name."""
    return calendar.local_date(eta_limit(asked.obligation, now))
