"""The kinds of sources: one module each beside the port that they all keep."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import ClassVar, Protocol

from catalog.models import SourceKind
from checks.sources.fetcher import Fetcher
from checks.sources.port import Conditional, Fault, Fetched, Ref, SourceError

__all__ = ["Conditional", "Fault", "Fetched", "Reach", "Ref", "Source", "SourceError"]


@dataclass(frozen=True, slots=True)
class Reach:
    """What a source kind may use: the web, the drop folder, a folder for temporary files."""

    fetcher: Fetcher
    scratch: Path
    drop_folder: Path | None = None


class Source(Protocol):
    """One kind of source. `title_id` and `title_en` name it to people."""

    kind: ClassVar[SourceKind]
    title_id: ClassVar[str]
    title_en: ClassVar[str]

    def __init__(self, reach: Reach) -> None: ...

    def fetch(self, ref: Ref, conditional: Conditional, now: datetime) -> Fetched:
        """Return a complete answer, or raise SourceError; no transaction is open."""
        ...
