"""Of which instant a request asks, and the view of the city that answers it."""

from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn, cast

from flask import (
    abort,
    current_app,
    jsonify,
    make_response,
    render_template,
    request,
    url_for,
)

from catalog.pages.errors import Trouble
from catalog.pages.language import _
from catalog.pages.respond import wants_json
from catalog.pages.visit import visit
from dashboards.as_of import NotYet, UnreadableInstant, read_as_of
from dashboards.view import BoardCache, CityView

CACHE = "mutakhir.board"


@dataclass(frozen=True, slots=True)
class Asked:
    """The view that a request asks for; `as_of` is None for now, `text` is as written."""

    view: CityView
    as_of: datetime | None
    text: str


def asked() -> Asked:
    """Return what the request asks for; 400 with a clear sentence for an unreadable instant."""
    here = visit()
    text = request.args.get("pada", "").strip()
    if not text:
        return Asked(_cache().newest(here.session, here.snapshot()), None, "")
    try:
        as_of = read_as_of(text, here.now, here.city.calendar)
    except NotYet:
        refuse(_("Waktu yang diminta belum tiba; papan menunjukkan keadaan sampai sekarang."))
    except UnreadableInstant:
        refuse(_("Waktu yang diminta tidak dapat dibaca."))
    return Asked(view_at(as_of), as_of, text)


def view_at(as_of: datetime) -> CityView:
    """Return the view of an earlier instant."""
    here = visit()
    return _cache().past(here.session, here.context.city, as_of)


def _cache() -> BoardCache:
    return cast(BoardCache, current_app.extensions[CACHE])


def refuse(sentence: str) -> NoReturn:
    """Answer 400 with what was found and what is expected."""
    trouble = Trouble(
        400,
        _("Waktu tidak dikenali"),
        sentence,
        _("Tulis tanggal seperti 2025-08-29 atau waktu lengkap seperti 2025-08-29T08:00+07:00."),
    )
    if wants_json():
        answer = jsonify({"status": 400, "title": trouble.title, "detail": trouble.sentence})
    else:
        answer = make_response(render_template("trouble.html", trouble=trouble))
    answer.status_code = 400
    abort(answer)


def same_for_links(_value: object) -> dict[str, dict[str, str]]:
    """Give a template `same`, the parameter that keeps its links in the same instant."""
    text = request.args.get("pada", "").strip()
    return {"same": {"pada": text} if text else {}}


def same_instant(endpoint: str, **values: str) -> str:
    """Return the address of another page about the instant that this request asks about."""
    text = request.args.get("pada", "").strip()
    if text:
        values["pada"] = text
    return url_for(endpoint, _external=False, **values)
