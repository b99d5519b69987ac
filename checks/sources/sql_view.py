"""A view of a city application's database, read by a query that can change nothing."""

import json
import re
import sqlite3
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from time import monotonic
from typing import Any, ClassVar, Self

from pydantic import Field, field_validator, model_validator
from sqlalchemy import URL, Connection, Engine, create_engine, make_url, text
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import NullPool

from catalog.models import SourceKind
from checks.sources import Conditional, Fetched, Reach, Ref, SourceError
from checks.sources.database_faults import bad_url, query_too_slow, refused_query, translated
from checks.sources.faults import too_large
from checks.sources.misfits import Misfit
from checks.sources.options import Columns, Options, Taken, read_options
from checks.sources.records import Records, number_text, written
from checks.sources.references import is_reference, referred

_NAME = r"^[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)?$"
_READS = re.compile(r"\s*(?:select|with)\b", re.IGNORECASE)
_ROWS_AT_ONCE = 1_000
_STEPS_BETWEEN_LOOKS = 10_000


class SqlViewOptions(Options):
    """What is read: a view by name, or one SELECT; with limits of time and rows."""

    tampilan: str = Field(
        default="",
        pattern=rf"{_NAME}|^$",
        title="Tampilan (view)",
        description="Nama view atau tabel yang dibaca, misalnya publik.realisasi_pad",
    )
    kueri: str = Field(
        default="",
        max_length=10_000,
        title="Kueri",
        description="Satu perintah SELECT tanpa titik koma, sebagai pengganti nama tampilan",
    )
    ambil_kolom: Taken = ()
    buang_kolom: Columns = Field(
        default=(),
        title="Kolom yang dibuang",
        description="Kolom data pribadi (nama, NIK, NPWPD) yang dibuang sebelum disimpan",
    )
    batas_detik: int = Field(
        default=30,
        ge=1,
        le=60,
        title="Batas waktu (detik)",
        description="Kueri yang berjalan lebih lama dihentikan (1 sampai 60 detik)",
    )
    batas_baris: int = Field(
        default=100_000,
        ge=1,
        le=1_000_000,
        title="Batas baris",
        description="Hasil yang lebih banyak dari ini ditolak, tidak dipotong (sampai 1000000)",
    )

    @field_validator("kueri")
    @classmethod
    def _reads_only(cls, query: str) -> str:
        query = query.rstrip("; \n\t")
        if query and (_READS.match(query) is None or ";" in query):
            raise Misfit("satu perintah SELECT tanpa titik koma", "one SELECT without a semicolon")
        return query

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        if bool(self.tampilan) == bool(self.kueri):
            raise Misfit(
                "isi salah satu: tampilan atau kueri", "give tampilan or kueri, one of them"
            )
        return self


class SqlView:
    """Rows of a database view; the address names where the operator keeps the connection.

    The address is `env:SUMBER_NAME`: the whole database address, with its server and its
    password, is the operator's alone, so that nobody can point a source at another server.
    """

    kind: ClassVar[SourceKind] = SourceKind.SQL_VIEW
    title_id: ClassVar[str] = "Tampilan basis data (SQL)"
    title_en: ClassVar[str] = "Database view (SQL)"
    options: ClassVar[type[Options]] = SqlViewOptions

    def __init__(self, reach: Reach) -> None:
        self._reach = reach

    def fetch(self, ref: Ref, conditional: Conditional, now: datetime) -> Fetched:
        """Return every row of the view as one file, or raise SourceError."""
        options = read_options(SqlViewOptions, ref.options)
        url = _url(referred(ref.address))
        engine = _engine(url, options.batas_detik)
        try:
            with translated(options.batas_detik), engine.connect() as connection:
                records = _rows(connection, options, self._reach.fetcher.limits.decoded_bytes)
        finally:
            engine.dispose()
        chosen = records.chosen(options.ambil_kolom, options.buang_kolom)
        return written(chosen, self._reach, conditional, "sql_view.json")


