"""What an administrator wants to know before a night's sleep: is this installation well?"""

import smtplib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlmodel import Session, col, func, select

from catalog import models
from catalog.context import Context
from catalog.models.db import MIGRATIONS, reading
from catalog.settings import WrongSetting
from catalog.store.observed import heartbeat_at
from checks.channels.email import EmailChannel
from checks.operating.clock import TOLERANCE
from checks.operating.soundness import damage_of


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
            *_clock(session, now),
            *_originals(session, context),
            *_relay(context),
            *_exceptions(context, now),
            *_secret(context),
        )
    return Health(all(sign.well for sign in signs), signs)


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
