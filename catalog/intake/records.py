"""One row of a recognised document, read cell by cell."""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from catalog.intake.documents import Cells, Document, RowRefused
from catalog.intake.kinds import Recognised
from catalog.rules.periods import read_time
from catalog.rules.terms import Unit

LONGEST_CELL = 10_000
_BINARY = re.compile(r"[\x00-\x08\x0e-\x1f\x7f\ud800-\udfff\ufffd]")
_NOTHING = re.compile(r"[\s*\-–—.]*")
_FIRST_YEAR, _LAST_YEAR = 2000, 2100
_YES = frozenset({"ya", "y", "sudah", "true", "1", "benar", "yes"})
_NO = frozenset({"tidak", "t", "belum", "false", "0", "salah", "no"})


@dataclass(frozen=True, slots=True)
class Record:
    """A row by the names of its columns; `line` is where it stands in the file."""

    line: int
    columns: Mapping[str, int]
    cells: Cells

    def has(self, name: str) -> bool:
        """Tell whether the document has the column at all."""
        return name in self.columns

    def text(self, name: str) -> str | None:
        """Return a cell as written, outer spaces cut; None where it is empty or absent."""
        place = self.columns.get(name)
        cell = self.cells[place] if place is not None and place < len(self.cells) else None
        return unicodedata.normalize("NFC", cell).strip() or None if cell else None

    def stated(self, name: str) -> str | None:
        """Return a cell that says something: "-", "*" and "***" are None too."""
        text = self.text(name)
        return None if text is None or _NOTHING.fullmatch(text) else text

    def line_text(self, name: str) -> str | None:
        """Return a stated cell on one line, its inner spaces single."""
        text = self.stated(name)
        return " ".join(text.split()) if text else None

    def parts(self, name: str) -> list[str]:
        """Return a cell that lists several things, separated by semicolons or commas."""
        return [part.strip() for part in re.split(r"[;,]", self.stated(name) or "") if part.strip()]

    def required(self, name: str, meaning: str) -> str:
        """Return a cell that must say something; raises RowRefused."""
        text = self.line_text(name)
        if text is None:
            raise RowRefused(f"{meaning} kosong; isi kolom {name}.")
        return text

    def day(self, name: str) -> date | None:
        """Return a date of 2000..2100, None where nothing is stated; raises RowRefused."""
        text = self.line_text(name)
        if text is None:
            return None
        label = read_time(text)
        if label is None or label.unit not in (Unit.DAY, Unit.HOUR):
            raise RowRefused(
                f'Kolom {name} berisi "{_short(text)}"; tulis tanggal lengkap, misalnya 2025-01-31.'
            )
        if not _FIRST_YEAR <= label.start.year <= _LAST_YEAR:
            raise RowRefused(
                f"Kolom {name} berisi tanggal {label.start}, di luar tahun "
                f"{_FIRST_YEAR}–{_LAST_YEAR}; perbaiki tanggalnya."
            )
        return label.start

    def yes_or_no(self, name: str) -> bool | None:
        """Return what a ya/tidak cell says, None where nothing is stated; raises RowRefused."""
        text = self.line_text(name)
        word = (text or "").casefold()
        if not word:
            return None
        if word not in _YES | _NO:
            raise RowRefused(f'Kolom {name} berisi "{_short(word)}"; tulis ya atau tidak.')
        return word in _YES


def _short(text: str) -> str:
    return text if len(text) <= 60 else text[:59] + "…"


def refuse_unreadable(record: Record) -> None:
    """Refuse a row that no database could hold or nobody could read; raises RowRefused."""
    for place, cell in enumerate(record.cells, start=1):
        if not cell:
            continue
        if _BINARY.search(cell):
            raise RowRefused(
                f"Kolom ke-{place} berisi karakter yang bukan teks; "
                "simpan ulang berkas sebagai CSV UTF-8 atau XLSX."
            )
        if len(cell) > LONGEST_CELL:
            raise RowRefused(
                f"Kolom ke-{place} berisi {len(cell)} karakter; paling banyak {LONGEST_CELL}. "
                "Kemungkinan tanda kutip tidak ditutup."
            )


def records(document: Document, recognised: Recognised) -> Iterator[Record]:
    """Give every row that holds anything, in order."""
    for index, cells in enumerate(document.rows):
        if any(cells):
            yield Record(document.line_of(index), recognised.columns, tuple(cells))
