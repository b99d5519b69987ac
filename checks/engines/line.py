"""Whether our own line was down, asked of what all workers have written.

One worker sees the hosts of its shares alone. What reached nobody it writes as our own fault,
its code with a question mark, so that nothing rests on it; a minute later the others have
written what they saw, and whose fault it was is settled for all of it at once.
Source: design/freshness.md, section 3, rule 2.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, func, or_, select, update
from sqlmodel import Session

from catalog.models.db import unit_of_work
from catalog.rules.conclusive import failures_apart
from catalog.rules.terms import Outcome
from checks.looking.outage import (
    N_HOSTS_ALIKE,
    OUR_LINE,
    REASON,
    UNDECIDED,
    Unreached,
    hosts_excused,
)
from checks.looking.rows import CHECK, SOURCE, run
from checks.looking.watcher import Watcher
from checks.sources.fetcher import is_local

LATELY = timedelta(minutes=15)
SETTLED_AFTER = timedelta(minutes=1)
_FAILED = (Outcome.SOURCE_FAILED, Outcome.OUR_FAULT)


@dataclass(frozen=True, slots=True)
class Settled:
    """How many looks that reached nobody turned out to be our own fault, and the sources'."""

    n_ours: int = 0
    n_theirs: int = 0


def settle_undecided(watcher: Watcher, now: datetime) -> Settled:
    """Say of the undecided looks of all workers whose fault they were, a minute later.

    One transaction; the sources that somebody looks at just now wait for the next time.
    """
    with unit_of_work(watcher.engine) as session:
        looks = run(session, _UNDECIDED_LOOKS, {"before": now - SETTLED_AFTER}).all()
        if not looks:
            return Settled()
        ours = _excused(session, looks)
        _write_ours(session, [look.id for look in looks if look.host in ours])
        theirs = [look for look in looks if look.host not in ours]
        _write_theirs(session, theirs)
    return Settled(len(looks) - len(theirs), len(theirs))


def _excused(session: Session, looks: Sequence[Any]) -> set[str]:
    """Return the hosts that our own outage explains; an answer before it says nothing."""
    since = min(look.at for look in looks)
    found = run(session, _ANSWERED_SINCE, {"since": since}).scalars()
    answered = frozenset(host for host in found if host and not is_local(host))
    unreached = [
        Unreached(look.host, look.at, look.code.removesuffix(UNDECIDED), look.conclusive_at)
        for look in looks
    ]
    excused = hosts_excused(unreached, answered)
    if not answered:
        hosts = {look.host: look.at for look in looks if look.host not in excused}
        excused |= {host for host, at in hosts.items() if line_is_doubtful(session, host, at)}
    return excused


def _write_ours(session: Session, check_ids: Collection[int]) -> None:
    if check_ids:
        run(session, _OURS, {"ids": list(check_ids)})


def _write_theirs(session: Session, looks: Sequence[Any]) -> None:
    """Count these as failures of their sources, as if they had been written so at once."""
    if not looks:
        return
    checks, sources = [], []
    for look in looks:
        since = look.failing_since or look.at
        proves = look.at - since >= failures_apart(None)
        code = look.code.removesuffix(UNDECIDED)
        checks.append({"of_check": look.id, "code": code, "conclusive": proves})
        sources.append(
            {
                "of_source": look.source_id,
                "n_failed": look.n_failed + 1,
                "failing_since": since,
                "conclusive_at": look.at if proves else look.conclusive_at,
            }
        )
    run(session, _THEIRS, checks)
    run(session, _FAILING, sources)


def line_is_doubtful(session: Session, host: str, now: datetime) -> bool:
    """Tell whether no other host answered lately while several stayed silent."""
    if is_local(host):
        return False
    unreached = {host}
    for other, http_status, outcome in run(session, _RECENT, {"since": now - LATELY}):
        if other in ("", host) or is_local(other):
            continue
        if http_status is not None or outcome not in _FAILED:
            return False
        unreached.add(other)
    return len(unreached) >= N_HOSTS_ALIKE


_LAST_LOOK = CHECK.c.id == SOURCE.c.last_check_id
_UNDECIDED_LOOKS = (
    select(
        CHECK.c.id,
        CHECK.c.source_id,
        CHECK.c.at,
        CHECK.c.code,
        SOURCE.c.host,
        SOURCE.c.n_failed,
        SOURCE.c.failing_since,
        SOURCE.c.conclusive_at,
    )
    .join(SOURCE, _LAST_LOOK)
    .where(
        # Of the many sources only those whose last look proved nothing are asked further.
        or_(SOURCE.c.conclusive_at.is_(None), SOURCE.c.conclusive_at < SOURCE.c.looked_at),
        SOURCE.c.lease.is_(None),
        SOURCE.c.looked_at <= bindparam("before"),
        CHECK.c.code.endswith(UNDECIDED),
    )
    .order_by(SOURCE.c.id)
    .with_for_update(of=SOURCE, skip_locked=True)
)
_ANSWERED_SINCE = (
    select(SOURCE.c.host)
    .join(CHECK, _LAST_LOOK)
    .where(
        SOURCE.c.looked_at >= bindparam("since"),
        or_(CHECK.c.http_status.is_not(None), CHECK.c.outcome.not_in(_FAILED)),
    )
    .distinct()
)
_RECENT = (
    select(SOURCE.c.host, CHECK.c.http_status, CHECK.c.outcome)
    .join(CHECK, _LAST_LOOK)
    .where(CHECK.c.at > bindparam("since"))
)
_OURS = (
    update(CHECK)
    .where(CHECK.c.id.in_(bindparam("ids", expanding=True)))
    .values(code=OUR_LINE, reason=REASON)
)
_THEIRS = (
    update(CHECK)
    .where(CHECK.c.id == bindparam("of_check"))
    .values(
        outcome=Outcome.SOURCE_FAILED, code=bindparam("code"), conclusive=bindparam("conclusive")
    )
)
_FAILING = (
    update(SOURCE)
    .where(SOURCE.c.id == bindparam("of_source"))
    .values({name: bindparam(name) for name in ("n_failed", "failing_since", "conclusive_at")})
)
#: The newest look up to which whose fault it was is settled, as far as it is going to be.
NEWEST_DECIDED = select(
    func.coalesce(
        select(func.min(CHECK.c.id) - 1)
        .where(
            and_(
                CHECK.c.id > bindparam("after"),
                CHECK.c.code.endswith(UNDECIDED),
                CHECK.c.at > bindparam("since"),
            )
        )
        .scalar_subquery(),
        select(func.max(CHECK.c.id)).scalar_subquery(),
        0,
    )
)
