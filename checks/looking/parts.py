"""Datasets of several files: which parts they have, and what each part delivered."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import and_, bindparam, select
from sqlmodel import Session

from catalog.models import SourceKind
from catalog.rules.evidence import oldest_closable
from catalog.rules.parts import Part
from catalog.rules.terms import Merge, Rank, Validity
from checks.looking.chains import Known, Owed, accepted, whole_ledger
from checks.looking.rows import CLOSING, DATASET, OBLIGATION, SOURCE, run

_LOOKED_AT = tuple(kind for kind in SourceKind if kind.is_looked_at)
_EVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Composition:
    """What a dataset is made of: its parts where all of several count, else none.

    `since` is when that was last said otherwise: nothing that follows from it was known before.
    """

    parts: tuple[Part, ...] = ()
    since: datetime | None = None


def compositions(session: Session, dataset_ids: Collection[int]) -> dict[int, Composition]:
    """Return what these datasets are made of, those left out that are judged file by file."""
    parts: dict[int, list[Part]] = defaultdict(list)
    said: dict[int, Any] = {}
    for row in run(session, _MADE_OF, {"ids": list(dataset_ids)}):
        said[row.dataset_id] = row
        if row.source_id is not None and row.merge is Merge.ALL:
            parts[row.dataset_id].append(Part(row.source_id, row.created_at, row.retired_at))
    found = {
        dataset_id: Composition(
            tuple(parts[dataset_id]) if len(parts[dataset_id]) > 1 else (), row.merge_since
        )
        for dataset_id, row in said.items()
    }
    return {i: made_of for i, made_of in found.items() if made_of != Composition()}


def may_close_by_change(version: Known) -> bool:
    """Tell whether the version is new content whose periods nobody can read."""
    is_new = version.rank is Rank.E4 and not version.has_coverage
    return is_new and version.validity is not Validity.TIDAK_VALID


def changes_of_parts(
    session: Session, dataset_id: int, now: datetime, delivered: Mapping[int, Collection[int]]
) -> dict[int, dict[int, Known]]:
    """Return by part which unnamed change (E4) of it delivered which obligation.

    The first version of a part is no change; each later one goes to the oldest obligation
    that was open when it came and that the part had not delivered yet (`delivered` names, by
    part, what it did otherwise). Read from the whole history, so it is always the same.
    """
    own: dict[int, list[Known]] = defaultdict(list)
    for version in accepted(session, [dataset_id], _EVER).get(dataset_id, ()):
        if version.is_part and version.source_id is not None:
            own[version.source_id].append(version)
    owed = whole_ledger(session, [dataset_id], now)
    closed: dict[int, list[Any]] = defaultdict(list)
    for row in run(session, _CLOSED, {"of_dataset": dataset_id}):
        closed[row.obligation_id].append(row)
    return {
        part: _changes(versions, owed, closed, delivered.get(part, ()))
        for part, versions in own.items()
    }


def _changes(
    versions: Sequence[Known],
    owed: Sequence[Owed],
    closed: Mapping[int, Sequence[Any]],
    delivered: Collection[int],
) -> dict[int, Known]:
    taken: dict[int, Known] = {}
    for version in sorted(versions[1:], key=lambda v: (v.known_at, v.id)):
        if version.declared_period or not may_close_by_change(version):
            continue
        still_open = {
            id(o.rule): o
            for o in owed
            if o.id not in taken
            and o.id not in delivered
            and not any(_stood(closing, version.known_at) for closing in closed.get(o.id, ()))
        }
        rule = oldest_closable((o.rule for o in still_open.values()), version.seen_at)
        if rule is not None:
            taken[still_open[id(rule)].id] = version
    return taken


def _stood(closing: Any, at: datetime) -> bool:
    return closing.seen_at < at and (closing.retracted_at is None or closing.retracted_at >= at)


_IDS: Any = bindparam("ids", expanding=True)
_MADE_OF = (
    select(
        DATASET.c.id.label("dataset_id"),
        DATASET.c.merge,
        DATASET.c.merge_since,
        SOURCE.c.id.label("source_id"),
        SOURCE.c.created_at,
        SOURCE.c.retired_at,
    )
    .outerjoin(SOURCE, and_(SOURCE.c.dataset_id == DATASET.c.id, SOURCE.c.kind.in_(_LOOKED_AT)))
    .where(DATASET.c.id.in_(_IDS))
    .order_by(DATASET.c.id, SOURCE.c.id)
)
_CLOSED = (
    select(CLOSING.c.obligation_id, CLOSING.c.seen_at, CLOSING.c.retracted_at)
    .join(OBLIGATION, OBLIGATION.c.id == CLOSING.c.obligation_id)
    .where(OBLIGATION.c.dataset_id == bindparam("of_dataset"))
)
