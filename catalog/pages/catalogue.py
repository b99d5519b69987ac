"""The catalogue: a plain form, facets as links, the filter said as a sentence."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from flask import Response, request

from catalog.models import Dimension
from catalog.pages.language import _, lazy_gettext, ngettext
from catalog.pages.respond import page
from catalog.pages.visit import visit
from catalog.pages.wording import cadence_name, dimension_name, number, word_of
from catalog.rules.terms import Cadence, Headline
from catalog.search import nearest, search, telling_words
from catalog.store.catalogue import (
    CataloguePage,
    Facet,
    Narrowing,
    Option,
    Question,
    Sort,
    catalogue_page,
)
from catalog.store.snapshot import Snapshot

PATH = "/dataset"
LONGEST_WORDS = 200
MOST_OPTIONS = 8
_FACETS = {
    Facet.AGENCY: lazy_gettext("Perangkat daerah"),
    Facet.STATE: lazy_gettext("Keadaan"),
    Facet.DIMENSION: lazy_gettext("Dimensi kota cerdas"),
    Facet.CADENCE: lazy_gettext("Periode data"),
    Facet.FORMAT: lazy_gettext("Format"),
    Facet.LICENCE: lazy_gettext("Lisensi"),
}
_SORTS = {
    Sort.RELEVANCE: lazy_gettext("Paling cocok"),
    Sort.STATE: lazy_gettext("Paling perlu perhatian"),
    Sort.DUE: lazy_gettext("Jatuh tempo terdekat"),
    Sort.ARRIVED: lazy_gettext("Terbaru dipenuhi"),
    Sort.TITLE: lazy_gettext("Judul"),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """One option of a facet as a link: `address` sets it, or takes it away when chosen."""

    name: str
    n: int
    is_chosen: bool
    address: str


@dataclass(frozen=True, slots=True)
class FacetView:
    """One facet as the page shows it; `more` come after the most frequent."""

    name: str
    is_set: bool
    choices: tuple[Choice, ...]
    more: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Applied:
    """One narrowing that is set, with the address that takes it away."""

    facet: str
    name: str
    address: str


@dataclass(frozen=True, slots=True)
class SortView:
    """One way to order the results."""

    value: str
    name: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class Paging:
    """Where the reader is in a long list."""

    page: int
    n_pages: int
    previous: str | None
    next: str | None


def show() -> Response:
    """Answer with the datasets that a question finds."""
    asked = question()
    values = _values(asked)
    return page(
        "catalogue.html",
        lambda: _answer(asked),
        _spoken,
        json_address=f"{PATH}.json" + (f"?{urlencode(values)}" if values else ""),
    )


def question() -> Question:
    """Read the question from the address; what is not understood is left out."""
    words = " ".join(request.args.get("q", "")[:LONGEST_WORDS].split())
    narrowings = tuple(
        Narrowing(facet, value[:LONGEST_WORDS])
        for facet in Facet
        if (value := request.args.get(facet.value, ""))
    )
    sort = request.args.get("urut", "")
    default = default_sort(words)
    asked = request.args.get("halaman", "1")
    return Question(
        words,
        narrowings,
        Sort(sort) if sort in set(Sort) else default,
        int(asked) if asked.isdecimal() and len(asked) < 6 else 1,
    )


def default_sort(words: str) -> Sort:
    """Return how results are ordered when nobody says: best match, else newest first."""
    return Sort.RELEVANCE if telling_words(words) else Sort.ARRIVED


def _answer(asked: Question) -> CataloguePage:
    here = visit()
    snapshot = here.snapshot()
    if not telling_words(asked.words):
        return catalogue_page(snapshot, asked, None)
    found = [hit.dataset_id for hit in search(here.session, asked.words, len(snapshot.lines))]
    near = () if found else tuple(_near(asked.words, snapshot))
    return catalogue_page(snapshot, asked, found, near)


def _near(words: str, snapshot: Snapshot) -> list[str]:
    return nearest(words, (line.title for line in snapshot.lines))


def _values(asked: Question) -> dict[str, str]:
    """Return a question as the values of an address, without what goes without saying."""
    values = {"q": asked.words} if asked.words else {}
    values |= {n.facet.value: n.value for n in asked.narrowings}
    if asked.sort is not default_sort(asked.words):
        values["urut"] = asked.sort.value
    if asked.page > 1:
        values["halaman"] = str(asked.page)
    return values


def address(asked: Question, changed: dict[str, str | None]) -> str:
    """Return the address of a question with some values changed or (None) taken away."""
    values = {name: v for name, v in _values(asked).items() if name != "halaman"}
    values |= {name: v for name, v in changed.items() if v is not None}
    kept = {name: v for name, v in values.items() if changed.get(name, v) is not None}
    query = urlencode(kept)
    return f"{request.script_root}{PATH}" + (f"?{query}" if query else "")


def option_name(facet: Facet, option: Option) -> str:
    """Return the name of a facet's value."""
    value = option.value
    match facet:
        case Facet.STATE if value in set(Headline):
            return word_of(Headline(value))
        case Facet.DIMENSION if value in set(Dimension):
            return dimension_name(Dimension(value))
        case Facet.CADENCE if value in set(Cadence):
            name = cadence_name(Cadence(value))
            return name[:1].upper() + name[1:]
    return option.name or value


