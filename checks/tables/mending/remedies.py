"""What helps a person to mend a file, made in the reading process from the file alone."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from checks.tables.findings import Finding, Report
from checks.tables.grouping import Group, grouped
from checks.tables.large import head_of
from checks.tables.mending.choices import as_chosen
from checks.tables.mending.export import write_csv
from checks.tables.mending.marking import Language, marked_workbook, repaired_workbook
from checks.tables.mending.questions import Question, questions
from checks.tables.mending.repairs import Repair, repaired, repaired_csv
from checks.tables.personal.forms import masked_finding
from checks.tables.reading import read_table
from checks.tables.table import Table, UnreadableTable
from checks.tables.validation import Engine, validate


@dataclass(frozen=True, slots=True)
class File:
    """A file to be mended: its schema, and how the operator reads its unclear columns."""

    path: Path
    name: str
    schema: Mapping[str, Any] | None = None
    choices: Mapping[str, str] | None = None


@dataclass(frozen=True, slots=True)
class Mending:
    """What is wrong by kind and column, what could be repaired, what must be asked.

    `untouched` are columns that no repair touches until their question is answered;
    `questions` has the answered ones too.
    """

    groups: tuple[Group, ...]
    repairs: tuple[Repair, ...]
    untouched: tuple[str, ...]
    questions: tuple[Question, ...]


@dataclass(frozen=True, slots=True)
class Verdict:
    """The report on a file without personal numbers, and its findings in groups."""

    report: Report
    groups: tuple[Group, ...]


def verdict(path: Path, schema: Mapping[str, Any] | None, *, name: str, engine: Engine) -> Verdict:
    """Validate a file and group what is found. Raises as validate does."""
    seen = validate(path, schema, name=name, engine=engine)
    if not seen.findings:
        return Verdict(seen, ())
    findings = tuple(map(masked_finding, seen.findings))
    return Verdict(replace(seen, findings=findings), grouped(findings, _known(path, name)))


def clean_text(path: Path, name: str, out: Path) -> None:
    """Write a file as clean UTF-8 CSV. Raises UnreadableTable."""
    write_csv(read_table(path, name=name), out)


def mending(file: File, findings: Iterable[Finding]) -> Mending:
    """Say what could be done about the findings in a file; no table, nothing but the groups."""
    table = _known(file.path, file.name)
    groups = grouped(findings, table)
    if table is None or not table.sha256:
        return Mending(groups, (), (), ())
    mended = repaired(table, schema=file.schema, choices=file.choices)
    return Mending(groups, mended.repairs, mended.untouched, questions(table))


def asked_of(file: File) -> tuple[Question, ...]:
    """Return the columns that can be read in two ways. Raises UnreadableTable."""
    return questions(as_chosen(read_table(file.path, name=file.name), file.choices or {}))


def marked_copy(file: File, findings: Iterable[Finding], language: Language) -> bytes:
    """Return a workbook with the faulty cells marked. Raises UnreadableTable."""
    return marked_workbook(read_table(file.path, name=file.name), findings, language)


def repaired_copy(file: File, language: Language) -> bytes:
    """Return a workbook with the safe repairs, each marked. Raises UnreadableTable."""
    table = read_table(file.path, name=file.name)
    mended = repaired(table, schema=file.schema, choices=file.choices)
    return repaired_workbook(table, language, mended)[0]


def repaired_text(file: File) -> bytes:
    """Return the repaired table as CSV, the form in which it is sent. Raises UnreadableTable."""
    table = read_table(file.path, name=file.name)
    return repaired_csv(table, repaired(table, schema=file.schema, choices=file.choices))


def _known(path: Path, name: str) -> Table | None:
    """Return the table, of a large file its head (without a hash), None for no table."""
    try:
        return head_of(path) or read_table(path, name=name)
    except UnreadableTable:
        return None
