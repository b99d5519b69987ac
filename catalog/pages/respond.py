"""How a page answers: not modified, JSON or HTML, always with its validator."""

import hashlib
import json
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from flask import Response, abort, current_app, g, make_response, render_template, request

from catalog.pages.answers import answer_of
from catalog.pages.language import locale
from catalog.pages.visit import visit
from catalog.store.generation import generation

Value = TypeVar("Value")
#: Kept, but asked about each time: an answer is never older than what the database holds.
KEEP = "public, no-cache"
ROOM = Path(__file__).resolve().parent.parent


@lru_cache(maxsize=1)
def build_mark() -> str:
    """Return a mark of the templates and pages of this installation."""
    digest = hashlib.sha256()
    for path in sorted((*ROOM.glob("templates/**/*.html"), *ROOM.glob("pages/*.py"))):
        digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def wants_json() -> bool:
    """Tell whether JSON is asked for, by the address or by the header Accept."""
    if request.path.endswith(".json"):
        return True
    best = request.accept_mimetypes.best_match(["text/html", "application/json"])
    return best == "application/json"


def page(
    template: str,
    build: Callable[[], Value | None],
    speak: Callable[[Value], dict[str, Any]] | None = None,
    *,
    json_address: str,
) -> Response:
    """Answer with the value that `build` makes; 404 when it makes none.

    `speak` adds what only the HTML needs. The validator names what the database holds,
    the minute and the language: an unchanged page is not made again.
    """
    g.json_address = json_address
    mark = _mark()
    if request.if_none_match.contains_weak(mark):
        return _kept(make_response("", 304), mark)
    value = build()
    if value is None:
        abort(404)
    if wants_json():
        body = json.dumps(answer_of(value), ensure_ascii=False, separators=(",", ":"))
        response = current_app.response_class(body, mimetype="application/json")
        response.headers["Access-Control-Allow-Origin"] = "*"
    else:
        words = speak(value) if speak else {}
        response = make_response(render_template(template, page=value, **words))
    return _kept(response, mark)


def _mark() -> str:
    here = visit()
    parts = (
        generation(here.session),
        f"{here.now:%Y%m%d%H%M}",
        locale().language,
        request.full_path,
        "json" if wants_json() else "html",
        build_mark(),
    )
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:24]


def _kept(response: Response, mark: str) -> Response:
    response.set_etag(mark)
    response.headers["Cache-Control"] = KEEP
    response.vary.update(("Accept", "Accept-Language", "Cookie"))
    return response
