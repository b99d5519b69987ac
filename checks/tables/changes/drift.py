"""Columns that came, went, were renamed or changed type between two versions."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from checks.tables.table import Column, folded, shown
from checks.tables.time_columns import time_of_header

_ALIKE = 0.6
# Of more columns only those at the same place are looked at.
_MOST_PAIRS = 10_000

_Placed = tuple[int, Column]


@dataclass(frozen=True, slots=True)
class ColumnChange:
    """One change of the columns, as a sentence in both languages."""

    code: str
    column: str
    message_id: str
    message_en: str


def drift(old: Sequence[Column], new: Sequence[Column]) -> tuple[ColumnChange, ...]:
    """Return what changed in the columns; order alone and integer to number do not count."""
    before = {folded(column.name): (i, column) for i, column in enumerate(old)}
    after = {folded(column.name): (i, column) for i, column in enumerate(new)}
    gone = [before[name] for name in before if name not in after]
    come = [after[name] for name in after if name not in before]
    renamed = _renamed(gone, come)
    changes = []
    for _, column in gone:
        now = renamed.get(column.name)
        changes.append(_gone(column.name) if now is None else _rename(column.name, now))
    known = set(renamed.values())
    changes.extend(_come(column.name) for _, column in come if column.name not in known)
    for name in before:
        if name in after:
            changes += _retyped(before[name][1], after[name][1])
    return tuple(changes)


def _renamed(gone: list[_Placed], come: list[_Placed]) -> dict[str, str]:
    """Return the new names of columns by their old ones: alike, or at the same place.

    The year 2024 in the place of 2021 is another column, not another name.
    """
    is_many = len(gone) * len(come) > _MOST_PAIRS
    times = {column.name: time_of_header(column.name) for _, column in (*gone, *come)}
    scored = sorted(
        (-_likeness(old.name, new.name), place != now_at, place, now_at, old.name, new.name)
        for place, old in gone
        for now_at, new in come
        if _family(old) == _family(new)
        and times[old.name] == times[new.name]
        and (place == now_at or not is_many)
    )
    found: dict[str, str] = {}
    taken: set[str] = set()
    for likeness, is_moved, _, _, old_name, new_name in scored:
        is_free = old_name not in found and new_name not in taken
        if is_free and (-likeness >= _ALIKE or not is_moved):
            found[old_name] = new_name
            taken.add(new_name)
    return found


def _likeness(left: str, right: str) -> float:
    return SequenceMatcher(None, folded(left), folded(right)).ratio()


def _family(column: Column) -> str:
    return "number" if column.type.is_numeric else column.type


def _rename(old: str, new: str) -> ColumnChange:
    was, now = shown([old]), shown([new])
    return ColumnChange(
        "renamed", old, f"kolom '{was}' menjadi '{now}'", f"column '{was}' became '{now}'"
    )


def _gone(name: str) -> ColumnChange:
    label = shown([name])
    return ColumnChange("gone", name, f"kolom '{label}' hilang", f"column '{label}' is gone")


def _come(name: str) -> ColumnChange:
    label = shown([name])
    return ColumnChange("new", name, f"kolom '{label}' baru", f"column '{label}' is new")


def _retyped(old: Column, new: Column) -> Iterator[ColumnChange]:
    """Yield the change of a type; a column that is filled for the first time has no other."""
    label = shown([new.name])
    if new.is_empty and not old.is_empty:
        yield ColumnChange(
            "emptied",
            new.name,
            f"kolom '{label}' kini kosong",
            f"column '{label}' is empty now",
        )
    elif not old.is_empty and _family(old) != _family(new):
        yield ColumnChange(
            "retyped",
            new.name,
            f"tipe kolom '{label}' berubah dari {old.type} menjadi {new.type}",
            f"the type of column '{label}' changed from {old.type} to {new.type}",
        )
