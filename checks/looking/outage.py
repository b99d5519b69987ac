"""Whose fault it is when nobody answers: the source's, or our own line's."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from catalog.rules.terms import Outcome
from checks.looking.seen import Seen
from checks.sources import Fault
from checks.sources.fetcher import is_local

N_HOSTS_ALIKE = 3
_ROUTES = Path("/proc/net/route")
_REASON = "Sambungan pemantau sendiri terganggu; sumber belum dapat diperiksa."


def blame(looks: Sequence[Seen], answered: frozenset[str]) -> tuple[Seen, ...]:
    """Return the looks of one round, those that our own outage explains turned into it.

    `answered` are the hosts that gave any answer in the round. Where none did and three
    or more stayed silent, or this machine has no way out, nobody is blamed; the same
    where names of at least half of all hosts could not be resolved.
    Source: design/freshness.md, section 3, rule 2.
    """
    outside = frozenset(host for host in answered if not is_local(host))
    unreached = [s for s in looks if s.fault is Fault.UNREACHED and not is_local(s.leased.host)]
    hosts = {s.leased.host for s in unreached}
    nameless = {s.leased.host for s in unreached if s.code == "no-name-answer"}
    all_dark = not outside and (len(hosts) >= N_HOSTS_ALIKE or not has_way_out())
    no_names = len(nameless) >= N_HOSTS_ALIKE and 2 * len(nameless) >= len(hosts | outside)
    if not (all_dark or no_names):
        return tuple(looks)
    excused = hosts if all_dark else nameless
    return tuple(_our_fault(s) if s.leased.host in excused else s for s in looks)


def _our_fault(seen: Seen) -> Seen:
    if seen.fault is not Fault.UNREACHED:
        return seen
    return replace(
        seen, outcome=Outcome.OUR_FAULT, code="our-line", reason=_REASON, fault=Fault.OURS
    )


def has_way_out() -> bool:
    """Tell whether this machine has a default route; where that cannot be read, yes."""
    try:
        lines = _ROUTES.read_text("ascii").splitlines()[1:]
    except OSError:
        return True
    return any(line.split()[1:2] == ["00000000"] for line in lines)
