"""Who looks at which source: taken in one statement, given back with the result."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import uuid4

from sqlalchemy import Engine, and_, bindparam, exists, func, or_, select, update
from sqlmodel import Session

from catalog import models
from catalog.models import SourceKind
from catalog.models.db import unit_of_work
from catalog.rules.terms import Cadence
from checks.looking.among import among
from checks.looking.rows import CHECK, CLOSING, DATASET, OBLIGATION, PROMISE, SOURCE, VERSION, run
from checks.sources import Conditional, Ref
from checks.sources.sql_view import database_host

FULL_AT_LEAST_EVERY = timedelta(days=7)
FULL_EVERY_NTH = 10
_RENEWED_AT_ONCE = 1000
LOOKED_AT = tuple(kind for kind in SourceKind if kind.is_looked_at)


@dataclass(frozen=True, slots=True)
class Leased:
    """A source that this process alone may look at, and what is known of its content.

    `seen_*` is the content of the last complete answer, `accepted_*` the last one that
    was accepted; they differ while a version is held back.
    """

    source_id: int
    dataset_id: int
    lease: str
    kind: SourceKind
    ref: Ref
    host: str
    cadence: Cadence
    rule_text: str | None
    conditional: Conditional = field(default_factory=Conditional)
    n_since_full: int = 0
    last_full_at: datetime | None = None
    n_failed: int = 0
    failing_since: datetime | None = None
    conclusive_at: datetime | None = None
    seen_version_id: int | None = None
    seen_hash: str | None = None
    accepted_version_id: int | None = None
    accepted_hash: str | None = None
    n_bytes: int | None = None

    def version_of(self, sha256: str | None) -> int | None:
        """Return the version that has these bytes; of a 304 it is the one seen last."""
        if sha256 is None or sha256 == self.seen_hash:
            return self.seen_version_id
        return self.accepted_version_id if sha256 == self.accepted_hash else None


def lease_due(engine: Engine, now: datetime, n: int, seconds: float) -> tuple[Leased, ...]:
    """Take up to n free sources that are due, the most overdue first."""
    return _lease(engine, _TAKE_DUE, {"n": n}, now, seconds)


def lease_these(
    engine: Engine, source_ids: Collection[int], now: datetime, seconds: float
) -> tuple[Leased, ...]:
    """Take the free ones of these sources, due or not; a leased one is somebody else's."""
    if not source_ids:
        return ()
    return _lease(engine, _TAKE_THESE, {"ids": list(source_ids)}, now, seconds)


def active_sources(session: Session, slug: str | None = None) -> list[int]:
    """Return the ids of all sources that are looked at, or those of one dataset."""
    query = select(SOURCE.c.id).where(*_WATCHED).order_by(SOURCE.c.id)
    if slug is not None:
        query = query.join(DATASET, DATASET.c.id == SOURCE.c.dataset_id)
        query = query.where(DATASET.c.slug == slug)
    return list(run(session, query).scalars())


def lease_due_of(
    engine: Engine, hosts: Collection[str], now: datetime, n: int, seconds: float
) -> tuple[Leased, ...]:
    """Take up to n free sources of these hosts that are due, the most overdue first."""
    if not hosts:
        return ()
    return _lease(engine, _TAKE_DUE_OF_HOSTS, {"hosts": list(hosts), "n": n}, now, seconds)


def hold(session: Session, leased: Collection[Leased]) -> set[int]:
    """Lock what is still ours of these sources until the transaction ends; returns their ids.

    What ran out and was taken over meanwhile is not ours: whoever has it now writes.
    """
    by_id = {one.source_id: one.lease for one in leased}
    which = {"ids": sorted(by_id), "leases": sorted(set(by_id.values()))}
    return {row.id for row in run(session, _HOLD, which) if row.lease == by_id[row.id]}


def give_back(session: Session, leased: Collection[Leased]) -> set[int]:
    """Free these sources; returns those whose lease was still ours."""
    ours = hold(session, leased)
    if ours:
        run(session, _GIVE_BACK, {"ids": sorted(ours)})
    return ours


