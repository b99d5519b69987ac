"""Writing down what was seen: many looks in one transaction, each once or not at all."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, exists, func, insert, select, update
from sqlmodel import Session

from catalog.models import VersionStatus
from catalog.models.db import unit_of_work
from catalog.rules.conclusive import failures_apart
from catalog.rules.evidence import CheckFact, KnownVersion, next_look_at
from catalog.rules.promise import Promise, promise_of
from catalog.rules.release_rule import parse_release_rule
from catalog.rules.terms import Cadence, Outcome, Rank
from checks.looking.among import among
from checks.looking.closings import Closed, lock_datasets, settle
from checks.looking.leases import hold
from checks.looking.rows import CHECK, CLOSING, OBLIGATION, SOURCE, VERSION, run
from checks.looking.seen import Seen
from checks.looking.versions import history_of, insert_version, rank_of, status_of, stored_already
from checks.looking.watcher import Watcher

_LONGEST_WAIT = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class Recorded:
    """One look as it was written, and its version where the content was new."""

    seen: Seen
    version_id: int | None = None
    number: int | None = None
    status: VersionStatus | None = None
    rank: Rank | None = None
    closed: tuple[Closed, ...] = ()

    @property
    def is_change(self) -> bool:
        """Whether new content was accepted."""
        return self.status is VersionStatus.ACCEPTED and self.rank in (Rank.E4, Rank.E5)

    @property
    def is_held(self) -> bool:
        """Whether new content was held back."""
        return self.status in (VersionStatus.QUARANTINED, VersionStatus.IN_REVIEW)


@dataclass(slots=True)
class _Page:
    """One look on its way into the database."""

    seen: Seen
    version_id: int | None
    number: int | None = None
    status: VersionStatus | None = None
    rank: Rank | None = None
    closed: list[Closed] = field(default_factory=list)


def record(watcher: Watcher, looks: Sequence[Seen], *, leased: bool = True) -> tuple[Recorded, ...]:
    """Write these looks in one transaction; a look whose lease is no longer ours is dropped.

    What was brought by people (`leased` False) needs no lease.
    """
    if not looks:
        return ()
    with unit_of_work(watcher.engine) as session:
        ours = {s.leased.source_id for s in looks}
        if leased:
            ours = hold(session, [s.leased for s in looks])
        pages = [_Page(s, s.version_id) for s in looks if s.leased.source_id in ours]
        _add_versions(session, [p for p in pages if p.seen.examined is not None])
        _add_checks(session, pages)
        _close(watcher, session, pages)
        _renew(session, pages)
    return tuple(
        Recorded(p.seen, p.version_id, p.number, p.status, p.rank, tuple(p.closed)) for p in pages
    )


def _add_versions(session: Session, pages: Sequence[_Page]) -> None:
    """Number, rank and insert the new contents."""
    if not pages:
        return
    ids = sorted({p.seen.leased.dataset_id for p in pages})
    lock_datasets(session, ids)
    history = history_of(session, ids)
    newest = dict(run(session, _NEWEST_NUMBERS, {"ids": ids}).all())
    for page in pages:
        dataset_id = page.seen.leased.dataset_id
        examined = page.seen.examined
        if examined is None:
            continue
        page.rank = rank_of(examined, history[dataset_id])
        page.version_id = stored_already(session, page.seen, examined)
        if page.version_id is not None:
            continue
        page.status = status_of(page.seen, examined)
        if page.status is VersionStatus.QUARANTINED:
            page.rank = Rank.E0
        page.number = newest[dataset_id] = newest.get(dataset_id, 0) + 1
        page.version_id = insert_version(
            session,
            page.seen,
            examined,
            number=page.number,
            rank=page.rank,
            status=page.status,
        )
        if page.status is VersionStatus.ACCEPTED and examined.canonical_hash:
            history[dataset_id].append(KnownVersion(examined.canonical_hash, examined.blob))


def _add_checks(session: Session, pages: Sequence[_Page]) -> None:
    if not pages:
        return
    rows = [
        {
            "source_id": page.seen.leased.source_id,
            "dataset_id": page.seen.leased.dataset_id,
            "at": page.seen.at,
            "seconds": round(page.seen.seconds, 4),
            "outcome": page.seen.outcome,
            "conclusive": is_conclusive(page.seen),
            "http_status": page.seen.http_status,
            "code": page.seen.code,
            "reason": page.seen.reason,
            "n_bytes": page.seen.n_bytes,
            "bytes_hash": page.seen.bytes_hash,
            "full": page.seen.leased.conditional.full,
            "rank": page.rank,
            "version_id": page.version_id,
        }
        for page in pages
    ]
    run(session, _ADD_CHECKS, rows)


def is_conclusive(seen: Seen) -> bool:
    """Tell whether a look proves something: a complete answer, or a second failure.

    A failure counts when it comes at least 30 minutes after the first of its run; being
    asked to come back later counts after three days.
    """
    if seen.outcome in (Outcome.COMPLETE, Outcome.NOT_MODIFIED):
        return True
    since = seen.leased.failing_since
    failed = seen.outcome is Outcome.SOURCE_FAILED
    return failed and since is not None and seen.at - since >= failures_apart(seen.http_status)


def _close(watcher: Watcher, session: Session, pages: Sequence[_Page]) -> None:
    """Let the newly accepted contents close what they close."""
    fresh = {p.version_id: p for p in pages if p.status is VersionStatus.ACCEPTED}
    if not fresh:
        return
    calendar = watcher.calendar(session)
    by_dataset: dict[int, _Page] = {p.seen.leased.dataset_id: p for p in fresh.values()}
    now = max(p.seen.at for p in fresh.values())
    ids = [version_id for version_id in fresh if version_id is not None]
    for closed in settle(session, calendar, now, sorted(by_dataset), fresh=ids):
        by_dataset[closed.dataset_id].closed.append(closed)


@dataclass(frozen=True, slots=True)
class _Reminder:
    """An open obligation, as far as the next look depends on it."""

    remind_at: datetime


@lru_cache(maxsize=4096)
def _promised(cadence: Cadence, rule_text: str | None) -> Promise:
    return promise_of(cadence, parse_release_rule(rule_text, cadence))


def _renew(session: Session, pages: Sequence[_Page]) -> None:
    """Bring the sources' own bookkeeping up to date, say when to look next, and free them."""
    if not pages:
        return
    ahead = _reminders(session, {p.seen.leased.dataset_id for p in pages})
    run(
        session,
        _RENEW,
        [_bookkeeping(page, ahead.get(page.seen.leased.dataset_id, ())) for page in pages],
    )


