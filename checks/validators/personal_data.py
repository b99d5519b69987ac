"""Personal data in what is about to be public: counted, shown only masked."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from checks.tables.columns import name_key
from checks.tables.table import ColumnType, Table
from checks.validators import Finding, Inspection, Severity, finding

_SIXTEEN = re.compile(r"(?<!\d)\d{16}(?!\d)")
_MOBILE = re.compile(r"(?<![\d.])(?:\+?62|0)[ -]?8\d{2}(?:[ -]?\d){6,9}(?!\d)")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_FAMILY_CARD = re.compile(r"(?:^|_)(?:kk|nokk|kartu_keluarga)(?:_|$)")
# Provinces of Indonesia by the first two digits of a region code.
_PROVINCES = frozenset([*range(11, 22), 31, 32, 33, 34, 35, 36, 51, 52, 53, *range(61, 66)]) | {
    71, 72, 73, 74, 75, 76, 81, 82, *range(91, 97)
}  # fmt: skip
_WOMEN = 40
_LEAST_PHONES = 3


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of personal data: its name, how it is found, and from how many on."""

    name_id: str
    name_en: str
    find: Callable[[str], Iterator[str]]
    least: int
    severity: Severity


def is_nik(digits: str) -> bool:
    """Tell whether 16 digits have the form of a NIK: province, birth date, serial number.

    Women are written with 40 added to the day.
    """
    day, month = int(digits[6:8]), int(digits[8:10])
    day = day - _WOMEN if day > _WOMEN else day
    is_place = int(digits[:2]) in _PROVINCES and digits[2:4] != "00" and digits[4:6] != "00"
    return is_place and 1 <= day <= 31 and 1 <= month <= 12 and digits[12:] != "0000"


def _niks(text: str) -> Iterator[str]:
    return (found for found in _SIXTEEN.findall(text) if is_nik(found))


def _mobiles(text: str) -> Iterator[str]:
    return iter(_MOBILE.findall(text))


def _private_emails(text: str) -> Iterator[str]:
    return (found for found in _EMAIL.findall(text) if not found.casefold().endswith(".go.id"))


_NIK = _Kind("NIK", "national identity numbers (NIK)", _niks, 1, Severity.ERROR)
_KK = _Kind("nomor Kartu Keluarga", "family card numbers", _niks, 1, Severity.ERROR)
_PHONE = _Kind("nomor ponsel", "mobile numbers", _mobiles, _LEAST_PHONES, Severity.ERROR)
_MAIL = _Kind("surel pribadi", "private e-mail addresses", _private_emails, _LEAST_PHONES,
              Severity.WARNING)  # fmt: skip


class PersonalData:
    """Holds back a version with NIK, KK or mobile numbers; warns of private e-mail."""

    code: ClassVar[str] = "personal-data"
    title_id: ClassVar[str] = "Data pribadi"
    title_en: ClassVar[str] = "Personal data"
    quarantines: ClassVar[bool] = True

    def run(self, sample: Inspection) -> Iterable[Finding]:
        """Yield one finding for each column and kind, with a count and one masked example."""
        for index, column in enumerate(sample.table.columns):
            if column.type in (ColumnType.STRING, ColumnType.INTEGER):
                card = _FAMILY_CARD.search(name_key(column.name)) is not None
                for kind in (_KK if card else _NIK, _PHONE, _MAIL):
                    yield from self._of(sample.table, index, kind)

    def _of(self, table: Table, index: int, kind: _Kind) -> Iterator[Finding]:
        cells = [cell or "" for cell in table.cells(index)]
        # One pass over all the text of the column is cheap; cells are taken apart only
        # where that finds something.
        if next(kind.find("\n".join(set(cells))), None) is None:
            return
        hits = [(row, next(kind.find(cell), None)) for row, cell in enumerate(cells)]
        found = [(row, hit) for row, hit in hits if hit]
        if len(found) < kind.least:
            return
        row, example = found[0]
        name, masked = table.header[index], masked_text(example)
        yield finding(
            self.code,
            kind.severity,
            (
                f'Kolom "{name}" memuat {kind.name_id} pada {len(found)} baris (mis. {masked}).',
                f'Column "{name}" holds {kind.name_en} in {len(found)} rows (e.g. {masked}).',
            ),
            (
                "Hapus kolom itu atau sajikan jumlahnya saja; data pribadi tidak boleh terbit.",
                "Delete the column or publish totals only; personal data must not be public.",
            ),
            row=table.record_lines[row] - max(table.header_line, 1) + 1,
            field=name,
            field_number=index + 1,
            cell=masked,
        )


def masked_text(text: str) -> str:
    """Return text of which only the first four characters can be read."""
    return text[:4] + "*" * max(0, len(text) - 4)
