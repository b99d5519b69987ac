"""A file behind a web address."""

from datetime import datetime
from typing import ClassVar

from catalog.models import SourceKind
from checks.sources import Conditional, Fetched, Reach, Ref
from checks.sources.keys import KeyOptions
from checks.sources.options import Options, read_options


class HttpFile:
    """One file at one http or https address, fetched conditionally."""

    kind: ClassVar[SourceKind] = SourceKind.HTTP_FILE
    title_id: ClassVar[str] = "Berkas web"
    title_en: ClassVar[str] = "Web file"
    options: ClassVar[type[Options]] = KeyOptions

    def __init__(self, reach: Reach) -> None:
        self._fetcher = reach.fetcher

    def fetch(self, ref: Ref, conditional: Conditional, now: datetime) -> Fetched:
        """Return the complete answer of the address, or raise SourceError."""
        if not ref.options:
            return self._fetcher.fetch(ref.address, conditional, now)
        key = read_options(KeyOptions, ref.options).key
        return self._fetcher.fetch(ref.address, conditional, now, key)
