"""The commands that read one file: validate, read."""

import contextlib
import json
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import click
from rich.table import Table as Grid

from catalog.terminal import (
    BAD,
    CONSOLE,
    Installation,
    Missing,
    as_json,
    pass_installation,
    print_json,
)
from checks.sources.fetcher import Fetcher
from checks.sources.port import Conditional
from checks.tables.answers import (
    QuestionAnswer,
    ReadAnswer,
    asking_answer,
    grouped_answer,
    question_answers,
    reading_answer,
)
from checks.tables.child import Limits, once
from checks.tables.findings import Finding
from checks.tables.mending import remedies
from checks.tables.package import is_package
from checks.tables.package_answer import PackageAnswer, package_answer
from checks.tables.personal.forms import masked_cell, masked_personal
from checks.tables.reading import read_table
from checks.tables.table import MEGABYTE, Table, UnreadableTable
from checks.tables.validation import Engine

ROWS_SHOWN = 20
#: A file may take so long; every megabyte of it adds to that.
LEAST_SECONDS, SECONDS_PER_MEGABYTE = 120.0, 3.0
_SHEET, _TEXT = ".xlsx", ".csv"
_OUT = click.Path(dir_okay=False, path_type=Path)


def confined(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the options of what is read in a process of its own."""
    for option in (
        click.option("--questions", "ask", is_flag=True, help="Columns to be read in two ways."),
        click.option("--repair", type=_OUT, metavar="OUT", help="Write a repaired .xlsx or .csv."),
        click.option(
            "--timeout", type=click.FloatRange(0.1), help="Seconds that reading may take."
        ),
    ):
        command = option(command)
    return command


@click.command("validate")
@click.argument("place", metavar="FILE|URL")
@click.option("--schema", type=click.Path(path_type=Path), help="A Table Schema (JSON).")
@click.option("--engine", type=click.Choice(["fast", "frictionless"]), default="fast")
@click.option("--mark", type=_OUT, metavar="OUT", help="Write an .xlsx with faulty cells marked.")
@confined
@as_json
@pass_installation
def validate_command(
    installation: Installation,
    place: str,
    schema: Path | None,
    engine: Engine,
    mark: Path | None,
    timeout: float | None,
    repair: Path | None,
    ask: bool,
    in_json: bool,
) -> None:
    """Check a file against its structure and a Table Schema; exit 1 when it is not valid."""
    _refuse_endings(mark, repair)
    agreed = schema_of(schema)
    with file_at(place, installation) as path, named(place):
        limits = limits_for(path, timeout)
        if agreed is None and path == Path(place) and is_package(path):
            _print_package(
                once(package_answer, path, engine=engine, language="en", limits=limits), in_json
            )
        name = Path(place).name
        seen = once(remedies.verdict, path, agreed, name=name, engine=engine, limits=limits)
        file = remedies.File(path, name, agreed)
        _write_copies(file, seen.report.findings, mark, repair, limits)
        asked = once(remedies.asked_of, file, limits=limits) if ask else None
    answer = grouped_answer(seen.report, seen.groups, asked, "en")
    if in_json:
        print_json(answer)
    else:
        word = "valid" if answer.valid else "NOT valid"
        CONSOLE.print(f"{word}: {answer.rows} rows, {len(answer.fields)} fields")
        for group in answer.groups:
            where = f"{group.places[0]}: " if group.places else ""
            click.echo(f"{where}{group.message} {group.remedy} [{group.code}]")
        if answer.note:
            click.echo(answer.note)
        print_questions(answer.questions or ())
    raise SystemExit(0 if answer.valid else BAD)


def _print_package(answer: PackageAnswer, in_json: bool) -> NoReturn:
    """Print the verdict on a data package, resource by resource, and end with its code."""
    if in_json:
        print_json(answer)
    else:
        for resource in answer.resources:
            word = "valid" if resource.valid else "NOT valid"
            gate = f" (read by Frictionless: {resource.gate})" if resource.gate else ""
            CONSOLE.print(f"{resource.name}: {word}, {resource.rows} rows{gate}")
        for finding in answer.findings:
            where = f"row {finding.row}, " if finding.row else ""
            click.echo(f"{finding.resource}: {where}{finding.code}: {finding.message}")
        if answer.truncated:
            n_all = sum(answer.counts.values())
            click.echo(f"shown {len(answer.findings)} of {n_all} findings")
    raise SystemExit(0 if answer.valid else BAD)


def schema_of(path: Path | None) -> dict[str, Any] | None:
    """Read a Table Schema file."""
    if path is None:
        return None
    try:
        found = json.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise Missing(f"schema {path} is not there; expected a JSON file") from error
    except IsADirectoryError as error:
        raise Missing(f"schema {path} is a folder; expected a JSON file") from error
    except ValueError as error:
        raise Missing(f"schema {path} is no JSON: {error}") from error
    if not isinstance(found, dict):
        raise Missing(f"schema {path} holds no object; expected a Table Schema")
    return found


@click.command("read")
@click.argument("place", metavar="FILE|URL")
@click.option("--csv", "in_csv", is_flag=True, help="Write the table as clean UTF-8 CSV.")
@confined
@as_json
@pass_installation
def read_command(
    installation: Installation,
    place: str,
    in_csv: bool,
    timeout: float | None,
    repair: Path | None,
    ask: bool,
    in_json: bool,
) -> None:
    """Show how a file is read: every decision, the types, the newest period, the rows."""
    _refuse_endings(None, repair)
    with file_at(place, installation) as path, named(place):
        limits = limits_for(path, timeout)
        file = remedies.File(path, Path(place).name)
        _write_copies(file, (), None, repair, limits)
        if in_csv:
            _print_clean(file, limits)
            return
        answer = once(reading_answer, path, file.name, limits=limits)
        asked = once(remedies.asked_of, file, limits=limits) if ask else None
    if in_json:
        print_json(answer if asked is None else asking_answer(answer, asked, "en"))
        return
    _print_reading(answer)
    print_questions(question_answers(asked or (), "en"))


def _print_reading(answer: ReadAnswer) -> None:
    """Print how a file is read; who looks over a shoulder sees no personal number."""
    for decision in answer.decisions:
        value, why = masked_personal(decision.value), masked_personal(decision.why)
        click.echo(f"{decision.code}: {value} ({why})")
    grid = Grid(*(f"{n}\n{t}" for n, t in zip(answer.header, answer.types, strict=True)))
    for row in answer.rows[:ROWS_SHOWN]:
        named = zip(answer.header, row, strict=True)
        grid.add_row(*(masked_cell(name, cell or "") for name, cell in named))
    CONSOLE.print(grid)
    if answer.n_rows > ROWS_SHOWN:
        CONSOLE.print(f"shown {ROWS_SHOWN} of {answer.n_rows} rows")
    CONSOLE.print(
        f"{answer.n_rows} rows; period column {answer.period_column}; "
        f"newest period {answer.newest_period}"
    )


def print_questions(asked: Iterable[QuestionAnswer]) -> None:
    """Print what must be asked of the operator, a line each."""
    for question in asked:
        click.echo(f"? {question.message}")


def _print_clean(file: remedies.File, limits: Limits) -> None:
    with tempfile.TemporaryDirectory() as folder:
        clean = Path(folder) / "clean.csv"
        once(remedies.clean_text, file.path, file.name, clean, limits=limits)
        with clean.open("rb") as stream:
            shutil.copyfileobj(stream, sys.stdout.buffer)
        sys.stdout.buffer.flush()


def _write_copies(
    file: remedies.File,
    findings: tuple[Finding, ...],
    mark: Path | None,
    repair: Path | None,
    limits: Limits,
) -> None:
    """Write the marked and the repaired copy that were asked for; nothing else is touched."""
    if mark is not None:
        mark.write_bytes(once(remedies.marked_copy, file, findings, "en", limits=limits))
    if repair is not None and repair.suffix.lower() == _TEXT:
        repair.write_bytes(once(remedies.repaired_text, file, limits=limits))
    elif repair is not None:
        repair.write_bytes(once(remedies.repaired_copy, file, "en", limits=limits))


def _refuse_endings(mark: Path | None, repair: Path | None) -> None:
    for path, allowed in ((mark, (_SHEET,)), (repair, (_SHEET, _TEXT))):
        if path is not None and path.suffix.lower() not in allowed:
            raise Missing(
                f"{path} cannot be written; expected a name ending in {' or '.join(allowed)}"
            )


def limits_for(path: Path, timeout: float | None) -> Limits:
    """Return what the reading of a file may take; a large one is given longer."""
    seconds = timeout or LEAST_SECONDS + SECONDS_PER_MEGABYTE * path.stat().st_size / MEGABYTE
    # JSON Lines are written out as CSV on their way, which is never the longer of the two.
    n_bytes = max(Limits().file_bytes, path.stat().st_size)
    return Limits(wall_seconds=seconds, cpu_seconds=int(4 * seconds) + 1, file_bytes=n_bytes)


@contextlib.contextmanager
def named(place: str) -> Iterator[None]:
    """Say of which file it is that it cannot be read."""
    try:
        yield
    except UnreadableTable as error:
        raise Missing(f"{Path(place).name}: {error.sentence_en}") from error


@contextlib.contextmanager
def file_at(place: str, installation: Installation) -> Iterator[Path]:
    """Give a local file for a path or a web address."""
    if not place.startswith(("http://", "https://")):
        path = Path(place)
        if path.is_dir():
            raise Missing(f"{place} is a folder; expected one file or a web address")
        if not path.is_file():
            raise Missing(f"{place} is not there; expected a file or a web address")
        yield path
        return
    settings = installation.settings
    with tempfile.TemporaryDirectory() as folder:
        fetcher = Fetcher(
            Path(folder),
            contact=settings.contact,
            allowed_hosts=frozenset(settings.allowed_hosts),
            spacing_seconds=0,
        )
        fetched = fetcher.fetch(place, Conditional(), installation.now())
        if fetched.path is None:
            raise Missing(f"{place} answered without a file")
        yield fetched.path.rename(fetched.path.with_name(fetched.file_name))


def table_of(path: Path, name: str) -> Table:
    """Read a table; what cannot be read is refused with the name of the file."""
    try:
        return read_table(path, name=name)
    except UnreadableTable as error:
        raise Missing(f"{name}: {error}") from error
