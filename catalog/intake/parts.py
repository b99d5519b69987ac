"""The files of a dataset: a row for each, alike in all but their source."""

from collections.abc import Sequence
from datetime import datetime

from sqlmodel import Session

from catalog.intake.renewal import Held, Terms, renew_source
from catalog.intake.sources import SourceRow
from catalog.models import AuditEntry, Source

RETIRED = "source.retired"
_REASON = "Bukan lagi berkas data ini menurut daftar data."


def parts_stated(sources: Sequence[SourceRow | None]) -> tuple[SourceRow, ...]:
    """Return the different sources that the rows of one dataset name, in their order.

    Several can only be such as are looked at; what people send speaks for the whole.
    """
    stated = [row for row in sources if row is not None]
    if not stated or not stated[0].kind.is_looked_at:
        return tuple(stated[:1])
    different = [row for i, row in enumerate(stated) if row not in stated[:i]]
    return tuple(row for row in different if row.kind.is_looked_at)


def renew_parts(
    session: Session, held: Held, stated: Sequence[SourceRow], terms: Terms
) -> list[str]:
    """Bring the sources of a dataset to those that its rows state; return what changed.

    Rows that name sources name all of them: a file that is not among them any more takes
    the address of one that is new, or belongs to the dataset no longer.
    """
    if not stated:
        return []
    rest = [source for source in (held.source, *held.others) if source is not None]
    paired: dict[int, Source] = {}
    for n, row in enumerate(stated):
        same = next((source for source in rest if _says(source, row)), None)
        if same is not None:
            rest.remove(same)
            paired[n] = same
    changes = []
    found: list[Source] = []
    for n, row in enumerate(stated):
        if n not in paired and rest:
            paired[n] = rest.pop(0)
        part = Held(held.dataset, held.promise, paired.get(n))
        if renew_source(session, part, row, terms):
            changes.append("sumber" if n == 0 else f"berkas ke-{n + 1}")
        if part.source is not None:
            found.append(part.source)
    gone = [source for source in rest if source.kind.is_looked_at]
    for source in gone:
        _retire(session, source, terms.actor, terms.now)
    if gone:
        changes.append(f"{len(gone)} berkas tidak lagi dipakai")
    held.source, held.others = found[0], tuple(found[1:])
    return changes


def _says(source: Source, row: SourceRow) -> bool:
    return (source.kind, source.address, source.options) == (row.kind, row.address, row.options)


def _retire(session: Session, source: Source, actor: str, now: datetime) -> None:
    """Take a file out of its dataset: nobody looks at it, and nothing waits for it any more."""
    before = {"address": source.address.partition("?")[0], "reason": source.paused_reason}
    source.retired_at, source.paused_reason = now, _REASON
    source.next_look_at = source.lease = source.leased_until = None
    session.add(source)
    session.add(
        AuditEntry(
            at=now, actor=actor, action=RETIRED, subject=f"source:{source.id}", before=before
        )
    )
