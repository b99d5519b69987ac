"""One test at a time behind a link, with a fetcher that reaches no further than the source."""

import threading
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from time import monotonic
from typing import Any

from catalog.context import Context
from catalog.rules.errors import MutakhirError
from checks.looking.registered import Registered
from checks.looking.trials import Trial, try_source
from checks.looking.watcher import watcher_of
from checks.sources import Conditional, Fetched, Reach, SourceError
from checks.sources.fetcher import Fetcher
from checks.sources.port import Key
from checks.sources.wire import Limits
from checks.tables.confined import Limits as ReadingLimits

#: Somebody waits before a screen: that long for one answer, for all pages, for the reading.
ANSWER_SECONDS, WHOLE_SECONDS, READING_SECONDS = 20.0, 45.0, 60
_TURN = threading.BoundedSemaphore(1)


class Busy(MutakhirError):
    """Another test is under way in this process."""


class BriefFetcher(Fetcher):
    """A fetcher for one test: it reaches one inner server at most, and gives up early."""

    def __init__(self, context: Context, scratch: Path, host: str) -> None:
        settings = context.settings
        super().__init__(
            scratch,
            contact=settings.contact,
            allowed_hosts=frozenset(
                each.lower() for each in settings.allowed_hosts if each.lower() == host.lower()
            ),
            spacing_seconds=settings.host_spacing_seconds,
            limits=Limits(total_seconds=ANSWER_SECONDS),
            exceptions=settings.tls_exceptions,
        )
        self._ends = monotonic() + WHOLE_SECONDS

    def fetch(
        self, address: str, conditional: Conditional, now: datetime, key: Key | None = None
    ) -> Fetched:
        """Return the answer of an address as any fetcher does, until the time is over."""
        if monotonic() > self._ends:
            raise SourceError(
                "trial-too-long",
                f"Uji dihentikan setelah {WHOLE_SECONDS:.0f} detik; pemeriksaan berkala membaca "
                "semuanya.",
                f"The test was ended after {WHOLE_SECONDS:.0f} seconds; the regular check reads "
                "everything.",
            )
        return super().fetch(address, conditional, now, key)


def try_once(
    context: Context, source: Registered, address: str, options: Mapping[str, Any], now: datetime
) -> Trial:
    """Test a source behind a link. Raises Busy, SourceError and UnreadableTable."""
    if not _TURN.acquire(blocking=False):
        raise Busy("another test is under way; wait for its end")
    watcher = watcher_of(context)
    fetcher = BriefFetcher(context, watcher.originals.scratch, source.host)
    settings = context.settings
    try:
        return try_source(
            source.kind,
            address,
            options,
            Reach(fetcher, watcher.originals.scratch, watcher.drop_folder),
            now,
            zone=watcher.timezone,
            time_column=source.time_column,
            value_columns=source.value_columns,
            limits=ReadingLimits.of(
                min(settings.reader_seconds, READING_SECONDS), settings.reader_memory_mb
            ),
        )
    finally:
        fetcher.close()
        watcher.fetcher.close()
        _TURN.release()
