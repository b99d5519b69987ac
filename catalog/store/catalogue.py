"""The catalogue: what a question finds, with facets counted, sorted and paged."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from functools import lru_cache

from catalog.store.line import DatasetLine, worst_first
from catalog.store.snapshot import Snapshot

PER_PAGE = 20
_FAR = datetime.max.replace(tzinfo=UTC)
_NEVER = datetime.min.replace(tzinfo=UTC)


class Facet(StrEnum):
    """What the catalogue can be narrowed by; the value is the name in the address."""

    AGENCY = "opd"
    STATE = "keadaan"
    DIMENSION = "dimensi"
    CADENCE = "periode"
    FORMAT = "format"
    LICENCE = "lisensi"


class Sort(StrEnum):
    """How results are ordered; the value is the name in the address."""

    RELEVANCE = "relevansi"
    STATE = "keadaan"
    DUE = "jatuh-tempo"
    ARRIVED = "terbaru"
    TITLE = "judul"


@dataclass(frozen=True, slots=True)
class Narrowing:
    """One facet set to one value."""

    facet: Facet
    value: str


@dataclass(frozen=True, slots=True)
class Question:
    """What somebody asks the catalogue."""

    words: str = ""
    narrowings: tuple[Narrowing, ...] = ()
    sort: Sort = Sort.ARRIVED
    page: int = 1

    def value_of(self, facet: Facet) -> str | None:
        """Return what a facet is set to."""
        return next((n.value for n in self.narrowings if n.facet is facet), None)


@dataclass(frozen=True, slots=True)
class Option:
    """One value of a facet and how many results it would give; `name` where it has its own."""

    value: str
    n: int
    is_chosen: bool
    name: str | None = None


@dataclass(frozen=True, slots=True)
class FacetCount:
    """One facet with its options, the most frequent first."""

    facet: Facet
    options: tuple[Option, ...]


@dataclass(frozen=True, slots=True)
class CataloguePage:
    """One page of answers to a question; `near` are titles that look like the words."""

    as_of: datetime
    question: Question
    n_found: int
    n_all: int
    n_pages: int
    facets: tuple[FacetCount, ...]
    lines: tuple[DatasetLine, ...]
    near: tuple[str, ...] = ()


_VALUES: dict[Facet, Callable[[DatasetLine], str | None]] = {
    Facet.AGENCY: lambda line: line.agency.slug,
    Facet.STATE: lambda line: line.headline.value,
    Facet.DIMENSION: lambda line: line.dimension.value if line.dimension else None,
    Facet.CADENCE: lambda line: line.cadence.value,
    Facet.FORMAT: lambda line: line.format,
    Facet.LICENCE: lambda line: line.licence,
}
_SORTS: dict[Sort, Callable[[DatasetLine], tuple[object, ...]]] = {
    Sort.STATE: worst_first,
    Sort.DUE: lambda line: (line.next_due.due_at if line.next_due else _FAR, line.title),
    Sort.ARRIVED: lambda line: (_age_of_arrival(line), line.title),
    Sort.TITLE: lambda line: (line.title.casefold(), line.slug),
}


def _age_of_arrival(line: DatasetLine) -> float:
    last = line.last_fulfilled
    at = last.closing.at if last and last.closing else _NEVER
    return -at.timestamp() if at is not _NEVER else float("inf")


@dataclass(frozen=True, slots=True)
class _Index:
    """The catalogue in columns: the value of every facet by place, the places by dataset."""

    columns: Mapping[Facet, Sequence[str | None]]
    places: Mapping[int, int]
    names: Mapping[str, str]


@lru_cache(maxsize=2)
def _index(snapshot: Snapshot) -> _Index:
    lines = snapshot.lines
    return _Index(
        columns={facet: [read(line) for line in lines] for facet, read in _VALUES.items()},
        places={line.dataset_id: place for place, line in enumerate(lines)},
        names={line.agency.slug: line.agency.name for line in lines},
    )


@lru_cache(maxsize=2 * len(Sort))
def _sorted(snapshot: Snapshot, sort: Sort) -> tuple[int, ...]:
    """Return the places of all lines in one order."""
    read, lines = _SORTS[sort], snapshot.lines
    return tuple(sorted(range(len(lines)), key=lambda place: read(lines[place])))


def catalogue_page(
    snapshot: Snapshot, question: Question, found: Sequence[int] | None, near: Sequence[str] = ()
) -> CataloguePage:
    """Answer a question; `found` are the datasets its words found, best first, None for all.

    A facet's options are counted among the results that every other facet leaves.
    """
    index = _index(snapshot)
    kept, counts = _narrowed(_candidates(snapshot, question.sort, found), question, index)
    n_pages = max(1, -(-len(kept) // PER_PAGE))
    page = min(max(1, question.page), n_pages)
    shown = kept[(page - 1) * PER_PAGE : page * PER_PAGE]
    return CataloguePage(
        as_of=snapshot.as_of,
        question=Question(question.words, question.narrowings, question.sort, page),
        n_found=len(kept),
        n_all=len(snapshot.lines),
        n_pages=n_pages,
        facets=tuple(_facet(facet, counts[facet], question, index.names) for facet in Facet),
        lines=tuple(snapshot.lines[place] for place in shown),
        near=tuple(near),
    )


def _candidates(snapshot: Snapshot, sort: Sort, found: Sequence[int] | None) -> Sequence[int]:
    """Return the places of what the words found, in the order that is asked for."""
    if found is None:
        return _sorted(snapshot, sort if sort in _SORTS else Sort.ARRIVED)
    places = _index(snapshot).places
    matched = [places[i] for i in found if i in places]
    if sort not in _SORTS:
        return matched
    wanted = frozenset(matched)
    return [place for place in _sorted(snapshot, sort) if place in wanted]


def _narrowed(
    candidates: Sequence[int], question: Question, index: _Index
) -> tuple[Sequence[int], dict[Facet, Counter[str]]]:
    """Return the places that every narrowing keeps, and the counts of each facet."""

    def passing(narrowings: Sequence[Narrowing]) -> Sequence[int]:
        places = candidates
        for narrowing in narrowings:
            column, value = index.columns[narrowing.facet], narrowing.value
            places = [place for place in places if column[place] == value]
        return places

    kept = passing(question.narrowings)
    counts: dict[Facet, Counter[str]] = {}
    for facet in Facet:
        others = [n for n in question.narrowings if n.facet is not facet]
        places = kept if len(others) == len(question.narrowings) else passing(others)
        counted = Counter(map(index.columns[facet].__getitem__, places))
        counts[facet] = Counter({value: n for value, n in counted.items() if value is not None})
    return kept, counts


def _facet(
    facet: Facet, counts: Counter[str], question: Question, names: Mapping[str, str]
) -> FacetCount:
    chosen = question.value_of(facet)
    if chosen is not None and chosen not in counts:
        counts[chosen] = 0
    ordered = sorted(counts.items(), key=lambda item: (-item[1], item[0]))
    return FacetCount(
        facet,
        tuple(
            Option(value, n, value == chosen, names.get(value) if facet is Facet.AGENCY else None)
            for value, n in ordered
        ),
    )
