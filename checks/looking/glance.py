"""One look at one source: fetch, compare with what is known, read what is new."""

from dataclasses import replace
from datetime import datetime, timedelta
from time import perf_counter

from catalog.models import SourceKind
from catalog.registry import discover
from catalog.rules.terms import Outcome
from checks import sources
from checks.looking.background import Background, background
from checks.looking.examination import examine, same_table
from checks.looking.leases import Leased
from checks.looking.seen import Examined, Seen, failed
from checks.looking.watcher import Watcher
from checks.sources import Conditional, Fetched, Source, SourceError

LEAST_SHARE_UNFRAMED = 0.9
CERTIFICATE_ENDS_SOON = timedelta(days=14)
_KINDS: dict[SourceKind, type[Source]] = {kind.kind: kind for kind in discover(sources)}


def glance(watcher: Watcher, leased: Leased, now: datetime) -> Seen:
    """Look once at a leased source and say what was seen; no transaction is open.

    A failure of the source or of ours is a result; only a bug raises.
    """
    started = perf_counter()
    try:
        fetched = fetch(watcher, leased, leased.conditional, now)
        _refuse_unframed(fetched, leased)
        examined = _examined(watcher, leased, fetched, now)
    except SourceError as error:
        return failed(leased, now, perf_counter() - started, error)
    return Seen(
        leased=leased,
        at=now,
        seconds=perf_counter() - started,
        outcome=Outcome.NOT_MODIFIED if fetched.not_modified else Outcome.COMPLETE,
        http_status=fetched.http_status,
        code=examined.held if examined else None,
        reason=_remark(fetched, examined, now),
        n_bytes=fetched.n_bytes,
        bytes_hash=leased.seen_hash if fetched.not_modified else fetched.sha256,
        etag=fetched.etag,
        last_modified=fetched.last_modified,
        version_id=leased.version_of(fetched.sha256),
        examined=examined,
    )


def fetch(watcher: Watcher, leased: Leased, conditional: Conditional, now: datetime) -> Fetched:
    """Fetch a source by its kind, or raise SourceError."""
    kind = _KINDS.get(leased.kind)
    if kind is None:
        raise SourceError(
            "unknown-kind",
            f"Jenis sumber {leased.kind} tidak dapat diambil.",
            f"Sources of the kind {leased.kind} cannot be fetched.",
            permanent=True,
        )
    return kind(watcher.reach).fetch(leased.ref, conditional, now)


def _refuse_unframed(fetched: Fetched, leased: Leased) -> None:
    """A body that ends with the connection is believed only where it is as long as before."""
    if fetched.framed or fetched.not_modified or fetched.path is None:
        return
    least = LEAST_SHARE_UNFRAMED * (leased.n_bytes or 0)
    if not fetched.cut and leased.n_bytes is not None and fetched.n_bytes >= least:
        return
    fetched.path.unlink(missing_ok=True)
    raise SourceError(
        "unframed",
        "Server tidak menyebut panjang berkas, sehingga tidak dapat dipastikan utuh.",
        "The server does not say how long the file is, so nobody can tell that it is whole.",
    )


def _examined(watcher: Watcher, leased: Leased, fetched: Fetched, now: datetime) -> Examined | None:
    if fetched.path is None or fetched.sha256 is None:
        return None
    known = background(watcher, leased.dataset_id, leased.source_id)
    watcher.originals.take(fetched.path, fetched.sha256)
    examined = examine(
        watcher,
        known,
        path=watcher.originals.path(fetched.sha256),
        blob=fetched.sha256,
        n_bytes=fetched.n_bytes,
        file_name=fetched.file_name,
        media_type=fetched.media_type,
        now=now,
    )
    rests_on_change = examined.is_readable and examined.coverage is None
    if rests_on_change and known.previous_blob is not None:
        is_volatile = _is_volatile(watcher, leased, known, fetched.sha256, examined, now)
        return replace(examined, is_volatile=is_volatile)
    return examined


def _is_volatile(
    watcher: Watcher,
    leased: Leased,
    known: Background,
    sha256: str,
    examined: Examined,
    now: datetime,
) -> bool:
    """Tell whether a second download says something else than the first.

    Asked only where the change itself would be the evidence; what changes with every
    look proves nothing. A second download that fails proves nothing either.
    """
    try:
        again = fetch(watcher, leased, Conditional(known=frozenset({sha256})), now)
    except SourceError:
        return False
    if again.path is None or again.sha256 is None:
        return False
    try:
        return not same_table(
            watcher, known, examined, again.path, again.file_name, again.media_type
        )
    finally:
        again.path.unlink(missing_ok=True)


def _remark(fetched: Fetched, examined: Examined | None, now: datetime) -> str | None:
    """Say what held a content back, or else what its people should know of its server."""
    if examined is not None and examined.held_reason:
        return examined.held_reason
    said = []
    if fetched.moved_to:
        said.append(f"Alamat dialihkan ke {fetched.moved_to}.")
    until = fetched.certificate_until
    if until is not None and until - now < CERTIFICATE_ENDS_SOON:
        said.append(f"Sertifikat https berakhir pada {until:%Y-%m-%d}.")
    if fetched.excepted_until is not None:
        said.append(f"Sertifikat https tidak diperiksa sampai {fetched.excepted_until}.")
    return " ".join(said) or None
