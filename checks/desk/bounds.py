"""How far a test link reaches: what may be read through it, and what only be proposed.

Who holds the link has not signed in. It must neither read other servers, nor open with our
credentials what is not watched already, nor show columns that are dropped before storing.
"""

import re
from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote, unquote_plus, urlsplit, urlunsplit

from catalog.models import SourceKind
from catalog.pages.language import _
from checks.looking.registered import Registered
from checks.sources.fetcher import host_of
from checks.sources.options import SECRET

HIDDEN = "DIRAHASIAKAN"
_SECRET_NAME = re.compile(
    r"key|kunci|token|secret|rahasia|pass|sandi|auth|credential|kredensial|session|^sig", re.I
)
_WEB_PORTS = frozenset({80, 443})
#: Kinds whose address or query opens more than the one source.
_OPENED = frozenset({SourceKind.SQL_VIEW, SourceKind.DROP_FOLDER})
_DROPPED = "buang_kolom"
_NARROWED = ("ambil_kolom", "hitung_menurut")


def is_secret(name: str) -> bool:
    """Tell whether an option speaks of a credential; it is neither shown nor changed here."""
    return name.endswith(SECRET)


def hidden_address(address: str) -> str:
    """Return an address in which nothing that looks like a key can be read."""
    try:
        parts = urlsplit(address)
    except ValueError:
        return HIDDEN
    if parts.username is not None:
        return HIDDEN
    pairs = [pair.partition("=") for pair in parts.query.split("&")] if parts.query else []
    shown = [
        f"{name}={quote(HIDDEN)}" if sign and _SECRET_NAME.search(unquote_plus(name)) else whole
        for name, sign, whole in ((n, s, f"{n}{s}{v}") for n, s, v in pairs)
    ]
    return urlunsplit(parts._replace(query="&".join(shown))) if pairs else address


def meant_address(source: Registered, typed: str) -> str:
    """Return the address that is meant; one that was left as it was shown is the registered."""
    return source.address if typed == hidden_address(source.address) else typed


def barrier(
    source: Registered, address: str, before: Mapping[str, Any], after: Mapping[str, Any]
) -> str | None:
    """Return why a change cannot be read through a link, None where it can.

    `before` and `after` are the options as they are stored.
    """
    is_changed = address != source.address or before != after
    if is_changed and _is_opened_by_us(source):
        return _(
            "Sumber ini dibuka dengan kredensial atau folder milik kota; lewat tautan ia hanya "
            "diuji seperti yang terdaftar."
        )
    if not _is_same_server(source.address, address):
        return _(
            "Lewat tautan ini hanya server %(host)s yang dibaca, sesuai yang terdaftar.",
            host=source.host or host_of(source.address),
        )
    if _shows_more(before, after):
        return _(
            "Kolom yang dibuang atau disaring pada sumber yang terdaftar tidak ditampilkan lewat "
            "tautan."
        )
    return None


def _is_opened_by_us(source: Registered) -> bool:
    has_key = any(is_secret(name) and value for name, value in source.options.items())
    return source.kind in _OPENED or has_key or hidden_address(source.address) != source.address


def _is_same_server(old: str, new: str) -> bool:
    """Tell whether an address leads to the same server; from http to https is no other one."""
    if old == new or host_of(old) == host_of(new):
        return True
    try:
        was, will = urlsplit(old), urlsplit(new)
        ports = {int(host_of(each).rpartition(":")[2] or 0) for each in (old, new)}
    except ValueError:
        return False
    return will.scheme == "https" and was.hostname == will.hostname and ports <= _WEB_PORTS


def _shows_more(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    if not set(_names(before, _DROPPED)) <= set(_names(after, _DROPPED)):
        return True
    for name in _NARROWED:
        old, new = set(_names(before, name)), set(_names(after, name))
        if old and not (new and new <= old):
            return True
    return False


def _names(options: Mapping[str, Any], name: str) -> Sequence[str]:
    found = options.get(name, ())
    return [str(each) for each in found] if isinstance(found, list | tuple) else ()
