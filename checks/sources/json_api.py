"""Records behind a JSON address, one answer or many pages."""

from datetime import datetime
from typing import ClassVar

from pydantic import Field

from catalog.models import SourceKind
from checks.sources import Conditional, Fetched, Reach, Ref
from checks.sources.answers import Asker
from checks.sources.options import Columns, Options, Taken, read_options
from checks.sources.paging import PagingOptions, Walk
from checks.sources.records import records_of, written


class JsonApiOptions(PagingOptions):
    """Which columns of the records are taken, or counted."""

    ambil_kolom: Taken = ()
    buang_kolom: Columns = Field(
        default=(),
        title="Kolom yang dibuang",
        description="Kolom data pribadi (nama, NIK, alamat) yang dibuang sebelum disimpan",
    )
    hitung_menurut: Columns = Field(
        default=(),
        title="Hitung menurut",
        description="Bila diisi, yang disimpan hanya jumlah baris menurut kolom-kolom ini",
    )


class JsonApi:
    """Records of a JSON API such as SiCantik's, flattened to one table."""

    kind: ClassVar[SourceKind] = SourceKind.JSON_API
    title_id: ClassVar[str] = "API JSON"
    title_en: ClassVar[str] = "JSON API"
    options: ClassVar[type[Options]] = JsonApiOptions

    def __init__(self, reach: Reach) -> None:
        self._reach = reach

    def fetch(self, ref: Ref, conditional: Conditional, now: datetime) -> Fetched:
        """Return all records of all pages as one file, or raise SourceError."""
        options = read_options(JsonApiOptions, ref.options)
        return read_pages(self._reach, ref.address, options, conditional, now, "json_api.json")


def read_pages(
    reach: Reach,
    address: str,
    options: JsonApiOptions,
    conditional: Conditional,
    now: datetime,
    file_name: str,
) -> Fetched:
    """Return the records of every page as one canonical file, or raise SourceError."""
    walk = Walk(options, Asker(reach.fetcher, now, options.key))
    first = walk.go(address)
    records = records_of(walk.rows).chosen(options.ambil_kolom, options.buang_kolom)
    return written(
        records.counted(options.hitung_menurut),
        reach,
        conditional,
        file_name,
        http_status=first.http_status,
        moved_to=None if options.parameter_rahasia else first.moved_to,
    )
