"""What people bring: a file that an operator sends, a decision on one that was held back."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from time import perf_counter
from typing import Any

from sqlalchemy import select
from sqlmodel import Session, col

from catalog import models
from catalog.models import SourceKind, VersionStatus
from catalog.models.db import unit_of_work
from catalog.rules.errors import MutakhirError
from catalog.rules.periods import period_from_label
from catalog.rules.terms import Cadence, Outcome, Rank, Validity
from checks.looking.background import background
from checks.looking.closings import Closed, lock_datasets, settle
from checks.looking.examination import examine
from checks.looking.leases import Leased
from checks.looking.recording import record
from checks.looking.seen import Seen
from checks.looking.versions import rank_among
from checks.looking.watcher import Watcher
from checks.sources import Ref
from checks.tables.findings import Finding

_HELD = (VersionStatus.QUARANTINED, VersionStatus.IN_REVIEW)


class NotToDecide(MutakhirError):
    """The version does not exist or does not wait for a decision."""


@dataclass(frozen=True, slots=True)
class Receipt:
    """What became of an uploaded file.

    `is_new` is False where the very same file is there already (`version_id` is that one).
    `status` IN_REVIEW waits for walidata, QUARANTINED is no table at all; `reason` says
    why. `closed` are the labels of the periods that the file has fulfilled.
    """

    dataset_id: int
    version_id: int | None
    number: int | None
    status: VersionStatus
    rank: Rank | None
    is_new: bool
    validity: Validity
    findings: tuple[Finding, ...]
    counts: Mapping[str, int]
    reason: str | None
    n_rows: int | None
    newest_period: str | None
    closed: tuple[str, ...]
    received_at: datetime


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision on a held version and the labels of the periods that it closed."""

    version_id: int
    status: VersionStatus
    closed: tuple[str, ...]


def receive(
    watcher: Watcher,
    dataset_id: int,
    path: Path,
    file_name: str,
    *,
    person_id: int | None,
    declared_period: str | None,
    now: datetime,
    kind: SourceKind = SourceKind.UPLOAD,
    media_type: str | None = None,
) -> Receipt:
    """Take a file in that was sent to us, as it came, and judge it like any other.

    `kind` is UPLOAD for a person's file, PUSH for an application's. The original is
    copied; the caller keeps `path`. `declared_period` is the label that the sender names;
    UnknownPeriod is raised where the cadence has no such label. A readable file that is
    held back goes to walidata: the agency's clock stops at `now`.
    """
    started = perf_counter()
    leased = _doorstep(watcher, dataset_id, kind)
    if declared_period is not None:
        declared_period = period_from_label(leased.cadence, declared_period).label
    blob = watcher.originals.copy(path)
    stored = watcher.originals.path(blob)
    examined = examine(
        watcher,
        background(watcher, dataset_id, None),
        path=stored,
        blob=blob,
        n_bytes=stored.stat().st_size,
        file_name=Path(file_name.replace("\\", "/")).name[:150] or "berkas",
        media_type=media_type,
        now=now,
    )
    if declared_period is not None:
        examined = replace(examined, declared_period=declared_period)
    seen = Seen(
        leased=leased,
        at=now,
        seconds=perf_counter() - started,
        outcome=Outcome.COMPLETE,
        code=examined.held,
        reason=examined.held_reason,
        n_bytes=examined.n_bytes,
        bytes_hash=blob,
        examined=examined,
    )
    recorded = record(watcher, [seen], leased=False)[0]
    with unit_of_work(watcher.engine) as session:
        status = session.execute(
            select(col(models.Version.status)).where(col(models.Version.id) == recorded.version_id)
        ).scalar_one()
        if recorded.number is not None:
            actor = f"person/{person_id}" if person_id is not None else "unknown"
            if kind is SourceKind.PUSH:
                actor = f"source/{leased.source_id}"
            _note(session, now, actor, kind.value, recorded.version_id, declared_period)
    return Receipt(
        dataset_id=dataset_id,
        version_id=recorded.version_id,
        number=recorded.number,
        status=status,
        rank=recorded.rank,
        is_new=recorded.number is not None,
        validity=examined.validity,
        findings=examined.findings,
        counts=examined.counts,
        reason=examined.held_reason,
        n_rows=examined.n_rows,
        newest_period=examined.newest_period,
        closed=tuple(each.label for each in recorded.closed),
        received_at=now,
    )


def decide(
    watcher: Watcher, version_id: int, accept: bool, actor: str, reason: str, now: datetime
) -> Decided:
    """Accept or reject a version that was held back; accepted it counts from its first sight.

    Raises NotToDecide when nothing is to be decided about it.
    """
    version = models.Version
    with unit_of_work(watcher.engine) as session:
        found = session.get(version, version_id)
        if found is not None:
            lock_datasets(session, [found.dataset_id])
            session.refresh(found)
        if found is None or found.status not in _HELD or (accept and not found.canonical_hash):
            raise NotToDecide(
                f"Versi {version_id} tidak menunggu keputusan atau bukan tabel; "
                "pilih versi yang berstatus karantina atau ditinjau."
            )
        before = found.status
        found.status = VersionStatus.ACCEPTED if accept else VersionStatus.REJECTED
        found.decided_at, found.decided_by, found.status_reason = now, actor, reason
        if accept:
            found.rank = rank_among(session, found)
        session.add(found)
        session.flush()
        session.add(
            models.AuditEntry(
                at=now,
                actor=actor,
                action="decide",
                subject=f"version/{version_id}",
                before={"status": before.value},
                after={"status": found.status.value, "reason": reason},
            )
        )
        closed: tuple[Closed, ...] = ()
        if accept:
            calendar = watcher.calendar(session)
            closed = settle(
                session, calendar, now, [found.dataset_id], fresh=[version_id], revise=True
            )
    return Decided(version_id, found.status, tuple(each.label for each in closed))


def _doorstep(watcher: Watcher, dataset_id: int, kind: SourceKind) -> Leased:
    """Return the source of what is sent for a dataset, made when it first comes."""
    promise: Any = models.Promise
    source = models.Source
    with unit_of_work(watcher.engine) as session:
        lock_datasets(session, [dataset_id])
        query = select(source).where(col(source.dataset_id) == dataset_id, col(source.kind) == kind)
        found = session.execute(query.order_by(col(source.id)).limit(1)).scalar_one_or_none()
        written: tuple[Cadence, str | None] | None = session.execute(
            select(promise.cadence, promise.rule_text).where(
                col(promise.dataset_id) == dataset_id, col(promise.ends_on).is_(None)
            )
        ).one_or_none()
        if written is None:
            raise NotToDecide(f"Dataset {dataset_id} tidak ada; periksa tautannya.")
        if found is None:
            found = source(
                dataset_id=dataset_id,
                kind=kind,
                address="",
                created_at=watcher.clock(),
            )
            session.add(found)
            session.flush()
        return Leased(
            source_id=found.id or 0,
            dataset_id=dataset_id,
            lease="",
            kind=kind,
            ref=Ref(""),
            host="",
            cadence=written[0],
            rule_text=written[1],
            conclusive_at=found.conclusive_at,
        )


def _note(
    session: Session,
    now: datetime,
    actor: str,
    action: str,
    version_id: int | None,
    declared_period: str | None,
) -> None:
    session.add(
        models.AuditEntry(
            at=now,
            actor=actor,
            action=action,
            subject=f"version/{version_id}",
            after={"declared_period": declared_period},
        )
    )
