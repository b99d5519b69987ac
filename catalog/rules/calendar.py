"""Working days and local midnights of one city."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from types import MappingProxyType
from typing import Self
from zoneinfo import ZoneInfo

from catalog.rules.terms import HolidayKind

SATURDAY_AND_SUNDAY = frozenset({5, 6})
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True, order=True)
class Holiday:
    """One day on which offices are closed; estimated until the decree is signed."""

    on: date
    name: str
    kind: HolidayKind
    estimated: bool = False


@dataclass(frozen=True, slots=True, eq=False)
class Calendar:
    """The days of one city: its zone, its weekend, its holidays.

    Days are cut at local midnight; instants are aware and in UTC.
    Source: design/freshness.md, section 1.
    """

    zone: ZoneInfo
    holidays: Mapping[date, Holiday]
    weekend: frozenset[int] = SATURDAY_AND_SUNDAY
    _working: dict[int, tuple[date, ...]] = field(default_factory=dict, init=False, repr=False)
    _midnights: dict[date, datetime] = field(default_factory=dict, init=False, repr=False)

    @classmethod
    def of(
        cls,
        zone_name: str,
        holidays: Iterable[Holiday],
        weekend: frozenset[int] = SATURDAY_AND_SUNDAY,
    ) -> Self:
        """Return the calendar of a zone; of two holidays on one day the first is kept."""
        by_day: dict[date, Holiday] = {}
        for holiday in holidays:
            by_day.setdefault(holiday.on, holiday)
        if len(weekend) >= 7:
            raise ValueError("A weekend of seven days leaves no working day.")
        return cls(ZoneInfo(zone_name), MappingProxyType(by_day), weekend)

    def is_working_day(self, d: date) -> bool:
        """Tell whether offices are open on the day."""
        return d.weekday() not in self.weekend and d not in self.holidays

    def roll(self, d: date) -> date:
        """Return the first working day on or after the day."""
        while not self.is_working_day(d):
            d += _DAY
        return d

    def add_working_days(self, d: date, k: int) -> date:
        """Return the k-th working day after the day; the day itself for k = 0."""
        if k < 0:
            raise ValueError(f"A lag of {k} working days was given, 0 or more was expected.")
        if k == 0:
            return d
        days = self._year(d.year)
        position = bisect_right(days, d) + k - 1
        year = d.year
        while position >= len(days):
            position -= len(days)
            year += 1
            days = self._year(year)
        return days[position]

    def working_days_between(self, a: date, b: date) -> int:
        """Count the working days after a up to and including b; 0 where b is not after a."""
        if b <= a:
            return 0
        count = -bisect_right(self._year(a.year), a)
        for year in range(a.year, b.year):
            count += len(self._year(year))
        return count + bisect_right(self._year(b.year), b)

    def midnight(self, d: date) -> datetime:
        """Return the instant at which the local day begins, in UTC."""
        found = self._midnights.get(d)
        if found is None:
            found = datetime(d.year, d.month, d.day, tzinfo=self.zone).astimezone(UTC)
            self._midnights[d] = found
        return found

    def midnight_after(self, d: date) -> datetime:
        """Return the instant at which the local day ends, in UTC."""
        return self.midnight(d + _DAY)

    def local_date(self, at: datetime) -> date:
        """Return the local day in which an instant lies."""
        return at.astimezone(self.zone).date()

    def holidays_between(self, a: date, b: date) -> tuple[Holiday, ...]:
        """Return the holidays from a up to and including b, in order."""
        days = sorted(self.holidays)
        return tuple(self.holidays[d] for d in days[bisect_left(days, a) : bisect_right(days, b)])

    def _year(self, year: int) -> tuple[date, ...]:
        days = self._working.get(year)
        if days is None:
            first = date(year, 1, 1)
            n_days = date(year, 12, 31).timetuple().tm_yday
            every = (first + timedelta(days=i) for i in range(n_days))
            days = tuple(d for d in every if self.is_working_day(d))
            self._working[year] = days
        return days
