"""Whatever a look can fail with is said in words, in both languages."""

import ast
from pathlib import Path

import pytest

import checks
from checks.sources.fault_words import words_of

ROOM = Path(checks.__file__).parent
UNKNOWN = words_of("what-nobody-foresaw", in_english=True)


def codes() -> set[str]:
    """Return every code that a SourceError is made with as a plain text."""
    found: set[str] = set()
    for path in ROOM.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) == "SourceError" and node.args:
                texts = [part for part in ast.walk(node.args[0]) if isinstance(part, ast.Constant)]
                found |= {part.value for part in texts if isinstance(part.value, str)}
    return {code for code in found if code != "http-"}


def test_every_code_of_a_failed_look_has_its_words() -> None:
    known = codes()
    assert {"timeout", "not-shared", "no-such-dataset", "several-datasets"} <= known
    assert not {code for code in known if words_of(code, in_english=True) == UNKNOWN}


@pytest.mark.parametrize("code", [*sorted(codes()), "no-such-host", "no-name-answer", "http-404"])
def test_the_words_are_short_and_in_two_languages_and_no_code(code: str) -> None:
    told = [words_of(code, in_english=english) for english in (False, True)]
    assert told[0] != told[1]
    assert all(code not in words and len(words) <= 60 for words in told)


def test_a_status_and_what_nobody_foresaw_are_said_too() -> None:
    assert words_of("http-418", in_english=False) == "server bermasalah (HTTP 418)"
    assert words_of(None, in_english=False) == "sumber tidak dapat dibaca"
