"""Which engine the settings choose, and the command that is one of its workers."""

import click

from catalog.context import Context
from catalog.rules.errors import MutakhirError
from catalog.settings import EngineName
from catalog.terminal import Installation, pass_installation
from checks.engines import JobEngine
from checks.engines.threads import Threads
from checks.looking.watcher import Watcher, watcher_of
from checks.operating.journal import open_journal

try:
    from checks.engines.procrastinate import Queue
    from checks.engines.worker import work
except ModuleNotFoundError as error:
    if not (error.name or "").startswith(("procrastinate", "psycopg_pool")):
        raise
    IS_INSTALLED = False
else:
    IS_INSTALLED = True


class NotInstalled(MutakhirError):
    """The distributed engine is chosen and its package is not there."""


class NotChosen(MutakhirError):
    """A worker was started where the threads of one process do the work."""


def engine_of(context: Context, watcher: Watcher) -> JobEngine:
    """Return the engine that the settings choose. Raises NotInstalled, NeedsPostgres."""
    if context.settings.engine is EngineName.THREADS:
        return Threads(watcher, context.settings.workers)
    require_installed()
    return Queue(watcher)


def require_installed() -> None:
    """Refuse to go on without the package. Raises NotInstalled."""
    if not IS_INSTALLED:
        raise NotInstalled(
            "MUTAKHIR_ENGINE=procrastinate needs the extra `scale`; "
            "run in the checkout: pip install '.[scale]'"
        )


@click.command("worker")
@pass_installation
def worker_command(installation: Installation) -> None:
    """Be one worker of the distributed engine until asked to stop; exit 75: start me again."""
    context = installation.context
    if context.settings.engine is EngineName.THREADS:
        raise NotChosen(
            "mutakhir worker belongs to MUTAKHIR_ENGINE=procrastinate; "
            "with threads, mutakhir watch does the work"
        )
    require_installed()
    open_journal()
    raise SystemExit(work(watcher_of(context), n_workers=context.settings.workers))
