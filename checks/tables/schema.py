"""Table Schemas from elsewhere: only names, types and constraints are taken over."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from catalog.rules.errors import MutakhirError
from checks.tables.safe_pattern import UnsafePattern, refuse_unsafe

_FIELD_KEYS = (
    "name", "type", "format", "title", "description", "constraints", "decimalChar", "groupChar",
    "bareNumber", "trueValues", "falseValues", "floatNumber",
)  # fmt: skip
_CONSTRAINTS = (
    "required", "unique", "minimum", "maximum", "minLength", "maxLength", "pattern", "enum",
)  # fmt: skip
_TOKEN = re.compile(
    r"\\.|\[\^?\]?(?:\\.|[^\]\\])*\]|\(\?(?:P<\w+>|[:=!]|<[=!])|\{\d*,?\d*\}|.", re.DOTALL
)


class BadSchema(MutakhirError):
    """A Table Schema cannot be used; says where and why."""


def trusted_schema(schema: Mapping[str, Any], *, in_package: bool = False) -> dict[str, Any]:
    """Return the part of a Table Schema that is safe to hand to a validator.

    Paths, URLs, profiles and, outside of a package, references to other resources are
    left behind. Raises
    BadSchema for fields without a name and for patterns that RE2 cannot match.
    """
    fields = schema.get("fields")
    if not isinstance(fields, list):
        raise BadSchema('Skema tidak punya daftar "fields"; tulis {"fields": [{"name": ...}]}.')
    kept: dict[str, Any] = {"fields": [_trusted_field(f, i) for i, f in enumerate(fields, start=1)]}
    missing = schema.get("missingValues")
    if isinstance(missing, list) and all(isinstance(word, str) for word in missing):
        kept["missingValues"] = missing
    key = schema.get("primaryKey")
    if key:
        if not isinstance(key, str | list):
            raise BadSchema('"primaryKey" skema harus nama kolom atau daftar nama kolom.')
        kept["primaryKey"] = [key] if isinstance(key, str) else [str(name) for name in key]
        known = {field["name"] for field in kept["fields"]}
        absent = [name for name in kept["primaryKey"] if name not in known]
        if absent:
            raise BadSchema(f"Kunci {', '.join(absent)} tidak ada di antara kolom skema.")
    foreign = schema.get("foreignKeys")
    described = foreign if isinstance(foreign, list) else []
    keys = [_trusted_key(key) for key in described if _is_key(key)]
    taken = [key for key in keys if in_package or not key["reference"]["resource"]]
    if taken:
        kept["foreignKeys"] = taken
    return kept


def _trusted_field(described: Any, number: int) -> dict[str, Any]:
    if not isinstance(described, dict) or not isinstance(described.get("name"), str):
        raise BadSchema(f'Kolom ke-{number} skema tidak punya "name".')
    kept = {key: described[key] for key in _FIELD_KEYS if key in described and key != "constraints"}
    rules = described.get("constraints") or {}
    if not isinstance(rules, dict):
        raise BadSchema(f'Kolom "{described["name"]}": "constraints" harus berupa objek.')
    if rules:
        kept["constraints"] = {key: rules[key] for key in _CONSTRAINTS if key in rules}
        pattern = kept["constraints"].get("pattern")
        if isinstance(pattern, str):
            try:
                refuse_unsafe(pattern)
            except UnsafePattern as error:
                raise BadSchema(
                    f'Pola kolom "{described["name"]}" tidak dapat dipakai: {error}; sederhanakan '
                    "tanpa (?=...), (?!...), \\1 dan pengulangan di dalam pengulangan."
                ) from error
    return kept


def patterns_of(schema: Mapping[str, Any]) -> Iterator[str]:
    """Yield the patterns of a trusted schema."""
    for described in schema["fields"]:
        pattern = described.get("constraints", {}).get("pattern")
        if isinstance(pattern, str):
            yield pattern


def has_open_branches(pattern: str) -> bool:
    """Tell whether a pattern has alternatives outside every group.

    Frictionless anchors a pattern as `^p$` without a group, so `a|b` becomes `^a` or `b$`
    and matches more than it says.
    """
    depth = 0
    for token in _TOKEN.findall(pattern):
        depth += token.startswith("(") - (token == ")")
        if token == "|" and depth == 0:
            return True
    return False


def _is_key(key: Any) -> bool:
    return isinstance(key, dict) and isinstance(key.get("reference"), dict)


def _trusted_key(key: Mapping[str, Any]) -> dict[str, Any]:
    reference = key["reference"]
    kept = {"resource": str(reference.get("resource") or ""), "fields": reference.get("fields")}
    return {"fields": key.get("fields"), "reference": kept}
