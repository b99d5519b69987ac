"""Until when https certificates hold, also those that hold no more."""

import re
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

from checks.sources.port import SourceError

#: The two times of a certificate's validity, each in one of two notations (RFC 5280, 4.1.2.5).
_VALIDITY = re.compile(
    rb"\x30[\x1e\x20\x22](?:\x17\x0d\d{12}Z|\x18\x0f\d{14}Z)"
    rb"(?:\x17\x0d(\d{12})Z|\x18\x0f(\d{14})Z)"
)
_CENTURY_TURNS = 50


def valid_until(certificate: dict[str, Any] | None) -> datetime | None:
    """Return the end of a verified certificate, as `getpeercert` gives it."""
    text = (certificate or {}).get("notAfter")
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(text), UTC) if text else None


def end_of(certificate: bytes | None) -> datetime | None:
    """Return the end of a certificate's validity from its DER bytes."""
    found = _VALIDITY.search(certificate or b"")
    if found is None:
        return None
    text = (found[1] or found[2]).decode("ascii")
    if found[1]:
        text = ("19" if int(text[:2]) >= _CENTURY_TURNS else "20") + text
    with suppress(ValueError):
        return datetime.strptime(text, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
    return None


def shown_end(connect: Callable[[], socket.socket], host: str) -> datetime | None:
    """Ask a server for its certificate without believing it; return when that ends.

    Nothing is sent and nothing is read over this connection. None when it cannot be told.
    """
    looking = ssl.create_default_context()
    looking.check_hostname = False
    looking.verify_mode = ssl.CERT_NONE
    with (
        suppress(OSError, ValueError, SourceError),
        connect() as plain,
        looking.wrap_socket(plain, server_hostname=host) as shown,
    ):
        return end_of(shown.getpeercert(binary_form=True))
    return None
