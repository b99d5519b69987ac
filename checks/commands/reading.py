"""The commands that read one file: validate, read."""

import contextlib
import io
import json
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

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
from checks.tables.answers import answer_of, validation_answer
from checks.tables.export import write_csv_to
from checks.tables.reading import read_table
from checks.tables.table import Table, UnreadableTable
from checks.tables.validation import Engine

ROWS_SHOWN = 20


@click.command("validate")
@click.argument("place", metavar="FILE|URL")
@click.option("--schema", type=click.Path(path_type=Path), help="A Table Schema (JSON).")
@click.option("--engine", type=click.Choice(["fast", "frictionless"]), default="fast")
@as_json
@pass_installation
def validate_command(
    installation: Installation, place: str, schema: Path | None, engine: Engine, in_json: bool
) -> None:
    """Check a file against its structure and a Table Schema; exit 1 when it is not valid."""
    with file_at(place, installation) as path:
        name = Path(place).name
        try:
            answer = validation_answer(
                path, schema_of(schema), name=name, language="en", engine=engine
            )
        except UnreadableTable as error:
            raise Missing(f"{name}: {error.sentence_en}") from error
    if in_json:
        print_json(answer)
    else:
        word = "valid" if answer.valid else "NOT valid"
        CONSOLE.print(f"{word}: {answer.rows} rows, {len(answer.fields)} fields")
        for finding in answer.findings:
            where = f"row {finding.row}, " if finding.row else ""
            click.echo(f"{where}{finding.code}: {finding.message} {finding.remedy}")
    raise SystemExit(0 if answer.valid else BAD)


def schema_of(path: Path | None) -> dict[str, Any] | None:
    """Read a Table Schema file."""
    if path is None:
        return None
    try:
        found = json.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise Missing(f"schema {path} is not there; expected a JSON file") from error
    except ValueError as error:
        raise Missing(f"schema {path} is no JSON: {error}") from error
    if not isinstance(found, dict):
        raise Missing(f"schema {path} holds no object; expected a Table Schema")
    return found


@click.command("read")
@click.argument("place", metavar="FILE|URL")
@click.option("--csv", "in_csv", is_flag=True, help="Write the table as clean UTF-8 CSV.")
@as_json
@pass_installation
def read_command(installation: Installation, place: str, in_csv: bool, in_json: bool) -> None:
    """Show how a file is read: every decision, the types, the newest period, the rows."""
    with file_at(place, installation) as path:
        if in_csv:
            table = table_of(path, Path(place).name)
            clean = io.TextIOWrapper(sys.stdout.buffer, "utf-8", newline="")
            write_csv_to(table, clean)
            clean.detach()
            return
        answer = answer_of(table_of(path, Path(place).name))
    if in_json:
        print_json(answer)
        return
    for decision in answer.decisions:
        click.echo(f"{decision.code}: {decision.value} ({decision.why})")
    grid = Grid(*(f"{n}\n{t}" for n, t in zip(answer.header, answer.types, strict=True)))
    for row in answer.rows[:ROWS_SHOWN]:
        grid.add_row(*(cell or "" for cell in row))
    CONSOLE.print(grid)
    CONSOLE.print(
        f"{answer.n_rows} rows; period column {answer.period_column}; "
        f"newest period {answer.newest_period}"
    )


@contextlib.contextmanager
def file_at(place: str, installation: Installation) -> Iterator[Path]:
    """Give a local file for a path or a web address."""
    if not place.startswith(("http://", "https://")):
        path = Path(place)
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
