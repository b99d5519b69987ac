"""The fast engine: what a proof may accept, where a gate hands over, and what is counted."""

import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from frictionless import Schema
from hypothesis import given, settings
from hypothesis import strategies as st

from checks.tables.fast.blocks import Block
from checks.tables.fast.fields import fields_of, plain_fields
from checks.tables.fast.keys import StandardLog
from checks.tables.fast.plan import plan_for
from checks.tables.fast.polars_keys import PolarsLog
from checks.tables.fast.proving import QuickProver, StandardProver, prover_for
from checks.tables.fast.ranges import days, whole_numbers
from checks.tables.reading import read_table
from checks.tables.schema import trusted_schema
from checks.tables.validation import Report, validate
from tests.tables.parity.cases import ODD, case, kind_of
from tests.tables.parity.compare import TIERS, compare, forced

REGISTER = {
    "fields": [
        {"name": "kode", "type": "integer", "constraints": {"required": True}},
        {"name": "nama", "type": "string", "constraints": {"required": True, "maxLength": 20}},
        {"name": "nilai", "type": "number", "decimalChar": ",", "groupChar": "."},
    ],
    "primaryKey": ["kode"],
}
UNUSUAL: list[dict[str, Any]] = [
    {"type": "geopoint"},
    {"type": "integer", "constraints": {"minimum": "1"}},
    {"type": "integer", "constraints": {"minimum": True}},
    {"type": "integer", "bareNumber": False},
    {"type": "number", "constraints": {"minimum": 1.5}},
    {"type": "date", "constraints": {"minimum": "2024-02-30"}},
    {"type": "date", "format": "%d/%m/%Y", "constraints": {"minimum": "2024-02-03"}},
    {"type": "boolean", "trueValues": [1]},
    {"format": "email"},
    {"constraints": {"minimum": 1}},
    {"constraints": {"enum": ["a", 1]}},
    {"constraints": {"required": "yes"}},
    {"name": ""},
]
# What a process of its own says of a file, and what it had to load for it.
ALONE = """
import json, pathlib, sys
from checks.tables.validation import validate
report = validate(pathlib.Path(sys.argv[1]), json.loads(pathlib.Path("schema.json").read_text()))
heavy = {"frictionless", "polars", "openpyxl", "checks.tables.reading"} & set(sys.modules)
print(report.valid, report.n_rows, sorted(heavy))
"""
ROOT = Path(__file__).resolve().parents[2]
GOOD = "kode;nama;nilai\n" + "".join(f"{n};Desa {n};1.{n:03},5\n" for n in range(1, 41))


def verdict(tmp_path: Path, text: str | bytes, schema: Any = REGISTER) -> Report:
    path = tmp_path / "tabel.csv"
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return validate(path, schema)


@given(st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 2 * 10**6))
@settings(max_examples=300)
def test_a_range_of_whole_numbers_matches_its_numbers_and_no_others(low, width, number):
    expression = whole_numbers(low, low + width)
    assert expression is not None
    assert bool(re.fullmatch(expression, str(number))) == (low <= number <= low + width)
    assert re.fullmatch(expression, f"0{number}") is None


@given(st.dates(date(1895, 1, 1), date(2105, 1, 1)), st.dates(date(1895, 1, 1), date(2105, 1, 1)))
@settings(max_examples=40)
def test_a_range_of_days_matches_days_of_the_calendar_inside_it(low, high):
    expression = days("{Y}-{m}-{d}", low, high)
    middle = low + (high - low) / 2
    for day in (low, high, middle, low - timedelta(1), high + timedelta(1)):
        if expression and re.fullmatch(expression, day.isoformat()):
            assert low <= day <= high
    assert not expression or not re.fullmatch(expression, f"{middle.year}-02-30")


def test_leap_days_are_proven_in_leap_years_only():
    expression = days("{Y}-{m}-{d}", None, None)
    assert expression is not None
    assert re.fullmatch(expression, "2000-02-29")
    assert not re.fullmatch(expression, "1900-02-29")
    assert not re.fullmatch(expression, "2023-02-29")


