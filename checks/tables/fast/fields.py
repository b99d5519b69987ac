"""The fields of a schema as a proof sees them; Frictionless's own are made when needed."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any

Read = Callable[[Any], tuple[Any, Any]]
_TRUE_VALUES = ("true", "True", "TRUE", "1")
_FALSE_VALUES = ("false", "False", "FALSE", "0")
_LENGTH_OF_DAY = len("2024-12-31")


@dataclass(frozen=True, slots=True)
class Field:
    """One field: what the schema says of it, and Frictionless's own.

    `missing` holds the texts that mean no value. `is_plain` tells that the words of the
    schema can be taken as they stand, without asking Frictionless what it reads of them.
    """

    name: str
    type: str
    format: str
    constraints: Mapping[str, Any]
    missing: tuple[str, ...]
    true_values: Sequence[str]
    false_values: Sequence[str]
    decimal_char: str
    group_char: str
    is_plain: bool
    original: Callable[[], Any]

    def rules(self) -> dict[str, Any]:
        """Return the rules for a value; not that one is needed, nor that it is unique."""
        kept = ("required", "unique")
        return {n: r for n, r in self.constraints.items() if r is not None and n not in kept}

    def create_cell_reader(self) -> Read:
        """Return Frictionless's own reader of a cell: the value, and notes on what is wrong."""
        read: Read = self.original().create_cell_reader()
        return read

    def bound(self, rule: Any) -> Any:
        """Return the value of a bound, None if it is none."""
        if self.is_plain:
            return date.fromisoformat(rule) if self.type == "date" else rule
        return self.original().create_value_reader()(rule)

    def members(self, texts: Iterable[str]) -> list[str]:
        """Return those of the schema's own words that are right values of the field."""
        rules = set(self.rules())
        if self.is_plain and rules == ({"enum"} if self.type == "string" else set()):
            return [text for text in texts if text not in self.missing]
        read = self.create_cell_reader()
        found = [(text, *read(text)) for text in texts]
        return [text for text, value, notes in found if value is not None and not notes]


def fields_of(originals: Sequence[Any]) -> list[Field]:
    """Return Frictionless's fields as ours."""
    return [
        Field(
            name=each.name,
            type=each.type,
            format=each.format,
            constraints=each.constraints,
            missing=_missing_words(each),
            true_values=getattr(each, "true_values", ()),
            false_values=getattr(each, "false_values", ()),
            decimal_char=getattr(each, "decimal_char", ""),
            group_char=getattr(each, "group_char", ""),
            is_plain=False,
            original=lambda each=each: each,  # type: ignore[misc]
        )
        for each in originals
    ]


def plain_fields(
    schema: Mapping[str, Any], originals: Callable[[], Sequence[Any]]
) -> list[Field] | None:
    """Return the fields of a trusted schema that Frictionless surely takes as it stands.

    `originals` gives Frictionless's fields. None for any other schema: it is to be asked.
    """
    described = schema["fields"]
    missing = schema.get("missingValues", [""])
    key = schema.get("primaryKey", ())
    names = [each["name"] for each in described]
    if not all(names) or len(set(names)) < len(names) or len(set(key)) < len(key):
        return None
    if not names or not all(map(_is_plain, described)):
        return None
    made = cache(originals)
    return [
        Field(
            name=each["name"],
            type=each["type"],
            format=each.get("format", "default"),
            constraints=each.get("constraints", {}),
            missing=tuple(missing),
            true_values=each.get("trueValues", _TRUE_VALUES),
            false_values=each.get("falseValues", _FALSE_VALUES),
            decimal_char=each.get("decimalChar", "."),
            group_char=each.get("groupChar", ""),
            is_plain=True,
            original=lambda i=i: made()[i],  # type: ignore[misc]
        )
        for i, each in enumerate(described)
    ]


def _missing_words(field: Any) -> tuple[str, ...]:
    if not field.has_defined("missing_values") and field.schema:
        return tuple(field.schema.missing_values)
    return tuple(field.missing_values)


def _is_plain(described: Mapping[str, Any]) -> bool:
    """Tell whether a field is of a common type and says nothing unusual."""
    rules = described.get("constraints", {})
    allowed = _RULES.get(described.get("type", ""))
    if allowed is None or not isinstance(rules, dict):
        return False
    if not all(name in _SAID and _SAID[name](said) for name, said in described.items()):
        return False
    # A date in a form of its own has its bounds in that form too.
    is_common = described.get("format", "default") == "default"
    if not is_common and (described["type"] != "date" or {"minimum", "maximum"} & set(rules)):
        return False
    return all(name in allowed and allowed[name](rule) for name, rule in rules.items())


def _is_flag(said: Any) -> bool:
    return isinstance(said, bool)


def _is_text(said: Any) -> bool:
    return isinstance(said, str) and bool(said)


def _is_whole(said: Any) -> bool:
    return type(said) is int


def _are_texts(said: Any) -> bool:
    return isinstance(said, list) and bool(said) and all(isinstance(each, str) for each in said)


def _is_day(said: Any) -> bool:
    if not isinstance(said, str) or len(said) != _LENGTH_OF_DAY or not said.isascii():
        return False
    try:
        return date.fromisoformat(said).isoformat() == said
    except ValueError:
        return False


_SAID: dict[str, Callable[[Any], bool]] = {
    "name": _is_text,
    "type": _is_text,
    "format": lambda said: _is_text(said) and not said.startswith("fmt:"),
    "title": _is_text,
    "description": _is_text,
    "constraints": lambda said: isinstance(said, dict),
    "decimalChar": _is_text,
    "groupChar": _is_text,
    "trueValues": _are_texts,
    "falseValues": _are_texts,
}
_ALWAYS: dict[str, Callable[[Any], bool]] = {"required": _is_flag, "unique": _is_flag}
_RULES: dict[str, dict[str, Callable[[Any], bool]]] = {
    "string": {
        **_ALWAYS,
        "minLength": _is_whole,
        "maxLength": _is_whole,
        "pattern": _is_text,
        "enum": _are_texts,
    },
    "integer": {**_ALWAYS, "minimum": _is_whole, "maximum": _is_whole},
    "number": {**_ALWAYS, "minimum": _is_whole, "maximum": _is_whole},
    "date": {**_ALWAYS, "minimum": _is_day, "maximum": _is_day},
    "boolean": _ALWAYS,
}
