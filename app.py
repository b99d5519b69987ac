"""The door: the web application and the command line; the only module that knows everyone."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import click
from apscheduler.schedulers.base import BaseScheduler
from flask import Flask
from flask_babel import Babel
from flask_wtf import CSRFProtect
from gunicorn.app.base import BaseApplication
from jinja2 import StrictUndefined
from sqlalchemy.exc import DBAPIError

from catalog.api import blueprint as api
from catalog.context import EXTENSION, Context
from catalog.intake.holidays import seed_holidays
from catalog.intake.load import load
from catalog.models.db import (
    PATIENCE_OF_PAGES,
    PATIENCE_SECONDS,
    engine_for,
    migrate,
    reading,
    unit_of_work,
)
from catalog.pages import open_pages
from catalog.pages.language import chosen_language
from catalog.rules.errors import MutakhirError
from catalog.search import index_datasets
from catalog.settings import Settings, read_settings
from catalog.store.standing import standings
from catalog.terminal import Installation, Missing, pass_installation, progress_bar, refuse
from checks.commands import COMMANDS
from checks.commands.loading import documents_in
from checks.commands.telling import tell
from checks.desk import blueprint as desk
from checks.desk.push import blueprint as push
from checks.engines import rescuing, ticking
from checks.engines.commands import engine_of, worker_command
from checks.look import ALL, sweep
from checks.looking.originals import Originals
from checks.looking.trials import source_book
from checks.looking.watcher import watcher_of
from checks.operating import blueprint as operating
from checks.operating.clock import clocked
from checks.operating.journal import journaled, open_journal
from checks.operating.soundness import clear_scratch, inspected, require_not_lost, require_whole
from checks.scheduler import schedule
from checks.tell import announce_backlog_silently
from dashboards.commands import ledger_command, print_board, status_command
from dashboards.numbers import board
from dashboards.pages import blueprint as dashboards
from sample_data.city import City
from sample_data.feeds import Feeds
from sample_data.files import CITY_NAME, ZONE_NAME, load_files
from sample_data.replay import replay

TRANSLATIONS = ";".join(
    f"{room}/translations" for room in ("catalog", "dashboards", "checks/desk", "checks/operating")
)
MAX_UPLOAD_BYTES = 200 * 1024 * 1024
#: How long a watcher that is asked to stop may still look and send.
DRAIN_SECONDS = 20.0
#: Half-written files of that age belong to a process that is no more.
SCRATCH_SECONDS = 3_600.0
DEMO_FOLDER = Path("instance/demo").absolute()


def real_clock() -> datetime:
    """Return the real instant; nothing else in the product asks the machine for the time."""
    return datetime.now(UTC)


def open_context(
    settings: Settings,
    clock: Callable[[], datetime] | None = None,
    patience_seconds: float = PATIENCE_SECONDS,
) -> Context:
    """Open the database and the store of originals that the settings name."""
    url = settings.database_url
    return Context(
        settings=settings,
        engine=engine_for(url, durable=settings.is_production, patience_seconds=patience_seconds),
        reading_engine=engine_for(url, read_only=True, patience_seconds=patience_seconds),
        originals=Originals(settings.originals_dir),
        clock=clock or (lambda: settings.at(real_clock())),
    )


def create_app(settings: Settings, clock: Callable[[], datetime] | None = None) -> Flask:
    """Return the web application of one installation; `clock` replaces the settings' own."""
    context = open_context(settings, clock, PATIENCE_OF_PAGES)
    site = Flask(__name__, static_folder=None)
    site.config.update(
        SECRET_KEY=settings.secret_key,
        MAX_CONTENT_LENGTH=MAX_UPLOAD_BYTES,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.base_url.startswith("https://"),
        WTF_CSRF_TIME_LIMIT=None,
    )
    site.jinja_env.undefined = StrictUndefined
    site.jinja_env.trim_blocks = site.jinja_env.lstrip_blocks = True
    site.extensions[EXTENSION] = context
    Babel(
        site,
        default_locale="id",
        default_translation_directories=TRANSLATIONS,
        default_timezone=settings.zone,
        locale_selector=chosen_language,
    )
    CSRFProtect(site)
    open_pages(site)
    site.register_blueprint(api)
    site.register_blueprint(dashboards)
    site.register_blueprint(desk)
    site.register_blueprint(push)
    site.register_blueprint(operating)
    return site


