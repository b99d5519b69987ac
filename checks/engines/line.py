"""Whether our own line may be down, asked of what all workers have written lately."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlmodel import Session

from catalog.rules.terms import Outcome
from checks.looking.outage import N_HOSTS_ALIKE
from checks.looking.rows import CHECK, SOURCE, run
from checks.looking.seen import Seen
from checks.sources import Fault
from checks.sources.fetcher import is_local

LATELY = timedelta(minutes=15)
_FAILED = (Outcome.SOURCE_FAILED, Outcome.OUR_FAULT)


def line_is_doubtful(session: Session, host: str, now: datetime) -> bool:
    """Tell whether no other host answered lately while several stayed silent.

    One worker sees one host at a time; what the others saw is in the checks. The first
    failures of an outage are written as the sources' own and prove nothing yet: a source
    is blamed only for a second one, half an hour later, when the line is known to be down.
    Source: design/freshness.md, section 3, rule 2.
    """
    if is_local(host):
        return False
    recent = select(SOURCE.c.host, CHECK.c.http_status, CHECK.c.outcome).join(
        CHECK, CHECK.c.id == SOURCE.c.last_check_id
    )
    unreached = {host}
    for other, http_status, outcome in run(session, recent.where(CHECK.c.at > now - LATELY)):
        if other in ("", host) or is_local(other):
            continue
        if http_status is not None or outcome not in _FAILED:
            return False
        unreached.add(other)
    return len(unreached) >= N_HOSTS_ALIKE


def excused(seen: Seen) -> Seen:
    """Return a look that reached nobody as our own fault; it is no failure of the source."""
    return replace(
        seen,
        outcome=Outcome.OUR_FAULT,
        code="our-line",
        reason="Sambungan pemantau sendiri terganggu; sumber belum dapat diperiksa.",
        fault=Fault.OURS,
    )
