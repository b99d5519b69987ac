"""Which published table delivers which promised dataset."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rapidfuzz import fuzz, process

from catalog.intake.naming import words_of
from catalog.intake.titles import PLACE_AND_TIME_WORDS, Lexicon, Title
from catalog.models import MatchStatus

#: From this similarity on a match is accepted without a person; measured on labelled pairs.
AUTOMATIC_FROM = 90.0
#: From this similarity on a person is asked.
UNSURE_FROM = 75.0
_WORD_MISSING = 89.0
_OTHER_BREAKDOWN = 85.0
_BREAKDOWN_MISSING = 74.0
_PARTS_OF_A_RATIO = 85.0
_SAME_WORD_FROM = 90.0
_SHORTEST_FUZZY_WORD = 6
#: Measures that cannot be added up: a region's index is not the indices of its parts.
_RATIOS = frozenset(
    words_of("indeks persentase skor rasio angka rata opini predikat produktivitas")
)
_PARTS = frozenset(words_of("kabupaten kota kecamatan desa kelurahan"))


@dataclass(frozen=True, slots=True)
class Promised:
    """A promised dataset as it is compared; `breakdown` are the words of its classification."""

    dataset_id: int
    title: Title
    breakdown: frozenset[str]


@dataclass(frozen=True, slots=True)
class Published:
    """A published table as it is compared."""

    number: int
    title: Title


@dataclass(frozen=True, slots=True)
class Match:
    """One promised dataset and one published table that may deliver it."""

    dataset_id: int
    number: int
    score: float
    status: MatchStatus


def promised(lexicon: Lexicon, dataset_id: int, title: str, classification: str | None) -> Promised:
    """Return a promised dataset ready to be compared."""
    return Promised(dataset_id, lexicon.read(title), lexicon.breakdown_words(classification or ""))


def similarity(wanted: Promised, found: Published) -> float:
    """Return 0 to 100: how surely the table delivers what was promised.

    Letter similarity of the sorted words, capped: below the automatic threshold when a
    word of either has no partner or when the table is broken down by something that was
    not promised; below the unsure threshold when a promised breakdown is missing.
    """
    return _capped(fuzz.ratio(wanted.title.key, found.title.key), wanted, found)


def _capped(score: float, wanted: Promised, found: Published) -> float:
    here, there = wanted.title, found.title
    if not (_covered(here.words, there.words) and _covered(there.words, here.words)):
        score = min(score, _WORD_MISSING)
    if not _covered(here.breakdown - PLACE_AND_TIME_WORDS, there.breakdown):
        score = min(score, _BREAKDOWN_MISSING)
    asked = here.breakdown | wanted.breakdown
    if not _covered(there.breakdown - PLACE_AND_TIME_WORDS, asked):
        score = min(score, _OTHER_BREAKDOWN)
    if _RATIOS & set(here.words) and (there.breakdown & _PARTS) - asked:
        score = min(score, _PARTS_OF_A_RATIO)
    return round(score, 1)


def _covered(words: Iterable[str], others: Iterable[str]) -> bool:
    pool = set(others)
    return all(word in pool or any(_is_same(word, other) for other in pool) for word in words)


def _is_same(word: str, other: str) -> bool:
    """Tell whether two words differ only by a slip of the pen."""
    if min(len(word), len(other)) < _SHORTEST_FUZZY_WORD or word.isdigit() or other.isdigit():
        return False
    return fuzz.ratio(word, other) >= _SAME_WORD_FROM


def matches(wanted: Sequence[Promised], tables: Sequence[Published]) -> list[Match]:
    """Return for every dataset all tables that surely deliver it, else the likeliest one.

    Both lists belong to one agency. A dataset without a likely table has no match.
    """
    keys = [table.title.key for table in tables]
    found: list[Match] = []
    for item in wanted:
        near = process.extract(
            item.title.key, keys, scorer=fuzz.ratio, score_cutoff=UNSURE_FROM, limit=None
        )
        scored = [(_capped(score, item, tables[at]), at) for _, score, at in near]
        sure = [pair for pair in scored if pair[0] >= AUTOMATIC_FROM]
        if sure:
            chosen, status = sure, MatchStatus.AUTOMATIC
        else:
            likely = [pair for pair in scored if pair[0] >= UNSURE_FROM]
            best = max(likely, key=lambda pair: (pair[0], -pair[1]), default=None)
            chosen, status = ([best] if best else []), MatchStatus.UNSURE
        found.extend(
            Match(item.dataset_id, tables[at].number, score, status) for score, at in chosen
        )
    return found
