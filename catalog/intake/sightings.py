"""What a listing proves about the obligations of the datasets its tables deliver."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from catalog.models import (
    Check,
    Closing,
    ListedTable,
    Listing,
    MatchStatus,
    Obligation,
    Promise,
    Source,
    SourceKind,
)
from catalog.rules.evidence import ListingVerdict, listing_says
from catalog.rules.periods import Period
from catalog.rules.terms import Cadence, ClosingKind, Outcome, Rank

#: The code of a check that is a look at a listing.
LISTED = "listing"
_SURE = (MatchStatus.AUTOMATIC, MatchStatus.CONFIRMED)


@dataclass(frozen=True, slots=True)
class _Owing:
    """An obligation and the closing that stands, if one does."""

    obligation: Obligation
    period: Period
    closing: Closing | None


def weigh(
    session: Session,
    listing: Listing,
    now: datetime,
    dataset_ids: Collection[int] | None = None,
) -> None:
    """Close what the sure matches of a listing hold, and note what they do not.

    Every period held is fulfilled with unobserved timing; the look itself is a conclusive
    check where it answers for every open obligation whose grace had ended, otherwise a
    check that concludes nothing. A dataset with a source of its own is judged by that one:
    its listing can fulfil, never accuse. Running it twice changes nothing.
    """
    query = select(ListedTable).where(
        ListedTable.listing_id == listing.id,
        col(ListedTable.status).in_(_SURE),
        col(ListedTable.last_year).is_not(None),
    )
    if dataset_ids is not None:
        query = query.where(col(ListedTable.dataset_id).in_(dataset_ids))
    delivering: defaultdict[int, list[ListedTable]] = defaultdict(list)
    for table in session.exec(query.order_by(col(ListedTable.id))):
        if table.dataset_id is not None:
            delivering[table.dataset_id].append(table)
    owing = _owing(session, delivering)
    sources = _sources(session, delivering)
    checks = _checks(session, sources, listing)
    for dataset_id, tables in delivering.items():
        open_after = [
            each
            for each in owing.get(dataset_id, [])
            if not _fulfil(session, each, tables, listing, now)
        ]
        own = sources.get(dataset_id, [])
        if all(source.kind is SourceKind.LISTING for source in own):
            source = own[0] if own else _new_source(session, dataset_id, tables[0], listing, now)
            check = checks.get(source.id or 0) or _new_check(source, listing)
            _conclude(session, check, tables, open_after, listing)
    session.flush()
    renew_caches(session, delivering)


def _owing(session: Session, dataset_ids: Collection[int]) -> dict[int, list[_Owing]]:
    obligations = session.exec(
        select(Obligation, Promise.cadence)
        .join(Promise, col(Promise.id) == Obligation.promise_id)
        .where(col(Obligation.dataset_id).in_(dataset_ids))
        .order_by(col(Obligation.due_at), col(Obligation.period_start))
    ).all()
    standing = session.exec(
        select(Closing)
        .join(Obligation, col(Obligation.id) == Closing.obligation_id)
        .where(col(Closing.retracted_at).is_(None), col(Obligation.dataset_id).in_(dataset_ids))
    )
    closings = {closing.obligation_id: closing for closing in standing}
    owing: defaultdict[int, list[_Owing]] = defaultdict(list)
    for obligation, cadence in obligations:
        period = Period(
            cadence=Cadence(cadence), start=obligation.period_start, end=obligation.period_end
        )
        closing = closings.get(obligation.id or 0)
        owing[obligation.dataset_id].append(_Owing(obligation, period, closing))
    return owing


def _fulfil(
    session: Session,
    owing: _Owing,
    tables: Sequence[ListedTable],
    listing: Listing,
    now: datetime,
) -> bool:
    """Close one obligation if a table holds its period; tell whether it is closed now.

    An older listing that is loaded later moves the sighting back to its own instant.
    """
    obligation, standing = owing.obligation, owing.closing
    table = next((t for t in tables if _says(owing.period, [t]) is ListingVerdict.HOLDS), None)
    seen_at = listing.observed_at
    if table is None or seen_at < obligation.closable_at:
        return standing is not None
    if standing is not None:
        if standing.listed_table_id is None or standing.seen_at <= seen_at:
            return True
        standing.retracted_at = standing.seen_at
        standing.retracted_reason = f"Sudah terlihat lebih awal, {seen_at.date().isoformat()}."
        session.flush()
    session.add(
        Closing(
            obligation_id=obligation.id or 0,
            kind=ClosingKind.FULFILLED,
            at=seen_at,
            seen_at=seen_at,
            timing_observed=False,
            rank=Rank.E5,
            listed_table_id=table.id,
        )
    )
    return True


def _says(period: Period, tables: Sequence[ListedTable]) -> ListingVerdict:
    """Return what the tables together prove: one that may hold it is enough to know nothing."""
    verdicts = {
        listing_says(period, t.first_year or t.last_year, t.last_year)
        for t in tables
        if t.last_year
    }
    for verdict in (ListingVerdict.HOLDS, ListingVerdict.SILENT):
        if verdict in verdicts:
            return verdict
    return ListingVerdict.LACKS


def _sources(session: Session, dataset_ids: Collection[int]) -> dict[int, list[Source]]:
    grouped: defaultdict[int, list[Source]] = defaultdict(list)
    query = select(Source).where(col(Source.dataset_id).in_(dataset_ids)).order_by(col(Source.id))
    for source in session.exec(query):
        grouped[source.dataset_id].append(source)
    return grouped


def _checks(
    session: Session, sources: dict[int, list[Source]], listing: Listing
) -> dict[int, Check]:
    ids = [source.id for group in sources.values() for source in group]
    query = select(Check).where(
        col(Check.source_id).in_(ids), Check.at == listing.observed_at, Check.code == LISTED
    )
    return {check.source_id: check for check in session.exec(query)}


def _new_source(
    session: Session, dataset_id: int, table: ListedTable, listing: Listing, now: datetime
) -> Source:
    source = Source(
        dataset_id=dataset_id,
        kind=SourceKind.LISTING,
        address=table.address or listing.name,
        created_at=now,
    )
    session.add(source)
    session.flush()
    return source


def _new_check(source: Source, listing: Listing) -> Check:
    return Check(
        source_id=source.id or 0,
        dataset_id=source.dataset_id,
        at=listing.observed_at,
        outcome=Outcome.COMPLETE,
        conclusive=False,
        code=LISTED,
    )


def _conclude(
    session: Session,
    check: Check,
    tables: Sequence[ListedTable],
    still_open: Sequence[_Owing],
    listing: Listing,
) -> None:
    """Write on the check what the listing held, and whether that settles what was overdue."""
    judged = [o for o in still_open if o.obligation.grace_at <= listing.observed_at]
    unknown = [
        o.obligation.label for o in judged if _says(o.period, tables) is not ListingVerdict.LACKS
    ]
    newest = max(t.last_year or 0 for t in tables)
    reason = f"Terbitan yang cocok memuat data sampai {newest}."
    if unknown:
        reason += f" Tahun saja tidak cukup untuk menilai {unknown[0]}."
    check.conclusive, check.reason = not unknown, reason
    session.add(check)


def renew_caches(session: Session, dataset_ids: Collection[int]) -> None:
    """Bring the bookkeeping of listing sources in line with their checks."""
    query = select(Source).where(
        Source.kind == SourceKind.LISTING, col(Source.dataset_id).in_(dataset_ids)
    )
    sources = {source.id: source for source in session.exec(query)}
    checks = session.exec(
        select(Check)
        .where(col(Check.source_id).in_(sources))
        .order_by(col(Check.at), col(Check.id))
    )
    for source in sources.values():
        source.looked_at = source.last_check_id = source.conclusive_at = None
    for check in checks:
        source = sources[check.source_id]
        source.looked_at, source.last_check_id = check.at, check.id
        if check.conclusive:
            source.conclusive_at = check.at
    session.flush()


def withdraw(session: Session, table: ListedTable, listing: Listing, now: datetime) -> None:
    """Take back what a table proved for its dataset: a person said that it is another table."""
    stood = select(Closing).where(
        Closing.listed_table_id == table.id, col(Closing.retracted_at).is_(None)
    )
    for closing in session.exec(stood):
        closing.retracted_at = now
        closing.retracted_reason = f'Tabel "{table.title}" bukan terbitan data ini.'
    looks = select(Check).where(
        Check.dataset_id == table.dataset_id,
        Check.at == listing.observed_at,
        Check.code == LISTED,
    )
    for check in session.exec(looks):
        check.conclusive = False
        check.reason = "Padanan dengan tabel terbitan ditolak walidata."
    session.flush()
