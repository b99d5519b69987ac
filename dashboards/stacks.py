"""Months drawn as small columns: what part of the obligations due in each stands how."""

from collections.abc import Sequence
from dataclasses import dataclass

from catalog.store.strip import Look
from dashboards.measures import MonthCell
from dashboards.speech import month_sentence, month_text
from dashboards.tally import Face, Tally

#: From the ground up: what came, what is still to come, what is missing.
_FROM_THE_GROUND = (
    (Look.ON_TIME, (Face.ON_TIME,)),
    (Look.DONE_UNSEEN, (Face.DONE_UNSEEN,)),
    (Look.EXCUSED, (Face.NIL, Face.WAIVED)),
    (Look.DONE_LATE, (Face.DONE_LATE,)),
    (Look.RUNNING, (Face.RUNNING, Face.OPEN)),
    (Look.SOON, (Face.DUE_SOON, Face.GRACE)),
    (Look.UNKNOWN, (Face.UNOBSERVED,)),
    (Look.LATE, (Face.LATE,)),
    (Look.ARREARS, (Face.ARREARS,)),
)


#: Room of one column and of its drawn part, and the height of the ground, in units of the picture.
STEP, WIDTH, HEIGHT = 14, 12, 24
#: The ground of a picture that is read by itself.
TALL = 46


@dataclass(frozen=True, slots=True)
class Column:
    """One month: its tick, name and sentence, how many obligations, its left and upper edge."""

    tick: str
    name: str
    sentence: str
    n: int
    x: int
    top: int


@dataclass(frozen=True, slots=True)
class Shape:
    """All parts of one look, as one path."""

    look: Look
    path: str


@dataclass(frozen=True, slots=True)
class Stack:
    """Months side by side in a picture; `height` is where the ground lies below its top."""

    columns: tuple[Column, ...]
    shapes: tuple[Shape, ...]
    height: int

    @property
    def width(self) -> int:
        """How wide the picture is."""
        return STEP * len(self.columns)


def stack(cells: Sequence[MonthCell], height: int = HEIGHT, *, to_scale: bool = False) -> Stack:
    """Return the months as columns, all full, or as high as their number when to scale."""
    most = max((cell.tally.n for cell in cells), default=0)
    paths: dict[Look, list[str]] = {}
    columns = []
    for place, cell in enumerate(cells):
        whole = most if to_scale else cell.tally.n
        top = _draw(cell.tally, whole, height, STEP * place + 1, paths)
        columns.append(
            Column(
                tick=month_text(cell.month, "MMM"),
                name=month_text(cell.month),
                sentence=month_sentence(cell),
                n=cell.tally.n,
                x=STEP * place,
                top=top,
            )
        )
    shapes = (Shape(look, "".join(paths[look])) for look, _ in _FROM_THE_GROUND if look in paths)
    return Stack(tuple(columns), tuple(shapes), height)


def _draw(tally: Tally, whole: int, height: int, x: int, paths: dict[Look, list[str]]) -> int:
    """Add the parts of a column to the paths; return how far below the top it ends."""
    n_below, bottom = 0, height
    for look, faces in _FROM_THE_GROUND:
        n_below += tally.of(*faces)
        top = height - round(height * n_below / whole) if whole else height
        if top < bottom:
            paths.setdefault(look, []).append(f"M{x} {bottom}V{top}h{WIDTH}V{bottom}z")
            bottom = top
    return bottom
