"""Data that go back in time: an older period put in the place of a newer one."""

from collections.abc import Iterable
from typing import ClassVar

from checks.validators import Finding, Inspection, Severity, finding


class GoingBack:
    """Warns when the newest period with a value is older than in the version before."""

    code: ClassVar[str] = "going-back"
    title_id: ClassVar[str] = "Periode mundur"
    title_en: ClassVar[str] = "Period going back"
    quarantines: ClassVar[bool] = False

    def run(self, sample: Inspection) -> Iterable[Finding]:
        """Yield one warning that names both periods."""
        before, now = sample.previous_profile, sample.profile
        if before is None or before.max_at is None or now.max_at is None:
            return
        if now.max_at >= before.max_at:
            return
        newest, older = before.newest_period_label, now.newest_period_label
        yield finding(
            self.code,
            Severity.WARNING,
            (
                f"Periode mundur: isi terbaru kini {older}, sebelumnya sudah sampai {newest}.",
                f"The period goes back: the newest is {older} now, it was {newest} before.",
            ),
            (
                "Periksa apakah berkas lama terkirim kembali; kirim berkas yang terbaru.",
                "Check whether an old file was sent again; send the newest one.",
            ),
            field=" + ".join(now.time_columns),
        )
