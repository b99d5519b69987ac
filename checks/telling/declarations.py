"""What an agency answers to a notice: nihil, a reason with an ETA, or that it is not theirs.

Each function acts once for one link, in the caller's transaction, and writes who said it.
"""

import hashlib
from datetime import date, datetime

from sqlmodel import Session, col, select

from catalog import models
from catalog.rules.calendar import Calendar
from catalog.rules.escalation import MAX_ETAS, is_eta_allowed
from catalog.rules.evidence import is_nil_allowed, max_nils_in_a_row
from catalog.rules.periods import Period, period_from_label
from catalog.rules.terms import ClosingKind, Rank
from checks.telling.asked import (
    Asked,
    Hurdle,
    NotTaken,
    aging_of,
    asked_by,
    last_eta_day,
    n_etas,
)
from checks.telling.links import Ticket
from checks.telling.notices import add_notices, task
from checks.telling.recipients import load_directory

MAX_REASON = 1000


def declare_nil(
    session: Session, ticket: Ticket, token: str, reason: str, calendar: Calendar, now: datetime
) -> models.Closing:
    """Close the obligation as nihil. Raises NotTaken.

    Source: design/freshness.md, section 4 (E3): at most two in a row, one for yearly data.
    """
    asked = _open(session, ticket, token)
    if now < asked.row.closable_at:
        raise NotTaken(
            Hurdle.NOT_YET,
            f"Period {asked.row.label} is still running; nihil can be declared when it has ended.",
            calendar.local_date(asked.row.closable_at),
        )
    if not is_nil_allowed(asked.obligation.period, _nils(session, asked)):
        limit = max_nils_in_a_row(asked.promise.cadence)
        raise NotTaken(
            Hurdle.TOO_MANY_NIL, f"Only {limit} periods in a row may be nihil; ask walidata."
        )
    declaration = _declare(session, asked, models.DeclarationKind.NIL, reason, now)
    closing = models.Closing(
        obligation_id=asked.row.id or 0,
        kind=ClosingKind.NIL,
        at=now,
        seen_at=now,
        rank=Rank.E3,
        declaration_id=declaration.id,
    )
    session.add(closing)
    _use(session, asked.person, ticket, token, now, {"reason": reason})
    return closing


def give_answer(
    session: Session,
    ticket: Ticket,
    token: str,
    reason: str,
    eta_on: date,
    calendar: Calendar,
    now: datetime,
) -> models.Declaration:
    """Write down why the release is late and when it will come. Raises NotTaken."""
    asked = _open(session, ticket, token)
    if asked.owed is None and aging_of(session, asked, calendar, now).is_current:
        raise NotTaken(Hurdle.CURRENT, f"{asked.dataset.slug} is current again.")
    n_earlier = n_etas(session, asked, calendar, now)
    if n_earlier >= MAX_ETAS:
        raise NotTaken(Hurdle.TOO_MANY_ETAS, f"An ETA may be given {MAX_ETAS} times for one delay.")
    obligation = asked.obligation if asked.owed else None
    if not is_eta_allowed(obligation, eta_on, n_earlier, now, calendar):
        latest = last_eta_day(asked, calendar, now)
        raise NotTaken(
            Hurdle.ETA_OUT_OF_RANGE, f"The ETA must lie between today and {latest}.", latest
        )
    declaration = _declare(session, asked, models.DeclarationKind.ANSWER, reason, now, eta_on)
    _use(session, asked.person, ticket, token, now, {"reason": reason, "eta_on": str(eta_on)})
    return declaration


