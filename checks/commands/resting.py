"""The commands that leave sources alone for a while: pause, resume, maintenance."""

import getpass
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

import click

from catalog.models.db import reading, unit_of_work
from catalog.store.rests import Window, windows
from catalog.terminal import INSTANT, Installation, Missing, as_json, pass_installation, print_json
from checks.looking.registered import dataset_of, sources_at_rest
from checks.operating.rests import (
    NotRested,
    announce_maintenance,
    end_maintenance,
    pause,
    public_reason,
    resume,
)


@dataclass(frozen=True, slots=True)
class RestAnswer:
    """What became of the sources of a dataset; `reason` is None when they are looked at."""

    dataset: str
    sources: int
    reason: str | None


@dataclass(frozen=True, slots=True)
class WindowsAnswer:
    """The maintenance under way or still to come."""

    maintenance: tuple[Window, ...]


@click.command("pause")
@click.argument("slug")
@click.option("--reason", required=True, help="Why; shown to the public.")
@as_json
@pass_installation
def pause_command(installation: Installation, slug: str, reason: str, in_json: bool) -> None:
    """Look at the source of a dataset no more until it is resumed."""
    context = installation.context
    with unit_of_work(context.engine) as session:
        dataset = dataset_of(session, slug)
        running = sources_at_rest(session, dataset, paused=False)
        if not running:
            is_paused = bool(sources_at_rest(session, dataset, paused=True))
            why = "is paused already" if is_paused else "has no source that could be paused"
            raise NotRested(f"'{slug}' {why}")
        said = public_reason(reason)
        for source_id in running:
            pause(session, source_id, said, actor(), context.clock())
    if in_json:
        print_json(RestAnswer(slug, len(running), said))
    else:
        click.echo(f"{slug} is paused, and its page says why; `mutakhir resume {slug}` ends it.")


@click.command("resume")
@click.argument("slug")
@as_json
@pass_installation
def resume_command(installation: Installation, slug: str, in_json: bool) -> None:
    """Look at the source of a dataset again, at once."""
    context = installation.context
    with unit_of_work(context.engine) as session:
        paused = sources_at_rest(session, dataset_of(session, slug), paused=True)
        if not paused:
            raise NotRested(f"'{slug}' is not paused; there is nothing to resume")
        for source_id in paused:
            resume(session, source_id, actor(), context.clock())
    if in_json:
        print_json(RestAnswer(slug, len(paused), None))
    else:
        click.echo(f"{slug} is looked at again with the next sweep.")


@click.group("maintenance")
def maintenance_command() -> None:
    """Announce, list and end the maintenance of servers, in which nobody asks them."""


@maintenance_command.command("add")
@click.argument("host", metavar="HOST:PORT")
@click.option("--from", "begins", type=INSTANT, help="Beginning; now, if left out.")
@click.option("--to", "ends", type=INSTANT, required=True, help="End, at most 7 days later.")
@click.option("--reason", required=True, help="Why; shown to the public.")
@as_json
@pass_installation
def add_command(
    installation: Installation,
    host: str,
    begins: datetime | None,
    ends: datetime,
    reason: str,
    in_json: bool,
) -> None:
    """Announce the maintenance of a server, named as the sources have it."""
    context = installation.context
    host, now = _host(host), context.clock()
    window = Window(host, installation.instant(begins), installation.instant(ends), reason.strip())
    with unit_of_work(context.engine) as session:
        announce_maintenance(session, window, actor(), now)
    if in_json:
        print_json(window)
    else:
        zone = installation.settings.timezone
        click.echo(f"{_line(window, zone)}; it is not asked in between.")


@maintenance_command.command("list")
@as_json
@pass_installation
def list_command(installation: Installation, in_json: bool) -> None:
    """List the maintenance under way or still to come."""
    context = installation.context
    with reading(context.reading_engine) as session:
        found = windows(session, context.clock())
    if in_json:
        print_json(WindowsAnswer(found))
        return
    for window in found:
        click.echo(_line(window, installation.settings.timezone))
    if not found:
        click.echo("No maintenance is announced.")


@maintenance_command.command("end")
@click.argument("host", metavar="HOST:PORT")
@pass_installation
def end_command(installation: Installation, host: str) -> None:
    """End a server's maintenance early, with all that is announced of it."""
    context = installation.context
    host = _host(host)
    with unit_of_work(context.engine) as session:
        n_ended = end_maintenance(session, host, actor(), context.clock())
    click.echo(f"{n_ended} window(s) of {host} ended; its sources are asked again.")


def actor() -> str:
    """Return who acts, for the audit log."""
    try:
        return f"command/{getpass.getuser()}"
    except (KeyError, OSError):
        return "command/unknown"


def _host(text: str) -> str:
    """Return host:port in lower case. Raises Missing for what is none."""
    name, _, port = text.strip().lower().rpartition(":")
    if not name or "/" in name or not port.isdecimal() or not 0 < int(port) < 65_536:
        raise Missing(f"'{text}' is no server; expected host:port, such as data.kota.go.id:443")
    return f"{name}:{port}"


def _line(window: Window, zone: ZoneInfo) -> str:
    begins, ends = (
        at.astimezone(zone).isoformat(" ", "minutes") for at in (window.starts_at, window.ends_at)
    )
    return f"{window.host}: {begins} to {ends}: {window.reason}"
