"""What a Parquet file says of itself, looked at before a library believes it."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_MAGIC = b"PAR1"
_LENGTH_BYTES = 4
# Numbers of Thrift's compact protocol, and how deep its structures nest in a footer.
_TRUE, _FALSE, _BYTE, _DOUBLE, _BINARY, _LIST, _SET, _MAP, _STRUCT = 1, 2, 3, 7, 8, 9, 10, 11, 12
_INTEGERS = frozenset({4, 5, 6})
_DEEPEST = 12
_LONGEST_NUMBER = 10
_MANY = 15


class Unsound(ValueError):
    """What the file says of itself cannot be so."""


@dataclass(frozen=True, slots=True)
class Declared:
    """How much a file says that it holds, over all row groups and columns.

    `n_values` counts the entries of nested lists too, `n_bytes` what its pages hold unpacked.
    """

    n_rows: int
    n_values: int
    n_bytes: int


def declared(payload: bytes) -> Declared:
    """Return what the footer and the headers of all pages declare.

    Raises Unsound where they point out of the file, count less than nothing, or differ.
    The numbers are those of the Parquet format's own `parquet.thrift`.
    """
    ends = len(payload) - len(_MAGIC) - _LENGTH_BYTES
    begins = ends - int.from_bytes(payload[ends : ends + _LENGTH_BYTES], "little")
    if begins < len(_MAGIC):
        raise Unsound("the footer is longer than the file")
    footer = _Structures(payload, begins, ends).read(_STRUCT)
    groups = _all(footer.get(4, []))
    n_rows = _count(footer, 3)
    if sum(_count(group, 3) for group in groups) != n_rows:
        raise Unsound("the row groups have other rows than the file")
    n_values = n_bytes = 0
    for chunk in (chunk for group in groups for chunk in _all(group.get(1, []))):
        for found in _pages(payload, _one(chunk, 3), begins):
            n_values += found.n_values
            n_bytes += found.n_bytes
    return Declared(n_rows, n_values, n_bytes)


def _pages(payload: bytes, chunk: dict[int, Any], end: int) -> Iterator[Declared]:
    """Yield what every page of a column in a row group holds; the first may be a dictionary."""
    n_left = _count(chunk, 5)
    offsets = [_count(chunk, number) for number in (9, 11) if chunk.get(number)]
    at = min(offsets, default=0)
    while n_left:
        if not len(_MAGIC) <= at < end:
            raise Unsound("a page lies outside of the file")
        structures = _Structures(payload, at, end)
        header = structures.read(_STRUCT)
        n_bytes = _count(header, 2)
        at = structures.at + _count(header, 3)
        is_dictionary = 7 in header
        inside = next((_one(header, number) for number in (5, 7, 8) if number in header), {})
        n_values = _count(inside, 1) if inside else 0
        if at > end or n_values > (n_bytes if is_dictionary else n_left):
            raise Unsound("a page is larger than its column")
        n_values = 0 if is_dictionary else n_values
        n_left -= n_values
        yield Declared(0, n_values, n_bytes)


def _one(structure: dict[int, Any], number: int) -> dict[int, Any]:
    found = structure.get(number)
    if not isinstance(found, dict):
        raise Unsound(f"field {number} is no structure")
    return found


def _all(found: Any) -> list[dict[int, Any]]:
    if not isinstance(found, list) or not all(isinstance(each, dict) for each in found):
        raise Unsound("a list of structures is none")
    return found


def _count(structure: dict[int, Any], number: int) -> int:
    found = structure.get(number)
    if type(found) is not int or found < 0:
        raise Unsound(f"field {number} counts less than nothing")
    return found


class _Structures:
    """Reads Thrift's compact protocol between two places; structures are dicts by number."""

    def __init__(self, content: bytes, at: int, end: int) -> None:
        self.at = at
        self._content, self._end = content, end
        self._depth = 0

    def read(self, kind: int) -> Any:
        """Return the next value of a kind. Raises Unsound for what is none."""
        if kind in _INTEGERS:
            return self._signed()
        if kind in (_TRUE, _FALSE, _BYTE):
            return self._taken(1)[0]
        if kind == _DOUBLE:
            return self._taken(8)
        if kind == _BINARY:
            return self._taken(self._number())
        self._depth += 1
        if self._depth > _DEEPEST:
            raise Unsound("structures nest too deep")
        found = self._nested(kind)
        self._depth -= 1
        return found

    def _nested(self, kind: int) -> Any:
        if kind in (_LIST, _SET):
            head = self._taken(1)[0]
            n_items = head >> 4
            n_items = self._number() if n_items == _MANY else n_items
            return [self.read(head & _MANY) for _ in range(self._within(n_items))]
        if kind == _MAP:
            n_pairs = self._within(self._number())
            kinds = self._taken(1)[0] if n_pairs else 0
            return [(self.read(kinds >> 4), self.read(kinds & _MANY)) for _ in range(n_pairs)]
        if kind == _STRUCT:
            return self._structure()
        raise Unsound(f"a value of the unknown kind {kind}")

    def _structure(self) -> dict[int, Any]:
        found: dict[int, Any] = {}
        number = 0
        while head := self._taken(1)[0]:
            step, kind = head >> 4, head & _MANY
            number = number + step if step else self._signed()
            found[number] = kind == _TRUE if kind in (_TRUE, _FALSE) else self.read(kind)
        return found

    def _signed(self) -> int:
        number = self._number()
        return (number >> 1) ^ -(number & 1)

    def _number(self) -> int:
        number = 0
        for position in range(_LONGEST_NUMBER):
            byte = self._taken(1)[0]
            number |= (byte & 0x7F) << (7 * position)
            if byte < 0x80:
                return number
        raise Unsound("a number does not end")

    def _within(self, n_items: int) -> int:
        # Every item takes one byte at least.
        if n_items > self._end - self.at:
            raise Unsound("a list is longer than the file")
        return n_items

    def _taken(self, n_bytes: int) -> bytes:
        start, self.at = self.at, self.at + n_bytes
        if self.at > self._end:
            raise Unsound("a value lies outside of the file")
        return self._content[start : self.at]
