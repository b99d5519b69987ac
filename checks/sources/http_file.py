"""A file behind a web address."""

from datetime import datetime
from typing import ClassVar

from catalog.models import SourceKind
from checks.sources import Conditional, Fetched, Reach, Ref


class HttpFile:
    """One file at one http or https address, fetched conditionally."""

    kind: ClassVar[SourceKind] = SourceKind.HTTP_FILE
    title_id: ClassVar[str] = "Berkas web"
    title_en: ClassVar[str] = "Web file"

    def __init__(self, reach: Reach) -> None:
        self._fetcher = reach.fetcher

    def fetch(self, ref: Ref, conditional: Conditional, now: datetime) -> Fetched:
        """Return the complete answer of the address, or raise SourceError."""
        return self._fetcher.fetch(ref.address, conditional, now)
