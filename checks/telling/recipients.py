"""Who is told: the people behind the roles, and who comes next when one cannot be reached."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlmodel import Session, col, select

from catalog import models
from catalog.rules.escalation import fallback
from catalog.rules.terms import Role

_CITY_WIDE = frozenset({Role.WALIDATA, Role.PIMPINAN, Role.ADMINISTRATOR})


@dataclass(frozen=True, slots=True)
class Contact:
    """One person in one role; `agency_id` is None for the roles of the whole city."""

    person_id: int
    name: str
    address: str
    locale: str
    role: Role
    agency_id: int | None
    reachable: bool


@dataclass(frozen=True, slots=True)
class Directory:
    """Every assignment of the city."""

    contacts: Mapping[tuple[int | None, Role], tuple[Contact, ...]]

    def told(self, agency_id: int, roles: Iterable[Role]) -> tuple[Contact, ...]:
        """Return the reachable people of the roles, each once.

        A role whose every address failed is replaced by the next one, and so is the
        operator where nobody holds the role; empty when nobody at all can be reached.
        """
        found: dict[int, Contact] = {}
        for role in roles:
            if role is Role.OPERATOR or self._of(agency_id, role):
                for contact in self.reach(agency_id, role):
                    found.setdefault(contact.person_id, contact)
        return tuple(found.values())

    def reach(self, agency_id: int, role: Role) -> tuple[Contact, ...]:
        """Return the reachable people of the role, else those of the next role that has any."""
        while True:
            reachable = tuple(c for c in self._of(agency_id, role) if c.reachable)
            if reachable or fallback(role) is role:
                return reachable
            role = fallback(role)

    def after(self, person_id: int, agency_id: int) -> tuple[Contact, ...]:
        """Return who is told instead of a person whose address failed."""
        held = {
            role
            for (owner, role), contacts in self.contacts.items()
            if owner in (agency_id, None) and any(c.person_id == person_id for c in contacts)
        }
        role = next((r for r in Role if r in held), Role.OPERATOR)
        others = self.reach(agency_id, fallback(role))
        return tuple(c for c in others if c.person_id != person_id)

    def city_wide(self, role: Role) -> tuple[Contact, ...]:
        """Return the reachable people of a role of the whole city."""
        return tuple(c for c in self.contacts.get((None, role), ()) if c.reachable)

    def _of(self, agency_id: int, role: Role) -> tuple[Contact, ...]:
        owner = None if role in _CITY_WIDE else agency_id
        return self.contacts.get((owner, role), ())


def load_directory(session: Session) -> Directory:
    """Return who holds which role; people who are not active hold none."""
    rows = session.exec(
        select(models.Assignment, models.Person)
        .join(models.Person, col(models.Person.id) == models.Assignment.person_id)
        .where(col(models.Person.active).is_(True))
        .order_by(col(models.Person.id))
    )
    held: dict[tuple[int | None, Role], list[Contact]] = defaultdict(list)
    for assignment, person in rows:
        owner = None if assignment.role in _CITY_WIDE else assignment.agency_id
        contact = Contact(
            person_id=person.id or 0,
            name=person.name,
            address=person.email,
            locale=person.locale,
            role=assignment.role,
            agency_id=owner,
            reachable=person.bounced_at is None,
        )
        if contact.person_id not in {c.person_id for c in held[owner, assignment.role]}:
            held[owner, assignment.role].append(contact)
    return Directory({key: tuple(contacts) for key, contacts in held.items()})
