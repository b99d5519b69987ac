"""Which agencies are shown, in which order: the board's filter form."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from catalog.rules.terms import Headline
from dashboards.numbers import AgencyRow


class Order(StrEnum):
    """The orders of the board; each names what comes first."""

    RANK = "peringkat"
    NAME = "nama"
    PUNCTUALITY = "ketepatan"
    TIMELINESS = "aktualitas"
    FILLED = "keterisian"
    MISSING = "tunggakan"


@dataclass(frozen=True, slots=True)
class Selection:
    """What a visitor asked to see; `headline` keeps agencies that have such a dataset."""

    words: str = ""
    headline: Headline | None = None
    order: Order = Order.RANK

    @property
    def is_filtered(self) -> bool:
        """Whether agencies may be left out."""
        return bool(self.words or self.headline)

    def keeps(self, row: AgencyRow) -> bool:
        """Tell whether the agency is shown."""
        name = f"{row.agency.name} {row.agency.abbreviation or ''}".casefold()
        has_words = all(word in name for word in self.words.casefold().split())
        return has_words and (self.headline is None or self.headline in row.measures.headlines)

    def of(self, rows: Iterable[AgencyRow]) -> tuple[AgencyRow, ...]:
        """Return the rows that are shown, in order; ties stay in the order of the board."""
        kept = [row for row in rows if self.keeps(row)]
        return tuple(sorted(kept, key=_KEYS[self.order]))


def read_selection(words: str, headline: str, order: str) -> Selection:
    """Return the selection that a form names; an unknown code selects nothing special."""
    known = Headline._value2member_map_.get(headline)
    chosen = Order._value2member_map_.get(order)
    return Selection(
        words=" ".join(words.split())[:100],
        headline=known if isinstance(known, Headline) else None,
        order=chosen if isinstance(chosen, Order) else Order.RANK,
    )


def _punctual_first(row: AgencyRow) -> Any:
    share = row.measures.punctuality
    return (share is None, -(share.value or 0.0) if share else 0.0)


def _timely_first(row: AgencyRow) -> Any:
    days = row.measures.timeliness
    return (days is None, days or 0.0)


def _filled_first(row: AgencyRow) -> Any:
    value = row.measures.filled.value
    return (value is None, -(value or 0.0))


_KEYS: dict[Order, Callable[[AgencyRow], Any]] = {
    Order.RANK: lambda row: (row.rank is None, row.rank or 0),
    Order.NAME: lambda row: row.agency.name.casefold(),
    Order.PUNCTUALITY: _punctual_first,
    Order.TIMELINESS: _timely_first,
    Order.FILLED: _filled_first,
    Order.MISSING: lambda row: -len(row.missing),
}
