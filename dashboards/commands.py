"""The commands that say how things stand: status and ledger."""

import difflib
from collections.abc import Sequence
from datetime import datetime

import click
from rich.table import Table as Grid
from sqlmodel import Session, select

from catalog import models
from catalog.models.db import reading
from catalog.rules.terms import Headline
from catalog.settings import Settings
from catalog.store.ledger import ledger_of
from catalog.store.standing import AgencyRef, standings
from catalog.terminal import (
    CONSOLE,
    INSTANT,
    Installation,
    Missing,
    as_json,
    pass_installation,
    print_json,
)
from dashboards.numbers import AgencyRow, Board, board
from dashboards.status_answer import status_answer


@click.command("status")
@click.option("--opd", help="Slug or abbreviation of one agency.")
@click.option("--state", type=click.Choice([h.value.lower() for h in Headline]))
@click.option("--as-of", type=INSTANT, help="What was known then.")
@as_json
@pass_installation
def status_command(
    installation: Installation,
    opd: str | None,
    state: str | None,
    as_of: datetime | None,
    in_json: bool,
) -> None:
    """Print the board."""
    context, now = installation.context, installation.instant(as_of)
    with reading(context.reading_engine) as session:
        city = context.city(session)
        found = standings(session, city, now)
    whole = board(found, city, now)
    rows = [r for r in whole.rows if opd is None or is_agency(r.agency, opd)]
    if opd is not None and not rows:
        raise Missing(f"no agency is called {opd}; see mutakhir status for their names")
    chosen = [s for s in found if state is None or s.headline.value.lower() == state]
    if in_json:
        print_json(status_answer(whole, chosen, rows))
    else:
        print_board(whole, rows, context.settings)


def is_agency(agency: AgencyRef, word: str) -> bool:
    """Tell whether a word of the command line names an agency."""
    names = (agency.slug, agency.abbreviation or "", agency.name)
    return word.casefold() in {name.casefold() for name in names}


def print_board(whole: Board, rows: Sequence[AgencyRow], settings: Settings) -> None:
    """Print the board as a table."""
    local = whole.as_of.astimezone(settings.timezone)
    current = whole.city.current
    CONSOLE.print(
        f"{whole.city.name}, {local:%Y-%m-%d %H:%M %Z}: {current.n} of {current.of} "
        "scored datasets are current"
    )
    grid = Grid("#", "OPD", "S", "n", "punctual", "timely (wd)", "missing")
    for row in rows:
        punctual = row.measures.punctuality
        grid.add_row(
            str(row.rank or "–"),
            row.agency.short,
            "–" if row.score.value is None else f"{row.score.value:.3f}",
            str(row.score.n_agreed),
            f"{punctual.n}/{punctual.of}" if punctual else "–",
            "–" if row.measures.timeliness is None else f"{row.measures.timeliness:g}",
            str(len(row.missing)),
        )
    CONSOLE.print(grid)


@click.command("ledger")
@click.argument("slug", required=False)
@click.option("--as-of", type=INSTANT, help="What was known then.")
@as_json
@pass_installation
def ledger_command(
    installation: Installation, slug: str | None, as_of: datetime | None, in_json: bool
) -> None:
    """Print the obligations of a dataset, or of all."""
    context, now = installation.context, installation.instant(as_of)
    with reading(context.reading_engine) as session:
        ids = None if slug is None else [dataset_id_of(session, slug)]
        answer = ledger_of(standings(session, context.city(session), now, dataset_ids=ids), now)
    if in_json:
        print_json(answer)
        return
    grid = Grid("dataset", "period", "due", "state", "fulfilled", "timing", "evidence")
    for line in answer.obligations:
        done = (
            line.fulfilled_at.astimezone(context.settings.timezone) if line.fulfilled_at else None
        )
        grid.add_row(
            line.dataset,
            line.period,
            line.due_date.isoformat(),
            line.state,
            f"{done:%Y-%m-%d %H:%M}" if done else "",
            line.timing or "",
            line.evidence or "",
        )
    CONSOLE.print(grid)


def dataset_id_of(session: Session, slug: str) -> int:
    """Return the dataset of a slug; an unknown one is refused with near names."""
    found = session.exec(select(models.Dataset.id).where(models.Dataset.slug == slug)).first()
    if found is not None:
        return found
    near = difflib.get_close_matches(slug, session.exec(select(models.Dataset.slug)).all(), n=3)
    hint = f"; near: {', '.join(near)}" if near else ""
    raise Missing(f"no dataset is called {slug}{hint}")
