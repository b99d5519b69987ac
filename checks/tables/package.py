"""A data package on this disk: each resource judged, and the keys from one to another."""

import json
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath
from time import perf_counter
from typing import TYPE_CHECKING, Any

from catalog.rules.errors import MutakhirError
from checks.tables.findings import Report, report
from checks.tables.oracle.wording import worded
from checks.tables.oracle.yardstick import Seen, Siblings, errors_of, normalised, of_data, original
from checks.tables.reading import Caps, Table, UnreadableTable, read_table
from checks.tables.schema import trusted_schema
from checks.tables.table import MEGABYTE
from checks.tables.validation import Engine, is_plain, unreadable, validate

if TYPE_CHECKING:
    from frictionless.resources import TableResource

_LARGEST = 4 * MEGABYTE
_MOST_RESOURCES = 500
_ODD_DIALECTS = ("commentChar", "headerRows", "commentRows", "skipBlankRows")
Schema = Mapping[str, Any]


class BadPackage(MutakhirError):
    """A data package that cannot be used; says where and why."""


@dataclass(frozen=True, slots=True)
class ResourceReport:
    """The verdict on one resource, by its name in the package."""

    name: str
    report: Report


@dataclass(frozen=True, slots=True)
class PackageReport:
    """The verdicts on all resources, in the order of the package."""

    resources: tuple[ResourceReport, ...]
    seconds: float

    @property
    def valid(self) -> bool:
        """Whether every resource is valid."""
        return all(resource.report.valid for resource in self.resources)


@dataclass(frozen=True, slots=True)
class _Member:
    """A resource as the package describes it: a file of its folder, or rows of its own."""

    name: str
    path: Path | None
    rows: list[Any] | None
    schema: Schema | None


def is_package(path: Path) -> bool:
    """Tell whether a file is the description of a data package."""
    try:
        with path.open("rb") as stream:
            head = stream.read(4096).lstrip(b"\xef\xbb\xbf \t\r\n")
        if head[:1] != b"{" or path.stat().st_size > _LARGEST:
            return False
        found = json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError):
        return False
    resources = found.get("resources") if isinstance(found, dict) else None
    return isinstance(resources, list) and all(_is_described(each) for each in resources)


def validate_package(
    path: Path, *, engine: Engine = "fast", caps: Caps | None = None
) -> PackageReport:
    """Return the verdict on a package described by a JSON file, resource by resource.

    Only names, types and rules of its schemas are taken over, and only files inside its
    own folder are read. Raises BadPackage where it asks for more, BadSchema for a schema
    that cannot be used. Resources with foreign keys are read by Frictionless, and their
    report names that gate; a file that is missing or no table is a finding.
    """
    started = perf_counter()
    caps = caps or Caps()
    members = _members(path)
    reports = tuple(_judged(member, members, engine, caps) for member in members)
    return PackageReport(reports, perf_counter() - started)


def _judged(member: _Member, members: list[_Member], engine: Engine, caps: Caps) -> ResourceReport:
    names = {member.name for member in members}
    wanted = {name for name in _references(member.schema) if name in names} - {member.name}
    others = [other for other in members if other.name in wanted]
    with ExitStack() as stack:
        resources = [stack.enter_context(_resource(other, caps)) for other in others]
        siblings = Siblings(member.name, tuple(r for r in resources if r is not None))
        if member.path is None:
            found = _of_rows(member, siblings)
        else:
            try:
                found = validate(
                    member.path, member.schema, engine=engine, caps=caps, siblings=siblings
                )
            except UnreadableTable as error:
                found = report([unreadable(error)], n_rows=0, fields=(), seconds=0.0)
        return ResourceReport(member.name, found)


def _of_rows(member: _Member, siblings: Siblings) -> Report:
    started, seen = perf_counter(), Seen()
    resource = siblings.joined(of_data(member.rows or [], _trusted(member.schema)))
    found = report(map(worded, errors_of(resource, seen)), n_rows=0, fields=(), seconds=0.0)
    seconds = perf_counter() - started
    return replace(
        found, n_rows=seen.n_rows, fields=seen.fields, seconds=seconds, gate="rows inside"
    )


@contextmanager
def _resource(member: _Member, caps: Caps) -> "Iterator[TableResource | None]":
    """Give a resource that others refer to, as it is read; None when it is no table."""
    schema = _trusted(member.schema)
    if member.path is None:
        yield _named(of_data(member.rows or [], schema), member)
        return
    try:
        table: Table = read_table(member.path, caps=caps)
    except UnreadableTable:
        yield None
        return
    if is_plain(table):
        with original(member.path, table, schema) as resource:
            yield _named(resource, member)
    else:
        yield _named(normalised(table, schema), member)


