"""The board: who keeps data current, in figures that name their numerator and denominator."""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from enum import StrEnum

from catalog.rules.periods import Period
from catalog.rules.score import (
    AgencyScore,
    Share,
    agency_score,
    city_current,
    delays,
    score_window,
)
from catalog.rules.score import Standing as CountedStanding
from catalog.rules.terms import Headline, State
from catalog.store.standing import AgencyRef, City, Standing
from dashboards.explanations import Explanation, Explanations
from dashboards.measures import Measures, measures, together

#: Two scores closer than this are one score: they differ by rounding alone.
_SAME_SCORE_DIGITS = 9
_NO_EXPLANATIONS = Explanations({})


class Unranked(StrEnum):
    """Why an agency has no rank."""

    TOO_FEW = "TOO_FEW"
    NOTHING_COUNTED = "NOTHING_COUNTED"


@dataclass(frozen=True, slots=True)
class Gap:
    """One period that is owed, with what the agency itself said about it."""

    dataset_slug: str
    dataset_title: str
    period: Period
    due_date: date
    state: State
    explanation: Explanation | None = None


@dataclass(frozen=True, slots=True)
class AgencyRow:
    """One agency on the board. Agencies that tie share a rank; `missing` is oldest first."""

    agency: AgencyRef
    score: AgencyScore
    total: float
    measures: Measures
    missing: tuple[Gap, ...]
    rank: int | None = None
    unranked: Unranked | None = None

    @property
    def owed(self) -> tuple[Gap, ...]:
        """The missing periods that were looked for and not found, oldest first."""
        return tuple(gap for gap in self.missing if gap.state is not State.UNOBSERVED)

    @property
    def n_unseen(self) -> int:
        """How many missing periods nobody could look for: neither late nor delivered."""
        return len(self.missing) - len(self.owed)

    @property
    def n_late(self) -> int:
        """Datasets with a late or unpaid period as their headline."""
        return sum(self.measures.headlines.get(h, 0) for h in (Headline.LATE, Headline.ARREARS))


@dataclass(frozen=True, slots=True)
class CityNumbers:
    """The whole city; `current` is its one number."""

    name: str
    n_agencies: int
    current: Share
    measures: Measures
    n_missing: int


@dataclass(frozen=True, slots=True)
class Board:
    """Who keeps data current, as known at `as_of`."""

    as_of: datetime
    city: CityNumbers
    ranked: tuple[AgencyRow, ...]
    unranked: tuple[AgencyRow, ...]

    @property
    def rows(self) -> tuple[AgencyRow, ...]:
        """All agencies, the ranked first."""
        return self.ranked + self.unranked


def board(
    standings: Iterable[Standing],
    city: City,
    now: datetime,
    explanations: Explanations = _NO_EXPLANATIONS,
) -> Board:
    """Return the board over the datasets, which are judged at `now`.

    Retired datasets are left out. Source: design/freshness.md, section 5.
    """
    kept = [s for s in standings if s.headline is not Headline.RETIRED]
    by_agency: dict[AgencyRef, list[Standing]] = defaultdict(list)
    for standing in kept:
        by_agency[standing.agency].append(standing)
    rows = [
        _agency_row(agency, owned, city, now, explanations) for agency, owned in by_agency.items()
    ]
    return Board(
        as_of=now,
        city=CityNumbers(
            name=city.name,
            n_agencies=len(rows),
            current=current_share(kept),
            measures=together([row.measures for row in rows], city.calendar, now),
            n_missing=sum(len(s.missing) for s in kept),
        ),
        ranked=_ranked(row for row in rows if row.unranked is None),
        unranked=tuple(
            sorted((r for r in rows if r.unranked), key=lambda r: r.agency.name.casefold())
        ),
    )


def current_share(standings: Iterable[Standing]) -> Share:
    """Return how many of the scored datasets are current."""
    return city_current(
        CountedStanding(s.headline, len(s.missing), s.score.value)
        for s in standings
        if s.headline is not Headline.RETIRED
    )


def is_unregistered(standing: Standing) -> bool:
    """Tell whether a promise without a source counts 0: its clock runs although nothing came.

    The clock of such a dataset runs once its registration is overdue, or walidata has
    confirmed that nothing was delivered.
    """
    return (
        standing.source_kind is None
        and standing.promise.is_scored
        and standing.conclusive_at is not None
        and standing.last_fulfilled is None
    )


def _agency_row(
    agency: AgencyRef,
    owned: Sequence[Standing],
    city: City,
    now: datetime,
    explanations: Explanations,
) -> AgencyRow:
    scored = [s for s in owned if s.score.value is not None]
    unregistered = [s for s in scored if is_unregistered(s)]
    values = [s.score.value for s in scored if not is_unregistered(s)]
    late = [
        days
        for s in owned
        if s.promise.cadence.is_periodic
        for days in delays(s.judged, score_window(s.promise.cadence), now, city.calendar)
    ]
    score = agency_score(values, len(unregistered), late)
    reason = None
    if not score.ranked:
        reason = Unranked.TOO_FEW if score.n_agreed else Unranked.NOTHING_COUNTED
    return AgencyRow(
        agency=agency,
        score=score,
        total=sum(value for value in values if value is not None),
        measures=measures(owned, city.calendar, now),
        missing=tuple(
            sorted(
                (gap for s in owned for gap in _gaps(s, explanations)),
                key=lambda gap: (gap.due_date, gap.dataset_title),
            )
        ),
        unranked=reason,
    )


def _gaps(standing: Standing, explanations: Explanations) -> Iterable[Gap]:
    states = {j.obligation.period: j.state for j in standing.judged}
    for obligation in standing.missing:
        yield Gap(
            standing.slug,
            standing.title,
            obligation.period,
            obligation.due_date,
            states[obligation.period],
            explanations.of(standing.dataset_id, obligation.period),
        )


def _ranked(rows: Iterable[AgencyRow]) -> tuple[AgencyRow, ...]:
    ordered = sorted(rows, key=lambda row: (*_merit(row), row.agency.name.casefold()))
    ranked: list[AgencyRow] = []
    for place, row in enumerate(ordered, start=1):
        ties = ranked and _merit(ranked[-1]) == _merit(row)
        ranked.append(replace(row, rank=ranked[-1].rank if ties else place))
    return tuple(ranked)


def _merit(row: AgencyRow) -> tuple[float, float]:
    """Order the best score first, of equal ones the shorter median delay."""
    return -round(row.score.value or 0.0, _SAME_SCORE_DIGITS), row.score.median_delay or 0.0
