"""What an answer page shows: the obligation or the rolling data asked about, as they stand."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from catalog.pages.sentences import SpokenStrip, cell_sentence, speak_strip
from catalog.pages.verdicts import state_sentence
from catalog.pages.wording import period_name
from catalog.rules.escalation import MAX_ETAS
from catalog.rules.obligations import Judged
from catalog.rules.terms import Headline
from catalog.store.line import line_of
from catalog.store.standing import City, Standing, standings
from catalog.store.strip import cell_of, strip_of
from checks.telling.asked import Hurdle, NotTaken, asked_by, last_eta_day, n_etas
from checks.telling.declarations import is_used
from checks.telling.links import Purpose, Ticket


@dataclass(frozen=True, slots=True)
class Question:
    """One obligation of one dataset, for the person who holds the link.

    Rolling data have neither `period` nor `due_date`.
    """

    purpose: Purpose
    person: str
    slug: str
    title: str
    agency: str
    period: str | None
    due_date: date | None
    state_sentence: str
    strip: SpokenStrip
    today: date
    last_eta_on: date
    n_etas_left: int


def question_of(
    session: Session, ticket: Ticket, token: str, city: City, now: datetime
) -> Question:
    """Return what the link asks. Raises NotTaken when there is nothing to answer any more."""
    asked = asked_by(session, ticket)
    if ticket.purpose is not Purpose.UPLOAD and is_used(session, token):
        raise NotTaken(Hurdle.USED, "This link was used before.")
    if asked.closing is not None and ticket.purpose is not Purpose.NOT_MINE:
        raise NotTaken(Hurdle.CLOSED, f"Period {asked.row.label} is closed already.")
    stands = standings(session, city, now, dataset_ids=[asked.dataset_id])
    if asked.owed is not None:
        judged = _judged(stands[0], asked.owed.label)
        period = period_name(judged.obligation.period)
        state = cell_sentence(cell_of(judged, now, city.calendar))
    elif ticket.purpose is Purpose.ANSWER and stands[0].headline is Headline.CURRENT:
        raise NotTaken(Hurdle.CURRENT, f"{asked.dataset.slug} is current again.")
    else:
        period, state = None, state_sentence(line_of(stands[0], now, city.calendar))
    return Question(
        purpose=ticket.purpose,
        person=asked.person.name,
        slug=asked.dataset.slug,
        title=asked.dataset.title,
        agency=asked.agency.name,
        period=period,
        due_date=asked.owed.due_date if asked.owed else None,
        state_sentence=state,
        strip=speak_strip(strip_of(stands[0], now, city.calendar)),
        today=city.calendar.local_date(now),
        last_eta_on=last_eta_day(asked, city.calendar, now),
        n_etas_left=max(0, MAX_ETAS - n_etas(session, asked, city.calendar, now)),
    )


def _judged(stand: Standing, label: str) -> Judged:
    """Return the obligation of a period. Raises NotTaken (GONE)."""
    found = next((j for j in stand.judged if j.obligation.period.label == label), None)
    if found is None:
        raise NotTaken(Hurdle.GONE, "The obligation of this link is gone.")
    return found