def _named(resource: "TableResource", member: _Member) -> "TableResource":
    resource.name = member.name
    return resource


def _trusted(schema: Schema | None) -> dict[str, Any] | None:
    return None if schema is None else trusted_schema(schema, in_package=True)


def _references(schema: Schema | None) -> Iterator[str]:
    for key in (schema or {}).get("foreignKeys") or ():
        reference = key.get("reference") if isinstance(key, dict) else None
        name = reference.get("resource") if isinstance(reference, dict) else None
        if isinstance(name, str):
            yield name


def _is_described(resource: Any) -> bool:
    return isinstance(resource, dict) and bool({"path", "data"} & set(resource))


def _members(path: Path) -> list[_Member]:
    found = _json(path)
    resources = found.get("resources")
    if not isinstance(resources, list) or not resources:
        raise BadPackage(f'{path.name} tidak punya daftar "resources"; sebutkan berkas datanya.')
    if len(resources) > _MOST_RESOURCES:
        raise BadPackage(
            f"{path.name} menyebut {len(resources)} sumber, batasnya {_MOST_RESOURCES}; pecahlah."
        )
    members = [_member(each, n, path.parent) for n, each in enumerate(resources, start=1)]
    names = [member.name for member in members]
    double = next((name for name in names if names.count(name) > 1), None)
    if double is not None:
        raise BadPackage(f'Nama sumber "{double}" dipakai dua kali; beri nama yang berbeda.')
    return members


def _member(described: Any, number: int, folder: Path) -> _Member:
    if not isinstance(described, dict) or not _is_described(described):
        raise BadPackage(f'Sumber ke-{number} tidak punya "path" maupun "data".')
    name = described.get("name")
    if not isinstance(name, str) or not name:
        raise BadPackage(f'Sumber ke-{number} tidak punya "name"; beri nama singkat.')
    _refuse_dialect(described.get("dialect"), name)
    schema = described.get("schema")
    if isinstance(schema, str):
        schema = _json(_inside(schema, folder, name))
    if schema is not None and not isinstance(schema, dict):
        raise BadPackage(f'Sumber "{name}": "schema" harus berupa objek atau berkas di foldernya.')
    if "path" not in described:
        return _Member(name, None, _rows(described["data"], name), schema)
    place = described["path"]
    if isinstance(place, list) and len(place) == 1:
        place = place[0]
    if not isinstance(place, str):
        raise BadPackage(f'Sumber "{name}": "path" harus satu berkas, bukan beberapa potongan.')
    return _Member(name, _inside(place, folder, name), None, schema)


def _rows(data: Any, name: str) -> list[Any]:
    if isinstance(data, list) and data and all(isinstance(row, (list, dict)) for row in data):
        return data
    raise BadPackage(f'Sumber "{name}": "data" harus berupa daftar baris.')


def _refuse_dialect(dialect: Any, name: str) -> None:
    """Refuse what would change the rows; delimiters and quotes are found by the reading."""
    if not isinstance(dialect, dict):
        return
    odd = [key for key in _ODD_DIALECTS if key in dialect]
    if odd or dialect.get("header") is False:
        raise BadPackage(
            f'Sumber "{name}": "dialect" dengan {odd[0] if odd else "header: false"} tidak '
            "didukung; simpan berkasnya dengan satu baris judul kolom."
        )


def _inside(place: str, folder: Path, name: str) -> Path:
    """Return a file of the package's own folder. Raises BadPackage for any other place."""
    pure = PurePosixPath(place)
    is_odd = "\0" in place or "\\" in place or ":" in place or place.startswith("~")
    if place and not is_odd and not pure.is_absolute() and ".." not in pure.parts:
        path = folder / pure
        if path.resolve().is_relative_to(folder.resolve()):
            return path
    raise BadPackage(
        f'Sumber "{name}": "{place[:80]}" bukan berkas di dalam folder paket; tulis alamat '
        "relatif tanpa .. dan tanpa http."
    )


def _json(path: Path) -> dict[str, Any]:
    try:
        if path.stat().st_size > _LARGEST:
            raise BadPackage(f"{path.name} lebih dari {_LARGEST // MEGABYTE} MB; ringkaslah.")
        found = json.loads(path.read_bytes())
    except OSError as error:
        raise BadPackage(f"{path.name} tidak dapat dibuka ({error.strerror}).") from error
    except (ValueError, RecursionError) as error:
        raise BadPackage(f"{path.name} bukan JSON yang sah ({error}).") from error
    if not isinstance(found, dict):
        raise BadPackage(f"{path.name} tidak berisi objek JSON; tulis {{...}}.")
    return found
