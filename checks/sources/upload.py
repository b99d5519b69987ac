"""A file that its agency sends by itself: nothing to fetch."""

from datetime import datetime
from typing import ClassVar

from catalog.models import SourceKind
from checks.sources import Conditional, Fetched, Reach, Ref, SourceError


class Upload:
    """Received, never looked for; the monitor's heartbeat says that it would have been seen."""

    kind: ClassVar[SourceKind] = SourceKind.UPLOAD
    title_id: ClassVar[str] = "Unggahan"
    title_en: ClassVar[str] = "Upload"

    def __init__(self, reach: Reach) -> None:
        self._reach = reach

    def fetch(self, ref: Ref, conditional: Conditional, now: datetime) -> Fetched:
        """Raise SourceError: uploads come in by themselves."""
        raise SourceError(
            "not-pulled",
            "Unggahan tidak diambil; OPD mengirimnya sendiri.",
            "Uploads are not fetched; the agency sends them.",
            permanent=True,
        )
