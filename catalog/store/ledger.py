"""The ledger as people and machines read it: one line per obligation."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime

from catalog.rules.obligations import Judged, timing
from catalog.rules.score import ScorePart
from catalog.rules.terms import State, Timing
from catalog.store.standing import Standing


@dataclass(frozen=True, slots=True)
class LedgerScore:
    """What one obligation adds to the score of its dataset."""

    x: float
    pi: float
    weight: float


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """One obligation; `dataset` is a slug, `end` exclusive, `evidence` a rank such as E5."""

    dataset: str
    period: str
    start: date
    end: date
    due_date: date
    due_at: datetime
    grace_at: datetime
    arrears_at: datetime
    state: State
    fulfilled_at: datetime | None
    timing: Timing | None
    evidence: str | None
    score: LedgerScore | None


@dataclass(frozen=True, slots=True)
class LedgerAnswer:
    """The answer of `mutakhir ledger` and of the ledger in the API."""

    as_of: datetime
    obligations: tuple[LedgerLine, ...]


def ledger_of(standings: Iterable[Standing], now: datetime) -> LedgerAnswer:
    """Return every obligation of the datasets, by dataset in order of (due_at, start)."""
    return LedgerAnswer(now, tuple(line for standing in standings for line in _lines_of(standing)))


def _lines_of(standing: Standing) -> list[LedgerLine]:
    parts = {part.obligation: part for part in standing.score.parts}
    return [_line(standing.slug, j, parts.get(j.obligation)) for j in standing.judged]


def _line(slug: str, judged: Judged, part: ScorePart | None) -> LedgerLine:
    obligation, closing = judged.obligation, judged.closing
    return LedgerLine(
        dataset=slug,
        period=obligation.period.label,
        start=obligation.period.start,
        end=obligation.period.end,
        due_date=obligation.due_date,
        due_at=obligation.due_at,
        grace_at=obligation.grace_at,
        arrears_at=obligation.arrears_at,
        state=judged.state,
        fulfilled_at=closing.at if closing else None,
        timing=timing(obligation, closing) if closing else None,
        evidence=closing.rank.name if closing and closing.rank is not None else None,
        score=LedgerScore(part.x, part.pi, part.weight) if part else None,
    )
