"""Every word of the desk and of its messages exists in English, and is compiled."""

from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.extract import DEFAULT_KEYWORDS, extract_from_dir
from babel.messages.mofile import read_mo
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parents[2]
FOLDER = ROOT / "checks" / "desk" / "translations" / "en" / "LC_MESSAGES"
METHODS = [("**.py", "python"), ("desk/templates/**.html", "jinja2")]


def said() -> set[str]:
    """Return every message id in the rooms that speak: the letters, the desk, its templates."""
    keywords = {**DEFAULT_KEYWORDS, "lazy_gettext": None}
    found = extract_from_dir(ROOT / "checks", method_map=METHODS, keywords=keywords)
    return {ids if isinstance(ids, str) else ids[0] for _, _, ids, _, _ in found}


@pytest.fixture(scope="module")
def english() -> Catalog:
    with (FOLDER / "messages.po").open("rb") as file:
        return read_po(file, locale="en")


def test_nothing_is_said_that_has_no_english(english: Catalog) -> None:
    known = {m.id if isinstance(m.id, str) else m.id[0] for m in english if m.id}
    assert said() - known == set()
    assert known - said() == set()


def test_every_translation_is_whole_and_keeps_its_values(english: Catalog) -> None:
    for message in english:
        if not message.id:
            continue
        words = [message.string] if isinstance(message.string, str) else list(message.string)
        assert all(words), message.id
        assert not message.fuzzy, message.id
        assert list(message.check()) == [], message.id


def test_the_compiled_words_are_those_of_the_source(english: Catalog) -> None:
    with (FOLDER / "messages.mo").open("rb") as file:
        compiled = read_mo(file)
    for message in english:
        if message.id:
            same = compiled.get(message.id if isinstance(message.id, str) else message.id[0])
            assert same is not None, f"{message.id}: compile again (pybabel compile -d {FOLDER})"
            assert list(same.string) == list(message.string), message.id
