"""The one way to the web: guarded, bounded in time and bytes, strict about what is complete."""

from datetime import datetime
from email.message import Message
from ipaddress import ip_address
from pathlib import Path, PurePosixPath
from time import monotonic
from urllib.parse import unquote, urljoin, urlsplit

import requests
from requests import PreparedRequest
from requests import exceptions as failures

from checks.sources.body import Body, decoded
from checks.sources.faults import (
    bad_address,
    bad_certificate,
    bad_status,
    broken,
    our_fault,
    silent,
)
from checks.sources.politeness import Politeness
from checks.sources.port import Conditional, Fetched, SourceError
from checks.sources.wire import Gate, Limits, Meter, StrictResponse, guarded_adapter, use_meter

_REDIRECTS = frozenset({301, 302, 303, 307, 308})


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
    `contact` is named to every server; `scratch` is the folder of temporary bodies.
    """

    def __init__(
        self,
        scratch: Path,
        *,
        contact: str,
        allowed_hosts: frozenset[str] = frozenset(),
        spacing_seconds: float = 2.0,
        limits: Limits | None = None,
        certificates: Path | None = None,
    ) -> None:
        self.limits = limits or Limits()
        self.politeness = Politeness(spacing_seconds, frozenset(filter(is_local, allowed_hosts)))
        self._scratch = scratch
        self._agent = f"Mutakhir/1 (pemantau data terbuka; {contact})"
        self._adapter = guarded_adapter(Gate(allowed_hosts, self.limits.connect_seconds))
        self._verify: bool | str = str(certificates) if certificates else True

    def fetch(self, address: str, conditional: Conditional, now: datetime) -> Fetched:
        """Return the complete answer of a web address, or raise SourceError.

        Redirects are followed, each hop through the same gate. A body that is not known
        already lies in a temporary file that is the caller's to take or remove.
        """
        check_address(address)
        hop, meter = address, None
        for _ in range(self.limits.hops + 1):
            with self.politeness.turn(host_of(hop)):
                meter = meter or Meter(self.limits)
                response = self._ask(hop, conditional, meter)
                try:
                    if response.status_code not in _REDIRECTS:
                        moved_to = hop if hop != address else None
                        return self._answer(response, hop, conditional, meter, now, moved_to)
                    hop = _next_hop(hop, response)
                finally:
                    response.raw.close()
        raise SourceError(
            "too-many-redirects",
            f"Alamat dialihkan lebih dari {self.limits.hops} kali.",
            f"The address was redirected more than {self.limits.hops} times.",
            permanent=True,
        )

    def close(self) -> None:
        """Close every connection that is kept for the next request."""
        self._adapter.close()

    def _ask(
        self, address: str, conditional: Conditional, meter: Meter, *, is_second: bool = False
    ) -> requests.Response:
        request = PreparedRequest()
        try:
            request.prepare_method("GET")
            request.prepare_url(address, None)
            request.prepare_headers(self._headers(conditional))
        except (failures.RequestException, ValueError):
            raise bad_address() from None
        use_meter(meter)
        began = monotonic()
        timeout = (self.limits.connect_seconds, meter.seconds_left())
        try:
            return self._adapter.send(request, stream=True, timeout=timeout, verify=self._verify)
        except failures.SSLError as error:
            raise bad_certificate(error) from None
        except (failures.Timeout, TimeoutError):
            raise silent() from None
        except (failures.RequestException, OSError, ValueError) as error:
            # A kept connection that the server closed meanwhile deserves a new one.
            if not is_second and meter.n_wire == 0 and monotonic() - began < 1:
                return self._ask(address, conditional, meter, is_second=True)
            raise broken("sambungan terputus", "connection closed") from error

    def _headers(self, conditional: Conditional) -> dict[str, str]:
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
        return headers

    def _answer(
        self,
        response: requests.Response,
        address: str,
        conditional: Conditional,
        meter: Meter,
        now: datetime,
        moved_to: str | None,
    ) -> Fetched:
        status, headers = response.status_code, response.headers
        asked = not conditional.full and bool(conditional.etag or conditional.last_modified)
        if status == 304 and asked:
            _drain(response)
            return _unchanged(response, address, moved_to)
        if status != 200:
            raise bad_status(status, headers.get("Retry-After"), now)
        whole = _strict(response)
        blocks = decoded(whole.body(), headers.get("Content-Encoding", ""), meter)
        body = Body(self._scratch, conditional.known)
        try:
            for block in blocks:
                body.add(block)
            path = body.finish()
        except OSError as error:
            raise our_fault(error) from error
        finally:
            body.abandon()
        response.raw.release_conn()
        return Fetched(
            not_modified=False,
            sha256=body.sha256,
            n_bytes=body.n_bytes,
            path=path,
            file_name=_file_name(headers.get("Content-Disposition"), address),
            http_status=status,
            media_type=headers.get("Content-Type"),
            etag=headers.get("ETag"),
            last_modified=headers.get("Last-Modified"),
            moved_to=moved_to,
            framed=whole.is_framed or body.closes_itself,
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
    if not is_good or any(c.isspace() or ord(c) < 32 for c in address):
        raise bad_address()


def _next_hop(address: str, response: requests.Response) -> str:
    target = urljoin(address, response.headers.get("Location", "").strip())
    target = target.partition("#")[0]
    check_address(target)
    if address.startswith("https:") and not target.startswith("https:"):
        raise SourceError(
            "insecure-redirect",
            "Alamat https dialihkan ke alamat tanpa pengaman (http).",
            "The https address was redirected to an insecure one (http).",
            permanent=True,
        )
    return target


def _strict(response: requests.Response) -> StrictResponse:
    whole = response.raw._original_response
    if not isinstance(whole, StrictResponse):
        raise TypeError(f"expected an answer of the guarded adapter, found {type(whole)}")
    return whole


def _drain(response: requests.Response) -> None:
    """Give the connection back: an answer without a body is at its end already."""
    _strict(response).close()
    response.raw.release_conn()


def _unchanged(response: requests.Response, address: str, moved_to: str | None) -> Fetched:
    return Fetched(
        not_modified=True,
        sha256=None,
        n_bytes=0,
        path=None,
        file_name=_file_name(None, address),
        http_status=304,
        etag=response.headers.get("ETag"),
        last_modified=response.headers.get("Last-Modified"),
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
