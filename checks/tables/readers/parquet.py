"""Parquet to records, through polars where it is installed (the extra `fast`)."""

import datetime as dt
import importlib.util
import io
import json
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from checks.tables.later import Later
from checks.tables.readers.delimited import too_many_columns
from checks.tables.readers.grid import CELLS, Grid, Record, without_backtraces
from checks.tables.readers.parquet_footer import declared
from checks.tables.readers.workbook import cell_text
from checks.tables.table import MEGABYTE, Caps, Decision, UnreadableTable

if TYPE_CHECKING:
    import polars
else:
    # An optional package of a hundred megabytes, loaded when the first such file is read.
    polars = Later("polars")


def read_parquet(payload: bytes, caps: Caps) -> Grid:
    """Return the records of a Parquet file, its own names first.

    Raises UnreadableTable `no-parquet-reader` without polars, `broken-parquet` for a damaged
    file, and `too-large` for more columns, cells or text than the caps allow.
    """
    if importlib.util.find_spec("polars") is None:
        raise UnreadableTable(
            "no-parquet-reader",
            'Berkas Parquet dibaca dengan paket tambahan; pasang "mutakhir[fast]" atau kirim CSV.',
            'Parquet is read by an optional package; install "mutakhir[fast]" or send CSV.',
        )
    without_backtraces()
    try:
        said = declared(payload)
        _refuse_large(max(said.n_rows, said.n_values), CELLS, "sel")
        _refuse_large(said.n_bytes, caps.decoded_bytes, "bita")
        lazy = polars.scan_parquet(io.BytesIO(payload))
        names = lazy.collect_schema().names()
        if len(names) > caps.n_columns:
            raise too_many_columns(len(names), caps)
        n_rows = int(lazy.select(polars.len()).collect().item())
        _refuse_large(n_rows * max(1, len(names)), CELLS, "sel")
        frame = lazy.collect()
        _refuse_large(_n_bytes(frame), caps.decoded_bytes, "bita")
        records: list[Record] = [names, *([_text(value) for value in row] for row in frame.rows())]
    except (
        polars.exceptions.PolarsError,
        polars.exceptions.PanicException,
        OSError,
        ValueError,
        OverflowError,
    ) as error:
        raise UnreadableTable(
            "broken-parquet",
            "Berkas Parquet ini rusak atau terpotong; buat dan kirim ulang, atau kirim CSV.",
            "This Parquet file is damaged or cut off; make and send it again, or send CSV.",
        ) from error
    why = "bita awal dan akhir berkas adalah Parquet; jenis kolom dibaca ulang dari isinya"
    return Grid(records, [Decision("format", "parquet", why)], has_header=True)


def _n_bytes(frame: "polars.DataFrame") -> int:
    """Return how much text the frame holds; what it packs once may stand in every row."""
    texts = frame.select(polars.col(polars.String, polars.Binary))
    n_text = 0
    for column in texts:
        is_text = column.dtype == polars.String
        lengths = column.str.len_bytes() if is_text else column.bin.size()
        n_text += int(lengths.sum() or 0)
    return max(n_text, int(frame.estimated_size()))


def _refuse_large(found: int, allowed: int, what: str) -> None:
    if found > allowed:
        millions = allowed // MEGABYTE
        raise UnreadableTable(
            "too-large",
            f"Berkas Parquet berisi {found} {what}, batasnya {millions} juta; pecahlah per tahun.",
            f"The Parquet file is too large (the limit is {millions} million); split it by year.",
        )


def _text(value: Any) -> str:
    match value:
        case None:
            return ""
        case bool() | int() | float() | str() | dt.datetime() | dt.date() | dt.time():
            return cell_text(value)
        case Decimal():
            return f"{value:f}"
        case bytes():
            return value.decode("utf-8", errors="replace")
        case list() | dict():
            return json.dumps(value, ensure_ascii=False, default=str)
        case _:
            return str(value)
