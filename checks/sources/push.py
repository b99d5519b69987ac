"""A file that an application sends by itself with a token: nothing to fetch."""

from datetime import datetime
from typing import ClassVar

from catalog.models import SourceKind
from checks.sources import Conditional, Fetched, Reach, Ref, SourceError


class Push:
    """Sent by the agency's application; the monitor's heartbeat says that it would be seen."""

    kind: ClassVar[SourceKind] = SourceKind.PUSH
    title_id: ClassVar[str] = "Kiriman aplikasi (API)"
    title_en: ClassVar[str] = "Sent by an application (API)"

    def __init__(self, reach: Reach) -> None:
        self._reach = reach

    def fetch(self, ref: Ref, conditional: Conditional, now: datetime) -> Fetched:
        """Raise SourceError: what an application sends is received, never looked for."""
        raise SourceError(
            "not-pulled",
            "Kiriman aplikasi tidak diambil; aplikasi OPD mengirimnya dengan token.",
            "What an application sends is not fetched; it comes with a token.",
            permanent=True,
        )
