"""Titles as offices write them, folded until the same table reads the same."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Self

from catalog.intake.naming import words_of

#: Words that carry no meaning anywhere in a title.
EMPTY_WORDS = frozenset(
    words_of(
        "dan di yang pada untuk dari dengan ke oleh atau serta para data dalam bagi "
        "keseluruhan total seluruh"
    )
)
#: Words that name the kind of a thing already named: "luas panen tanaman kentang".
_KIND_WORDS = frozenset({"tanaman", "komoditas"})
#: Breakdowns by region or time say where and when, not what: every table may have them.
PLACE_AND_TIME_WORDS = frozenset(
    words_of(
        "kabupaten kota provinsi kecamatan desa kelurahan wilayah daerah cabang dinas "
        "tahun bulan periode waktu"
    )
)
_SPELLINGS = {
    "presentase": "persentase",
    "prosentase": "persentase",
    "banyaknya": "jumlah",
    "bedasarkan": "berdasarkan",
    "menurut": "berdasarkan",
    "komoditi": "komoditas",
    "cabe": "cabai",
    "obyek": "objek",
    "resiko": "risiko",
    "yg": "yang",
    "dgn": "dengan",
    "kab": "kabupaten",
    "kot": "kota",
}
_BREAKDOWN = "berdasarkan"
_SCOPE_WORDS = frozenset({"di", "pada", "yang", "dalam", "oleh", "untuk", "bagi"})
#: Beside one of these measures "jumlah" says nothing.
_MEASURES = frozenset(
    words_of("produksi produktivitas luas nilai volume realisasi konsumsi panjang kapasitas")
)
_UNITS = r"unit|jiwa|orang|kk|ton|ha|hektar|meter|km|persen|poin|rupiah|buah|kasus"
_UNIT_IN_BRACKETS = re.compile(rf"\((?:{_UNITS})\)", re.IGNORECASE)
_REFERENCE_YEAR = re.compile(r"\btahun (?:ke *-? *)?\(?n\)?(?![\w(]| *[-+])", re.IGNORECASE)
_AREA_WORDS = r"(?:lingkungan |seluruh |wilayah )?(?:pemerintah )?(?:daerah )?"
_KINDS_OF_REGION = r"(?:provinsi |kabupaten |kota )?"
_LAST_PLACE = re.compile(rf".*\bdi {_AREA_WORDS}{_KINDS_OF_REGION}((?:\w+ )?\w+)")
_NUMBERING = re.compile(r"^\s*(?:\d{1,2}|[a-z])[.)]\s+", re.IGNORECASE)
_BRACKETED = re.compile(r"\(([^\W_]{2,12})\)")
_PLACE_SHARE = 0.2
_MIN_PLACE_TITLES = 3
_LONGEST_EXPANSION = 9
_SHORTEST_SYLLABIC = 5
_PREVAILING = 5


@dataclass(frozen=True, slots=True)
class Title:
    """What a title says: its words in order of the alphabet and what it is broken down by."""

    words: tuple[str, ...]
    breakdown: frozenset[str]

    @property
    def key(self) -> str:
        """The words as one string, to be compared letter by letter."""
        return " ".join(self.words)


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What a collection of titles teaches: the place they all name and its abbreviations."""

    places: tuple[str, ...]
    expansions: Mapping[str, tuple[str, ...]]

    @classmethod
    def of(cls, titles: Iterable[str]) -> Self:
        """Learn from titles: "di X" at the end of many is the place; "Long Name (LN)" expands LN.

        An abbreviation with two meanings (IKM) teaches nothing unless one prevails by far.
        """
        every = list(titles)
        return cls(_common_places(every), _expansions(every))

    def read(self, title: str) -> Title:
        """Fold a title: spelling, place, abbreviations, empty words, order of words."""
        plain = _REFERENCE_YEAR.sub(" ", _UNIT_IN_BRACKETS.sub(" ", _NUMBERING.sub("", title)))
        words = self._expanded(self._without_place(_spelled(_without_aliases(plain))))
        head, breakdown, scope = _split(words)
        core = {*head, *scope} - EMPTY_WORDS - _KIND_WORDS or {*head, *scope}
        if core & _MEASURES:
            core.discard("jumlah")
        return Title(tuple(sorted(core)), frozenset(breakdown) - EMPTY_WORDS)

    def breakdown_words(self, text: str) -> frozenset[str]:
        """Return the words of a classification ("Jenis Kelamin; Usia")."""
        return frozenset(self._expanded(_spelled(text))) - EMPTY_WORDS

    def _without_place(self, words: list[str]) -> list[str]:
        text = " ".join(words)
        for place in self.places:
            phrase = rf"\b(?:di |se )?{_AREA_WORDS}{_KINDS_OF_REGION}{re.escape(place)}\b"
            text = re.sub(phrase, " ", text)
        return text.split()

    def _expanded(self, words: list[str]) -> list[str]:
        expanded: list[str] = []
        for word in words:
            expanded.extend(self.expansions.get(word, (word,)))
        return expanded


