"""The trail of earlier harvests: what a portal offered then, and where it stood."""

from collections.abc import Collection
from datetime import datetime

from sqlmodel import Session, col, select

from catalog.intake.portals.portal import Portal, PortalAlarm
from catalog.intake.portals.report import HarvestReport
from catalog.intake.renewal import HARVEST
from catalog.models import AuditEntry, Dataset

_HARVESTED = "portal.harvested"


def move(session: Session, old: str, new: str) -> None:
    """Let what was harvested under one key be the same portal's under another.

    Raises PortalAlarm where nothing was, or where both were.
    """
    before = col(Dataset.portal_key).startswith(f"{old} ", autoescape=True)
    moved = session.exec(select(Dataset).where(before)).all()
    after = col(Dataset.portal_key).startswith(f"{new} ", autoescape=True)
    if not moved or session.exec(select(Dataset.id).where(after)).first() is not None:
        found = "nothing was harvested from there" if not moved else "the new one was too"
        raise PortalAlarm(f"{old} cannot have moved to {new}: {found}; leave out --moved-from.")
    for dataset in moved:
        dataset.portal_key = f"{new}{(dataset.portal_key or '').removeprefix(old)}"
    session.flush()


def refuse_alarms(
    session: Session, portal: Portal, keys: Collection[str], *, accept_shrink: bool
) -> None:
    """Raise PortalAlarm when a portal is empty, or lost over half since its last harvest.

    `keys` are those under which it was harvested before.
    """
    if portal.n_offered == 0:
        raise PortalAlarm(
            f"{portal.address} offers no dataset at all; expected at least one, so nothing was "
            "written. Check the address and --kind."
        )
    last = session.exec(
        select(AuditEntry.after)
        .where(AuditEntry.action == _HARVESTED, col(AuditEntry.subject).in_(keys))
        .order_by(col(AuditEntry.id).desc())
    ).first()
    n_before = int(last["offered"]) if last else 0
    if not accept_shrink and 2 * portal.n_offered < n_before:
        raise PortalAlarm(
            f"{portal.address} offers {portal.n_offered} datasets and offered {n_before} at the "
            "last harvest; a portal that lost more than half is not believed, so nothing was "
            "written. If it is so, repeat with --accept-shrink."
        )


def trail_of(report: HarvestReport, portal: Portal, now: datetime) -> AuditEntry:
    """Return what the next harvest needs to know of this one."""
    counts = ("created", "updated", "unchanged", "refused", "left_out")
    after = {"offered": portal.n_offered, **{name: getattr(report, name) for name in counts}}
    return AuditEntry(at=now, actor=HARVEST, action=_HARVESTED, subject=portal.key, after=after)
