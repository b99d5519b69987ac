"""The commands that take files in: load."""

import contextlib
import json
import tempfile
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path

import click

from catalog.intake.documents import Document, JsonDocument, LoadReport, RowOutcome
from catalog.intake.load import load
from catalog.models.db import unit_of_work
from catalog.search import index_datasets
from catalog.terminal import (
    CONSOLE,
    INSTANT,
    Installation,
    Missing,
    as_json,
    pass_installation,
    print_counts,
    print_json,
    print_reasons,
    progress_bar,
    refuse,
)
from checks.commands.reading import table_of
from checks.looking.trials import source_book
from checks.tables.table import Table

#: A verdict on this line is about the whole file.
HEADER_LINE = 1


@click.command("load")
@click.argument("paths", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--agreed", type=click.DateTime(["%Y-%m-%d"]), help="Day of the agreement.")
@click.option("--observed-at", type=INSTANT, help="When a listing was observed.")
@click.option("--dry-run", is_flag=True, help="Print every row's verdict and write nothing.")
@as_json
@pass_installation
def load_command(
    installation: Installation,
    paths: tuple[Path, ...],
    agreed: datetime | None,
    observed_at: datetime | None,
    dry_run: bool,
    in_json: bool,
) -> None:
    """Load agencies, daftar data, promises, applications, holidays, listings from files."""
    documents = [document_of(path) for path in paths]
    context = installation.context
    with progress_bar("Loading") as progress:
        report = load(
            context.engine,
            documents,
            agreed_on=agreed.date() if agreed else date(context.today().year, 1, 1),
            observed_at=installation.instant(observed_at) if observed_at else None,
            now=context.clock(),
            zone=context.settings.zone,
            dry_run=dry_run,
            progress=lambda _name, done, total: progress(done, total),
            book=source_book(),
        )
    if not dry_run:
        with unit_of_work(context.engine) as session:
            index_datasets(session)
    if in_json:
        print_json(report)
    else:
        print_report(report, every_row=dry_run)
    if unread := [verdict for verdict in report.verdicts if verdict.row <= HEADER_LINE]:
        refuse(f"{unread[0].file}: {unread[0].reason}")


def document_of(path: Path) -> Document | JsonDocument:
    """Read one file to be loaded, with the schema files that its rows name."""
    if not path.is_file():
        raise Missing(f"{path} is not there; expected a CSV, XLSX or JSON file")
    if path.suffix.lower() == ".json":
        with contextlib.suppress(ValueError):
            return JsonDocument(path.name, json.loads(path.read_text("utf-8-sig")))
    table = table_of(path, path.name)
    return Document(
        name=path.name,
        header=table.header,
        rows=table.rows,
        lines=table.record_lines,
        attachments=attached(path.parent, table),
    )


def documents_in(texts: Mapping[str, str]) -> list[Document | JsonDocument]:
    """Read files that are held as text, by name."""
    with tempfile.TemporaryDirectory() as folder:
        for name, text in texts.items():
            (Path(folder) / name).write_text(text, encoding="utf-8")
        return [document_of(Path(folder) / name) for name in texts]


def attached(folder: Path, table: Table) -> dict[str, str]:
    """Return the texts of the schema files that the column `skema` names beside the file."""
    column = table.column_index("skema")
    named = set() if column is None else {cell for cell in table.cells(column) if cell}
    files = {name: folder / name for name in named if not name.startswith("{")}
    return {name: file.read_text("utf-8") for name, file in files.items() if file.is_file()}


def print_report(report: LoadReport, *, every_row: bool) -> None:
    """Print what a load did: the counts, the reasons, the refused rows (or every row)."""
    print_counts(report, "rows", "created", "updated", "unchanged", "refused")
    CONSOLE.print(
        f"scheduled {report.scheduled}, unscheduled {report.unscheduled}, "
        f"unpublished {report.unpublished}"
    )
    print_reasons(report.reasons)
    for verdict in report.verdicts:
        if verdict.row > HEADER_LINE and (every_row or verdict.verdict is RowOutcome.REFUSED):
            line = f"{verdict.file}:{verdict.row}: {verdict.verdict}"
            click.echo(f"{line}: {verdict.reason}" if verdict.reason else line)
