"""Hosts: one notice when an agency's server breaks and one when it is back, never for flapping."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from sqlmodel import Session, col, select

from catalog import models
from catalog.rules.terms import Access, Headline, Role
from catalog.store.standing import Standing
from checks.telling.memory import Memory, access_key
from checks.telling.notices import PlannedNotice
from checks.telling.recipients import Directory

#: A server that fails inside is given this long to be mended before its people are told.
TOLD_AFTER_5XX = timedelta(hours=6)


@dataclass(frozen=True, slots=True)
class Broken:
    """A host that cannot be reached: one dataset of it, and whether it is time to tell."""

    dataset_id: int
    is_told: bool


#: What cannot be reached, by (agency id, host).
Hosts = Mapping[tuple[int, str], Broken]
#: Headlines of data that nobody is told about.
SILENT = frozenset({Headline.RETIRED, Headline.UNPUBLISHED})


def broken_hosts(session: Session, stands: Sequence[Standing]) -> Hosts:
    """Return the hosts that cannot be reached now."""
    broken = {
        s.dataset_id: s for s in stands if s.access is Access.PUTUS and s.headline not in SILENT
    }
    source, check = models.Source, models.Check
    rows = session.exec(
        select(source, col(check.at), col(check.http_status))
        .join(check, col(check.id) == source.last_check_id)
        .where(col(source.n_failed) >= 2, source.host != "")
        .order_by(col(source.dataset_id))
    )
    hosts: dict[tuple[int, str], Broken] = {}
    for found, at, status in rows:
        if found.dataset_id not in broken:
            continue
        failing_for = at - (found.failing_since or at)
        is_new = status is not None and status >= 500 and failing_for < TOLD_AFTER_5XX
        key = broken[found.dataset_id].agency.id, found.host
        if key not in hosts or not (is_new or hosts[key].is_told):
            hosts[key] = Broken(found.dataset_id, not is_new)
    return hosts


def host_news(
    broken: Hosts, memory: Memory, directory: Directory, day: date
) -> list[PlannedNotice]:
    """Return what to tell about hosts: at most one break and one recovery a day for each."""
    changes: list[tuple[int, str, Access, int | None]] = [
        (agency_id, host, Access.PUTUS, found.dataset_id)
        for (agency_id, host), found in broken.items()
        if found.is_told
        and ((last := memory.hosts.get((agency_id, host))) is None or last.word != Access.PUTUS)
    ]
    changes += [
        (agency_id, host, Access.LANCAR, None)
        for (agency_id, host), last in memory.hosts.items()
        if (agency_id, host) not in broken and last.word == Access.PUTUS and last.was_sent
    ]
    drafts: list[PlannedNotice] = []
    for agency_id, host, word, dataset_id in changes:
        draft = PlannedNotice(
            access_key(word, day, agency_id, host),
            models.NoticeKind.ACCESS,
            agency_id=agency_id,
            dataset_id=dataset_id,
        )
        drafts += draft.to(directory.told(agency_id, (Role.OPERATOR,)))
    return drafts


def is_outdated(key: str, broken: Hosts) -> bool:
    """Tell whether an access notice, by its key, says what is no longer so."""
    _, word, _day, agency_id, rest = key.split(":", 4)
    return ((int(agency_id), rest.rpartition(":")[0]) in broken) != (word == Access.PUTUS)
