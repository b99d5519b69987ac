"""Columns that came, went, were renamed or changed type between two versions."""

from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from checks.tables.table import Column, folded, shown

_ALIKE = 0.6


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
    changes = []
    for place, column in gone:
        renamed = _renamed(place, column, come)
        if renamed is not None:
            come.remove(renamed)
            changes.append(_rename(column.name, renamed[1].name))
        else:
            changes.append(_gone(column.name))
    changes.extend(_come(column.name) for _, column in come)
    for name in before:
        if name in after and _family(before[name][1]) != _family(after[name][1]):
            changes.append(_retyped(before[name][1], after[name][1]))
    return tuple(changes)


def _renamed(
    place: int, column: Column, come: list[tuple[int, Column]]
) -> tuple[int, Column] | None:
    same_type = [item for item in come if _family(item[1]) == _family(column)]
    for item in same_type:
        if item[0] == place:
            return item
    scored = [(_likeness(column.name, item[1].name), -item[0], item) for item in same_type]
    best = max(scored, key=lambda score: score[:2], default=None)
    return best[2] if best and best[0] >= _ALIKE else None


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


def _retyped(old: Column, new: Column) -> ColumnChange:
    label = shown([new.name])
    return ColumnChange(
        "retyped",
        new.name,
        f"tipe kolom '{label}' berubah dari {old.type} menjadi {new.type}",
        f"the type of column '{label}' changed from {old.type} to {new.type}",
    )
