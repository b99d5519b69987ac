"""What agencies said themselves about periods they owe."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlmodel import Session, col, select

from catalog import models
from catalog.rules.periods import Period


@dataclass(frozen=True, slots=True)
class Explanation:
    """An agency's reason, the day by which it means to deliver, and when it said so."""

    reason: str
    eta_on: date | None
    at: datetime


@dataclass(frozen=True, slots=True)
class OwedPeriod:
    """A period of a dataset, by the dataset's id and the period's label."""

    dataset_id: int
    label: str


@dataclass(frozen=True, slots=True)
class Explanations:
    """The newest explanation of each owed period."""

    by_period: Mapping[OwedPeriod, Explanation]

    def of(self, dataset_id: int, period: Period) -> Explanation | None:
        """Return what was said about the period, if anything was."""
        return self.by_period.get(OwedPeriod(dataset_id, period.label))


def load_explanations(session: Session, now: datetime) -> Explanations:
    """Return the accepted answers given up to `now`; of several for a period the newest."""
    said, owed = models.Declaration, models.Obligation
    query = (
        select(owed.dataset_id, owed.label, said.reason, said.eta_on, said.at)  # type: ignore[call-overload]
        .join(owed, col(owed.id) == said.obligation_id)
        .where(
            said.kind == models.DeclarationKind.ANSWER,
            said.status == models.DeclarationStatus.ACCEPTED,
            col(said.at) <= now,
        )
        .order_by(col(said.at))
    )
    return Explanations(
        {
            OwedPeriod(dataset_id, label): Explanation(reason, eta_on, at)
            for dataset_id, label, reason, eta_on, at in session.exec(query)
        }
    )
