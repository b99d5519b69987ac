"""What one harvest did to every entry and every organisation of a portal."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from catalog.intake.portals.entries import plain, said_briefly
from catalog.intake.portals.portal import Portal, PortalEntry
from catalog.models import SourceKind


class EntryOutcome(StrEnum):
    """What became of one entry, or of one organisation."""

    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    REFUSED = "refused"
    LEFT_OUT = "left_out"


@dataclass(frozen=True, slots=True)
class EntryVerdict:
    """What became of one entry: `dataset` is its slug, `reason` is in Bahasa Indonesia."""

    entry: int
    id: str
    title: str | None
    verdict: EntryOutcome
    dataset: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class AgencyVerdict:
    """What became of one organisation: `agency` is its slug here."""

    title: str
    verdict: EntryOutcome
    agency: str | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Gone:
    """A dataset that the portal offers no more; `paused` when its source was put to rest."""

    dataset: str
    title: str
    paused: bool


@dataclass(frozen=True, slots=True)
class HarvestReport:
    """What one harvest did; the names are those of the JSON.

    The counts are of entries; `scheduled` and `unscheduled` divide those that were taken;
    `reasons` counts why entries are not scheduled, were refused or left out.
    """

    portal: str
    kind: SourceKind
    entries: int
    created: int
    updated: int
    unchanged: int
    refused: int
    left_out: int
    scheduled: int
    unscheduled: int
    verdicts: tuple[EntryVerdict, ...]
    agencies: tuple[AgencyVerdict, ...]
    gone: tuple[Gone, ...]
    reasons: Mapping[str, int]
    dry_run: bool


@dataclass(slots=True)
class HarvestTally:
    """Collects what became of the entries while a portal is taken in."""

    verdicts: list[EntryVerdict] = field(default_factory=list)
    reasons: Counter[str] = field(default_factory=Counter)
    scheduled: int = 0
    unscheduled: int = 0

    def add(
        self, entry: PortalEntry, outcome: EntryOutcome, slug: str | None, *notes: str | None
    ) -> None:
        """Note what became of one entry; the notes together are its reason."""
        reason = plain(" ".join(filter(None, notes)))
        if outcome in (EntryOutcome.REFUSED, EntryOutcome.LEFT_OUT) and reason:
            self.reasons[reason] += 1
        title = plain(entry.title)
        shown = said_briefly(title) if title else None
        own = said_briefly(plain(entry.portal_id) or "-")
        self.verdicts.append(EntryVerdict(entry.number, own, shown, outcome, slug, reason))

    def count_schedule(self, *, is_scheduled: bool, reason: str | None) -> None:
        """Count whether an entry that was taken is ever due, and why not."""
        self.scheduled += is_scheduled
        self.unscheduled += not is_scheduled
        if not is_scheduled:
            self.reasons[reason or "Tanpa jadwal."] += 1

    def report(
        self,
        portal: Portal,
        agencies: tuple[AgencyVerdict, ...],
        gone: tuple[Gone, ...],
        *,
        dry_run: bool,
    ) -> HarvestReport:
        """Return the finished report, entries in the portal's order."""
        counts = Counter(each.verdict for each in self.verdicts)
        return HarvestReport(
            portal=portal.address,
            kind=portal.kind,
            entries=len(self.verdicts),
            created=counts[EntryOutcome.CREATED],
            updated=counts[EntryOutcome.UPDATED],
            unchanged=counts[EntryOutcome.UNCHANGED],
            refused=counts[EntryOutcome.REFUSED],
            left_out=counts[EntryOutcome.LEFT_OUT],
            scheduled=self.scheduled,
            unscheduled=self.unscheduled,
            verdicts=tuple(self.verdicts),
            agencies=agencies,
            gone=gone,
            reasons=dict(self.reasons.most_common()),
            dry_run=dry_run,
        )
