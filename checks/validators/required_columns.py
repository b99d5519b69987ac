"""Columns that a dataset has promised."""

from collections.abc import Iterable
from typing import ClassVar

from checks.tables.table import shown
from checks.validators import Finding, Inspection, Severity, finding


class RequiredColumns:
    """Holds back a version that lacks a promised column."""

    code: ClassVar[str] = "required-columns"
    title_id: ClassVar[str] = "Kolom wajib"
    title_en: ClassVar[str] = "Required columns"
    quarantines: ClassVar[bool] = True

    def run(self, sample: Inspection) -> Iterable[Finding]:
        """Yield a finding for each promised column that is not there."""
        for name in sample.required_columns:
            if sample.table.column_index(name) is None:
                present = shown(sample.table.header, 120)
                yield finding(
                    self.code,
                    Severity.ERROR,
                    (
                        f'Kolom wajib "{name}" tidak ada; yang ada: {present}.',
                        f'The required column "{name}" is missing; present: {present}.',
                    ),
                    (
                        f'Tambahkan kolom "{name}" atau kembalikan nama lamanya.',
                        f'Add the column "{name}" or restore its former name.',
                    ),
                    field=name,
                )
