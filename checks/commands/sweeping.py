"""The commands that look at sources: sweep."""

from contextlib import closing

import click

from catalog.terminal import (
    CONSOLE,
    Installation,
    as_json,
    pass_installation,
    print_json,
    progress_bar,
)
from checks.look import sweep
from checks.looking.watcher import watcher_of


@click.command("sweep")
@click.option("--due", "which", flag_value="due", default="due", help="Sources that are due.")
@click.option("--all", "which", flag_value="all", help="Every source.")
@click.option("--only", "slug", help="The sources of one dataset.")
@click.option("--workers", type=click.IntRange(1, 64), help="Looks under way at once.")
@as_json
@pass_installation
def sweep_command(
    installation: Installation, which: str, slug: str | None, workers: int | None, in_json: bool
) -> None:
    """Look at sources, then judge."""
    context = installation.context
    watcher = watcher_of(context)
    with closing(watcher.fetcher), progress_bar("Sweeping") as progress:
        report = sweep(
            watcher,
            which=slug or which,
            n_workers=workers or context.settings.workers,
            progress=progress,
        )
    if in_json:
        print_json(report)
        return
    CONSOLE.print(
        f"looked {report.looked}, changed {report.changed}, "
        f"failed {report.failed}, quarantined {report.quarantined}"
    )
    for code, n in sorted(report.states.items()):
        CONSOLE.print(f"{n:>6}  {code}")
