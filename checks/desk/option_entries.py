"""The options of a source as the fields of a form, and what was typed into them."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from catalog.models import SourceKind
from checks.desk.bounds import is_secret
from checks.desk.option_words import in_language
from checks.looking.trials import option_form
from checks.sources.options import Entry, OptionField

_NUMBER = re.compile(r"-?\d{1,9}")
_YES, _NO = "ya", "tidak"
_LONG = frozenset({"kueri"})


@dataclass(frozen=True, slots=True)
class FormEntry:
    """One field: `control` is text, number, area or choice; `error` is None where it is right."""

    name: str
    label: str
    help: str
    control: str
    value: str
    choices: tuple[str, ...]
    is_required: bool
    is_usual: bool
    error: str | None

    @property
    def is_main(self) -> bool:
        """Whether it says something: it is filled in, required or wrong."""
        return self.is_required or not self.is_usual or self.error is not None

    @property
    def key(self) -> str:
        """The name of the field in the form."""
        return key_of(self.name)


def key_of(name: str) -> str:
    """Return the name of an option's field in the form."""
    return f"opsi-{name}"


def entries(
    kind: SourceKind, texts: Mapping[str, str], errors: Mapping[str, str], language: str
) -> tuple[FormEntry, ...]:
    """Return the fields of a kind with what they hold, without those of credentials."""
    return tuple(
        FormEntry(
            name=field.name,
            label=in_language(field.title, language),
            help=in_language(field.help, language),
            control=_control(field),
            value=texts.get(field.name, ""),
            choices=_choices(field),
            is_required=field.is_required,
            is_usual=texts.get(field.name, "") in ("", _lines(field)),
            error=errors.get(field.name),
        )
        for field in _open_fields(kind)
    )


def texts_of(kind: SourceKind, options: Mapping[str, Any]) -> dict[str, str]:
    """Return what the fields hold for options as they are stored."""
    return {
        field.name: _text(options[field.name]) if field.name in options else _lines(field)
        for field in _open_fields(kind)
    }


def typed_texts(kind: SourceKind, form: Mapping[str, str]) -> dict[str, str]:
    """Return what was typed into the fields of a form that was sent."""
    return {
        field.name: form.get(key_of(field.name), "").replace("\r\n", "\n").strip()
        for field in _open_fields(kind)
    }


def options_in(
    kind: SourceKind, texts: Mapping[str, str], kept: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the options that the texts say; those of credentials are as they were kept."""
    said = {name: value for name, value in kept.items() if is_secret(name)}
    for field in _open_fields(kind):
        text = texts.get(field.name, "")
        if text:
            said[field.name] = _value(field, text)
    return said


def _open_fields(kind: SourceKind) -> Iterator[OptionField]:
    return (field for field in option_form(kind) if not is_secret(field.name))


def _control(field: OptionField) -> str:
    match field.entry:
        case Entry.CHOICE | Entry.YES_NO:
            return "choice"
        case Entry.NUMBER:
            return "number"
        case Entry.LIST:
            return "area"
        case _:
            return "area" if field.name in _LONG else "text"


def _choices(field: OptionField) -> tuple[str, ...]:
    return (_YES, _NO) if field.entry is Entry.YES_NO else field.choices


def _lines(field: OptionField) -> str:
    """Return what a field holds that nobody filled in; each entry of a list has its line."""
    return field.default.replace(", ", "\n") if field.entry is Entry.LIST else field.default


def _text(value: Any) -> str:
    match value:
        case bool():
            return _YES if value else _NO
        case list() | tuple():
            return "\n".join(map(str, value))
        case None:
            return ""
        case _:
            return str(value)


def _value(field: OptionField, text: str) -> Any:
    """Return the value that a text means; what fits no type is left for the verdict on it."""
    match field.entry:
        case Entry.LIST:
            return [line.strip() for line in text.split("\n") if line.strip()]
        case Entry.NUMBER if _NUMBER.fullmatch(text):
            return int(text)
        case Entry.YES_NO if text in (_YES, _NO):
            return text == _YES
        case _:
            return text
