"""People who answer for agencies, and their roles."""

from datetime import datetime

from sqlmodel import Session, select

from catalog.intake.agencies import AgencyBook, read_email
from catalog.intake.documents import RowOutcome, RowRefused
from catalog.intake.naming import folded
from catalog.intake.records import Record
from catalog.models import Assignment, Person
from catalog.rules.terms import Role

_CITY_WIDE = frozenset({Role.WALIDATA, Role.PIMPINAN, Role.ADMINISTRATOR})
_SPELLINGS = {
    "operator opd": Role.OPERATOR,
    "operator data": Role.OPERATOR,
    "kabid": Role.KEPALA_BIDANG,
    "kepala dinas": Role.KEPALA_OPD,
    "kepala badan": Role.KEPALA_OPD,
    "admin": Role.ADMINISTRATOR,
    "sekda": Role.PIMPINAN,
}


def save_person(session: Session, book: AgencyBook, record: Record, now: datetime) -> RowOutcome:
    """Create a person or add a role from one row; raises RowRefused."""
    name = record.required("nama", "Nama")
    email = read_email(record, "email")
    if email is None:
        raise RowRefused("Alamat surel kosong; isi kolom email.")
    role = _role(record.required("peran", "Peran"))
    agency_id = None
    if role not in _CITY_WIDE:
        agency_id = book.known(record.required("opd", f"OPD untuk peran {role}")).id
    person = session.exec(select(Person).where(Person.email == email)).one_or_none()
    outcome = RowOutcome.UNCHANGED
    if person is None:
        person = Person(name=name, email=email, created_at=now)
        session.add(person)
        session.flush()
        outcome = RowOutcome.CREATED
    elif person.name != name:
        person.name = name
        outcome = RowOutcome.UPDATED
    assert person.id is not None
    held = select(Assignment).where(Assignment.person_id == person.id, Assignment.role == role)
    if agency_id not in [assignment.agency_id for assignment in session.exec(held)]:
        session.add(Assignment(person_id=person.id, agency_id=agency_id, role=role))
        outcome = RowOutcome.CREATED if outcome is RowOutcome.CREATED else RowOutcome.UPDATED
    session.flush()
    return outcome


def _role(text: str) -> Role:
    word = folded(text)
    for role in Role:
        if folded(role.value) == word:
            return role
    if word in _SPELLINGS:
        return _SPELLINGS[word]
    raise RowRefused(f'Peran "{text}" tidak dikenal; pakai salah satu dari: {", ".join(Role)}.')
