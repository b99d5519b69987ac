"""The commands that show what a source would give before it is watched: try, options."""

import json
import shlex
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NoReturn

import click
from rich.table import Table as Grid

from catalog.models import SourceKind
from catalog.models.db import reading
from catalog.terminal import (
    BAD,
    CONSOLE,
    Installation,
    Missing,
    as_json,
    pass_installation,
    print_json,
    refuse,
)
from checks.looking.leases import LOOKED_AT
from checks.looking.registered import NoSource, dataset_of, registered_source
from checks.looking.trials import Trial, option_form, try_source
from checks.looking.watcher import watcher_of
from checks.sources import SourceError
from checks.sources.options import Entry, OptionField
from checks.sources.recipes import RECIPES, Recipe
from checks.tables.personal.forms import masked_cell, masked_personal
from checks.tables.table import Decision, UnreadableTable

KINDS = click.Choice([kind.value for kind in LOOKED_AT])
KINDS_AND_RECIPES = click.Choice([*KINDS.choices, *(recipe.name for recipe in RECIPES)])
_ENTRIES = {
    Entry.TEXT: "text",
    Entry.NUMBER: "number",
    Entry.CHOICE: "one of",
    Entry.YES_NO: "ya or tidak",
    Entry.LIST: "list of texts",
}


@dataclass(frozen=True, slots=True)
class Tried:
    """What is tried: as it is registered, or as the command line says."""

    kind: SourceKind
    address: str
    options: Mapping[str, Any]
    time_column: str | None = None
    value_columns: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class TryAnswer:
    """What one look would read; personal numbers are masked."""

    kind: SourceKind
    file_name: str
    n_bytes: int
    decisions: tuple[Decision, ...]
    header: tuple[str, ...]
    rows: tuple[tuple[str | None, ...], ...]
    n_rows: int
    newest_period: str | None
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RecipeAnswer:
    """A recipe under the names of the load file; `note` says what the office prepares."""

    sumber: str
    title: str
    kind: SourceKind
    alamat: str
    opsi: Mapping[str, Any]
    periode_data: str
    kolom_waktu: str
    kolom_nilai: tuple[str, ...]
    columns: tuple[str, ...]
    note: str


@dataclass(frozen=True, slots=True)
class NotReadAnswer:
    """Why a source cannot be read, and whether asking again may help."""

    error: str
    message: str
    is_permanent: bool


@click.command("try")
@click.argument("slug", required=False)
@click.option("--kind", type=KINDS, help="The kind of a source that is not registered.")
@click.option("--address", help="Its address, as `alamat` in the daftar data.")
@click.option("--options", "given", metavar="JSON|@FILE|RECIPE", help="Its options.")
@as_json
@pass_installation
def try_command(
    installation: Installation,
    slug: str | None,
    kind: str | None,
    address: str | None,
    given: str | None,
    in_json: bool,
) -> None:
    """Test a source: show what one look would read, and write nothing.

    SLUG is a dataset with its source as registered. Exit 1 when it cannot be read.
    """
    tried = _tried(installation, slug, kind, address, given)
    watcher = watcher_of(installation.context)
    try:
        trial = try_source(
            tried.kind,
            tried.address,
            tried.options,
            watcher.reach,
            installation.context.clock(),
            zone=watcher.timezone,
            time_column=tried.time_column,
            value_columns=tried.value_columns,
            limits=watcher.reading_limits,
        )
    except SourceError as error:
        _cannot(NotReadAnswer(error.code, error.sentence_en, error.permanent), in_json)
    except UnreadableTable as error:
        _cannot(NotReadAnswer(error.code, error.sentence_en, True), in_json)
    finally:
        watcher.fetcher.close()
    answer = _answer(tried.kind, trial)
    if in_json:
        print_json(answer)
    else:
        _print_trial(answer)


def _tried(
    installation: Installation,
    slug: str | None,
    kind: str | None,
    address: str | None,
    given: str | None,
) -> Tried:
    if slug is None:
        return _unregistered(SourceKind(kind) if kind else None, address, given)
    if kind is not None or address is not None or given is not None:
        raise Missing(f"'{slug}' is tried as it is registered; leave out --kind, --address, …")
    with reading(installation.context.reading_engine) as session:
        source = registered_source(session, dataset_of(session, slug))
    if source is None:
        raise NoSource(f"nothing is fetched for '{slug}'; its data are sent by its agency")
    return Tried(
        source.kind, source.address, source.options, source.time_column, source.value_columns
    )


def _unregistered(kind: SourceKind | None, address: str | None, given: str | None) -> Tried:
    recipe = next((each for each in RECIPES if each.name == given), None)
    if recipe is None:
        if kind is None or address is None:
            raise Missing("name a dataset, or give both --kind and --address")
        return Tried(kind, address, _options(given))
    if kind not in (None, recipe.source):
        raise Missing(f"the recipe {given} is of the kind {recipe.source}, not {kind}")
    where = address or recipe.address
    if "<" in where:
        raise Missing(f"the recipe {given} needs --address, such as {recipe.address}")
    return Tried(
        recipe.source, where, recipe.stored_options, recipe.time_column, recipe.value_columns
    )


