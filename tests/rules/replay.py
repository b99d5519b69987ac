"""Plays a history through the rules of the catalogue, into the same kind of judgement."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
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
from catalog.rules.parts import ALWAYS, Part, complete_at, oldest_of_all
from catalog.rules.periods import read_time
from catalog.rules.release_rule import parse_release_rule
from catalog.rules.score import dataset_score, punctuality, score_window
from catalog.rules.terms import Cadence, ClosingKind, Merge, Outcome, Rank, Unit
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
    """One history under the rules: the current version of each file, what it closes, since when."""

    def __init__(self, history: History, calendar: Calendar) -> None:
        self.history, self.calendar = history, calendar
        cadence = Cadence(history.cadence)
        self.promise: Promise = promise_of(cadence, parse_release_rule(history.rule.text, cadence))
        self.ledger = obligations(self.promise, history.agreed_on, history.now, calendar)
        self.looks = [history.looks, *(other.looks for other in history.others)]
        self.parts = [ALWAYS]
        self.parts += [Part(i, o.since, o.until) for i, o in enumerate(history.others, start=1)]
        self.facts = [
            [evidence.CheckFact(x.at, Outcome(x.outcome)) for x in looks] for looks in self.looks
        ]
        self.is_together = len(self.parts) > 1 and Merge(history.merge) is Merge.ALL
        self.current: dict[int, Look] = {}
        self.delivered: dict[Obligation, dict[int, Closing]] = {o: {} for o in self.ledger}
        self.closings: dict[Obligation, Closing] = {}

    def conclusive_at(self, now: datetime) -> datetime | None:
        """The newest instant at which every file there is had been seen."""
        return oldest_of_all(
            evidence.latest_conclusive(self.facts[part.id], now)
            for part in self.parts
            if part.is_there(now)
        )

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

    def deliver(
        self, obligation: Obligation, part: int, first: Look, moment: datetime, rank: Rank
    ) -> None:
        """Take content of a file first seen in a look as evidence for an obligation."""
        publication = first.publication
        assert publication is not None
        negatives = [f.at for f in self.facts[part] if f.answered and f.at < first.at]
        found = evidence.fulfilment(
            first.at,
            negatives[-1] if negatives else None,
            publication.at if publication.tells_modified else None,
            obligation,
        )
        closing = Closing(ClosingKind.FULFILLED, found.at, moment, found.timing_observed, rank)
        if self.is_together:
            self.delivered[obligation].setdefault(part, closing)
            self.complete(obligation, moment)
        else:
            self.closings.setdefault(obligation, closing)

    def complete(self, obligation: Obligation, moment: datetime) -> None:
        """Close an obligation once every file has delivered."""
        delivered = self.delivered[obligation]
        known = {part: closing.seen_at for part, closing in delivered.items()}
        at = complete_at(self.parts, known, moment)
        if at is None or obligation in self.closings:
            return
        found = {
            part: evidence.Fulfilment(closing.at, closing.timing_observed)
            for part, closing in delivered.items()
            if self.parts[part].is_there(at)
        }
        last = evidence.last_part(found)
        self.closings[obligation] = replace(delivered[last], seen_at=at)

    def decide_until(self, moment: datetime) -> None:
        """Apply the decisions of people up to an instant."""
        for decision in self.history.decisions:
            if decision.at <= moment and decision.k < len(self.ledger):
                closing = Closing(ClosingKind(decision.kind), decision.at, decision.at)
                self.closings.setdefault(self.ledger[decision.k], closing)

    def run(self) -> None:
        """Let the looks, and the ends of periods between them, close what they close."""
        accepted: list[evidence.KnownVersion] = []
        taken = [(x.at, part, x) for part, looks in enumerate(self.looks) for x in looks]
        before = datetime.min.replace(tzinfo=UTC)
        for at, part, look in sorted(taken, key=lambda each: each[:2]):
            if look.publication is None or self.is_held(look):
                continue
            content, file = look.publication.content, look.publication.file
            rank = evidence.rank_change(content, file, accepted)
            self.settle(before, at)
            before = at
            self.decide_until(at)
            is_change = part in self.current if self.is_together else bool(accepted)
            if self.history.unit is None and rank is Rank.E4 and is_change:
                self.deliver_oldest(part, look)
            current = self.current.get(part)
            if current is None or current.publication.content != content:
                self.current[part] = look
            accepted.append(evidence.KnownVersion(content, file))
        self.settle(before, self.history.now + timedelta(microseconds=1))
        self.decide_until(self.history.now)

    def deliver_oldest(self, part: int, look: Look) -> None:
        """Take a change without a period for the oldest that is open and lacks this file's."""
        still_open = [
            o for o in self.ledger if o not in self.closings and part not in self.delivered[o]
        ]
        oldest = evidence.oldest_closable(still_open, look.at)
        if oldest is not None:
            self.deliver(oldest, part, look, look.at, Rank.E4)

    def settle(self, since: datetime, until: datetime) -> None:
        """Let the ends of periods and the leaving of files in [since, until) close what they do."""
        events = [(part.until, None, part.id) for part in self.parts if part.until is not None]
        unit, covered = self.history.unit, {}
        if unit is not None:
            covered = {i: coverage_of(x.publication, unit) for i, x in self.current.items()}
            events += [
                (max(self.current[i].at, o.closable_at), o, i)
                for i in covered
                for o in self.ledger
                if o not in self.closings and i not in self.delivered[o]
            ]
        for moment, obligation, part in sorted(events, key=lambda event: event[0]):
            if not moment < until or (obligation is None and moment < since):
                continue
            self.decide_until(moment)
            if obligation is None:
                for o in self.ledger:
                    self.complete(o, moment)
                continue
            waits = obligation not in self.closings and self.parts[part].is_there(moment)
            if waits and evidence.closes(obligation, covered[part], moment, self.calendar):
                self.deliver(obligation, part, self.current[part], moment, Rank.E5)


@cache
def calendar_of(zone: str) -> Calendar:
    """The calendar of a zone, made once."""
    return city_calendar(zone)


def judge_history(history: History) -> Judgement:
    """Judge a history by the rules of the catalogue."""
    calendar, now = calendar_of(history.zone), history.now
    replay = Replay(history, calendar)
    replay.run()
    conclusive_at = replay.conclusive_at(now)
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
