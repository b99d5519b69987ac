"""Hosts: one notice when an agency's server breaks and one when it is back, never for flapping."""

from collections.abc import Mapping, Sequence
from datetime import date

from sqlmodel import Session, col, select

from catalog import models
from catalog.rules.terms import Access, Headline, Role
from catalog.store.standing import Standing
from checks.telling.memory import Memory, access_key
from checks.telling.notices import PlannedNotice
from checks.telling.recipients import Directory

#: One dataset for each (agency id, host) that cannot be reached.
Hosts = Mapping[tuple[int, str], int]
#: Headlines of data that nobody is told about.
SILENT = frozenset({Headline.RETIRED, Headline.UNPUBLISHED})


def broken_hosts(session: Session, stands: Sequence[Standing]) -> Hosts:
    """Return the hosts that cannot be reached now."""
    broken = {
        s.dataset_id: s for s in stands if s.access is Access.PUTUS and s.headline not in SILENT
    }
    source = models.Source
    rows = session.exec(
        select(source.dataset_id, source.host)
        .where(col(source.n_failed) >= 2, source.host != "")
        .order_by(col(source.dataset_id))
    )
    hosts: dict[tuple[int, str], int] = {}
    for dataset_id, host in rows:
        if dataset_id in broken:
            hosts.setdefault((broken[dataset_id].agency.id, host), dataset_id)
    return hosts


def host_news(
    broken: Hosts, memory: Memory, directory: Directory, day: date
) -> list[PlannedNotice]:
    """Return what to tell about hosts: at most one break and one recovery a day for each."""
    changes: list[tuple[int, str, Access, int | None]] = [
        (agency_id, host, Access.PUTUS, dataset_id)
        for (agency_id, host), dataset_id in broken.items()
        if (last := memory.hosts.get((agency_id, host))) is None or last.word != Access.PUTUS
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
