"""What a portal offers, read to its end."""

from dataclasses import dataclass

from catalog.intake.sources import SourceRow
from catalog.models import Sensitivity, SourceKind
from catalog.rules.errors import MutakhirError


class PortalAlarm(MutakhirError):
    """A portal that cannot be believed: half read, empty, or shrunk. Nothing is written."""


@dataclass(frozen=True, slots=True)
class PortalAgency:
    """An organisation of a portal: its title, and the portal's own short name of it."""

    title: str
    name: str | None = None


@dataclass(frozen=True, slots=True)
class PortalEntry:
    """One dataset of a portal in the portal's own words; `number` counts from 1.

    `note` says what to know of its files; `left_out` why the portal keeps it to itself.
    """

    number: int
    portal_id: str
    agency: PortalAgency | None
    title: str | None
    description: str | None = None
    keywords: tuple[str, ...] = ()
    licence: str | None = None
    frequency: str | None = None
    sensitivity: Sensitivity = Sensitivity.TERBUKA
    source: SourceRow | None = None
    note: str | None = None
    left_out: str | None = None


@dataclass(frozen=True, slots=True)
class Portal:
    """A whole portal. `key` is what stays the same when its address changes its scheme."""

    kind: SourceKind
    address: str
    key: str
    agencies: tuple[PortalAgency, ...]
    entries: tuple[PortalEntry, ...]

    @property
    def n_offered(self) -> int:
        """How many entries the portal shows to everybody."""
        return sum(entry.left_out is None for entry in self.entries)
