"""Frictionless's verdict on one row, from its own cell readers, without its row objects."""

from collections.abc import Mapping, Sequence
from typing import Any

from checks.tables.fast.plan import Column, Key, Plan
from checks.tables.wording import SchemaError

Cells = Sequence[str | None]
_REMEMBERED = 4096
_LONGEST_REMEMBERED = 64


class Judge:
    """Reads rows cell by cell; remembers what it read in each column."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.columns = plan.columns
        self.unique = [(n, key) for n, key in enumerate(plan.keys) if not key.is_primary]
        self.primary = next(((n, k) for n, k in enumerate(plan.keys) if k.is_primary), None)
        self._memory = [dict(column.missing) for column in plan.columns]
        self._is_sure = [c.is_sure.fullmatch if c.is_sure else None for c in plan.columns]

    def read(self, index: int, cell: str | None) -> tuple[Any, Any]:
        """Return the value of a cell and the notes on what is wrong with it, or None.

        A cell that is surely right stands for its value, except in a key.
        """
        memory = self._memory[index]
        known = memory.get(cell)
        if known is not None:
            return known
        is_sure = self._is_sure[index]
        if is_sure is not None and cell is not None and is_sure(cell):
            return cell, None
        known = self.columns[index].read(cell)
        if len(memory) < _REMEMBERED and (cell is None or len(cell) < _LONGEST_REMEMBERED):
            memory[cell] = known
        return known

    def errors(
        self, number: int, cells: Cells, repeated: Mapping[int, int] | None = None
    ) -> list[SchemaError]:
        """Return the errors of a row in Frictionless's order.

        `repeated` maps the position of a key to the row where its values stood last.
        """
        row = _Row(self, number, cells)
        repeated = repeated or {}
        for n, key in self.unique:
            value = row.value(key.columns[0])
            if n in repeated:
                row.add(_unique_error(number, key, self.columns, value, repeated[n]))
        if self.primary is not None:
            n, key = self.primary
            # Every cell is read, as Frictionless does, before the first is looked at.
            values = [row.value(column) for column in key.columns]
            if all(value is None for value in values):
                row.add(_primary_error(number, 'cells composing the primary keys are all "None"'))
            elif n in repeated:
                row.add(_primary_error(number, _same_as(repeated[n])))
        return row.finished()

    def key_values(self, cells: Cells) -> list[tuple[Any, ...] | None]:
        """Return the values of every key in a row, None where they cannot be repeated."""
        values = []
        for key in self.plan.keys:
            found = tuple(
                self.read(i, cells[i] if i < len(cells) else None)[0] for i in key.columns
            )
            values.append(None if set(found) == {None} else found)
        return values

    def key_text(self, key: Key, values: tuple[Any, ...]) -> str:
        """Return the text under which the values of a key are kept."""
        spelled = [
            "" if value is None else self.columns[i].key_text(value)
            for i, value in zip(key.columns, values, strict=True)
        ]
        return "\x1f".join(spelled)


class _Row:
    """One row on its way: cells are read once, in the order in which they are asked for."""

    def __init__(self, judge: Judge, number: int, cells: Cells) -> None:
        self.judge = judge
        self.number = number
        self.cells = cells
        self.found: list[SchemaError] = []
        self.values: dict[int, Any] = {}
        self.n_blank = 0
        self.is_finished = False

    def value(self, index: int) -> Any:
        """Return the value of a cell; what is wrong with it becomes an error."""
        if index in self.values:
            return self.values[index]
        cell = self.cells[index] if index < len(self.cells) else None
        value, notes = self.judge.read(index, cell)
        self.values[index] = value
        if value is None and not (notes and "type" in notes):
            self.n_blank += 1
        if notes:
            self._note(index, cell, notes)
        return value

    def _note(self, index: int, cell: str | None, notes: dict[str, str]) -> None:
        if "type" in notes:
            self.found.append(self._error("type-error", index, str(cell), notes["type"]))
        for name, note in notes.items():
            if name != "type":
                self.found.append(self._error("constraint-error", index, str(cell), note))

    def add(self, error: SchemaError) -> None:
        """Add an error about the row's key, after everything about its cells."""
        self.finished().append(error)

    def finished(self) -> list[SchemaError]:
        """Return all errors; a row without any value has but one."""
        if self.is_finished:
            return self.found
        self.is_finished = True
        n_fields = len(self.judge.columns)
        for index in range(n_fields):
            self.value(index)
        for index in range(n_fields, len(self.cells)):
            extra = SchemaError(
                "extra-cell", self.number, None, index + 1, str(self.cells[index]), ""
            )
            self.found.append(extra)
        for index in range(len(self.cells), n_fields):
            self.found.append(self._error("missing-cell", index, "", ""))
        if self.n_blank == n_fields:
            self.found = [SchemaError("blank-row", self.number, None, None, None, "")]
        return self.found

    def _error(self, code: str, index: int, cell: str, note: str) -> SchemaError:
        name = self.judge.columns[index].name
        return SchemaError(code, self.number, name or None, index + 1, cell, note)


def _same_as(row: int) -> str:
    return f"the same as in the row at position {row}"


def _unique_error(
    number: int, key: Key, columns: Sequence[Column], value: Any, before: int
) -> SchemaError:
    index = key.columns[0]
    return SchemaError(
        "unique-error", number, columns[index].name or None, index + 1, str(value), _same_as(before)
    )


def _primary_error(number: int, note: str) -> SchemaError:
    return SchemaError("primary-key", number, None, None, None, note)
