"""One entry of a portal, made clean and checked before anything is written."""

import unicodedata
from dataclasses import replace

from catalog.intake.catalogues import prose
from catalog.intake.datasets import LONGEST_TITLE, DatasetRow, Described, Promised
from catalog.intake.documents import RowRefused
from catalog.intake.frequencies import frequency_of
from catalog.intake.licences import licence_of
from catalog.intake.naming import is_usable_title
from catalog.intake.portals.portal import PortalEntry
from catalog.intake.records import LONGEST_CELL
from catalog.rules.release_rule import parse_release_rule

_LONGEST_SHOWN = 120
_LONGEST_WORD, _MOST_KEYWORDS = 100, 50


def plain(text: str | None) -> str | None:
    """Return a text on one line without signs that cannot be seen; None where nothing is left.

    Control characters, direction overrides and halves of broken characters are dropped:
    no database or page should have to carry them.
    """
    if text is None:
        return None
    seen = "".join(
        sign if sign.isprintable() else " " if sign.isspace() else ""
        for sign in unicodedata.normalize("NFC", text)
    )
    return " ".join(seen.split()) or None


def said_briefly(text: str) -> str:
    """Return a text short enough for one line of a report."""
    return text if len(text) <= _LONGEST_SHOWN else f"{text[: _LONGEST_SHOWN - 1]}…"


def row_of(entry: PortalEntry) -> DatasetRow:
    """Return the dataset that an entry describes; raises RowRefused.

    Its promise is the portal's frequency with the default release rule of that cadence;
    where the frequency is unclear nothing is due, and the reason says so.
    """
    frequency = frequency_of(plain(entry.frequency))
    parsed = parse_release_rule(None, frequency.cadence)
    return DatasetRow(
        line=entry.number,
        agency=entry.agency.title if entry.agency else "",
        title=_title(entry),
        indicator=None,
        classification=None,
        slug=None,
        promised=Promised(
            frequency.cadence, None, replace(parsed, reason=frequency.reason or parsed.reason), None
        ),
        described=_described(entry),
        source=entry.source,
    )


def _title(entry: PortalEntry) -> str:
    title = plain(entry.title)
    if title is None or not is_usable_title(title):
        found = f'"{title}"' if title else "kosong"
        raise RowRefused(f"Judul {found} tidak menamai apa pun; isi judulnya di portal.")
    if len(title) > LONGEST_TITLE:
        raise RowRefused(
            f"Judul sepanjang {len(title)} karakter; paling banyak {LONGEST_TITLE}, "
            "pendekkan di portal."
        )
    return title


def _described(entry: PortalEntry) -> Described:
    words = (plain(prose(word)) for word in entry.keywords)
    keywords = dict.fromkeys(word for word in words if word and len(word) <= _LONGEST_WORD)
    description = plain(prose(entry.description))
    if description and len(description) > LONGEST_CELL:
        description = f"{description[: LONGEST_CELL - 1]}…"
    licence = plain(licence_of(entry.licence))
    return Described(
        description=description,
        sensitivity=entry.sensitivity,
        licence=said_briefly(licence) if licence else None,
        keywords=tuple(list(keywords)[:_MOST_KEYWORDS]),
    )
