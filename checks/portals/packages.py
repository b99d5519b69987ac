"""One entry of a portal, a CKAN package or an entry of a data.json, as the catalogue takes it."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from catalog.intake.frequencies import known_cadence
from catalog.intake.licences import licence_of
from catalog.intake.portals.entries import plain, said_briefly
from catalog.intake.portals.portal import PortalAgency, PortalEntry
from catalog.intake.sources import SourceRow
from catalog.models import Sensitivity, SourceKind
from checks.sources import SourceError, ckan, data_json
from checks.sources.choosing import Offered, format_of, tables_among
from checks.sources.fetcher import check_address, host_of

_FREQUENCY_KEYS = (
    "frequency",
    "accrualperiodicity",
    "frekuensi",
    "frekuensipemutakhiran",
    "periodepemutakhiran",
    "updatefrequency",
    "maintenancefrequency",
)
#: Days between two updates, with three negative or zero values of its own.
_DAYS_KEY = "dataupdatefrequency"
_DAYS_WORDS = {"-2": "as needed", "-1": "never", "0": "continuous"}
_ACCESS_KEYS = ("sifat", "accessrights", "accesslevel", "klasifikasiakses")
_RESTRICTED = frozenset({"restricted", "restrictedpublic", "terbatas", "dibagikan"})
_CLOSED = frozenset({"nonpublic", "private", "tertutup", "kecuali", "dikecualikan", "rahasia"})
_BESIDE_THE_DATA = re.compile(r"\b(?:kamus|metadata|dictionary|readme|petunjuk)\b", re.IGNORECASE)
_NO_TABLE = "Tanpa berkas tabel di portal: belum dapat dipantau."
_UNSTORABLE = "Id di portal memuat tanda yang tidak dapat disimpan: belum dapat dipantau."


@dataclass(frozen=True, slots=True)
class _Table:
    """The file to watch, and whether it stands for several of its format."""

    file: Offered | None
    is_newest_of_several: bool = False
    note: str | None = None


def package_entry(root: str, number: int, package: Mapping[str, Any]) -> PortalEntry:
    """Return a package of the CKAN portal at `root`."""
    stated = _stated(package)
    name = _word(package, "name")
    own = _word(package, "id") or name
    table = _chosen(ckan.offered_in(root, package))
    source = _ckan_source(root, own, table)
    return PortalEntry(
        number=number,
        portal_id=own,
        agency=package_agency(package.get("organization")),
        title=_word(package, "title") or name,
        description=_word(package, "notes"),
        keywords=tuple(
            _word(tag, "display_name") or _word(tag, "name") for tag in _objects(package, "tags")
        ),
        licence=licence_of(
            _word(package, "license_title"),
            _word(package, "license_id"),
            _word(package, "license_url"),
        ),
        frequency=_frequency(stated),
        sensitivity=_sensitivity(stated),
        source=source,
        note=table.note if source or table.file is None else _UNSTORABLE,
        left_out=_hidden(package) or _closed(stated),
    )


def package_agency(organisation: Any) -> PortalAgency | None:
    """Return an organisation of a CKAN portal; None where there is none, or none with a name."""
    if not isinstance(organisation, Mapping):
        return None
    title, name = _word(organisation, "title"), _word(organisation, "name")
    return PortalAgency(title or name, name or None) if title or name else None


def listed_entry(address: str, number: int, entry: Any) -> PortalEntry:
    """Return an entry of the data.json at `address`; what is no object has no title."""
    if not isinstance(entry, Mapping):
        return PortalEntry(number, f"#{number}", None, None)
    publisher = entry.get("publisher")
    named = _word(publisher, "name") if isinstance(publisher, Mapping) else publisher
    agency = named.strip() if isinstance(named, str) else ""
    title, keywords = _word(entry, "title"), entry.get("keyword")
    own = _word(entry, "identifier") or _word(entry, "@id") or _word(entry, "landingPage")
    words = [keywords] if isinstance(keywords, str) else keywords
    table = _chosen(data_json.offered_in(address, entry))
    stated = _stated(entry)
    return PortalEntry(
        number=number,
        portal_id=own or f"{agency}: {title}",
        agency=PortalAgency(agency) if agency else None,
        title=title,
        description=_word(entry, "description"),
        keywords=tuple(each for each in words if isinstance(each, str))
        if isinstance(words, list)
        else (),
        licence=licence_of(_word(entry, "license")),
        frequency=_frequency(stated),
        sensitivity=_sensitivity(stated),
        source=_file_source(table),
        note=table.note,
        left_out=_closed(stated),
    )


def _chosen(offered: Sequence[Offered]) -> _Table:
    tables = tables_among([each for each in map(_without_fragment, offered) if _is_web(each)])
    kept = [each for each in tables if not _BESIDE_THE_DATA.search(each.title)] or tables
    if not kept:
        return _Table(None, note=_NO_TABLE)
    newest = max(enumerate(kept), key=lambda pair: (pair[1].changed, pair[0]))[1]
    if len(kept) == 1:
        return _Table(newest)
    name = said_briefly(plain(newest.title or newest.id) or "tanpa judul")
    note = (
        f"{len(kept)} berkas {format_of(newest)} di portal; dipantau yang terakhir diubah: "
        f'"{name}".'
    )
    return _Table(newest, is_newest_of_several=len(kept) == len(tables), note=note)


def _ckan_source(root: str, dataset: str, table: _Table) -> SourceRow | None:
    """Watch one file by its id; of several, whichever the portal changed last."""
    file = table.file
    if file is None or not (dataset + file.id).isprintable():
        return None
    options = {"dataset": dataset}
    if table.is_newest_of_several or not file.id:
        options |= {"format": format_of(file), "pilih": "terbaru"}
    else:
        options |= {"berkas": file.id}
    return SourceRow(SourceKind.CKAN, root, host_of(root), options)


def _file_source(table: _Table) -> SourceRow | None:
    if table.file is None:
        return None
    address = table.file.address
    return SourceRow(SourceKind.HTTP_FILE, address, host_of(address))


def _without_fragment(file: Offered) -> Offered:
    return Offered(
        file.id, file.title, file.format, file.address.partition("#")[0].strip(), file.changed
    )


def _is_web(file: Offered) -> bool:
    try:
        check_address(file.address)
    except SourceError:
        return False
    return file.address.isprintable()


def _stated(node: Mapping[str, Any]) -> dict[str, str]:
    """Return the plain fields and the extras of an entry, their names folded to letters."""
    extras = node.get("extras")
    pairs = [*extras.items()] if isinstance(extras, Mapping) else []
    pairs += [(each.get("key"), each.get("value")) for each in _objects(node, "extras")]
    found = [(_folded(str(k)), v) for k, v in (*pairs, *node.items()) if isinstance(v, str)]
    return {name: value.strip() for name, value in found if value.strip()}


def _frequency(stated: Mapping[str, str]) -> str | None:
    """Return the frequency that can be read, else the first that is stated at all."""
    said = [stated[key] for key in _FREQUENCY_KEYS if key in stated]
    if days := stated.get(_DAYS_KEY):
        said.append(
            f"R/P{days}D" if days.isdecimal() and days != "0" else _DAYS_WORDS.get(days, days)
        )
    read = (each for each in said if known_cadence(each) is not None)
    return next(read, said[0] if said else None)


def _sensitivity(stated: Mapping[str, str]) -> Sensitivity:
    is_restricted = any(word in _RESTRICTED for word in _access(stated))
    return Sensitivity.TERBATAS if is_restricted else Sensitivity.TERBUKA


def _closed(stated: Mapping[str, str]) -> str | None:
    for word in _access(stated):
        if word in _CLOSED:
            return "Tertutup menurut portal; tidak diambil."
    return None


def _access(stated: Mapping[str, str]) -> list[str]:
    """Return the words on who may see it, the last part of an address."""
    said = [stated[key] for key in _ACCESS_KEYS if key in stated]
    return [_folded(re.split(r"[/#]", each.rstrip("/"))[-1]) for each in said]


def _hidden(package: Mapping[str, Any]) -> str | None:
    """Say why a package is not for everybody."""
    if str(package.get("private", False)).casefold() in ("true", "1"):
        return "Bersifat privat di portal; tidak diambil."
    state = _word(package, "state") or "active"
    if state != "active":
        return f'Belum atau tidak lagi terbit di portal (status "{state[:40]}"); tidak diambil.'
    kind = _word(package, "type") or "dataset"
    return None if kind == "dataset" else f'Bukan dataset di portal (jenis "{kind[:40]}").'


def _objects(node: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    found = node.get(key)
    return [each for each in found if isinstance(each, Mapping)] if isinstance(found, list) else []


def _word(node: Mapping[str, Any], key: str) -> str:
    value = node.get(key)
    return value.strip() if isinstance(value, str) else ""


def _folded(text: str) -> str:
    return "".join(sign for sign in text.casefold() if sign.isalnum())
