"""The source that a row of a daftar data names: its kind, its address, its options."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NoReturn
from urllib.parse import urlsplit

from catalog.intake.documents import RowRefused
from catalog.intake.naming import words_of
from catalog.intake.records import Record
from catalog.models import SourceKind
from catalog.rules.errors import MutakhirError

#: The key of `opsi` that names a recipe beside the options that differ from it.
RECIPE = "resep"
#: How each kind may be written beside its own name; blanks and signs do not matter.
_WORDS: Mapping[SourceKind, tuple[str, ...]] = {
    SourceKind.HTTP_FILE: ("http", "https", "url", "tautan", "berkas web"),
    SourceKind.JSON_API: ("api json", "api", "layanan json"),
    SourceKind.JDIHN: ("umpan jdih", "integrasi jdih"),
    SourceKind.SQL_VIEW: ("sql", "view", "basis data", "tampilan basis data"),
    SourceKind.CKAN: ("portal ckan",),
    SourceKind.DATA_JSON: ("katalog data.json", "daftar data.json"),
    SourceKind.GOOGLE_SHEET: ("google sheets", "lembar google"),
    SourceKind.DROP_FOLDER: ("folder", "folder setor", "folder setoran"),
    SourceKind.UPLOAD: ("unggah", "unggahan"),
    SourceKind.PUSH: ("kirim", "kiriman", "kiriman aplikasi", "kiriman api"),
}
_DEFAULT_PORTS = {"http": 80, "https": 443}
_PLACEHOLDER = re.compile(r"<[^<>]*>")


def _key(text: str) -> str:
    return "".join(words_of(text))


_KINDS = {
    _key(word): kind
    for kind in SourceKind
    if kind.is_looked_at or kind.is_sent
    for word in (kind, *_WORDS.get(kind, ()))
}


@dataclass(frozen=True, slots=True)
class SourceRow:
    """Where a dataset can be seen; `host` is host:port, empty for what is not fetched."""

    kind: SourceKind
    address: str
    host: str
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ReadyRecipe:
    """A known application as a row may name it, with what its rows need not say again.

    Its columns are those of its own options: an option of `shaped_by` makes them others.
    """

    name: str
    words: tuple[str, ...]
    kind: SourceKind
    address: str
    options: Mapping[str, Any]
    time_column: str
    value_columns: tuple[str, ...]
    shaped_by: frozenset[str] = frozenset()

    def is_called(self, word: object) -> bool:
        """Tell whether a row means this recipe."""
        return isinstance(word, str) and _key(word) in map(_key, (self.name, *self.words))


def _all_is_well(kind: SourceKind, address: str, options: Mapping[str, Any]) -> None:
    """Accept a source as it is."""


def _nowhere(address: str) -> str:
    return ""


@dataclass(frozen=True, slots=True)
class SourceBook:
    """What those who look at sources know of them, so that a row is refused before it counts.

    `check` raises MutakhirError for an address or options that cannot work, `check_schema`
    for a Table Schema that cannot be used; `database_host` gives host:port of the database
    that a reference names.
    """

    recipes: Sequence[ReadyRecipe] = ()
    check: Callable[[SourceKind, str, Mapping[str, Any]], None] = _all_is_well
    database_host: Callable[[str], str] = _nowhere
    check_schema: Callable[[Mapping[str, Any]], object] = dict


@dataclass(frozen=True, slots=True)
class StatedSource:
    """The source of a row, and the columns that its recipe knows."""

    row: SourceRow
    time_column: str | None = None
    value_columns: tuple[str, ...] = ()


def read_source(record: Record, book: SourceBook) -> StatedSource | None:
    """Return the source that a row states as a whole, None where it states none.

    `sumber` is a kind or a recipe, `alamat` its address, `opsi` a JSON object or the name
    of a recipe. Raises RowRefused.
    """
    word, address = record.line_text("sumber"), record.line_text("alamat")
    stated = _options(record)
    named = stated.pop(RECIPE, None)
    if word is None and address is None and named is None and not stated:
        return None
    recipe = _recipe(word, named, book)
    kind = _kind(word, recipe, book)
    options = {**(recipe.options if recipe else {}), **stated}
    options = {name: value for name, value in options.items() if value is not None}
    if address is None and recipe is not None:
        address = recipe.address
    row = SourceRow(kind, *_place(kind, address, book), options)
    try:
        book.check(kind, row.address, options)
    except MutakhirError as error:
        raise RowRefused(f"Sumber {kind}: {error}") from error
    if recipe is None or recipe.shaped_by & stated.keys():
        return StatedSource(row)
    return StatedSource(row, recipe.time_column, recipe.value_columns)


def _options(record: Record) -> dict[str, Any]:
    text = record.stated("opsi")
    if text is None:
        return {}
    if not text.startswith(("{", "[", '"')):
        return {RECIPE: text}
    try:
        options = json.loads(text, parse_constant=_no_number)
        if isinstance(options, dict):
            _storable(options)
            return options
        found = "daftar" if isinstance(options, list) else "teks"
    except RecursionError:
        found = "JSON yang terlalu dalam"
    except ValueError as error:
        raise RowRefused(
            f"Kolom opsi bukan JSON yang benar: {error}; "
            'tulis misalnya {"jalur_data": "data.data"}.'
        ) from error
    raise RowRefused(
        f"Kolom opsi berisi {found}; tulis satu objek JSON atau nama resep, "
        'misalnya {"jalur_data": "data.data"} atau sicantik.'
    )


def _no_number(text: str) -> NoReturn:
    raise ValueError(f"{text} bukan angka JSON")


def _storable(options: Mapping[str, Any]) -> None:
    """Refuse texts that no database can hold; raises ValueError."""
    json.dumps(options, ensure_ascii=False).encode()
    if "\\u0000" in json.dumps(options):
        raise ValueError("karakter NUL tidak dapat disimpan")


def _recipe(word: str | None, named: object, book: SourceBook) -> ReadyRecipe | None:
    """Return the recipe that the options name, or the kind in its place; raises RowRefused."""
    if named is None:
        is_kind = word is None or _key(word) in _KINDS
        return None if is_kind else next((r for r in book.recipes if r.is_called(word)), None)
    for each in book.recipes:
        if each.is_called(named):
            return each
    known = ", ".join(each.name for each in book.recipes) or "-"
    raise RowRefused(f'Resep "{named}" tidak dikenal; pakai salah satu dari: {known}.')


def _kind(word: str | None, recipe: ReadyRecipe | None, book: SourceBook) -> SourceKind:
    """Return the kind that a row means: a web file where neither word nor recipe says."""
    if word is None or (recipe is not None and recipe.is_called(word)):
        return SourceKind.HTTP_FILE if recipe is None else recipe.kind
    kind = _KINDS.get(_key(word))
    if kind is None:
        known = dict.fromkeys([*_KINDS.values(), *(each.name for each in book.recipes)])
        raise RowRefused(
            f'Sumber "{word}" tidak dikenal; pakai salah satu dari: {", ".join(known)}.'
        )
    if recipe is not None and recipe.kind is not kind:
        raise RowRefused(
            f'Resep "{recipe.name}" untuk sumber {recipe.kind}, baris ini menyebut {kind}; '
            f"isi kolom sumber dengan {recipe.kind} atau kosongkan."
        )
    return kind


def _place(kind: SourceKind, address: str | None, book: SourceBook) -> tuple[str, str]:
    """Return the address and the host whose turn a look takes; raises RowRefused."""
    if kind.is_sent:
        return address or "", ""
    if address is None:
        raise RowRefused(f"Sumber {kind} tanpa alamat; isi kolom alamat.")
    if blank := _PLACEHOLDER.search(address):
        raise RowRefused(
            f'Alamat "{address}" masih memuat {blank[0]}; ganti bagian itu dengan milik daerah.'
        )
    if kind is SourceKind.SQL_VIEW:
        return address, book.database_host(address)
    return address, web_host(address) if kind.is_pulled else ""


def web_host(address: str) -> str:
    """Return host:port of a web address; raises RowRefused for what is none."""
    try:
        parts = urlsplit(address)
        port = parts.port or _DEFAULT_PORTS.get(parts.scheme)
        host = parts.hostname
    except ValueError:
        port = host = None
        parts = urlsplit("")
    if parts.username or parts.password:
        raise RowRefused("Alamat sumber memuat nama pengguna atau kata sandi; hapus bagian itu.")
    if not host or port is None or " " in address:
        raise RowRefused(f'Alamat "{address}" bukan alamat http:// atau https:// yang benar.')
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
