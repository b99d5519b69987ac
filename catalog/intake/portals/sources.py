"""The sources that harvests wrote: renewed and put to rest, those of others left alone."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session, col, select

from catalog.intake.portals.report import Gone
from catalog.intake.renewal import Held, Terms, renew_source
from catalog.intake.sources import SourceRow
from catalog.models import AuditEntry, Source, SourceKind

_WRITTEN = "source.harvested"
_GONE = "Tidak ada lagi di portal"


class PortalSources:
    """What one harvest does to the sources of its datasets.

    The audit trail says what a harvest wrote last; a source that stands otherwise was set
    by somebody, and stays as it is.
    """

    def __init__(self, session: Session, portal_address: str, terms: Terms) -> None:
        self._session, self._terms = session, terms
        # A pause is public with its reason, what follows a question mark may be a secret.
        self._portal = portal_address.partition("?")[0]
        said = session.exec(
            select(AuditEntry.subject, AuditEntry.after)
            .where(AuditEntry.action == _WRITTEN)
            .order_by(col(AuditEntry.id))
        )
        self._written: dict[str, Any] = dict(said.all())

    def watch(self, held: Held, offered: SourceRow | None) -> list[str]:
        """Let the source be what an entry offers, where it may be; return what changed."""
        source = held.source
        if offered is None or (source and not self._may_replace(held, source, offered)):
            return []
        paused = source.paused_reason if source else None
        changes = renew_source(self._session, held, offered, self._terms)
        if changes:
            self._say(_WRITTEN, _subject(held), None, _stated(offered))
        if held.source and paused:
            held.source.paused_reason = paused
            if paused.startswith(_GONE):
                self._rest(held.source, None)
                changes = changes or ["sumber diperiksa lagi"]
        return changes

    def leave(self, held: Held, *, pause: bool) -> Gone:
        """Say that a dataset is offered no more; with `pause` look at our source no longer."""
        dataset, source = held.dataset, held.source
        if pause and source and source.paused_reason is None and self._is_ours(held):
            since = self._terms.today.isoformat()
            self._rest(source, f"{_GONE} {self._portal} (diketahui {since}).")
        return Gone(dataset.slug, dataset.title, bool(source and source.paused_reason))

    def _may_replace(self, held: Held, source: Source, offered: SourceRow) -> bool:
        """Tell whether it is ours, says the same, or only says that a portal listed it once."""
        is_listed = source.kind is SourceKind.LISTING
        return is_listed or says(source, offered) or self._is_ours(held)

    def _is_ours(self, held: Held) -> bool:
        source = held.source
        return source is not None and self._written.get(_subject(held)) == _stated(source)

    def _rest(self, source: Source, reason: str | None) -> None:
        action = "source.resumed" if reason is None else "source.paused"
        before = {"reason": source.paused_reason}
        self._say(action, f"source:{source.id}", before, {"reason": reason})
        source.paused_reason = reason
        if reason is None:
            source.next_look_at = self._terms.now

    def _say(
        self, action: str, subject: str, before: dict[str, Any] | None, after: dict[str, Any]
    ) -> None:
        entry = AuditEntry(
            at=self._terms.now,
            actor=self._terms.actor,
            action=action,
            subject=subject,
            before=before,
            after=after,
        )
        self._session.add(entry)


def says(source: Source, offered: SourceRow) -> bool:
    """Tell whether a source is what an entry offers."""
    return _stated(source) == _stated(offered)


def _stated(source: Source | SourceRow) -> dict[str, Any]:
    options: Mapping[str, Any] = source.options
    return {"kind": source.kind.value, "address": source.address, "options": dict(options)}


def _subject(held: Held) -> str:
    return f"dataset:{held.dataset.slug}"
