"""JSON files: a Project Open Data catalogue, or plain records, as tables to load."""

import html
import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

from catalog.intake.documents import Document, JsonDocument, UnknownDocument
from catalog.intake.frequencies import known_cadence
from catalog.intake.licences import licence_of

_COLUMNS = (
    "opd",
    "judul",
    "deskripsi",
    "periode_data",
    "sifat",
    "sumber",
    "alamat",
    "lisensi",
    "kata_kunci",
)
_ACCESS_LEVELS = {
    "public": "terbuka",
    "restricted public": "terbatas",
    "non-public": "tertutup",
}
_TABLE_FORMATS = ("csv", "xlsx", "json", "xls")
_FILLER = re.compile(r"^lorem ipsum|^no (?:keyword|description) provided", re.IGNORECASE)
_TAG = re.compile(r"<[^>]*>")


def as_table(document: JsonDocument) -> Document:
    """Return a JSON document as a table; the line of a record is its number from 1.

    A catalogue's dates are not read: they say when a portal touched its entry, never how
    new the data are. Raises UnknownDocument for any other JSON.
    """
    value = document.value
    if isinstance(value, Mapping) and isinstance(value.get("dataset"), list):
        rows = [_catalogue_row(each) for each in value["dataset"]]
        return Document(document.name, _COLUMNS, rows, 1, document.attachments)
    if isinstance(value, list) and value and all(isinstance(each, Mapping) for each in value):
        header = tuple(dict.fromkeys(str(key) for each in value for key in each))
        rows = [tuple(_text(each.get(name)) for name in header) for each in value]
        return Document(document.name, header, rows, 1, document.attachments)
    raise UnknownDocument(
        "Isi JSON tidak dikenal; yang dapat dimuat: katalog data.json (dengan daftar "
        '"dataset") atau daftar objek dengan kolom berkas muat.'
    )


def _catalogue_row(entry: Any) -> tuple[str | None, ...]:
    if not isinstance(entry, Mapping):
        return (None, None, _text(entry), *[None] * (len(_COLUMNS) - 3))
    publisher = entry.get("publisher")
    address = next(_table_addresses(entry), None)
    keywords = entry.get("keyword")
    stated = {
        "opd": _text(publisher.get("name") if isinstance(publisher, Mapping) else publisher),
        "judul": _text(entry.get("title")),
        "deskripsi": prose(_text(entry.get("description"))),
        "periode_data": _periodicity(_text(entry.get("accrualPeriodicity"))),
        "sifat": _ACCESS_LEVELS.get((_text(entry.get("accessLevel")) or "").casefold()),
        "sumber": "http_file" if address else None,
        "alamat": address,
        "lisensi": licence_of(_text(entry.get("license"))),
        "kata_kunci": "; ".join(filter(None, map(prose, map(_text, keywords))))
        if isinstance(keywords, list)
        else None,
    }
    return tuple(stated[name] for name in _COLUMNS)


def _periodicity(text: str | None) -> str:
    """Return the cadence; where none is stated nothing was promised, so nothing is ever due."""
    if text is None or text == "-":
        return "insidental"
    cadence = known_cadence(text)
    return text if cadence is None else cadence.value


def _table_addresses(entry: Mapping[str, Any]) -> Iterator[str]:
    """Give the download addresses of an entry, tables before everything else."""
    distributions = entry.get("distribution")
    offered = [each for each in distributions or [] if isinstance(each, Mapping)]
    offered.sort(key=lambda each: _rank_of_format(_text(each.get("format")) or ""))
    for each in offered:
        address = _text(each.get("downloadURL"))
        if address and address.startswith(("http://", "https://")):
            yield address


def _rank_of_format(name: str) -> int:
    word = name.casefold().strip(".")
    return _TABLE_FORMATS.index(word) if word in _TABLE_FORMATS else len(_TABLE_FORMATS)


def prose(text: str | None) -> str | None:
    """Return a text without markup; filler that nobody wrote for this entry is None."""
    if text is None:
        return None
    plain = " ".join(html.unescape(_TAG.sub(" ", text)).split())
    return None if not plain or _FILLER.match(plain) else plain


def _text(value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "ya" if value else "tidak"
    if isinstance(value, int | float):
        return str(value)
    return json.dumps(value, ensure_ascii=False)