def _spelled(text: str) -> list[str]:
    return [_SPELLINGS.get(word, word) for word in words_of(text)]


def _split(words: list[str]) -> tuple[list[str], list[str], list[str]]:
    """Cut a title into what comes before the breakdown, the breakdown, and the scope after it."""
    if _BREAKDOWN not in words[1:]:
        return words, [], []
    at = words.index(_BREAKDOWN, 1)
    tail = words[at + 1 :]
    end = next((i for i, word in enumerate(tail) if i and word in _SCOPE_WORDS), len(tail))
    return words[:at], tail[:end], tail[end:]


def _common_places(titles: list[str]) -> tuple[str, ...]:
    counted = Counter(
        found[1]
        for found in (_LAST_PLACE.fullmatch(" ".join(words_of(t))) for t in titles)
        if found
    )
    enough = max(_MIN_PLACE_TITLES, _PLACE_SHARE * len(titles))
    return tuple(place for place, n in counted.most_common() if n >= enough)


def _expansions(titles: list[str]) -> dict[str, tuple[str, ...]]:
    meanings: defaultdict[str, Counter[tuple[str, ...]]] = defaultdict(Counter)
    for title in titles:
        for found in _BRACKETED.finditer(title):
            short = found[1].casefold()
            long = _spelled_out(short, words_of(title[: found.start()]))
            if long:
                meanings[short][tuple(word for word in long if word not in EMPTY_WORDS)] += 1
    expansions = {}
    for short, longs in meanings.items():
        (first, n_first), *others = longs.most_common(2)
        if not others or n_first >= _PREVAILING * others[0][1]:
            expansions[short] = first
    return expansions


def _without_aliases(title: str) -> str:
    """Drop a bracketed short form that repeats the words before it: "Pencari Kerja (Pencaker)"."""

    def shortened(found: re.Match[str]) -> str:
        before = words_of(title[: found.start()])
        short = found[1].casefold()
        # An empty word stays behind, so that the words on both sides do not grow together.
        return " dan " if _spelled_out(short, before) or _is_syllabic(short, before) else found[0]

    return _BRACKETED.sub(shortened, title)


def _is_syllabic(short: str, before: list[str]) -> bool:
    """Tell whether the short form is made of the letters of the words just before it, in order."""
    if len(short) < _SHORTEST_SYLLABIC:
        return False
    for n_words in range(2, min(len(before), _LONGEST_EXPANSION) + 1):
        long = before[-n_words:]
        if long[0][:2] == short[:2]:
            letters = iter("".join(long))
            return all(letter in letters for letter in short)
    return False


def _spelled_out(short: str, before: list[str]) -> list[str] | None:
    """Return the words just before an abbreviation whose initials spell it."""
    for n_words in range(2, min(len(before), _LONGEST_EXPANSION) + 1):
        long = before[-n_words:]
        if long[0] in EMPTY_WORDS:
            continue
        initials = "".join(word[0] for word in long)
        full_initials = "".join(word[0] for word in long if word not in EMPTY_WORDS)
        if short in (initials, full_initials):
            return long
    return None
