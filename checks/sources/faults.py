"""Every way in which a fetch fails, with the sentence that people read."""

import errno
import re
from datetime import datetime, timedelta

from checks.sources.instants import http_instant
from checks.sources.port import Fault, SourceError

MEGABYTE = 1_000_000
_OUR_LINE = frozenset({errno.ENETUNREACH, errno.ENETDOWN, errno.EADDRNOTAVAIL, errno.EACCES})
_OUR_DISK = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS})
_RETRY_LEAST, _RETRY_MOST = timedelta(minutes=1), timedelta(hours=24)
#: Of the refusals of a request, those that may end by themselves.
_MAY_PASS = frozenset({408, 423, 425, 429})


def too_slow(total_seconds: float, least_bytes_per_second: int, *, silent: bool) -> SourceError:
    """Return the error of a server that kept us waiting."""
    return SourceError(
        "timeout",
        f"Server tidak mengirim jawaban lengkap dalam {total_seconds:.0f} detik "
        f"(atau lebih lambat dari {least_bytes_per_second} bita per detik).",
        f"The server sent no complete answer within {total_seconds:.0f} seconds "
        f"(or was slower than {least_bytes_per_second} bytes per second).",
        silent=silent,
    )


def too_large(n_bytes: int) -> SourceError:
    """Return the error of an answer that is larger than what is read."""
    return SourceError(
        "too-large",
        f"Berkas lebih besar dari batas {n_bytes // MEGABYTE} MB; bagi menjadi beberapa berkas.",
        f"The file is larger than the limit of {n_bytes // MEGABYTE} MB; split it.",
        permanent=True,
    )


def broken(what_id: str, what_en: str) -> SourceError:
    """Return the error of an answer that breaks the rules of HTTP or ends too early."""
    return SourceError(
        "broken-answer", f"Balasan server tidak sah: {what_id}.", f"Invalid answer: {what_en}."
    )


def forbidden(host: str) -> SourceError:
    """Return the error of an address inside our own network."""
    return SourceError(
        "forbidden-address",
        f"Alamat {host} bukan alamat internet umum; jaringan dalam hanya boleh dibuka "
        "bila terdaftar di MUTAKHIR_ALLOWED_HOSTS.",
        f"{host} is no address of the public internet; inner networks are opened only "
        "where MUTAKHIR_ALLOWED_HOSTS lists them.",
        permanent=True,
    )


def our_fault(error: OSError) -> SourceError:
    """Return the error of our own line, disk or process: it says nothing about the source."""
    name = errno.errorcode.get(error.errno or 0, "OSError")
    return SourceError(
        "our-disk" if error.errno in _OUR_DISK else "our-line",
        f"Pemantau sendiri terganggu ({name}); sumber belum dapat diperiksa.",
        f"The monitor itself is disturbed ({name}); the source could not be checked.",
        fault=Fault.OURS,
    )


def no_connection(error: OSError) -> SourceError:
    """Return the error of a connection that could not be made."""
    if error.errno in _OUR_LINE:
        return our_fault(error)
    if isinstance(error, TimeoutError) or error.errno == errno.EHOSTUNREACH:
        return SourceError(
            "no-connection",
            "Server tidak dapat dihubungi (tidak ada jawaban).",
            "The server cannot be reached (no answer).",
            fault=Fault.UNREACHED,
            silent=True,
        )
    return SourceError(
        "connection-refused",
        "Server menolak sambungan.",
        "The server refused the connection.",
    )


def bad_address() -> SourceError:
    """Return the error of what is no plain web address."""
    return SourceError(
        "bad-address",
        "Alamat sumber tidak sah; tulis http://… atau https://… tanpa nama pengguna, spasi, "
        "dan tanda #.",
        "Not a valid address; write http://… or https://… without a user name, blanks and #.",
        permanent=True,
    )


def bad_redirect() -> SourceError:
    """Return the error of a redirect to what is no plain web address."""
    return SourceError(
        "bad-address",
        "Server mengalihkan ke tujuan yang bukan alamat web biasa; pengalihannya tidak diikuti.",
        "The server redirects to what is no plain web address; it is not followed.",
        permanent=True,
    )


