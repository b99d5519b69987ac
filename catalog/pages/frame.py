"""What stands around every page: the city, the way, the language, the heartbeat."""

from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from flask import g, has_request_context, request
from sqlalchemy.exc import SQLAlchemyError

from catalog.pages.language import CHOICE, _, locale
from catalog.pages.visit import Visit, visit
from catalog.store.observed import heartbeat_at


@dataclass(frozen=True, slots=True)
class Stop:
    """One entry of the navigation."""

    name: str
    address: str
    is_here: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """The frame of one page; `heartbeat_at` None where the watcher never ran.

    `is_asked` is False on the page of an error that the database could not be asked for it.
    """

    city_name: str
    contact: str
    locale: str
    other_locale: str
    other_address: str
    json_address: str | None
    root: str
    words: str
    stops: tuple[Stop, ...]
    now: datetime
    heartbeat_at: datetime | None
    is_stale: bool
    is_asked: bool


def frame() -> Frame:
    """Return the frame of the request under way."""
    here = visit()
    seen_at, is_asked = _heartbeat(here)
    is_old = seen_at is None or here.now - seen_at > here.context.settings.stale_after
    language = locale().language
    other = "id" if language == "en" else "en"
    return Frame(
        city_name=here.context.settings.city_name,
        contact=here.context.settings.contact,
        locale=language,
        other_locale=other,
        other_address=_with(**{CHOICE: other}),
        json_address=g.get("json_address"),
        root=request.script_root,
        words=request.args.get("q", "") if request.path.startswith("/dataset") else "",
        stops=_stops(),
        now=here.now,
        heartbeat_at=seen_at,
        is_stale=is_asked and is_old,
        is_asked=is_asked,
    )


def provide_frame() -> dict[str, Frame]:
    """Give every template its frame; for a context processor."""
    return {"frame": frame()} if has_request_context() else {}


def _heartbeat(here: Visit) -> tuple[datetime | None, bool]:
    """Return the last heartbeat, and whether the database could be asked for it."""
    try:
        return heartbeat_at(here.session, here.now), True
    except SQLAlchemyError:
        return None, False


def _with(**changed: str) -> str:
    """Return this page's address with some of its values changed."""
    values = {**request.args.to_dict(), **changed}
    return f"{request.script_root}{request.path}?{urlencode(values)}"


def _stops() -> tuple[Stop, ...]:
    places = (
        (_("Beranda"), "/"),
        (_("Katalog"), "/dataset"),
        (_("Perangkat daerah"), "/opd"),
        (_("Kepatuhan"), "/kepatuhan"),
        (_("Peta panas"), "/peta-panas"),
        (_("Metodologi"), "/metodologi"),
    )
    return tuple(Stop(name, request.script_root + path, _is_here(path)) for name, path in places)


def _is_here(path: str) -> bool:
    if path == "/":
        return request.path == "/"
    return request.path == path or request.path.startswith(f"{path}/")
