"""The number of rows against those accepted before."""

from collections.abc import Iterable
from typing import ClassVar

from catalog.rules.change import VolumeReason, VolumeVerdict, volume
from checks.validators import Finding, Inspection, Severity, finding


class Volume:
    """Holds back an empty version, one that lost half its rows, and an outlier."""

    code: ClassVar[str] = "volume"
    title_id: ClassVar[str] = "Jumlah baris"
    title_en: ClassVar[str] = "Number of rows"
    quarantines: ClassVar[bool] = True

    def run(self, sample: Inspection) -> Iterable[Finding]:
        """Yield one finding when the number of rows is not to be believed."""
        verdict = volume(sample.previous_counts, sample.profile.n_rows, sample.same_period_count)
        if verdict.reason is not None:
            yield finding(self.code, Severity.ERROR, _said(verdict), _remedy(verdict.reason))


def _said(verdict: VolumeVerdict) -> tuple[str, str]:
    n_rows = verdict.n_rows
    match verdict.reason:
        case VolumeReason.EMPTY:
            return ("Tidak ada satu baris data pun.", "There is not one data row.")
        case VolumeReason.DROP:
            return (
                f"Jumlah baris turun dari {verdict.baseline} menjadi {n_rows}.",
                f"The number of rows fell from {verdict.baseline} to {n_rows}.",
            )
        case _:
            middle = round(verdict.median or 0)
            return (
                f"{n_rows} baris jauh dari biasanya (sekitar {middle}).",
                f"{n_rows} rows are far from the usual (about {middle}).",
            )


def _remedy(reason: VolumeReason | None) -> tuple[str, str]:
    if reason is VolumeReason.EMPTY:
        return (
            "Isi datanya, atau kirim pernyataan nihil bila memang tidak ada kejadian.",
            "Fill in the data, or declare it nil if nothing happened.",
        )
    return (
        "Unggah ulang berkas yang lengkap, atau minta walidata membenarkan jumlah ini.",
        "Send the complete file again, or ask walidata to confirm this number.",
    )