def renew(engine: Engine, held: Mapping[int, str], now: datetime, seconds: float) -> None:
    """Hold these sources for longer, each by its lease; what was taken over stays so.

    What is being written or given back at this moment is left alone and never waited for.
    """
    ids, until = sorted(held), now + timedelta(seconds=seconds)
    for i in range(0, len(ids), _RENEWED_AT_ONCE):
        some = ids[i : i + _RENEWED_AT_ONCE]
        tokens = sorted({held[source_id] for source_id in some})
        with unit_of_work(engine) as session:
            run(session, _RENEW, {"ids": some, "leases": tokens, "until": until})


def _lease(
    engine: Engine, take: Any, which: Mapping[str, Any], now: datetime, seconds: float
) -> tuple[Leased, ...]:
    token = uuid4().hex
    until = now + timedelta(seconds=seconds)
    with unit_of_work(engine) as session:
        taken = run(session, take, {**which, "now": now, "until": until, "token": token})
        ids = list(taken.scalars())
        if not ids:
            return ()
        known = run(session, _KNOWN, {"ids": ids, "now": now})
        return tuple(_leased(row, token, now) for row in known)


_OWN = DATASET.alias("own")
#: A source that somebody looks at; its dataset is asked row by row, not all at once.
_WATCHED = (
    SOURCE.c.kind.in_(LOOKED_AT),
    SOURCE.c.paused_reason.is_(None),
    SOURCE.c.retired_at.is_(None),
    ~exists().where(_OWN.c.id == SOURCE.c.dataset_id, _OWN.c.retired_on.is_not(None)),
)
_IS_FREE = or_(SOURCE.c.leased_until.is_(None), SOURCE.c.leased_until <= bindparam("now"))
_IS_DUE = SOURCE.c.next_look_at <= bindparam("now")
_IS_ONE_OF_THESE = among(SOURCE.c.id, "ids")


def _take(wanted: Any, n: Any) -> Any:
    """Build the one statement that chooses and takes; wanted and free are asked twice.

    The second time they hold under the row's lock, after another process may have had it.
    """
    chosen = (
        select(SOURCE.c.id)
        .where(wanted, _IS_FREE, *_WATCHED)
        .order_by(SOURCE.c.next_look_at, SOURCE.c.id)
        .limit(n)
        .with_for_update(skip_locked=True)
        .cte("chosen")
    )
    return (
        update(SOURCE)
        .where(SOURCE.c.id.in_(select(chosen.c.id)), wanted, _IS_FREE)
        .values(lease=bindparam("token"), leased_until=bindparam("until"))
        .returning(SOURCE.c.id)
    )


_TAKE_DUE = _take(_IS_DUE, bindparam("n"))
_IS_OF_HOSTS = SOURCE.c.host.in_(bindparam("hosts", expanding=True))
_TAKE_DUE_OF_HOSTS = _take(and_(_IS_OF_HOSTS, _IS_DUE), bindparam("n"))
_TAKE_THESE = _take(_IS_ONE_OF_THESE, None)
_IS_HELD = (_IS_ONE_OF_THESE, SOURCE.c.lease.in_(bindparam("leases", expanding=True)))
#: All at once and in one order: two that lock some of the same sources wait, but never in a ring.
_HOLD = select(SOURCE.c.id, SOURCE.c.lease).where(*_IS_HELD).order_by(SOURCE.c.id).with_for_update()
_GIVE_BACK = update(SOURCE).where(_IS_ONE_OF_THESE).values(lease=None, leased_until=None)
_RENEW = (
    update(SOURCE)
    .where(SOURCE.c.id.in_(select(SOURCE.c.id).where(*_IS_HELD).with_for_update(skip_locked=True)))
    .values(leased_until=bindparam("until"))
)
#: A lease that ran out without a result; its process was killed or lost the database.
ANY_LOST = select(SOURCE.c.id).where(SOURCE.c.leased_until <= bindparam("now")).limit(1)
#: Hosts with something that is due and free, the most overdue first.
HOSTS_DUE = (
    select(SOURCE.c.host)
    .where(_IS_DUE, _IS_FREE, *_WATCHED)
    .group_by(SOURCE.c.host)
    .order_by(func.min(SOURCE.c.next_look_at), SOURCE.c.host)
)


