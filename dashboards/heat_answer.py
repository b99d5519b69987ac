"""The heat maps as answers in JSON."""

from dataclasses import dataclass
from datetime import date, datetime

from catalog.rules.obligations import Timing
from catalog.rules.terms import Cadence, Headline, State
from dashboards.heat import AgencyHeat, HeatMap
from dashboards.status_answer import MonthAnswer, month_answer


@dataclass(frozen=True, slots=True)
class HeatRowAnswer:
    """One agency by month."""

    agency: str
    name: str
    months: tuple[MonthAnswer, ...]


@dataclass(frozen=True, slots=True)
class HeatAnswer:
    """All agencies by month of due date."""

    as_of: datetime
    agencies: tuple[HeatRowAnswer, ...]


@dataclass(frozen=True, slots=True)
class CellAnswer:
    """One obligation: the codes are those of the ledger."""

    period: str
    due_date: date | None
    state: State | Headline
    timing: Timing | None


@dataclass(frozen=True, slots=True)
class DatasetHeatAnswer:
    """One dataset with its obligations that fall due in the months of the map."""

    dataset: str
    title: str
    cadence: Cadence
    state: Headline
    cells: tuple[CellAnswer, ...]


@dataclass(frozen=True, slots=True)
class AgencyHeatAnswer:
    """Every obligation of one agency that falls due in the months of the map."""

    as_of: datetime
    agency: str
    name: str
    datasets: tuple[DatasetHeatAnswer, ...]


def heat_answer(heat: HeatMap) -> HeatAnswer:
    """Return the map of all agencies."""
    return HeatAnswer(
        heat.as_of,
        tuple(
            HeatRowAnswer(
                row.agency.slug, row.agency.name, tuple(month_answer(cell) for cell in row.cells)
            )
            for row in heat.rows
        ),
    )


def agency_heat_answer(heat: AgencyHeat) -> AgencyHeatAnswer:
    """Return the map of one agency."""
    return AgencyHeatAnswer(
        heat.as_of,
        heat.agency.slug,
        heat.agency.name,
        tuple(
            DatasetHeatAnswer(
                dataset=row.slug,
                title=row.title,
                cadence=grid.cadence,
                state=row.headline,
                cells=tuple(
                    CellAnswer(cell.label, cell.due_date, cell.state, cell.timing)
                    for cell in row.cells
                    if cell is not None
                ),
            )
            for grid in heat.grids
            for row in grid.rows
        ),
    )
