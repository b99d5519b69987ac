"""What every command of the command line shares: options, printing, the exit codes."""

import contextlib
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime
from functools import cached_property
from typing import Any, NoReturn

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from catalog.context import Context
from catalog.pages.answers import answer_of
from catalog.rules.errors import MutakhirError
from catalog.settings import Settings, read_settings

#: What was checked is bad / the usage is wrong or the input cannot be read.
BAD, WRONG_INPUT = 1, 2
#: What a file or a person wrote is printed as it stands: "[ha]" and ":cat:" mean nothing here.
CONSOLE = Console(markup=False, emoji=False)
NOTES = Console(stderr=True)
INSTANT = click.DateTime(
    ["%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M%z", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%d"]
)
Progressed = Callable[[int, int], None]


class Missing(MutakhirError):
    """Something that the command line names is not there."""


class Installation:
    """The installation a command works on; opened when it is first asked for."""

    def __init__(
        self,
        open_context: Callable[[Settings], Context],
        prepare: Callable[[Context], None],
        clock: Callable[[], datetime],
    ) -> None:
        self._open = open_context
        self._prepare = prepare
        self.now = clock

    @cached_property
    def settings(self) -> Settings:
        """The settings; raises WrongSetting."""
        return read_settings()

    @cached_property
    def unopened(self) -> Context:
        """The context with a database that may be old, empty or not there yet."""
        return self._open(self.settings)

    @cached_property
    def context(self) -> Context:
        """The context with a migrated database; raises DatabaseUnusable."""
        self._prepare(self.unopened)
        return self.unopened

    def instant(self, given: datetime | None) -> datetime:
        """Return an instant of the command line in UTC, or now; a bare day begins locally."""
        if given is None:
            return self.context.clock()
        local = given if given.tzinfo else given.replace(tzinfo=self.settings.timezone)
        return local.astimezone(UTC)


pass_installation = click.make_pass_decorator(Installation)


def refuse(sentence: str, exit_code: int = WRONG_INPUT) -> NoReturn:
    """Print one line on stderr and leave: input that cannot be used, unless said otherwise."""
    click.echo(f"mutakhir: {' '.join(sentence.split())}", err=True)
    raise SystemExit(exit_code)


def print_json(value: object) -> None:
    """Print a frozen value as JSON, the same as the API gives."""
    click.echo(json.dumps(answer_of(value), ensure_ascii=False, indent=1))


def print_counts(report: object, *names: str) -> None:
    """Print counts of a report side by side under their names."""
    counts = Table(*names, box=None)
    counts.add_row(*(str(getattr(report, name)) for name in names))
    CONSOLE.print(counts)


def print_reasons(reasons: Mapping[str, int]) -> None:
    """Print how often each reason was met, a line each."""
    for reason, n in reasons.items():
        CONSOLE.print(f"{n:>6}  {reason}", highlight=False)


def as_json(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the option `--json`."""
    return click.option("--json", "in_json", is_flag=True, help="Print JSON.")(command)


@contextlib.contextmanager
def progress_bar(what: str) -> Iterator[Progressed]:
    """Show a progress bar on a terminal; gives a function of (done, total)."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn())
    shown = Progress(*columns, TimeElapsedColumn(), console=NOTES, disable=not NOTES.is_terminal)
    with shown:
        task = shown.add_task(what, total=None)
        yield lambda done, total: shown.update(task, completed=done, total=total)
