"""What an answer page shows: the obligation asked about, as it stands now."""

from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session

from catalog.pages.sentences import SpokenStrip, cell_sentence, speak_strip
from catalog.pages.wording import period_name
from catalog.rules.escalation import MAX_ETAS
from catalog.store.standing import City, standings
from catalog.store.strip import cell_of, strip_of
from checks.telling.asked import Hurdle, NotTaken, asked_by, last_eta_day, n_etas
from checks.telling.declarations import is_used
from checks.telling.links import Purpose, Ticket


@dataclass(frozen=True, slots=True)
class Question:
    """One obligation of one dataset, for the person who holds the link."""

    purpose: Purpose
    person: str
    slug: str
    title: str
    agency: str
    period: str
    label: str
    due_date: date
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
    stands = standings(session, city, now, dataset_ids=[asked.row.dataset_id])
    judged = next(
        (j for s in stands for j in s.judged if j.obligation.period.label == asked.row.label), None
    )
    if judged is None:
        raise NotTaken(Hurdle.GONE, "The obligation of this link is gone.")
    return Question(
        purpose=ticket.purpose,
        person=asked.person.name,
        slug=asked.dataset.slug,
        title=asked.dataset.title,
        agency=asked.agency.name,
        period=period_name(judged.obligation.period),
        label=asked.row.label,
        due_date=asked.row.due_date,
        state_sentence=cell_sentence(cell_of(judged, now, city.calendar)),
        strip=speak_strip(strip_of(stands[0], now, city.calendar)),
        today=city.calendar.local_date(now),
        last_eta_on=last_eta_day(asked, city.calendar, now),
        n_etas_left=max(0, MAX_ETAS - n_etas(session, asked)),
    )
