"""Columns that changed since the last accepted version."""

from collections.abc import Iterable
from typing import ClassVar

from checks.tables.changes.drift import drift
from checks.validators import Finding, Inspection, Severity, finding


class Drift:
    """Warns when columns came, went, were renamed or changed type."""

    code: ClassVar[str] = "drift"
    title_id: ClassVar[str] = "Perubahan kolom"
    title_en: ClassVar[str] = "Changed columns"
    quarantines: ClassVar[bool] = False

    def run(self, sample: Inspection) -> Iterable[Finding]:
        """Yield a warning for each change since the version before."""
        if sample.previous_table is None:
            return
        for change in drift(sample.previous_table.columns, sample.table.columns):
            yield finding(
                f"{self.code}-{change.code}",
                Severity.WARNING,
                (f"Susunan kolom berubah: {change.message_id}.", f"Changed: {change.message_en}."),
                (
                    "Kembalikan nama kolom semula, atau beri tahu walidata bila memang diganti.",
                    "Restore the former name, or tell walidata if the change is meant.",
                ),
                field=change.column,
            )
