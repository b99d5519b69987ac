"""The instant a visitor asks the board about."""

import re
from datetime import UTC, date, datetime

from catalog.rules.calendar import Calendar
from catalog.rules.errors import MutakhirError

_BLANK_FOR_PLUS = re.compile(r" (\d{2}:?\d{2})$")
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class UnreadableInstant(MutakhirError):
    """A text is no date or instant."""


class NotYet(UnreadableInstant):
    """An instant has not come yet."""


def read_as_of(text: str, now: datetime, calendar: Calendar) -> datetime:
    """Return the instant a text names; a date alone is the beginning of that local day.

    An instant without offset is local time; a plus sign that a form turned into a blank
    is understood. Raises UnreadableInstant, NotYet for the future.
    """
    written = _BLANK_FOR_PLUS.sub(r"+\1", text.strip())
    try:
        if _DAY.fullmatch(written):
            at = calendar.midnight(date.fromisoformat(written))
        else:
            at = datetime.fromisoformat(written)
            at = (at if at.tzinfo else at.replace(tzinfo=calendar.zone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise UnreadableInstant(
            f'Waktu "{text}" tidak dapat dibaca; tulis tanggal seperti 2025-08-29 '
            "atau waktu lengkap seperti 2025-08-29T08:00+07:00."
        ) from error
    if at > now:
        raise NotYet(
            f'Waktu "{text}" belum tiba; papan menunjukkan keadaan sampai sekarang. '
            "Pilih waktu yang sudah lewat."
        )
    return at
