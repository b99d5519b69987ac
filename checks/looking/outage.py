"""Whose fault it is when nobody answers: the source's, or our own line's."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
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
_REASON = "Sambungan pemantau sendiri terganggu; sumber belum dapat diperiksa."


def blame(looks: Sequence[Seen], answered: frozenset[str]) -> tuple[Seen, ...]:
    """Return the looks of one round, those that our own outage explains turned into it.

    `answered` are the hosts that gave any answer in the round. Where none did and three
    or more stayed silent, or this machine has no way out, nobody is blamed; the same of
    three or more hosts that answered lately and fail alike now, where they are at least
    half of all. A name that the resolver gave no answer for is never blamed: that a name
    does not exist is an answer, that nobody could say is not. Source: design/freshness.md,
    section 3, rule 2.
    """
    outside = frozenset(host for host in answered if host and not is_local(host))
    unreached = [s for s in looks if s.fault is Fault.UNREACHED and not is_local(s.leased.host)]
    hosts = {s.leased.host for s in unreached}
    all_dark = not outside and (len(hosts) >= N_HOSTS_ALIKE or not has_way_out())
    excused = hosts if all_dark else _gone_together(unreached, len(hosts | outside))
    return tuple(_our_fault(s) if s.leased.host in excused or is_nameless(s) else s for s in looks)


def _gone_together(unreached: Sequence[Seen], n_hosts: int) -> set[str]:
    """Return the hosts that went out of reach in the same way at the same time.

    One that has been silent for days did not go with them; in the end it is to blame.
    """
    by_code: dict[str | None, set[str]] = {}
    for seen in unreached:
        last_at = seen.leased.conclusive_at
        if last_at is not None and seen.at - last_at <= LATELY:
            by_code.setdefault(_SILENCES.get(seen.code or "", seen.code), set()).add(
                seen.leased.host
            )
    together = max(by_code.values(), key=len, default=set())
    is_ours = len(together) >= N_HOSTS_ALIKE and 2 * len(together) >= n_hosts
    return together if is_ours else set()


def is_nameless(seen: Seen) -> bool:
    """Tell whether a look failed because the resolver gave no answer."""
    return seen.fault is Fault.UNREACHED and seen.code == NO_NAME_ANSWER


def _our_fault(seen: Seen) -> Seen:
    if seen.fault is not Fault.UNREACHED:
        return seen
    if is_nameless(seen):
        return replace(seen, outcome=Outcome.OUR_FAULT, fault=Fault.OURS)
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