def database_host(address: str) -> str:
    """Return host:port of the database that a reference names, without its credentials.

    A database file, and what cannot be told, is this machine's own: it neither shares a
    server's turn nor says whether our line is up.
    """
    name = address.removeprefix("env:")
    if not is_reference(address):
        return f"localhost:{name}"
    try:
        url = _url(referred(address))
    except SourceError:
        return f"localhost:{name}"
    if url.get_backend_name() == "sqlite":
        return f"localhost:{Path(url.database or '').name}"
    host = url.host or "localhost"
    return f"[{host}]:{url.port or 5432}" if ":" in host else f"{host}:{url.port or 5432}"


def _url(address: str) -> URL:
    try:
        url = make_url(address)
    except ArgumentError:
        raise bad_url() from None
    if url.get_backend_name() == "postgresql":
        return url.set(drivername="postgresql+psycopg")
    if url.get_backend_name() == "sqlite" and url.database:
        return url
    raise bad_url()


def _engine(url: URL, seconds: int) -> Engine:
    if url.get_backend_name() == "sqlite":
        address = f"{Path(url.database or '').absolute().as_uri()}?mode=ro"
        deadline = monotonic() + seconds

        def connect() -> sqlite3.Connection:
            connection = sqlite3.connect(address, uri=True, timeout=min(seconds, 5))
            connection.execute("PRAGMA query_only = ON")
            connection.set_progress_handler(lambda: monotonic() > deadline, _STEPS_BETWEEN_LOOKS)
            return connection

        return create_engine("sqlite://", creator=connect, poolclass=NullPool)
    guards = {
        "default_transaction_read_only": "on",
        "statement_timeout": str(1000 * seconds),
        "lock_timeout": str(1000 * min(seconds, 5)),
        "idle_in_transaction_session_timeout": str(2000 * seconds),
    }
    return create_engine(
        url,
        poolclass=NullPool,
        connect_args={
            "options": " ".join(f"-c {name}={value}" for name, value in guards.items()),
            "connect_timeout": min(seconds, 10),
            "application_name": "mutakhir",
        },
    )


def _rows(connection: Connection, options: SqlViewOptions, most_bytes: int) -> Records:
    """Return the rows, one more than permitted being an error.

    The query stands inside ours and a value is bound, so that the server itself refuses a
    second command behind it.
    """
    source = options.tampilan or f"({options.kueri.replace(':', chr(92) + ':')}\n)"
    statement = text(f"SELECT * FROM {source} AS sumber LIMIT :most")
    deadline = monotonic() + options.batas_detik
    streamed = connection.execution_options(stream_results=True, yield_per=_ROWS_AT_ONCE)
    result = streamed.execute(statement, {"most": options.batas_baris + 1})
    rows: list[tuple[str, ...]] = []
    n_chars = 0
    for part in result.partitions():
        rows += [tuple(_cell(value) for value in row) for row in part]
        n_chars += sum(len(cell) for row in rows[-len(part) :] for cell in row)
        if n_chars > most_bytes:
            raise too_large(most_bytes)
        if monotonic() > deadline:
            raise query_too_slow(options.batas_detik)
    if len(rows) > options.batas_baris:
        raise SourceError(
            "too-many-rows",
            f"Kueri menghasilkan lebih dari {options.batas_baris} baris; saring atau jumlahkan.",
            f"The query gives more than {options.batas_baris} rows; filter or aggregate it.",
            permanent=True,
        )
    names = tuple(result.keys())
    if len(set(names)) < len(names):
        raise refused_query("nama kolom ganda", "a column name twice")
    return Records(names, tuple(rows))


def _cell(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "true" if value else "false"
        case Decimal():
            return number_text(f"{value:f}")
        case float():
            return number_text(repr(value)) if value == value else ""
        case datetime():
            return value.isoformat(sep=" ")
        case date():
            return value.isoformat()
        case bytes() | memoryview():
            raise SourceError(
                "binary-column",
                "Hasil kueri memuat kolom biner (berkas atau gambar); pilih kolom teks dan angka.",
                "The result has a binary column; choose columns of text and numbers.",
                permanent=True,
            )
        case list() | dict():
            return json.dumps(value, ensure_ascii=False, default=str)
        case _:
            return str(value)
