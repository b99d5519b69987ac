"""The commands that look into files: what one proposes, what it holds, what changed."""

import json
from collections.abc import Sequence
from pathlib import Path

import click
from rich.table import Table as Grid

from catalog.terminal import (
    CONSOLE,
    Installation,
    Missing,
    as_json,
    pass_installation,
    print_json,
)
from checks.commands.reading import file_at, limits_for, named, print_questions
from checks.tables.changes.difference import RowChange
from checks.tables.child import once
from checks.tables.examination import (
    ProfileAnswer,
    SchemaAnswer,
    difference_answer,
    profile_answer,
    schema_answer,
)
from checks.tables.table import UnreadableTable, shown

_LONGEST = 100
_OUT = click.Path(dir_okay=False, path_type=Path)
_MARKS = {"added": "+", "removed": "-", "changed": "~"}


@click.command("infer")
@click.argument("place", metavar="FILE|URL")
@click.option("--out", type=_OUT, metavar="OUT.json", help="Write the Table Schema alone.")
@as_json
@pass_installation
def infer_command(installation: Installation, place: str, out: Path | None, in_json: bool) -> None:
    """Propose a Table Schema: types, key, period, units; what is unclear becomes a question."""
    with file_at(place, installation) as path, named(place):
        answer = once(schema_answer, path, Path(place).name, limits=limits_for(path, None))
    if out is not None:
        out.write_text(json.dumps(answer.schema, ensure_ascii=False, indent=1) + "\n", "utf-8")
    if in_json:
        print_json(answer)
    else:
        _print_schema(answer)


def _print_schema(answer: SchemaAnswer) -> None:
    grid = Grid("column", "type", "unit", "measure", "values")
    for field, note in zip(answer.schema["fields"], answer.variables, strict=True):
        grid.add_row(
            note.alias,
            field["type"],
            note.satuan or "",
            note.ukuran or "",
            shown(note.value_domain),
        )
    CONSOLE.print(grid)
    click.echo(f"primary key: {_listed(answer.primary_key)}")
    wide = " (one column for each)" if answer.is_wide else ""
    click.echo(f"period: {_listed(answer.period_columns)}{wide}")
    print_questions(answer.questions)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names) or "none"


@click.command("profile")
@click.argument("place", metavar="FILE|URL")
@as_json
@pass_installation
def profile_command(installation: Installation, place: str, in_json: bool) -> None:
    """Show a file in figures: rows, newest period, what is missing, from where to where."""
    with file_at(place, installation) as path, named(place):
        answer = once(profile_answer, path, Path(place).name, limits=limits_for(path, None))
    if in_json:
        print_json(answer)
    else:
        _print_profile(answer)


def _print_profile(answer: ProfileAnswer) -> None:
    grid = Grid("column", "type", "missing", "distinct", "lowest", "highest", "median", "far off")
    for column in answer.columns:
        grid.add_row(
            column.name,
            column.type.value,
            f"{100 * column.missing_share:.1f} %",
            str(column.n_distinct),
            column.lowest or "",
            column.highest or "",
            "" if column.middle is None else f"{column.middle:g}",
            "" if column.n_far is None else str(column.n_far),
        )
    CONSOLE.print(grid)
    click.echo(
        f"{answer.n_rows} rows; period column {answer.period_column}; "
        f"newest period {answer.newest_period}"
    )
    click.echo(f"content {answer.canonical_hash}")
    click.echo(f"columns {answer.schema_fingerprint}")


@click.command("diff")
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@click.option("--key", multiple=True, metavar="COLUMN", help="A column of the key; repeatable.")
@as_json
@pass_installation
def diff_command(
    installation: Installation, old: str, new: str, key: tuple[str, ...], in_json: bool
) -> None:
    """Say what changed between two files: columns in words, rows by key or likeness."""
    names = Path(old).name, Path(new).name
    with file_at(old, installation) as before, file_at(new, installation) as after:
        larger = max(before, after, key=lambda path: path.stat().st_size)
        limits = limits_for(larger, None)
        try:
            answer = once(difference_answer, before, names[0], after, names[1], key, limits=limits)
        except UnreadableTable as error:
            raise Missing(error.sentence_en) from error
    if in_json:
        print_json(answer)
        return
    for sentence in answer.columns:
        click.echo(sentence)
    click.echo(
        f"rows: {answer.n_added} added, {answer.n_removed} removed, {answer.n_changed} changed"
        f"{'; the content is the same' if answer.is_same else ''}"
    )
    for change in answer.examples:
        click.echo(_spelled(change))


def _spelled(change: RowChange) -> str:
    text = f"{_MARKS[change.kind]} {shown(change.row, _LONGEST)}"
    if change.column is None:
        return text
    return f'{text}  [{change.column}: "{change.before}" -> "{change.after}"]'
