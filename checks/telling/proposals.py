"""Changes of a source that somebody proposes: written down, brought before walidata, not made."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from catalog import models
from catalog.rules.errors import MutakhirError
from checks.telling.notices import add_notices, task
from checks.telling.recipients import load_directory

PROPOSED = "source.proposed"
#: So many changes of one source are proposed within a day at most.
MOST_A_DAY = 5
_A_DAY = timedelta(days=1)
_LONGEST_SAID = 400


class TooManyProposals(MutakhirError):
    """A source for which enough was proposed within a day."""


@dataclass(frozen=True, slots=True)
class Setting:
    """Where a source is and how it is read, without anything secret."""

    address: str
    options: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Proposal:
    """What is to be changed of one source, by whom and why."""

    source_id: int
    title: str
    person: str
    email: str
    before: Setting
    after: Setting
    reason: str


def propose(session: Session, proposal: Proposal, now: datetime) -> bool:
    """Write a proposal down and bring it before walidata; False where it stands there already.

    Raises TooManyProposals: whoever holds a link cannot flood walidata.
    """
    entry = models.AuditEntry
    subject = f"source:{proposal.source_id}"
    newest = session.exec(
        select(entry)
        .where(entry.action == PROPOSED, entry.subject == subject)
        .order_by(col(entry.id).desc())
        .limit(MOST_A_DAY)
    ).all()
    after = {**_stored(proposal.after), "reason": proposal.reason}
    if newest and newest[0].after == after:
        return False
    if len(newest) == MOST_A_DAY and newest[-1].at > now - _A_DAY:
        raise TooManyProposals(
            f"source {proposal.source_id} has {MOST_A_DAY} proposals of one day; walidata must see "
            "them first"
        )
    session.add(
        models.AuditEntry(
            at=now,
            actor=proposal.email,
            action=PROPOSED,
            subject=subject,
            before=_stored(proposal.before),
            after=after,
        )
    )
    mark = hashlib.sha256(f"{json.dumps(after, sort_keys=True)}{now:%Y-%m-%d}".encode())
    key = f"proposal:{proposal.source_id}:{mark.hexdigest()[:16]}"
    add_notices(session, task(load_directory(session), key, _sentence(proposal)), now)
    session.flush()
    return True


def _stored(setting: Setting) -> dict[str, Any]:
    return {"address": setting.address, "options": dict(setting.options)}


def _sentence(proposal: Proposal) -> str:
    """Return what walidata reads: who proposes what of which data, in Bahasa Indonesia."""
    before, after = proposal.before, proposal.after
    changes = [] if before.address == after.address else [f"alamat menjadi {after.address}"]
    for name in sorted({*before.options, *after.options}):
        if before.options.get(name) != after.options.get(name):
            value = json.dumps(after.options.get(name, "bawaan"), ensure_ascii=False)
            changes.append(f"{name} menjadi {value}")
    said = f"{proposal.title}: {proposal.person} <{proposal.email}> mengusulkan "
    said += "; ".join(changes)[:_LONGEST_SAID]
    return f"{said}. {proposal.reason}".strip()
