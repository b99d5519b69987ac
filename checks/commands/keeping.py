"""The commands that keep an installation well: doctor, backup, restore."""

from pathlib import Path

import click
from sqlalchemy.exc import DBAPIError

from catalog.models.db import DatabaseUnusable, unit_of_work
from catalog.terminal import (
    BAD,
    Installation,
    as_json,
    pass_installation,
    print_json,
)
from checks.operating.doctor import examine_health, no_database
from checks.operating.keeping import back_up, restore
from checks.telling.restored import settle_restored


@click.command("doctor")
@as_json
@pass_installation
def doctor_command(installation: Installation, in_json: bool) -> None:
    """Examine this installation; exit 1 when something is not well."""
    try:
        context = installation.context
        health = examine_health(context, context.clock())
    except (DatabaseUnusable, DBAPIError) as error:
        health = no_database(error)
    if in_json:
        print_json(health)
    else:
        for sign in health.signs:
            advice = "" if sign.well or sign.advice is None else f" → {sign.advice}"
            click.echo(f"{'well' if sign.well else 'ILL ':<5}{sign.what}: {sign.found}{advice}")
    raise SystemExit(0 if health.well else BAD)


@click.command("backup")
@click.argument("archive", type=click.Path(path_type=Path))
@pass_installation
def backup_command(installation: Installation, archive: Path) -> None:
    """Write the database and every original into one archive."""
    n_bytes = back_up(installation.context, archive)
    click.echo(f"{archive}: {n_bytes} bytes")


@click.command("restore")
@click.argument("archive", type=click.Path(path_type=Path))
@pass_installation
def restore_command(installation: Installation, archive: Path) -> None:
    """Put a backup in the place of an empty installation."""
    restore(installation.unopened, archive)
    context = installation.context
    with unit_of_work(context.engine) as session:
        settle_restored(session, "restore", context.clock())
    click.echo(f"{archive} is restored and the database is at its newest schema.")
