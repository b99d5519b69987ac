"""The register of promised datasets: rows of a daftar data become datasets and promises."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlmodel import Session, col, select

from catalog.intake.agencies import AgencyBook
from catalog.intake.datasets import DatasetRow, base_of
from catalog.intake.documents import RowOutcome, RowRefused
from catalog.intake.naming import slug_of
from catalog.intake.parts import parts_stated, renew_parts
from catalog.intake.renewal import Held, Terms, describe, new_promise, renew
from catalog.intake.sources import SourceRow
from catalog.models import Agency, Dataset, Promise, Source


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of one row of a daftar data."""

    row: DatasetRow
    outcome: RowOutcome
    reason: str | None
    dataset: Dataset | None = None
    is_repeated: bool = False


@dataclass(frozen=True, slots=True)
class _Placed:
    """A row with its agency, its identity and what identifies it apart from its schedule."""

    row: DatasetRow
    agency: Agency
    note: str | None
    identity: str
    base: str


@dataclass(slots=True)
class _Sheet:
    """What one document says as a whole: who repeats whom, who stands for which dataset.

    `claimed` are the identities that datasets had before and that rows name exactly;
    `newcomers` counts, by base, the identities that no dataset had; `parts` are the files
    that rows of one identity name.
    """

    listed: Counter[str]
    claimed: set[str]
    newcomers: Counter[str]
    parts: dict[str, tuple[SourceRow, ...]]
    first_lines: dict[str, int] = field(default_factory=dict)
    slugs: dict[str, int] = field(default_factory=dict)
    created: list[tuple[Dataset, _Placed]] = field(default_factory=list)


class Register:
    """Every dataset the database knows, found by identity, by address, or by all but schedule."""

    def __init__(self, session: Session, book: AgencyBook, terms: Terms) -> None:
        self._session, self._book, self._terms = session, book, terms
        held = held_in(session)
        self._by_identity = {each.dataset.identity: each for each in held}
        self._by_slug = {each.dataset.slug: each for each in held}
        self._slugs = set(self._by_slug)
        self._by_base: defaultdict[str, list[Held]] = defaultdict(list)
        for each in held:
            self._by_base[self._base(each.dataset)].append(each)

    def save(self, rows: Sequence[DatasetRow]) -> list[Saved]:
        """Create or renew the datasets of one document; returns one value per row, in order."""
        placed = [self._place(row) for row in rows]
        known = [each for each in placed if isinstance(each, _Placed)]
        listed = Counter(each.identity for each in known)
        bases = {each.identity: each.base for each in known}
        sheet = _Sheet(
            listed=listed,
            claimed=listed.keys() & self._by_identity.keys(),
            newcomers=Counter(bases[i] for i in listed if i not in self._by_identity),
            parts=_parts_of(known),
        )
        self._slugs.update(each.row.slug for each in known if each.row.slug)
        saved = [self._save(each, sheet) if isinstance(each, _Placed) else each for each in placed]
        self._write(sheet)
        return saved

    def _place(self, row: DatasetRow) -> _Placed | Saved:
        """Return a row with its agency, or why it has none."""
        try:
            agency, note = self._book.resolve(row.agency, self._terms.now)
        except RowRefused as error:
            return Saved(row, RowOutcome.REFUSED, str(error))
        key = agency.name_key
        return _Placed(row, agency, note, row.identity(key), row.base(key))

    def _base(self, dataset: Dataset) -> str:
        agency = self._book.by_id(dataset.agency_id)
        return base_of(
            agency.name_key, dataset.indicator, dataset.title, dataset.classification, dataset.unit
        )

    def _save(self, placed: _Placed, sheet: _Sheet) -> Saved:
        row = placed.row
        first_line = sheet.first_lines.setdefault(placed.identity, row.line)
        if first_line != row.line:
            parts = sheet.parts[placed.identity]
            reason = f"Sama dengan baris {first_line}."
            if row.source in parts[1:]:
                reason = f"Berkas ke-{parts.index(row.source) + 1} data pada baris {first_line}."
            return Saved(row, RowOutcome.UNCHANGED, reason, is_repeated=True)
        if row.slug and sheet.slugs.setdefault(row.slug, row.line) != row.line:
            reason = f'Slug "{row.slug}" sudah dipakai baris {sheet.slugs[row.slug]}; ganti slug.'
            return Saved(row, RowOutcome.REFUSED, reason)
        try:
            held = self._find(placed, sheet)
        except RowRefused as error:
            return Saved(row, RowOutcome.REFUSED, str(error))
        n_rows = sheet.listed[placed.identity]
        note = placed.note or _schedule_note(row)
        if held is None:
            dataset = self._new_dataset(placed, n_rows)
            sheet.created.append((dataset, placed))
            return Saved(row, RowOutcome.CREATED, note, dataset)
        changes = renew(self._session, held, row, n_rows, self._terms)
        changes += renew_parts(self._session, held, sheet.parts[placed.identity], self._terms)
        self._identify(held, placed.identity)
        if not changes:
            return Saved(row, RowOutcome.UNCHANGED, note, held.dataset)
        held.dataset.updated_at = self._terms.now
        reason = " ".join(filter(None, [f"Berubah: {', '.join(changes)}.", note]))
        return Saved(row, RowOutcome.UPDATED, reason, held.dataset)

    def _find(self, placed: _Placed, sheet: _Sheet) -> Held | None:
        """Return the dataset a row is about.

        By its slug where it states one, by its identity, else by everything but the
        schedule where one row and one dataset are left that name nobody else.
        """
        exact = self._by_identity.get(placed.identity)
        slug = placed.row.slug
        if slug and slug in self._by_slug:
            named = self._by_slug[slug]
            if named.dataset.agency_id != placed.agency.id or exact not in (None, named):
                raise RowRefused(
                    f'Slug "{slug}" sudah dipakai data lain ("{named.dataset.title}"); ganti slug.'
                )
            return named
        if exact is not None or sheet.newcomers[placed.base] != 1:
            return exact
        left = [
            each
            for each in self._by_base[placed.base]
            if each.dataset.identity not in sheet.claimed
        ]
        return left[0] if len(left) == 1 else None

    def _identify(self, held: Held, identity: str) -> None:
        if held.dataset.identity != identity:
            self._by_identity.pop(held.dataset.identity, None)
            held.dataset.identity = identity
            self._by_identity[identity] = held

    def _new_dataset(self, placed: _Placed, n_rows: int) -> Dataset:
        row, now = placed.row, self._terms.now
        assert placed.agency.id is not None
        dataset = Dataset(
            agency_id=placed.agency.id,
            slug=row.slug or slug_of(row.title, self._slugs),
            identity=placed.identity,
            title=row.title,
            indicator=row.indicator,
            classification=row.classification,
            n_rows_listed=n_rows,
            created_at=now,
            updated_at=now,
        )
        describe(dataset, row.described)
        self._slugs.add(dataset.slug)
        return dataset

    def _write(self, sheet: _Sheet) -> None:
        """Write the new datasets of a document at once, then what hangs on them."""
        session, terms = self._session, self._terms
        session.add_all(dataset for dataset, _ in sheet.created)
        session.flush()
        for dataset, placed in sheet.created:
            assert dataset.id is not None
            since = placed.row.promised.agreed_on or terms.agreed_on
            promise = new_promise(dataset.id, placed.row, since, terms)
            session.add(promise)
            held = Held(dataset, promise, None)
            renew_parts(session, held, sheet.parts[placed.identity], terms)
            self._by_identity[dataset.identity] = held
            self._by_slug[dataset.slug] = held
        session.flush()