def web() -> Flask:
    """Return the application that the environment describes, for a web server of one's own."""
    return site_with_journal(read_settings())


def site_with_journal(settings: Settings) -> Flask:
    """Return the web application of a process of its own; in production it keeps a journal."""
    if settings.is_production:
        open_journal()
    return create_app(settings)


class Door(click.Group):
    """The command line: whatever goes wrong ends in one clear line and the right exit code."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; our own errors, the database's and the disk's end with 2."""
        try:
            return super().invoke(ctx)
        except MutakhirError as error:
            refuse(str(error))
        except DBAPIError as error:
            refuse(f"the database refused: {error.orig}")
        except OSError as error:
            refuse(f"{error.filename or 'system'}: {error.strerror or error}")


def prepare(context: Context) -> None:
    """Bring the newest schema and the national holidays into the database."""
    require_not_lost(context)
    migrate(context.engine)
    with unit_of_work(context.engine) as session:
        seed_holidays(session, context.today())


@click.group(cls=Door)
@click.pass_context
def cli(command: click.Context) -> None:
    """Mutakhir: the open-data catalogue and freshness monitor of a city."""
    command.obj = Installation(open_context, prepare, real_clock)


for _command in (*COMMANDS, worker_command, status_command, ledger_command):
    cli.add_command(_command)


@cli.command()
@pass_installation
def init(installation: Installation) -> None:
    """Create or migrate the database."""
    where = installation.context.engine.url.render_as_string(hide_password=True)
    click.echo(f"The database {where} is ready.")


@cli.command()
@click.option("--until-input-ends", is_flag=True, hidden=True)
@pass_installation
def watch(installation: Installation, until_input_ends: bool) -> None:
    """Run the scheduler alone: look, judge and tell, again and again."""
    context = installation.context
    watcher = watcher_of(context)
    require_whole(context.engine)
    clear_scratch(watcher.originals.folder / "scratch", SCRATCH_SECONDS, time.time())
    engine = engine_of(context, watcher)
    tick: Callable[[], object] = ticking(watcher, engine)
    say: Callable[[], object] = lambda: tell(context)  # noqa: E731
    if context.settings.is_production:
        open_journal()
        tick, say = clocked(watcher, tick), clocked(watcher, say)
    scheduler = schedule(
        journaled("tick", inspected(context, context.today, tick)),
        journaled("tell", say),
        tick_seconds=context.settings.tick_seconds,
        rescue=rescuing(watcher, engine),
    )
    stop = stop_when_asked(until_input_ends)
    scheduler.start()
    stop.wait()
    drain(scheduler)


def stop_when_asked(when_input_ends: bool) -> threading.Event:
    """Return the event that SIGTERM, SIGINT, or the end of the input sets."""
    stop = threading.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        signal.signal(name, lambda *_: stop.set())

    def wait_for_the_end() -> None:
        sys.stdin.read()
        stop.set()

    if when_input_ends:
        threading.Thread(target=wait_for_the_end, daemon=True).start()
    return stop


def drain(scheduler: BaseScheduler) -> None:
    """Let what is under way end, for a while; what is left is looked at by the next process."""
    ending = threading.Thread(target=scheduler.shutdown, daemon=True)
    ending.start()
    ending.join(DRAIN_SECONDS)
    if ending.is_alive():
        sys.stderr.flush()
        os._exit(0)


@cli.command()
@click.option("--host", default="127.0.0.1", show_default=True)
@click.option("--port", type=click.IntRange(1, 65535), default=8000, show_default=True)
@click.option("--threads", type=click.IntRange(1, 64), default=8, show_default=True)
@pass_installation
def serve(installation: Installation, host: str, port: int, threads: int) -> None:
    """Serve the pages, with the scheduler in a process of its own beside them."""
    installation.settings.require_secret()
    require_free(host, port)
    require_whole(installation.context.engine)
    with scheduler_beside():
        Server(installation.settings, host, port, threads).run()


def require_free(host: str, port: int) -> None:
    """Refuse a port that something else listens on. Raises Missing."""
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            raise Missing(
                f"port {port} on {host} cannot be used ({error.strerror}); "
                "choose another one with --port"
            ) from error


@contextlib.contextmanager
def scheduler_beside() -> Iterator[None]:
    """Run `watch` in a process of its own that ends with this one, however this one ends."""
    command = [sys.executable, str(Path(__file__).resolve()), "watch", "--until-input-ends"]
    process = subprocess.Popen(command, stdin=subprocess.PIPE)
    try:
        yield
    finally:
        process.terminate()
        process.wait()


