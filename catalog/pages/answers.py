"""The values behind the pages as JSON: the same fields, codes instead of words."""

from collections.abc import Callable, Mapping
from dataclasses import fields, is_dataclass
from datetime import UTC, date, datetime
from enum import Enum, IntEnum
from operator import attrgetter
from typing import Any

from catalog.rules.obligations import Obligation
from catalog.rules.periods import Period

Json = dict[str, Any] | list[Any] | str | int | float | bool | None
_Form = Callable[[Any], Json]


def answer_of(value: object) -> Json:
    """Return a frozen value as JSON: instants in UTC, days as ISO, enums by their code.

    Raises TypeError for what has no form in JSON.
    """
    kind = type(value)
    form = _FORMS.get(kind)
    if form is None:
        form = _FORMS[kind] = _form_of(kind)
    return form(value)


def _itself(value: Any) -> Json:
    return value  # type: ignore[no-any-return]


def _instant(at: datetime) -> Json:
    return at.astimezone(UTC).isoformat().replace("+00:00", "Z")


def _several(values: Any) -> Json:
    return [answer_of(value) for value in values]


def _mapping(values: Mapping[Any, Any]) -> Json:
    return {str(answer_of(key)): answer_of(value) for key, value in values.items()}


def _obligation(obligation: Obligation) -> Json:
    period = obligation.period
    return {
        "period": period.label,
        "start": period.start.isoformat(),
        "end": period.end.isoformat(),
        "due_date": obligation.due_date.isoformat(),
        "opens_at": _instant(obligation.opens_at),
        "remind_at": _instant(obligation.remind_at),
        "due_at": _instant(obligation.due_at),
        "grace_at": _instant(obligation.grace_at),
        "arrears_at": _instant(obligation.arrears_at),
        "closable_at": _instant(obligation.closable_at),
    }


_FORMS: dict[type, _Form] = {
    type(None): _itself,
    bool: _itself,
    int: _itself,
    float: _itself,
    str: _itself,
    datetime: _instant,
    date: date.isoformat,
    Period: attrgetter("label"),
    Obligation: _obligation,
    tuple: _several,
    list: _several,
    frozenset: _several,
    dict: _mapping,
}


def _form_of(kind: type) -> _Form:
    """Return how values of a kind that is met for the first time become JSON."""
    if issubclass(kind, IntEnum):
        return {member: member.name for member in kind}.__getitem__
    if issubclass(kind, Enum):
        return {member: member.value for member in kind}.__getitem__
    if issubclass(kind, Mapping) or hasattr(kind, "items"):
        return _mapping
    if not is_dataclass(kind):
        raise TypeError(f"{kind.__name__} has no form in JSON")
    names = [field.name for field in fields(kind)]
    return lambda value: {name: answer_of(getattr(value, name)) for name in names}
