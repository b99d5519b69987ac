"""What the city sees at one instant, computed once and shared by the pages that show it."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from sqlmodel import Session

from catalog.store.generation import generation
from catalog.store.snapshot import Snapshot
from catalog.store.standing import City, Standing, standings
from dashboards.explanations import load_explanations
from dashboards.numbers import Board, board

#: How many views of the past are kept.
N_PAST_VIEWS = 4

CityOf = Callable[[Session], City]


@dataclass(frozen=True, slots=True)
class CityView:
    """All standings and the board made of them."""

    city: City
    standings: tuple[Standing, ...]
    board: Board


def view_of(session: Session, city: City, now: datetime) -> CityView:
    """Return the view of the city at an instant, by a fixed number of SELECTs."""
    return _view(session, city, standings(session, city, now), now)


def _view(session: Session, city: City, found: tuple[Standing, ...], now: datetime) -> CityView:
    return CityView(city, found, board(found, city, now, load_explanations(session, now)))


class BoardCache:
    """The view of the newest snapshot, and a few of the past; safe for threads."""

    def __init__(self) -> None:
        self._newest: tuple[Snapshot, CityView] | None = None
        self._past: OrderedDict[str, CityView] = OrderedDict()
        self._making = threading.Lock()
        self._making_past = threading.Lock()

    def newest(self, session: Session, snapshot: Snapshot) -> CityView:
        """Return the view of the newest snapshot, made once."""
        with self._making:
            if self._newest is None or self._newest[0] is not snapshot:
                view = _view(session, snapshot.city, snapshot.standings, snapshot.as_of)
                self._newest = (snapshot, view)
            return self._newest[1]

    def past(self, session: Session, city_of: CityOf, as_of: datetime) -> CityView:
        """Return the view of an earlier instant; one is made at a time."""
        mark = f"{as_of.isoformat()}/{generation(session)}"
        with self._making_past:
            view = self._past.pop(mark, None) or view_of(session, city_of(session), as_of)
            self._past[mark] = view
            while len(self._past) > N_PAST_VIEWS:
                self._past.popitem(last=False)
            return view