class Server(BaseApplication):  # type: ignore[misc]
    """The web server of one installation: one process, several threads."""

    def __init__(self, settings: Settings, host: str, port: int, threads: int) -> None:
        self._settings = settings
        self._options = {
            "bind": f"{host}:{port}",
            "worker_class": "gthread",
            "threads": threads,
            "proc_name": "mutakhir",
            "loglevel": "warning",
        }
        super().__init__()

    def load_config(self) -> None:
        """Hand our options over."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Flask:
        """Build the application inside the worker, so that no connection crosses a fork."""
        return site_with_journal(self._settings)


@cli.command()
@click.option("--port", type=click.IntRange(1, 65534), default=8000, show_default=True)
@click.option("--no-serve", is_flag=True, help="Stop after the board is printed.")
def demo(port: int, no_serve: bool) -> None:
    """Live 24 months in the sample city, print the board, serve it."""
    require_free("127.0.0.1", port)
    require_free("127.0.0.1", port + 1)
    now = real_clock()
    with Feeds(now, DEMO_FOLDER / "applications", port + 1) as feeds:
        os.environ.update(rehearsal(DEMO_FOLDER, port, feeds.host) | feeds.secrets)
        installation = Installation(open_context, prepare, real_clock)
        live_once(installation, feeds, now)
        context = installation.context
        with reading(context.reading_engine) as session:
            city = context.city(session)
            whole = board(standings(session, city, now), city, now)
        print_board(whole, whole.rows, context.settings)
        if no_serve:
            return
        click.echo(f"Serving {context.settings.city_name} on {context.settings.base_url} …")
        feeds.set_clock(now, running=True)
        with scheduler_beside():
            Server(context.settings, "127.0.0.1", port, 8).run()


def rehearsal(folder: Path, port: int, feeds_host: str) -> dict[str, str]:
    """Return the settings of the sample city, for this process and the one beside it."""
    return {
        "MUTAKHIR_MODE": "rehearsal",
        "MUTAKHIR_DATABASE_URL": f"sqlite:///{folder / 'mutakhir.db'}",
        "MUTAKHIR_ORIGINALS_DIR": str(folder / "originals"),
        "MUTAKHIR_CITY_NAME": CITY_NAME,
        "MUTAKHIR_ZONE": ZONE_NAME,
        "MUTAKHIR_BASE_URL": f"http://127.0.0.1:{port}",
        "MUTAKHIR_ALLOWED_HOSTS": feeds_host,
        "MUTAKHIR_HOST_SPACING_SECONDS": "0",
    }


def live_once(installation: Installation, feeds: Feeds, now: datetime) -> None:
    """Live the 24 months unless that was done today with the same feeds."""
    folder, mark = DEMO_FOLDER, DEMO_FOLDER / "lived"
    lived = f"{now:%Y-%m-%d} {feeds.address}"
    if mark.is_file() and mark.read_text() == lived:
        click.echo(f"The 24 months were lived earlier today and lie in {folder}.")
        return
    shutil.rmtree(folder, ignore_errors=True)
    began = time.monotonic()
    context, city = installation.context, City(now)
    report = load(
        context.engine,
        documents_in(load_files(feeds.address, context.today())),
        agreed_on=city.start_on,
        observed_at=None,
        now=city.start_at,
        zone=context.settings.zone,
        book=source_book(),
    )
    click.echo(f"Loaded {report.rows} rows, {report.scheduled} promises with a schedule.")
    watcher = watcher_of(context)
    with progress_bar("Living 24 months") as progress:
        lived_through = replay(watcher, feeds, city, progress=progress)
    swept = sweep(watcher, which=ALL, n_workers=context.settings.workers)
    with unit_of_work(context.engine) as session:
        index_datasets(session)
        announce_backlog_silently(session, context.city(session), now)
    mark.write_text(lived)
    click.echo(
        f"{lived_through.n_looks} looks and {lived_through.n_uploads} uploads gave "
        f"{lived_through.n_versions} versions; a last sweep looked at {swept.looked} sources. "
        f"Load, 24 months and sweep took {time.monotonic() - began:.1f} s."
    )


if __name__ == "__main__":
    cli(prog_name="mutakhir")
