"""The public board: who keeps data current, fairly, with all that stands behind it."""

from dataclasses import dataclass

from flask import Response, request, url_for

from catalog.pages.language import _
from catalog.pages.respond import page, wants_json
from catalog.pages.sentences import joined
from catalog.pages.wording import number
from catalog.rules.terms import Headline
from dashboards.exports import board_sheet
from dashboards.measures import MonthCell
from dashboards.pages.asked import Asked, asked, same_for_links
from dashboards.pages.sending import send_sheet
from dashboards.rows import SpokenRow, speak_row
from dashboards.selection import Order, Selection, read_selection
from dashboards.speech import (
    as_of_sentence,
    city_sentence,
    face_letter,
    face_word,
    headline_word,
    kept_sentence,
    months_sentence,
)
from dashboards.stacks import TALL, Stack, stack
from dashboards.status_answer import StatusAnswer, status_answer
from dashboards.tally import Face

SHEETS = ("csv", "xlsx")
_FILTER = frozenset({"cari", "keadaan", "urut", "pada"})


@dataclass(frozen=True, slots=True)
class FaceCount:
    """How many obligations of the city show a face, month by month."""

    look: str
    letter: str
    word: str
    counts: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a form."""

    value: str
    word: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Download:
    """One link to what is shown, in another form."""

    word: str
    address: str


@dataclass(frozen=True, slots=True)
class BoardPage:
    """The board as its template shows it."""

    answer: str
    detail: str
    as_of: str | None
    as_of_text: str
    words: str
    orders: tuple[Choice, ...]
    headlines: tuple[Choice, ...]
    filter: str
    is_filtered: bool
    ranked: tuple[SpokenRow, ...]
    unranked: tuple[SpokenRow, ...]
    months: str
    stack: Stack
    faces: tuple[FaceCount, ...]
    downloads: tuple[Download, ...]


def board_page() -> Response:
    """Show the board, or send it as JSON."""
    return page(
        "dashboards/board.html",
        _answer,
        same_for_links,
        json_address=_with_filter("dashboards.board_answer"),
    )


def _answer() -> BoardPage | StatusAnswer:
    seen, chosen = asked(), _selection()
    board = seen.view.board
    if wants_json():
        rows = chosen.of(board.ranked) + chosen.of(board.unranked)
        return status_answer(board, seen.view.standings, rows)
    return _page(seen, chosen)


def _selection() -> Selection:
    form = request.args
    return read_selection(form.get("cari", ""), form.get("keadaan", ""), form.get("urut", ""))


def _page(seen: Asked, chosen: Selection) -> BoardPage:
    board = seen.view.board
    ranked, unranked = chosen.of(board.ranked), chosen.of(board.unranked)
    headlines = [h for h in Headline if h in board.city.measures.headlines]
    return BoardPage(
        answer=city_sentence(board),
        detail=kept_sentence(board),
        as_of=as_of_sentence(board.as_of) if seen.as_of else None,
        as_of_text=seen.text,
        words=chosen.words,
        orders=tuple(Choice(o.value, order_word(o), o is chosen.order) for o in Order),
        headlines=tuple(Choice(h.value, headline_word(h), h is chosen.headline) for h in headlines),
        filter=filter_sentence(chosen, len(ranked) + len(unranked), len(board.rows)),
        is_filtered=chosen.is_filtered,
        ranked=tuple(speak_row(row) for row in ranked),
        unranked=tuple(speak_row(row) for row in unranked),
        months=months_sentence(board.city.measures.months),
        stack=stack(board.city.measures.months, TALL, to_scale=True),
        faces=_faces(board.city.measures.months),
        downloads=downloads("dashboards.board_sheet_file", "dashboards.board_answer"),
    )


def _faces(months: tuple[MonthCell, ...]) -> tuple[FaceCount, ...]:
    counts = {face: tuple(cell.tally.of(face) for cell in months) for face in reversed(Face)}
    return tuple(
        FaceCount(face.look, face_letter(face), face_word(face), found)
        for face, found in counts.items()
        if any(found)
    )


def order_word(order: Order) -> str:
    """Return what an order puts first."""
    match order:
        case Order.RANK:
            return _("peringkat")
        case Order.NAME:
            return _("nama")
        case Order.PUNCTUALITY:
            return _("ketepatan waktu")
        case Order.TIMELINESS:
            return _("aktualitas")
        case Order.FILLED:
            return _("tingkat keterisian")
        case Order.MISSING:
            return _("periode yang belum disampaikan")


def filter_sentence(chosen: Selection, n_shown: int, n_all: int) -> str:
    """Return what is shown, as a sentence above the rows."""
    said = {"n": number(n_shown), "of": number(n_all), "order": order_word(chosen.order)}
    if not chosen.is_filtered:
        return _("Semua %(of)s perangkat daerah, diurutkan menurut %(order)s.", **said)
    conditions = []
    if chosen.words:
        conditions.append(_("namanya memuat “%(words)s”", words=chosen.words))
    if chosen.headline:
        word = headline_word(chosen.headline)
        conditions.append(_("mempunyai dataset berkeadaan “%(word)s”", word=word))
    return _(
        "%(n)s dari %(of)s perangkat daerah yang %(conditions)s, diurutkan menurut %(order)s.",
        conditions=joined(conditions),
        **said,
    )


def downloads(endpoint: str, page_endpoint: str) -> tuple[Download, ...]:
    """Return the addresses of what is shown in other forms, with the same filter."""
    sheets = (Download(kind.upper(), _with_filter(endpoint, kind=kind)) for kind in SHEETS)
    return (*sheets, Download("JSON", _with_filter(page_endpoint)))


def _with_filter(endpoint: str, **values: str) -> str:
    """Return an address with what this request asks for."""
    kept = {name: text for name, text in request.args.items() if text and name in _FILTER}
    return url_for(endpoint, _external=False, **values, **kept)


def board_sheet_file(kind: str) -> Response:
    """Send exactly the rows that the page shows, in its order."""
    seen, chosen = asked(), _selection()
    board = seen.view.board
    rows = chosen.of(board.ranked) + chosen.of(board.unranked)
    return send_sheet(board_sheet(rows, board.as_of), kind)
