"""The board speaks complete English, and its compiled catalogue is the written one."""

import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_file
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po

from tests.web.board_world import ROOT

KEYWORDS = {"_": None, "ngettext": (1, 2), "_in_context": ((1, "c"), 2)}
WRITTEN = Path("translations/en/LC_MESSAGES/messages.po")
PLACE = re.compile(r"%\((\w+)\)[sd]")


@dataclass(frozen=True)
class Said:
    """One message of the code: its context and its one or two forms."""

    context: str | None
    forms: tuple[str, ...]


def said_in(room: Path) -> Iterator[Said]:
    for path in sorted(room.rglob("*")):
        method = {".py": "python", ".html": "jinja2"}.get(path.suffix)
        if method is None:
            continue
        for _line, message, _notes, context in extract_from_file(method, path, KEYWORDS):
            yield Said(context, (message,) if isinstance(message, str) else tuple(message))


def catalogue_of(room: str) -> Catalog:
    with (ROOT / room / WRITTEN).open("rb") as file:
        return read_po(file, locale="en")


def english() -> dict[Said, tuple[str, ...]]:
    return {
        Said(m.context, (m.id,) if isinstance(m.id, str) else tuple(m.id)): (
            (m.string,) if isinstance(m.string, str) else tuple(m.string)
        )
        for m in catalogue_of("dashboards")
        if m.id
    }


def test_every_message_of_the_board_has_english_and_none_is_left_over() -> None:
    known = english()
    said = set(said_in(ROOT / "dashboards"))
    assert said == set(known)
    assert [key for key, forms in known.items() if not all(forms)] == []


def test_translations_keep_the_places_of_their_values() -> None:
    for said, forms in english().items():
        wanted = set(PLACE.findall(said.forms[-1]))
        assert all(set(PLACE.findall(form)) == wanted for form in forms), said


def test_a_message_that_two_rooms_share_is_translated_alike() -> None:
    others = {m.id: m.string for m in catalogue_of("catalog") if m.id and not m.context}
    ours = {m.id: m.string for m in catalogue_of("dashboards") if m.id and not m.context}
    assert {i: s for i, s in ours.items() if others.get(i, s) != s} == {}


def test_the_compiled_catalogue_is_the_written_one() -> None:
    fresh = io.BytesIO()
    write_mo(fresh, catalogue_of("dashboards"))
    fresh.seek(0)
    with (ROOT / "dashboards" / WRITTEN.with_suffix(".mo")).open("rb") as file:
        compiled = read_mo(file)
    assert strings_of(compiled) == strings_of(read_mo(fresh)) != []


def strings_of(catalogue: Catalog) -> list[str]:
    """Every message with its translation, in a fixed order."""
    return sorted(repr((m.context, m.id, m.string)) for m in catalogue if m.id)
