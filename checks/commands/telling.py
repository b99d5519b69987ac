"""The command that tells, and the same deed for the scheduler: notify."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

import click

from catalog.context import Context
from catalog.models.db import reading, unit_of_work
from catalog.terminal import Installation, as_json, pass_installation, print_json
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
    for line in _lines(told, dry_run=dry_run):
        click.echo(line)


def _lines(told: "Told", *, dry_run: bool) -> Iterator[str]:
    """Say what a round of telling did, as people read it."""
    planned, outbox = told.planned, told.outbox
    kinds = Counter(notice.kind.value for notice in planned.notices)
    listed = ", ".join(f"{kind} {n}" for kind, n in sorted(kinds.items()))
    yield f"planned {len(planned.notices)} notices" + (f": {listed}" if listed else "")
    if planned.n_superseded or planned.n_silent or planned.n_unreachable:
        yield (
            f"superseded {planned.n_superseded}, old backlog told in one summary "
            f"{planned.n_silent}, with nobody to tell {planned.n_unreachable}"
        )
    if planned.hold is not None:
        hold = planned.hold
        yield (
            f"all messages are held back since {hold.at:%Y-%m-%d %H:%M} UTC: {hold.n_worsened} of "
            f"{hold.n_datasets} datasets worsened at once, {hold.n_lost} left the catalogue"
        )
    if dry_run:
        yield "nothing was written or sent (dry run)"
    elif told.sent is None:
        yield "nothing sent: no relay is set, see MUTAKHIR_SMTP_URL"
    else:
        sent = told.sent
        yield (
            f"sent {sent.n_sent} messages, put off {sent.n_deferred}, given up {sent.n_failed}; "
            f"{sent.n_held} notices held back"
        )
    yield (
        f"in the outbox: {outbox.planned} notices waiting ({outbox.held} of them held back), "
        f"{outbox.sent} sent, {outbox.superseded} superseded, {outbox.failed} given up"
    )


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
