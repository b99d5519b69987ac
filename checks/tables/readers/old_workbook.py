"""What the records of an XLS file say that its library leaves unsaid: where cells lie, percents.

Numbers of records and fields are those of [MS-CFB] and [MS-XLS].
"""

import struct
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from checks.tables.readers.places import Block, Sheet

_LAST_SECTOR = 0xFFFFFFFA
_SHIFT_AT, _LARGEST_SHIFT = 30, 16
_ENTRY, _ROOT, _STREAM = 128, 5, 2
_HEADER_FATS, _HEADER_FATS_AT = 109, 76
_BOF, _EOF, _FORMAT, _XF, _BOUNDSHEET, _PASSWORD = 0x809, 0x0A, 0x41E, 0xE0, 0x85, 0x2F
_VERSION_8 = 0x600
_PERCENT_FORMATS = frozenset({9, 10})
# Records of a single cell: row, column and style come first; text, truth and errors show none.
_NUMBERS = frozenset({0x203, 0x27E, 0x06})
_OTHERS = frozenset({0xFD, 0x204, 0xD6, 0x205})
_MANY_NUMBERS = 0xBD


class _Record(NamedTuple):
    kind: int
    at: int
    end: int


def old_sheets(payload: bytes) -> list[Sheet]:
    """Return the sheets of an XLS file; none where it is damaged, locked or from before 1997."""
    try:
        return list(_sheets(_workbook(payload)))
    except (struct.error, IndexError, ValueError):
        return []


def points_outside(payload: bytes) -> bool:
    """Tell whether the head of a compound file counts or names sectors that it does not have."""
    try:
        shift = struct.unpack_from("<H", payload, _SHIFT_AT)[0]
        n_fats, directory = (struct.unpack_from("<I", payload, at)[0] for at in (44, 48))
        chains = [struct.unpack_from("<II", payload, at) for at in (60, 68)]
    except struct.error:
        return True
    n_sectors = len(payload) >> min(shift, _LARGEST_SHIFT)
    numbers = [n_fats, directory]
    for first, n_chained in chains:
        numbers += [first, n_chained] if n_chained else []
    return any(number > n_sectors for number in numbers)


def _sheets(book: bytes) -> Iterator[Sheet]:
    formats, styles = set(_PERCENT_FORMATS), list[int]()
    places: list[tuple[int, str]] = []
    for record in _records(book, 0):
        kind, at, end = record
        if kind == _PASSWORD or (at == 4 and _number(book, at) != _VERSION_8):
            return
        if kind == _FORMAT and "%" in _text(book, at + 2, _number(book, at + 2), 2, end):
            formats.add(_number(book, at))
        elif kind == _XF:
            styles.append(_number(book, at + 2))
        elif kind == _BOUNDSHEET:
            place = int(struct.unpack_from("<I", book, at)[0])
            places.append((place, _text(book, at + 6, book[at + 6], 1, end)))
    percents = frozenset(i for i, number in enumerate(styles) if number in formats)
    for place, name in places:
        sheet = Sheet(name)
        for record in _records(book, place):
            sheet.take(_cells(book, record, percents))
        yield sheet


def _cells(book: bytes, record: _Record, percents: frozenset[int]) -> Sequence[Block]:
    kind, at, end = record
    if kind in _NUMBERS or kind in _OTHERS:
        row, column, style = struct.unpack_from("<HHH", book, at)
        return (Block(row, column, kind in _NUMBERS and style in percents),)
    if kind == _MANY_NUMBERS:
        row, first = struct.unpack_from("<HH", book, at)
        found = [style for style, _ in struct.iter_unpack("<HI", book[at + 4 : end - 2])]
        return [Block(row, first + i, style in percents) for i, style in enumerate(found)]
    return ()


def _records(book: bytes, at: int) -> Iterator[_Record]:
    """Yield the records from a place to the end of what begins there."""
    depth = 0
    while at + 4 <= len(book):
        kind, n_bytes = struct.unpack_from("<HH", book, at)
        at += 4
        depth += (kind == _BOF) - (kind == _EOF)
        if depth == 1 or kind == _BOF:
            yield _Record(kind, at, at + n_bytes)
        if depth <= 0:
            return
        at += n_bytes


def _text(book: bytes, at: int, n_letters: int, n_bytes: int, end: int) -> str:
    """Return a text behind its length and a byte that tells of wide letters."""
    start = at + n_bytes + 1
    if book[start - 1] & 1:
        return book[start : min(start + 2 * n_letters, end)].decode("utf-16-le", "replace")
    return book[start : min(start + n_letters, end)].decode("latin-1")


def _number(book: bytes, at: int) -> int:
    return int.from_bytes(book[at : at + 2], "little")


def _workbook(payload: bytes) -> bytes:
    """Return the stream of records inside the compound file. Raises ValueError without one."""
    shift, small_shift = struct.unpack_from("<HH", payload, _SHIFT_AT)
    directory, cutoff, small = (struct.unpack_from("<I", payload, at)[0] for at in (48, 56, 60))
    if not 7 <= shift <= _LARGEST_SHIFT or small_shift > shift:
        raise ValueError("sectors of no size")
    fat = _fat(payload, shift)
    entries = _chained(payload, directory, fat, shift)
    found = {
        (entries[at + 66], entries[at : at + 64].decode("utf-16-le", "replace").rstrip("\0")): (
            struct.unpack_from("<II", entries, at + 116)
        )
        for at in range(0, len(entries) - _ENTRY + 1, _ENTRY)
    }
    start, size = found.get((_STREAM, "Workbook"), (0, 0))
    if size >= cutoff:
        return _chained(payload, start, fat, shift)[:size]
    root = next((each for (kind, _), each in found.items() if kind == _ROOT), (0, 0))
    numbers = _chained(payload, small, fat, shift)
    small_fat = [number for (number,) in struct.iter_unpack("<I", numbers)]
    inside = _chained(payload, root[0], fat, shift)
    return _chained(inside, start, small_fat, small_shift, n_before=0)[:size]


def _fat(payload: bytes, shift: int) -> list[int]:
    """Return for every sector the one that follows it."""
    n_ids = (1 << shift) // 4
    header = struct.unpack_from(f"<{_HEADER_FATS}I", payload, _HEADER_FATS_AT)
    sectors = [sector for sector in header if sector < _LAST_SECTOR]
    more = struct.unpack_from("<I", payload, 68)[0]
    for _ in range(len(payload) >> shift):
        if more >= _LAST_SECTOR:
            break
        *listed, more = struct.unpack_from(f"<{n_ids}I", payload, (more + 1) << shift)
        sectors.extend(sector for sector in listed if sector < _LAST_SECTOR)
    parts = (payload[(sector + 1) << shift : (sector + 2) << shift] for sector in sectors)
    whole = b"".join(parts)
    return [number for (number,) in struct.iter_unpack("<I", whole[: len(whole) // 4 * 4])]


def _chained(
    content: bytes, sector: int, following: Sequence[int], shift: int, n_before: int = 1
) -> bytes:
    """Return the sectors of a chain, joined; so many others stand before the first."""
    parts: list[bytes] = []
    while sector < _LAST_SECTOR and len(parts) <= len(following):
        parts.append(content[(sector + n_before) << shift : (sector + n_before + 1) << shift])
        sector = following[sector]
    return b"".join(parts)
