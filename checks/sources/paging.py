"""The pages of a JSON address, walked to the end: whole, or a failure."""

from dataclasses import dataclass, field
from typing import Any, Literal
from urllib.parse import urljoin

from pydantic import Field

from checks.sources import SourceError
from checks.sources.answers import Answer, Asker, found_at, rows_at, with_query
from checks.sources.faults import broken
from checks.sources.fetcher import check_address, host_of
from checks.sources.keys import KeyOptions
from checks.sources.references import referred

_PATH = r"^[^\s]*$"


class PagingOptions(KeyOptions):
    """Where the records stand and how pages follow."""

    jalur_data: str = Field(
        default="",
        pattern=_PATH,
        title="Jalur data",
        description="Letak daftar baris di dalam JSON, dipisah titik, misalnya data.data; "
        "kosongkan bila JSON langsung berupa larik",
    )
    halaman: Literal["tidak", "nomor", "lompatan", "kursor", "tautan"] = Field(
        default="tidak",
        title="Cara berhalaman",
        description="tidak = satu jawaban berisi semuanya; nomor = ?page=1, 2, 3; lompatan = "
        "?offset=0, 100, 200; kursor atau tautan = penunjuk halaman berikut ada di jawaban",
    )
    parameter_halaman: str = Field(
        default="page",
        min_length=1,
        title="Parameter nomor halaman",
        description="Nama parameter alamat untuk nomor halaman",
    )
    halaman_pertama: int = Field(
        default=1,
        ge=0,
        le=1,
        title="Halaman pertama",
        description="Nomor halaman pertama: 1, atau 0 pada sebagian layanan",
    )
    parameter_lompatan: str = Field(
        default="offset",
        min_length=1,
        title="Parameter lompatan",
        description="Nama parameter alamat untuk banyak baris yang dilompati",
    )
    parameter_kursor: str = Field(
        default="cursor",
        min_length=1,
        title="Parameter kursor",
        description="Nama parameter alamat yang menerima kursor",
    )
    jalur_berikut: str = Field(
        default="next",
        pattern=_PATH,
        title="Jalur penunjuk berikut",
        description="Letak kursor atau tautan halaman berikut di dalam JSON, misalnya links.next",
    )
    parameter_ukuran: str = Field(
        default="limit",
        min_length=1,
        title="Parameter ukuran",
        description="Nama parameter alamat untuk banyak baris per halaman",
    )
    ukuran: int | None = Field(
        default=None,
        ge=1,
        le=100_000,
        title="Baris per halaman",
        description="Banyak baris yang diminta per halaman; kosongkan untuk bawaan layanan",
    )
    jalur_jumlah: str = Field(
        default="",
        pattern=_PATH,
        title="Jalur jumlah baris",
        description="Letak jumlah seluruh baris di dalam JSON, misalnya total; bila diisi, "
        "jawaban yang kurang dari jumlah itu tidak diterima",
    )
    paling_banyak_halaman: int = Field(
        default=100,
        ge=1,
        le=1_000,
        title="Batas halaman",
        description="Paling banyak halaman yang diambil (1 sampai 1000); lebih dari itu gagal",
    )
    parameter_rahasia: str = Field(
        default="",
        title="Parameter kunci API",
        description="Nama parameter alamat yang membawa kunci API, misalnya api_key",
    )


