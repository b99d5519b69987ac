"""A time column that can no longer be read as one."""

from collections.abc import Iterable
from typing import ClassVar

from checks.validators import Finding, Inspection, Severity, finding


class LostPeriod:
    """Holds back a version whose periods cannot be told, where the version before told them.

    Without it one wrong date would make the file look like one that has no periods, of
    which any change counts.
    """

    code: ClassVar[str] = "lost-period"
    title_id: ClassVar[str] = "Kolom waktu tidak terbaca"
    title_en: ClassVar[str] = "Time column unreadable"
    quarantines: ClassVar[bool] = True

    def run(self, sample: Inspection) -> Iterable[Finding]:
        """Yield one finding that names the column that told the periods before."""
        before = sample.previous_profile
        if before is None or before.coverage is None or sample.profile.coverage is not None:
            return
        if sample.profile.n_rows == 0:
            return
        column = " + ".join(before.time_columns)
        yield finding(
            self.code,
            Severity.ERROR,
            (
                f'Kolom waktu "{column}" tidak lagi terbaca sebagai waktu.',
                f'The time column "{column}" can no longer be read as time.',
            ),
            (
                "Betulkan isi yang bukan tanggal atau periode, mis. tahun 0024 atau bulan 13.",
                "Correct the cells that are no date or period, such as the year 0024 or month 13.",
            ),
            field=column,
        )
