"""One search over the catalogue, two engines: SQLite FTS5 and PostgreSQL text search.

Both get the same words, cut and stemmed here, so that both find the same datasets. Every
word is kept as written and as its Indonesian stem: "keluhan" finds "keluh", and
"penduduk" (whose stem is "duduk") still finds itself.
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache

from rapidfuzz import fuzz, process
from Sastrawi.Stemmer.StemmerFactory import StemmerFactory
from sqlalchemy import Connection, text
from sqlmodel import Session, col, select

from catalog import models
from catalog.models import Dimension

#: Every table of the search begins with this; they belong to no model.
TABLE = "dataset_search"
MAX_WORDS = 12
NEAR_ENOUGH = 60
_SHORTEST_PREFIX = 3
_IN_LIST = 500
_WORD = re.compile(r"[^\W_]+")
#: Words that tell nothing about what is looked for.
_EMPTY_WORDS = frozenset(
    {"atau", "dan", "dari", "data", "dataset", "di", "for", "in", "of", "or", "per"}
    | {"the", "tentang", "untuk", "yang"}
)
_SYNONYMS = (
    ("opd", "skpd", "pd", "dinas"),
    ("dispendukcapil", "disdukcapil", "dukcapil"),
    ("kominfo", "diskominfo", "komdigi"),
)
_ALIKE = {word: group for group in _SYNONYMS for word in group}
_DIMENSION_WORDS = {
    Dimension.GOVERNANCE: "smart governance tata kelola pemerintahan",
    Dimension.BRANDING: "smart branding pariwisata",
    Dimension.ECONOMY: "smart economy ekonomi employment",
    Dimension.LIVING: "smart living kehidupan",
    Dimension.SOCIETY: "smart society masyarakat people",
    Dimension.ENVIRONMENT: "smart environment lingkungan",
}


@dataclass(frozen=True, slots=True)
class Hit:
    """One dataset that was found; a higher rank is a better match."""

    dataset_id: int
    rank: float


@dataclass(frozen=True, slots=True)
class _Words:
    """The words of one dataset by weight: its title, its agency, the rest."""

    dataset_id: int
    title: tuple[str, ...]
    agency: tuple[str, ...]
    rest: tuple[str, ...]


def words_of(phrase: str) -> list[str]:
    """Return the words of a phrase in lower case, without accents and signs."""
    plain = unicodedata.normalize("NFKD", phrase.casefold())
    return _WORD.findall("".join(sign for sign in plain if not unicodedata.combining(sign)))


@lru_cache(maxsize=1)
def _stemmer() -> StemmerFactory:
    return StemmerFactory().create_stemmer()


@lru_cache(maxsize=65536)
def stem(word: str) -> str:
    """Return the Indonesian stem of a word; numbers and short words stay."""
    if len(word) < 4 or not word.isalpha():
        return word
    return str(_stemmer().stem(word)) or word


def _indexed(*phrases: str | None) -> tuple[str, ...]:
    """Return the words of phrases, each followed by its stem and what means the same."""
    found: list[str] = []
    for phrase in phrases:
        for word in words_of(phrase or ""):
            found.append(word)
            found.extend({stem(word), *_ALIKE.get(word, ())} - {word})
    return tuple(found)


def index_datasets(session: Session, dataset_ids: Collection[int] | None = None) -> int:
    """Renew what the search knows of the datasets, or of all; return how many.

    To be called in the transaction that changed a dataset or the name of its agency.
    """
    if dataset_ids is None:
        session.connection().execute(text(f"DELETE FROM {TABLE}"))
        return _index(session, None)
    ids = sorted(dataset_ids)
    return sum(
        _index(session, ids[start : start + _IN_LIST]) for start in range(0, len(ids), _IN_LIST)
    )


def _index(session: Session, dataset_ids: Sequence[int] | None) -> int:
    query = select(models.Dataset, models.Agency).join(
        models.Agency, col(models.Agency.id) == models.Dataset.agency_id
    )
    connection = session.connection()
    key = "rowid" if connection.dialect.name == "sqlite" else "dataset_id"
    if dataset_ids is not None:
        query = query.where(col(models.Dataset.id).in_(dataset_ids))
        connection.execute(
            text(f"DELETE FROM {TABLE} WHERE {key} = :dataset_id"),
            [{"dataset_id": dataset_id} for dataset_id in dataset_ids],
        )
    every = [_words(dataset, agency) for dataset, agency in session.exec(query)]
    if every:
        _insert(connection, every)
    return len(every)


def _words(dataset: models.Dataset, agency: models.Agency) -> _Words:
    return _Words(
        dataset_id=dataset.id or 0,
        title=_indexed(dataset.title),
        agency=_indexed(agency.name, agency.abbreviation, agency.code),
        rest=_indexed(
            dataset.indicator,
            dataset.description,
            " ".join(dataset.keywords),
            dataset.unit,
            dataset.classification,
            dataset.concept,
            dataset.definition,
            _DIMENSION_WORDS.get(dataset.dimension) if dataset.dimension else None,
        ),
    )


def _insert(connection: Connection, every: Sequence[_Words]) -> None:
    if connection.dialect.name == "sqlite":
        connection.execute(
            text(
                f"INSERT INTO {TABLE} (rowid, title, agency, rest)"
                " VALUES (:dataset_id, :title, :agency, :rest)"
            ),
            [
                {
                    "dataset_id": words.dataset_id,
                    "title": " ".join(words.title),
                    "agency": " ".join(words.agency),
                    "rest": " ".join(words.rest),
                }
                for words in every
            ],
        )
        return
    connection.execute(
        text(
            f"INSERT INTO {TABLE} (dataset_id, words)"
            " VALUES (:dataset_id, CAST(:words AS tsvector))"
        ),
        [{"dataset_id": words.dataset_id, "words": _vector(words)} for words in every],
    )


def _vector(words: _Words) -> str:
    """Return the words as PostgreSQL stores them, with their places and weights."""
    lexemes: list[str] = []
    for weight, group in (("A", words.title), ("B", words.agency), ("D", words.rest)):
        for word in group:
            place = min(len(lexemes) + 1, 16383)
            lexemes.append(f"'{word}':{place}{weight}")
    return " ".join(lexemes)


@dataclass(frozen=True, slots=True)
class _Wanted:
    """One word of a question: as typed (also as the beginning of a word) and its stem."""

    word: str
    stem: str
    is_prefix: bool


def telling_words(phrase: str) -> list[str]:
    """Return the words that say what is looked for; none for "data di"."""
    return [word for word in words_of(phrase) if word not in _EMPTY_WORDS][:MAX_WORDS]


def _wanted(phrase: str) -> list[_Wanted]:
    return [
        _Wanted(word, stem(word), len(word) >= _SHORTEST_PREFIX) for word in telling_words(phrase)
    ]


def search(session: Session, phrase: str, limit: int = 1000) -> list[Hit]:
    """Return the datasets that hold every word, exactly, by stem or by beginning; best first."""
    wanted = _wanted(phrase)
    if not wanted:
        return []
    connection = session.connection()
    if connection.dialect.name == "sqlite":
        query = text(
            f"SELECT rowid, -bm25({TABLE}, 8.0, 3.0, 1.0) AS rank FROM {TABLE}"
            f" WHERE {TABLE} MATCH :question ORDER BY rank DESC, rowid LIMIT :limit"
        )
        question = " AND ".join(_fts_group(w) for w in wanted)
    else:
        query = text(
            "SELECT dataset_id, ts_rank('{0.1, 0.2, 0.4, 1.0}', words, question, 1) AS rank"
            f" FROM {TABLE}, CAST(:question AS tsquery) AS question"
            " WHERE words @@ question ORDER BY rank DESC, dataset_id LIMIT :limit"
        )
        question = " & ".join(_tsquery_group(w) for w in wanted)
    rows = connection.execute(query, {"question": question, "limit": limit})
    return [Hit(dataset_id, float(rank)) for dataset_id, rank in rows]


def _fts_group(wanted: _Wanted) -> str:
    typed = f'"{wanted.word}"' + ("*" if wanted.is_prefix else "")
    return f'({typed} OR "{wanted.stem}")'


def _tsquery_group(wanted: _Wanted) -> str:
    typed = f"'{wanted.word}'" + (":*" if wanted.is_prefix else "")
    return f"({typed} | '{wanted.stem}')"


def nearest(phrase: str, titles: Iterable[str], limit: int = 3) -> list[str]:
    """Return the titles that look most like a phrase nothing was found for."""
    wanted = " ".join(words_of(phrase))
    if not wanted:
        return []
    found = process.extract(
        wanted,
        list(titles),
        scorer=fuzz.ratio,
        processor=str.casefold,
        limit=limit,
        score_cutoff=NEAR_ENOUGH,
    )
    return [title for title, _score, _place in found]
