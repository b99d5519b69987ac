"""The versions of a dataset: ranked, numbered, and stored with what was found in them."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import bindparam, insert, null, select
from sqlmodel import Session

from catalog import models
from catalog.models import VersionStatus
from catalog.rules.evidence import KnownVersion, rank_change
from catalog.rules.terms import Rank
from catalog.store.observed import coverage_stored
from checks.looking.rows import FINDING, SOURCE, VERSION, run
from checks.looking.seen import Examined, Seen


def history_of(session: Session, dataset_ids: Collection[int]) -> dict[int, list[KnownVersion]]:
    """Return the hashes of all accepted versions of each dataset, oldest first."""
    rows: dict[int, list[Any]] = defaultdict(list)
    for row in run(session, _HISTORY, {"ids": list(dataset_ids)}):
        rows[row.dataset_id].append(row)
    return defaultdict(list, {i: _known(of_one) for i, of_one in rows.items()})


def _known(rows: Sequence[Any]) -> list[KnownVersion]:
    """Return the versions of one dataset; where several files brought them one stands for each."""
    newest = {row.source_id: row.id for row in rows if row.kind and row.kind.is_looked_at}
    standing = set(newest.values()) if len(newest) > 1 else set()
    return [KnownVersion(row.canonical_hash, row.bytes_hash, row.id in standing) for row in rows]


def stored_already(session: Session, seen: Seen, examined: Examined) -> int | None:
    """Return the version that this content is already: the last one, or the last held back.

    Web pages instead of a table differ with every look; one after another of the same
    kind they are one version. The same bytes read in another way, because the operator
    said so, are another version.
    """
    whose = {"of_dataset": seen.leased.dataset_id, "of_source": seen.leased.source_id}
    last = run(session, _LAST, whose).one_or_none()
    if last is None:
        return None
    is_same_page = not examined.is_readable and last.finding_counts == dict(examined.counts)
    was_held = last.status is not VersionStatus.ACCEPTED
    is_read_alike = (
        last.column_types == list(examined.column_types)
        and last.newest_period == examined.newest_period
    )
    is_same = last.bytes_hash == examined.blob and is_read_alike
    return last.id if is_same or (is_same_page and was_held) else None


def rank_among(session: Session, version: models.Version) -> Rank:
    """Rank a stored version among those of its dataset that were accepted before it."""
    if version.canonical_hash is None:
        return Rank.E0
    earlier = _HISTORY.where(VERSION.c.seen_at < version.seen_at)
    rows = run(session, earlier, {"ids": [version.dataset_id]})
    rank = rank_change(version.canonical_hash, version.bytes_hash, _known(rows.all()))
    return Rank.E5 if rank is Rank.E4 and version.coverage else rank


def rank_of(examined: Examined, history: Sequence[KnownVersion]) -> Rank:
    """Rank a content against those accepted before it; E5 where it speaks of its periods."""
    if examined.canonical_hash is None or examined.is_volatile:
        return Rank.E0
    rank = rank_change(examined.canonical_hash, examined.blob, history)
    return Rank.E5 if rank is Rank.E4 and examined.coverage is not None else rank


def status_of(seen: Seen, examined: Examined) -> VersionStatus:
    """Return what becomes of a content: what was sent, is readable and held back is reviewed."""
    if examined.held is None:
        return VersionStatus.ACCEPTED
    if seen.leased.kind.is_sent and examined.is_readable:
        return VersionStatus.IN_REVIEW
    return VersionStatus.QUARANTINED


def insert_version(
    session: Session,
    seen: Seen,
    examined: Examined,
    *,
    number: int,
    rank: Rank,
    status: VersionStatus,
) -> int:
    """Insert a version with its findings and return its id."""
    coverage = coverage_stored(examined.coverage)
    row = {
        "dataset_id": seen.leased.dataset_id,
        "source_id": seen.leased.source_id,
        "number": number,
        "seen_at": seen.at,
        "status": status,
        "status_reason": examined.held_reason,
        "sent_for_review": status is VersionStatus.IN_REVIEW,
        "rank": rank,
        "declared_period": examined.declared_period,
        "file_name": examined.file_name,
        "media_type": examined.media_type,
        "blob": examined.blob,
        "n_bytes": examined.n_bytes,
        "bytes_hash": examined.blob,
        "canonical_hash": examined.canonical_hash,
        "fingerprint": examined.fingerprint,
        "header": list(examined.header),
        "column_types": list(examined.column_types),
        "n_rows": examined.n_rows,
        "min_at": examined.min_at,
        "max_at": examined.max_at,
        "newest_period": examined.newest_period,
        "coverage": null() if coverage is None else coverage,
        "n_added": examined.n_added,
        "n_removed": examined.n_removed,
        "n_changed": examined.n_changed,
        "changes": list(examined.changes),
        "validity": examined.validity,
        "finding_counts": dict(examined.counts),
        "etag": seen.etag,
        "last_modified": seen.last_modified,
    }
    version_id: int = run(session, _ADD, row).scalar_one()
    if examined.findings:
        run(
            session,
            _ADD_FINDINGS,
            [
                {
                    "version_id": version_id,
                    "code": found.code,
                    "severity": models.Severity(found.severity.value),
                    "row": found.row,
                    "field": found.field,
                    "field_number": found.field_number,
                    "cell": found.cell,
                    "message_id": found.message_id,
                    "message_en": found.message_en,
                    "remedy_id": found.remedy_id,
                    "remedy_en": found.remedy_en,
                }
                for found in examined.findings
            ],
        )
    return version_id


_ADD = insert(VERSION).returning(VERSION.c.id)
_ADD_FINDINGS = insert(FINDING)
_HISTORY = (
    select(
        *(VERSION.c[name] for name in ("id", "dataset_id", "source_id")),
        *(VERSION.c[name] for name in ("canonical_hash", "bytes_hash")),
        SOURCE.c.kind,
    )
    .outerjoin(SOURCE, SOURCE.c.id == VERSION.c.source_id)
    .where(
        VERSION.c.dataset_id.in_(bindparam("ids", expanding=True)),
        VERSION.c.status == VersionStatus.ACCEPTED,
        VERSION.c.canonical_hash.is_not(None),
    )
    .order_by(VERSION.c.seen_at, VERSION.c.id)
)
_LAST = (
    select(
        VERSION.c.id,
        VERSION.c.status,
        VERSION.c.bytes_hash,
        VERSION.c.finding_counts,
        VERSION.c.column_types,
        VERSION.c.newest_period,
    )
    .where(
        VERSION.c.dataset_id == bindparam("of_dataset"),
        VERSION.c.source_id == bindparam("of_source"),
    )
    .order_by(VERSION.c.seen_at.desc(), VERSION.c.id.desc())
    .limit(1)
)