def _spoken(found: CataloguePage) -> dict[str, Any]:
    asked = found.question
    facets, applied = [], []
    for counted in found.facets:
        name = str(_FACETS[counted.facet])
        choices = tuple(
            Choice(
                option_name(counted.facet, o),
                o.n,
                o.is_chosen,
                address(asked, {counted.facet.value: None if o.is_chosen else o.value}),
            )
            for o in counted.options
        )
        applied += [Applied(name, c.name, c.address) for c in choices if c.is_chosen]
        shown = tuple(c for i, c in enumerate(choices) if i < MOST_OPTIONS or c.is_chosen)
        rest = tuple(c for c in choices if c not in shown)
        if len(choices) > 1 or any(c.is_chosen for c in choices):
            is_set = any(c.is_chosen for c in choices)
            facets.append(FacetView(name, is_set, shown, rest))
    return {
        "sentence": filter_sentence(found, applied),
        "facets": facets,
        "applied": applied,
        "hidden": [(n.facet.value, n.value) for n in asked.narrowings],
        "sorts": [
            SortView(sort.value, str(name), sort is asked.sort)
            for sort, name in _SORTS.items()
            if sort is not Sort.RELEVANCE or telling_words(asked.words)
        ],
        "without_filters": address(Question(words=asked.words, sort=default_sort(asked.words)), {}),
        "paging": _paging(found),
    }


def filter_sentence(found: CataloguePage, applied: list[Applied]) -> str:
    """Return the question and its answer as one sentence."""
    said = ngettext("%(n)s data", "%(n)s data", found.n_found, n=number(found.n_found))
    if found.question.words:
        said = _("%(counted)s untuk “%(words)s”", counted=said, words=found.question.words)
    if applied:
        filters = ", ".join(f"{one.facet.lower()} {one.name}" for one in applied)
        said = _("%(said)s dengan %(filters)s", said=said, filters=filters)
    if found.n_found == found.n_all:
        return _("%(said)s dalam katalog.", said=said)
    return _("%(said)s, dari %(all)s dalam katalog.", said=said, all=number(found.n_all))


def _paging(found: CataloguePage) -> Paging:
    asked, last = found.question, found.n_pages

    def to(page_number: int) -> str | None:
        if not 1 <= page_number <= last:
            return None
        return address(asked, {"halaman": str(page_number) if page_number > 1 else None})

    return Paging(asked.page, last, to(asked.page - 1), to(asked.page + 1))
