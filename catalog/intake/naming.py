"""Names folded for comparison and for addresses."""

import re
import unicodedata
from collections.abc import Container

_WORD = re.compile(r"[^\W_]+")
_UNUSABLE = re.compile(r"[^\W\d_]{2}")
_LONGEST_SLUG = 80
_JOINING = frozenset({"dan", "and"})


def words_of(text: str) -> list[str]:
    """Return the words and numbers of a text, case folded, marks and punctuation dropped."""
    return _WORD.findall(unicodedata.normalize("NFKC", text).casefold())


def folded(text: str | None) -> str:
    """Return a text reduced to its words, so that spacing, case and marks do not matter."""
    return " ".join(words_of(text or ""))


def name_key(name: str) -> str:
    """Return an agency's name as it is compared: words only, without "dan" and "&"."""
    words = words_of(name)
    return " ".join(word for word in words if word not in _JOINING) or " ".join(words)


def initials_of(name: str) -> str:
    """Return the first letters of the words of a name (DPMD)."""
    return "".join(word[0] for word in name_key(name).split())


def is_usable_title(text: str | None) -> bool:
    """Tell whether a cell names anything: "*", "-" and "***" do not."""
    return bool(text and _UNUSABLE.search(text))


def slug_of(text: str, taken: Container[str] = ()) -> str:
    """Return a readable address part of a text, with a number where it is taken already."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    words = re.findall(r"[a-z0-9]+", "".join(c for c in plain if not unicodedata.combining(c)))
    slug = ""
    for word in words or ["tanpa", "nama"]:
        longer = f"{slug}-{word}" if slug else word[:_LONGEST_SLUG]
        if len(longer) > _LONGEST_SLUG:
            break
        slug = longer
    candidate, number = slug, 1
    while candidate in taken:
        number += 1
        candidate = f"{slug}-{number}"
    return candidate
