"""What an administrator wants to know before a night's sleep: is this installation well?"""

import smtplib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import text
from sqlmodel import Session, col, func, select

from catalog import models
from catalog.context import Context
from catalog.models.db import MIGRATIONS, reading
from catalog.settings import EngineName, WrongSetting
from catalog.store.observed import heartbeat_at
from checks.channels.email import EmailChannel
from checks.operating.clock import TOLERANCE
from checks.operating.report import queue_of
from checks.operating.soundness import damage_of

#: A source that waits longer than this for its look has nobody who looks at it.
LONGEST_WAIT = timedelta(hours=1)
_WORKERS = "procrastinate.procrastinate_workers"
_N_ALIVE = f"SELECT count(*) FROM {_WORKERS} WHERE last_heartbeat >= now() - interval '1 minute'"


@dataclass(frozen=True, slots=True)
class Sign:
    """One thing that was examined; `advice` says what to do where it is not well."""

    what: str
    well: bool
    found: str
    advice: str | None = None


@dataclass(frozen=True, slots=True)
class Health:
    """All signs; well when every one is."""

    well: bool
    signs: tuple[Sign, ...]


def examine_health(context: Context, now: datetime) -> Health:
    """Examine the database, the originals, the calendar, the watcher and the relay."""
    with reading(context.reading_engine) as session:
        signs = (
            *_database(context),
            *_schema(session),
            *_calendar(session, context, now),
            *_heartbeat(session, context, now),
            *_workers(session, context),
            *_queue(session, context, now),
            *_clock(session, now),
            *_originals(session, context),
            *_relay(context),
            *_exceptions(context, now),
            *_secret(context),
        )
    return Health(all(sign.well for sign in signs), signs)


def no_database(error: Exception) -> Health:
    """Return what is known of an installation whose database cannot be asked."""
    found = " ".join(str(getattr(error, "orig", None) or error).split())
    advice = "start the database server, or mend MUTAKHIR_DATABASE_URL"
    return Health(False, (Sign("database", False, found, advice),))


def _database(context: Context) -> Iterator[Sign]:
    damage = damage_of(context.engine)
    advice = "stop Mutakhir, move the file away and run: mutakhir restore BACKUP"
    yield Sign("database", damage is None, damage or "whole", advice)


def _clock(session: Session, now: datetime) -> Iterator[Sign]:
    beat = models.Heartbeat
    newest = select(beat.at).order_by(col(beat.id).desc()).limit(1)
    at = session.exec(newest).first()
    well = at is None or at <= now + TOLERANCE
    found = "runs forward" if well else f"behind the last tick of {at:%Y-%m-%d %H:%M} UTC"
    yield Sign("clock", well, found, "set the clock of this machine")


def _exceptions(context: Context, now: datetime) -> Iterator[Sign]:
    """An exception that has ended is no exception, and should leave the settings."""
    ended = [
        f"{host} until {until}"
        for host, until in sorted(context.settings.tls_exceptions.items())
        if until < now.date()
    ]
    if context.settings.tls_exceptions:
        found = f"ended: {', '.join(ended)}" if ended else "none has ended"
        yield Sign("tls exceptions", not ended, found, "mend MUTAKHIR_TLS_EXCEPTIONS")


def _schema(session: Session) -> Iterator[Sign]:
    script = ScriptDirectory(str(MIGRATIONS))
    at = MigrationContext.configure(session.connection()).get_current_revision()
    newest = script.get_current_head()
    yield Sign("schema", at == newest, f"revision {at}", "run: mutakhir init")


def _calendar(session: Session, context: Context, now: datetime) -> Iterator[Sign]:
    """Working days ahead need next year's collective leave, which is decreed late in a year."""
    last = session.exec(select(func.max(models.Holiday.on_date))).one()
    today = now.astimezone(context.settings.timezone).date()
    well = last is not None and last >= today + timedelta(days=60)
    yield Sign("holidays", well, f"known until {last}", "load the new decree: mutakhir load")


def _heartbeat(session: Session, context: Context, now: datetime) -> Iterator[Sign]:
    at = heartbeat_at(session, now)
    well = at is not None and now - at <= context.settings.stale_after
    found = f"last tick {at:%Y-%m-%d %H:%M} UTC" if at else "never ran"
    yield Sign("watcher", well, found, "start it: mutakhir serve, or mutakhir watch")


def _workers(session: Session, context: Context) -> Iterator[Sign]:
    """With the distributed engine the watcher only hands out; others have to take."""
    if context.settings.engine is not EngineName.PROCRASTINATE:
        return
    if context.engine.dialect.name != "postgresql":
        yield Sign("workers", False, "they need PostgreSQL", "set MUTAKHIR_ENGINE=threads")
        return
    connection = session.connection()
    is_there = connection.scalar(text(f"SELECT to_regclass('{_WORKERS}') IS NOT NULL"))
    n = connection.scalar(text(_N_ALIVE)) if is_there else 0
    found = f"{n} alive" if n else "none is alive, so nothing is looked at"
    yield Sign("workers", bool(n), found, "start one: mutakhir worker")


def _queue(session: Session, context: Context, now: datetime) -> Iterator[Sign]:
    queue = queue_of(session, now)
    oldest = queue.oldest_due_at
    found = f"{queue.n_due} of {queue.n_sources} sources are due"
    if oldest is not None:
        found += f", the oldest since {oldest:%Y-%m-%d %H:%M} UTC"
    is_distributed = context.settings.engine is EngineName.PROCRASTINATE
    more = "start more of: mutakhir worker" if is_distributed else "raise MUTAKHIR_WORKERS"
    well = oldest is None or now - oldest <= LONGEST_WAIT
    yield Sign("queue", well, found, f"see that the watcher runs, then {more}")


def _originals(session: Session, context: Context) -> Iterator[Sign]:
    blobs = session.exec(select(models.Version.blob).distinct()).all()
    gone = [blob for blob in blobs if not context.originals.path(blob).is_file()]
    found = f"{len(blobs) - len(gone)} of {len(blobs)} stored originals are there"
    yield Sign("originals", not gone, found, "restore the originals from a backup")


def _relay(context: Context) -> Iterator[Sign]:
    settings = context.settings
    if settings.smtp_url is None:
        yield Sign("mail", True, "no relay is set; nothing is sent")
        return
    channel = EmailChannel.of(settings.smtp_url, settings.mail_from)
    try:
        kind = smtplib.SMTP_SSL if channel.scheme == "smtps" else smtplib.SMTP
        with kind(channel.host, channel.port, timeout=5) as relay:
            code, _ = relay.noop()
        yield Sign("mail", code == 250, f"{channel.host}:{channel.port} answered {code}")
    except OSError as error:
        advice = "check MUTAKHIR_SMTP_URL and the relay"
        yield Sign("mail", False, f"{channel.host}:{channel.port}: {error}", advice)


def _secret(context: Context) -> Iterator[Sign]:
    mode = "production" if context.settings.is_production else "rehearsal"
    try:
        context.settings.require_secret()
        yield Sign("mode", True, mode)
    except WrongSetting as error:
        yield Sign("mode", False, mode, str(error))
