"""Which datasets a question is about."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from sqlmodel import col, select

from catalog import models


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which datasets are asked for; all of them where nothing is said."""

    dataset_ids: Collection[int] | None = None
    agency_id: int | None = None

    def narrow(self, query: Any) -> Any:
        """Narrow a query on the datasets themselves."""
        if self.dataset_ids is not None:
            query = query.where(col(models.Dataset.id).in_(self.dataset_ids))
        if self.agency_id is not None:
            query = query.where(models.Dataset.agency_id == self.agency_id)
        return query

    def owned(self, query: Any, owner: Any) -> Any:
        """Narrow a query on a table whose column `owner` names the dataset."""
        if self.dataset_ids is None and self.agency_id is None:
            return query
        return query.where(col(owner).in_(self.narrow(select(models.Dataset.id))))


def grouped(rows: Iterable[Any]) -> dict[int, list[Any]]:
    """Group (dataset id, value) pairs by dataset, keeping their order."""
    groups: dict[int, list[Any]] = defaultdict(list)
    for dataset_id, value in rows:
        groups[dataset_id].append(value)
    return groups
