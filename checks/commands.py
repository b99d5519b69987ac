"""The commands that read files and look at sources: load, read, validate, sweep, notify."""

import contextlib
import io
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import click
from rich.table import Table as Grid

from catalog.context import Context
from catalog.intake.documents import Document, JsonDocument, LoadReport, RowOutcome
from catalog.intake.load import load
from catalog.models.db import reading, unit_of_work
from catalog.search import index_datasets
from catalog.terminal import (
    BAD,
    CONSOLE,
    INSTANT,
    Installation,
    Missing,
    as_json,
    pass_installation,
    print_json,
    progress_bar,
    refuse,
)
from checks.channels.email import EmailChannel
from checks.doctor import examine_health
from checks.keeping import back_up, restore
from checks.look import sweep
from checks.sources.fetcher import Fetcher
from checks.sources.port import Conditional
from checks.tables.answers import answer_of, validation_answer
from checks.tables.export import write_csv_to
from checks.tables.reading import read_table
from checks.tables.table import Table, UnreadableTable
from checks.tables.validation import Engine
from checks.tell import Planned, plan_notices
from checks.telling.outbox import Sent, Tally, send_due, tally
from checks.watcher import Watcher, watcher_for

ROWS_SHOWN = 20
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


def table_of(path: Path, name: str) -> Table:
    """Read a table; what cannot be read is refused with the name of the file."""
    try:
        return read_table(path, name=name)
    except UnreadableTable as error:
        raise Missing(f"{name}: {error}") from error


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
    counts = Grid("rows", "created", "updated", "unchanged", "refused", box=None)
    counts.add_row(
        *(
            str(n)
            for n in (
                report.rows,
                report.created,
                report.updated,
                report.unchanged,
                report.refused,
            )
        )
    )
    CONSOLE.print(counts)
    CONSOLE.print(
        f"scheduled {report.scheduled}, unscheduled {report.unscheduled}, "
        f"unpublished {report.unpublished}"
    )
    for reason, n in report.reasons.items():
        CONSOLE.print(f"{n:>6}  {reason}", highlight=False, markup=False)
    for verdict in report.verdicts:
        if verdict.row > HEADER_LINE and (every_row or verdict.verdict is RowOutcome.REFUSED):
            line = f"{verdict.file}:{verdict.row}: {verdict.verdict}"
            click.echo(f"{line}: {verdict.reason}" if verdict.reason else line)


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
    with progress_bar("Sweeping") as progress:
        report = sweep(
            watcher_of(context),
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


def watcher_of(context: Context) -> Watcher:
    """Return the watcher of an installation."""
    settings = context.settings
    return watcher_for(
        context.engine,
        reading_engine=context.reading_engine,
        originals_dir=settings.originals_dir,
        zone=settings.zone,
        clock=context.clock,
        contact=settings.contact,
        allowed_hosts=settings.allowed_hosts,
        host_spacing_seconds=settings.host_spacing_seconds,
        city_name=settings.city_name,
        registration_due_on=settings.registration_due_on,
        drop_folder=settings.drop_dir,
        is_durable=settings.is_production,
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


@click.command("doctor")
@as_json
@pass_installation
def doctor_command(installation: Installation, in_json: bool) -> None:
    """Examine this installation; exit 1 when something is not well."""
    context = installation.context
    health = examine_health(context, context.clock())
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
    assert installation.context
    click.echo(f"{archive} is restored and the database is at its newest schema.")


@click.command("notify")
@click.option("--dry-run", is_flag=True, help="Say what would be planned; write and send nothing.")
@as_json
@pass_installation
def notify_command(installation: Installation, dry_run: bool, in_json: bool) -> None:
    """Plan the notices that are due and send what may leave now."""
    context = installation.context
    now = context.clock()
    with unit_of_work(context.engine) as session:
        planned = plan_notices(session, context.city(session), now)
        if dry_run:
            session.rollback()
    sent = None if dry_run else send(context, now)
    with reading(context.reading_engine) as session:
        told = Told(planned, sent, tally(session))
    if in_json:
        print_json(told)
        return
    CONSOLE.print(f"planned: {planned}")
    CONSOLE.print("nothing sent (dry run)" if dry_run else f"sent: {sent or 'no SMTP is set'}")


@dataclass(frozen=True, slots=True)
class Told:
    """What one round of telling did; `sent` is None without a channel or in a dry run."""

    planned: Planned
    sent: Sent | None
    outbox: Tally


def tell(context: Context) -> None:
    """Plan and send what is due: the scheduler's job."""
    now = context.clock()
    with unit_of_work(context.engine) as session:
        plan_notices(session, context.city(session), now)
    send(context, now)


def send(context: Context, now: datetime) -> Sent | None:
    """Send what may leave, when an SMTP relay is set."""
    settings = context.settings
    if settings.smtp_url is None:
        return None
    channel = EmailChannel.of(settings.smtp_url, settings.mail_from)
    with reading(context.reading_engine) as session:
        city = context.city(session)
    return send_due(context.engine, channel, city, now, settings.base_url, settings.secret_key)
