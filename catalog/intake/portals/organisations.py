"""The organisations of a portal, and which agencies of the city they are."""

from datetime import datetime

from sqlmodel import Session, select

from catalog.intake.agencies import AgencyBook
from catalog.intake.documents import RowRefused
from catalog.intake.portals.entries import plain, said_briefly
from catalog.intake.portals.portal import PortalAgency
from catalog.intake.portals.report import AgencyVerdict, EntryOutcome
from catalog.models import Agency

_LONGEST = 200


class Organisations:
    """Finds the agency of every organisation once, creating those that are new.

    An organisation is matched by its title, its short name or a spelling of its own, as
    the rows of a daftar data are; a doubtful name is refused and names the nearest.
    """

    def __init__(self, session: Session, book: AgencyBook, now: datetime) -> None:
        self._book, self._now = book, now
        self._known = set(session.exec(select(Agency.id)))
        self._agencies: dict[PortalAgency, Agency] = {}
        self._verdicts: dict[PortalAgency, AgencyVerdict] = {}

    @property
    def verdicts(self) -> tuple[AgencyVerdict, ...]:
        """What became of every organisation, in the order in which they were met."""
        return tuple(self._verdicts.values())

    def meet(self, found: PortalAgency) -> None:
        """Find or create the agency of an organisation, and note what became of it."""
        if found in self._verdicts:
            return
        try:
            self._verdicts[found] = self._met(found)
        except RowRefused as error:
            title = said_briefly(plain(found.title) or "-")
            self._verdicts[found] = AgencyVerdict(title, EntryOutcome.REFUSED, None, str(error))

    def agency(self, found: PortalAgency | None) -> tuple[Agency, str | None]:
        """Return an entry's agency and, where it was met just now, a sentence on it.

        Raises RowRefused where the entry names none or nobody knows which is meant.
        """
        if found is None:
            raise RowRefused("Butir ini tanpa organisasi; isi organisasinya di portal.")
        is_new = found not in self._verdicts
        self.meet(found)
        reason = self._verdicts[found].reason
        if found not in self._agencies:
            raise RowRefused(reason or "")
        return self._agencies[found], reason if is_new else None

    def _met(self, found: PortalAgency) -> AgencyVerdict:
        title, short = plain(found.title), plain(found.name)
        if title is None or len(title) > _LONGEST:
            raise RowRefused(
                f"Nama organisasi kosong atau lebih dari {_LONGEST} karakter; "
                "perbaiki namanya di portal."
            )
        exact = self._book.find(title) or (self._book.find(short) if short else None)
        alike = [exact] if exact else self._book.publishers(title)
        agency, remark = (
            (alike[0], None) if len(alike) == 1 else self._book.resolve(title, self._now)
        )
        self._agencies[found] = agency
        is_known = agency.id in self._known
        self._known.add(agency.id)
        outcome = EntryOutcome.UNCHANGED if is_known else EntryOutcome.CREATED
        return AgencyVerdict(title, outcome, agency.slug, remark)
