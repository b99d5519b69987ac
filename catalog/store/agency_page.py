"""The list of agencies and the page of one."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache

from sqlmodel import Session, col, select

from catalog import models
from catalog.rules.score import AgencyScore, Share, agency_score
from catalog.store.home import Tally
from catalog.store.line import DatasetLine, worst_first
from catalog.store.snapshot import Snapshot, share_of
from catalog.store.standing import AgencyRef


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


@lru_cache(maxsize=2)
def agency_list_page(snapshot: Snapshot) -> AgencyListPage:
    """Return every agency that agreed to publish something."""
    by_agency: dict[AgencyRef, list[DatasetLine]] = defaultdict(list)
    for line in snapshot.lines:
        by_agency[line.agency].append(line)
    return AgencyListPage(
        snapshot.as_of,
        tuple(
            AgencyLine(agency, len(lines), share_of(lines), tallies_of(lines))
            for agency, lines in sorted(by_agency.items(), key=lambda item: item[0].name)
        ),
    )


def tallies_of(lines: Sequence[DatasetLine]) -> tuple[Tally, ...]:
    """Count headlines, worst first."""
    counts = Counter(line.headline for line in lines)
    ordered = {line.headline: worst_first(line)[0] for line in lines}
    return tuple(Tally(h, counts[h]) for h in sorted(ordered, key=lambda h: ordered[h]))


def agency_page(session: Session, slug: str, snapshot: Snapshot) -> AgencyPage | None:
    """Return the page of an agency, None where there is none of that name."""
    agency = session.exec(select(models.Agency).where(models.Agency.slug == slug)).first()
    if agency is None or agency.id is None:
        return None
    lines = sorted(
        (line for line in snapshot.lines if line.agency.id == agency.id), key=worst_first
    )
    kept = [line.kept for line in lines]
    return AgencyPage(
        as_of=snapshot.as_of,
        agency=AgencyRef(agency.id, agency.slug, agency.name, agency.abbreviation),
        kind=agency.kind,
        email=agency.email,
        kept=Share(sum(share.n for share in kept), sum(share.of for share in kept)),
        score=agency_score([line.score for line in lines]),
        share=share_of(lines),
        tallies=tallies_of(lines),
        lines=tuple(lines),
        applications=_applications(session, agency.id),
    )


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
