"""Our own line: one notice to walidata for each outage of it, never a reproach to an agency."""

from sqlmodel import Session, col, select

from catalog import models
from checks.telling.notices import PlannedNotice, task
from checks.telling.recipients import Directory

#: So many heartbeats in a row that could see nobody make an outage.
N_DARK = 2
_LOOKED_BACK = 500


def line_news(session: Session, directory: Directory) -> list[PlannedNotice]:
    """Return the notice of the outage that is going on; its key is the outage's first beat."""
    beats = session.exec(
        select(models.Heartbeat)
        .where(models.Heartbeat.n_looked > 0)
        .order_by(col(models.Heartbeat.id).desc())
        .limit(_LOOKED_BACK)
    )
    dark: list[models.Heartbeat] = []
    for beat in beats:
        if beat.our_fault is None:
            break
        dark.append(beat)
    if len(dark) < N_DARK:
        return []
    began = dark[-1]
    return task(directory, f"line:{began.id}", began.at.isoformat())
