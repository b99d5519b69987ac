"""The page of one dataset: its promise, its evidence, its versions, its dictionary."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from catalog import access, models
from catalog.rules.obligations import Obligation
from catalog.rules.promise import Promise
from catalog.rules.score import Share, punctuality, score_window, timeliness
from catalog.rules.terms import Merge, Outcome, Rank
from catalog.store.hosts import public_host
from catalog.store.line import DatasetLine, formats, line_of
from catalog.store.rests import Maintenance, Pause, SourceAtRest, source_at_rest
from catalog.store.standing import City, Standing, standings
from catalog.store.versions import (
    Column,
    FindingLine,
    Seen,
    VersionLine,
    columns_of,
    findings_of,
    versions_of,
)

N_CHECKS = 6
N_CELLS = 26


@dataclass(frozen=True, slots=True)
class CheckLine:
    """One look at a source."""

    at: datetime
    outcome: Outcome
    conclusive: bool
    http_status: int | None
    rank: Rank | None


@dataclass(frozen=True, slots=True)
class AnswerLine:
    """The agency's own reason for what is missing and by when it expects to deliver."""

    reason: str
    eta_on: date | None
    at: datetime


@dataclass(frozen=True, slots=True)
class DatasetPage:
    """Everything the page of a dataset shows.

    `schedule` holds what is owed from now on; `current` is the newest accepted version;
    `merge` says which of the `n_parts` files that are looked at decide.
    Of a dataset that is not open `current`, `versions`, `findings` and `host` stay empty.
    """

    as_of: datetime
    line: DatasetLine
    promise: Promise
    indicator: str | None
    description: str | None
    unit: str | None
    classification: str | None
    concept: str | None
    definition: str | None
    measure: str | None
    keywords: tuple[str, ...]
    n_rows_listed: int
    columns: tuple[Column, ...]
    merge: Merge
    n_parts: int
    host: str | None
    pause: Pause | None
    maintenance: Maintenance | None
    schedule: tuple[Obligation, ...]
    punctuality: Share | None
    timeliness: float | None
    may_see_content: bool
    current: VersionLine | None
    versions: tuple[VersionLine, ...]
    findings: tuple[FindingLine, ...]
    checks: tuple[CheckLine, ...]
    answer: AnswerLine | None


def dataset_page(
    session: Session,
    slug: str,
    city: City,
    now: datetime,
    visitor: access.Visitor,
    intranet: Collection[str] = (),
) -> DatasetPage | None:
    """Return the page of a dataset as a visitor may see it, None where there is none.

    No server of the `intranet` (host:port, small letters) or of an inner network is named.
    A fixed number of SELECTs, whatever the dataset holds.
    """
    dataset = session.exec(select(models.Dataset).where(models.Dataset.slug == slug)).first()
    if dataset is None or dataset.id is None:
        return None
    found = standings(session, city, now, dataset_ids=[dataset.id])
    if not found:
        return None
    standing = found[0]
    subject = access.Subject(standing.agency.id, dataset.sensitivity)
    is_seen = access.may(visitor, access.Deed.SEE_CONTENT, subject)
    file_format = formats(session, [dataset.id]).get(dataset.id)
    versions = versions_of(session, dataset.id) if is_seen else ()
    source = source_at_rest(session, dataset.id, now)
    checks = _newest_checks(session, dataset.id)
    return DatasetPage(
        as_of=now,
        line=line_of(standing, now, city.calendar, file_format, N_CELLS),
        promise=standing.promise,
        indicator=dataset.indicator,
        description=dataset.description,
        unit=dataset.unit,
        classification=dataset.classification,
        concept=dataset.concept,
        definition=dataset.definition,
        measure=dataset.measure,
        keywords=tuple(dataset.keywords),
        n_rows_listed=dataset.n_rows_listed,
        columns=columns_of(dataset.table_schema, versions),
        merge=standing.merge,
        n_parts=standing.n_parts,
        host=_host(source, intranet) if source and is_seen else None,
        pause=source.pause if source else None,
        maintenance=source.maintenance if source else None,
        schedule=tuple(j.obligation for j in standing.judged if j.obligation.due_at > now),
        punctuality=punctuality(standing.judged, score_window(standing.promise.cadence), now),
        timeliness=_timeliness(standing, city, now),
        may_see_content=is_seen,
        current=next((v.line for v in versions if v.line.is_public), None),
        versions=tuple(v.line for v in versions),
        findings=_findings(session, checks, versions),
        checks=tuple(
            CheckLine(c.at, c.outcome, c.conclusive, c.http_status, c.rank) for c in checks
        ),
        answer=_answer(session, dataset.id) if standing.missing else None,
    )


def _timeliness(standing: Standing, city: City, now: datetime) -> float | None:
    window = score_window(standing.promise.cadence)
    return timeliness(standing.judged, window, now, city.calendar)


def _host(source: SourceAtRest, intranet: Collection[str]) -> str | None:
    """Return the host of a source; its whole address may hold a key.

    Where a database stands is nobody's business but its operator's.
    """
    is_database = source.kind is models.SourceKind.SQL_VIEW
    return None if is_database else public_host(source.host, intranet)


def _newest_checks(session: Session, dataset_id: int) -> Sequence[models.Check]:
    check = models.Check
    return session.exec(
        select(check)
        .where(check.dataset_id == dataset_id)
        .order_by(col(check.at).desc(), col(check.id).desc())
        .limit(N_CHECKS)
    ).all()


def _findings(
    session: Session, checks: Sequence[models.Check], versions: Sequence[Seen]
) -> tuple[FindingLine, ...]:
    """Return what is wrong with the content that the source holds now.

    It is the one that was seen last, which may be older than another that was held back.
    """
    seen = next((check.version_id for check in checks if check.version_id is not None), None)
    shown = next((v.id for v in versions if seen in (None, v.id)), None)
    return findings_of(session, shown) if shown is not None else ()


def _answer(session: Session, dataset_id: int) -> AnswerLine | None:
    said = models.Declaration
    row = session.exec(
        select(said)
        .where(
            said.dataset_id == dataset_id,
            said.kind == models.DeclarationKind.ANSWER,
            said.status == models.DeclarationStatus.ACCEPTED,
        )
        .order_by(col(said.at).desc())
        .limit(1)
    ).first()
    return AnswerLine(row.reason, row.eta_on, row.at) if row else None
