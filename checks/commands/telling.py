"""The command that tells, and the same deed for the scheduler: notify."""

from dataclasses import dataclass
from datetime import datetime

import click

from catalog.context import Context
from catalog.models.db import reading, unit_of_work
from catalog.terminal import (
    CONSOLE,
    Installation,
    as_json,
    pass_installation,
    print_json,
)
from checks.channels.email import EmailChannel
from checks.tell import Planned, plan_notices
from checks.telling.outbox import Sent, Tally, send_due, tally


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
