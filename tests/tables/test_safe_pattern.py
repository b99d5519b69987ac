"""Patterns of strangers mean what they mean to Python, and none of them can hold the reader up."""

import random
import re
from time import process_time

import pytest

from checks.tables.safe_pattern import (
    UnsafePattern,
    anchored,
    is_provable,
    is_quick,
    matcher,
    refuse_unsafe,
)
from checks.tables.validation import Report, validate

LETTERS = "aabbc01 é٣\n_.ü\u2003\x85"
ATOMS = [
    "a", "b", "[ab]", "[^a]", r"\d", r"\w", r"\s", r"\S", r"\W", r"[^\W_]", ".", "é", "[à-ü]", "٣",
    r"\.", "(a|b)", "(?:ab|c)", "$", "^", r"\Z", " ",
]  # fmt: skip
REPEATS = ["", "", "", "*", "+", "?", "{1,2}", "{2}", "*?", "{,2}"]


def any_pattern(chance: random.Random, depth: int = 0) -> str:
    parts = []
    for _ in range(chance.randint(1, 3)):
        part = chance.choice(ATOMS)
        if depth < 3 and chance.random() < 0.4:
            inner = any_pattern(chance, depth + 1)
            part = chance.choice([f"({inner})", f"(?:{inner}|{any_pattern(chance, depth + 1)})"])
        parts.append(part + chance.choice(REPEATS))
    return "".join(parts)


@pytest.mark.parametrize("seed", range(4))
def test_re2_says_of_every_cell_what_python_says(seed):
    chance = random.Random(seed)
    compared = 0
    for _ in range(300):
        pattern = any_pattern(chance)
        try:
            expected, matches = re.compile(anchored(pattern)), matcher(pattern)
        except (re.error, UnsafePattern):
            continue
        for _ in range(10):
            cell = "".join(chance.choices(LETTERS, k=chance.randint(0, 6)))
            assert matches(cell) is bool(expected.match(cell)), (pattern, cell)
            compared += 1
    assert compared > 1_000


@pytest.mark.parametrize(
    ("pattern", "quick", "provable"),
    [
        ("[0-9]{16}", True, True),
        (r"\d{2}(\.\d{2})*", True, True),
        (r"\w+\s\S*", False, True),
        (r"(a+)+", False, False),
        (r"(\d+,?){2,}", False, False),
        (".*a.*b.*c", False, False),
    ],
)
def test_only_patterns_with_few_ways_through_a_cell_are_left_to_python(pattern, quick, provable):
    refuse_unsafe(pattern)
    assert is_quick(pattern) is quick
    assert is_provable(pattern) is provable


@pytest.mark.parametrize("pattern", ["(", "(?=a)b", r"(a)\1", "a++", "a{1,2000}", r"(a+)+\b"])
def test_what_re2_cannot_match_is_refused_with_the_reason(pattern):
    with pytest.raises(UnsafePattern, match=r"RE2|salah tulis|mengulang"):
        refuse_unsafe(pattern)


@pytest.mark.parametrize("engine", ["fast", "frictionless"])
@pytest.mark.parametrize("pattern", ["^(a+)+$", "(a+)+b|(a|a?)+c"])
def test_a_pattern_that_would_run_for_ever_answers_at_once(tmp_path, engine, pattern):
    path = tmp_path / "a.csv"
    path.write_text("a,n\n" + f"{'a' * 40}!,1\n" * 50 + "aac,2\n")
    schema = {
        "fields": [
            {
                "name": "a",
                "type": "string",
                "constraints": {"pattern": pattern, "maxLength": 40, "enum": ["aac", "x"]},
            },
            {"name": "n", "type": "integer"},
        ]
    }
    started = process_time()
    report: Report = validate(path, schema, engine=engine)
    assert process_time() - started < 5
    said = [finding.message_en.partition("rule ")[2].split()[0] for finding in report.findings[:3]]
    assert said == ["'maxLength'", "'pattern'", "'enum'"]
