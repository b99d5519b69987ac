"""The printable scorecard: one month of the city on one sheet for its leaders."""

from dataclasses import dataclass
from datetime import date, timedelta

from flask import Response, request, url_for

from catalog.pages.language import _
from catalog.pages.respond import page, wants_json
from catalog.pages.visit import visit
from catalog.pages.wording import long_day
from catalog.rules.periods import shift_month
from dashboards.months import Month, month_of
from dashboards.pages.asked import refuse, view_at
from dashboards.rows import SpokenRow, speak_row
from dashboards.speech import as_of_sentence, city_sentence, kept_sentence, month_text
from dashboards.stacks import TALL, Stack, stack
from dashboards.status_answer import StatusAnswer, status_answer


@dataclass(frozen=True, slots=True)
class ScorecardPage:
    """The scorecard as its template shows it; `letter` are agencies that owe the most."""

    month: str
    city_name: str
    answer: str
    detail: str
    as_of: str
    stack: Stack
    rows: tuple[SpokenRow, ...]
    letter: tuple[SpokenRow, ...]
    previous: str
    printed: str


def scorecard_page() -> Response:
    """Show how the city stood at the end of a month (`bulan`, default the one before)."""
    return page("dashboards/scorecard.html", _answer, json_address=_json_address())


def _json_address() -> str:
    month = request.args.get("bulan", "").strip()
    asked = {"bulan": month} if month else {}
    return url_for("dashboards.scorecard_answer", _external=False, **asked)


def _answer() -> ScorecardPage | StatusAnswer:
    here = visit()
    calendar = here.city.calendar
    today = calendar.local_date(here.now)
    month = _month(today)
    at = calendar.midnight(shift_month(month.first_day, 1)) - timedelta(seconds=1)
    if at > here.now:
        refuse(_("Bulan yang diminta belum berakhir."))
    view = view_at(at)
    if wants_json():
        return status_answer(view.board, view.standings)
    rows = tuple(speak_row(row) for row in view.board.rows)
    behind = sorted((r for r in view.board.rows if r.owed), key=lambda r: -len(r.owed))
    return ScorecardPage(
        month=month_text(month),
        city_name=view.city.name,
        answer=city_sentence(view.board),
        detail=kept_sentence(view.board),
        as_of=as_of_sentence(at),
        stack=stack(view.board.city.measures.months, TALL, to_scale=True),
        rows=rows,
        letter=tuple(speak_row(row) for row in behind),
        previous=month_of(shift_month(month.first_day, -1)).label,
        printed=long_day(today),
    )


def _month(today: date) -> Month:
    text = request.args.get("bulan", "").strip()
    if not text:
        return month_of(shift_month(today, -1))
    try:
        return month_of(date.fromisoformat(f"{text}-01"))
    except ValueError:
        refuse(_("Bulan yang diminta tidak dapat dibaca."))
