"""All tables. Other rooms say `from catalog import models` and `models.Dataset`."""

from catalog.models.agency import Agency, Application, Assignment, Person
from catalog.models.dataset import Dataset, Promise, Source
from catalog.models.ledger import Closing, Declaration, Obligation
from catalog.models.record import AuditEntry, Holiday, ListedTable, Listing
from catalog.models.telling import Announced, Mail, Notice
from catalog.models.vocabulary import (
    DeclarationKind,
    DeclarationStatus,
    Dimension,
    MailState,
    MatchStatus,
    NoticeKind,
    NoticeState,
    Sensitivity,
    Severity,
    SourceKind,
    VersionStatus,
)
from catalog.models.watch import Check, Finding, Heartbeat, Version

__all__ = [
    "Agency",
    "Announced",
    "Application",
    "Assignment",
    "AuditEntry",
    "Check",
    "Closing",
    "Dataset",
    "Declaration",
    "DeclarationKind",
    "DeclarationStatus",
    "Dimension",
    "Finding",
    "Heartbeat",
    "Holiday",
    "ListedTable",
    "Listing",
    "Mail",
    "MailState",
    "MatchStatus",
    "Notice",
    "NoticeKind",
    "NoticeState",
    "Obligation",
    "Person",
    "Promise",
    "Sensitivity",
    "Severity",
    "Source",
    "SourceKind",
    "Version",
    "VersionStatus",
]
