"""The command that takes over an existing portal: harvest."""

from datetime import date, datetime

import click

from catalog.intake.portals.harvest import harvest
from catalog.intake.portals.portal import Portal, PortalAlarm
from catalog.intake.portals.report import EntryOutcome, HarvestReport
from catalog.models import SourceKind
from catalog.models.db import unit_of_work
from catalog.search import index_datasets
from catalog.terminal import (
    BAD,
    CONSOLE,
    Installation,
    as_json,
    pass_installation,
    print_counts,
    print_json,
    print_reasons,
    progress_bar,
    refuse,
)
from checks.looking.watcher import watcher_of
from checks.portals.portal import key_of, read_portal
from checks.sources import SourceError

_TOLD = (EntryOutcome.REFUSED, EntryOutcome.LEFT_OUT)


@click.command("harvest")
@click.argument("address", metavar="URL")
@click.option(
    "--kind",
    type=click.Choice([SourceKind.CKAN.value, SourceKind.DATA_JSON.value]),
    help="What the portal is; told by its address otherwise.",
)
@click.option("--agreed", type=click.DateTime(["%Y-%m-%d"]), help="Day of the agreement.")
@click.option("--retire-missing", is_flag=True, help="Pause the sources of what is gone.")
@click.option("--accept-shrink", is_flag=True, help="Believe a portal that lost over half.")
@click.option("--moved-from", metavar="URL", help="Where the same portal was harvested before.")
@click.option("--dry-run", is_flag=True, help="Print every entry's verdict and write nothing.")
@as_json
@pass_installation
def harvest_command(
    installation: Installation,
    address: str,
    kind: str | None,
    agreed: datetime | None,
    retire_missing: bool,
    accept_shrink: bool,
    moved_from: str | None,
    dry_run: bool,
    in_json: bool,
) -> None:
    """Take over a CKAN portal or a data.json: agencies, datasets, sources.

    Exit 1, with nothing written, when the portal is empty, half read or has shrunk.
    """
    context = installation.context
    expected = SourceKind(kind) if kind else None
    try:
        old = _key(moved_from, expected) if moved_from else None
        portal = _read(installation, address, expected)
        with progress_bar("Taking over") as progress:
            report = harvest(
                context.engine,
                portal,
                agreed_on=agreed.date() if agreed else date(context.today().year, 1, 1),
                now=context.clock(),
                zone=context.settings.zone,
                dry_run=dry_run,
                retire_missing=retire_missing,
                accept_shrink=accept_shrink,
                moved_from=old,
                progress=progress,
            )
    except PortalAlarm as alarm:
        refuse(str(alarm), BAD)
    if not dry_run:
        with unit_of_work(context.engine) as session:
            index_datasets(session)
    if in_json:
        print_json(report)
    else:
        print_harvest(report)


def _key(address: str, kind: SourceKind | None) -> str:
    try:
        return key_of(address, kind)
    except SourceError as error:
        refuse(f"{address}: {error.sentence_en}")


def _read(installation: Installation, address: str, kind: SourceKind | None) -> Portal:
    fetcher = watcher_of(installation.context).fetcher
    try:
        with progress_bar("Reading the portal") as progress:
            now = installation.context.clock()
            return read_portal(fetcher, address, kind, now, progress)
    except SourceError as error:
        refuse(f"{address}: {error.sentence_en}")
    finally:
        fetcher.close()


def print_harvest(report: HarvestReport) -> None:
    """Print what a harvest did: the counts, the reasons, what was not taken, what is gone."""
    print_counts(report, "entries", "created", "updated", "unchanged", "refused", "left_out")
    CONSOLE.print(
        f"scheduled {report.scheduled}, unscheduled {report.unscheduled}, "
        f"organisations {len(report.agencies)}, gone {len(report.gone)}"
    )
    print_reasons(report.reasons)
    for agency in report.agencies:
        if agency.verdict is EntryOutcome.REFUSED:
            click.echo(f"{agency.title}: {agency.verdict}: {agency.reason}")
    for each in report.verdicts:
        if report.dry_run or each.verdict in _TOLD:
            line = f"{each.entry}: {each.verdict}: {each.title or each.id}"
            click.echo(f"{line}: {each.reason}" if each.reason else line)
    for gone in report.gone:
        click.echo(f"gone: {gone.dataset}: {'paused' if gone.paused else 'still watched'}")
