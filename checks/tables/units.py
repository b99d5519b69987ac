"""The unit of measure of a column of numbers: from its name, its cells, or the table."""

import re
from collections.abc import Iterable

_IN_BRACKETS = re.compile(r"\(([^()]{1,30})\)\s*$|\[([^\[\]]{1,30})\]\s*$")
_UNITS = re.compile(
    r"^(?:0+ ?)?(?:rp|rupiah|juta|miliar|ribu|\$|us\$|ton|kg|kw|kwintal|kuintal|ha|hektar|km2?|m2"
    r"|m3|m|mm|cm|liter|jiwa|orang|unit|buah|ekor|celcius|°c|mbs|mb|knot|persen|kasus|hari|jam"
    r"|menit|dokumen|kk|rumah|meter|paket|lembar|tahun|bulan|kwh|mw|gwh|tahun)\b",
    re.IGNORECASE,
)
_AT_END = re.compile(r"(?<=.)_(rp|ha|km2?|m[23]?|cm|mm|kg|ton|kwh|menit|jam)$")
_OF_TWO = re.compile(r"kepadatan|produktivitas|rasio|[(/]|(?:^|_)per_")
_PERCENT = re.compile(r"(?:^|_)(?:persen|persentase|presentase|prosentase|percent)(?:_|$)")
_ORDINAL = re.compile(r"^(?:id|no|nomor|no_urut|semester|triwulan|minggu|bulan|hari|rt|rw)$")


def unit_of(name: str, key: str, cells: Iterable[str], of_table: str | None) -> str | None:
    """Return the unit of a column of numbers, None where nothing says it.

    `key` is the name as words joined by `_`, `of_table` the one unit that the table names
    for all its rows.
    """
    if _ORDINAL.match(key):
        return None
    found = _IN_BRACKETS.search(name)
    named = (found.group(1) or found.group(2)).strip() if found else ""
    if named and (named in ("%", "$") or _UNITS.search(named)):
        return "persen" if named == "%" else named
    together = "\n".join(cells).casefold()
    if "%" in together or "%" in name:
        return "persen"
    at_end = _AT_END.search(key)
    if "rp" in together or (at_end and at_end.group(1) == "rp"):
        return "rupiah"
    if _PERCENT.search(key):
        return "persen"
    if at_end and not _OF_TWO.search(f"{key} {name}"):
        return at_end.group(1)
    return of_table
