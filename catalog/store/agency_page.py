"""The list of agencies and the page of one."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, select

from catalog import models
from catalog.rules.calendar import Calendar
from catalog.rules.obligations import timing
from catalog.rules.score import AgencyScore, Share, agency_score, delays, score_window
from catalog.rules.terms import State, Timing
from catalog.store.home import Tally
from catalog.store.line import DatasetLine, formats, line_of, worst_first
from catalog.store.snapshot import Snapshot, share_of
from catalog.store.standing import AgencyRef, City, Standing, standings

A_YEAR = timedelta(days=365)
_NOT_COUNTED = frozenset({State.WAIVED, State.UNOBSERVED})


@dataclass(frozen=True, slots=True)
class AgencyLine:
    """One agency in the list: how many datasets, how many of them current, how many late."""

    agency: AgencyRef
    n_datasets: int
    share: Share
    tallies: tuple[Tally, ...]


@dataclass(frozen=True, slots=True)
class AgencyListPage:
    """Every agency by name."""

    as_of: datetime
    agencies: tuple[AgencyLine, ...]


@dataclass(frozen=True, slots=True)
class ApplicationLine:
    """One application of the agency's inventory with its integration target."""

    name: str
    purpose: str | None
    status: str | None
    integrated: bool | None
    target_on: date | None


@dataclass(frozen=True, slots=True)
class AgencyPage:
    """One agency: promises kept in the last twelve months, score, datasets worst first.

    `kept` counts the releases of the last year whose grace has passed; waived, unobserved
    and of unobserved timing are left out.
    """

    as_of: datetime
    agency: AgencyRef
    kind: str | None
    email: str | None
    kept: Share
    score: AgencyScore
    share: Share
    tallies: tuple[Tally, ...]
    lines: tuple[DatasetLine, ...]
    applications: tuple[ApplicationLine, ...]


def agency_list_page(snapshot: Snapshot) -> AgencyListPage:
    """Return every agency that agreed to publish something."""
    by_agency: dict[AgencyRef, list[DatasetLine]] = defaultdict(list)
    for line in snapshot.lines:
        by_agency[line.agency].append(line)
    return AgencyListPage(
        snapshot.as_of,
        tuple(
            AgencyLine(agency, len(lines), share_of(tuple(lines)), tallies_of(lines))
            for agency, lines in sorted(by_agency.items(), key=lambda item: item[0].name)
        ),
    )


def tallies_of(lines: Sequence[DatasetLine]) -> tuple[Tally, ...]:
    """Count headlines, worst first."""
    counts = Counter(line.headline for line in lines)
    ordered = {line.headline: worst_first(line)[0] for line in lines}
    return tuple(Tally(h, counts[h]) for h in sorted(ordered, key=lambda h: ordered[h]))


def agency_page(session: Session, slug: str, city: City, now: datetime) -> AgencyPage | None:
    """Return the page of an agency, None where there is none of that name."""
    agency = session.exec(select(models.Agency).where(models.Agency.slug == slug)).first()
    if agency is None or agency.id is None:
        return None
    found = standings(session, city, now, agency_id=agency.id)
    by_dataset = formats(session, [s.dataset_id for s in found])
    lines = [line_of(s, now, city.calendar, by_dataset.get(s.dataset_id)) for s in found]
    lines.sort(key=worst_first)
    return AgencyPage(
        as_of=now,
        agency=AgencyRef(agency.id, agency.slug, agency.name, agency.abbreviation),
        kind=agency.kind,
        email=agency.email,
        kept=kept_share(found, now),
        score=_score(found, now, city.calendar),
        share=share_of(tuple(lines)),
        tallies=tallies_of(lines),
        lines=tuple(lines),
        applications=_applications(session, agency.id),
    )


def kept_share(found: Sequence[Standing], now: datetime, since: timedelta = A_YEAR) -> Share:
    """Return how many releases due in the last year came before their grace ended."""
    counted = [
        j
        for standing in found
        for j in standing.judged
        if now - since < j.obligation.due_at
        and j.obligation.grace_at <= now
        and j.state not in _NOT_COUNTED
        and (j.closing is None or timing(j.obligation, j.closing) is not Timing.UNOBSERVED)
    ]
    kept = [j for j in counted if j.closing and timing(j.obligation, j.closing) is Timing.ON_TIME]
    return Share(len(kept), len(counted))


def _score(found: Sequence[Standing], now: datetime, calendar: Calendar) -> AgencyScore:
    late = [
        days
        for standing in found
        for days in delays(standing.judged, score_window(standing.promise.cadence), now, calendar)
    ]
    return agency_score([standing.score.value for standing in found], delays=late)


def _applications(session: Session, agency_id: int) -> tuple[ApplicationLine, ...]:
    application = models.Application
    rows = session.exec(
        select(application)
        .where(application.agency_id == agency_id)
        .order_by(col(application.name))
    )
    return tuple(
        ApplicationLine(row.name, row.purpose, row.status, row.integrated, row.target_on)
        for row in rows
    )
