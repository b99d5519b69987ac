"""The integration feed of a legal documentation office (JDIH) as the national JDIHN reads it."""

import re
from collections.abc import Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, ClassVar, Literal
from urllib.parse import urlsplit

from pydantic import Field

from catalog.models import SourceKind
from checks.sources import Conditional, Fault, Fetched, Reach, Ref, SourceError
from checks.sources.answers import Asker, rows_at
from checks.sources.faults import MEGABYTE
from checks.sources.fetcher import Fetcher
from checks.sources.options import Options, read_options
from checks.sources.records import Records, cell_text, written

#: Our columns and the keys of the feed that fill them; keys are free in case and signs.
_COLUMNS: Mapping[str, tuple[str, ...]] = {
    "id": ("iddata", "id"),
    "tahun": ("tahunpengundangan", "tahun"),
    "tanggal_pengundangan": ("tanggalpengundangan", "tanggalpenetapan"),
    "jenis": ("jenis",),
    "nomor": ("noperaturan", "nomor"),
    "judul": ("judul",),
    "status": ("status",),
    "subjek": ("subjek",),
    "bidang_hukum": ("bidanghukum",),
    "tautan": ("urldownload",),
}
_NO_DATE = re.compile(r"0{1,4}[-/.]0{1,2}[-/.]0{1,4}.*")
_SIGNS = re.compile(r"[^a-z]")
_LINK_BYTES = MEGABYTE // 8
_SUMMARY = ("tahun", "jenis", "jumlah", "tanggal_terbaru")


class JdihnOptions(Options):
    """Whether the regulations themselves or their counts are published."""

    isi: Literal["daftar", "ringkasan"] = Field(
        default="daftar",
        title="Isi yang dibaca",
        description="daftar = satu baris per peraturan; ringkasan = jumlah peraturan menurut "
        "tahun dan jenis beserta tanggal pengundangan terbarunya",
    )
    jalur_data: str = Field(
        default="",
        pattern=r"^[^\s]*$",
        title="Jalur data",
        description="Letak larik peraturan di dalam JSON; kosongkan bila JSON langsung larik",
    )


@dataclass(frozen=True, slots=True)
class DeadLink:
    """A link of the feed that leads nowhere, and why."""

    address: str
    sentence_id: str
    sentence_en: str


class Jdihn:
    """All regulations of a JDIH from its one JSON array."""

    kind: ClassVar[SourceKind] = SourceKind.JDIHN
    title_id: ClassVar[str] = "Umpan JDIH (JDIHN)"
    title_en: ClassVar[str] = "JDIH feed (JDIHN)"
    options: ClassVar[type[Options]] = JdihnOptions

    def __init__(self, reach: Reach) -> None:
        self._reach = reach

    def fetch(self, ref: Ref, conditional: Conditional, now: datetime) -> Fetched:
        """Return the regulations, or their counts, as one file; or raise SourceError."""
        options = read_options(JdihnOptions, ref.options)
        answer = Asker(self._reach.fetcher, now).ask(ref.address)
        records = regulations(rows_at(answer.tree, options.jalur_data))
        if options.isi == "ringkasan":
            records = summary(records)
        return written(
            records,
            self._reach,
            conditional,
            "jdihn.json",
            http_status=answer.http_status,
            moved_to=answer.moved_to,
        )


def regulations(rows: Sequence[Mapping[str, Any]]) -> Records:
    """Return one record for each regulation of the feed, in our columns.

    Bookkeeping of the feed (lastUpdated, operasi, display) is left out. Raises SourceError
    `not-jdihn` where no record has a kind and a title.
    """
    found = tuple(_regulation(row) for row in rows)
    names = tuple(_COLUMNS)
    jenis, judul = names.index("jenis"), names.index("judul")
    if found and not any(row[jenis] and row[judul] for row in found):
        raise SourceError(
            "not-jdihn",
            "Larik ini bukan umpan JDIHN: tidak ada baris dengan kunci jenis dan judul.",
            "This array is no JDIHN feed: no record has the keys jenis and judul.",
            permanent=True,
        )
    return Records(names, found)


def summary(records: Records) -> Records:
    """Return how many regulations there are for each year and kind, and the newest date."""
    year, day, kind = (records.names.index(n) for n in ("tahun", "tanggal_pengundangan", "jenis"))
    counts: dict[tuple[str, str], tuple[int, str]] = {}
    for row in records.rows:
        key = row[year] or row[day][:4], row[kind]
        n, newest = counts.get(key, (0, ""))
        counts[key] = n + 1, max(newest, row[day])
    return Records(_SUMMARY, tuple((*key, str(n), day) for key, (n, day) in counts.items()))


def dead_links(
    fetcher: Fetcher, addresses: Iterable[str], now: datetime, *, n_most: int
) -> tuple[DeadLink, ...]:
    """Try the first links and return those that lead nowhere; documents are not downloaded.

    What is our own fault, or nobody's yet, is no dead link.
    """
    short = copy(fetcher)
    short.limits = replace(fetcher.limits, wire_bytes=_LINK_BYTES, decoded_bytes=_LINK_BYTES)
    dead: list[DeadLink] = []
    for address in [each for each in addresses if each][:n_most]:
        try:
            fetched = short.fetch(address, Conditional(), now)
        except SourceError as error:
            # A document that is larger than we care to read is there.
            if error.fault is Fault.SOURCE and error.code != "too-large":
                dead.append(DeadLink(address, error.sentence_id, error.sentence_en))
        else:
            if fetched.path is not None:
                fetched.path.unlink(missing_ok=True)
    return tuple(dead)


def _regulation(row: Mapping[str, Any]) -> tuple[str, ...]:
    known = {_SIGNS.sub("", str(key).lower()): cell_text(value) for key, value in row.items()}
    cells = {
        name: next((text for key in keys if (text := known.get(key, "").strip())), "")
        for name, keys in _COLUMNS.items()
    }
    cells["tanggal_pengundangan"] = _day(cells["tanggal_pengundangan"])
    cells["tautan"] = cells["tautan"] if _is_link(cells["tautan"]) else ""
    return tuple(cells.values())


def _day(text: str) -> str:
    """Return a date as ISO where it is written 05-03-2024 or 2024-03-05 00:00, else as it is."""
    if _NO_DATE.fullmatch(text):
        return ""
    if turned := re.fullmatch(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})", text):
        return f"{turned[3]}-{int(turned[2]):02}-{int(turned[1]):02}"
    iso = re.match(r"\d{4}-\d{2}-\d{2}(?=[ T]|$)", text)
    return iso[0] if iso else text


def _is_link(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.netloc) and " " not in text
