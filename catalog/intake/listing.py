"""Listings of what a portal publishes, and the datasets its tables are matched to."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from sqlmodel import Session, col, select

from catalog.intake.agencies import AgencyBook
from catalog.intake.documents import Document, RowOutcome, RowRefused, Tally
from catalog.intake.matching import Match, Promised, Published, matches, promised
from catalog.intake.naming import folded
from catalog.intake.records import Record, refuse_unreadable
from catalog.intake.sightings import weigh
from catalog.intake.titles import Lexicon
from catalog.models import Dataset, ListedTable, Listing, MatchStatus

_YEAR = re.compile(r"(?<!\d)((?:19|20|21)\d{2})(?!\d)")
_SCHOOL_YEAR = re.compile(r"(?<!\d)(\d{4})\s*/\s*(\d{4})(?!\d)")
_SETTLED = frozenset({MatchStatus.CONFIRMED, MatchStatus.REJECTED})
SURE = frozenset({MatchStatus.AUTOMATIC, MatchStatus.CONFIRMED})


@dataclass(frozen=True, slots=True)
class YearsHeld:
    """The first and the last year that a table holds, ends included."""

    first: int
    last: int


def years_held(text: str | None, observed_on: date) -> YearsHeld | None:
    """Return the years of a cell such as "2019 - 2024" or "2020"; None where none is stated.

    A school year counts as its first year. A last year after the day of observation is
    no year that anybody can hold, so nothing is known then.
    """
    years = [int(y) for y in _YEAR.findall(_SCHOOL_YEAR.sub(r"\1", text or ""))]
    if not years or max(years) > observed_on.year:
        return None
    return YearsHeld(min(years), max(years))


def load_listing(
    session: Session,
    book: AgencyBook,
    document: Document,
    records: Iterable[Record],
    observed_at: datetime | None,
    now: datetime,
    tally: Tally,
    progress: Callable[[str, int, int], None],
) -> None:
    """Store a listing, match its tables to promised datasets and weigh what they prove.

    The same content observed at the same instant is one listing; without a stated
    instant, content that was loaded before is not taken for a new observation.
    """
    content = _content_hash(document)
    standing = _standing(session, content, observed_at)
    if standing is not None:
        reason = f"Sudah dimuat, diamati {standing.observed_at.date().isoformat()}."
        for record in records:
            tally.n_rows += 1
            tally.add(document.name, record.line, RowOutcome.UNCHANGED, reason)
        match_listing(session, book, standing, now)
        return
    seen_at = observed_at or now
    listing = Listing(
        name=document.name,
        observed_at=seen_at,
        bytes_hash=f"{content}@{seen_at.isoformat()}",
        n_tables=0,
        created_at=now,
    )
    session.add(listing)
    session.flush()
    rows: list[tuple[int, ListedTable]] = []
    for done, record in enumerate(records, start=1):
        tally.n_rows += 1
        try:
            refuse_unreadable(record)
            rows.append((record.line, _listed(record, listing, seen_at.date())))
        except RowRefused as error:
            tally.add(document.name, record.line, RowOutcome.REFUSED, str(error))
        progress(document.name, done, len(document.rows))
    listing.n_tables = len(rows)
    session.add_all(table for _, table in rows)
    session.flush()
    match_listing(session, book, listing, now)
    _report(session, document, rows, listing, tally)


def _content_hash(document: Document) -> str:
    cells = (document.header, *document.rows)
    lines = ("\x1f".join(cell or "" for cell in row) for row in cells)
    return sha256("\x1e".join(lines).encode("utf-8", "replace")).hexdigest()


def _standing(session: Session, content: str, observed_at: datetime | None) -> Listing | None:
    query = select(Listing).order_by(col(Listing.observed_at).desc())
    if observed_at is not None:
        exact = f"{content}@{observed_at.isoformat()}"
        return session.exec(query.where(Listing.bytes_hash == exact)).first()
    return session.exec(query.where(col(Listing.bytes_hash).startswith(f"{content}@"))).first()


def _listed(record: Record, listing: Listing, observed_on: date) -> ListedTable:
    assert listing.id is not None
    years = record.line_text("tahun_data")
    held = years_held(years, observed_on)
    return ListedTable(
        listing_id=listing.id,
        agency_name=record.required("opd", "OPD"),
        title=record.required("judul", "Judul tabel"),
        first_year=held.first if held else None,
        last_year=held.last if held else None,
        years=years,
        address=record.line_text("tautan"),
        status=MatchStatus.NONE,
    )


def _report(
    session: Session,
    document: Document,
    rows: Sequence[tuple[int, ListedTable]],
    listing: Listing,
    tally: Tally,
) -> None:
    titles = dict(session.exec(select(Dataset.id, Dataset.title)).all())
    beside: defaultdict[tuple[str, ...], list[ListedTable]] = defaultdict(list)
    for table in session.exec(select(ListedTable).where(ListedTable.listing_id == listing.id)):
        beside[_key(table)].append(table)
    for line, table in rows:
        sure = [t for t in beside[_key(table)] if t.status in SURE]
        likely = [t for t in beside[_key(table)] if t.status is MatchStatus.UNSURE]
        tally.n_matched += bool(sure)
        tally.n_unsure += bool(likely and not sure)
        reason = "Tidak cocok dengan data terdaftar mana pun."
        if sure:
            reason = f'Cocok dengan "{titles.get(sure[0].dataset_id)}".'
        elif likely:
            reason = f'Perlu diperiksa walidata: mungkin "{titles.get(likely[0].dataset_id)}".'
        elif table.agency_id is None:
            reason = f'OPD "{table.agency_name}" tidak ada dalam daftar data.'
        tally.add(document.name, line, RowOutcome.CREATED, reason)


def _key(table: ListedTable) -> tuple[str, ...]:
    """What one published table is, whatever it was matched to."""
    return (table.agency_name, table.title, table.years or "", table.address or "")


def match_listing(session: Session, book: AgencyBook, listing: Listing, now: datetime) -> None:
    """Match the tables of a listing to the promised datasets, and weigh what they prove.

    A table that delivers several datasets has one row for each. Sure matches and a
    person's decisions stay, those on earlier listings too; the rest is matched anew.
    """
    tables: defaultdict[tuple[str, ...], list[ListedTable]] = defaultdict(list)
    rows = session.exec(
        select(ListedTable)
        .where(ListedTable.listing_id == listing.id)
        .order_by(col(ListedTable.id))
    )
    for row in rows:
        tables[_key(row)].append(row)
    keys = list(tables)
    found = _matches(session, book, [tables[key][0] for key in keys])
    decided = _decisions(session)
    by_table: defaultdict[int, list[Match]] = defaultdict(list)
    for match in found:
        by_table[match.number].append(match)
    for number, key in enumerate(keys):
        _settle(session, tables[key], by_table[number], decided)
    session.flush()
    weigh(session, listing, now)


def _matches(session: Session, book: AgencyBook, tables: Sequence[ListedTable]) -> list[Match]:
    datasets = session.exec(
        select(Dataset).where(col(Dataset.retired_on).is_(None)).order_by(col(Dataset.id))
    ).all()
    lexicon = Lexicon.of([*(d.title for d in datasets), *(t.title for t in tables)])
    wanted: defaultdict[int, list[Promised]] = defaultdict(list)
    for d in datasets:
        if d.id is not None:
            wanted[d.agency_id].append(promised(lexicon, d.id, d.title, d.classification))
    offered: defaultdict[str, list[Published]] = defaultdict(list)
    for number, table in enumerate(tables):
        offered[table.agency_name].append(Published(number, lexicon.read(table.title)))
    found: list[Match] = []
    for name, published in offered.items():
        agencies = book.publishers(name)
        for each in published:
            tables[each.number].agency_id = agencies[0].id if len(agencies) == 1 else None
        mine = [item for agency in agencies for item in wanted[agency.id or 0]]
        found.extend(matches(mine, published))
    return found


def _decisions(session: Session) -> dict[tuple[str, str, int], MatchStatus]:
    """Return what a person decided about a pair of table and dataset, the newest word last."""
    rows = session.exec(
        select(ListedTable)
        .where(col(ListedTable.status).in_(_SETTLED))
        .order_by(col(ListedTable.id))
    )
    return {_pair(row, row.dataset_id or 0): row.status for row in rows}


def _pair(table: ListedTable, dataset_id: int) -> tuple[str, str, int]:
    return folded(table.agency_name), folded(table.title), dataset_id


def _settle(
    session: Session,
    rows: list[ListedTable],
    found: Sequence[Match],
    decided: dict[tuple[str, str, int], MatchStatus],
) -> None:
    """Write the matches of one table onto its rows, as many rows as it has matches."""
    kept = {row.dataset_id for row in rows if row.status in _SETTLED | SURE}
    open_rows = [row for row in rows if row.status not in _SETTLED | SURE]
    for match in found:
        if match.dataset_id in kept:
            continue
        row = open_rows.pop(0) if open_rows else _copy(session, rows[0])
        row.dataset_id, row.score = match.dataset_id, match.score
        row.status = decided.get(_pair(row, match.dataset_id), match.status)
        kept.add(match.dataset_id)
        if row not in rows:
            rows.append(row)
    for row in open_rows:
        if kept:
            session.delete(row)
        else:
            row.dataset_id, row.score, row.status = None, None, MatchStatus.NONE
            kept.add(None)


def _copy(session: Session, table: ListedTable) -> ListedTable:
    copied = ListedTable(**table.model_dump(exclude={"id", "dataset_id", "score"}))
    session.add(copied)
    return copied
