"""A file that somebody sent: what was found in it, and what would mend it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session, col, select

from catalog import models
from catalog.context import Context
from catalog.models.db import unit_of_work
from catalog.rules.terms import Validity
from checks.tables.child import Limits, in_child
from checks.tables.findings import Finding, Severity
from checks.tables.mending.marking import Language
from checks.tables.mending.questions import WAYS
from checks.tables.mending.remedies import (
    File,
    Mending,
    marked_copy,
    mending,
    repaired_copy,
    repaired_text,
)
from checks.tables.table import folded
from checks.telling.asked import Asked, Hurdle, NotTaken

_TROUBLED = (models.VersionStatus.QUARANTINED, models.VersionStatus.IN_REVIEW)


@dataclass(frozen=True, slots=True)
class Sent:
    """One version of the dataset that a link is about, with the findings that were kept."""

    version: models.Version
    dataset: models.Dataset
    findings: tuple[Finding, ...]

    @property
    def is_troubled(self) -> bool:
        """Whether there is anything to mend."""
        return self.version.status in _TROUBLED or bool(self.findings)

    @property
    def n_findings(self) -> int:
        """How many things were found, kept or not."""
        return max(sum(self.version.finding_counts.values()), len(self.findings))

    @property
    def choices(self) -> Mapping[str, str]:
        """How the operator reads the columns that are unclear."""
        return self.dataset.reading_choices or {}


def sent(session: Session, asked: Asked, number: int) -> Sent:
    """Return a version of the dataset that is asked about. Raises NotTaken (GONE)."""
    version = session.exec(
        select(models.Version).where(
            models.Version.dataset_id == asked.dataset_id, models.Version.number == number
        )
    ).first()
    if version is None:
        raise NotTaken(Hurdle.GONE, f"Version {number} of this dataset is not there.")
    rows = session.exec(
        select(models.Finding)
        .where(models.Finding.version_id == version.id)
        .order_by(col(models.Finding.id))
    )
    return Sent(version, asked.dataset, tuple(map(_finding, rows)))


def last_trouble(session: Session, dataset_id: int) -> int | None:
    """Return the number of the newest version if it waits or is not valid, else None."""
    version = session.exec(
        select(models.Version)
        .where(models.Version.dataset_id == dataset_id)
        .order_by(col(models.Version.number).desc())
        .limit(1)
    ).first()
    if version is None:
        return None
    is_troubled = version.status in _TROUBLED or version.validity is Validity.TIDAK_VALID
    return version.number if is_troubled else None


def _finding(row: models.Finding) -> Finding:
    return Finding(
        row.code,
        Severity(row.severity.value),
        row.row,
        row.field,
        row.field_number,
        row.cell,
        row.message_id,
        row.message_en,
        row.remedy_id,
        row.remedy_en,
    )


class Bench:
    """Where a sent file is mended: every look into it happens in the reading process."""

    def __init__(self, context: Context, found: Sent) -> None:
        settings = context.settings
        self._limits = Limits.of(settings.reader_seconds, settings.reader_memory_mb)
        self._findings = found.findings
        self._file = File(
            context.originals.path(found.version.blob),
            found.version.file_name,
            found.dataset.table_schema,
            found.choices,
        )

    def mending(self) -> Mending:
        """Return what could be done. Raises UnreadableTable."""
        return in_child(mending, self._file, self._findings, limits=self._limits)

    def marked(self, language: Language) -> bytes:
        """Return the workbook with the faulty cells marked. Raises UnreadableTable."""
        return in_child(marked_copy, self._file, self._findings, language, limits=self._limits)

    def repaired(self, language: Language) -> bytes:
        """Return the workbook with the repairs proposed. Raises UnreadableTable."""
        return in_child(repaired_copy, self._file, language, limits=self._limits)

    def repaired_text(self) -> bytes:
        """Return the repaired file as it would be sent. Raises UnreadableTable."""
        return in_child(repaired_text, self._file, limits=self._limits)


def choose(
    context: Context, asked: Asked, columns: Mapping[str, str], now: datetime
) -> Mapping[str, str]:
    """Write down how columns are to be read, with who said it; returns what is new.

    A way that is none is left out.
    """
    wanted = {folded(name): code for name, code in columns.items() if code in WAYS}
    with unit_of_work(context.engine) as session:
        dataset = session.get_one(models.Dataset, asked.dataset_id, with_for_update=True)
        before = dataset.reading_choices or {}
        changed = {name: code for name, code in wanted.items() if before.get(name) != code}
        if changed:
            dataset.reading_choices = {**before, **changed}
            dataset.updated_at = now
            session.add(dataset)
            session.add(
                models.AuditEntry(
                    at=now,
                    actor=asked.person.email,
                    action="reading.chosen",
                    subject=f"dataset/{dataset.id}",
                    before={name: before.get(name) for name in changed},
                    after=dict(changed),
                )
            )
    return changed


def note_repair(
    context: Context, asked: Asked, found: Sent, version_id: int, repairs: Mending, now: datetime
) -> None:
    """Write down that a version is a repaired copy of another, and what was repaired."""
    with unit_of_work(context.engine) as session:
        session.add(
            models.AuditEntry(
                at=now,
                actor=asked.person.email,
                action="repaired.sent",
                subject=f"version/{version_id}",
                before={"version": found.version.id},
                after={"repairs": [repair.message_id for repair in repairs.repairs]},
            )
        )
