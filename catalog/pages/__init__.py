"""The public face: every address and what answers it. `open_pages(app)` opens them."""

from flask import Blueprint, Flask
from flask.blueprints import BlueprintSetupState
from sqlalchemy.exc import DBAPIError
from werkzeug.exceptions import HTTPException, InternalServerError

from catalog.pages import (
    agencies,
    catalogue,
    datasets,
    errors,
    files,
    home,
    say,
    wording,
)
from catalog.pages.assets import asset, keep_long
from catalog.pages.compress import compress
from catalog.pages.frame import provide_frame
from catalog.pages.language import choose_plural, gettext, remember_language
from catalog.pages.security import secure
from catalog.pages.visit import SNAPSHOTS, end_visit
from catalog.store.snapshot import Snapshots
from catalog.store.strip import look_of

__all__ = ["blueprint", "open_pages"]

blueprint = Blueprint(
    "catalog",
    __name__,
    template_folder="../templates",
    static_folder="../static",
    static_url_path="/aset",
)

for _path, _endpoint, _view in (
    ("/", "home", home.show),
    ("/beranda.json", "home_json", home.show),
    ("/dataset", "catalogue", catalogue.show),
    ("/dataset.json", "catalogue_json", catalogue.show),
    ("/dataset/<slug>", "dataset", datasets.show),
    ("/dataset/<slug>.json", "dataset_json", datasets.show),
    ("/dataset/<slug>/kewajiban.json", "ledger_json", datasets.show_ledger),
    ("/opd", "agencies", agencies.show_all),
    ("/opd.json", "agencies_json", agencies.show_all),
    ("/opd/<slug>", "agency", agencies.show),
    ("/opd/<slug>.json", "agency_json", agencies.show),
    ("/unduh/<slug>/terbaru", "newest_file", files.give_newest),
    ("/unduh/<slug>/<int:number>/<name>", "file", files.give),
):
    blueprint.add_url_rule(_path, endpoint=_endpoint, view_func=_view, methods=["GET"])

blueprint.app_context_processor(provide_frame)
blueprint.after_app_request(secure)
blueprint.after_app_request(compress)
blueprint.after_app_request(keep_long)
blueprint.after_app_request(remember_language)
blueprint.teardown_app_request(end_visit)
blueprint.app_errorhandler(HTTPException)(errors.show_http)
blueprint.app_errorhandler(DBAPIError)(errors.show_unusable)
blueprint.app_errorhandler(InternalServerError)(errors.show_unforeseen)


def _furnish(state: BlueprintSetupState) -> None:
    """Give templates their words and the application its memory of the city."""
    state.app.extensions[SNAPSHOTS] = Snapshots()
    state.app.jinja_env.add_extension("jinja2.ext.i18n")
    state.app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext, choose_plural, newstyle=True
    )
    state.app.jinja_env.globals.update(
        asset=asset,
        icon_of=wording.icon_of,
        instant=wording.instant,
        iso=wording.iso,
        long_day=wording.long_day,
        look_of=look_of,
        number=wording.number,
        percent=wording.percent,
        say=say,
        word_of=wording.word_of,
        wording=wording,
    )


blueprint.record_once(_furnish)


def open_pages(app: Flask) -> None:
    """Open every public address in an application."""
    app.register_blueprint(blueprint)
