"""Bytes to text: byte order mark, strict UTF-8, what the server declared, cp1252; all reported."""

import codecs
import unicodedata
from dataclasses import dataclass
from email.message import Message
from pathlib import Path

from checks.tables.table import Decision, UnreadableTable

_MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
# Letters with marks, typographic quotes and dashes, and the signs of measures: what
# a file typed on an Indonesian Windows can hold. The rest (thorn, eth, control codes)
# says that the bytes are something else.
_PLAUSIBLE_CP1252 = frozenset(
    [0x80, 0x85, *range(0x91, 0x98), 0xA0, 0xA3, 0xA7, 0xA9, 0xAB, 0xAD, 0xAE, 0xB0, 0xB1]
    + [0xB2, 0xB3, 0xB4, 0xB5, 0xB7, 0xB9, 0xBA, 0xBB, 0xBC, 0xBD, 0xBE, 0xBF, 0xD7]
    + [byte for byte in range(0xC0, 0xFD) if byte not in (0xD0, 0xDE, 0xF0, 0xF7)]
)
_SAMPLE = 4096
_CHUNK = 1 << 20
_ASCII = bytes(range(0x80))


@dataclass(frozen=True, slots=True)
class Text:
    """Decoded text and the name of its encoding as Python knows it."""

    text: str
    encoding: str
    decision: Decision


def decode(payload: bytes, declared: str | None = None) -> Text:
    """Return the text of a file; `declared` is the charset that its server named.

    What a server says never beats bytes that are valid UTF-8, and it is believed only for
    encodings in which not every byte is a letter, so that a wrong word is found out.

    Raises UnreadableTable `bad-encoding` with the record where the bytes stop making
    sense, and `nul-bytes` for text with NUL inside.
    """
    for mark, encoding in _MARKS:
        if payload.startswith(mark):
            return _checked(payload, encoding, "tanda urutan bita (BOM) di awal berkas")
    wide = _wide_encoding(payload)
    if wide:
        return _checked(payload, wide, "setiap bita kedua nol: UTF-16 tanpa BOM")
    try:
        return _without_nul(Text(payload.decode("utf-8"), "utf-8", _UTF8))
    except UnicodeDecodeError as error:
        if declared is not None and _is_sound(payload, declared):
            return _checked(payload, declared, "disebut oleh server; semua bita sah")
        return _from_cp1252(payload, error)


def declared_charset(media_type: str | None) -> str | None:
    """Return the charset that a media type names, as Python knows it, else None."""
    if not media_type:
        return None
    message = Message()
    message["Content-Type"] = media_type
    name = message.get_content_charset()
    try:
        return codecs.lookup(name).name if name else None
    except LookupError:
        return None


def _is_sound(payload: bytes, encoding: str) -> bool:
    """Tell whether bytes keep the rules of an encoding that has rules which can be broken."""
    if encoding.startswith("utf"):
        return False
    try:
        "漢".encode(encoding)
        payload.decode(encoding)
    except (UnicodeError, LookupError, TypeError):
        return False
    return True


_UTF8 = Decision("encoding", "utf-8", "semua bita sah sebagai UTF-8")


def _checked(payload: bytes, encoding: str, why: str) -> Text:
    try:
        text = payload.decode(encoding)
    except UnicodeDecodeError as error:
        raise bad_encoding(payload, error.start, encoding) from error
    return _without_nul(Text(text.removeprefix("\ufeff"), encoding, _decision(encoding, why)))


def _decision(encoding: str, why: str) -> Decision:
    return Decision("encoding", encoding, why)


def _from_cp1252(payload: bytes, error: UnicodeDecodeError) -> Text:
    high = [byte for byte in payload if byte >= 0x80]
    holds_utf8 = _has_utf8_sequence(payload)
    if holds_utf8 or not _PLAUSIBLE_CP1252.issuperset(high):
        raise bad_encoding(payload, error.start, "utf-8") from error
    line = payload.count(b"\n", 0, error.start) + 1
    why = f"bita 0x{payload[error.start]:02X} di baris {line} bukan UTF-8; dibaca sebagai Windows"
    return _without_nul(Text(payload.decode("cp1252"), "cp1252", _decision("cp1252", why)))


def encoding_of(path: Path) -> str | None:
    """Return the encoding of a large text file, read once in chunks, or None if unclear."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    high: set[int] = set()
    is_utf8 = True
    with path.open("rb") as stream:
        start = stream.read(4)
        for mark, encoding in _MARKS:
            if start.startswith(mark):
                return encoding
        stream.seek(0)
        while chunk := stream.read(_CHUNK):
            if is_utf8:
                try:
                    decoder.decode(chunk)
                except UnicodeDecodeError:
                    is_utf8 = False
            if not chunk.isascii():
                high.update(chunk.translate(None, _ASCII))
    if is_utf8 and not decoder.getstate()[0]:
        return "utf-8"
    return "cp1252" if _PLAUSIBLE_CP1252.issuperset(high) else None


def _has_utf8_sequence(payload: bytes) -> bool:
    kept = payload.decode("utf-8", errors="ignore")
    return any(unicodedata.category(char)[0] in "LPSZ" for char in kept if char > "\x9f")


def _wide_encoding(payload: bytes) -> str | None:
    head = payload[:_SAMPLE]
    half = len(head) // 2
    if half < 4 or head.count(0) < half * 0.8:
        return None
    odd, even = head[1::2].count(0), head[0::2].count(0)
    if odd >= half * 0.8 and even == 0:
        return "utf-16-le"
    if even >= half * 0.8 and odd == 0:
        return "utf-16-be"
    return None


def _without_nul(decoded: Text) -> Text:
    position = decoded.text.find("\0")
    if position < 0:
        return decoded
    line = decoded.text.count("\n", 0, position) + 1
    raise UnreadableTable(
        "nul-bytes",
        f"Ada bita kosong (NUL) di baris {line}; simpan ulang sebagai CSV UTF-8 dari Excel.",
        f"There is a NUL byte on line {line}; save the file again as CSV UTF-8 from Excel.",
        line,
    )


def bad_encoding(payload: bytes, position: int, encoding: str) -> UnreadableTable:
    """Return the error that names the first byte which is no text in this encoding."""
    line = payload.count(b"\n", 0, position) + 1
    byte = f"0x{payload[position]:02X}" if position < len(payload) else "akhir berkas"
    return UnreadableTable(
        "bad-encoding",
        f"Huruf rusak di baris {line} (bita {byte} ke-{position + 1} tidak sah dalam {encoding}); "
        "simpan ulang sebagai CSV UTF-8.",
        f"Broken text on line {line} (byte {byte}, number {position + 1}, is not {encoding}); "
        "save the file again as CSV UTF-8.",
        line,
    )
