"""Many obligations in one cell: how many stand how, and the worst of them."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from catalog.rules.obligations import Judged, Timing, timing
from catalog.rules.terms import State
from catalog.store.strip import LETTERS, Look, look_of


class Face(StrEnum):
    """How one obligation stands: its state, FULFILLED told apart by its timing.

    In order of gravity: the last one found in a cell is the cell's face.
    """

    WAIVED = "WAIVED"
    NIL = "NIL"
    ON_TIME = "FULFILLED_ON_TIME"
    RUNNING = "RUNNING"
    OPEN = "OPEN"
    DUE_SOON = "DUE_SOON"
    DONE_UNSEEN = "FULFILLED_UNOBSERVED"
    DONE_LATE = "FULFILLED_LATE"
    GRACE = "GRACE"
    UNOBSERVED = "UNOBSERVED"
    LATE = "LATE"
    ARREARS = "ARREARS"

    @property
    def state(self) -> State:
        """The state that the rules name."""
        return State.FULFILLED if self in _FULFILLED else State(self.value)

    @property
    def look(self) -> Look:
        """The palette key."""
        return look_of(self.state, _FULFILLED.get(self))

    @property
    def letter(self) -> str:
        """The one sign that stands for it in plain text."""
        return LETTERS[self.look]

    @property
    def gravity(self) -> int:
        """Its place in the order of gravity, from 0."""
        return _GRAVITY[self]


_FULFILLED = {
    Face.ON_TIME: Timing.ON_TIME,
    Face.DONE_LATE: Timing.LATE,
    Face.DONE_UNSEEN: Timing.UNOBSERVED,
}
_GRAVITY = {face: place for place, face in enumerate(Face)}
_BY_TIMING = {when: face for face, when in _FULFILLED.items()}
_BY_STATE: dict[State, Face] = {
    state: Face(state.value) for state in State if state is not State.FULFILLED
}
_CLOSED = frozenset({Face.ON_TIME, Face.DONE_LATE, Face.DONE_UNSEEN, Face.NIL})
_AHEAD = frozenset({Face.RUNNING, Face.OPEN, Face.DUE_SOON})


def face_of(judged: Judged) -> Face:
    """Return how the obligation stands."""
    if judged.state is State.FULFILLED and judged.closing is not None:
        return _BY_TIMING[timing(judged.obligation, judged.closing)]
    return _BY_STATE[judged.state]


@dataclass(frozen=True, slots=True)
class Tally:
    """How many obligations stand how; faces that do not occur are left out."""

    counts: Mapping[Face, int]

    @property
    def n(self) -> int:
        """All obligations of the cell."""
        return sum(self.counts.values())

    @property
    def worst(self) -> Face | None:
        """The gravest face; None of nothing."""
        return max(self.counts, key=_GRAVITY.__getitem__, default=None)

    @property
    def n_filled(self) -> int:
        """Those that were delivered, late ones and declared nil included."""
        return self.of(*_CLOSED)

    @property
    def n_owed(self) -> int:
        """Those whose due date has passed and that can be judged: not waived, not unobserved."""
        return self.n_filled + self.of(Face.GRACE, Face.LATE, Face.ARREARS)

    @property
    def n_ahead(self) -> int:
        """Those that are not yet due and not yet delivered."""
        return self.of(*_AHEAD)

    def of(self, *faces: Face) -> int:
        """Return how many show one of the faces."""
        return sum(self.counts.get(face, 0) for face in faces)

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(dict(Counter(self.counts) + Counter(other.counts)))


def tally(judged: Iterable[Judged]) -> Tally:
    """Count how the obligations stand."""
    return Tally(dict(Counter(face_of(j) for j in judged)))
