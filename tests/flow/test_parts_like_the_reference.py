"""Histories of several files, written into a database and settled there, against the reference."""

from collections.abc import Iterator
from datetime import UTC, datetime
from email.utils import format_datetime
from itertools import islice
from typing import Any

from sqlalchemy import null
from sqlmodel import Session, select

from catalog import models
from catalog.intake.ledger import extend_ledger
from catalog.models.db import unit_of_work
from catalog.rules.evidence import KnownVersion, rank_change
from catalog.rules.release_rule import parse_release_rule
from catalog.rules.terms import Cadence, ClosingKind, Merge, Outcome, Rank, Validity
from catalog.store.observed import coverage_stored
from checks.looking.closings import settle
from checks.sources.fetcher import host_of
from tests.flow.world import ZONE, World
from tests.rules import histories, naive, replay
from tests.rules.histories import History, Look

SEEDS = range(70_000_000, 70_000_400)
N_TOLD = 8


class Story:
    """One history as the watcher would have written it, look by look."""

    def __init__(self, world: World, history: History) -> None:
        self.world, self.history = world, history
        cadence = Cadence(history.cadence)
        self.id, first = world.promise(
            world.feed.address + "/x.csv",
            cadence=cadence,
            rule=history.rule.text,
            agreed_on=history.agreed_on,
            now=datetime(2000, 1, 1, tzinfo=UTC),
            merge=Merge(history.merge),
        )
        assert parse_release_rule(history.rule.text, cadence).rule is not None
        self.accepted: list[KnownVersion] = []
        self.shown: dict[int, str] = {}
        with unit_of_work(world.engine) as session:
            extend_ledger(session, world.calendar(session), history.now, [self.id])
            self.sources = [first]
            for other in history.others:
                source = models.Source(
                    dataset_id=self.id,
                    kind=models.SourceKind.HTTP_FILE,
                    address=world.feed.address,
                    host=host_of(world.feed.address),
                    created_at=other.since,
                    retired_at=other.until,
                )
                session.add(source)
                session.flush()
                self.sources.append(source.id or 0)

    def live(self) -> None:
        """Let the looks and decisions come in order, and settle with each of them."""
        played = replay.Replay(self.history, replay.calendar_of(ZONE))
        events: list[tuple[datetime, int, Any]] = [
            (look.at, part, look) for part, looks in enumerate(played.looks) for look in looks
        ]
        events += [(decision.at, -1, decision) for decision in self.history.decisions]
        for at, part, what in sorted(events, key=lambda event: event[:2]):
            with unit_of_work(self.world.engine) as session:
                if not isinstance(what, Look):
                    self.settle(session, at)
                    self.decide(session, what.k, ClosingKind(what.kind), at)
                else:
                    fresh = self.look(session, part, what, is_held=held(played, what))
                    if fresh is not None:
                        self.settle(session, at, fresh)
        with unit_of_work(self.world.engine) as session:
            self.settle(session, self.history.now)

    def settle(self, session: Session, at: datetime, *fresh: int) -> None:
        settle(session, replay.calendar_of(ZONE), at, [self.id], fresh=fresh)

    def decide(self, session: Session, k: int, kind: ClosingKind, at: datetime) -> None:
        query = select(models.Obligation).where(models.Obligation.dataset_id == self.id)
        owed = session.exec(query.order_by(models.Obligation.period_start)).all()
        closed = select(models.Closing.obligation_id)
        if k < len(owed) and owed[k].id not in session.exec(closed).all():
            session.add(models.Closing(obligation_id=owed[k].id or 0, kind=kind, at=at, seen_at=at))

    def look(self, session: Session, part: int, look: Look, *, is_held: bool) -> int | None:
        """Write a look down; returns the version where its content was accepted as new bytes."""
        source_id, published = self.sources[part], look.publication
        session.add(
            models.Check(
                source_id=source_id,
                dataset_id=self.id,
                at=look.at,
                outcome=Outcome(look.outcome),
                conclusive=True,
            )
        )
        if published is None or is_held or self.shown.get(part) == published.file:
            return None
        self.shown[part] = published.file
        rank = rank_change(published.content, published.file, self.accepted)
        self.accepted.append(KnownVersion(published.content, published.file))
        unit = self.history.unit
        coverage = coverage_stored(replay.coverage_of(published, unit)) if unit else None
        newest = max(row.start for row in published.rows)
        version = models.Version(
            dataset_id=self.id,
            source_id=source_id,
            number=len(self.accepted),
            seen_at=look.at,
            status=models.VersionStatus.ACCEPTED,
            rank=Rank.E5 if rank is Rank.E4 and coverage else rank,
            file_name="x.csv",
            blob=published.file,
            n_bytes=1,
            bytes_hash=published.file,
            canonical_hash=published.content,
            max_at=datetime(newest.year, newest.month, newest.day, tzinfo=UTC) if unit else None,
            validity=Validity.VALID,
            last_modified=format_datetime(published.at, True) if published.tells_modified else None,
        )
        version.coverage = null() if coverage is None else coverage  # type: ignore[assignment]
        session.add(version)
        session.flush()
        return version.id

    def closed(self) -> dict[str, tuple[int, bool]]:
        """Return f and whether it was observed, by period."""
        found = self.world.closings(self.id)
        return {
            label: (naive.stamp(closing.at), closing.timing_observed)
            for label, closing in found.items()
        }

    def known(self) -> dict[str, datetime]:
        """Return since when each closing was known."""
        return {label: closing.seen_at for label, closing in self.world.closings(self.id).items()}


def held(played: replay.Replay, look: Look) -> bool:
    return look.publication is not None and played.is_held(look)


def told() -> Iterator[History]:
    """Give histories of several files in the zone of the world in which something closes."""
    for seed in SEEDS:
        history = histories.make(seed)
        if history.others and history.zone == ZONE and len(naive.judge(history).closed) > 2:
            yield history


def differs(world: World, history: History) -> bool:
    """Tell whether what is written down closes otherwise than the reference says."""
    story = Story(world, history)
    story.live()
    played = replay.Replay(history, replay.calendar_of(ZONE))
    played.run()
    known = {o.period.label: closing.seen_at for o, closing in played.closings.items()}
    return (story.closed(), story.known()) != (naive.judge(history).closed, known)


def test_what_is_written_closes_as_the_reference_says(small_world: World) -> None:
    chosen = list(islice(told(), N_TOLD))
    assert {history.merge for history in chosen} == {"all", "any"}
    assert {history.unit is None for history in chosen} == {True, False}
    assert [history.seed for history in chosen if differs(small_world, history)] == []


def test_settling_once_at_the_end_says_the_same_where_periods_are_read(small_world: World) -> None:
    read = (history for history in told() if history.unit and not history.decisions)
    for history in islice(read, N_TOLD // 2):
        often, once = Story(small_world, history), Story(small_world, history)
        often.live()
        once.settle = lambda *_given: None  # type: ignore[method-assign]
        once.live()
        with unit_of_work(small_world.engine) as session:
            Story.settle(once, session, history.now)
        assert (once.closed(), once.known()) == (often.closed(), often.known()), history.seed
