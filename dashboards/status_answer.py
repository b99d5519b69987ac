"""The board as an answer: the same for the command line, the page and the API."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from catalog.rules.score import FORMULA, Share
from catalog.rules.terms import Headline, State
from catalog.store.standing import Standing
from dashboards.measures import Measures, MonthCell
from dashboards.numbers import AgencyRow, Board, CityNumbers, Gap, Unranked
from dashboards.tally import Face


@dataclass(frozen=True, slots=True)
class ShareAnswer:
    """A numerator, its denominator and their quotient."""

    n: int
    of: int
    value: float | None


@dataclass(frozen=True, slots=True)
class MonthAnswer:
    """The obligations due in a month: the gravest state and how many show which face."""

    month: str
    state: State | None
    counts: Mapping[Face, int]


@dataclass(frozen=True, slots=True)
class MeasuresAnswer:
    """What is counted over a set of datasets."""

    n_datasets: int
    headlines: Mapping[Headline, int]
    punctuality: ShareAnswer | None
    timeliness_working_days: float | None
    filled: ShareAnswer
    answering: ShareAnswer
    valid: ShareAnswer
    months: tuple[MonthAnswer, ...]


@dataclass(frozen=True, slots=True)
class CityAnswer:
    """The whole city; `current` is its one number."""

    name: str
    n_agencies: int
    n_missing: int
    current: ShareAnswer
    measures: MeasuresAnswer


@dataclass(frozen=True, slots=True)
class GapAnswer:
    """One owed period with the agency's own reason and day, where given."""

    dataset: str
    title: str
    period: str
    due_date: date
    state: State
    reason: str | None
    eta_on: date | None


@dataclass(frozen=True, slots=True)
class AgencyAnswer:
    """One row of the board; `score` = `score_total` / `n_agreed`."""

    agency: str
    name: str
    abbreviation: str | None
    rank: int | None
    unranked: Unranked | None
    score: float | None
    score_total: float
    n_agreed: int
    n_counted: int
    median_delay: float | None
    n_late: int
    measures: MeasuresAnswer
    missing: tuple[GapAnswer, ...]


@dataclass(frozen=True, slots=True)
class DatasetAnswer:
    """One dataset: its headline, its next due date and the labels of its owed periods."""

    dataset: str
    title: str
    agency: str
    state: Headline
    score: float | None
    next_due: date | None
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class StatusAnswer:
    """The board with every dataset behind it."""

    as_of: datetime
    formula: str
    city: CityAnswer
    agencies: tuple[AgencyAnswer, ...]
    datasets: tuple[DatasetAnswer, ...]


def status_answer(
    board: Board, standings: Iterable[Standing], rows: Iterable[AgencyRow] | None = None
) -> StatusAnswer:
    """Return the board as an answer; `rows` are the agencies that are shown (default: all)."""
    shown = board.rows if rows is None else tuple(rows)
    agency_ids = {row.agency.id for row in shown}
    return StatusAnswer(
        as_of=board.as_of,
        formula=FORMULA,
        city=_city(board.city),
        agencies=tuple(_agency(row) for row in shown),
        datasets=tuple(_dataset(s) for s in standings if s.agency.id in agency_ids),
    )


def rounded(value: float | None) -> float | None:
    """Return a score with the four digits that are published."""
    return None if value is None else round(value, 4)


def month_answer(cell: MonthCell) -> MonthAnswer:
    """Return one cell of the heat map."""
    worst = cell.tally.worst
    return MonthAnswer(cell.month.label, worst.state if worst else None, cell.tally.counts)


def _share(share: Share) -> ShareAnswer:
    return ShareAnswer(share.n, share.of, rounded(share.value))


def _measures(measures: Measures) -> MeasuresAnswer:
    return MeasuresAnswer(
        n_datasets=measures.n_datasets,
        headlines=measures.headlines,
        punctuality=_share(measures.punctuality) if measures.punctuality else None,
        timeliness_working_days=measures.timeliness,
        filled=_share(measures.filled),
        answering=_share(measures.answering),
        valid=_share(measures.valid),
        months=tuple(month_answer(cell) for cell in measures.months),
    )


def _city(city: CityNumbers) -> CityAnswer:
    return CityAnswer(
        name=city.name,
        n_agencies=city.n_agencies,
        n_missing=city.n_missing,
        current=_share(city.current),
        measures=_measures(city.measures),
    )


def _agency(row: AgencyRow) -> AgencyAnswer:
    return AgencyAnswer(
        agency=row.agency.slug,
        name=row.agency.name,
        abbreviation=row.agency.abbreviation,
        rank=row.rank,
        unranked=row.unranked,
        score=rounded(row.score.value),
        score_total=round(row.total, 4),
        n_agreed=row.score.n_agreed,
        n_counted=row.score.n_counted,
        median_delay=row.score.median_delay,
        n_late=row.n_late,
        measures=_measures(row.measures),
        missing=tuple(_gap(gap) for gap in row.missing),
    )


def _gap(gap: Gap) -> GapAnswer:
    said = gap.explanation
    return GapAnswer(
        dataset=gap.dataset_slug,
        title=gap.dataset_title,
        period=gap.period.label,
        due_date=gap.due_date,
        state=gap.state,
        reason=said.reason if said else None,
        eta_on=said.eta_on if said else None,
    )


def _dataset(standing: Standing) -> DatasetAnswer:
    next_due = standing.next_due
    return DatasetAnswer(
        dataset=standing.slug,
        title=standing.title,
        agency=standing.agency.slug,
        state=standing.headline,
        score=rounded(standing.score.value),
        next_due=next_due.due_date if next_due else None,
        missing=tuple(obligation.period.label for obligation in standing.missing),
    )
