"""A dataset of a CKAN portal: one of its files, or the rows of its DataStore."""

import re
from collections.abc import Mapping
from datetime import datetime
from http import HTTPStatus
from typing import Any, ClassVar, Literal
from urllib.parse import urlsplit, urlunsplit

from pydantic import Field

from catalog.models import SourceKind
from checks.sources import Conditional, Fetched, Reach, Ref, SourceError
from checks.sources.answers import Asker, found_at, with_query
from checks.sources.choosing import ChoosingOptions, Offered, chosen, linked, same_file_only
from checks.sources.fetcher import check_address
from checks.sources.json_api import JsonApiOptions, read_pages
from checks.sources.options import Columns, Options, bad_options, read_options

_PAGE = re.compile(
    r"^(?P<root>.*?)/(?:[a-z]{2}/)?dataset/(?P<id>[^/]+)(?:/resource/(?P<file>[^/]+).*)?$"
)
_INTERFACE = re.compile(r"/(?:api(?:/3)?(?:/action(?:/[a-z_]+)?)?|(?:[a-z]{2}/)?dataset)$")
_ROWS_A_PAGE = 10_000


class CkanOptions(ChoosingOptions):
    """Which dataset of the portal, and whether its file or its DataStore is read."""

    dataset: str = Field(
        default="",
        title="Dataset",
        description="Id atau nama dataset di portal; kosongkan bila alamatnya halaman dataset",
    )
    isi: Literal["berkas", "datastore"] = Field(
        default="berkas",
        title="Isi yang dibaca",
        description="berkas = berkas yang diterbitkan; datastore = baris di DataStore portal",
    )
    buang_kolom: Columns = Field(
        default=(),
        title="Kolom yang dibuang",
        description="Kolom yang dibuang sebelum disimpan; hanya untuk isi datastore",
    )


class Ckan:
    """A dataset or a resource of a CKAN portal; the address is the portal or the page."""

    kind: ClassVar[SourceKind] = SourceKind.CKAN
    title_id: ClassVar[str] = "Portal CKAN"
    title_en: ClassVar[str] = "CKAN portal"
    options: ClassVar[type[Options]] = CkanOptions

    def __init__(self, reach: Reach) -> None:
        self._reach = reach

    def fetch(self, ref: Ref, conditional: Conditional, now: datetime) -> Fetched:
        """Return the file or the rows, or raise SourceError."""
        options = read_options(CkanOptions, ref.options)
        if options.buang_kolom and options.isi == "berkas":
            raise bad_options(
                'Opsi "buang_kolom" hanya berlaku untuk isi datastore.',
                'The option "buang_kolom" is only for the contents of the DataStore.',
            )
        check_address(ref.address)
        root, options = placed(ref.address, options)
        package = self._package(root, options.dataset, now)
        wanted = chosen(offered_in(root, package), options)
        if options.isi == "berkas":
            return self._reach.fetcher.fetch(wanted.address, same_file_only(conditional), now)
        address = f"{root}/api/3/action/datastore_search"
        address = with_query(address, resource_id=wanted.id, sort="_id")
        paging = JsonApiOptions(
            jalur_data="result.records",
            halaman="lompatan",
            jalur_jumlah="result.total",
            ukuran=_ROWS_A_PAGE,
            buang_kolom=("_id", *options.buang_kolom),
        )
        try:
            return read_pages(self._reach, address, paging, conditional, now, "ckan.json")
        except SourceError as error:
            raise _as_missing_rows(error) from None

    def _package(self, root: str, dataset: str, now: datetime) -> dict[str, Any]:
        address = with_query(f"{root}/api/3/action/package_show", id=dataset)
        try:
            tree = Asker(self._reach.fetcher, now).ask(address).tree
        except SourceError as error:
            raise _as_missing_dataset(error, dataset) from None
        package = found_at(tree, "result")
        if found_at(tree, "success") is not True or not isinstance(package, dict):
            raise SourceError(
                "not-ckan",
                "Jawaban ini bukan jawaban package_show dari portal CKAN; periksa alamat portal.",
                "This is no answer of a CKAN portal's package_show; check the portal's address.",
            )
        if package.get("state", "active") != "active":
            raise SourceError(
                "removed",
                "Dataset ini sudah dihapus dari portal.",
                "This dataset has been removed from the portal.",
                permanent=True,
            )
        return package


def _as_missing_dataset(error: SourceError, dataset: str) -> SourceError:
    """Say what a portal means that does not find what it was asked for."""
    if error.http_status != HTTPStatus.NOT_FOUND:
        return error
    return SourceError(
        "no-such-dataset",
        f'Portal tidak menemukan dataset "{dataset}", atau alamatnya bukan portal CKAN (HTTP 404).',
        f'The portal does not find the dataset "{dataset}", or is no CKAN portal (HTTP 404).',
        permanent=True,
        http_status=error.http_status,
    )


def _as_missing_rows(error: SourceError) -> SourceError:
    if error.http_status != HTTPStatus.NOT_FOUND:
        return error
    return SourceError(
        "no-such-file",
        "Berkas ini tidak punya baris di DataStore portal; pakai isi = berkas (HTTP 404).",
        "This file has no rows in the portal's DataStore; use isi = berkas (HTTP 404).",
        permanent=True,
        http_status=error.http_status,
    )


def portal_root(address: str) -> str:
    """Return the address of the portal that a page or an interface of it belongs to."""
    parts = urlsplit(address)
    page = _PAGE.match(parts.path.rstrip("/"))
    root = urlunsplit((parts.scheme, parts.netloc, page["root"] if page else parts.path, "", ""))
    return _INTERFACE.sub("", root.rstrip("/"))


def placed(address: str, options: CkanOptions) -> tuple[str, CkanOptions]:
    """Return the portal's root, and the options with what a page's address says itself.

    Raises SourceError where neither names a dataset.
    """
    page = _PAGE.match(urlsplit(address).path.rstrip("/"))
    root = portal_root(address)
    dataset = options.dataset or (page["id"] if page else "")
    if not dataset:
        raise bad_options(
            'Opsi "dataset" wajib diisi, atau pakai alamat halaman dataset (…/dataset/nama).',
            'The option "dataset" is required, or the address of its page (…/dataset/name).',
        )
    berkas = options.berkas or (page["file"] if page and page["file"] else "")
    return root, options.model_copy(update={"dataset": dataset, "berkas": berkas})


def offered_in(root: str, package: Mapping[str, Any]) -> list[Offered]:
    """Return the files that a package of the portal offers."""
    resources = package.get("resources")
    if not isinstance(resources, list):
        return []
    return [
        Offered(
            id=_word(each, "id"),
            title=_word(each, "name"),
            format=_word(each, "format"),
            address=linked(f"{root}/", _word(each, "url")),
            changed=_word(each, "last_modified") or _word(each, "created"),
        )
        for each in resources
        if isinstance(each, dict) and each.get("state", "active") == "active"
    ]


def _word(node: dict[str, Any], key: str) -> str:
    value = node.get(key)
    return value.strip() if isinstance(value, str) else ""
