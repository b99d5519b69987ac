"""The heat maps: all agencies by month, and one agency's datasets by period."""

from dataclasses import dataclass

from flask import Response, request

from catalog.pages.respond import page, wants_json
from catalog.pages.sentences import SpokenCell, SpokenStrip, speak_cell
from catalog.pages.wording import cadence_name, period_name
from catalog.rules.terms import Headline
from catalog.store.standing import AgencyRef
from dashboards.charts import Figure, all_figures
from dashboards.drawing import Drawing
from dashboards.exports import heat_sheet
from dashboards.heat import CadenceGrid, HeatMap, HeatRow, agency_heat, heat_map
from dashboards.heat_answer import (
    AgencyHeatAnswer,
    HeatAnswer,
    agency_heat_answer,
    heat_answer,
)
from dashboards.pages.asked import Asked, asked, same_for_links, same_instant
from dashboards.pages.board import Download, downloads
from dashboards.pages.sending import send_sheet
from dashboards.rows import SpokenRow, speak_row
from dashboards.speech import (
    as_of_sentence,
    behind_sentence,
    face_letter,
    face_word,
    month_text,
    months_sentence,
    span_sentence,
    speak_months,
)
from dashboards.stacks import TALL, Stack, stack
from dashboards.tally import Face


@dataclass(frozen=True, slots=True)
class LegendEntry:
    """One face with its letter and word."""

    look: str
    letter: str
    word: str


@dataclass(frozen=True, slots=True)
class SpokenHeatRow:
    """One agency of the map in words; `shares` are the filled parts of its months, 0 to 1."""

    slug: str
    name: str
    strip: SpokenStrip
    shares: tuple[float | None, ...]
    counts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DrawnFigure:
    """A picture for the browser's own script, with the sentence that says the same."""

    code: str
    title: str
    sentence: str
    drawing: Drawing


@dataclass(frozen=True, slots=True)
class HeatPage:
    """The map of all agencies as its template shows it."""

    answer: str
    span: str
    as_of: str | None
    as_of_text: str
    months: tuple[str, ...]
    months_named: tuple[str, ...]
    rows: tuple[SpokenHeatRow, ...]
    legend: tuple[LegendEntry, ...]
    figures: tuple[DrawnFigure, ...]
    interactive_address: str
    downloads: tuple[Download, ...]


@dataclass(frozen=True, slots=True)
class SpokenDatasetRow:
    """One dataset of an agency's map in words."""

    slug: str
    title: str
    headline: Headline
    cells: tuple[SpokenCell | None, ...]


@dataclass(frozen=True, slots=True)
class SpokenGrid:
    """The datasets of one cadence by period."""

    cadence: str
    periods: tuple[str, ...]
    ticks: tuple[str, ...]
    rows: tuple[SpokenDatasetRow, ...]


@dataclass(frozen=True, slots=True)
class AgencyHeatPage:
    """The map of one agency as its template shows it."""

    agency: AgencyRef
    answer: str
    as_of: str | None
    as_of_text: str
    row: SpokenRow
    stack: Stack
    grids: tuple[SpokenGrid, ...]
    legend: tuple[LegendEntry, ...]
    downloads: tuple[Download, ...]


def heat_page() -> Response:
    """Show the map of all agencies; with `interaktif` also as pictures for the mouse."""
    return page(
        "dashboards/heat.html",
        _answer,
        same_for_links,
        json_address=same_instant("dashboards.heat_answer"),
    )


def _answer() -> HeatPage | HeatAnswer:
    seen = asked()
    heat = heat_map(seen.view.board)
    return heat_answer(heat) if wants_json() else _page(seen, heat)


def _page(seen: Asked, heat: HeatMap) -> HeatPage:
    figures = all_figures() if request.args.get("interaktif") else ()
    return HeatPage(
        answer=behind_sentence(heat),
        span=span_sentence(heat),
        as_of=as_of_sentence(heat.as_of) if seen.as_of else None,
        as_of_text=seen.text,
        months=tuple(month_text(month, "MMM") for month in heat.months),
        months_named=tuple(month_text(month, "MMM y") for month in heat.months),
        rows=tuple(_speak_row(row) for row in heat.rows),
        legend=legend(),
        figures=tuple(_drawn(figure, seen) for figure in figures),
        interactive_address=same_instant("dashboards.heat_page", interaktif="1"),
        downloads=downloads("dashboards.heat_sheet_file", "dashboards.heat_answer"),
    )


def _speak_row(row: HeatRow) -> SpokenHeatRow:
    tallies = [cell.tally for cell in row.cells]
    shares = tuple(tally.n_filled / tally.n if tally.n else None for tally in tallies)
    counts = tuple(f"{tally.n_filled}/{tally.n}" for tally in tallies)
    return SpokenHeatRow(row.agency.slug, row.agency.name, speak_months(row.cells), shares, counts)


def _drawn(figure: Figure, seen: Asked) -> DrawnFigure:
    board = seen.view.board
    return DrawnFigure(figure.code, figure.title(), figure.sentence(board), figure.build(board))


def legend() -> tuple[LegendEntry, ...]:
    """Return every face, the gravest first."""
    shown = [face for face in reversed(Face) if face is not Face.OPEN]
    return tuple(LegendEntry(face.look, face_letter(face), face_word(face)) for face in shown)


def heat_sheet_file(kind: str) -> Response:
    """Send the map of all agencies as a table."""
    return send_sheet(heat_sheet(heat_map(asked().view.board)), kind)


def agency_heat_page(slug: str) -> Response:
    """Show every obligation of one agency, one cell each; 404 for an unknown agency."""
    return page(
        "dashboards/agency_heat.html",
        lambda: _agency_answer(slug),
        same_for_links,
        json_address=same_instant("dashboards.agency_heat_answer", slug=slug),
    )


def _agency_answer(slug: str) -> AgencyHeatPage | AgencyHeatAnswer | None:
    seen = asked()
    view = seen.view
    row = next((row for row in view.board.rows if row.agency.slug == slug), None)
    if row is None:
        return None
    found = agency_heat(row.agency, view.standings, view.city.calendar, view.board.as_of)
    if wants_json():
        return agency_heat_answer(found)
    return AgencyHeatPage(
        agency=found.agency,
        answer=months_sentence(row.measures.months),
        as_of=as_of_sentence(found.as_of) if seen.as_of else None,
        as_of_text=seen.text,
        row=speak_row(row),
        stack=stack(row.measures.months, TALL, to_scale=True),
        grids=tuple(_speak_grid(grid) for grid in found.grids),
        legend=legend(),
        downloads=(Download("JSON", same_instant("dashboards.agency_heat_answer", slug=slug)),),
    )


def _speak_grid(grid: CadenceGrid) -> SpokenGrid:
    return SpokenGrid(
        cadence=cadence_name(grid.cadence),
        periods=tuple(period_name(period) for period in grid.periods),
        ticks=tuple(period.label for period in grid.periods),
        rows=tuple(
            SpokenDatasetRow(
                row.slug,
                row.title,
                row.headline,
                tuple(speak_cell(cell) if cell else None for cell in row.cells),
            )
            for row in grid.rows
        ),
    )
