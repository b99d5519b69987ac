"""One dataset as lists show it: who owes what, how it stands, its strip."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlmodel import Session, col, func, select

from catalog import models
from catalog.rules.calendar import Calendar
from catalog.rules.obligations import Judged, Obligation, timing, working_days_late
from catalog.rules.score import Share
from catalog.rules.terms import Access, Cadence, Headline, State, Timing, Validity
from catalog.store.composition import CheckRef
from catalog.store.standing import AgencyRef, Standing
from catalog.store.strip import Strip, strip_of

A_YEAR = timedelta(days=365)
_WORST_FIRST = (
    Headline.ARREARS,
    Headline.LATE,
    Headline.GRACE,
    Headline.UNOBSERVED,
    Headline.DUE_SOON,
    Headline.CURRENT,
    Headline.NEW,
    Headline.UNPARSED_SCHEDULE,
    Headline.UNSCHEDULED,
    Headline.UNPUBLISHED,
    Headline.RETIRED,
)
_SEVERITY = {headline: place for place, headline in enumerate(_WORST_FIRST)}
#: Media types by which a format is told where the file's name says nothing.
_BY_MEDIA_TYPE = {
    "text/csv": "CSV",
    "application/json": "JSON",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "XLSX",
    "application/vnd.ms-excel": "XLS",
}
_BY_ENDING = {"csv": "CSV", "tsv": "CSV", "json": "JSON", "xlsx": "XLSX", "xls": "XLS"}
_BY_ENDING |= {"ods": "ODS", "zip": "ZIP", "gz": "GZIP", "parquet": "PARQUET"}


@dataclass(frozen=True, slots=True)
class DatasetLine:
    """How one dataset stands, with all that a sentence about it needs.

    `has_due_dates` tells whether the release rule was understood; `last_closed` is the
    newest obligation that is closed; `n_days_late` counts working days since the newest
    missing one was due; `kept` counts the releases of the last twelve months that came
    before their grace ended; `format` is that of the newest accepted file.
    """

    dataset_id: int
    slug: str
    title: str
    agency: AgencyRef
    dimension: models.Dimension | None
    sensitivity: models.Sensitivity
    licence: str | None
    cadence: Cadence
    rule_text: str | None
    reason: str | None
    has_due_dates: bool
    agreed_on: date
    headline: Headline
    next_due: Obligation | None
    missing: tuple[Obligation, ...]
    n_days_late: int
    last_closed: Judged | None
    last_fulfilled: Judged | None
    review_since: datetime | None
    source_kind: models.SourceKind | None
    access: Access
    validity: Validity
    last_check: CheckRef | None
    newest_period: str | None
    score: float | None
    kept: Share
    format: str | None
    strip: Strip


def line_of(
    standing: Standing,
    now: datetime,
    calendar: Calendar,
    file_format: str | None = None,
    n_cells: int | None = 14,
) -> DatasetLine:
    """Return the line of a dataset that stands as given."""
    newest = standing.missing[-1] if standing.missing else None
    return DatasetLine(
        dataset_id=standing.dataset_id,
        slug=standing.slug,
        title=standing.title,
        agency=standing.agency,
        dimension=standing.dimension,
        sensitivity=standing.sensitivity,
        licence=standing.licence,
        cadence=standing.promise.cadence,
        rule_text=standing.rule_text,
        reason=standing.reason,
        has_due_dates=standing.promise.rule is not None,
        agreed_on=standing.agreed_on,
        headline=standing.headline,
        next_due=standing.next_due,
        missing=standing.missing,
        n_days_late=working_days_late(newest, None, now, calendar) if newest else 0,
        last_closed=next((j for j in reversed(standing.judged) if not j.is_open), None),
        last_fulfilled=standing.last_fulfilled,
        review_since=standing.review_since,
        source_kind=standing.source_kind,
        access=standing.access,
        validity=standing.validity,
        last_check=standing.last_check,
        newest_period=standing.newest_period,
        score=standing.score.value,
        kept=kept_share(standing, now),
        format=file_format,
        strip=strip_of(standing, now, calendar, n_cells),
    )


def kept_share(standing: Standing, now: datetime) -> Share:
    """Return how many releases due in the last year came before their grace ended.

    Counted are those whose grace has passed; waived ones, unobserved ones and those of
    unobserved timing are left out.
    """
    counted = [
        j
        for j in standing.judged
        if now - A_YEAR < j.obligation.due_at
        and j.obligation.grace_at <= now
        and j.state not in (State.WAIVED, State.UNOBSERVED)
        and (j.closing is None or timing(j.obligation, j.closing) is not Timing.UNOBSERVED)
    ]
    kept = [j for j in counted if j.closing and timing(j.obligation, j.closing) is Timing.ON_TIME]
    return Share(len(kept), len(counted))


def worst_first(line: DatasetLine) -> tuple[int, int, str]:
    """Return the key that sorts lines by severity, then by periods missing, then by title."""
    return (_SEVERITY[line.headline], -len(line.missing), line.title)


def format_of(file_name: str, media_type: str | None) -> str:
    """Return the format of a file by its name, else by its media type."""
    ending = file_name.rpartition(".")[2].casefold()
    kind = (media_type or "").partition(";")[0].strip().casefold()
    return _BY_ENDING.get(ending) or _BY_MEDIA_TYPE.get(kind) or "LAINNYA"


def formats(session: Session, dataset_ids: Collection[int] | None = None) -> dict[int, str]:
    """Return the format of the newest accepted file of each dataset that has one."""
    version = models.Version
    newest = select(func.max(version.id)).where(version.status == models.VersionStatus.ACCEPTED)
    if dataset_ids is not None:
        newest = newest.where(col(version.dataset_id).in_(dataset_ids))
    newest = newest.group_by(col(version.dataset_id))
    query = select(version.dataset_id, version.file_name, version.media_type).where(
        col(version.id).in_(newest)
    )
    return {
        dataset_id: format_of(file_name, media_type)
        for dataset_id, file_name, media_type in session.exec(query)
    }


def id_of(session: Session, slug: str) -> int | None:
    """Return the dataset of that name in addresses."""
    return session.exec(select(models.Dataset.id).where(models.Dataset.slug == slug)).first()
