"""Personal data in what is about to be public: counted, shown only masked."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import comb
from typing import ClassVar

from checks.tables.columns import name_key
from checks.tables.personal.forms import (
    are_register_numbers,
    digits_of,
    eighteen_digits,
    is_nik,
    is_npwp,
    masked_text,
    mobiles,
    niks,
    nips,
    plain_npwps,
    private_emails,
    rounded_niks,
    sixteen_digits,
    stand_out,
    written_npwps,
)
from checks.tables.personal.names import are_people, is_person_column, may_name_people
from checks.tables.table import ColumnType, Table
from checks.validators import Finding, Inspection, Severity, finding

__all__ = ["PersonalData", "is_nik", "masked_text"]

_NIK_NAME = re.compile(r"(?:^|_)(?:nik|no_?ktp|ktp|nomor_induk_kependudukan|no_?identitas)(?:_|$)")
_CARD_NAME = re.compile(r"(?:^|_)(?:kk|no_?kk|kartu_keluarga)(?:_|$)")
_TAX_NAME = re.compile(r"(?:^|_)(?:npwp|npwpd)(?:_|$)")
_PHONE_NAME = re.compile(
    r"(?:^|_)(?:hp|wa|whatsapp|telp|tlp|telepon|telpon|ponsel|seluler|kontak|phone|mobile)(?:_|$)"
)
_ADDRESS_NAME = re.compile(
    r"^(?:alamat|domisili|tempat_tinggal)(?!_(?:kantor|usaha|surel|email|web))"
)
_BIRTH_NAME = re.compile(r"^(?:tanggal|tgl|tggl)_?lahir|^ttl$|^tempat_?(?:tanggal|tgl)_?lahir")
_WORTH_A_LOOK = re.compile(r"@|\d{8}|\d[ .-]\d{3,}[ .-]|8\d{2}[ .-]?\d")
_LEAST_PEOPLE = 3
_SHORTEST = 10
_LEAST_TAXPAYERS = 5
# Of 16-digit numbers with any meaning, seldom more than one in fifty looks like a NIK by
# chance (device numbers begin with 35 as East Java does); of those, one in a hundred has a
# serial below 100, as nearly every true NIK has.
_CHANCE, _CHANCE_OF_SMALL_SERIAL = 0.02, 0.0002
_SURE, _LIKELY, _CLEAR_SHARE = 0.0001, 0.01, 0.2
_NEARLY_ALL = 0.8

_Hit = tuple[int, str]


@dataclass(frozen=True, slots=True)
class _Looked:
    """One column under the eye: its name as words, and the rows that say something."""

    key: str
    filled: Sequence[tuple[int, str]]

    def hits(self, find: Callable[[str], Iterator[str]]) -> list[_Hit]:
        """Return the first find of every row that has one."""
        found = ((row, next(find(cell), None)) for row, cell in self.filled)
        return [(row, hit) for row, hit in found if hit]


@dataclass(frozen=True, slots=True)
class _Kind:
    """One kind of personal data and how it is found in a column."""

    name_id: str
    name_en: str
    hits: Callable[[_Looked], list[_Hit]]
    severity: Severity = Severity.ERROR


class PersonalData:
    """Holds back a version with NIK, KK, NIP, NPWP, mobile numbers, or people's addresses."""

    code: ClassVar[str] = "personal-data"
    title_id: ClassVar[str] = "Data pribadi"
    title_en: ClassVar[str] = "Personal data"
    quarantines: ClassVar[bool] = True

    def run(self, sample: Inspection) -> Iterable[Finding]:
        """Yield one finding for each column and kind, with a count and one masked example."""
        people = _people(sample.table)
        for index, column in enumerate(sample.table.columns):
            if column.type.is_time or column.type is ColumnType.BOOLEAN:
                continue
            looked = _looked(sample.table, index)
            if looked is None:
                continue
            for kind in _KINDS:
                hits = kind.hits(looked)
                if hits:
                    yield _said(sample.table, index, kind, hits, sure=people is not None)
        if people is not None:
            yield from _named_people(sample.table, people)
        yield from _outside(sample.table)


