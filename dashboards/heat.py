"""Heat maps: agencies by month of due date, and the datasets of one agency by period."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from catalog.rules.calendar import Calendar
from catalog.rules.obligations import Judged
from catalog.rules.periods import Period
from catalog.rules.terms import Cadence, Headline
from catalog.store.standing import AgencyRef, Standing
from catalog.store.strip import Cell, cell_of
from dashboards.measures import MonthCell
from dashboards.months import Month, months_up_to
from dashboards.numbers import Board


@dataclass(frozen=True, slots=True)
class HeatRow:
    """One agency: a cell for every month of the map."""

    agency: AgencyRef
    cells: tuple[MonthCell, ...]


@dataclass(frozen=True, slots=True)
class HeatMap:
    """Agencies by month; each cell counts the obligations that fall due in the month."""

    as_of: datetime
    months: tuple[Month, ...]
    rows: tuple[HeatRow, ...]


@dataclass(frozen=True, slots=True)
class DatasetRow:
    """One dataset: its obligation of every period of the grid, None where it owes nothing."""

    slug: str
    title: str
    headline: Headline
    cells: tuple[Cell | None, ...]


@dataclass(frozen=True, slots=True)
class CadenceGrid:
    """The datasets of one cadence by period."""

    cadence: Cadence
    periods: tuple[Period, ...]
    rows: tuple[DatasetRow, ...]


@dataclass(frozen=True, slots=True)
class AgencyHeat:
    """Every obligation of an agency that falls due in the months of the map, one cell each."""

    as_of: datetime
    agency: AgencyRef
    months: tuple[Month, ...]
    grids: tuple[CadenceGrid, ...]


def heat_map(board: Board) -> HeatMap:
    """Return the map of the agencies in the order of the board."""
    return HeatMap(
        as_of=board.as_of,
        months=tuple(cell.month for cell in board.city.measures.months),
        rows=tuple(HeatRow(row.agency, row.measures.months) for row in board.rows),
    )


def agency_heat(
    agency: AgencyRef, standings: Iterable[Standing], calendar: Calendar, now: datetime
) -> AgencyHeat:
    """Return the map of one agency's datasets, the shortest cadence first.

    It holds the very obligations that the agency's row of the city's map counts.
    """
    months = months_up_to(calendar.local_date(now))
    by_cadence: dict[Cadence, list[Standing]] = defaultdict(list)
    for standing in standings:
        is_kept = standing.agency == agency and standing.headline is not Headline.RETIRED
        if is_kept and _shown(standing, months):
            by_cadence[standing.promise.cadence].append(standing)
    grids = (
        _grid(cadence, by_cadence[cadence], months, calendar, now)
        for cadence in Cadence
        if cadence in by_cadence
    )
    return AgencyHeat(now, agency, months, tuple(grids))


def _shown(standing: Standing, months: tuple[Month, ...]) -> list[Judged]:
    first, last = months[0].first_day, months[-1].last_day
    return [j for j in standing.judged if first <= j.obligation.due_date <= last]


def _grid(
    cadence: Cadence,
    standings: Iterable[Standing],
    months: tuple[Month, ...],
    calendar: Calendar,
    now: datetime,
) -> CadenceGrid:
    shown = [(s, {j.obligation.period: j for j in _shown(s, months)}) for s in standings]
    periods = tuple(sorted({period for _, owed in shown for period in owed}))
    rows = tuple(
        DatasetRow(
            standing.slug,
            standing.title,
            standing.headline,
            tuple(cell_of(owed[p], now, calendar) if p in owed else None for p in periods),
        )
        for standing, owed in shown
    )
    return CadenceGrid(cadence, periods, rows)
