"""Table Schemas from elsewhere: only names, types and constraints are taken over."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from catalog.rules.errors import MutakhirError

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


def trusted_schema(schema: Mapping[str, Any]) -> dict[str, Any]:
    """Return the part of a Table Schema that is safe to hand to a validator.

    Paths, URLs, profiles and references to other resources are left behind. Raises
    BadSchema for fields without a name and for patterns that can run for ever.
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
        kept["primaryKey"] = [key] if isinstance(key, str) else [str(name) for name in key]
        known = {field["name"] for field in kept["fields"]}
        absent = [name for name in kept["primaryKey"] if name not in known]
        if absent:
            raise BadSchema(f"Kunci {', '.join(absent)} tidak ada di antara kolom skema.")
    own = [f for f in schema.get("foreignKeys") or () if _refers_to_itself(f)]
    if own:
        kept["foreignKeys"] = own
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
        if "pattern" in kept["constraints"]:
            _refuse_slow(str(kept["constraints"]["pattern"]), described["name"])
    return kept


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


def _refers_to_itself(key: Any) -> bool:
    if not isinstance(key, dict) or not isinstance(key.get("reference"), dict):
        return False
    return not key["reference"].get("resource")


def _refuse_slow(pattern: str, name: str) -> None:
    """Refuse a repeat inside a repeat: on 28 characters it can take half a minute."""
    try:
        re.compile(pattern)
    except (re.error, OverflowError, RecursionError) as error:
        raise BadSchema(f'Pola kolom "{name}" salah tulis: {error}.') from error
    if _repeats_a_repeat(pattern):
        raise BadSchema(
            f'Pola kolom "{name}" mengulang di dalam pengulangan; sederhanakan, misalnya a+ '
            "sebagai ganti (a+)+."
        )


def _repeats_a_repeat(pattern: str) -> bool:
    """Tell whether an unbounded group holds a repeat, or branches that can begin alike."""
    tokens = _TOKEN.findall(pattern)
    open_groups: list[_Group] = [_Group()]
    for position, token in enumerate(tokens):
        following = tokens[position + 1] if position + 1 < len(tokens) else ""
        if token.startswith("("):
            open_groups.append(_Group())
        elif token == ")" and len(open_groups) > 1:
            closed = open_groups.pop()
            if _is_unbounded(following) and closed.is_risky:
                return True
            open_groups[-1].repeats |= closed.repeats
        elif token == "|":
            open_groups[-1].starts.append("")
        elif _is_unbounded(token):
            open_groups[-1].repeats = True
        elif not open_groups[-1].starts[-1]:
            open_groups[-1].starts[-1] = token
    return False


@dataclass(slots=True)
class _Group:
    repeats: bool = False
    starts: list[str] = field(default_factory=lambda: [""])

    @property
    def is_risky(self) -> bool:
        """Whether a text can be cut into repeats of this group in more than one way."""
        if self.repeats:
            return True
        are_letters = all(len(start) == 1 and start.isalnum() for start in self.starts)
        is_branched = len(self.starts) > 1
        return is_branched and (not are_letters or len(set(self.starts)) < len(self.starts))


def _is_unbounded(token: str) -> bool:
    return token in ("*", "+") or (token.startswith("{") and token.endswith(",}"))