def _looked(table: Table, index: int) -> _Looked | None:
    """Return a column in which there may be something; one pass over all its text is cheap."""
    cells = table.cells(index)
    distinct = set(cells) - {None}
    if table.columns[index].type.is_numeric and not any(
        cell and len(cell) >= _SHORTEST for cell in distinct
    ):
        return None
    if not _WORTH_A_LOOK.search("\n".join(filter(None, distinct))):
        return None
    is_fraction = table.columns[index].type is ColumnType.NUMBER
    filled = [
        (row, cell)
        for row, cell in enumerate(cells)
        if cell and not (is_fraction and not cell.endswith(".0"))
    ]
    return _Looked(name_key(table.header[index]), filled)


def _chance_of(n_hits: int, n_tried: int, chance: float) -> float:
    """Return how probable it is that so many or more of these numbers look so by chance."""
    fewer = sum(comb(n_tried, k) * chance**k * (1 - chance) ** (n_tried - k) for k in range(n_hits))
    return 1 - fewer


def _nik_hits(column: _Looked) -> list[_Hit]:
    if _CARD_NAME.search(column.key):
        return []
    hits = _niks_of(column)
    if not hits or _NIK_NAME.search(column.key):
        return hits
    numbers = {digits_of(hit) for _, hit in hits}
    if are_register_numbers(numbers):
        return []
    tried = column.hits(sixteen_digits)
    all_numbers = {digits_of(number) for _, number in tried}
    if len(hits) >= _CLEAR_SHARE * len(tried) or stand_out(numbers, all_numbers - numbers):
        return hits
    n_tried = min(len(tried), 1000)
    small = [hit for hit in hits if digits_of(hit[1])[12:14] == "00"]
    if _chance_of(min(len(small), n_tried), n_tried, _CHANCE_OF_SMALL_SERIAL) < _LIKELY:
        return small if len(hits) < 2 * len(small) else hits
    return hits if _chance_of(min(len(hits), n_tried), n_tried, _CHANCE) < _SURE else []


def _niks_of(column: _Looked) -> list[_Hit]:
    """Return what has the form of a NIK, also where a spreadsheet rounded them all."""
    numbers = column.hits(sixteen_digits)
    is_rounded = all(number.endswith("0") for _, number in numbers)
    return column.hits(rounded_niks if is_rounded and len(numbers) >= _LEAST_PEOPLE else niks)


def _card_hits(column: _Looked) -> list[_Hit]:
    return _niks_of(column) if _CARD_NAME.search(column.key) else []


def _nip_hits(column: _Looked) -> list[_Hit]:
    hits = column.hits(nips)
    n_tried = len(column.hits(eighteen_digits)) if hits else 0
    return hits if len(hits) >= _CLEAR_SHARE * n_tried else []


def _npwp_hits(column: _Looked) -> list[_Hit]:
    if _TAX_NAME.search(column.key):
        return column.hits(written_npwps) or column.hits(plain_npwps)
    written = [hit for hit in column.hits(written_npwps) if is_npwp(_digits(hit[1]))]
    if written:
        return written
    plain = column.hits(plain_npwps)
    good = [hit for hit in plain if is_npwp(hit[1])]
    # One number of 15 digits in ten keeps the check digit by chance.
    return good if len(good) >= _LEAST_TAXPAYERS and len(good) >= _NEARLY_ALL * len(plain) else []


def _digits(text: str) -> str:
    return re.sub(r"\D", "", text)


def _phone_hits(column: _Looked) -> list[_Hit]:
    hits = column.hits(mobiles)
    if _PHONE_NAME.search(column.key) and not hits:
        # Excel drops the leading zero of what it takes for a number.
        hits = column.hits(lambda cell: mobiles("0" + cell if cell.startswith("8") else cell))
    if len(hits) < _LEAST_PEOPLE:
        return []
    bare = ((re.sub(r"[ .()+-]", "", cell), cell) for _, cell in column.filled)
    n_numbers = sum(1 for number, cell in bare if _digits(cell) == number)
    is_contact = _PHONE_NAME.search(column.key) is not None
    return hits if is_contact or len(hits) >= _NEARLY_ALL * n_numbers else []


