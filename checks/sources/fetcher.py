"""The one way to the web: guarded, bounded in time and bytes, strict about what is complete."""

import re
import ssl
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from email.message import Message
from functools import lru_cache
from ipaddress import ip_address
from pathlib import Path, PurePosixPath
from time import monotonic
from urllib.parse import unquote, urljoin, urlsplit

from checks.sources.body import Body, decoded
from checks.sources.certificates import shown_end
from checks.sources.connections import BROKEN, Answer, Connections
from checks.sources.faults import (
    bad_address,
    bad_certificate,
    bad_redirect,
    bad_status,
    broken,
    forbidden_redirect,
    no_https,
    our_fault,
    silent,
)
from checks.sources.instants import http_instant
from checks.sources.politeness import Politeness
from checks.sources.port import Conditional, Fetched, Key, SourceError
from checks.sources.wire import Gate, Limits, Meter

_REDIRECTS = frozenset({301, 302, 303, 307, 308})
#: A connection that the server ended, as TLS says it.
_ENDED = (ssl.SSLEOFError, ssl.SSLZeroReturnError)
_BLANKS = re.compile(r"[\s\0-\x1f]")


@lru_cache(maxsize=1024)
def host_of(address: str) -> str:
    """Return host:port of a web address, in lower case; empty where it is no web address."""
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not parts.hostname:
        return ""
    name = f"[{parts.hostname}]" if ":" in parts.hostname else parts.hostname
    return f"{name}:{port or (443 if parts.scheme == 'https' else 80)}"


class Fetcher:
    """Fetches web addresses for everybody: one per process, safe to share between threads.

    `allowed_hosts` are the host:port pairs of inner servers that may be reached;
    `contact` is named to every server; `scratch` is the folder of temporary bodies. Of the
    hosts in `exceptions` no certificate is asked until the day that stands with them, by
    the operator's decision.
    """

    def __init__(
        self,
        scratch: Path,
        *,
        contact: str,
        allowed_hosts: frozenset[str] = frozenset(),
        spacing_seconds: float = 2.0,
        at_once: int = 1,
        limits: Limits | None = None,
        certificates: Path | None = None,
        exceptions: Mapping[str, date] | None = None,
    ) -> None:
        self.limits = limits or Limits()
        exempt = frozenset(filter(is_local, allowed_hosts))
        self.politeness = Politeness(spacing_seconds, exempt, at_once)
        self._scratch = scratch
        self._agent = f"Mutakhir/1 (pemantau data terbuka; {contact})"
        self._gate = Gate(allowed_hosts, self.limits.connect_seconds)
        self._connections = Connections(self._gate, at_once, certificates)
        self._exceptions = dict(exceptions or {})

    def fetch(
        self, address: str, conditional: Conditional, now: datetime, key: Key | None = None
    ) -> Fetched:
        """Return the complete answer of a web address, or raise SourceError.

        Redirects are followed, each hop through the same gate; the key goes to the host of
        the address alone. A body that is not known already lies in a temporary file that is
        the caller's to take or remove.
        """
        check_address(address)
        hop, meter = address, None
        for _ in range(self.limits.hops + 1):
            with self.politeness.turn(host_of(hop)):
                meter = meter or Meter(self.limits)
                try:
                    answer = self._ask(hop, conditional, meter, now, key)
                except SourceError as error:
                    raise _on_the_way(error, hop, address) from None
                try:
                    if answer.status not in _REDIRECTS:
                        moved_to = hop if hop != address else None
                        return self._answer(answer, hop, conditional, meter, now, moved_to)
                    hop = _next_hop(hop, answer)
                    if host_of(hop) != host_of(address):
                        key = None
                finally:
                    answer.close()
        raise SourceError(
            "too-many-redirects",
            f"Alamat dialihkan lebih dari {self.limits.hops} kali.",
            f"The address was redirected more than {self.limits.hops} times.",
            permanent=True,
        )

    def close(self) -> None:
        """Close every connection that is kept for the next request."""
        self._connections.close()

    def _ask(
        self,
        address: str,
        conditional: Conditional,
        meter: Meter,
        now: datetime,
        key: Key | None = None,
        *,
        is_second: bool = False,
    ) -> Answer:
        began = monotonic()
        headers = self._headers(conditional, key)
        verify = self._excepted_until(address, now) is None
        try:
            return self._connections.ask(address, headers, meter, verify=verify, fresh=is_second)
        except ssl.SSLCertVerificationError as error:
            raise bad_certificate(error, self._shown_end(address), now) from None
        except TimeoutError:
            raise silent() from None
        except BROKEN as error:
            if isinstance(error, ssl.SSLError) and not isinstance(error, _ENDED):
                raise no_https() from None
            # A kept connection that the server closed meanwhile deserves a new one.
            if not is_second and meter.n_wire == 0 and monotonic() - began < 1:
                return self._ask(address, conditional, meter, now, key, is_second=True)
            raise broken("sambungan terputus", "connection closed") from error

    def _excepted_until(self, address: str, now: datetime) -> date | None:
        """Return the day until which this host's certificate is not asked for, if it is so."""
        until = self._exceptions.get(host_of(address)) if address.startswith("https:") else None
        return until if until is not None and now.date() <= until else None

    def _shown_end(self, address: str) -> datetime | None:
        parts = urlsplit(address)
        host = parts.hostname or ""
        return shown_end(lambda: self._gate.connect(host, parts.port or 443), host)

    def date_of(self, address: str, now: datetime) -> datetime | None:
        """Return what time a server says it is; None when it does not say or not answer."""
        try:
            check_address(address)
            with self.politeness.turn(host_of(address)):
                answer = self._ask(address, Conditional(), Meter(self.limits), now)
                answer.close()
        except SourceError:
            return None
        return http_instant(answer.header("Date"))

    def _headers(self, conditional: Conditional, key: Key | None) -> dict[str, str]:
        headers = {
            "User-Agent": self._agent,
            "Accept": "*/*",
            "Accept-Encoding": "gzip",
            "Connection": "keep-alive",
        }
        if not conditional.full:
            if conditional.etag:
                headers["If-None-Match"] = conditional.etag
            if conditional.last_modified:
                headers["If-Modified-Since"] = conditional.last_modified
        if key is not None:
            headers[key.header] = key.value
        return headers

    def _answer(
        self,
        answer: Answer,
        address: str,
        conditional: Conditional,
        meter: Meter,
        now: datetime,
        moved_to: str | None,
    ) -> Fetched:
        status, whole = answer.status, answer.whole
        asked = not conditional.full and bool(conditional.etag or conditional.last_modified)
        until = answer.certificate_until
        if status == 304 and asked:
            answer.keep()
            unchanged = _unchanged(answer, address, moved_to)
            return replace(
                unchanged,
                certificate_until=until,
                excepted_until=self._excepted_until(address, now),
            )
        if status != 200:
            raise bad_status(status, answer.header("Retry-After"), now)
        blocks = decoded(whole.body(), answer.header("Content-Encoding") or "", meter)
        body = Body(self._scratch, conditional.known)
        try:
            for block in blocks:
                body.add(block)
            path = body.finish()
        except OSError as error:
            raise our_fault(error) from error
        finally:
            body.abandon()
        answer.keep()
        return Fetched(
            not_modified=False,
            sha256=body.sha256,
            n_bytes=body.n_bytes,
            path=path,
            file_name=_file_name(answer.header("Content-Disposition"), address),
            http_status=status,
            media_type=answer.header("Content-Type"),
            etag=answer.header("ETag"),
            last_modified=answer.header("Last-Modified"),
            moved_to=moved_to,
            framed=whole.is_framed or body.closes_itself,
            cut=not whole.is_framed and body.lacks_its_end,
            certificate_until=until,
            excepted_until=self._excepted_until(address, now),
        )