@dataclass(slots=True)
class Walk:
    """A walk over the pages of one address, which ends whole or in a SourceError."""

    options: PagingOptions
    asker: Asker
    rows: list[dict[str, Any]] = field(default_factory=list)
    n_pages: int = 0
    total: int | None = None

    def go(self, address: str) -> Answer:
        """Collect the rows of every page; returns the first answer."""
        options = self.options
        check_address(address)
        first: Answer | None = None
        visited: set[str] = set()
        before: list[dict[str, Any]] = []
        following: str | None = self._first(address)
        while following is not None:
            if self.n_pages >= options.paling_banyak_halaman:
                raise _too_many(options.paling_banyak_halaman)
            visited.add(following)
            answer = self.asker.ask(self._signed(following))
            first = first or answer
            page = rows_at(answer.tree, options.jalur_data)
            if page and page == before:
                raise _repeats()
            before = page
            self.n_pages += 1
            self.rows += page
            self._count(answer)
            following = self._next(following, answer, page)
            if following in visited:
                raise _repeats()
        if self.total is not None and len(self.rows) != self.total:
            raise _partial(len(self.rows), self.total)
        if first is None:
            raise broken("tanpa halaman", "no page")
        return first

    def _first(self, address: str) -> str:
        options = self.options
        given: dict[str, str] = {}
        if options.ukuran is not None:
            given[options.parameter_ukuran] = str(options.ukuran)
        if options.halaman == "nomor":
            given[options.parameter_halaman] = str(options.halaman_pertama)
        elif options.halaman == "lompatan":
            given[options.parameter_lompatan] = "0"
        return with_query(address, **given) if given else address

    def _signed(self, address: str) -> str:
        options = self.options
        if not options.parameter_rahasia:
            return address
        return with_query(address, **{options.parameter_rahasia: referred(options.rahasia)})

    def _count(self, answer: Answer) -> None:
        if not self.options.jalur_jumlah:
            return
        said = found_at(answer.tree, self.options.jalur_jumlah)
        if not isinstance(said, str) or not said.isdecimal():
            raise SourceError(
                "no-total",
                f'Jumlah baris tidak ditemukan pada jalur "{self.options.jalur_jumlah}".',
                f'No number of records at the path "{self.options.jalur_jumlah}".',
                permanent=True,
            )
        if self.total is not None and self.total != int(said):
            raise SourceError(
                "changed-while-read",
                "Data sumber berubah selagi halamannya dibaca; akan dibaca ulang dari awal.",
                "The data changed while its pages were read; they will be read again.",
            )
        self.total = int(said)

    def _next(self, address: str, answer: Answer, page: list[dict[str, Any]]) -> str | None:
        """Return the address of the next page, None after the last one.

        A short page ends nothing, because servers give less than they are asked for: pages
        by number or offset end with the stated total, or with an empty page.
        """
        options = self.options
        if options.halaman == "tidak":
            return None
        if options.halaman in ("nomor", "lompatan"):
            if not page or (self.total is not None and len(self.rows) >= self.total):
                return None
            if options.halaman == "nomor":
                number = options.halaman_pertama + self.n_pages
                return with_query(address, **{options.parameter_halaman: str(number)})
            return with_query(address, **{options.parameter_lompatan: str(len(self.rows))})
        pointer = found_at(answer.tree, options.jalur_berikut)
        if pointer in (None, "", False):
            return None
        if not isinstance(pointer, str):
            raise broken("penunjuk halaman berikut bukan teks", "the next pointer is no text")
        if options.halaman == "kursor":
            return with_query(address, **{options.parameter_kursor: pointer})
        try:
            following = urljoin(address, pointer.strip()).partition("#")[0]
        except ValueError:
            raise broken("tautan halaman berikut rusak", "a broken link to the next page") from None
        if host_of(following) != host_of(address):
            raise SourceError(
                "foreign-link",
                "Tautan halaman berikut menunjuk ke server lain; tidak diikuti.",
                "The link to the next page leads to another server; not followed.",
                permanent=True,
            )
        return following


def _too_many(most: int) -> SourceError:
    return SourceError(
        "too-many-pages",
        f"Data lebih dari {most} halaman; perbesar halaman, saring datanya, atau naikkan batas.",
        f"There are more than {most} pages; ask for larger pages, filter, or raise the limit.",
        permanent=True,
    )


def _repeats() -> SourceError:
    return SourceError(
        "paging-ignored",
        "Layanan mengirim halaman yang sama lagi; periksa cara berhalaman dan nama parameternya.",
        "The service sent the same page again; check the way of paging and its parameter.",
        permanent=True,
    )


def _partial(n: int, total: int) -> SourceError:
    return SourceError(
        "partial",
        f"Layanan menyebut {total} baris, yang diterima {n}; jawaban tidak lengkap.",
        f"The service says {total} records, {n} came; the answer is not complete.",
    )
