"""Licences as portals write them: an address, an identifier, a title."""

import re

_CREATIVE_COMMONS = re.compile(
    r"https?://(?:www\.)?creativecommons\.org/licenses/([a-z-]+)/(\d\.\d)\b.*", re.IGNORECASE
)
_ADDRESSES = {
    "creativecommons.org/publicdomain/zero/1.0": "CC0-1.0",
    "opendefinition.org/licenses/cc-zero": "CC0-1.0",
    "opendatacommons.org/licenses/by": "ODC-By-1.0",
    "opendatacommons.org/licenses/by/1-0": "ODC-By-1.0",
    "opendatacommons.org/licenses/odbl": "ODbL-1.0",
    "opendatacommons.org/licenses/odbl/1-0": "ODbL-1.0",
    "opendatacommons.org/licenses/pddl": "PDDL-1.0",
    "opendatacommons.org/licenses/pddl/1-0": "PDDL-1.0",
}
_UNSTATED = frozenset({"notspecified", "not specified", "license not specified", "unknown", "-"})


def licence_of(*texts: str | None) -> str | None:
    """Return what these texts say of the licence; None where none names one.

    An address of a well-known licence becomes its identifier (SPDX) and comes first; else
    the first text stays as it is written: what cannot be told is not judged open or closed.
    """
    plain = [" ".join((text or "").split()) for text in texts]
    stated = [text for text in plain if text and text.casefold() not in _UNSTATED]
    known = (found for found in map(_known, stated) if found)
    return next(known, stated[0] if stated else None)


def _known(text: str) -> str | None:
    if found := _CREATIVE_COMMONS.fullmatch(text):
        return f"CC-{found[1].upper()}-{found[2]}"
    place = re.sub(r"^https?://(?:www\.)?", "", text.casefold()).rstrip("/")
    return _ADDRESSES.get(place)
