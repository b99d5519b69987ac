"""Provinces, regencies and districts by the codes of the home ministry (Kemendagri)."""

import csv
from collections.abc import Iterator
from pathlib import Path

_SHIPPED = Path(__file__).parent / "places_id.csv"
# Numbers of people are never changed: those of regencies that now lie in the new provinces
# of Kalimantan and Papua still begin with the former province.
_FORMER_PROVINCES = frozenset({"64", "91", "92"})
_FORMER_REGENCIES = frozenset(f"{n:02d}" for n in (*range(1, 40), *range(71, 80)))


def place_name(code: str) -> str | None:
    """Return the name of a province (2 digits) or regency (4), None when there is none."""
    return _NAMES.get(code)


def is_district(code: str) -> bool:
    """Tell whether six digits are the code of a district (kecamatan)."""
    return code in _DISTRICTS


def begins_a_personal_number(code: str) -> bool:
    """Tell whether six digits are, or were, those of a district as NIK and KK begin."""
    if code in _DISTRICTS:
        return True
    is_former = code[:2] in _FORMER_PROVINCES and code[2:4] in _FORMER_REGENCIES
    return is_former and "01" <= code[4:] <= "60"


def _read() -> tuple[dict[str, str], frozenset[str]]:
    names: dict[str, str] = {}
    districts: set[str] = set()
    with _SHIPPED.open(encoding="utf-8", newline="") as stream:
        lines = (line for line in stream if not line.startswith("#"))
        for row in csv.DictReader(lines):
            names[row["kode"]] = row["nama"]
            districts.update(row["kode"] + number for number in _numbers(row["kecamatan"]))
    return names, frozenset(districts)


def _numbers(ranges: str) -> Iterator[str]:
    for part in ranges.split():
        first, _, last = part.partition("-")
        for number in range(int(first), int(last or first) + 1):
            yield f"{number:02d}"


_NAMES, _DISTRICTS = _read()
