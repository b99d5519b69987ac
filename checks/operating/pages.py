"""The addresses for those who operate it: health, readiness, figures, the watcher's own page."""

from dataclasses import dataclass
from time import perf_counter

from flask import Blueprint, Response, g, json, request

from catalog.context import current
from catalog.pages.language import locale
from catalog.pages.respond import page
from catalog.pages.visit import visit
from catalog.store.rests import Maintenance, Window, windows
from checks.operating.health import readiness
from checks.operating.journal import JOURNAL
from checks.operating.metrics import CONTENT_TYPE, exposition
from checks.operating.report import FailingSource, WatcherReport, watcher_report
from checks.sources.fault_words import words_of

#: Asked every few seconds by machines; not worth a line each.
QUIET = frozenset({"operating.healthz", "operating.readyz", "operating.metrics"})
blueprint = Blueprint("operating", __name__, template_folder="templates")


@dataclass(frozen=True, slots=True)
class WatcherPage:
    """The page of the watcher: how it does, and when it will rest."""

    watcher: WatcherReport
    maintenance: tuple[Maintenance, ...]

    def why(self, failing: FailingSource) -> str:
        """Return in a few words of the visitor's language why a source fails."""
        return words_of(failing.code, in_english=locale().language == "en")


@blueprint.get("/healthz")
def healthz() -> Response:
    """Say that this process answers; nothing else is asked."""
    return _unkept(Response("ok\n", content_type="text/plain; charset=utf-8"))


@blueprint.get("/readyz")
def readyz() -> Response:
    """Say whether pages can be answered: 200, or 503 with what is missing."""
    found = readiness(current())
    body = {
        "ready": found.is_ready,
        "database": found.database,
        "schema": found.schema,
        "watcher": found.watcher,
    }
    status = 200 if found.is_ready else 503
    return _unkept(Response(json.dumps(body) + "\n", status, content_type="application/json"))


@blueprint.get("/metrics")
def metrics() -> Response:
    """Give the figures to Prometheus; they name no host, no dataset and no person."""
    return _unkept(Response(exposition(_report()), content_type=CONTENT_TYPE))


@blueprint.get("/pemantau")
@blueprint.get("/pemantau.json", endpoint="watcher_json")
def watcher() -> Response:
    """Show the watcher itself."""
    return page("operating/watcher.html", _page, json_address="/pemantau.json")


def _report() -> WatcherReport:
    here = visit()
    return watcher_report(
        here.session,
        here.now,
        stale_after=here.context.settings.stale_after,
        intranet=here.context.settings.allowed_hosts,
    )


def _page() -> WatcherPage:
    here = visit()
    return WatcherPage(_report(), tuple(map(_shown, windows(here.session, here.now))))


def _shown(window: Window) -> Maintenance:
    return Maintenance(window.starts_at, window.ends_at, window.reason)


def _unkept(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.before_app_request
def _begin() -> None:
    g.began = perf_counter()


@blueprint.after_app_request
def _write_down(response: Response) -> Response:
    """Write one line for a request: its rule, never the address, which may carry a ticket."""
    if request.endpoint not in QUIET:
        JOURNAL.info(
            "request",
            extra={
                "method": request.method,
                "rule": request.url_rule.rule if request.url_rule else None,
                "status": response.status_code,
                "milliseconds": round((perf_counter() - g.pop("began", perf_counter())) * 1e3, 1),
            },
        )
    return response