def _parts_of(placed: Sequence[_Placed]) -> dict[str, tuple[SourceRow, ...]]:
    """Return the files that the rows of each identity name together."""
    stated: defaultdict[str, list[SourceRow | None]] = defaultdict(list)
    for each in placed:
        stated[each.identity].append(each.row.source)
    return {identity: parts_stated(sources) for identity, sources in stated.items()}


def _schedule_note(row: DatasetRow) -> str | None:
    """Say why a dataset is not judged by time, where it is not."""
    promised = row.promised
    if promised.parsed.reason is None and promised.cadence.is_unscheduled:
        return f"Tanpa jadwal ({promised.cadence}): ditampilkan, tidak dinilai."
    return promised.parsed.reason


def held_in(session: Session) -> list[Held]:
    """Return every dataset with its promise that holds now and its sources."""
    sources: defaultdict[int, list[Source]] = defaultdict(list)
    active = select(Source).where(col(Source.retired_at).is_(None)).order_by(col(Source.id))
    for source in session.exec(active):
        sources[source.dataset_id].append(source)
    rows = session.exec(
        select(Dataset, Promise)
        .join(Promise, col(Promise.dataset_id) == Dataset.id)
        .where(col(Promise.ends_on).is_(None))
        .order_by(col(Dataset.id))
    )
    return [_held(dataset, promise, sources[dataset.id or 0]) for dataset, promise in rows]


def _held(dataset: Dataset, promise: Promise, sources: Sequence[Source]) -> Held:
    others = tuple(source for source in sources[1:] if source.kind.is_looked_at)
    return Held(dataset, promise, sources[0] if sources else None, others)
