"""What every look shares: databases, originals, the fetcher, the clock, the city's calendar."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Engine, func, select
from sqlmodel import Session

from catalog import models
from catalog.context import Context
from catalog.models.almanac import load_calendar
from catalog.rules.calendar import Calendar
from catalog.store.standing import City
from checks.looking.originals import Originals
from checks.sources import Reach
from checks.sources.fetcher import Fetcher
from checks.sources.wire import Limits
from checks.tables.confined import Limits as ReadingLimits

#: What a killed process held is free again after this; a living one renews it.
LEASE_SECONDS = 15
_HOLIDAY: Any = models.Holiday
_MARK = select(func.count(_HOLIDAY.id), func.max(_HOLIDAY.id), func.max(_HOLIDAY.on_date))


@dataclass(slots=True)
class _Almanac:
    """The calendar of one state of the holidays; read again when they change."""

    mark: Any = None
    calendar: Calendar | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)


@dataclass(frozen=True, slots=True)
class Found:
    """What a tick found: its hour, and the newest promise and obligation."""

    hour: datetime
    promise_id: int | None
    obligation_id: int | None


@dataclass(slots=True)
class LastTick:
    """What the last tick of this process found; the same again needs no second thought."""

    found: Found | None = None


@dataclass(frozen=True, slots=True)
class Watcher:
    """One installation's eyes. A lease is renewed while its process lives, however long a look.

    `reading_engine` serves the workers' own questions (the engine itself where none is
    given); `clock` is asked only by `sweep`, everything else takes `now`.
    """

    engine: Engine
    originals: Originals
    fetcher: Fetcher
    zone: str
    clock: Callable[[], datetime]
    reading_engine: Engine | None = None
    city_name: str = "Kota"
    registration_due_on: date | None = None
    drop_folder: Path | None = None
    lease_seconds: int = LEASE_SECONDS
    city_code: str | None = None
    reading_limits: ReadingLimits = field(default_factory=ReadingLimits)
    last_tick: LastTick = field(default_factory=LastTick, repr=False, compare=False)
    _almanac: _Almanac = field(default_factory=_Almanac, repr=False, compare=False)

    @property
    def reader(self) -> Engine:
        """The engine for questions that write nothing."""
        return self.reading_engine or self.engine

    @property
    def reach(self) -> Reach:
        """What the source kinds may use."""
        return Reach(self.fetcher, self.originals.scratch, self.drop_folder)

    @property
    def timezone(self) -> ZoneInfo:
        """The city's time zone."""
        return ZoneInfo(self.zone)

    def calendar(self, session: Session) -> Calendar:
        """Return the city's calendar; built again only when a holiday came or went."""
        mark = session.connection().execute(_MARK).one()
        with self._almanac.lock:
            if self._almanac.calendar is None or self._almanac.mark != mark:
                self._almanac.calendar = load_calendar(session, self.zone)
                self._almanac.mark = mark
            return self._almanac.calendar

    def city(self, session: Session) -> City:
        """Return the city as the verdicts need it."""
        return City(self.city_name, self.calendar(session), self.registration_due_on)


def watcher_for(
    engine: Engine,
    *,
    originals_dir: Path,
    zone: str,
    clock: Callable[[], datetime],
    contact: str,
    allowed_hosts: tuple[str, ...] = (),
    host_spacing_seconds: float = 2.0,
    host_connections: int = 1,
    reading_engine: Engine | None = None,
    city_name: str = "Kota",
    registration_due_on: date | None = None,
    drop_folder: Path | None = None,
    limits: Limits | None = None,
    is_durable: bool = True,
    city_code: str | None = None,
    reading_limits: ReadingLimits | None = None,
    tls_exceptions: Mapping[str, date] | None = None,
) -> Watcher:
    """Return the watcher of an installation with a fetcher of its own.

    `is_durable` False keeps originals without waiting for the disk, for rehearsals alone.
    """
    # Readers in other processes need not stand in the same folder as this one.
    originals = Originals(originals_dir.absolute(), is_durable)
    fetcher = Fetcher(
        originals.scratch,
        contact=contact,
        allowed_hosts=frozenset(host.lower() for host in allowed_hosts),
        spacing_seconds=host_spacing_seconds,
        at_once=host_connections,
        limits=limits,
        exceptions=tls_exceptions,
    )
    return Watcher(
        engine=engine,
        originals=originals,
        fetcher=fetcher,
        zone=zone,
        clock=clock,
        reading_engine=reading_engine,
        city_name=city_name,
        registration_due_on=registration_due_on,
        drop_folder=drop_folder,
        city_code=city_code,
        reading_limits=reading_limits or ReadingLimits(),
    )


def watcher_of(context: Context) -> Watcher:
    """Return the watcher of an installation."""
    settings = context.settings
    return watcher_for(
        context.engine,
        reading_engine=context.reading_engine,
        originals_dir=settings.originals_dir,
        zone=settings.zone,
        clock=context.clock,
        contact=settings.contact,
        allowed_hosts=settings.allowed_hosts,
        host_spacing_seconds=settings.host_spacing_seconds,
        host_connections=settings.host_connections,
        city_name=settings.city_name,
        registration_due_on=settings.registration_due_on,
        drop_folder=settings.drop_dir,
        is_durable=settings.is_production,
        city_code=settings.city_code,
        reading_limits=ReadingLimits.of(settings.reader_seconds, settings.reader_memory_mb),
        tls_exceptions=settings.tls_exceptions,
    )
