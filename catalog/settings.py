"""The settings of one installation: typed, read once, never changed while it runs."""

import difflib
import os
import re
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, available_timezones

from dotenv import dotenv_values
from pydantic import Field, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from catalog.rules.errors import MutakhirError

PREFIX = "MUTAKHIR_"
#: Names that the launcher and the tests read, and that are no setting of the product.
FOREIGN = frozenset({"MUTAKHIR_CHROME", "MUTAKHIR_REQUIRE_BROWSER", "MUTAKHIR_TEST_PG"})
#: Settings whose value is never repeated in a message.
SECRET = frozenset({"database_url", "secret_key", "smtp_url"})
#: A heartbeat that is older than so many ticks says that the watcher has stopped.
TICKS_UNTIL_STALE = 2
DEFAULT_SECRET = "rahasia-hanya-untuk-latihan"
_OFFSET = re.compile(r"([+-]\d+)([dhm])")
_HOST_AND_PORT = re.compile(r"(\[[0-9a-fA-F:.]+\]|[^:\s/]+):\d{1,5}")
_UNITS = {"d": "days", "h": "hours", "m": "minutes"}


class WrongSetting(MutakhirError):
    """A setting is unknown, of the wrong type, or not allowed in this mode."""


class Mode(StrEnum):
    """Whether the clock and the secrets are real."""

    PRODUCTION = "production"
    REHEARSAL = "rehearsal"


class EngineName(StrEnum):
    """What carries out the looks."""

    THREADS = "threads"
    PROCRASTINATE = "procrastinate"


