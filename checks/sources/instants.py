"""Instants as HTTP headers write them."""

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime


def http_instant(text: str | None) -> datetime | None:
    """Return the instant of a header such as Last-Modified, or None when it says none."""
    if not text:
        return None
    try:
        at = parsedate_to_datetime(text)
        return (at if at.tzinfo else at.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
