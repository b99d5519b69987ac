"""Having a new content read in a process of its own, and what its file name adds."""

import re
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from catalog.rules.periods import period_of, read_time
from catalog.rules.terms import Cadence
from checks.looking.content import Background, Content, Examined
from checks.looking.reading import hash_of, inspect, no_table, read_content, validity_of
from checks.looking.watcher import Watcher
from checks.tables.child import in_child
from checks.tables.reading import UnreadableTable

__all__ = ["examine", "inspect", "period_in_name", "same_table", "validity_of"]

_NAME_PARTS = re.compile(r"[^\W_]+")


def examine(
    watcher: Watcher,
    known: Background,
    *,
    path: Path,
    blob: str,
    n_bytes: int,
    file_name: str,
    media_type: str | None,
    now: datetime,
) -> Examined:
    """Read a new content and say all that a version of it stores.

    Never raises for what a file holds: what is no table, or passes a limit, or ends its
    reader twice, is a content held back with the reason. Raises ReaderBroken for a
    failure of our own.
    """
    before = known.previous_blob
    content = Content(
        path=path,
        blob=blob,
        n_bytes=n_bytes,
        file_name=file_name,
        media_type=media_type,
        known=known,
        previous_path=watcher.originals.path(before) if before else None,
        zone=watcher.zone,
        city_code=watcher.city_code,
        now=now,
    )
    try:
        examined = in_child(read_content, content, limits=watcher.reading_limits)
    except UnreadableTable as error:
        return no_table(content, error)
    if examined.coverage is not None or not examined.is_readable:
        return examined
    return replace(examined, declared_period=period_in_name(known.cadence, file_name))


def same_table(
    watcher: Watcher, known: Background, examined: Examined, path: Path, name: str, kind: str | None
) -> bool:
    """Tell whether a second download says what the first said; `kind` is its media type."""
    try:
        again = in_child(
            hash_of, path, name, kind, known.volatile_columns, limits=watcher.reading_limits
        )
    except UnreadableTable:
        return False
    return again == examined.canonical_hash


def period_in_name(cadence: Cadence, file_name: str) -> str | None:
    """Return the label of the one period of the cadence that a file name says, else None."""
    if not cadence.is_periodic:
        return None
    parts = _NAME_PARTS.findall(Path(file_name).stem)
    labels = set()
    for n in (1, 2, 3):
        for i in range(len(parts) - n + 1):
            label = read_time(" ".join(parts[i : i + n]))
            if label is not None:
                period = period_of(cadence, label.start)
                if (period.start, period.end) == (label.start, label.end):
                    labels.add(period.label)
    return labels.pop() if len(labels) == 1 else None
