"""What a dataset is made of at an instant, and what its files say together.

Where all of several files count the worst of them decides; a file that is not known yet is
worse than one that is well. Everywhere else the sources are judged as one.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from catalog import models
from catalog.rules.conclusive import failures_apart
from catalog.rules.parts import ALWAYS, Part
from catalog.rules.terms import Access, Merge, Outcome, Rank, Validity

_ACCESS = (Access.BELUM_DIPERIKSA, Access.LANCAR, Access.TERGANGGU, Access.PUTUS)
_ACCESS_TOGETHER = (Access.LANCAR, Access.BELUM_DIPERIKSA, Access.TERGANGGU, Access.PUTUS)
_VALIDITY_TOGETHER = (
    Validity.VALID,
    Validity.BELUM_DIPERIKSA,
    Validity.PERINGATAN,
    Validity.TIDAK_VALID,
)


@dataclass(frozen=True, slots=True)
class CheckRef:
    """The newest look at a source."""

    at: datetime
    outcome: Outcome
    http_status: int | None
    code: str | None
    reason: str | None
    rank: Rank | None


@dataclass(frozen=True, slots=True)
class Watched:
    """One source, the newest look at it, and when it was a part of its dataset.

    `validity` is of the content that the look found.
    """

    kind: models.SourceKind
    conclusive_at: datetime | None
    n_failed: int
    failing_since: datetime | None
    last: CheckRef | None
    validity: Validity | None = None
    part: Part = ALWAYS


@dataclass(frozen=True, slots=True)
class Newest:
    """The newest content of one source, or of what was sent without one (None)."""

    source_id: int | None
    validity: Validity | None = None
    period: str | None = None


@dataclass(frozen=True, slots=True)
class Composition:
    """The sources of a dataset; `parts` are those that are looked at, `ever` with those gone."""

    sources: tuple[Watched, ...] = ()
    parts: tuple[Watched, ...] = ()
    ever: tuple[Part, ...] = ()
    merge: Merge = Merge.ALL

    @property
    def is_together(self) -> bool:
        """Whether there are several files and all of them count."""
        return self.merge is Merge.ALL and len(self.parts) > 1


def composition(
    known: Sequence[Watched], merge: Merge, merge_since: datetime | None, now: datetime
) -> Composition:
    """Return what a dataset consists of at an instant, and by which word it was judged then.

    What it had not yet is left out, unless it had nothing else: such data are registered late.
    """
    there = tuple(each for each in known if each.part.is_there(now))
    sources = there or tuple(each for each in known if each.part.since > now)
    if merge_since is not None and now < merge_since:
        merge = Merge.ANY if merge is Merge.ALL else Merge.ALL
    return Composition(
        sources,
        parts=tuple(each for each in sources if each.kind.is_looked_at),
        ever=tuple(each.part for each in known if each.kind.is_looked_at),
        merge=merge,
    )


def access_of(made_of: Composition) -> Access:
    """Return whether the sources answer: the worst of them decides."""
    if made_of.is_together:
        return max(map(_answers, made_of.parts), key=_ACCESS_TOGETHER.index)
    found = map(_answers, made_of.sources)
    return max(found, key=_ACCESS.index, default=Access.BELUM_DIPERIKSA)


def _answers(source: Watched) -> Access:
    last = source.last
    if last is None or (last.outcome is Outcome.OUR_FAULT and not source.n_failed):
        return Access.BELUM_DIPERIKSA
    if not source.n_failed or source.failing_since is None:
        return Access.LANCAR
    long_enough = last.at - source.failing_since >= failures_apart(last.http_status)
    return Access.PUTUS if long_enough else Access.TERGANGGU


def validity_of(made_of: Composition, newest: Sequence[Newest]) -> Validity:
    """Return whether the contents keep their schema; `newest` has the newest content last."""
    if made_of.is_together:
        stored = _by_source(newest)
        found = [s.validity or _validity(stored.get(s.part.id)) for s in made_of.parts]
        return max(found, key=_VALIDITY_TOGETHER.index)
    seen = next((s.validity for s in made_of.sources if s.validity), None)
    return seen or _validity(newest[-1] if newest else None)


def _validity(newest: Newest | None) -> Validity:
    return (newest and newest.validity) or Validity.BELUM_DIPERIKSA


def newest_period_of(made_of: Composition, newest: Sequence[Newest]) -> str | None:
    """Return the label up to which the data reach: that of the oldest part, or what was sent."""
    if not made_of.is_together:
        return newest[-1].period if newest else None
    stored, ever = _by_source(newest), {part.id for part in made_of.ever}
    of_parts = [stored[s.part.id].period for s in made_of.parts if s.part.id in stored]
    sent = [each.period for each in newest if each.source_id not in ever]
    labels = [label for label in of_parts if label is not None]
    reached = [min(labels)] if len(labels) == len(made_of.parts) else []
    return max([*reached, *filter(None, sent)], default=None)


def _by_source(newest: Sequence[Newest]) -> Mapping[int | None, Newest]:
    return {each.source_id: each for each in newest}
