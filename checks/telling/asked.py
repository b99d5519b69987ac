"""What a link asks about: what is owed and by whom, and why an answer is not taken."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from sqlmodel import Session, col, select

from catalog import models
from catalog.rules.aging import Aging, aging
from catalog.rules.calendar import Calendar
from catalog.rules.errors import MutakhirError
from catalog.rules.escalation import eta_limit
from catalog.rules.obligations import Obligation, promise_of
from catalog.rules.periods import period_from_label
from catalog.rules.release_rule import parse_release_rule
from catalog.store.readings import readings_of
from checks.telling.age_memory import age_answers
from checks.telling.links import Ticket


class Hurdle(StrEnum):
    """Why an answer is not taken."""

    USED = "used"
    CLOSED = "closed"
    CURRENT = "current"
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
    """What a link asks about, with who holds the link.

    It is one obligation, `owed`; or, where that is None, rolling data that are too old.
    """

    person: models.Person
    dataset: models.Dataset
    agency: models.Agency
    promise: models.Promise
    owed: models.Obligation | None
    closing: models.Closing | None

    @property
    def dataset_id(self) -> int:
        """The dataset's id."""
        return self.dataset.id or 0

    @property
    def row(self) -> models.Obligation:
        """The obligation as it is stored. Raises NotTaken (GONE) for rolling data."""
        if self.owed is None:
            raise NotTaken(Hurdle.GONE, "Data without periods have no obligation.")
        return self.owed

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

    Raises NotTaken (GONE) when the person, the obligation or the dataset is no longer there.
    """
    if ticket.obligation_id is None:
        return _asked_of_age(session, ticket, lock=lock)
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
        owed=row,
        closing=closing,
    )


def _asked_of_age(session: Session, ticket: Ticket, *, lock: bool) -> Asked:
    query = select(models.Dataset).where(models.Dataset.id == ticket.dataset_id)
    dataset = session.exec(query.with_for_update() if lock else query).first()
    person = session.get(models.Person, ticket.person_id)
    promise = session.exec(
        select(models.Promise).where(
            models.Promise.dataset_id == ticket.dataset_id, col(models.Promise.ends_on).is_(None)
        )
    ).first()
    if dataset is None or dataset.retired_on is not None or person is None or not person.active:
        raise NotTaken(Hurdle.GONE, "The dataset or the person of this link is gone.")
    if promise is None or not promise.cadence.is_rolling:
        raise NotTaken(Hurdle.GONE, "The dataset of this link is no longer judged by its age.")
    agency = session.get_one(models.Agency, dataset.agency_id)
    return Asked(person, dataset, agency, promise, owed=None, closing=None)


def aging_of(session: Session, asked: Asked, calendar: Calendar, now: datetime) -> Aging:
    """Return how old the rolling data are that a link asks about."""
    written = asked.promise
    promise = promise_of(written.cadence, parse_release_rule(written.rule_text, written.cadence))
    readings = readings_of(session, [asked.dataset_id], now).get(asked.dataset_id, ())
    return aging(promise, readings, now, calendar, calendar.midnight(written.agreed_on))


def n_etas(session: Session, asked: Asked, calendar: Calendar, now: datetime) -> int:
    """Count the ETAs already given for the obligation, or in the episode of rolling data."""
    if asked.owed is None:
        since = aging_of(session, asked, calendar, now).since
        given = age_answers(session, [asked.dataset_id], now).get(asked.dataset_id, ())
        return sum(since is None or each.at >= since for each in given)
    said = models.Declaration
    rows = session.exec(
        select(said.id).where(
            said.obligation_id == asked.row.id, said.kind == models.DeclarationKind.ANSWER
        )
    )
    return len(rows.all())


def last_eta_day(asked: Asked, calendar: Calendar, now: datetime) -> date:
    """Return the latest day an ETA may name."""
    obligation = asked.obligation if asked.owed else None
    return calendar.local_date(eta_limit(obligation, now))
