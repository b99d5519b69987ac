"""The options of a source: typed, with help in Bahasa Indonesia, and a form made of them."""

import json
import types
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, Literal, TypeVar, get_args, get_origin

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from checks.sources.misfits import Misfit, expected_in, misfit_of
from checks.sources.port import SourceError

#: Options whose name ends so hold a secret's reference, and by mistake the secret itself.
SECRET = "rahasia"
_LONGEST_SHOWN = 60
#: The name of a column; several of them are a list in the order they are to have.
Columns = Annotated[tuple[str, ...], Field(max_length=500)]
Taken = Annotated[
    Columns,
    Field(
        title="Kolom yang diambil",
        description="Hanya kolom ini yang dibaca, menurut urutannya; kosongkan untuk semua kolom",
    ),
]


class Options(BaseModel):
    """What a kind must be told beside the address; this one needs nothing."""

    model_config = ConfigDict(
        frozen=True, extra="forbid", str_strip_whitespace=True, coerce_numbers_to_str=True
    )

    @field_validator("*", mode="before")
    @classmethod
    def _no_truth_for_a_number(cls, value: Any, field: ValidationInfo) -> Any:
        known = cls.model_fields.get(field.field_name or "")
        if isinstance(value, bool) and known and _entry(known.annotation)[0] is Entry.NUMBER:
            raise Misfit("angka bulat", "a whole number")
        return value


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


@dataclass(frozen=True, slots=True)
class OptionFault:
    """What is wrong with one option, for whoever fills in the form."""

    name: str
    sentence_id: str
    sentence_en: str


Known = TypeVar("Known", bound=Options)


def read_options(model: type[Known], given: Mapping[str, Any]) -> Known:
    """Return the options as their kind knows them.

    Raises SourceError `bad-options` that names the first wrong one and what was found, but
    never what stands where a secret belongs.
    """
    try:
        return model.model_validate(dict(given))
    except ValidationError as error:
        first = error.errors(include_input=False, include_url=False)[0]
        raise _wrong(model, given, first) from None


def option_faults(model: type[Options], given: Mapping[str, Any]) -> tuple[OptionFault, ...]:
    """Return what is wrong with each option, empty where all of them can be used.

    The name is empty where options do not fit together.
    """
    try:
        model.model_validate(dict(given))
    except ValidationError as error:
        found: dict[str, OptionFault] = {}
        for each in error.errors(include_input=False, include_url=False):
            name = str(each["loc"][0]) if each["loc"] else ""
            said = _wrong(model, given, each)
            found.setdefault(name, OptionFault(name, said.sentence_id, said.sentence_en))
        return tuple(found.values())
    return ()


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


def _wrong(model: type[Options], given: Mapping[str, Any], error: ErrorDetails) -> SourceError:
    if not error["loc"]:
        own = misfit_of(error) or Misfit("periksa opsinya", "check them")
        return bad_options(
            f"Opsi sumber tidak sesuai: {own.sentence_id}.",
            f"The options do not fit together: {own.sentence_en}.",
        )
    name = str(error["loc"][0])
    field = model.model_fields.get(name)
    known = ", ".join(model.model_fields) or "-"
    about = (field.description if field else None) or "periksa nilainya"
    about = about.rstrip(".")
    if error["type"] == "missing":
        reason = f"wajib diisi: {about}", "is required; see its help"
    elif error["type"] == "extra_forbidden":
        reason = f"tidak dikenal (yang dikenal: {known})", f"is unknown (known: {known})"
    else:
        found = _found(name, given.get(name))
        expected = expected_in(error, _entry(field.annotation)[1] if field else ())
        reason = (
            f"berisi {found}, tidak sesuai: {about}",
            f"holds {found}, which does not fit; see its help",
        )
        if expected is not None:
            reason = (
                f"berisi {found}, seharusnya {expected[0]}",
                f"holds {found}, expected {expected[1]}",
            )
    return bad_options(f'Opsi "{name}" {reason[0]}.', f'The option "{name}" {reason[1]}.')


def _found(name: str, value: Any) -> str:
    """Return what was written, as JSON and short; not where it may be a secret."""
    if name.endswith(SECRET):
        return "(dirahasiakan)"
    text = json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def bad_options(sentence_id: str, sentence_en: str) -> SourceError:
    """Return the error of options that cannot be used."""
    return SourceError("bad-options", sentence_id, sentence_en, permanent=True)