def forbidden_redirect(host: str) -> SourceError:
    """Return the error of a redirect into our own network."""
    return SourceError(
        "forbidden-address",
        f"Server mengalihkan ke {host}, yang bukan alamat internet umum; tidak diikuti kecuali "
        "terdaftar di MUTAKHIR_ALLOWED_HOSTS.",
        f"The server redirects to {host}, no address of the public internet; not followed "
        "unless MUTAKHIR_ALLOWED_HOSTS lists it.",
        permanent=True,
    )


def silent() -> SourceError:
    """Return the error of a server that took the request and said nothing."""
    return SourceError(
        "timeout",
        "Server tidak menjawab sampai batas waktu.",
        "The server did not answer in time.",
        silent=True,
    )


def no_https() -> SourceError:
    """Return the error of a server with which no https could be agreed on."""
    return SourceError(
        "tls",
        "Server tidak melayani https dengan benar di alamat ini; periksa http atau https dan "
        "portanya.",
        "The server speaks no proper https at this address; check http or https and the port.",
        permanent=True,
    )


def bad_certificate(error: Exception, until: datetime | None, now: datetime) -> SourceError:
    """Return the error of an https certificate that proves nothing; `until` is its end."""
    said = str(error)
    what_id, what_en = "tidak dapat dipercaya", "cannot be trusted"
    if "expired" in said or (until is not None and until < now):
        what_id, what_en = "kedaluwarsa", "has expired"
    elif "mismatch" in said or "doesn't match" in said:
        what_id, what_en = "dibuat untuk nama server lain", "was made for another server name"
    elif "self-signed" in said or "self signed" in said:
        what_id, what_en = "dibuat sendiri oleh server", "was made by the server itself"
    elif "local issuer" in said:
        what_id += ", penerbitnya tidak dikenal atau rantainya tidak lengkap"
        what_en += ", its issuer is unknown or its chain not complete"
    day_id, day_en = "", ""
    if until is not None:
        day_id, day_en = f" (berlaku sampai {until:%Y-%m-%d})", f" (valid until {until:%Y-%m-%d})"
    return SourceError(
        "tls",
        f"Sertifikat https {what_id}{day_id}.",
        f"The https certificate {what_en}{day_en}.",
        permanent=True,
    )


def bad_status(status: int, retry_after: str | None, now: datetime) -> SourceError:
    """Return the error of an answer whose status is no success."""
    what_id, what_en = {
        204: ("menjawab tanpa isi", "answered without content"),
        206: ("mengirim sebagian berkas padahal tidak diminta", "sent a part unasked"),
        304: ("menjawab 'tidak berubah' padahal tidak ditanya", "answered 304 unasked"),
        400: (
            "menolak permintaan; periksa alamat dan opsinya",
            "refuses the request; check the address and the options",
        ),
        401: ("meminta nama pengguna", "asks for a user name"),
        403: ("menolak akses", "refuses access"),
        404: ("tidak menemukan berkas", "does not find the file"),
        405: ("tidak melayani pengambilan di alamat ini", "serves no download at this address"),
        410: ("sudah menghapus berkas", "has removed the file"),
        429: ("meminta kita menunggu", "asks us to wait"),
        451: ("menutup berkas ini karena alasan hukum", "closes this file for legal reasons"),
        503: ("sedang tidak dapat melayani", "cannot serve at the moment"),
    }.get(status, ("bermasalah", "has a problem"))
    return SourceError(
        f"http-{status}",
        f"Server {what_id} (HTTP {status}).",
        f"The server {what_en} (HTTP {status}).",
        permanent=400 <= status < 500 and status not in _MAY_PASS,
        http_status=status,
        retry_after=_wait(status, retry_after, now),
    )


def _wait(status: int, text: str | None, now: datetime) -> timedelta | None:
    """Return how long a busy server wants to be left alone, within a minute and a day."""
    if status not in (429, 503):
        return None
    asked: timedelta | None = None
    if text and re.fullmatch(r"\d{1,9}", text.strip()):
        asked = timedelta(seconds=int(text))
    elif text and (until := http_instant(text)):
        asked = until - now
    if asked is None:
        return timedelta(hours=1) if status == 429 else None
    least = timedelta(hours=1) if status == 429 else _RETRY_LEAST
    return max(least, min(asked, _RETRY_MOST))
