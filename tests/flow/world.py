"""A small real world for flow tests: promises in a database, files behind real HTTP."""

import sys
import threading
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine
from sqlmodel import select

from catalog import models
from catalog.intake.holidays import seed_holidays
from catalog.intake.ledger import extend_ledger
from catalog.models.almanac import load_calendar
from catalog.models.db import reading, unit_of_work
from catalog.rules.calendar import Calendar
from catalog.rules.release_rule import parse_release_rule
from catalog.rules.terms import Cadence
from catalog.store.standing import Standing, standings
from checks.look import Watcher, watcher_for
from checks.sources.fetcher import Fetcher, host_of
from checks.sources.wire import Limits

ZONE = "Asia/Jakarta"


def wib(text: str) -> datetime:
    """Return the instant of a local time in western Indonesia, "2025-04-10 20:00"."""
    return datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(ZONE)).astimezone(UTC)


@dataclass
class Answer:
    """What the server says at one path."""

    body: bytes = b""
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    before: Callable[[], None] = lambda: None


class _QuietServer(ThreadingHTTPServer):
    """A client that is killed in the middle of an answer is no error of the server."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


class Feed:
    """A real HTTP/1.1 server on loopback; ETags are made from the body unless given."""

    def __init__(self) -> None:
        feed = self
        self.answers: dict[str, Answer] = {}
        self.asked: Counter[str] = Counter()
        self.conditional: Counter[str] = Counter()

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_GET(self) -> None:
                answer = feed.answers.get(self.path, Answer(b"not here", 404))
                feed.asked[self.path] += 1
                answer.before()
                etag = answer.headers.get("ETag", f'"{hash(answer.body) & 0xFFFFFFFF:x}"')
                asked = self.headers.get("If-None-Match")
                feed.conditional[self.path] += asked is not None
                unchanged = answer.status == 200 and asked == etag
                says_the_time = "Date" in answer.headers
                respond = self.send_response_only if says_the_time else self.send_response
                respond(304 if unchanged else answer.status)
                for name, value in {"ETag": etag, **answer.headers}.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", "0" if unchanged else str(len(answer.body)))
                self.end_headers()
                if not unchanged:
                    self.wfile.write(answer.body)

            def log_message(self, format: str, *args: Any) -> None:
                """Keep quiet."""

        self._server = _QuietServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.01,))
        self._thread.start()

    @property
    def address(self) -> str:
        """The address without a path."""
        return f"http://127.0.0.1:{self._server.server_port}"

    def serve(self, path: str, body: str | bytes, **headers: str) -> str:
        """Serve this body from now on and return the address of the path."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        body = body.encode() if isinstance(body, str) else body
        self.answers[path] = Answer(body, headers=named)
        return self.address + path

    def fail(self, path: str, status: int, **headers: str) -> str:
        """Answer with a status that is no success from now on."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.answers[path] = Answer(b"<html>no</html>", status, named)
        return self.address + path

    def close(self) -> None:
        """Stop serving."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()


@dataclass
class World:
    """One database with holidays, one watcher, one feed."""

    engine: Engine
    watcher: Watcher
    feed: Feed
    n_datasets: int = 0

    def may_reach(self, host: str) -> None:
        """Let the watcher reach one more port of loopback."""
        fetcher = self.watcher.fetcher
        fetcher.close()
        known = host_of(self.feed.address)
        self.watcher = replace(
            self.watcher,
            fetcher=Fetcher(
                self.watcher.originals.scratch,
                contact="walidata@example.org",
                allowed_hosts=frozenset({known, host}),
                spacing_seconds=0,
                limits=fetcher.limits,
            ),
        )

    def promise(
        self,
        address: str | None,
        *,
        cadence: Cadence = Cadence.BULANAN,
        rule: str | None = None,
        agreed_on: date = date(2025, 1, 1),
        now: datetime | None = None,
        kind: models.SourceKind = models.SourceKind.HTTP_FILE,
        **dataset: Any,
    ) -> tuple[int, int]:
        """Promise a dataset with a source; returns their ids."""
        now = now or datetime(2025, 1, 1, tzinfo=UTC)
        self.n_datasets += 1
        n = self.n_datasets
        with unit_of_work(self.engine) as session:
            agency = session.exec(select(models.Agency)).first()
            if agency is None:
                agency = models.Agency(
                    slug="dinkes",
                    name="Dinas Kesehatan",
                    name_key="dinas kesehatan",
                    created_at=now,
                )
                session.add(agency)
                session.flush()
            made = models.Dataset(
                agency_id=agency.id,
                slug=f"data-{n}",
                identity=f"data-{n}",
                title=f"Data {n}",
                created_at=now,
                updated_at=now,
                **dataset,
            )
            session.add(made)
            session.flush()
            session.add(
                models.Promise(
                    dataset_id=made.id,
                    cadence=cadence,
                    schedule=parse_release_rule(rule, cadence).schedule,
                    rule_text=rule,
                    agreed_on=agreed_on,
                    created_at=now,
                )
            )
            source = models.Source(
                dataset_id=made.id,
                kind=kind,
                address=address or "",
                host=host_of(address or ""),
                next_look_at=now,
                created_at=now,
            )
            session.add(source)
            session.flush()
            extend_ledger(session, self.calendar(session), now, [made.id or 0])
            return made.id or 0, source.id or 0

    def calendar(self, session: Any) -> Calendar:
        """Return the city's calendar."""
        return load_calendar(session, ZONE)

    def extend(self, now: datetime) -> None:
        """Make the ledger for the days around an instant."""
        with unit_of_work(self.engine) as session:
            extend_ledger(session, self.calendar(session), now)

    def standing(self, dataset_id: int, now: datetime) -> Standing:
        """Return how a dataset stands."""
        with reading(self.engine) as session:
            return standings(session, self.watcher.city(session), now, dataset_ids=[dataset_id])[0]

    def closings(self, dataset_id: int) -> Mapping[str, models.Closing]:
        """Return the closings that stand, by period."""
        with reading(self.engine) as session:
            rows = session.exec(
                select(models.Obligation.label, models.Closing)
                .join(models.Closing, models.Closing.obligation_id == models.Obligation.id)
                .where(
                    models.Obligation.dataset_id == dataset_id,
                    models.Closing.retracted_at.is_(None),
                )
            ).all()
        return dict(rows)

    def checks(self, dataset_id: int) -> list[models.Check]:
        """Return the checks of a dataset in order."""
        with reading(self.engine) as session:
            query = select(models.Check).where(models.Check.dataset_id == dataset_id)
            return list(session.exec(query.order_by(models.Check.at, models.Check.id)))

    def versions(self, dataset_id: int) -> list[models.Version]:
        """Return the versions of a dataset in order."""
        with reading(self.engine) as session:
            query = select(models.Version).where(models.Version.dataset_id == dataset_id)
            return list(session.exec(query.order_by(models.Version.number)))


def new_world(engine: Engine, folder: Path, feed: Feed, clock: Callable[[], datetime]) -> World:
    """Return a world with seeded holidays whose feed may be reached."""
    with unit_of_work(engine) as session:
        seed_holidays(session, date(2025, 1, 1))
    watcher = watcher_for(
        engine,
        originals_dir=folder / "originals",
        zone=ZONE,
        clock=clock,
        contact="walidata@example.org",
        allowed_hosts=(host_of(feed.address),),
        host_spacing_seconds=0,
        limits=Limits(connect_seconds=1.0, total_seconds=3.0),
    )
    return World(engine, watcher, feed)
