"""The options of a source: typed, with help in Bahasa Indonesia, and a form made of them."""

import types
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from checks.sources.port import SourceError

#: The name of a column; several of them are a list in the order they are to have.
Columns = Annotated[tuple[str, ...], Field(max_length=500)]


class Options(BaseModel):
    """What a kind must be told beside the address; this one needs nothing."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)


class Entry(StrEnum):
    """How an option is filled in."""

    TEXT = "teks"
    NUMBER = "angka"
    CHOICE = "pilihan"
    YES_NO = "ya_tidak"
    LIST = "daftar"


@dataclass(frozen=True, slots=True)
class OptionField:
    """One line of the form: `help` says in Bahasa Indonesia what to write there."""

    name: str
    title: str
    help: str
    entry: Entry
    is_required: bool
    default: str
    choices: tuple[str, ...] = ()


Known = TypeVar("Known", bound=Options)


def read_options(model: type[Known], given: Mapping[str, Any]) -> Known:
    """Return the options as their kind knows them.

    Raises SourceError `bad-options` that names the first wrong one, never its value.
    """
    try:
        return model.model_validate(dict(given))
    except ValidationError as error:
        raise _wrong(model, error.errors(include_input=False, include_url=False)[0]) from None


def options_of(kind: type[Any]) -> type[Options]:
    """Return the options model of a source kind."""
    model = getattr(kind, "options", Options)
    if not issubclass(model, Options):
        raise TypeError(f"expected {kind.__name__}.options to be Options, found {model}")
    return model


def form_of(kind: type[Any]) -> tuple[OptionField, ...]:
    """Return the form of a source kind, line by line; empty where it needs no options."""
    return tuple(_line(*each) for each in options_of(kind).model_fields.items())


def _line(name: str, field: FieldInfo) -> OptionField:
    entry, choices = _entry(field.annotation)
    return OptionField(
        name=name,
        title=field.title or name,
        help=field.description or "",
        entry=entry,
        is_required=field.is_required(),
        default=_shown(field),
        choices=choices,
    )


def _entry(annotation: Any) -> tuple[Entry, tuple[str, ...]]:
    origin = get_origin(annotation)
    if origin is Literal:
        return Entry.CHOICE, tuple(str(each) for each in get_args(annotation))
    if origin is tuple:
        return Entry.LIST, ()
    parts = get_args(annotation) if origin is types.UnionType else (annotation,)
    if bool in parts:
        return Entry.YES_NO, ()
    return (Entry.NUMBER, ()) if int in parts else (Entry.TEXT, ())


def _shown(field: FieldInfo) -> str:
    if field.is_required() or field.default in (None, ()):
        return ""
    if isinstance(field.default, bool):
        return "ya" if field.default else "tidak"
    return ", ".join(field.default) if isinstance(field.default, tuple) else str(field.default)


def _wrong(model: type[Options], error: ErrorDetails) -> SourceError:
    name = str(error["loc"][0]) if error["loc"] else ""
    field = model.model_fields.get(name)
    known = ", ".join(model.model_fields) or "-"
    if error["type"] == "missing":
        reason = "wajib diisi", "is required"
    elif error["type"] == "extra_forbidden":
        reason = f"tidak dikenal (yang dikenal: {known})", f"is unknown (known: {known})"
    else:
        about = field.description if field and field.description else "periksa nilainya"
        reason = f"tidak sesuai: {about.rstrip('.')}", "does not fit; see its help"
    if not name:
        about = error["msg"].removeprefix("Value error, ").rstrip(".")
        return bad_options(
            f"Opsi sumber tidak sesuai: {about}.", "The options do not fit together."
        )
    return bad_options(f'Opsi "{name}" {reason[0]}.', f'The option "{name}" {reason[1]}.')


def bad_options(sentence_id: str, sentence_en: str) -> SourceError:
    """Return the error of options that cannot be used."""
    return SourceError("bad-options", sentence_id, sentence_en, permanent=True)