@given(st.randoms(use_true_random=False), st.lists(st.text(max_size=12), max_size=20))
@settings(max_examples=150)
def test_what_a_proof_accepts_frictionless_accepts(r, texts):
    described = {"name": "kolom", **kind_of(r).described}
    if r.random() < 0.4:
        described["constraints"] = {**described.get("constraints", {}), "required": True}
    words = r.choice([[""], ["", "-", "NA"], ["x", "ab", "0"]])
    schema = Schema.from_descriptor({"fields": [described], "missingValues": words})
    column = plan_for(fields_of(schema.fields), [], ",").columns[0]
    if column.is_sure is None:
        return
    for text in (*texts, *ODD):
        if column.is_sure.fullmatch(text) and text not in words:
            value, notes = column.reader().read(text)
            assert value is not None, (described, text)
            assert not notes, (described, text)


def test_both_engines_prove_the_same_lines():
    compared = 0
    for seed in range(70_000, 70_080):
        made = case(seed)
        schema = Schema.from_descriptor(trusted_schema(made.schema))
        plan = plan_for(fields_of(schema.fields), schema.primary_key, ",")
        block = made.content.decode(errors="ignore").replace("\0", "").replace("\r", "").encode()
        if plan.line is None or not block:
            continue
        ours = StandardProver(plan.line, plan.blank).prove(block)
        assert ours == QuickProver(plan.line, plan.blank).prove(block), seed
        compared += 1
    assert compared > 20


def test_lines_are_proven_too_where_re2_refuses_the_expression():
    line = "(?:(?:[ab]{30}){1,400},x)"
    with pytest.raises(ValueError, match="refused"):
        QuickProver(line, None)
    plan = replace(plan_for([], [], ","), line=line, blank=None)
    assert prover_for(plan).prove(b"a" * 60 + b",x\ny\n").unproven.tolist() == [1]


def test_a_schema_taken_as_it_stands_gives_the_plan_that_frictionless_gives():
    n_plain = 0
    for seed in range(80_000, 80_400):
        described = trusted_schema(case(seed).schema)
        asked = Schema.from_descriptor(described)
        fields = plain_fields(described, lambda asked=asked: asked.fields)
        if fields is None:
            continue
        n_plain += 1
        ours = plan_for(fields, asked.primary_key, ";")
        theirs = plan_for(fields_of(asked.fields), asked.primary_key, ";")
        assert (ours.line, ours.blank, ours.keys) == (theirs.line, theirs.blank, theirs.keys), seed
        for mine, its in zip(ours.columns, theirs.columns, strict=True):
            assert (mine.name, mine.is_sure) == (its.name, its.is_sure), seed
            assert mine.reader().missing == its.reader().missing, seed
    assert n_plain > 20


@pytest.mark.parametrize("odd", UNUSUAL)
def test_of_an_unusual_field_frictionless_is_asked(odd):
    usual = {"name": "a", "type": "string"}
    assert plain_fields({"fields": [usual]}, list) is not None
    assert plain_fields({"fields": [{**usual, **odd}]}, list) is None


def test_both_logs_suspect_the_same_rows(tmp_path):
    schema = Schema.from_descriptor(
        {**REGISTER, "fields": [*REGISTER["fields"][:2], {"name": "n", "type": "string"}]}
    )
    schema.fields[1].constraints["unique"] = True
    plan = plan_for(fields_of(schema.fields), ["kode", "n"], ";")
    lines = [f'{n % 70};{n % 90};"{n % 7}"\n'.encode() for n in range(100)]
    path = tmp_path / "tabel.csv"
    path.write_bytes(b"".join(lines))
    block = Block(0, path.read_bytes())
    found = []
    with path.open("rb") as stream:
        for log in (StandardLog(plan), PolarsLog(plan, stream)):
            log.add_proven(block, range(2, 102), bytes(i != 95 for i in range(100)))
            log.add_read(300, [None, "5\x1f5"])
            found.append(log.suspects())
    again = [n for n in range(10) if n + 90 != 95]
    assert found[0] == found[1]
    assert set(found[0]) >= {*(n + 2 for n in again), *(n + 92 for n in again), 7, 300}
    assert 97 not in found[0]


