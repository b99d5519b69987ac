"""What is planned about a dataset that is owed: the level, the weekly nag, the one summary."""

from datetime import date

from catalog import models
from catalog.rules.escalation import recipients
from catalog.rules.terms import Role
from catalog.store.standing import Standing
from checks.telling.notices import PlannedNotice
from checks.telling.recipients import Directory


def level_notices(
    directory: Directory, stand: Standing, key: str, level: int, obligation_id: int | None = None
) -> list[PlannedNotice]:
    """Return the announcement of a level to its roles; empty when nobody can be told."""
    draft = PlannedNotice(
        key,
        models.NoticeKind.LEVEL,
        agency_id=stand.agency.id,
        dataset_id=stand.dataset_id,
        obligation_id=obligation_id,
        level=level,
    )
    return draft.to(directory.told(stand.agency.id, recipients(level)))


def nag_notices(
    directory: Directory, stand: Standing, day: date, level: int, obligation_id: int | None = None
) -> list[PlannedNotice]:
    """Return the weekly reminder of a dataset; walidata sees the board and gets no copy."""
    roles = [role for role in recipients(level) if role is not Role.WALIDATA]
    draft = PlannedNotice(
        f"nag:{stand.dataset_id}:{day}",
        models.NoticeKind.NAG,
        agency_id=stand.agency.id,
        dataset_id=stand.dataset_id,
        obligation_id=obligation_id,
        level=level,
    )
    return draft.to(directory.told(stand.agency.id, roles))


def summary_notices(directory: Directory, agency_id: int, day: date) -> list[PlannedNotice]:
    """Return the one summary for each load and person of what was already late that day."""
    draft = PlannedNotice(
        f"backlog:{agency_id}:{day}", models.NoticeKind.BACKLOG, agency_id=agency_id
    )
    return draft.to(directory.told(agency_id, (Role.OPERATOR, Role.WALIDATA)))
