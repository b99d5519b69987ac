"""A whole portal taken in: organisations become agencies, entries become datasets."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, fields, replace
from datetime import date, datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlmodel import Session, col, select

from catalog.intake.agencies import AgencyBook
from catalog.intake.datasets import DatasetRow, Described
from catalog.intake.documents import RowRefused
from catalog.intake.ledger import extend_ledger
from catalog.intake.listing import match_listing
from catalog.intake.naming import folded, slug_of
from catalog.intake.portals.entries import row_of
from catalog.intake.portals.organisations import Organisations
from catalog.intake.portals.portal import Portal, PortalEntry
from catalog.intake.portals.report import EntryOutcome, Gone, HarvestReport, HarvestTally
from catalog.intake.portals.sources import PortalSources, says
from catalog.intake.portals.trail import move, refuse_alarms, trail_of
from catalog.intake.register import held_in
from catalog.intake.renewal import HARVEST, Held, Terms, describe, new_promise, renew
from catalog.models import Agency, Dataset, Listing, Sensitivity
from catalog.models.almanac import load_calendar
from catalog.models.db import unit_of_work
from catalog.rules.terms import Schedule

_MANY_DATASETS = 5_000


def harvest(
    engine: Engine,
    portal: Portal,
    *,
    agreed_on: date,
    now: datetime,
    zone: str,
    dry_run: bool = False,
    retire_missing: bool = False,
    accept_shrink: bool = False,
    moved_from: str | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> HarvestReport:
    """Take in a whole portal in one transaction and say what became of every entry.

    A dataset is known by its portal and the portal's id of it, so a second harvest doubles
    nothing. What the daftar data promises stays: there only blanks are filled in, and a
    source that somebody else set is left alone. What the portal offers no more is named,
    and with `retire_missing` its source is paused; nothing is deleted. Raises PortalAlarm,
    with nothing written, when the portal is empty or lost more than half of its entries
    since the last harvest (`accept_shrink` takes that as it is). `moved_from` is the key
    under which the same portal was harvested before.
    """
    today = now.astimezone(ZoneInfo(zone)).date()
    with unit_of_work(engine) as session:
        if moved_from is not None:
            move(session, moved_from, portal.key)
        keys = {portal.key, moved_from or portal.key}
        refuse_alarms(session, portal, keys, accept_shrink=accept_shrink)
        work = _Harvest(session, portal, Terms(agreed_on, today, now, HARVEST))
        for done, entry in enumerate(portal.entries, start=1):
            work.take(entry)
            if progress is not None:
                progress(done, len(portal.entries))
        for agency in portal.agencies:
            work.organisations.meet(agency)
        gone = work.gone(pause=retire_missing)
        work.write(zone)
        report = work.tally.report(portal, work.organisations.verdicts, gone, dry_run=dry_run)
        session.add(trail_of(report, portal, now))
        if dry_run:
            session.rollback()
    return report


@dataclass(frozen=True, slots=True)
class _New:
    """A dataset to be written with what hangs on it."""

    dataset: Dataset
    row: DatasetRow


class _Harvest:
    """One harvest under way: the database as it was, and what the entries make of it."""

    def __init__(self, session: Session, portal: Portal, terms: Terms) -> None:
        self._session, self._portal, self._terms = session, portal, terms
        self._book = AgencyBook.of(session)
        self.organisations = Organisations(session, self._book, terms.now)
        self._sources = PortalSources(session, portal.address, terms)
        held = held_in(session)
        self._by_key = {h.dataset.portal_key: h for h in held if h.dataset.portal_key}
        self._slugs = {h.dataset.slug for h in held}
        self._identities = {h.dataset.identity for h in held}
        self._promised: defaultdict[tuple[int, str], list[Held]] = defaultdict(list)
        self._elsewhere: dict[tuple[int, str], Dataset] = {}
        for dataset, each in ((each.dataset, each) for each in held):
            place = dataset.agency_id, folded(dataset.title)
            if dataset.portal_key is None and dataset.retired_on is None:
                self._promised[place].append(each)
            elif dataset.portal_key and not dataset.portal_key.startswith(f"{portal.key} "):
                self._elsewhere[place] = dataset
        self._lines: dict[str, int] = {}
        self._titles: dict[tuple[int, str], int] = {}
        self._new: list[_New] = []
        self._touched: list[int] = []
        self.tally = HarvestTally()

    def take(self, entry: PortalEntry) -> None:
        """Create or renew the dataset of one entry, and note what became of it."""
        key = self._key(entry)
        try:
            if entry.left_out:
                self.tally.add(entry, EntryOutcome.LEFT_OUT, None, entry.left_out)
                return
            if (first := self._lines.setdefault(key, entry.number)) != entry.number:
                raise RowRefused(
                    f"Id butir ini sama dengan butir {first}; beri id yang berbeda di portal."
                )
            if not entry.portal_id.strip():
                raise RowRefused("Butir ini tanpa id; tanpa id ia tidak dapat dikenali lagi.")
            row = row_of(entry)
            agency, remark = self.organisations.agency(entry.agency)
            self._save(entry, key, row, agency, remark)
        except RowRefused as error:
            self.tally.add(entry, EntryOutcome.REFUSED, None, str(error))

    def gone(self, *, pause: bool) -> tuple[Gone, ...]:
        """Return what was harvested from this portal and is not offered there any more."""
        mine = f"{self._portal.key} "
        found = [
            self._sources.leave(held, pause=pause)
            for key, held in self._by_key.items()
            if key.startswith(mine) and key not in self._lines and held.dataset.retired_on is None
        ]
        return tuple(found)

    def write(self, zone: str) -> None:
        """Write the new datasets at once with promises and sources, then what they owe."""
        session, terms = self._session, self._terms
        session.add_all(each.dataset for each in self._new)
        session.flush()
        for each in self._new:
            assert each.dataset.id is not None
            promise = new_promise(each.dataset.id, each.row, terms.agreed_on, terms)
            session.add(promise)
            self._touched.append(each.dataset.id)
            self._sources.watch(Held(each.dataset, promise, None), each.row.source)
        session.flush()
        few = self._touched if len(self._touched) <= _MANY_DATASETS else None
        extend_ledger(session, load_calendar(session, zone), terms.now, few)
        if self._new:
            for listing in session.exec(select(Listing).order_by(col(Listing.observed_at))).all():
                match_listing(session, self._book, listing, terms.now)

    def _key(self, entry: PortalEntry) -> str:
        own = entry.portal_id
        if not own.isprintable() or len(own) > 200:
            own = sha256(own.encode("utf-8", "replace")).hexdigest()
        return f"{self._portal.key} {own}"

    def _save(
        self, entry: PortalEntry, key: str, row: DatasetRow, agency: Agency, remark: str | None
    ) -> None:
        assert agency.id is not None
        place = agency.id, folded(row.title)
        held = self._by_key.get(key) or self._adopted(key, place)
        notes = [remark, self._twin(place, entry.number), entry.note]
        if held is None:
            self._refuse_doubled(place)
            dataset = self._new_dataset(key, row, agency)
            self._new.append(_New(dataset, row))
            parsed = row.promised.parsed
            self.tally.count_schedule(
                is_scheduled=not row.promised.cadence.is_unscheduled, reason=parsed.reason
            )
            notes.append(parsed.reason)
            self.tally.add(entry, EntryOutcome.CREATED, dataset.slug, *notes)
            return
        row = replace(row, described=_never_opened(held.dataset, row.described))
        is_ours = held.promise.approved_by == HARVEST
        changes = [] if held.dataset.portal_key == key else ["id portal"]
        held.dataset.portal_key = key
        if is_ours:
            changes += self._renew(held, row, agency)
        else:
            changes += describe(held.dataset, _blanks(held.dataset, row))
        changes += self._sources.watch(held, row.source)
        if not is_ours:
            notes.append("Janji dan metadata yang sudah terdaftar dipertahankan.")
        if held.source and row.source and not says(held.source, row.source):
            notes.append(f"Sumber {held.source.kind} yang sudah dipasang dibiarkan.")
        promise = held.promise
        is_read = promise.schedule is Schedule.PARSED
        self.tally.count_schedule(
            is_scheduled=is_read and not promise.cadence.is_unscheduled, reason=promise.reason
        )
        notes.append(promise.reason)
        if changes:
            held.dataset.updated_at = self._terms.now
            assert held.dataset.id is not None
            self._touched.append(held.dataset.id)
            notes.insert(0, f"Berubah: {', '.join(changes)}.")
        outcome = EntryOutcome.UPDATED if changes else EntryOutcome.UNCHANGED
        self.tally.add(entry, outcome, held.dataset.slug, *notes)

    def _adopted(self, key: str, place: tuple[int, str]) -> Held | None:
        """Return the one promised dataset of this agency and title that no entry has yet."""
        waiting = self._promised[place]
        if len(waiting) != 1:
            return None
        held = waiting.pop()
        self._by_key[key] = held
        return held

    def _refuse_doubled(self, place: tuple[int, str]) -> None:
        """Refuse an entry whose dataset another portal gave already."""
        there = self._elsewhere.get(place)
        if there is not None:
            portal = (there.portal_key or "").partition(" ")[0]
            raise RowRefused(
                f'Sudah diambil dari portal lain ({portal}) sebagai "{there.slug}"; panen satu '
                "portal saja, atau nyatakan kepindahannya dengan --moved-from."
            )

    def _twin(self, place: tuple[int, str], number: int) -> str | None:
        first = self._titles.setdefault(place, number)
        return None if first == number else f"Judul dan OPD sama dengan butir {first}."

    def _new_dataset(self, key: str, row: DatasetRow, agency: Agency) -> Dataset:
        assert agency.id is not None
        dataset = Dataset(
            agency_id=agency.id,
            slug=slug_of(row.title, self._slugs),
            identity=self._identity(key, row, agency),
            portal_key=key,
            title=row.title,
            created_at=self._terms.now,
            updated_at=self._terms.now,
        )
        describe(dataset, row.described)
        self._slugs.add(dataset.slug)
        return dataset

    def _identity(self, key: str, row: DatasetRow, agency: Agency) -> str:
        """Return the identity that a daftar data would give, or one of the portal's own."""
        identity = row.identity(agency.name_key)
        if identity in self._identities:
            identity = sha256(key.encode()).hexdigest()
        self._identities.add(identity)
        return identity

    def _renew(self, held: Held, row: DatasetRow, agency: Agency) -> list[str]:
        """Bring a dataset that only harvests speak of to what its entry says."""
        dataset = held.dataset
        changes = renew(
            self._session, held, replace(row, source=None), dataset.n_rows_listed, self._terms
        )
        held.promise.reason = row.promised.parsed.reason
        if dataset.agency_id != agency.id and agency.id is not None:
            dataset.agency_id = agency.id
            changes.append("OPD")
        identity = row.identity(agency.name_key)
        if changes and identity != dataset.identity:
            dataset.identity = self._identity(dataset.portal_key or "", row, agency)
        return changes


def _never_opened(dataset: Dataset, described: Described) -> Described:
    """Let an entry close a dataset further, never open one that is closed here."""
    order = list(Sensitivity)
    stated = described.sensitivity or Sensitivity.TERBUKA
    closed = max(stated, dataset.sensitivity, key=order.index)
    return replace(described, sensitivity=closed)


def _blanks(dataset: Dataset, row: DatasetRow) -> Described:
    """Return what the entry says of things that the dataset does not say itself."""
    empty = [f.name for f in fields(row.described) if getattr(dataset, f.name) in (None, "", [])]
    names = [*empty, "sensitivity"]
    return Described(**{name: getattr(row.described, name) for name in names})
