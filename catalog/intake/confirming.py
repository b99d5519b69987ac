"""Walidata's word on a match that was made by similarity."""

from datetime import datetime

from sqlmodel import Session, col, select

from catalog.intake.sightings import renew_caches, weigh, withdraw
from catalog.models import AuditEntry, Dataset, ListedTable, Listing, MatchStatus
from catalog.rules.errors import MutakhirError


class NoSuchMatch(MutakhirError):
    """A match to be decided does not exist."""


def confirm_match(
    session: Session, listed_table_id: int, accept: bool, actor: str, now: datetime
) -> ListedTable:
    """Write down that a listed table is, or is not, the dataset it was matched to.

    What it proves counts from the instant at which the listing was observed; a refusal
    takes back what was concluded from it. The decision holds for later listings too.
    Raises NoSuchMatch.
    """
    table = session.get(ListedTable, listed_table_id)
    dataset = session.get(Dataset, table.dataset_id) if table and table.dataset_id else None
    if table is None or dataset is None or dataset.id is None:
        raise NoSuchMatch(
            f"Tidak ada padanan bernomor {listed_table_id}; muat ulang daftar padanan."
        )
    before = table.status
    wanted = MatchStatus.CONFIRMED if accept else MatchStatus.REJECTED
    if before is wanted:
        return table
    listings = _same_pair(session, table)
    for row, listing in listings:
        row.status = wanted
        if not accept:
            withdraw(session, row, listing, now)
    session.flush()
    for _, listing in listings:
        weigh(session, listing, now, [dataset.id])
    renew_caches(session, [dataset.id])
    session.add(
        AuditEntry(
            at=now,
            actor=actor,
            action="match.confirmed" if accept else "match.rejected",
            subject=f"dataset:{dataset.slug}",
            before={"status": before.value},
            after={"status": wanted.value, "title": table.title},
        )
    )
    session.flush()
    return table


def _same_pair(session: Session, table: ListedTable) -> list[tuple[ListedTable, Listing]]:
    """Return the same pair of table and dataset in every listing, oldest observation first."""
    rows = session.exec(
        select(ListedTable, Listing)
        .join(Listing, col(Listing.id) == ListedTable.listing_id)
        .where(
            ListedTable.dataset_id == table.dataset_id,
            ListedTable.title == table.title,
            ListedTable.agency_name == table.agency_name,
        )
        .order_by(col(Listing.observed_at))
    )
    return list(rows.all())
