"""Loading: documents in, rows written, a verdict on every row."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from catalog.intake.agencies import AgencyBook
from catalog.intake.applications import save_application
from catalog.intake.catalogues import as_table
from catalog.intake.datasets import DatasetRow, read_dataset
from catalog.intake.documents import (
    Document,
    JsonDocument,
    LoadReport,
    RowOutcome,
    RowRefused,
    Tally,
    UnknownDocument,
)
from catalog.intake.holidays import save_holiday
from catalog.intake.kinds import Kind, Recognised, recognise
from catalog.intake.ledger import extend_ledger
from catalog.intake.listing import load_listing, match_listing
from catalog.intake.people import save_person
from catalog.intake.records import Record, records, refuse_unreadable
from catalog.intake.register import Register, Saved
from catalog.intake.renewal import Terms
from catalog.intake.sources import SourceBook
from catalog.models import Listing
from catalog.models.almanac import load_calendar
from catalog.models.db import unit_of_work
from catalog.rules.terms import Schedule

__all__ = ["LoadReport", "Progress", "load"]

#: Told the name of a document, how many of its rows are done, and how many it has.
Progress = Callable[[str, int, int], None]
#: So many datasets are not named one by one in a query.
_MANY_DATASETS = 5_000


@dataclass(frozen=True, slots=True)
class _Load:
    """One load: since when datasets count, when listings were observed, where days are cut."""

    terms: Terms
    observed_at: datetime | None
    zone: str
    tally: Tally
    progress: Progress
    book: SourceBook


@dataclass(frozen=True, slots=True)
class _Known:
    """A document whose kind is recognised."""

    document: Document
    recognised: Recognised


class _DryRun(Exception):
    """Undoes everything that a dry run wrote."""


def load(
    engine: Engine,
    documents: Sequence[Document | JsonDocument],
    *,
    agreed_on: date,
    observed_at: datetime | None,
    now: datetime,
    zone: str,
    dry_run: bool = False,
    actor: str = "load",
    progress: Progress | None = None,
    book: SourceBook | None = None,
) -> LoadReport:
    """Load documents, agencies first and listings last, and say what became of every row.

    Every document is one transaction; a bad row stops nothing; a second load of the same
    changes nothing. `agreed_on` holds for rows without a date of their own; `observed_at`
    is when listings were seen (None: now). `book` knows recipes and judges the sources that
    rows name; without one they are taken as they are. A dry run writes nothing.
    """
    tally = Tally()
    known = _recognised(documents, tally)
    terms = Terms(agreed_on, now.astimezone(ZoneInfo(zone)).date(), now, actor)
    heard = progress or (lambda name, done, n: None)
    work = _Load(terms, observed_at, zone, tally, heard, book or SourceBook())
    if dry_run:
        with _undone(engine) as session:
            for each in known:
                _load_document(session, work, each)
    else:
        for each in known:
            with unit_of_work(engine) as session:
                _load_document(session, work, each)
    return tally.report(dry_run=dry_run)


@contextmanager
def _undone(engine: Engine) -> Iterator[Session]:
    """Give one transaction of which nothing stays."""
    try:
        with unit_of_work(engine) as session:
            yield session
            raise _DryRun
    except _DryRun:
        return


def _recognised(documents: Sequence[Document | JsonDocument], tally: Tally) -> list[_Known]:
    """Return the documents that can be loaded, in the order in which they must be."""
    known: list[_Known] = []
    for each in documents:
        try:
            document = as_table(each) if isinstance(each, JsonDocument) else each
            found = recognise(document)
        except UnknownDocument as error:
            tally.add(each.name, 1, RowOutcome.REFUSED, str(error))
            continue
        known.append(_Known(document, found))
    order = list(Kind)
    return sorted(known, key=lambda each: order.index(each.recognised.kind))


def _load_document(session: Session, work: _Load, known: _Known) -> None:
    verdicts = work.tally.verdicts
    n_before = len(verdicts)
    _load_rows(session, work, known)
    verdicts[n_before:] = sorted(verdicts[n_before:], key=lambda verdict: verdict.row)


def _load_rows(session: Session, work: _Load, known: _Known) -> None:
    document = known.document
    rows = records(document, known.recognised)
    book = AgencyBook.of(session)
    kind, now = known.recognised.kind, work.terms.now
    match kind:
        case Kind.DATASETS:
            _load_datasets(session, work, book, document, rows)
        case Kind.LISTING:
            extend_ledger(session, load_calendar(session, work.zone), now)
            load_listing(
                session, book, document, rows, work.observed_at, now, work.tally, work.progress
            )
        case Kind.AGENCIES:
            _each(work, document, rows, lambda record: book.save(record, now))
        case Kind.PEOPLE:
            _each(work, document, rows, lambda record: save_person(session, book, record, now))
        case Kind.APPLICATIONS:
            _each(work, document, rows, lambda record: save_application(session, book, record, now))
        case Kind.HOLIDAYS:
            today = work.terms.today
            _each(
                work,
                document,
                rows,
                lambda record: save_holiday(session, record, document.name, today),
            )
            extend_ledger(session, load_calendar(session, work.zone), now)


def _each(
    work: _Load, document: Document, rows: Iterator[Record], save: Callable[[Record], RowOutcome]
) -> None:
    for done, record in enumerate(rows, start=1):
        work.tally.n_rows += 1
        try:
            refuse_unreadable(record)
            work.tally.add(document.name, record.line, save(record))
        except RowRefused as error:
            work.tally.add(document.name, record.line, RowOutcome.REFUSED, str(error))
        work.progress(document.name, done, len(document.rows))


def _load_datasets(
    session: Session, work: _Load, book: AgencyBook, document: Document, rows: Iterator[Record]
) -> None:
    tally, read = work.tally, list[DatasetRow]()
    for done, record in enumerate(rows, start=1):
        tally.n_rows += 1
        try:
            refuse_unreadable(record)
            read.append(read_dataset(record, document.attachments, work.book))
        except RowRefused as error:
            tally.add(document.name, record.line, RowOutcome.REFUSED, str(error))
        work.progress(document.name, done, len(document.rows))
    saved = Register(session, book, work.terms).save(read)
    for each in saved:
        tally.add(document.name, each.row.line, each.outcome, each.reason)
        _count_schedule(tally, each)
    touched = [each.dataset.id for each in saved if each.dataset and each.dataset.id]
    calendar = load_calendar(session, work.zone)
    few = touched if len(touched) <= _MANY_DATASETS else None
    extend_ledger(session, calendar, work.terms.now, few)
    if any(each.outcome is RowOutcome.CREATED for each in saved):
        for listing in session.exec(select(Listing).order_by(col(Listing.observed_at))).all():
            match_listing(session, book, listing, work.terms.now)


def _count_schedule(tally: Tally, saved: Saved) -> None:
    """Count what became of the schedule of a row that was accepted."""
    if saved.outcome is RowOutcome.REFUSED:
        return
    tally.n_identities_shared += saved.is_repeated
    promised = saved.row.promised
    if promised.parsed.schedule is Schedule.UNPUBLISHED:
        tally.unpublished += 1
    elif promised.parsed.schedule is Schedule.UNPARSED or promised.cadence.is_unscheduled:
        tally.unscheduled += 1
    else:
        tally.scheduled += 1
        return
    reason = promised.parsed.reason or f"Tanpa jadwal ({promised.cadence})."
    tally.reasons[reason] += 1
