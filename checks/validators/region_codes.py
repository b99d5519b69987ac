"""Region codes that do not exist, contradict each other, or lie outside the city."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import ClassVar

from checks.tables.columns import name_key
from checks.tables.personal.places import is_district, place_name
from checks.tables.table import ColumnType, Table
from checks.validators import Finding, Inspection, Severity, finding

_REGION = re.compile(
    r"(?:prov|provinsi|kab|kabupaten|kota|kec|kecamatan|desa|kel|kelurahan|wilayah|kemendagri|bps)"
)
_CODE = re.compile(r"(?:^|_)(?:kode|kd|id|code)")
_MINISTRY = re.compile(r"kemendagri|mendagri|dagri")
_STATISTICS = re.compile(r"(?:^|_)bps(?:_|$)")
# Where people came from or went to lies outside as a matter of course.
_ELSEWHERE = re.compile(r"(?:^|_)(?:asal|tujuan|luar|pindah|datang)(?:_|$)")
_DOTTED = re.compile(r"\d{2}(?:\.\d{2}){0,2}(?:\.\d{4})?")
_PLAIN = re.compile(r"\d{2}|\d{4}|\d{6,7}|\d{10}")
_LENGTHS = (2, 4, 6, 7)
# On Java both authorities give the regencies the same numbers.
_SHARED = frozenset({"31", "32", "33", "34", "35", "36"})
_MOSTLY, _FEW, _LEAST, _LEAST_CITY = 0.8, 0.1, 5, 2
_REMEDY = (
    "Cocokkan dengan daftar kode wilayah; Kemendagri dan BPS memakai kode yang berbeda.",
    "Compare with the list of region codes; the ministry and BPS use different ones.",
)


@dataclass(frozen=True, slots=True)
class _Codes:
    """A column of region codes: digits by cell, and whose they are."""

    index: int
    digits: dict[str, str]
    is_ministry: bool
    is_statistics: bool


class RegionCodes:
    """Warns of codes of regions that are not, or are not where the others are."""

    code: ClassVar[str] = "region-code"
    title_id: ClassVar[str] = "Kode wilayah"
    title_en: ClassVar[str] = "Region codes"
    quarantines: ClassVar[bool] = False

    def run(self, sample: Inspection) -> Iterable[Finding]:
        """Yield one finding for each distinct wrong code of a column, with its first row."""
        table = sample.table
        found = [codes for i in range(len(table.header)) if (codes := _codes(table, i))]
        for codes in found:
            wrong = _wrong(table, codes)
            yield from self._of_cells(table, codes, wrong)
            if _ELSEWHERE.search(name_key(table.header[codes.index])):
                continue
            strays = _strays(table, codes, sample.city_code, set(wrong))
            yield from self._of_cells(table, codes, strays)
            yield from self._of_another_city(table, codes, sample.city_code)
        yield from self._of_pairs(table, found)

    def _of_cells(
        self, table: Table, codes: _Codes, wrong: dict[str, tuple[str, str]]
    ) -> Iterator[Finding]:
        if not wrong:
            return
        cells = table.cells(codes.index)
        name, counts = table.header[codes.index], Counter(cells)
        for cell, (why_id, why_en) in wrong.items():
            row, n_rows = cells.index(cell), counts[cell]
            yield finding(
                self.code,
                Severity.WARNING,
                (
                    f'Kolom "{name}": kode {cell} {why_id} ({n_rows} baris).',
                    f'Column "{name}": the code {cell} {why_en} ({n_rows} rows).',
                ),
                _REMEDY,
                row=table.row_number(row),
                field=name,
                field_number=codes.index + 1,
                cell=cell,
            )

    def _of_another_city(self, table: Table, codes: _Codes, city: str | None) -> Iterator[Finding]:
        """Yield one finding where every district or village is of one other city."""
        places = {digits[:4] for digits in codes.digits.values()}
        if city is None or len(places) != 1 or city in places or len(codes.digits) < _LEAST_CITY:
            return
        if not (codes.is_ministry or city[:2] in _SHARED):
            return
        (place,) = places
        name, there, here = table.header[codes.index], place_name(place), place_name(city)
        if there is None:
            return
        yield finding(
            self.code,
            Severity.WARNING,
            (
                f'Kolom "{name}": semua kode dari {there} ({place}), tidak satu pun dari '
                f"{here} ({city}).",
                f'Column "{name}": all codes are of {there} ({place}), none of {here} ({city}).',
            ),
            _REMEDY,
            field=name,
            field_number=codes.index + 1,
        )

    def _of_pairs(self, table: Table, found: list[_Codes]) -> Iterator[Finding]:
        """Yield the rows whose smaller region does not lie in their larger one."""
        for outer in found:
            for inner in found:
                if (outer.is_ministry, outer.is_statistics) != (
                    inner.is_ministry,
                    inner.is_statistics,
                ):
                    continue
                wrong = _misplaced(table, outer, inner)
                if wrong is None:
                    continue
                yield from self._of_cells(table, inner, wrong)


def _codes(table: Table, index: int) -> _Codes | None:
    column = table.columns[index]
    key = name_key(column.name)
    if column.type is not ColumnType.STRING or not (_CODE.search(key) and _REGION.search(key)):
        return None
    cells = {cell for cell in set(table.cells(index)) if cell}
    written = [c for c in cells if _DOTTED.fullmatch(c) or _PLAIN.fullmatch(c)]
    if not cells or len(written) < _MOSTLY * len(cells):
        return None
    digits = {cell: cell.replace(".", "") for cell in written}
    lengths = Counter(map(len, digits.values()))
    if lengths.keys() <= {2} and "prov" not in key:
        # Two digits are a part of a code, counted within the larger region.
        return None
    dotted = any("." in cell for cell in cells)
    is_ministry = dotted or _MINISTRY.search(key) is not None or 6 in lengths
    is_statistics = not dotted and (_STATISTICS.search(key) is not None or 7 in lengths)
    return _Codes(index, digits, is_ministry, is_statistics)


def _wrong(table: Table, codes: _Codes) -> dict[str, tuple[str, str]]:
    found: dict[str, tuple[str, str]] = {}
    usual = Counter(map(len, codes.digits.values())).most_common(1)[0][0]
    ranked = _ranked(set(codes.digits.values()))
    for cell in dict.fromkeys(cell for cell in table.cells(codes.index) if cell):
        digits = codes.digits.get(cell)
        if digits is None or (len(digits) != usual and digits not in ranked):
            found[cell] = ("bukan kode wilayah yang utuh", "is no whole region code")
        elif place_name(digits[:2]) is None:
            found[cell] = ("menyebut provinsi yang tidak ada", "names a province that is not")
        elif len(digits) >= 4 and not _is_regency(digits, codes):
            found[cell] = ("menyebut kabupaten/kota yang tidak ada", "names a regency that is not")
        elif codes.is_ministry and len(digits) in (6, 10) and not is_district(digits[:6]):
            found[cell] = ("menyebut kecamatan yang tidak ada", "names a district that is not")
    if 2 * len(found) > len(codes.digits):
        # Most of them wrong: these are codes of something else.
        return {}
    return found


def _ranked(all_digits: set[str]) -> set[str]:
    """Return the codes that hold others or lie within them: the city above its districts."""
    found = set()
    for digits in all_digits:
        above = {digits[:length] for length in _LENGTHS if length < len(digits)} & all_digits
        if above:
            found |= {digits, *above}
    return found


def _is_regency(digits: str, codes: _Codes) -> bool:
    if codes.is_ministry or digits[:2] in _SHARED:
        return place_name(digits[:4]) is not None
    return digits[2:4] != "00"


def _strays(
    table: Table, codes: _Codes, city: str | None, wrong: set[str]
) -> dict[str, tuple[str, str]]:
    """Return the codes outside the city: the known one, or that of nearly all rows."""
    regencies = Counter(
        codes.digits[cell][:4]
        for cell in table.cells(codes.index)
        if cell in codes.digits and cell not in wrong and len(codes.digits[cell]) >= 4
    )
    n_rows = regencies.total()
    if len(regencies) < 2:
        return {}
    home, n_home = regencies.most_common(1)[0]
    if city is not None and regencies[city] >= max(_LEAST_CITY, n_rows / 2):
        home = city
    elif n_rows < _LEAST or n_home < (1 - _FEW) * n_rows:
        return {}
    name = place_name(home) or home
    return {
        cell: (f"di luar {name} ({home})", f"lies outside {name} ({home})")
        for cell in dict.fromkeys(table.cells(codes.index))
        if cell in codes.digits
        and cell not in wrong
        and len(codes.digits[cell]) >= 4
        and codes.digits[cell][:4] != home
    }


def _misplaced(table: Table, outer: _Codes, inner: _Codes) -> dict[str, tuple[str, str]] | None:
    larger = {len(digits) for digits in outer.digits.values()}
    smaller = {len(digits) for digits in inner.digits.values()}
    if not larger or not smaller or max(larger) >= min(smaller):
        return None
    found: dict[str, tuple[str, str]] = {}
    n_pairs = 0
    for cells in table.rows:
        big = outer.digits.get(cells[outer.index] or "")
        small = inner.digits.get(cells[inner.index] or "")
        if big is None or small is None:
            continue
        n_pairs += 1
        cell = cells[inner.index]
        if not small.startswith(big) and cell is not None and cell not in found:
            above = cells[outer.index]
            found[cell] = (f"tidak berada di dalam {above}", f"does not lie within {above}")
    return found if len(found) <= _FEW * n_pairs else None
