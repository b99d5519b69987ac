"""Calendar months, the columns of the board's strip and of the heat map."""

from dataclasses import dataclass
from datetime import date, timedelta

from catalog.rules.periods import shift_month

#: How many months the board looks back, the running one included.
MONTHS_SHOWN = 12


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """One calendar month of the city's local days."""

    year: int
    number: int

    @property
    def first_day(self) -> date:
        """The first local day of the month."""
        return date(self.year, self.number, 1)

    @property
    def last_day(self) -> date:
        """The last local day of the month."""
        return shift_month(self.first_day, 1) - timedelta(days=1)

    @property
    def label(self) -> str:
        """The month as in a period label: 2025-03."""
        return f"{self.year:04d}-{self.number:02d}"


def month_of(day: date) -> Month:
    """Return the month in which the day lies."""
    return Month(day.year, day.month)


def months_up_to(today: date, n_months: int = MONTHS_SHOWN) -> tuple[Month, ...]:
    """Return the last months in order, the one of `today` last."""
    first = today.replace(day=1)
    return tuple(month_of(shift_month(first, -back)) for back in range(n_months - 1, -1, -1))