class Settings(BaseSettings):
    """Every `MUTAKHIR_*` setting; the description of each is its line in the README."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_file=".env", frozen=True, extra="ignore", env_ignore_empty=True
    )

    database_url: str = Field(
        default="sqlite:///instance/mutakhir.db",
        description="Database address: sqlite:///PATH or postgresql://…",
    )
    originals_dir: Path = Field(
        default=Path("instance/originals"), description="Folder of the stored original files"
    )
    drop_dir: Path | None = Field(
        default=None, description="Folder below which the paths of drop-folder sources lie"
    )
    zone: str = Field(
        default="Asia/Jakarta", description="Time zone of the city; days are cut at its midnight"
    )
    city_name: str = Field(default="Kota", description="Name shown on every page and letter")
    city_code: str | None = Field(
        default=None, description="Region code of the city, 3579 or 35.79; others are strays"
    )
    base_url: str = Field(
        default="http://127.0.0.1:8000", description="Public address, used in links of messages"
    )
    secret_key: str = Field(
        default=DEFAULT_SECRET,
        description="Key that signs links and forms; at least 32 characters in production",
    )
    smtp_url: str | None = Field(
        default=None, description="smtp://, smtp+starttls:// or smtps:// address; none: no mail"
    )
    mail_from: str = Field(
        default="Mutakhir <mutakhir@localhost>", description="Sender of every message"
    )
    contact: str = Field(
        default="walidata@localhost", description="Contact named to source servers and the public"
    )
    mode: Mode | None = Field(
        default=None, description="production (default) or rehearsal (demo, tests, training)"
    )
    now: str | None = Field(
        default=None,
        description="Rehearsal only: a fixed ISO instant, or an offset such as +30d or -2h",
    )
    engine: EngineName = Field(
        default=EngineName.THREADS, description="threads or procrastinate (PostgreSQL workers)"
    )
    allowed_hosts: Annotated[tuple[str, ...], NoDecode] = Field(
        default=(),
        description="host:port pairs of intranet servers that may be fetched, comma separated",
    )
    tls_exceptions: Annotated[dict[str, date], NoDecode] = Field(
        default_factory=dict,
        description="host:port=YYYY-MM-DD, comma separated: no https certificate is asked of "
        "that server until that day",
    )
    registration_due_on: date | None = Field(
        default=None, description="Day after which a promise without a source counts as missed"
    )
    tick_seconds: int = Field(
        default=60, ge=5, le=3600, description="Seconds between two ticks of the watcher"
    )
    workers: int = Field(default=8, ge=1, le=64, description="Looks under way at once")
    host_spacing_seconds: float = Field(
        default=2.0, ge=0, le=60, description="Pause between two requests to one host"
    )
    host_connections: int = Field(
        default=1, ge=1, le=4, description="Requests under way at once at one host"
    )
    reader_seconds: int = Field(
        default=120, ge=5, le=3600, description="Time that the reading of one file may take"
    )
    reader_memory_mb: int = Field(
        default=4000, ge=200, le=64_000, description="Memory that the reading of one file may take"
    )

    @field_validator("allowed_hosts", mode="before")
    @classmethod
    def _split_hosts(cls, value: object) -> object:
        hosts = value.split(",") if isinstance(value, str) else value
        return tuple(host.strip() for host in hosts if host.strip()) if hosts else ()  # type: ignore[attr-defined]

    @field_validator("allowed_hosts")
    @classmethod
    def _pairs(cls, hosts: tuple[str, ...]) -> tuple[str, ...]:
        for host in hosts:
            if not _HOST_AND_PORT.fullmatch(host):
                raise ValueError(f"{host} is no host:port pair")
        return hosts

    @field_validator("tls_exceptions", mode="before")
    @classmethod
    def _days_of_hosts(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        pairs = [pair.strip().lower().partition("=") for pair in value.split(",") if pair.strip()]
        for host, _, day in pairs:
            if not _HOST_AND_PORT.fullmatch(host) or not day:
                raise ValueError(f"{host} is no host:port=YYYY-MM-DD")
        return {host: day for host, _, day in pairs}

    @field_validator("zone")
    @classmethod
    def _known_zone(cls, zone: str) -> str:
        if zone not in available_timezones():
            raise ValueError("expected a zone such as Asia/Jakarta, Asia/Makassar, Asia/Jayapura")
        return zone

    @field_validator("city_code")
    @classmethod
    def _region_code(cls, code: str | None) -> str | None:
        if code is not None and not re.fullmatch(r"\d{2}\.?\d{2}", code):
            raise ValueError("expected the four digits of a city or regency, such as 35.79")
        return code.replace(".", "") if code else None

    @field_validator("base_url")
    @classmethod
    def _web_address(cls, url: str) -> str:
        if not url.startswith(("http://", "https://")):
            raise ValueError("expected an address that begins with http:// or https://")
        return url.rstrip("/")

    @field_validator("now")
    @classmethod
    def _readable_now(cls, text: str | None) -> str | None:
        if text is None or _OFFSET.fullmatch(text):
            return text
        if datetime.fromisoformat(text).tzinfo is None:
            raise ValueError("expected an instant with its offset, 2026-01-31T08:00+07:00")
        return text

    @model_validator(mode="after")
    def _fit_for_production(self) -> "Settings":
        if self.now is not None and self.mode is Mode.PRODUCTION:
            raise ValueError("MUTAKHIR_NOW is for rehearsals; production runs on the real clock")
        return self

    @property
    def is_production(self) -> bool:
        """Whether links, secrets and the clock must be real (the default)."""
        return (self.mode or (Mode.REHEARSAL if self.now else Mode.PRODUCTION)) is Mode.PRODUCTION

    @property
    def timezone(self) -> ZoneInfo:
        """The city's time zone."""
        return ZoneInfo(self.zone)

    @property
    def stale_after(self) -> timedelta:
        """The age at which the newest heartbeat says that the watcher has stopped."""
        return timedelta(seconds=self.tick_seconds * TICKS_UNTIL_STALE)

    def at(self, real: datetime) -> datetime:
        """Return the instant of this installation's clock when the real one says `real`."""
        if self.now is None:
            return real
        offset = _OFFSET.fullmatch(self.now)
        if offset is None:
            return datetime.fromisoformat(self.now).astimezone(UTC)
        return real + timedelta(**{_UNITS[offset[2]]: int(offset[1])})

    def require_secret(self) -> None:
        """Refuse to serve in production with a default or short secret. Raises WrongSetting."""
        if self.is_production and (self.secret_key == DEFAULT_SECRET or len(self.secret_key) < 32):
            raise WrongSetting(
                "MUTAKHIR_SECRET_KEY is missing or shorter than 32 characters; set one, "
                "or set MUTAKHIR_MODE=rehearsal for a trial"
            )


def read_settings(**given: object) -> Settings:
    """Read the settings from the environment and `.env`; `given` wins over both.

    Raises WrongSetting with the name of the first unknown or wrong one.
    """
    names = {*os.environ, *dotenv_values(".env")}
    known = {PREFIX + field.upper() for field in Settings.model_fields} | FOREIGN
    for name in sorted(name for name in names if name.upper().startswith(PREFIX)):
        if name not in known:
            near = difflib.get_close_matches(name, known - FOREIGN, n=1)
            hint = f"; did you mean {near[0]}?" if near else ""
            raise WrongSetting(f"{name} is no setting of Mutakhir{hint}")
    try:
        return Settings(**given)  # type: ignore[arg-type]
    except ValidationError as error:
        raise WrongSetting(_sentence(error.errors()[0])) from None


def _sentence(error: ErrorDetails) -> str:
    reason = error["msg"].removeprefix("Value error, ")
    if not error["loc"]:
        return reason
    field = str(error["loc"][0])
    found = "" if field in SECRET else f" (found: {error['input']!r})"
    return f"{PREFIX}{field.upper()}: {reason}{found}"
