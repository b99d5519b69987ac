"""Datasets of several files: which parts there were, and what they prove together."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a dataset and the time in which it was one, `[since, until)`."""

    id: int
    since: datetime
    until: datetime | None = None

    def is_there(self, at: datetime) -> bool:
        """Tell whether the dataset consisted of it too at an instant."""
        return self.since <= at and (self.until is None or at < self.until)


#: The one file of a dataset that never had another.
ALWAYS = Part(0, datetime.min.replace(tzinfo=UTC))


def complete_at(
    parts: Sequence[Part], delivered: Mapping[int, datetime], now: datetime
) -> datetime | None:
    """Return the first instant up to `now` at which every part there was had delivered.

    `delivered` says by part when its evidence was known. A part that was taken out is
    waited for no more from then on; where no part is left nothing is delivered.
    Source: design/freshness.md, section 3, merge = all.
    """
    moments = {*delivered.values(), *(part.until for part in parts if part.until)}
    for moment in sorted(moments):
        if moment > now:
            break
        there = [part.id for part in parts if part.is_there(moment)]
        if there and all(i in delivered and delivered[i] <= moment for i in there):
            return moment
    return None


def oldest_of_all(instants: Iterable[datetime | None]) -> datetime | None:
    """Return the oldest of what the parts have; None where one of them has nothing.

    Of the looks that proved something it is the instant up to which all was seen: one part
    that nobody could look at leaves the whole unobserved.
    """
    found = list(instants)
    known = [at for at in found if at is not None]
    return min(known) if known and len(known) == len(found) else None
