"""THE authorisation function: every page, answer, feed, file and form asks it.

What a dataset is (open, restricted, closed) and who asks decide together. Metadata and
verdicts are public for every dataset; contents are public for open ones alone.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from catalog.models.vocabulary import Sensitivity
from catalog.rules.terms import Role


class Deed(StrEnum):
    """What somebody wants to do."""

    SEE_METADATA = "see_metadata"
    SEE_CONTENT = "see_content"
    SEE_WORKLIST = "see_worklist"
    DELIVER = "deliver"
    ANSWER = "answer"
    REVIEW = "review"
    WAIVE = "waive"
    CHANGE_PROMISE = "change_promise"
    MANAGE_PEOPLE = "manage_people"


@dataclass(frozen=True, slots=True)
class Grant:
    """One role of a visitor; city-wide roles have no agency."""

    role: Role
    agency_id: int | None = None


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody who asks; without grants the public."""

    person_id: int | None = None
    grants: frozenset[Grant] = frozenset()


@dataclass(frozen=True, slots=True)
class Subject:
    """What is asked for; None where it belongs to no agency or has no classification."""

    agency_id: int | None = None
    sensitivity: Sensitivity | None = None


PUBLIC = Visitor()
_CITY_WIDE = frozenset({Role.WALIDATA, Role.PIMPINAN, Role.ADMINISTRATOR})
_AGENCY = frozenset({Role.OPERATOR, Role.KEPALA_BIDANG, Role.KEPALA_OPD})
#: Who may do what beyond the public; roles of an agency only in their own agency.
RIGHTS: Mapping[Deed, frozenset[Role]] = {
    Deed.SEE_METADATA: frozenset(Role),
    Deed.SEE_CONTENT: _AGENCY | {Role.WALIDATA},
    Deed.SEE_WORKLIST: _AGENCY | {Role.WALIDATA, Role.PIMPINAN},
    Deed.DELIVER: frozenset({Role.OPERATOR, Role.WALIDATA}),
    Deed.ANSWER: _AGENCY,
    Deed.REVIEW: frozenset({Role.WALIDATA}),
    Deed.WAIVE: frozenset({Role.WALIDATA}),
    Deed.CHANGE_PROMISE: frozenset({Role.WALIDATA}),
    Deed.MANAGE_PEOPLE: frozenset({Role.ADMINISTRATOR}),
}


def may(visitor: Visitor, deed: Deed, subject: Subject) -> bool:
    """Tell whether the visitor may do it; what is not granted is refused."""
    if deed is Deed.SEE_METADATA:
        return True
    if deed is Deed.SEE_CONTENT and subject.sensitivity is Sensitivity.TERBUKA:
        return True
    allowed = RIGHTS[deed]
    return any(
        grant.role in allowed
        and (
            (grant.role in _CITY_WIDE and grant.agency_id is None)
            or (grant.agency_id is not None and grant.agency_id == subject.agency_id)
        )
        for grant in visitor.grants
    )