def _options(given: str | None) -> Mapping[str, Any]:
    """Return options written as JSON, in a file or in place."""
    if not given:
        return {}
    try:
        text = Path(given[1:]).read_text("utf-8") if given.startswith("@") else given
        found = json.loads(text)
    except OSError as error:
        raise Missing(f"options {given[1:]} cannot be read: {error.strerror}") from error
    except ValueError as error:
        names = ", ".join(recipe.name for recipe in RECIPES)
        raise Missing(
            f"--options holds no JSON object, no @FILE and no recipe (known: {names})"
        ) from error
    if not isinstance(found, dict):
        raise Missing('--options holds no JSON object; expected {"name": value}')
    return found


def _cannot(answer: NotReadAnswer, in_json: bool) -> NoReturn:
    lasting = "permanent" if answer.is_permanent else "temporary"
    if in_json:
        print_json(answer)
    refuse(f"{masked_personal(answer.message)} ({lasting}, {answer.error})", BAD)


def _answer(kind: SourceKind, trial: Trial) -> TryAnswer:
    return TryAnswer(
        kind=kind,
        file_name=trial.file_name,
        n_bytes=trial.n_bytes,
        decisions=tuple(
            Decision(d.code, masked_personal(d.value), masked_personal(d.why))
            for d in trial.decisions
        ),
        header=trial.header,
        rows=tuple(
            tuple(
                masked_cell(name, cell) if cell else cell
                for name, cell in zip(trial.header, row, strict=True)
            )
            for row in trial.rows
        ),
        n_rows=trial.n_rows,
        newest_period=trial.newest_period,
        warnings=tuple(masked_personal(each.sentence_en) for each in trial.warnings),
    )


def _print_trial(answer: TryAnswer) -> None:
    click.echo(f"{answer.file_name}: {answer.n_bytes} bytes")
    for decision in answer.decisions:
        click.echo(f"{decision.code}: {decision.value} ({decision.why})")
    grid = Grid(*answer.header)
    for row in answer.rows:
        grid.add_row(*(cell or "" for cell in row))
    CONSOLE.print(grid)
    if answer.n_rows > len(answer.rows):
        click.echo(f"shown {len(answer.rows)} of {answer.n_rows} rows")
    click.echo(f"{answer.n_rows} rows; newest period {answer.newest_period}; nothing was written")
    for warning in answer.warnings:
        click.echo(f"! {warning}")


@click.command("options")
@click.argument("kind", type=KINDS_AND_RECIPES, metavar="KIND|RECIPE")
@as_json
def options_command(kind: str, in_json: bool) -> None:
    """Print the form of a kind of source, or a recipe and what its office prepares.

    The help of the options and the words for the office are in Bahasa Indonesia.
    """
    recipe = next((each for each in RECIPES if each.name == kind), None)
    if recipe is not None:
        _print_recipe(_recipe_answer(recipe), in_json)
        return
    form = option_form(SourceKind(kind))
    if in_json:
        print_json(form)
        return
    if not form:
        click.echo(f"A source of the kind {kind} has no options.")
    for field in form:
        needed = "required" if field.is_required else f"default: {field.default or '(empty)'}"
        click.echo(f"{field.name} ({_type_of(field)}, {needed})\n  {field.title}. {field.help}.")


def _recipe_answer(recipe: Recipe) -> RecipeAnswer:
    return RecipeAnswer(
        sumber=recipe.name,
        title=recipe.title,
        kind=recipe.source,
        alamat=recipe.address,
        opsi=recipe.stored_options,
        periode_data=recipe.cadence.value,
        kolom_waktu=recipe.time_column,
        kolom_nilai=recipe.value_columns,
        columns=recipe.columns,
        note=recipe.note_id,
    )


def _print_recipe(answer: RecipeAnswer, in_json: bool) -> None:
    if in_json:
        print_json(answer)
        return
    click.echo(f"{answer.title}: a recipe of the kind {answer.kind}")
    click.echo(f"  sumber: {answer.sumber}\n  alamat: {answer.alamat}")
    click.echo(f"  opsi, as the recipe brings them: {json.dumps(dict(answer.opsi))}")
    click.echo(f"  columns: {', '.join(answer.columns)}")
    click.echo(f"  kolom_waktu: {answer.kolom_waktu}, kolom_nilai: {', '.join(answer.kolom_nilai)}")
    click.echo(f"  periode_data: {answer.periode_data}\n\n{answer.note}\n")
    needs = f" --address {shlex.quote(answer.alamat)}" if "<" in answer.alamat else ""
    click.echo(f"To test it: mutakhir try --options {answer.sumber}{needs}")


def _type_of(field: OptionField) -> str:
    choices = f" {', '.join(field.choices)}" if field.choices else ""
    return f"{_ENTRIES[field.entry]}{choices}"
