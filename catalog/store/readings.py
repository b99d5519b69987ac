"""What was seen of rolling datasets as wholes, for those who ask since when they are too old."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime

from sqlmodel import Session

from catalog.rules.rolling import Reading
from catalog.store.chosen import Chosen
from catalog.store.observed import observe


def readings_of(
    session: Session, dataset_ids: Collection[int], now: datetime
) -> Mapping[int, Sequence[Reading]]:
    """Return the readings of rolling datasets up to `now`, by dataset id."""
    return observe(session, Chosen(dataset_ids), now).readings if dataset_ids else {}
