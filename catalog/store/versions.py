"""The versions of a dataset: what came in, what became of it, what was wrong, where it lies."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from catalog import access, models
from catalog.rules.terms import Rank, Validity
from catalog.store.line import format_of

N_VERSIONS = 12
N_FINDINGS = 12


@dataclass(frozen=True, slots=True)
class VersionLine:
    """One content of the dataset and what became of it; `n_*` None where not compared."""

    number: int
    seen_at: datetime
    status: models.VersionStatus
    status_reason: str | None
    rank: Rank | None
    file_name: str
    format: str
    n_bytes: int
    bytes_hash: str
    n_rows: int | None
    newest_period: str | None
    n_added: int | None
    n_removed: int | None
    n_changed: int | None
    changes: tuple[str, ...]
    validity: Validity

    @property
    def is_public(self) -> bool:
        """Whether its file may be given out: only what was accepted is published."""
        return self.status is models.VersionStatus.ACCEPTED


@dataclass(frozen=True, slots=True)
class FindingLine:
    """What is wrong in the newest version, in both languages; `row` counts the header as 1."""

    code: str
    severity: models.Severity
    row: int | None
    field: str | None
    message_id: str
    message_en: str
    remedy_id: str
    remedy_en: str


@dataclass(frozen=True, slots=True)
class Column:
    """One column of the data as its schema describes it; `required` and `unique` as agreed."""

    name: str
    title: str | None
    type: str | None
    description: str | None
    required: bool
    unique: bool


@dataclass(frozen=True, slots=True)
class Stored:
    """Where the file of a version lies: the name of its original, its format and header."""

    number: int
    blob: str
    format: str
    header: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Seen:
    """A version as it is read: its key, the header and types of its table, its line."""

    id: int
    header: tuple[str, ...]
    column_types: tuple[str, ...]
    line: VersionLine


def _version(row: models.Version) -> Seen:
    line = VersionLine(
        number=row.number,
        seen_at=row.seen_at,
        status=row.status,
        status_reason=row.status_reason,
        rank=row.rank,
        file_name=row.file_name,
        format=format_of(row.file_name, row.media_type),
        n_bytes=row.n_bytes,
        bytes_hash=row.bytes_hash,
        n_rows=row.n_rows,
        newest_period=row.newest_period,
        n_added=row.n_added,
        n_removed=row.n_removed,
        n_changed=row.n_changed,
        changes=tuple(row.changes),
        validity=row.validity,
    )
    return Seen(row.id or 0, tuple(row.header), tuple(row.column_types), line)


def versions_of(session: Session, dataset_id: int) -> tuple[Seen, ...]:
    """Return the newest versions, newest first, and the current one even if it is older."""
    version = models.Version
    accepted = version.status == models.VersionStatus.ACCEPTED
    of_dataset = select(version).where(version.dataset_id == dataset_id)
    newest = session.exec(of_dataset.order_by(col(version.number).desc()).limit(N_VERSIONS)).all()
    current = session.exec(
        of_dataset.where(accepted).order_by(col(version.number).desc()).limit(1)
    ).all()
    rows = {row.number: row for row in (*newest, *current)}
    return tuple(_version(rows[number]) for number in sorted(rows, reverse=True))


def columns_of(
    schema: Mapping[str, Any] | None, versions: Sequence[Seen] = ()
) -> tuple[Column, ...]:
    """Return the columns a Table Schema names, else those of the newest file as read."""
    fields = (schema or {}).get("fields")
    if isinstance(fields, list):
        return tuple(_column(field) for field in fields if isinstance(field, Mapping))
    newest = next((v for v in versions if v.header and v.line.is_public), None)
    if newest is None:
        return ()
    types = newest.column_types or (None,) * len(newest.header)
    return tuple(
        Column(name, None, code, None, False, False)
        for name, code in zip(newest.header, types, strict=True)
    )


def _column(field: Mapping[str, Any]) -> Column:
    constraints = field.get("constraints")
    rules: Mapping[str, Any] = constraints if isinstance(constraints, Mapping) else {}
    return Column(
        name=str(field.get("name", "")),
        title=_text(field.get("title")),
        type=_text(field.get("type")),
        description=_text(field.get("description")),
        required=rules.get("required") is True,
        unique=rules.get("unique") is True,
    )


def _text(value: object) -> str | None:
    return str(value) if value else None


def findings_of(session: Session, version_id: int) -> tuple[FindingLine, ...]:
    """Return what was found in a version, the first of it."""
    finding = models.Finding
    rows = session.exec(
        select(finding)
        .where(finding.version_id == version_id)
        .order_by(col(finding.id))
        .limit(N_FINDINGS)
    )
    return tuple(
        FindingLine(
            code=row.code,
            severity=row.severity,
            row=row.row,
            field=row.field,
            message_id=row.message_id,
            message_en=row.message_en,
            remedy_id=row.remedy_id,
            remedy_en=row.remedy_en,
        )
        for row in rows
    )


def stored_file(
    session: Session, slug: str, number: int | None, visitor: access.Visitor
) -> Stored | None:
    """Return the accepted file of a version, the newest for None; None where there is none.

    Nothing is told apart for those who may not see it: not there, not open, not accepted.
    """
    dataset, version = models.Dataset, models.Version
    query = (
        select(dataset.agency_id, dataset.sensitivity, version)
        .join(version, col(version.dataset_id) == dataset.id)
        .where(dataset.slug == slug, version.status == models.VersionStatus.ACCEPTED)
    )
    if number is not None:
        query = query.where(version.number == number)
    row = session.exec(query.order_by(col(version.number).desc()).limit(1)).first()
    if row is None:
        return None
    agency_id, sensitivity, found = row
    if not access.may(
        visitor, access.Deed.SEE_CONTENT, access.Subject(agency_id, models.Sensitivity(sensitivity))
    ):
        return None
    file_format = format_of(found.file_name, found.media_type)
    return Stored(found.number, found.blob, file_format, tuple(found.header))