def _what_is_known() -> Any:
    """Build the one question about leased sources: promise, last contents, due window."""
    seen, accepted = CHECK.alias("seen"), VERSION.alias("accepted")
    newest_seen = (
        select(CHECK.c.id)
        .where(CHECK.c.source_id == SOURCE.c.id, CHECK.c.version_id.is_not(None))
        .order_by(CHECK.c.at.desc(), CHECK.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    newest_accepted = (
        select(VERSION.c.id)
        .where(
            VERSION.c.dataset_id == SOURCE.c.dataset_id,
            VERSION.c.source_id == SOURCE.c.id,
            VERSION.c.status == models.VersionStatus.ACCEPTED,
        )
        .order_by(VERSION.c.seen_at.desc(), VERSION.c.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    is_closed = exists().where(
        CLOSING.c.obligation_id == OBLIGATION.c.id, CLOSING.c.retracted_at.is_(None)
    )
    in_window = exists().where(
        OBLIGATION.c.dataset_id == SOURCE.c.dataset_id,
        OBLIGATION.c.remind_at <= bindparam("now"),
        ~is_closed,
    )
    return (
        select(
            *(SOURCE.c[name] for name in _BOOKKEEPING),
            PROMISE.c.cadence,
            PROMISE.c.rule_text,
            seen.c.version_id.label("seen_version_id"),
            seen.c.bytes_hash.label("seen_hash"),
            accepted.c.id.label("accepted_version_id"),
            accepted.c.bytes_hash.label("accepted_hash"),
            accepted.c.n_bytes,
            in_window.label("in_window"),
        )
        .join(
            PROMISE,
            and_(PROMISE.c.dataset_id == SOURCE.c.dataset_id, PROMISE.c.ends_on.is_(None)),
        )
        .outerjoin(seen, seen.c.id == newest_seen)
        .outerjoin(accepted, accepted.c.id == newest_accepted)
        .where(_IS_ONE_OF_THESE)
        .order_by(SOURCE.c.next_look_at, SOURCE.c.id)
    )


_BOOKKEEPING = (
    "id",
    "dataset_id",
    "kind",
    "address",
    "host",
    "options",
    "etag",
    "last_modified",
    "last_full_at",
    "n_since_full",
    "n_failed",
    "failing_since",
    "conclusive_at",
)
_KNOWN = _what_is_known()


def _leased(row: Any, token: str, now: datetime) -> Leased:
    is_due_for_full = (
        row.last_full_at is None
        or now - row.last_full_at >= FULL_AT_LEAST_EVERY
        or row.n_since_full + 1 >= FULL_EVERY_NTH
    )
    return Leased(
        source_id=row.id,
        dataset_id=row.dataset_id,
        lease=token,
        kind=row.kind,
        ref=Ref(row.address, row.options),
        host=database_host(row.address) if row.kind is SourceKind.SQL_VIEW else row.host,
        cadence=row.cadence,
        rule_text=row.rule_text,
        conditional=Conditional(
            etag=row.etag,
            last_modified=row.last_modified,
            full=is_due_for_full or row.in_window or row.seen_version_id is None,
            known=frozenset(filter(None, (row.seen_hash, row.accepted_hash))),
        ),
        n_since_full=row.n_since_full,
        last_full_at=row.last_full_at,
        n_failed=row.n_failed,
        failing_since=row.failing_since,
        conclusive_at=row.conclusive_at,
        seen_version_id=row.seen_version_id,
        seen_hash=row.seen_hash,
        accepted_version_id=row.accepted_version_id,
        accepted_hash=row.accepted_hash,
        n_bytes=row.n_bytes,
    )