def is_local(host: str) -> bool:
    """Tell whether a listed host is this machine itself, which needs no pause."""
    name = host.rpartition(":")[0].strip("[]")
    try:
        return ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"


def check_address(address: str) -> None:
    """Refuse what is no plain web address: other schemes, user names, fragments, blanks."""
    try:
        parts = urlsplit(address)
        is_good = bool(host_of(address)) and parts.username is None and not parts.fragment
    except ValueError:
        is_good = False
    if not is_good or _BLANKS.search(address):
        raise bad_address()


def _on_the_way(error: SourceError, hop: str, address: str) -> SourceError:
    """Return the error of a hop; that it leads inside is the server's doing, not the address's."""
    is_inside = error.code == "forbidden-address" and hop != address
    return forbidden_redirect(host_of(hop)) if is_inside else error


def _next_hop(address: str, answer: Answer) -> str:
    # Many servers name a file with blanks as it is called.
    said = (answer.header("Location") or "").strip().replace(" ", "%20")
    if not said:
        raise broken("pengalihan tanpa alamat tujuan", "a redirect without a target")
    try:
        target = urljoin(address, said).partition("#")[0]
        check_address(target)
    except (SourceError, ValueError):
        raise bad_redirect() from None
    if address.startswith("https:") and not target.startswith("https:"):
        raise SourceError(
            "insecure-redirect",
            "Alamat https dialihkan ke alamat tanpa pengaman (http).",
            "The https address was redirected to an insecure one (http).",
            permanent=True,
        )
    return target


def _unchanged(answer: Answer, address: str, moved_to: str | None) -> Fetched:
    return Fetched(
        not_modified=True,
        sha256=None,
        n_bytes=0,
        path=None,
        file_name=_file_name(None, address),
        http_status=304,
        etag=answer.header("ETag"),
        last_modified=answer.header("Last-Modified"),
        moved_to=moved_to,
    )


def _file_name(disposition: str | None, address: str) -> str:
    """Return the name the server gives the file, or the last part of its address."""
    named = None
    if disposition:
        message = Message()
        message["Content-Disposition"] = disposition
        named = message.get_filename()
    name = PurePosixPath((named or unquote(urlsplit(address).path)).replace("\\", "/")).name
    clean = "".join(c for c in name if c.isprintable())[:150]
    return clean or "berkas"
