"""Frictionless's text field, with patterns that could run for ever matched by RE2."""

from collections.abc import Callable
from typing import Any

from frictionless import Field, Plugin, system
from frictionless.fields import StringField

from checks.tables.safe_pattern import is_quick, matcher

_Notes = dict[str, str] | None


class LinearString(StringField):
    """A text field that says what Frictionless says of every cell, in linear time."""

    def create_cell_reader(self) -> Callable[[Any], tuple[Any, _Notes]]:
        """Return the reader of a cell: its value, and what is wrong by name of the rule."""
        pattern = self.constraints.get("pattern")
        if pattern is None or is_quick(pattern):
            read: Callable[[Any], tuple[Any, _Notes]] = super().create_cell_reader()
            return read
        matches = matcher(pattern)
        rules = self.constraints
        self.constraints = {name: rule for name, rule in rules.items() if name != "pattern"}
        read_rest = super().create_cell_reader()
        self.constraints = rules
        note = f'constraint "pattern" is "{pattern}"'

        def read_with_pattern(cell: Any) -> tuple[Any, _Notes]:
            value, notes = read_rest(cell)
            if value is None or matches(value):
                return value, notes
            said = {**(notes or {}), "pattern": note}
            return value, {rule: said[rule] for rule in self.supported_constraints if rule in said}

        return read_with_pattern


class _Strings(Plugin):
    """Hands out our text field wherever Frictionless asks for one."""

    def select_field_class(self, type: str | None = None) -> type[Field] | None:
        return LinearString if type == "string" else None


system.register("mutakhir-strings", _Strings())
