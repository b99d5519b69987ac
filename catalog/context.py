"""What a page, a job and a command share: engines, clock, settings, the stored originals."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO, Protocol, cast

from flask import current_app
from sqlalchemy import Engine
from sqlmodel import Session

from catalog.models.almanac import load_calendar
from catalog.settings import Settings
from catalog.store.standing import City

EXTENSION = "mutakhir"


class Originals(Protocol):
    """Where the original files of versions are kept, by the name in `Version.blob`."""

    def open(self, blob: str) -> BinaryIO:
        """Return the original's bytes as a stream; raises FileNotFoundError."""
        ...

    def path(self, blob: str) -> Path:
        """Return where the original lies; it may not exist."""
        ...


@dataclass(frozen=True, slots=True)
class Context:
    """One installation, handed to everything that runs in it.

    `reading_engine` refuses writes: public pages and dashboards use it alone.
    """

    settings: Settings
    engine: Engine
    reading_engine: Engine
    originals: Originals
    clock: Callable[[], datetime]

    def city(self, session: Session) -> City:
        """Return the city with its calendar as the database holds it now."""
        return City(
            name=self.settings.city_name,
            calendar=load_calendar(session, self.settings.zone),
            registration_due_on=self.settings.registration_due_on,
        )

    def today(self) -> date:
        """Return the local date of the installation's clock."""
        return self.clock().astimezone(self.settings.timezone).date()


def current() -> Context:
    """Return the context of the running web application."""
    return cast(Context, current_app.extensions[EXTENSION])
