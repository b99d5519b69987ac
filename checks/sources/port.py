"""What a look may ask of a source, what it gets back, and how a source fails."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Any

from catalog.rules.errors import MutakhirError


class Fault(StrEnum):
    """On whose side a look failed; our own side never blames an agency.

    UNREACHED is not known yet: nobody answered, and it takes the other hosts of the same
    round to tell a dead server from a dead line of our own.
    """

    SOURCE = "source"
    OURS = "ours"
    UNREACHED = "unreached"


class SourceError(MutakhirError):
    """A look that brought no complete answer; the sentences name the class of fault only.

    `permanent` says that asking again will not help until somebody acts; `silent` that
    the server kept a worker waiting in vain; `retry_after` is what the server asked for.
    """

    def __init__(
        self,
        code: str,
        sentence_id: str,
        sentence_en: str,
        *,
        fault: Fault = Fault.SOURCE,
        permanent: bool = False,
        silent: bool = False,
        http_status: int | None = None,
        retry_after: timedelta | None = None,
    ) -> None:
        super().__init__(sentence_id)
        self.code = code
        self.sentence_id = sentence_id
        self.sentence_en = sentence_en
        self.fault = fault
        self.permanent = permanent
        self.silent = silent
        self.http_status = http_status
        self.retry_after = retry_after


@dataclass(frozen=True, slots=True)
class Ref:
    """Which thing is looked at: a web address, a path below the drop folder."""

    address: str
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Key:
    """An API key in a header of the request; its value is in no text that is ever shown."""

    header: str
    value: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Conditional:
    """What is known of the content already, so that an unchanged one costs little.

    With `full` the content is asked for unconditionally. A body whose SHA-256 is among
    `known` is not kept: its hash says everything.
    """

    etag: str | None = None
    last_modified: str | None = None
    full: bool = True
    known: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Fetched:
    """A complete answer. `path` is a temporary file of the body, None where it is known.

    `framed` is False when the body ended with the connection alone, so that nothing but
    the format itself can say that it is whole; `cut` when that says that it is not.
    `certificate_until` is the end of the https
    certificate; with `excepted_until` it was not asked for, by the operator's decision.
    """

    not_modified: bool
    sha256: str | None
    n_bytes: int
    path: Path | None
    file_name: str
    http_status: int | None = None
    media_type: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    moved_to: str | None = None
    framed: bool = True
    cut: bool = False
    certificate_until: datetime | None = None
    excepted_until: date | None = None
