"""The rows that are shown, as a table for spreadsheets: exactly these and in this order."""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from openpyxl import Workbook

from catalog.pages.wording import iso
from dashboards.heat import HeatMap
from dashboards.numbers import AgencyRow
from dashboards.status_answer import rounded
from dashboards.tally import Face

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: A cell that begins with one of these would be run by a spreadsheet as a formula.
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r")

Value = str | int | float | None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A header and its rows."""

    name: str
    header: tuple[str, ...]
    rows: tuple[tuple[Value, ...], ...]


def board_sheet(rows: Iterable[AgencyRow], as_of: datetime) -> Sheet:
    """Return the board's rows; column names are those of Bahasa Indonesia, one line an agency."""
    return Sheet(
        name="kepatuhan",
        header=(
            "pada",
            "peringkat",
            "perangkat_daerah",
            "singkatan",
            "skor",
            "jumlah_skor",
            "n_disepakati",
            "tepat_waktu",
            "tepat_waktu_dari",
            "aktualitas_hari_kerja",
            "terisi",
            "terisi_dari",
            "n_dataset",
            "n_dataset_terlambat",
            "n_periode_belum_disampaikan",
            "periode_belum_disampaikan",
            "alasan_tanpa_peringkat",
        ),
        rows=tuple(_board_row(row, as_of) for row in rows),
    )


def _board_row(row: AgencyRow, as_of: datetime) -> tuple[Value, ...]:
    share = row.measures.punctuality
    missing = "; ".join(f"{gap.dataset_slug} {gap.period.label}" for gap in row.missing)
    return (
        iso(as_of),
        row.rank,
        row.agency.name,
        row.agency.abbreviation,
        rounded(row.score.value),
        rounded(row.total),
        row.score.n_agreed,
        share.n if share else None,
        share.of if share else None,
        row.measures.timeliness,
        row.measures.filled.n,
        row.measures.filled.of,
        row.measures.n_datasets,
        row.n_late,
        len(row.missing),
        missing,
        row.unranked,
    )


def heat_sheet(heat: HeatMap) -> Sheet:
    """Return the heat map, one line for every agency and month."""
    return Sheet(
        name="peta_panas",
        header=(
            "pada",
            "perangkat_daerah",
            "bulan",
            "keadaan",
            "n",
            *(face.value for face in Face),
        ),
        rows=tuple(
            (
                iso(heat.as_of),
                row.agency.name,
                cell.month.label,
                cell.tally.worst.value if cell.tally.worst else None,
                cell.tally.n,
                *(cell.tally.of(face) for face in Face),
            )
            for row in heat.rows
            for cell in row.cells
        ),
    )


def defused(value: Value) -> Value:
    """Return a value that no spreadsheet takes for a formula."""
    if isinstance(value, str) and value.startswith(_DANGEROUS):
        return f"'{value}"
    return value


def as_csv(sheet: Sheet) -> bytes:
    """Return the sheet as UTF-8 CSV."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow(sheet.header)
    writer.writerows(_defused_rows(sheet))
    return text.getvalue().encode()


def as_xlsx(sheet: Sheet) -> bytes:
    """Return the sheet as a workbook of one page."""
    book = Workbook(write_only=True)
    page = book.create_sheet(sheet.name)
    page.append(sheet.header)
    for row in _defused_rows(sheet):
        page.append(row)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _defused_rows(sheet: Sheet) -> Iterable[Sequence[Value]]:
    return ([defused(value) for value in row] for row in sheet.rows)
