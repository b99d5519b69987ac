"""Closed lists of the catalogue that carry no freshness rule."""

from enum import StrEnum


class Dimension(StrEnum):
    """The six smart-city dimensions."""

    GOVERNANCE = "governance"
    BRANDING = "branding"
    ECONOMY = "economy"
    LIVING = "living"
    SOCIETY = "society"
    ENVIRONMENT = "environment"


class Sensitivity(StrEnum):
    """Who may see a dataset (klasifikasi)."""

    TERBUKA = "terbuka"
    TERBATAS = "terbatas"
    TERTUTUP = "tertutup"


class SourceKind(StrEnum):
    """How a dataset is seen. `listing` is a list of what is published elsewhere."""

    HTTP_FILE = "http_file"
    UPLOAD = "upload"
    DROP_FOLDER = "drop_folder"
    LISTING = "listing"
    JSON_API = "json_api"
    JDIHN = "jdihn"
    SQL_VIEW = "sql_view"
    CKAN = "ckan"
    DATA_JSON = "data_json"
    GOOGLE_SHEET = "google_sheet"
    PUSH = "push"

    @property
    def is_pulled(self) -> bool:
        """Tell whether Mutakhir itself fetches it (others are judged by the heartbeat)."""
        return self not in _HANDED_IN

    @property
    def is_looked_at(self) -> bool:
        """Tell whether it has an address that a look can be taken at."""
        return self.is_pulled or self is SourceKind.DROP_FOLDER

    @property
    def is_sent(self) -> bool:
        """Tell whether somebody sends it to us, a person or an application."""
        return self in (SourceKind.UPLOAD, SourceKind.PUSH)


_HANDED_IN = frozenset(
    {SourceKind.UPLOAD, SourceKind.DROP_FOLDER, SourceKind.LISTING, SourceKind.PUSH}
)


class VersionStatus(StrEnum):
    """What became of a version."""

    ACCEPTED = "accepted"
    QUARANTINED = "quarantined"
    IN_REVIEW = "in_review"
    REJECTED = "rejected"


class Severity(StrEnum):
    """How much a finding weighs."""

    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


class DeclarationKind(StrEnum):
    """What a person may say about an obligation or a dataset."""

    NIL = "nil"
    ANSWER = "answer"
    WAIVER = "waiver"
    NOT_MINE = "not_mine"
    NOT_DELIVERED = "not_delivered"
    UPLOAD = "upload"


class DeclarationStatus(StrEnum):
    """Whether a declaration counts."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class NoticeKind(StrEnum):
    """Why somebody is told something."""

    LEVEL = "level"
    NAG = "nag"
    RECOVERY = "recovery"
    BACKLOG = "backlog"
    ACCESS = "access"
    MONTHLY = "monthly"
    TASK = "task"


class NoticeState(StrEnum):
    """Where a notice is; it ends in exactly one of the last three."""

    PLANNED = "planned"
    SENT = "sent"
    SUPERSEDED = "superseded"
    FAILED = "failed"


class MailState(StrEnum):
    """Where a message of the outbox is."""

    WAITING = "waiting"
    SENT = "sent"
    FAILED = "failed"


class MatchStatus(StrEnum):
    """How sure it is that a listed table is a promised dataset."""

    AUTOMATIC = "automatic"
    CONFIRMED = "confirmed"
    UNSURE = "unsure"
    REJECTED = "rejected"
    NONE = "none"
