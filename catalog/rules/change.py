"""Whether the number of rows of a new version is believable."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from statistics import median

MIN_ROWS_TO_COMPARE = 20
LEAST_SHARE = 0.5
MIN_POINTS = 8
MAD_FACTOR = 0.6745
MAX_ROBUST_Z = 3.5


class VolumeReason(StrEnum):
    """Why a number of rows is held back."""

    EMPTY = "EMPTY"
    DROP = "DROP"
    OUTLIER = "OUTLIER"


@dataclass(frozen=True, slots=True)
class VolumeVerdict:
    """The judgement on a number of rows and the figures it rests on; None = not compared."""

    n_rows: int
    reason: VolumeReason | None
    baseline: int | None = None
    median: float | None = None
    mad: float | None = None
    z: float | None = None

    @property
    def is_quarantined(self) -> bool:
        """Whether the version waits for a person."""
        return self.reason is not None

    @property
    def share(self) -> float | None:
        """The rows as a share of what they were compared with."""
        return self.n_rows / self.baseline if self.baseline else None


def volume(
    previous_counts: Sequence[int],
    n_rows: int,
    append_only_same_period: int | None = None,
) -> VolumeVerdict:
    """Judge the rows of a new version against those accepted before it (oldest first).

    Append-only flows give the rows of the same period last year to be compared with.
    The tested point is never in the training set; a MAD of 0 leaves only the 50 % rule.
    Source: design/freshness.md, section 4, Quarantine.
    """
    last = previous_counts[-1] if previous_counts else None
    baseline = append_only_same_period if append_only_same_period is not None else last
    middle = mad = z = None
    if len(previous_counts) >= MIN_POINTS:
        middle = float(median(previous_counts))
        mad = float(median(abs(count - middle) for count in previous_counts))
        z = MAD_FACTOR * (n_rows - middle) / mad if mad else None
    reason = None
    if n_rows == 0:
        reason = VolumeReason.EMPTY
    elif (
        baseline is not None and baseline >= MIN_ROWS_TO_COMPARE and n_rows < LEAST_SHARE * baseline
    ):
        reason = VolumeReason.DROP
    elif z is not None and abs(z) > MAX_ROBUST_Z:
        reason = VolumeReason.OUTLIER
    return VolumeVerdict(n_rows, reason, baseline, middle, mad, z)
