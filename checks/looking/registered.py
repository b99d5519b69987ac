"""The source of a dataset as it is registered, for people who try, ask for, or rest it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import Session, col, select

from catalog import models
from catalog.models import Sensitivity, SourceKind
from catalog.rules.errors import MutakhirError
from checks.looking.leases import LOOKED_AT

ASKED = "source.look_asked"


class NoSource(MutakhirError):
    """A dataset that is not there, or that nothing is fetched for."""


@dataclass(frozen=True, slots=True)
class Registered:
    """One source with what its dataset declares; `host` is host:port, empty without one."""

    source_id: int
    slug: str
    title: str
    sensitivity: Sensitivity
    kind: SourceKind
    address: str
    host: str
    options: Mapping[str, Any]
    time_column: str | None
    value_columns: tuple[str, ...]
    paused_reason: str | None
    failing_since: datetime | None


def dataset_of(session: Session, slug: str) -> models.Dataset:
    """Return a dataset by its slug. Raises NoSource."""
    found = session.exec(select(models.Dataset).where(models.Dataset.slug == slug)).one_or_none()
    if found is None:
        raise NoSource(f"there is no dataset '{slug}'; `mutakhir status` lists them")
    return found


def registered_source(session: Session, dataset: models.Dataset) -> Registered | None:
    """Return the source that is looked at, one that fails first; None where there is none."""
    source = models.Source
    found = session.exec(
        select(source)
        .where(
            source.dataset_id == dataset.id,
            col(source.kind).in_(LOOKED_AT),
            col(source.retired_at).is_(None),
        )
        .order_by(col(source.failing_since).is_(None), col(source.id))
        .limit(1)
    ).first()
    if found is None:
        return None
    return Registered(
        source_id=found.id or 0,
        slug=dataset.slug,
        title=dataset.title,
        sensitivity=dataset.sensitivity,
        kind=found.kind,
        address=found.address,
        host=found.host,
        options=found.options,
        time_column=dataset.time_column,
        value_columns=tuple(dataset.value_columns),
        paused_reason=found.paused_reason,
        failing_since=found.failing_since,
    )


def sources_at_rest(session: Session, dataset: models.Dataset, *, paused: bool) -> tuple[int, ...]:
    """Return the ids of the dataset's sources that are paused, or of those that are not.

    What people hand in themselves is never paused; what was taken out stays out.
    """
    source = models.Source
    is_paused = col(source.paused_reason).is_not(None)
    may_rest = [kind for kind in SourceKind if kind.is_looked_at or kind is SourceKind.PUSH]
    rows = session.exec(
        select(source.id).where(
            source.dataset_id == dataset.id,
            col(source.kind).in_(may_rest),
            col(source.retired_at).is_(None),
            is_paused if paused else ~is_paused,
        )
    )
    return tuple(sorted(found for found in rows if found is not None))


def ask_for_look(session: Session, source_id: int, by: str, now: datetime) -> None:
    """Make a source due at once, and write down who asked."""
    source = session.get_one(models.Source, source_id, with_for_update=True)
    if source.next_look_at is None or source.next_look_at > now:
        source.next_look_at = now
        session.add(source)
    session.add(models.AuditEntry(at=now, actor=by, action=ASKED, subject=f"source:{source_id}"))
    session.flush()
