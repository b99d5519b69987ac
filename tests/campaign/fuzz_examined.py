"""What fuzzing does with one file inside the reading process, and what it holds it to."""

import io
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from catalog.registry import discover
from checks import validators
from checks.tables import large, validation
from checks.tables.changes.canonical import canonical_hash
from checks.tables.changes.difference import difference
from checks.tables.changes.drift import drift
from checks.tables.fast import blocks, plain, run
from checks.tables.findings import Finding
from checks.tables.inference import infer
from checks.tables.mending.export import write_csv_to
from checks.tables.package import BadPackage, is_package, validate_package
from checks.tables.personal.forms import masked_finding
from checks.tables.profile import profile
from checks.tables.reading import Table, UnreadableTable, read_table
from checks.tables.validation import BadSchema, validate
from checks.validators import Inspection

AT = datetime(2025, 8, 29, tzinfo=UTC)
_VALIDATORS = tuple(kind() for kind in discover(validators))
_CODE = re.compile(r"[a-z]+(-[a-z]+)*")
_KNOWS_LARGE = (blocks, large, plain, run, validation)
_PEAK = Path("/proc/self/clear_refs")
_STATUS = Path("/proc/self/status")
_FORGET_PEAK = "5"


@dataclass(frozen=True, slots=True)
class File:
    """One file to look at, with the schema and the version before it."""

    path: Path
    sort: str
    name: str
    schema: dict[str, Any] | None
    before: Path | None


@dataclass(frozen=True, slots=True)
class Told:
    """What came of it: `result` is the code of the refusal, or `table`.

    `marks` are the decisions and findings, by which new ground is known.
    """

    result: str
    marks: frozenset[str]
    cpu_seconds: float
    peak_bytes: int


def examined(file: File) -> Told:
    """Read, validate, profile, inspect and write a file; AssertionError where a promise breaks."""
    _forget_peak()
    began = time.process_time()
    result, marks = _package(file) if file.sort == "package" else _table(file)
    return Told(result, frozenset(marks), time.process_time() - began, _peak())


def _package(file: File) -> tuple[str, set[str]]:
    if not is_package(file.path):
        return "no-package", set()
    try:
        whole = validate_package(file.path)
    except (BadPackage, BadSchema) as error:
        _assert_sentence(str(error))
        return type(error).__name__, set()
    marks = {code for resource in whole.resources for code in resource.report.counts}
    for resource in whole.resources:
        _assert_sound(resource.report.findings)
    return "package", marks


def _table(file: File) -> tuple[str, set[str]]:
    if file.sort == "large":
        with _everything_is_large():
            marks = _validated(file, None)
    else:
        marks = _validated(file, None)
    try:
        table = read_table(file.path, name=file.name)
    except UnreadableTable as error:
        _assert_refusal(error)
        return error.code, marks
    _assert_table(table)
    marks |= {f"{each.code}={each.value[:20]}" for each in table.decisions if len(each.code) < 30}
    marks |= _validated(file, table) if file.schema is not None else set()
    return "table", marks | _inspected(file, table)


def _validated(file: File, table: Table | None) -> set[str]:
    try:
        found = validate(file.path, file.schema, table=table, name=file.name)
    except BadSchema as error:
        _assert_sentence(str(error))
        return {"bad-schema"}
    _assert_sound(found.findings)
    assert sum(found.counts.values()) >= len(found.findings)
    return {*found.counts, f"gate={found.gate}"}


def _inspected(file: File, table: Table) -> set[str]:
    found = profile(table)
    before = _before(file.before, file.name) if file.before else None
    sample = Inspection(
        table=table,
        profile=found,
        now=AT,
        previous_table=before,
        previous_profile=profile(before) if before else None,
        required_columns=("id", "nama"),
        previous_counts=(10, 12, 11, 13),
        city_code="3579",
    )
    marks: set[str] = set()
    for validator in _VALIDATORS:
        said = [masked_finding(each) for each in validator.run(sample)]
        _assert_sound(said)
        marks.update(each.code for each in said)
    marks.update(f"ask={each.code}" for each in infer(table).questions)
    assert len(canonical_hash(table)) == 64
    write_csv_to(table, io.StringIO())
    if before is not None:
        drift(before.columns, table.columns)
        difference(before, table)
    return marks


@lru_cache(maxsize=16)
def _before(path: Path, name: str) -> Table | None:
    try:
        return read_table(path, name=name)
    except UnreadableTable:
        return None


@contextmanager
def _everything_is_large() -> Iterator[None]:
    kept = blocks.LARGE_BYTES
    try:
        for module in _KNOWS_LARGE:
            module.LARGE_BYTES = 64  # type: ignore[attr-defined]
        yield
    finally:
        for module in _KNOWS_LARGE:
            module.LARGE_BYTES = kept  # type: ignore[attr-defined]


def _assert_table(table: Table) -> None:
    width = len(table.header)
    assert width, "a table without columns"
    assert len(table.columns) == width
    assert len(set(table.header)) == width, "two columns of one name"
    assert len(table.record_lines) == table.n_rows
    assert all(len(row) == width for row in table.rows), "a ragged row"
    assert all(cell is None or cell.strip() for row in table.rows for cell in row), "a blank"
    assert list(table.record_lines) == sorted(set(table.record_lines)), "rows out of order"
    assert not table.column_numbers or len(table.column_numbers) == width


def _assert_refusal(error: UnreadableTable) -> None:
    assert _CODE.fullmatch(error.code), error.code
    for sentence in (error.sentence_id, error.sentence_en):
        _assert_sentence(sentence)
        assert "; " in sentence, f"a refusal without a remedy: {sentence}"


def _assert_sentence(sentence: str) -> None:
    assert sentence.endswith(".") and len(sentence) > 10, f"no sentence: {sentence!r}"
    assert len(sentence) < 1_000, f"an endless sentence: {sentence[:200]!r}"


def _assert_sound(findings: list[Finding] | tuple[Finding, ...]) -> None:
    for each in findings:
        assert each.code
        assert each.row is None or each.row > 0, each
        for sentence in (each.message_id, each.message_en):
            assert len(sentence) > 5 and "None" not in sentence.split(), each
            assert len(sentence) < 2_000, each.code


def _forget_peak() -> None:
    if _PEAK.exists():
        _PEAK.write_text(_FORGET_PEAK)


def _peak() -> int:
    if not _STATUS.exists():
        return 0
    line = next(line for line in _STATUS.read_text().splitlines() if line.startswith("VmHWM"))
    return int(line.split()[1]) * 1024
