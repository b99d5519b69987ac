"""Tables that were read lately, kept for the next comparison."""

import threading
from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass

from checks.tables.profile import Profile
from checks.tables.reading import Table


@dataclass(frozen=True, slots=True)
class Read:
    """A table and its profile."""

    table: Table
    profile: Profile

    @property
    def n_cells(self) -> int:
        """How much room it takes."""
        return self.table.n_rows * len(self.table.header)


class Shelf:
    """Holds tables up to a number of cells; the oldest go first. Safe between threads."""

    def __init__(self, n_cells: int) -> None:
        self._n_cells = n_cells
        self._n_kept = 0
        self._reads: OrderedDict[Hashable, Read] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Read | None:
        """Return a table and its profile, if they are still there."""
        with self._lock:
            return self._reads.get(key)

    def put(self, key: Hashable, read: Read) -> None:
        """Keep a table, unless it alone would fill much of the shelf."""
        with self._lock:
            if key in self._reads or read.n_cells > self._n_cells // 8:
                return
            self._reads[key] = read
            self._n_kept += read.n_cells
            while self._n_kept > self._n_cells:
                self._n_kept -= self._reads.popitem(last=False)[1].n_cells