def _reminders(session: Session, dataset_ids: Collection[int]) -> dict[int, list[_Reminder]]:
    """Return when the window of each open obligation of some datasets opens."""
    ahead: dict[int, list[_Reminder]] = defaultdict(list)
    for dataset_id, remind_at in run(session, _REMINDERS, {"ids": list(dataset_ids)}):
        ahead[dataset_id].append(_Reminder(remind_at))
    return ahead


_RENEWED = (
    "looked_at",
    "conclusive_at",
    "n_failed",
    "failing_since",
    "etag",
    "last_modified",
    "last_full_at",
    "n_since_full",
    "next_look_at",
)


#: Row by row without an answer: one statement of many rows would be read anew every time.
_ADD_CHECKS = insert(CHECK)
_NEWEST_CHECK = (
    select(func.max(CHECK.c.id))
    .where(CHECK.c.source_id == bindparam("of_source"), CHECK.c.at == bindparam("looked_at"))
    .scalar_subquery()
)
_RENEW = (
    update(SOURCE)
    .where(SOURCE.c.id == bindparam("of_source"))
    .values(
        {name: bindparam(name) for name in _RENEWED}
        | {"last_check_id": _NEWEST_CHECK, "lease": None, "leased_until": None}
    )
)
_REMINDERS = select(OBLIGATION.c.dataset_id, OBLIGATION.c.remind_at).where(
    among(OBLIGATION.c.dataset_id, "ids"),
    ~exists().where(CLOSING.c.obligation_id == OBLIGATION.c.id, CLOSING.c.retracted_at.is_(None)),
)
_NEWEST_NUMBERS = (
    select(VERSION.c.dataset_id, func.max(VERSION.c.number))
    .where(among(VERSION.c.dataset_id, "ids"))
    .group_by(VERSION.c.dataset_id)
)


def _bookkeeping(page: _Page, ahead: Sequence[_Reminder]) -> Mapping[str, Any]:
    seen = page.seen
    leased = seen.leased
    n_failed, failing_since = leased.n_failed, leased.failing_since
    if seen.outcome is Outcome.SOURCE_FAILED:
        n_failed, failing_since = n_failed + 1, failing_since or seen.at
    elif seen.outcome is not Outcome.OUR_FAULT:
        n_failed, failing_since = 0, None
    whole = seen.outcome is Outcome.COMPLETE
    n_tries = n_failed + (seen.outcome is Outcome.OUR_FAULT)
    return {
        "of_source": leased.source_id,
        "looked_at": seen.at,
        "conclusive_at": seen.at if is_conclusive(seen) else leased.conclusive_at,
        "n_failed": n_failed,
        "failing_since": failing_since,
        "etag": seen.etag if whole else leased.conditional.etag,
        "last_modified": seen.last_modified if whole else leased.conditional.last_modified,
        "last_full_at": seen.at if whole and leased.conditional.full else leased.last_full_at,
        "n_since_full": 0 if whole and leased.conditional.full else leased.n_since_full + 1,
        "next_look_at": _next(page, ahead, n_tries),
    }


def _next(page: _Page, ahead: Sequence[_Reminder], n_tries: int) -> datetime | None:
    seen = page.seen
    leased = seen.leased
    if leased.kind.is_sent:
        return None
    changed = page.number is not None and page.rank in (Rank.E4, Rank.E5)
    facts = [CheckFact(seen.at, seen.outcome, changed)] * max(n_tries, 1)
    at: datetime = next_look_at(
        _promised(leased.cadence, leased.rule_text), ahead, facts, seen.at, str(leased.source_id)
    )
    if seen.retry_after is None:
        return at
    wait = seen.retry_after * (1 << min(max(n_tries - 1, 0), 10))
    return max(at, seen.at + min(wait, _LONGEST_WAIT))
