"""Whose fault it is when nobody answers: the source's, or our own line's."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

from catalog.rules.terms import Outcome
from checks.looking.seen import Seen
from checks.sources import Fault
from checks.sources.fetcher import is_local

N_HOSTS_ALIKE = 3
NO_NAME_ANSWER = "no-name-answer"
LATELY = timedelta(days=3)
#: Being given up after two silences is the same silence.
_SILENCES = {"host-silent": "no-connection"}
_ROUTES = Path("/proc/net/route")
OUR_LINE = "our-line"
#: At the end of a code: whose fault it was is not settled yet.
UNDECIDED = "?"
REASON = "Sambungan pemantau sendiri terganggu; sumber belum dapat diperiksa."


@dataclass(frozen=True, slots=True)
class Unreached:
    """A look that reached nobody: when, how, and when its source was last seen or proved away."""

    host: str
    at: datetime
    code: str | None
    conclusive_at: datetime | None


def blame(looks: Sequence[Seen], answered: frozenset[str]) -> tuple[Seen, ...]:
    """Return the looks of one round, those that our own outage explains turned into it.

    A name that the resolver gave no answer for is never blamed: that a name does not exist
    is an answer, that nobody could say is not.
    """
    unreached = [
        Unreached(s.leased.host, s.at, s.code, s.leased.conclusive_at)
        for s in looks
        if s.fault is Fault.UNREACHED
    ]
    excused = hosts_excused(unreached, answered)
    return tuple(our_fault(s) if s.leased.host in excused or is_nameless(s) else s for s in looks)


def hosts_excused(unreached: Sequence[Unreached], answered: frozenset[str]) -> set[str]:
    """Return the hosts that our own outage explains, of those that were not reached.

    `answered` are the hosts that gave any answer in the round. Where none did and three
    or more stayed silent, or this machine has no way out, nobody is blamed; the same of
    three or more hosts that answered lately and fail alike now, where they are at least
    half of all. Source: design/freshness.md, section 3, rule 2.
    """
    outside = frozenset(host for host in answered if host and not is_local(host))
    afar = [each for each in unreached if not is_local(each.host)]
    hosts = {each.host for each in afar}
    all_dark = not outside and (len(hosts) >= N_HOSTS_ALIKE or not has_way_out())
    return hosts if all_dark else _gone_together(afar, len(hosts | outside))


def _gone_together(unreached: Sequence[Unreached], n_hosts: int) -> set[str]:
    """Return the hosts that went out of reach in the same way at the same time.

    One that has been silent for days did not go with them; in the end it is to blame.
    """
    by_code: dict[str | None, set[str]] = {}
    for each in unreached:
        last_at = each.conclusive_at
        if last_at is not None and each.at - last_at <= LATELY:
            by_code.setdefault(_SILENCES.get(each.code or "", each.code), set()).add(each.host)
    together = max(by_code.values(), key=len, default=set())
    is_ours = len(together) >= N_HOSTS_ALIKE and 2 * len(together) >= n_hosts
    return together if is_ours else set()


def is_nameless(seen: Seen) -> bool:
    """Tell whether a look failed because the resolver gave no answer."""
    return seen.fault is Fault.UNREACHED and seen.code == NO_NAME_ANSWER


def undecided(seen: Seen) -> Seen:
    """Return a look that reached nobody as one that proves nothing yet.

    For a process that sees a part of the hosts alone; whose fault it was is settled later
    for all of them (checks.engines.line).
    """
    if is_local(seen.leased.host):
        return seen
    if is_nameless(seen) or not has_way_out():
        return our_fault(seen)
    return replace(seen, outcome=Outcome.OUR_FAULT, code=f"{seen.code}{UNDECIDED}")


def our_fault(seen: Seen) -> Seen:
    """Return a look that reached nobody as our own; it is no failure of the source."""
    if seen.fault is not Fault.UNREACHED:
        return seen
    if is_nameless(seen):
        return replace(seen, outcome=Outcome.OUR_FAULT, fault=Fault.OURS)
    return replace(seen, outcome=Outcome.OUR_FAULT, code=OUR_LINE, reason=REASON, fault=Fault.OURS)


def has_way_out() -> bool:
    """Tell whether this machine has a default route; where that cannot be read, yes."""
    try:
        lines = _ROUTES.read_text("ascii").splitlines()[1:]
    except OSError:
        return True
    return any(line.split()[1:2] == ["00000000"] for line in lines)
