"""How often, in the words of portals: ISO 8601, the EU and Dublin Core codes, plain words."""

import re
from dataclasses import dataclass

from catalog.intake.naming import words_of
from catalog.rules.errors import UnknownCadence
from catalog.rules.terms import Cadence, parse_cadence

_LONGEST_SHOWN = 60
_REPEATING = re.compile(r"R\d*/P(?:(\d+(?:\.\d+)?)([YMWD])|T(\d+)H)", re.IGNORECASE)
_MONTHS = {
    1.0: Cadence.BULANAN,
    3.0: Cadence.TRIWULANAN,
    4.0: Cadence.EMPAT_BULANAN,
    6.0: Cadence.SEMESTERAN,
    12.0: Cadence.TAHUNAN,
    24.0: Cadence.DWITAHUNAN,
    60.0: Cadence.LIMA_TAHUNAN,
}
#: Whole days; tools of humanitarian portals state a month, a quarter, a year in days.
_DAYS = {
    1.0: Cadence.HARIAN,
    7.0: Cadence.MINGGUAN,
    30.0: Cadence.BULANAN,
    90.0: Cadence.TRIWULANAN,
    120.0: Cadence.EMPAT_BULANAN,
    180.0: Cadence.SEMESTERAN,
    365.0: Cadence.TAHUNAN,
    730.0: Cadence.DWITAHUNAN,
}
_HOURS = {1: Cadence.PER_JAM, 24: Cadence.HARIAN}
#: The last part of a code's address, folded to its words.
_CODES = {
    "hourly": Cadence.PER_JAM,
    "daily": Cadence.HARIAN,
    "weekly": Cadence.MINGGUAN,
    "monthly": Cadence.BULANAN,
    "quarterly": Cadence.TRIWULANAN,
    "annual 3": Cadence.EMPAT_BULANAN,
    "threetimesayear": Cadence.EMPAT_BULANAN,
    "annual 2": Cadence.SEMESTERAN,
    "semiannual": Cadence.SEMESTERAN,
    "semi annual": Cadence.SEMESTERAN,
    "annual": Cadence.TAHUNAN,
    "annually": Cadence.TAHUNAN,
    "biennial": Cadence.DWITAHUNAN,
    "quinquennial": Cadence.LIMA_TAHUNAN,
    "irreg": Cadence.INSIDENTAL,
    "irregular": Cadence.INSIDENTAL,
    "as needed": Cadence.INSIDENTAL,
    "asneeded": Cadence.INSIDENTAL,
    "never": Cadence.TETAP,
    "static": Cadence.TETAP,
}


@dataclass(frozen=True, slots=True)
class Frequency:
    """A cadence; `reason` says in Bahasa Indonesia why none could be read."""

    cadence: Cadence
    reason: str | None = None


def known_cadence(text: str) -> Cadence | None:
    """Return the cadence that a portal's word or code means; None for any other."""
    repeating = _REPEATING.fullmatch(text.strip())
    if repeating:
        return _repeated(*repeating.groups())
    code = " ".join(words_of(re.split(r"[/#]", text.strip())[-1].replace("_", " ")))
    if code in _CODES:
        return _CODES[code]
    try:
        return parse_cadence(text)
    except UnknownCadence:
        return None


def frequency_of(text: str | None) -> Frequency:
    """Return what a portal promises by a frequency: where it is unclear nothing is due.

    A schedule is never invented: an unknown or missing word has no schedule and a reason.
    """
    if text is None or not words_of(text):
        return Frequency(
            Cadence.INSIDENTAL,
            "Portal tidak menyebut frekuensi; tanpa jadwal sampai walidata menetapkannya.",
        )
    cadence = known_cadence(text)
    if cadence is not None:
        return Frequency(cadence)
    shown = " ".join(text.split())
    shown = shown if len(shown) <= _LONGEST_SHOWN else f"{shown[: _LONGEST_SHOWN - 1]}…"
    return Frequency(
        Cadence.INSIDENTAL,
        f'Portal menyebut frekuensi "{shown}", yang tidak dikenal; tanpa jadwal sampai '
        "walidata menetapkannya.",
    )


def _repeated(count: str | None, unit: str | None, hours: str | None) -> Cadence | None:
    if count is None or unit is None:
        return _HOURS.get(int(hours or 0))
    number = float(count)
    match unit.upper():
        case "Y":
            return _MONTHS.get(number * 12)
        case "M":
            return _MONTHS.get(number)
        case "W":
            return _DAYS.get(number * 7)
        case _:
            return _DAYS.get(number)