def _mail_hits(column: _Looked) -> list[_Hit]:
    hits = column.hits(private_emails)
    return hits if len(hits) >= _LEAST_PEOPLE else []


_MAIL = _Kind("surel pribadi", "private e-mail addresses", _mail_hits, Severity.WARNING)
_KINDS = (
    _Kind("NIK", "national identity numbers (NIK)", _nik_hits),
    _Kind("nomor Kartu Keluarga", "family card numbers", _card_hits),
    _Kind("NIP", "civil servants' numbers (NIP)", _nip_hits),
    _Kind("NPWP", "taxpayer numbers (NPWP)", _npwp_hits),
    _Kind("nomor ponsel", "mobile numbers", _phone_hits),
    _MAIL,
)


def _people(table: Table) -> int | None:
    """Return the column that names people, or None."""
    for index, name in enumerate(table.header):
        key = name_key(name)
        if table.columns[index].type is not ColumnType.STRING or not may_name_people(key):
            continue
        names = {cell for cell in table.cells(index) if cell and "*" not in cell}
        if len(names) >= 2 and (is_person_column(key) or are_people(names)):
            return index
    return None


def _named_people(table: Table, people: int) -> Iterator[Finding]:
    names = table.cells(people)
    for index, label in enumerate(table.header):
        key = name_key(label)
        if _ADDRESS_NAME.search(key):
            what_id, what_en = "alamat", "addresses"
        elif _BIRTH_NAME.search(key):
            what_id, what_en = "tanggal lahir", "birth dates"
        else:
            continue
        both = [
            (row, name)
            for row, (name, cell) in enumerate(zip(names, table.cells(index), strict=True))
            if name and cell and "*" not in name + cell
        ]
        if len(both) >= _LEAST_PEOPLE:
            kind = _Kind(
                f'nama orang beserta {what_id} (kolom "{label}")',
                f'names of people with their {what_en} (column "{label}")',
                _mail_hits,
            )
            example = [(both[0][0], _initial(both[0][1])), *both[1:]]
            yield _said(table, people, kind, example, sure=True)


def _outside(table: Table) -> Iterator[Finding]:
    """Yield what stands in titles, notes and other sheets; one who signs may give his NIP."""
    beside = _Looked("", list(enumerate(table.beside)))
    for kind in _KINDS:
        hits = kind.hits(beside)
        if len(hits) < (1 if kind is _KINDS[0] else _LEAST_PEOPLE):
            continue
        masked = masked_text(hits[0][1])
        yield finding(
            PersonalData.code,
            kind.severity,
            (
                f"Di luar tabel (judul, catatan, atau lembar lain, juga yang tersembunyi) ada "
                f"{kind.name_id}: {len(hits)} sel (mis. {masked}).",
                f"Outside the table (titles, notes or other sheets, hidden ones too) there are "
                f"{kind.name_en}: {len(hits)} cells (e.g. {masked}).",
            ),
            (
                "Hapus lembar atau catatan itu lalu unggah lagi; berkas asli ikut terbit.",
                "Delete that sheet or note and send it again; the original file is published.",
            ),
            cell=masked,
        )


def _initial(name: str) -> str:
    return name[:1] + "*" * (len(name) - 1)


def _said(table: Table, index: int, kind: _Kind, hits: list[_Hit], *, sure: bool) -> Finding:
    row, example = hits[0]
    name, masked = table.header[index], masked_text(example)
    return finding(
        PersonalData.code,
        Severity.ERROR if sure else kind.severity,
        (
            f'Kolom "{name}" memuat {kind.name_id} pada {len(hits)} baris (mis. {masked}).',
            f'Column "{name}" holds {kind.name_en} in {len(hits)} rows (e.g. {masked}).',
        ),
        (
            "Hapus kolom itu atau sajikan jumlahnya saja; data pribadi tidak boleh terbit.",
            "Delete the column or publish totals only; personal data must not be public.",
        ),
        row=table.row_number(row),
        field=name,
        field_number=index + 1,
        cell=masked,
    )
