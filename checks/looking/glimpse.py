"""What a trial sees of a file: read in a process of its own, a few rows of it come back."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from checks.looking.reading import inspect
from checks.tables.profile import profile
from checks.tables.reading import Decision, Table, read_table
from checks.tables.table import Cells
from checks.validators import Inspection

N_ROWS_SHOWN = 10
_LINK_COLUMN = "tautan"
_N_LINKS = 50


@dataclass(frozen=True, slots=True)
class TrialWarning:
    """Something to know before the source is watched."""

    sentence_id: str
    sentence_en: str


@dataclass(frozen=True, slots=True)
class Seeking:
    """What the dataset declares of its columns, the zone by name, and the instant."""

    time_column: str | None
    value_columns: tuple[str, ...]
    zone: str
    now: datetime


@dataclass(frozen=True, slots=True)
class Glimpse:
    """The first rows and what is found in all of them; `links` are those of documents."""

    decisions: tuple[Decision, ...]
    header: tuple[str, ...]
    rows: tuple[Cells, ...]
    n_rows: int
    newest_period: str | None
    warnings: tuple[TrialWarning, ...]
    links: tuple[str, ...]


def glimpse(path: Path, name: str, media_type: str | None, seeking: Seeking) -> Glimpse:
    """Read a file as a look would and return what people are shown. Raises UnreadableTable."""
    table = read_table(path, name=name, media_type=media_type)
    found = profile(
        table,
        time_column=seeking.time_column,
        value_columns=seeking.value_columns,
        zone=ZoneInfo(seeking.zone),
    )
    _, whole = inspect(Inspection(table=table, profile=found, now=seeking.now))
    return Glimpse(
        decisions=table.decisions,
        header=table.header,
        rows=tuple(table.rows[:N_ROWS_SHOWN]),
        n_rows=table.n_rows,
        newest_period=found.newest_period_label,
        warnings=tuple(TrialWarning(each.message_id, each.message_en) for each in whole.findings),
        links=_links(table),
    )


def _links(table: Table) -> tuple[str, ...]:
    column = table.column_index(_LINK_COLUMN)
    if column is None:
        return ()
    return tuple([cell for cell in table.cells(column) if cell][:_N_LINKS])
