"""Plays a history through the rules of the catalogue, into the same kind of judgement."""

from datetime import date, datetime
from functools import cache

from catalog.rules import evidence
from catalog.rules.calendar import Calendar
from catalog.rules.change import volume
from catalog.rules.obligations import (
    Closing,
    Judged,
    Obligation,
    Promise,
    headline,
    judge,
    missing,
    obligations,
    promise_of,
    working_days_late,
)
from catalog.rules.periods import read_time
from catalog.rules.release_rule import parse_release_rule
from catalog.rules.score import dataset_score, punctuality, score_window
from catalog.rules.terms import Cadence, ClosingKind, Outcome, Rank, Unit
from tests.rules.histories import History, Look, Publication, Row
from tests.rules.holiday_file import city_calendar
from tests.rules.naive import Judgement, stamp


def n_filled(row: Row) -> int:
    """The rows of a label that have a value in the measure."""
    return row.n_with


def coverage_of(publication: Publication, unit: str) -> evidence.Coverage:
    """Read the labels of a publication as the profile of a table would."""
    counts: dict[date, int] = {}
    for row in publication.rows:
        label = read_time(row.label)
        assert label is not None, row.label
        assert label.unit is Unit(unit), row.label
        counts[label.start] = counts.get(label.start, 0) + n_filled(row)
    return evidence.Coverage(Unit(unit), counts)


class Replay:
    """One history under the rules: the current version, what it closes, since when."""

    def __init__(self, history: History, calendar: Calendar) -> None:
        self.history, self.calendar = history, calendar
        cadence = Cadence(history.cadence)
        self.promise: Promise = promise_of(cadence, parse_release_rule(history.rule.text, cadence))
        self.ledger = obligations(self.promise, history.agreed_on, history.now, calendar)
        self.facts = [evidence.CheckFact(x.at, Outcome(x.outcome)) for x in history.looks]
        self.closings: dict[Obligation, Closing] = {}

    def is_held(self, look: Look) -> bool:
        """Whether the version is quarantined: no rows, or a time ahead of us."""
        publication = look.publication
        assert publication is not None
        n_rows = sum(row.n_with + row.n_without for row in publication.rows)
        if volume([], n_rows).is_quarantined:
            return True
        if self.history.unit is None:
            return False
        coverage = coverage_of(publication, self.history.unit)
        return evidence.is_future(coverage, look.at, self.calendar)

    def close(self, obligation: Obligation, first: Look, moment: datetime, rank: Rank) -> None:
        """Close an obligation by content first seen in a look."""
        publication = first.publication
        assert publication is not None
        negatives = [f.at for f in self.facts if f.answered and f.at < first.at]
        found = evidence.fulfilment(
            first.at,
            negatives[-1] if negatives else None,
            publication.at if publication.tells_modified else None,
            obligation,
        )
        self.closings[obligation] = Closing(
            ClosingKind.FULFILLED, found.at, moment, found.timing_observed, rank
        )

    def decide_until(self, moment: datetime) -> None:
        """Apply the decisions of people up to an instant."""
        for decision in self.history.decisions:
            if decision.at <= moment and decision.k < len(self.ledger):
                closing = Closing(ClosingKind(decision.kind), decision.at, decision.at)
                self.closings.setdefault(self.ledger[decision.k], closing)

    def run(self) -> None:
        """Let the looks, and the ends of periods between them, close what they close."""
        accepted: list[evidence.KnownVersion] = []
        current: Look | None = None
        for look in self.history.looks:
            if look.publication is None or self.is_held(look):
                continue
            content, file = look.publication.content, look.publication.file
            rank = evidence.rank_change(content, file, accepted)
            self.settle(current, look.at)
            self.decide_until(look.at)
            if self.history.unit is None and rank is Rank.E4 and accepted:
                still_open = [o for o in self.ledger if o not in self.closings]
                oldest = evidence.oldest_closable(still_open, look.at)
                if oldest is not None:
                    self.close(oldest, look, look.at, Rank.E4)
            if current is None or current.publication.content != content:
                current = look
            accepted.append(evidence.KnownVersion(content, file))
        self.settle(current, self.history.now, including=True)
        self.decide_until(self.history.now)

    def settle(self, current: Look | None, until: datetime, *, including: bool = False) -> None:
        """Close what the current version closes up to an instant, at the end of each period."""
        if current is None or self.history.unit is None:
            return
        coverage = coverage_of(current.publication, self.history.unit)
        for obligation in self.ledger:
            moment = max(current.at, obligation.closable_at)
            if moment < until or (including and moment == until):
                self.decide_until(moment)
                is_open = obligation not in self.closings
                if is_open and evidence.closes(obligation, coverage, moment, self.calendar):
                    self.close(obligation, current, moment, Rank.E5)


@cache
def calendar_of(zone: str) -> Calendar:
    """The calendar of a zone, made once."""
    return city_calendar(zone)


def judge_history(history: History) -> Judgement:
    """Judge a history by the rules of the catalogue."""
    calendar, now = calendar_of(history.zone), history.now
    replay = Replay(history, calendar)
    replay.run()
    conclusive_at = evidence.latest_conclusive(replay.facts, now)
    judged = [judge(o, replay.closings.get(o), conclusive_at, now) for o in replay.ledger]
    punctual = punctuality(judged, score_window(replay.promise.cadence), now)
    return Judgement(
        due={_label(j): _bounds(j.obligation) for j in judged},
        states={_label(j): j.state.value for j in judged},
        closed={
            _label(j): (stamp(j.closing.at), j.closing.timing_observed)
            for j in judged
            if j.closing is not None
        },
        late_days={
            _label(j): working_days_late(j.obligation, j.closing, now, calendar) for j in judged
        },
        headline=headline(replay.promise, judged, now).value,
        missing=[o.period.label for o in missing(judged, now)],
        score=dataset_score(judged, replay.promise, now).value,
        punctual=(punctual.n, punctual.of) if punctual else None,
    )


def _label(judged: Judged) -> str:
    return judged.obligation.period.label


def _bounds(o: Obligation) -> tuple[object, ...]:
    instants = (o.opens_at, o.remind_at, o.due_at, o.grace_at, o.arrears_at, o.closable_at)
    return (o.period.start, o.due_date, *(stamp(at) for at in instants))


def difference(mine: Judgement, reference: Judgement) -> str | None:
    """Say in which field two judgements of one history differ; None when in nothing."""
    for field in ("due", "states", "closed", "late_days", "headline", "missing", "punctual"):
        if getattr(mine, field) != getattr(reference, field):
            return field
    if (mine.score is None) != (reference.score is None):
        return "score"
    if mine.score is not None and abs(mine.score - reference.score) > 1e-9:
        return "score"
    return None
