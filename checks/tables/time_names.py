"""What names and words tell of times: parts of a year, attributes of things, years in titles."""

import re
from collections.abc import Collection, Iterable

from catalog.rules.time_labels import month_number
from checks.tables.columns import name_key

_PARTS = {
    "semester": re.compile(r"(?:^|_)(?:semester|smt)(?:_|$)"),
    "quarter": re.compile(r"(?:^|_)(?:triwulan|tri_wulan|tw|kuartal|quarter)(?:_|$)"),
    "month": re.compile(r"(?:^|_)(?:bulan|bln|month)(?:_|$)"),
    "week": re.compile(r"(?:^|_)(?:minggu|week|minggu_ke)(?:_|$)"),
    "day": re.compile(r"(?:^|_)(?:tanggal|tgl|hari|day)(?:_|$)"),
}
# Dates that describe a thing or the file, not the time the row speaks of.
_ATTRIBUTES = re.compile(
    r"lahir|update|ubah|perbarui|mutakhir|generated|cetak|unduh|created|modified|berdiri|terbit"
    r"|berlaku|mulai|selesai|akhir|input|entri|sk$|izin|timestamp|sync|birth|publish|rilis"
    r"|bangun|dirikan|pendirian|bentuk|perolehan|pengadaan|buatan|dibuat|konstruksi|rehab|renovasi"
    r"|resmi|pensiun|lulus|kadaluarsa|kadaluwarsa|kedaluwarsa|expire|tempo$|kontrak|sertifikat"
    r"|akreditasi|operasi$|beroperasi|masa_kerja|masa_jabatan|(?:^|_)tmt(?:_|$)"
)
_NTH = r"(?:iv|i{1,3}|[1-4])"
_QUARTER = re.compile(rf"(?:triwulan|tri wulan|tw|kuartal|q)[ ._-]*(?:ke[ ._-]*)?{_NTH}")
_SEMESTER = re.compile(r"(?:semester|smt)[ ._-]*(?:ke[ ._-]*)?(?:i{1,2}|[12])")
_YEAR = re.compile(r"(?<![\d/.,-])(?:19[5-9]|20[0-9])\d(?![\d/]|[.,-]\d)")
_NAMED_YEAR = re.compile(
    r"\b(?:tahun|thn|th|t\.?a|year)\b\.?[ :]*(?:anggaran|data)?[ :]*"
    r"((?:19[5-9]|20[0-9])\d)(?! ?[/–-] ?\d)",
    re.IGNORECASE,
)


def part_of_name(name: str) -> str | None:
    """Return the part of a year that a column holds by its name: month, quarter and so on."""
    key = name_key(name)
    return next((part for part, pattern in _PARTS.items() if pattern.search(key)), None)


def part_of_words(words: Collection[str]) -> str | None:
    """Return the part of a year that all words name: months, quarters or semesters."""
    folded = [" ".join(word.split()).casefold() for word in words]
    if not folded:
        return None
    if all(month_number(word) for word in folded):
        return "month"
    if all(map(_QUARTER.fullmatch, folded)):
        return "quarter"
    return "semester" if all(map(_SEMESTER.fullmatch, folded)) else None


def is_attribute(name: str) -> bool:
    """Tell whether a time in a column of this name says something of a thing, not of the row."""
    return _ATTRIBUTES.search(name_key(name)) is not None


def year_of_titles(titles: Iterable[str]) -> str | None:
    """Return the one year that titles name, "Tahun 2024" before any other, None for several."""
    text = "\n".join(titles)
    for found in (set(_NAMED_YEAR.findall(text)), set(_YEAR.findall(text))):
        if found:
            return found.pop() if len(found) == 1 else None
    return None
