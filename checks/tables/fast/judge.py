"""Frictionless's verdict on one row, from its own cell readers, without its row objects."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from checks.tables.fast.plan import Key, Plan, Reader
from checks.tables.oracle.wording import SchemaError

Cells = Sequence[str | None]
KeyValues = tuple[Any, ...] | None
_Memory = dict[str | None, tuple[Any, Any]]
_REMEMBERED = 4096
_LONGEST_REMEMBERED = 64


@dataclass(frozen=True, slots=True)
class JudgedRow:
    """What Frictionless says of a row, and the values that it read."""

    errors: list[SchemaError]
    values: list[Any]


@dataclass(frozen=True, slots=True)
class _Tail:
    """What is wrong with the columns for which a row has no cell, and how many mean nothing."""

    counts: Mapping[str, int]
    n_blank: int


class Judge:
    """Reads rows cell by cell; remembers what it read in each column."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.columns = plan.columns
        self.unique = [(n, key) for n, key in enumerate(plan.keys) if not key.is_primary]
        self.primary = next(((n, k) for n, k in enumerate(plan.keys) if k.is_primary), None)
        self._readers: list[Reader] = []
        self._memory: list[_Memory] = []
        self._tails: dict[int, _Tail] = {}
        self._is_sure = [c.is_sure.fullmatch if c.is_sure else None for c in plan.columns]
        self._usual_order = self._order({})

    def read(self, index: int, cell: str | None) -> tuple[Any, Any]:
        """Return the value of a cell and the notes on what is wrong with it, or None.

        A cell that is surely right stands for its value, except in a key.
        """
        memory = self._memory or self._begun()
        return memory[index].get(cell) or self._new(index, cell)

    def _begun(self) -> list[_Memory]:
        self._readers = [column.reader() for column in self.columns]
        self._memory = [dict(reader.missing) for reader in self._readers]
        return self._memory

    def _new(self, index: int, cell: str | None) -> tuple[Any, Any]:
        is_sure = self._is_sure[index]
        if is_sure is not None and cell is not None and is_sure(cell):
            known: tuple[Any, Any] = (cell, None)
        else:
            known = self._readers[index].read(cell)
        memory = self._memory[index]
        if len(memory) < _REMEMBERED and (cell is None or len(cell) < _LONGEST_REMEMBERED):
            memory[cell] = known
        return known

    def judged(
        self, number: int, cells: Cells, repeated: Mapping[int, int] | None = None
    ) -> JudgedRow:
        """Return the errors of a row in Frictionless's order, and its values.

        `repeated` maps the position of a key to the row where its values stood last.
        """
        values: list[Any] = [None] * len(self.columns)
        found: list[SchemaError] = []
        n_blank = 0
        n_cells = len(cells)
        memory = self._memory or self._begun()
        for index in self._order(repeated) if repeated else self._usual_order:
            cell = cells[index] if index < n_cells else None
            value, notes = memory[index].get(cell) or self._new(index, cell)
            values[index] = value
            if notes:
                found.extend(self._noted(number, index, cell, notes))
            if value is None and not (notes and "type" in notes):
                n_blank += 1
        if n_cells != len(self.columns):
            found.extend(self._of_width(number, cells))
        if n_blank == len(self.columns):
            found = [SchemaError("blank-row", number, None, None, None, "")]
        found.extend(self._of_keys(number, values, repeated or {}))
        return JudgedRow(found, values)

    def counted(self, cells: Cells) -> tuple[Counter[str], list[Any]]:
        """Return how many errors of each kind judged finds in a row that repeats no key."""
        n_columns, n_cells = len(self.columns), len(cells)
        tail = self._tails.get(n_cells) or self._new_tail(n_cells)
        counts, n_blank = Counter(tail.counts), tail.n_blank
        values: list[Any] = [None] * n_columns
        for index, cell in enumerate(cells[:n_columns]):
            values[index], notes = self.read(index, cell)
            n_blank += values[index] is None and not (notes and "type" in notes)
            counts.update(_codes(notes))
        if n_blank == n_columns:
            counts = Counter({"blank-row": 1})
        counts.update(error.code for error in self._of_keys(0, values, {}))
        return counts, values

    def _new_tail(self, n_cells: int) -> _Tail:
        counts = Counter({"extra-cell": max(0, n_cells - len(self.columns))})
        n_blank = 0
        for index in range(n_cells, len(self.columns)):
            value, notes = self.read(index, None)
            counts["missing-cell"] += 1
            n_blank += value is None and not (notes and "type" in notes)
            counts.update(_codes(notes))
        self._tails[n_cells] = _Tail(+counts, n_blank)
        return self._tails[n_cells]

    def key_values(self, cells: Cells) -> list[KeyValues]:
        """Return the values of every key in a row, None where they cannot be repeated."""
        values: list[Any] = [None] * len(self.columns)
        for index in {column for key in self.plan.keys for column in key.columns}:
            values[index] = self.read(index, cells[index] if index < len(cells) else None)[0]
        return self.keys_among(values)

    def keys_among(self, values: Sequence[Any]) -> list[KeyValues]:
        """Return the values of every key among those of a row, as key_values does."""
        found = [tuple([values[i] for i in key.columns]) for key in self.plan.keys]
        return [None if all(each is None for each in key) else key for key in found]

    def key_text(self, key: Key, values: tuple[Any, ...]) -> str:
        """Return the text under which the values of a key are kept."""
        spelled = [
            "" if value is None else self.columns[i].key_text(value)
            for i, value in zip(key.columns, values, strict=True)
        ]
        return "\x1f".join(spelled)

    def _order(self, repeated: Mapping[int, int]) -> list[int]:
        """Return in which order Frictionless reads the cells: those of keys come first.

        The first error about a key has it read all others.
        """
        first: list[int] = []
        for n, key in self.unique:
            first.extend(key.columns)
            if n in repeated:
                break
        else:
            first.extend(self.primary[1].columns if self.primary else ())
        return list(dict.fromkeys([*first, *range(len(self.columns))]))

    def _noted(
        self, number: int, index: int, cell: str | None, notes: Mapping[str, str]
    ) -> Iterator[SchemaError]:
        if "type" in notes:
            yield self._error("type-error", number, index, str(cell), notes["type"])
        for name, note in notes.items():
            if name != "type":
                yield self._error("constraint-error", number, index, str(cell), note)

    def _of_width(self, number: int, cells: Cells) -> Iterator[SchemaError]:
        n_fields = len(self.columns)
        for index in range(n_fields, len(cells)):
            yield SchemaError("extra-cell", number, None, index + 1, str(cells[index]), "")
        for index in range(len(cells), n_fields):
            yield self._error("missing-cell", number, index, "", "")

    def _of_keys(
        self, number: int, values: Sequence[Any], repeated: Mapping[int, int]
    ) -> Iterator[SchemaError]:
        for n, key in self.unique:
            if n in repeated:
                cell = str(values[key.columns[0]])
                yield self._error("unique-error", number, key.columns[0], cell, _as_in(repeated[n]))
        if self.primary is not None:
            n, key = self.primary
            if all(values[column] is None for column in key.columns):
                note = 'cells composing the primary keys are all "None"'
                yield SchemaError("primary-key", number, None, None, None, note)
            elif n in repeated:
                yield SchemaError("primary-key", number, None, None, None, _as_in(repeated[n]))

    def _error(self, code: str, number: int, index: int, cell: str, note: str) -> SchemaError:
        name = self.columns[index].name
        return SchemaError(code, number, name or None, index + 1, cell, note)


def _codes(notes: Mapping[str, str] | None) -> list[str]:
    return ["type-error" if name == "type" else "constraint-error" for name in notes or ()]


def _as_in(row: int) -> str:
    return f"the same as in the row at position {row}"