def test_a_clean_file_is_proven_without_frictionless(tmp_path):
    report = verdict(tmp_path, GOOD)
    assert (report.valid, report.n_rows, report.gate) == (True, 40, None)
    (tmp_path / "schema.json").write_text(json.dumps(REGISTER))
    done = subprocess.run(
        [sys.executable, "-c", ALONE, "tabel.csv"],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.split() == ["True", "40", "[]"]


def test_a_row_that_no_proof_covers_is_judged_as_frictionless_does(tmp_path):
    report = verdict(tmp_path, GOOD + " 7 ;Desa;\n+41;Desa;1\n")
    assert report.gate is None
    assert [(f.code, f.row) for f in report.findings] == [("primary-key", 42)]


@pytest.mark.parametrize(
    ("text", "schema", "gate"),
    [
        (
            GOOD.replace("Desa 4;", '"Desa\r4";'),
            REGISTER,
            "a carriage return that ends no line",
        ),
        (
            GOOD,
            {
                **REGISTER,
                "foreignKeys": [
                    {"fields": ["kode"], "reference": {"resource": "", "fields": ["kode"]}}
                ],
            },
            "foreign keys",
        ),
        (GOOD.replace("\n", "\x00\n", 3), REGISTER, "a file that is no table"),
        (GOOD + '41;"Desa;1\n', REGISTER, "a file that is no table"),
        (GOOD.replace(";", "; "), REGISTER, "an unusual dialect"),
    ],
)
def test_the_unusual_is_read_by_frictionless_and_the_report_says_why(tmp_path, text, schema, gate):
    report = verdict(tmp_path, text, schema)
    assert report.gate == gate
    path = tmp_path / "tabel.csv"
    assert report.findings == validate(path, schema, engine="frictionless").findings


def test_a_lost_decimal_sign_is_a_warning_that_frictionless_does_not_give(tmp_path):
    report = verdict(tmp_path, GOOD + "41;Desa;1000.5\n")
    assert report.valid
    assert [(f.code, f.row, f.cell) for f in report.findings] == [
        ("mutakhir/decimal-sign", 42, "1000.5")
    ]
    assert "10005" in report.findings[0].message_id


def test_a_pattern_with_open_branches_warns_of_what_slips_through(tmp_path):
    fields = [
        {"name": "kode", "type": "string", "constraints": {"pattern": "aa|bb"}},
        {"name": "n", "type": "integer"},
    ]
    report = verdict(tmp_path, "kode,n\naa,1\nbb,2\naaxyz,3\nc,4\n", {"fields": fields})
    assert [(f.code, f.row) for f in report.findings] == [
        ("mutakhir/loose-pattern", 4),
        ("constraint-error", 5),
    ]
    assert not report.valid


def test_warnings_are_the_same_on_the_slow_path(tmp_path):
    report = verdict(tmp_path, (GOOD + "41;Desa;1000.5\n").replace("Desa 4;", '"Desa\r4";'))
    assert report.gate is not None
    assert report.counts["mutakhir/decimal-sign"] == 1


@pytest.mark.parametrize("tier", sorted(TIERS))
def test_a_record_over_several_blocks_is_one_row(tmp_path, tier):
    text = GOOD + '41;"Desa\n42;Desa 42;1,5\nakhir";2\n43;Desa 43;3\n1;Desa;4\n'
    path = tmp_path / "tabel.csv"
    path.write_text(text)
    for size in range(20, 90, 7):
        said = compare(path, REGISTER, tier, size)
        assert said.difference is None, said.difference
        assert said.n_errors == 2


@pytest.mark.parametrize("tier", sorted(TIERS))
def test_every_repeat_names_the_row_where_the_value_stood_last(tmp_path, tier):
    path = tmp_path / "tabel.csv"
    path.write_text("kode;nama;nilai\n" + "".join(f"{n % 3};a;1\n" for n in range(2_500)))
    with forced(TIERS[tier], 500):
        report = validate(path, REGISTER)
    assert report.gate is None
    assert report.counts == {"primary-key": 2_497}
    assert len(report.findings) == 1_000
    assert report.findings[-1].row == 1_004
    assert "1001" in report.findings[-1].message_en


def test_the_engine_reads_the_rows_of_a_workbook_like_table_as_frictionless_does(tmp_path):
    path = tmp_path / "tabel.json"
    path.write_text(
        '[{"kode": 1, "nama": "a", "nilai": "1,5"}, {"kode": 1, "nama": "", "nilai": "x"}]'
    )
    table = read_table(path)
    fast = validate(path, REGISTER, table=table)
    slow = validate(path, REGISTER, table=table, engine="frictionless")
    assert fast.gate is None
    assert fast.findings == slow.findings
    assert fast.counts == {"constraint-error": 1, "type-error": 1, "primary-key": 1}
