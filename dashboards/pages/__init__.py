"""The pages of the board and their addresses."""

from flask import Blueprint
from flask.blueprints import BlueprintSetupState

from dashboards.pages.asked import CACHE
from dashboards.pages.board import board_page, board_sheet_file
from dashboards.pages.heat import agency_heat_page, heat_page, heat_sheet_file
from dashboards.pages.kept import KEPT, KeptPages, kept
from dashboards.pages.methodology import methodology_page
from dashboards.pages.scorecard import scorecard_page
from dashboards.view import BoardCache

blueprint = Blueprint(
    "dashboards",
    "dashboards",
    template_folder="templates",
    static_folder="static",
    static_url_path="/papan/statis",
)
_PAGES = (
    ("/kepatuhan", "board_page", kept(board_page)),
    ("/kepatuhan.json", "board_answer", kept(board_page)),
    ("/kepatuhan.<any(csv,xlsx):kind>", "board_sheet_file", board_sheet_file),
    ("/peta-panas", "heat_page", kept(heat_page)),
    ("/peta-panas.json", "heat_answer", kept(heat_page)),
    ("/peta-panas.<any(csv,xlsx):kind>", "heat_sheet_file", heat_sheet_file),
    ("/peta-panas/<slug>", "agency_heat_page", kept(agency_heat_page)),
    ("/peta-panas/<slug>.json", "agency_heat_answer", kept(agency_heat_page)),
    ("/kartu", "scorecard_page", scorecard_page),
    ("/kartu.json", "scorecard_answer", scorecard_page),
    ("/metodologi", "methodology_page", kept(methodology_page)),
    ("/metodologi.json", "methodology_answer", kept(methodology_page)),
)
for _address, _name, _view in _PAGES:
    blueprint.add_url_rule(_address, endpoint=_name, view_func=_view)


@blueprint.record_once
def keep_views(state: BlueprintSetupState) -> None:
    """Give the application its one memory of views and of pages."""
    state.app.extensions[CACHE] = BoardCache()
    state.app.extensions[KEPT] = KeptPages()
