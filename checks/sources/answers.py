"""JSON answers over the one fetcher: parsed, walked by path, all pages under one budget."""

import json
import re
from copy import copy
from dataclasses import dataclass, replace
from datetime import datetime
from time import monotonic
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit, urlunsplit

from checks.sources import Conditional, SourceError
from checks.sources.faults import too_large, too_slow
from checks.sources.fetcher import Fetcher, check_address, host_of
from checks.sources.port import Key
from checks.sources.records import number_text

_ERROR_KEYS = ("error", "errors", "message", "msg", "pesan", "detail", "exception")
_NOTHING = object()
_PASSWORD = re.compile(rb"""<input\b[^>]*\btype\s*=\s*["']?password""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Answer:
    """One JSON answer: its tree, and where a redirect led to."""

    tree: Any
    http_status: int | None
    moved_to: str | None


@dataclass(slots=True)
class Asker:
    """Asks for JSON again and again, within the time and bytes of one fetch in sum."""

    fetcher: Fetcher
    now: datetime
    key: Key | None = None
    n_bytes: int = 0
    seconds: float = 0.0

    def ask(self, address: str) -> Answer:
        """Return the JSON behind an address, or raise SourceError."""
        check_address(address)
        wait = self.fetcher.politeness.seconds_until_free(host_of(address))
        started = monotonic()
        try:
            fetched = self._rest().fetch(address, Conditional(), self.now, self.key)
        except SourceError as error:
            raise self._as_of_the_sum(error) from None
        finally:
            # Being polite is no slowness of the server.
            self.seconds += max(0.0, monotonic() - started - wait)
        if fetched.path is None:
            raise not_json("kosong", "empty")
        self.n_bytes += fetched.n_bytes
        try:
            tree = parsed(fetched.path.read_bytes())
        finally:
            fetched.path.unlink(missing_ok=True)
        return Answer(tree, fetched.http_status, fetched.moved_to)

    def _rest(self) -> Fetcher:
        """Return the fetcher with what is left of the limits; its connections are shared.

        Decoded pages never weigh less than the wire brought, so one cap holds for both.
        """
        limits = self.fetcher.limits
        n_left = limits.wire_bytes - self.n_bytes
        seconds = limits.total_seconds - self.seconds
        if n_left <= 0:
            raise too_large(limits.wire_bytes)
        if seconds <= 0:
            raise too_slow(*limits.patience, silent=False)
        rest = copy(self.fetcher)
        rest.limits = replace(
            limits, total_seconds=seconds, wire_bytes=n_left, decoded_bytes=n_left
        )
        return rest

    def _as_of_the_sum(self, error: SourceError) -> SourceError:
        """Return an error whose sentence names the limits of the sum, not what was left."""
        limits = self.fetcher.limits
        if error.code == "too-large":
            return too_large(limits.wire_bytes)
        if error.code == "timeout" and self.n_bytes:
            return too_slow(*limits.patience, silent=error.silent)
        return error


def parsed(content: bytes) -> Any:
    """Return the tree of JSON bytes, numbers as text; raises SourceError `not-json`."""
    try:
        text = content.decode("utf-8-sig")
        return json.loads(
            text, parse_int=str, parse_float=number_text, parse_constant=lambda _: None
        )
    except (ValueError, RecursionError):
        if content.lstrip()[:1] == b"<":
            if _PASSWORD.search(content):
                raise not_json("halaman masuk", "a login page") from None
            raise not_json("halaman web", "a web page") from None
        raise not_json("bukan JSON yang utuh", "no whole JSON") from None


def not_json(what_id: str, what_en: str) -> SourceError:
    """Return the error of an answer that is no JSON."""
    return SourceError(
        "not-json",
        f"Layanan seharusnya menjawab JSON, jawabannya {what_id}; periksa alamat dan aplikasinya.",
        f"JSON was expected, the answer is {what_en}; check the address and the application.",
    )


def found_at(tree: Any, path: str) -> Any:
    """Return what stands at a path such as `data.0.rows`, None where nothing does."""
    found = _walk(tree, path)
    return None if found is _NOTHING else found


def rows_at(tree: Any, path: str) -> list[dict[str, Any]]:
    """Return the list of objects at a path; raises SourceError that says what is there."""
    found = _walk(tree, path)
    if isinstance(found, list) and all(isinstance(row, dict) for row in found):
        return found
    said = _said(tree)
    if said and not isinstance(found, list):
        raise SourceError(
            "api-error",
            f'Layanan menjawab dengan pesan, bukan data: "{said}".',
            f'The service answered with a message, not with data: "{said}".',
        )
    place = f'pada jalur "{path}"' if path else "di tingkat teratas"
    keys = ", ".join(map(str, tree))[:200] if isinstance(tree, dict) else ""
    raise SourceError(
        "no-records",
        f"Daftar baris (larik objek JSON) tidak ditemukan {place}; "
        f"kunci yang ada: {keys or 'tidak ada'}.",
        f'No list of records (JSON objects) at the path "{path}"; keys found: {keys or "none"}.',
        permanent=True,
    )


def with_query(address: str, /, **given: str) -> str:
    """Return an address whose query has these values, its other parameters kept."""
    parts = urlsplit(address)
    kept = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if k not in given]
    return urlunsplit(parts._replace(query=urlencode([*kept, *given.items()])))


def _walk(tree: Any, path: str) -> Any:
    for step in filter(None, path.split(".")):
        if isinstance(tree, dict) and step in tree:
            tree = tree[step]
        elif isinstance(tree, list) and step.isdecimal() and int(step) < len(tree):
            tree = tree[int(step)]
        else:
            return _NOTHING
    return tree


def _said(tree: Any) -> str:
    if not isinstance(tree, dict):
        return ""
    for key, value in tree.items():
        if str(key).casefold() in _ERROR_KEYS and value:
            if within := _said(value):
                return within
            text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
            return " ".join(text.split())[:80]
    return ""
