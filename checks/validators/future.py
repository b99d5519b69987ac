"""Times that lie ahead of today."""

from collections.abc import Iterable
from typing import ClassVar

from catalog.rules.evidence import FUTURE_GUARD
from checks.validators import Finding, Inspection, Severity, finding


class FutureTimes:
    """Holds back a version whose newest time is more than a day ahead."""

    code: ClassVar[str] = "future"
    title_id: ClassVar[str] = "Tanggal di masa depan"
    title_en: ClassVar[str] = "Dates in the future"
    quarantines: ClassVar[bool] = True

    def run(self, sample: Inspection) -> Iterable[Finding]:
        """Yield one finding naming the newest time."""
        newest_at = sample.profile.max_at
        if newest_at is None or newest_at <= sample.now + FUTURE_GUARD:
            return
        label = sample.profile.newest_period_label
        yield finding(
            self.code,
            Severity.ERROR,
            (
                f"Ada nilai untuk {label}, padahal waktu itu belum tiba.",
                f"There are values for {label}, which has not come yet.",
            ),
            (
                "Betulkan tahun atau tanggalnya; kosongkan nilai untuk periode yang belum tiba.",
                "Correct the year or date; leave values of coming periods empty.",
            ),
            field=" + ".join(sample.profile.time_columns),
        )
