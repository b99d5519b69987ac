"""What one feed shows between two events: the periods it holds and what is wrong with them."""

from bisect import bisect_right
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from catalog.rules.periods import Period
from sample_data.story import Act, Event, Flaw

#: A daily feed shows its last days only, as an application's export does; a database keeps
#: a year and more, because its views add up since January.
DAYS_SHOWN, DAYS_STORED = 31, 400


@dataclass(frozen=True, slots=True)
class Held:
    """One period in the file, perhaps without values, perhaps with a figure mended."""

    period: Period
    is_empty: bool = False
    is_corrected: bool = False


@dataclass(frozen=True, slots=True)
class Face:
    """What is served from `changed_at` on; `flaw` is the file's, `failure` the server's."""

    changed_at: datetime
    held: tuple[Held, ...] = ()
    n_releases: int = 0
    n_touches: int = 0
    flaw: Flaw = Flaw.NONE
    failure: Flaw = Flaw.NONE


@dataclass(frozen=True, slots=True)
class Album:
    """All faces of one feed in order of time."""

    faces: tuple[Face, ...]
    _turned_at: list[datetime] = field(repr=False)

    def at(self, instant: datetime) -> Face:
        """Return the face at an instant; before the first event, what was held at the start."""
        return self.faces[max(0, bisect_right(self._turned_at, instant) - 1)]


def album(
    held: Iterable[Period], since: datetime, events: Iterable[Event], n_days: int = DAYS_SHOWN
) -> Album:
    """Return the faces of a feed that held some periods since an instant.

    One that publishes daily shows its last `n_days` releases.
    """
    face = Face(since, tuple(Held(period) for period in held))
    faces = [face]
    before = face
    for event in events:
        if event.act is Act.NIL:
            continue
        turned = _turned(face, event, before, n_days)
        if event.act is Act.PUBLISH:
            before = face
        face = turned
        faces.append(face)
    return Album(tuple(faces), [f.changed_at for f in faces])


def _turned(face: Face, event: Event, before: Face, n_days: int) -> Face:
    match event.act:
        case Act.PUBLISH if event.period is not None:
            return _with(face, event, event.period, n_days)
        case Act.REVERT:
            return replace(before, changed_at=event.at)
        case Act.CORRECT:
            held = tuple(
                replace(h, is_corrected=True) if h.period == event.period else h for h in face.held
            )
            return replace(face, changed_at=event.at, held=held)
        case Act.TOUCH:
            return replace(face, changed_at=event.at, n_touches=face.n_touches + 1)
        case Act.FAIL:
            return replace(face, failure=event.flaw, changed_at=event.at)
        case Act.HEAL:
            return replace(face, failure=Flaw.NONE, changed_at=event.at)
    return face


def _with(face: Face, event: Event, period: Period, n_days: int) -> Face:
    held = (*face.held, Held(period, is_empty=event.flaw is Flaw.EMPTY))
    if period.cadence.is_rolling:
        held = held[-n_days:]
    flaw = Flaw.NONE if event.flaw is Flaw.EMPTY else event.flaw
    return replace(face, changed_at=event.at, held=held, n_releases=face.n_releases + 1, flaw=flaw)
