"""What is counted over a set of datasets, and how the counts of several sets come together."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import add
from statistics import median

from catalog.rules.calendar import Calendar
from catalog.rules.score import Share, punctuality, score_window, timeliness
from catalog.rules.terms import Access, Headline, Validity
from catalog.store.standing import Standing
from dashboards.months import Month, month_of, months_up_to
from dashboards.tally import Tally, tally


@dataclass(frozen=True, slots=True)
class MonthCell:
    """The obligations of some datasets whose due date lies in a month."""

    month: Month
    tally: Tally


@dataclass(frozen=True, slots=True)
class Measures:
    """What is counted; nothing is blended into one light.

    `punctuality` and `timeliness` (median of `publication_days`, working days) are EPSS
    20302 and 20301; `filled` is the tingkat keterisian of the months shown: delivered
    obligations of those due and judged. Other shares of nothing have a denominator of 0.
    """

    n_datasets: int
    headlines: Mapping[Headline, int]
    punctuality: Share | None
    publication_days: tuple[float, ...]
    answering: Share
    valid: Share
    months: tuple[MonthCell, ...]

    @property
    def timeliness(self) -> float | None:
        """The median of the working days from period end to publication."""
        return float(median(self.publication_days)) if self.publication_days else None

    @property
    def filled(self) -> Share:
        """How many of the obligations due in the months, and judged, were delivered."""
        shown = reduce(add, (cell.tally for cell in self.months), Tally({}))
        return Share(shown.n_filled, shown.n_owed)


def measures(standings: Sequence[Standing], calendar: Calendar, now: datetime) -> Measures:
    """Return what is counted over the datasets."""
    checked = [s for s in standings if s.access is not Access.BELUM_DIPERIKSA]
    validated = [s for s in standings if s.validity is not Validity.BELUM_DIPERIKSA]
    return Measures(
        n_datasets=len(standings),
        headlines=dict(Counter(s.headline for s in standings)),
        punctuality=_known(punctuality(s.judged, _window(s), now) for s in standings),
        publication_days=tuple(
            days for s in standings for days in _publication_days(s, calendar, now)
        ),
        answering=Share(sum(s.access is Access.LANCAR for s in checked), len(checked)),
        valid=Share(sum(s.validity is not Validity.TIDAK_VALID for s in validated), len(validated)),
        months=_months_of(standings, calendar, now),
    )


def together(several: Sequence[Measures], calendar: Calendar, now: datetime) -> Measures:
    """Return what is counted over all of the sets, which share no dataset."""
    empty = measures((), calendar, now)
    every = [empty, *several]
    return Measures(
        n_datasets=sum(m.n_datasets for m in every),
        headlines=dict(reduce(add, (Counter(m.headlines) for m in every))),
        punctuality=_known(m.punctuality for m in every),
        publication_days=tuple(days for m in every for days in m.publication_days),
        answering=_sum(m.answering for m in every),
        valid=_sum(m.valid for m in every),
        months=tuple(
            MonthCell(cells[0].month, reduce(add, (cell.tally for cell in cells)))
            for cells in zip(*(m.months for m in every), strict=True)
        ),
    )


def _window(standing: Standing) -> int:
    return score_window(standing.promise.cadence)


def _sum(shares: Iterable[Share]) -> Share:
    found = list(shares)
    return Share(sum(share.n for share in found), sum(share.of for share in found))


def _known(shares: Iterable[Share | None]) -> Share | None:
    whole = _sum(share for share in shares if share is not None)
    return whole if whole.of else None


def _months_of(
    standings: Iterable[Standing], calendar: Calendar, now: datetime
) -> tuple[MonthCell, ...]:
    months = months_up_to(calendar.local_date(now))
    first, last = months[0].first_day, months[-1].last_day
    due = defaultdict(list)
    for standing in standings:
        for judged in standing.judged:
            if first <= judged.obligation.due_date <= last:
                due[month_of(judged.obligation.due_date)].append(judged)
    return tuple(MonthCell(month, tally(due[month])) for month in months)


def _publication_days(standing: Standing, calendar: Calendar, now: datetime) -> list[float]:
    """Return the working days to publication of the obligations that punctuality counts."""
    found: list[float] = []
    for judged in reversed(standing.judged):
        if len(found) == _window(standing):
            break
        days = timeliness((judged,), 1, now, calendar)
        if days is not None:
            found.append(days)
    return found