def not_mine(session: Session, ticket: Ticket, token: str, reason: str, now: datetime) -> None:
    """Bring before walidata that messages reach the wrong person. Raises NotTaken.

    A link that is about no data speaks of all messages to that person.
    """
    person = session.get(models.Person, ticket.person_id)
    if ticket.is_about_data:
        asked = asked_by(session, ticket, lock=True)
        person, about = asked.person, f"{asked.agency.name}, {asked.dataset.title}"
        _refuse_used(session, token)
        said = _declare(session, asked, models.DeclarationKind.NOT_MINE, reason, now)
        said.status, said.decided_at = models.DeclarationStatus.PENDING, None
    else:
        about = "semua pesan"
        _refuse_used(session, token)
    if person is None:
        raise NotTaken(Hurdle.GONE, "The person of this link is gone.")
    _use(session, person, ticket, token, now, {"reason": reason})
    sentence = f"{person.name} <{person.email}>: bukan penerima yang tepat ({about})."
    drafts = task(
        load_directory(session),
        f"not-mine:{fingerprint(token)}",
        f"{sentence} {reason}".strip(),
    )
    add_notices(session, drafts, now)


def note_upload(
    session: Session, ticket: Ticket, token: str, file_name: str, now: datetime
) -> None:
    """Write down who uploaded what; an upload link may be used until the period is closed."""
    person = session.get_one(models.Person, ticket.person_id)
    _use(session, person, ticket, token, now, {"file": file_name})


def note_use(session: Session, ticket: Ticket, token: str, now: datetime) -> models.Person:
    """Use up a link that is not about an obligation. Raises NotTaken."""
    person = session.get(models.Person, ticket.person_id, with_for_update=True)
    if person is None or not person.active:
        raise NotTaken(Hurdle.GONE, "The person of this link is gone.")
    _refuse_used(session, token)
    _use(session, person, ticket, token, now, None)
    return person


def is_used(session: Session, token: str) -> bool:
    """Tell whether a link has done what it was for."""
    entry = models.AuditEntry
    return (
        session.exec(select(entry.id).where(entry.subject == _subject(token)).limit(1)).first()
        is not None
    )


def fingerprint(token: str) -> str:
    """Return what stands for a token where the token itself must not be kept."""
    return hashlib.sha256(token.encode()).hexdigest()[:32]


def _subject(token: str) -> str:
    return f"link:{fingerprint(token)}"


def _open(session: Session, ticket: Ticket, token: str) -> Asked:
    """Return what is asked about, locked and still open, for a link that was not used."""
    asked = asked_by(session, ticket, lock=True)
    _refuse_used(session, token)
    if asked.closing is not None:
        raise NotTaken(Hurdle.CLOSED, f"Period {asked.row.label} is closed already.")
    return asked


def _refuse_used(session: Session, token: str) -> None:
    if is_used(session, token):
        raise NotTaken(Hurdle.USED, "This link was used before.")


def _nils(session: Session, asked: Asked) -> set[Period]:
    """Return the periods of the dataset that stand declared nihil, under the same cadence."""
    row, promise, closing = models.Obligation, models.Promise, models.Closing
    labels = session.exec(
        select(row.label)
        .join(promise, col(promise.id) == col(row.promise_id))
        .join(closing, col(closing.obligation_id) == col(row.id))
        .where(
            row.dataset_id == asked.row.dataset_id,
            promise.cadence == asked.promise.cadence,
            closing.kind == ClosingKind.NIL,
            col(closing.retracted_at).is_(None),
        )
    )
    return {period_from_label(asked.promise.cadence, label) for label in labels}


def _declare(
    session: Session,
    asked: Asked,
    kind: models.DeclarationKind,
    reason: str,
    now: datetime,
    eta_on: date | None = None,
) -> models.Declaration:
    declaration = models.Declaration(
        kind=kind,
        status=models.DeclarationStatus.ACCEPTED,
        dataset_id=asked.dataset.id or 0,
        obligation_id=asked.owed.id if asked.owed else None,
        person_id=asked.person.id,
        reason=reason[:MAX_REASON],
        eta_on=eta_on,
        at=now,
        decided_at=now,
    )
    session.add(declaration)
    session.flush()
    return declaration


def _use(
    session: Session,
    person: models.Person,
    ticket: Ticket,
    token: str,
    now: datetime,
    after: dict[str, str] | None,
) -> None:
    session.add(
        models.AuditEntry(
            at=now,
            actor=person.email,
            action=f"answer.{ticket.purpose}",
            subject=_subject(token),
            after={**(after or {}), "obligation": ticket.obligation_id},
        )
    )
    session.flush()
