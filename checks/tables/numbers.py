"""Numbers as offices write them: id-ID and en-US signs, decided once per column."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

_MONEY = re.compile(r"^(?:rp\.?|idr|us\$|\$)\s*|\s*(?:,-|rupiah)$", re.IGNORECASE)
#: A minus sign that is no hyphen, and the brackets that stand for one in accounts.
_MINUS = ("−", "–", "(")
_LONG_MINUS = re.compile(r"^[−–] ?(?=[\d.,])")
_IN_BRACKETS = re.compile(r"^\(((?!(?:19|20)\d\d\))\d{3,}|\d[\d.,]*[.,]\d+)\)$")
_SPACED_GROUP = re.compile(r"(?<=\d)[ \u00a0\u202f](?=\d{3}(?!\d))")
_USUAL = re.compile(r"-?\d+\.\d{1,2}")
_PLAIN = re.compile(r"[+-]?\d+")
_SCIENTIFIC = re.compile(r"[+-]?\d+(?:\.\d+)?[eE][+-]?\d{1,3}")
_ONE_GROUP = {
    ".": re.compile(r"[+-]?[1-9]\d{0,2}\.\d{3}"),
    ",": re.compile(r"[+-]?[1-9]\d{0,2},\d{3}"),
}
_GROUPS = {
    ".": re.compile(r"[+-]?[1-9]\d{0,2}(?:\.\d{3}){2,}"),
    ",": re.compile(r"[+-]?[1-9]\d{0,2}(?:,\d{3}){2,}"),
}
_DECIMALS = {
    ".": re.compile(r"[+-]?(?:\d*|[1-9]\d{0,2}(?:,\d{3})+)\.\d+"),
    ",": re.compile(r"[+-]?(?:\d*|[1-9]\d{0,2}(?:\.\d{3})+),\d+"),
}
_NUMERAL = re.compile(r"[+-]?(?:\d[\d.,]*|[.,]\d+)(?:[eE][+-]?\d{1,3})?")
_COUNTED = re.compile(
    r"jiwa|orang|unit|buah|ekor|jumlah|banyak|penduduk|total|kendaraan|penumpang|siswa|guru"
    r"|pasien|kasus|kk\b|keluarga|rumah|dokumen|rupiah|\brp\b|nilai|anggaran|investasi|realisasi"
    r"|laki|perempuan|orang|bidang|paket|liter|kunjungan|surat|pemohon|wajib",
    re.IGNORECASE,
)
_MEASURED = re.compile(
    r"persen|%|rasio|indeks|index|laju|rata|lat|lon|lintang|bujur|koordinat|suhu|temperatur"
    r"|presentase|kepadatan|\bton\b|\bha\b|\bkg\b|\bkm|luas|tinggi|panjang|curah",
    re.IGNORECASE,
)


class Shape(StrEnum):
    """What one numeral alone says about its signs."""

    PLAIN = "plain"
    DOT_DECIMAL = "dot"
    COMMA_DECIMAL = "comma"
    DOT_GROUP = "dot-group"
    COMMA_GROUP = "comma-group"
    DOT_UNCLEAR = "dot-unclear"
    COMMA_UNCLEAR = "comma-unclear"


@dataclass(frozen=True, slots=True)
class NumberStyle:
    """How a column writes its numbers; `unclear` says that the signs alone do not tell."""

    decimal: str | None
    thousands: str | None
    is_whole: bool
    unclear: bool = False


def bare(cell: str) -> str:
    """Return a numeral without money words, percent sign and spaces, with a plain minus."""
    if cell[-1:].isdigit() and cell[:1].isdigit() and " " not in cell and "\u00a0" not in cell:
        return cell
    text = _MONEY.sub("", cell).strip().removesuffix("%").strip()
    if text[:1] in _MINUS:
        text = _IN_BRACKETS.sub(r"-\1", _LONG_MINUS.sub("-", text))
    group = "," if "," in text else "." if text.count(".") > 1 else ""
    return _SPACED_GROUP.sub(group, text)


def is_numeral(cell: str) -> bool:
    """Tell whether a cell can be a number in any of the two ways of writing."""
    return any(char.isdigit() for char in cell) and shape(bare(cell)) is not None


def shape(text: str) -> Shape | None:
    """Return what a bare numeral says about its signs, or None when it is no numeral."""
    if text.isdecimal():
        return Shape.PLAIN
    if _USUAL.fullmatch(text):
        return Shape.DOT_DECIMAL
    if _PLAIN.fullmatch(text) or _SCIENTIFIC.fullmatch(text):
        return Shape.PLAIN
    if not _NUMERAL.fullmatch(text):
        return None
    for sign, group, unclear in (
        (".", Shape.DOT_GROUP, Shape.DOT_UNCLEAR),
        (",", Shape.COMMA_GROUP, Shape.COMMA_UNCLEAR),
    ):
        if _GROUPS[sign].fullmatch(text):
            return group
        if _ONE_GROUP[sign].fullmatch(text):
            return unclear
    if _DECIMALS["."].fullmatch(text):
        return Shape.DOT_DECIMAL
    if _DECIMALS[","].fullmatch(text):
        return Shape.COMMA_DECIMAL
    return None


def style_of(texts: Iterable[str], hint: str, delimiter: str | None) -> NumberStyle | None:
    """Return how a column writes its numbers, or None when two ways are mixed.

    `texts` are bare numerals; `hint` is the column's name and unit; the delimiter tells
    the locale of the program that exported (Excel id-ID writes semicolons).
    """
    shapes = {text: shape(text) for text in texts}
    found = set(shapes.values())
    dot = found & {Shape.DOT_DECIMAL, Shape.COMMA_GROUP}
    comma = found & {Shape.COMMA_DECIMAL, Shape.DOT_GROUP}
    if dot and comma:
        return None
    if not dot and not comma:
        return _without_proof(shapes, found, hint, delimiter)
    sign, group = (".", ",") if dot else (",", ".")
    grouped = any(group in text for text in shapes)
    has_decimals = any(sign in text for text in shapes)
    return NumberStyle(sign if has_decimals else None, group if grouped else None, not has_decimals)


def _without_proof(
    shapes: dict[str, Shape | None], found: set[Shape | None], hint: str, delimiter: str | None
) -> NumberStyle | None:
    if {Shape.DOT_UNCLEAR, Shape.COMMA_UNCLEAR} <= found:
        # 1.234 beside 1,234: each can only be decimal to the other, no proof for either.
        return None
    for sign, unclear in ((".", Shape.DOT_UNCLEAR), (",", Shape.COMMA_UNCLEAR)):
        if unclear not in found:
            continue
        counted = _COUNTED.search(hint) is not None
        measured = _MEASURED.search(hint) is not None
        locale_groups = (delimiter == ";" and sign == ".") or (delimiter == "," and sign == ",")
        large = any(form is Shape.PLAIN and len(text) > 3 for text, form in shapes.items())
        if (counted and not measured) or (locale_groups and not measured):
            return NumberStyle(None, sign, True)
        if sign == "," and large and not measured:
            return NumberStyle(None, sign, True)
        return NumberStyle(sign, None, False, unclear=not (large and sign == "."))
    is_whole = not any("e" in text or "E" in text for text in shapes)
    return NumberStyle(None, None, is_whole)


def plain(text: str, decimal: str | None, thousands: str | None) -> str | None:
    """Return a numeral with a decimal point and no groups, or None when it is none."""
    if text.isdecimal():
        return text
    numeral = bare(text)
    if thousands:
        numeral = numeral.replace(thousands, "")
    if decimal == ",":
        numeral = numeral.replace(",", ".")
    if _PLAIN.fullmatch(numeral) or _SCIENTIFIC.fullmatch(numeral):
        return numeral
    return numeral if _DECIMALS["."].fullmatch(numeral) and "," not in numeral else None


def canonical_number(text: str) -> str:
    """Return the one spelling of a plain numeral: `1.0`, `+1` and `01` are all `1`."""
    if text.isdecimal():
        return text.lstrip("0") or "0"
    if "e" in text or "E" in text:
        return repr(float(text))
    sign = "-" if text.startswith("-") else ""
    whole, _, fraction = text.lstrip("+-").partition(".")
    whole = whole.lstrip("0") or "0"
    fraction = fraction.rstrip("0")
    if fraction:
        return f"{sign}{whole}.{fraction}"
    return whole if whole == "0" else f"{sign}{whole}"
