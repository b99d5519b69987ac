"""Which file of a portal's dataset is the one that is watched."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal
from urllib.parse import urljoin

from pydantic import Field

from checks.sources import Conditional, SourceError
from checks.sources.options import Options

#: From the most to the least readable; a portal often has the same table in several.
_FORMATS = ("csv", "tsv", "xlsx", "xls", "ods", "json", "geojson", "jsonl", "zip")


@dataclass(frozen=True, slots=True)
class Offered:
    """One file that a portal offers; `changed` sorts as text, empty where it is not said."""

    id: str
    title: str
    format: str
    address: str
    changed: str = ""


class ChoosingOptions(Options):
    """How one file is chosen out of those of a dataset."""

    berkas: str = Field(
        default="",
        title="Berkas",
        description="Id atau judul berkas di dalam dataset; kosongkan bila hanya ada satu",
    )
    format: str = Field(
        default="",
        title="Format",
        description="Format berkas yang diambil, misalnya CSV; kosongkan untuk yang terbaik",
    )
    pilih: Literal["satu", "terbaru"] = Field(
        default="satu",
        title="Bila ada beberapa",
        description="satu = gagal bila lebih dari satu berkas cocok; terbaru = ambil yang "
        "paling akhir diubah, misalnya portal dengan satu berkas per tahun",
    )


def chosen(offered: Sequence[Offered], options: ChoosingOptions) -> Offered:
    """Return the one file that the options mean; raises SourceError that lists the others."""
    wanted = options.berkas.casefold()
    left = [each for each in offered if each.address]
    if wanted:
        left = [e for e in left if wanted in (e.id.casefold(), e.title.strip().casefold())]
    if options.format:
        left = [e for e in left if format_of(e) == options.format.casefold().lstrip(".")]
    elif len(left) > 1:
        best = min(map(_rank, left))
        left = [each for each in left if _rank(each) == best]
    if options.pilih == "terbaru" and left:
        newest = max(each.changed for each in left)
        left = [each for each in left if each.changed == newest][-1:]
    if len(left) == 1:
        return left[0]
    names = "; ".join(f"{e.title or e.id} ({format_of(e) or '?'})" for e in left or offered)[:300]
    if left:
        raise SourceError(
            "several-files",
            f"Dataset ini punya {len(left)} berkas yang cocok; isi opsi berkas atau pilih: "
            f"{names}.",
            f"{len(left)} files of this dataset fit; set the option berkas or pilih: {names}.",
            permanent=True,
        )
    raise SourceError(
        "no-such-file",
        f"Tidak ada berkas yang cocok di dataset ini; yang ada: {names or 'tidak ada'}.",
        f"No file of this dataset fits; there are: {names or 'none'}.",
        permanent=True,
    )


def tables_among(offered: Sequence[Offered]) -> list[Offered]:
    """Return the tables in the most readable format that there is; empty where there is none."""
    tables = [each for each in offered if each.address and format_of(each) in _FORMATS]
    best = min(map(_rank, tables), default=0)
    return [each for each in tables if _rank(each) == best]


def linked(base: str, address: str) -> str:
    """Return the whole address of a link as portals write them, with blanks in file names.

    Empty where there is none, or where it is no address at all.
    """
    try:
        return urljoin(base, address).replace(" ", "%20") if address else ""
    except ValueError:
        return ""


def same_file_only(conditional: Conditional) -> Conditional:
    """Return a condition that no other file can fulfil: by ETag, never by date.

    The file that is chosen today may be another than last time, and an older one.
    """
    return replace(conditional, last_modified=None)


def format_of(offered: Offered) -> str:
    """Return the format as a short lower-case word, from its name or its address."""
    said = offered.format.casefold().strip().rpartition("/")[2].lstrip(".")
    if said in _FORMATS:
        return said
    ending = offered.address.partition("?")[0].rpartition(".")[2].casefold()
    return ending if ending in _FORMATS else said


def _rank(offered: Offered) -> int:
    name = format_of(offered)
    return _FORMATS.index(name) if name in _FORMATS else len(_FORMATS)
