"""Certificates that expired, belong to others, or were made at home."""

import socket
import ssl
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import trustme

from catalog.rules.terms import Outcome
from checks.look import Recorded, Watcher, look_at
from tests.campaign.faults.bench import Bench, fault
from tests.campaign.faults.servers import DRIPS
from tests.campaign.faults.siege import besiege


def _serving(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def _home_made(authority: trustme.CA, folder: Path) -> ssl.SSLContext:
    """Serve a certificate that signed itself."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    path = folder / "self.pem"
    path.write_bytes(authority.private_key_pem.bytes() + authority.cert_pem.bytes())
    context.load_cert_chain(path)
    return context


@fault("F20", "TLS expired, wrong host, self-signed, soon over", "refused, named; exception ends")
def certificates(bench: Bench) -> None:
    # The library holds certificates against the machine's own clock, so they are made around it.
    today = datetime.now(UTC)
    authority, stranger = trustme.CA(), trustme.CA()
    trusted = bench.folder / "trusted.pem"
    authority.cert_pem.write_to_path(str(trusted))
    good = _serving(authority.issue_cert("127.0.0.1"))
    expired_at = today - timedelta(days=2)
    expired = _serving(
        authority.issue_cert(
            "127.0.0.1", not_before=today - timedelta(days=60), not_after=expired_at
        )
    )
    siege = besiege(bench, tls=good, certificates=trusted, limits=DRIPS)
    for what, context, word in (
        ("expired", expired, f"kedaluwarsa (berlaku sampai {expired_at:%Y-%m-%d})"),
        ("wrong host", _serving(authority.issue_cert("lain.example.org")), "nama server lain"),
        ("self-signed", _home_made(stranger, bench.folder), "dibuat sendiri"),
        ("unknown authority", _serving(stranger.issue_cert("127.0.0.1")), "tidak dapat dipercaya"),
    ):
        siege.server.tls = context
        check = siege.attack(what, None, "tls")
        bench.need(f"{what}: the reason says {check.reason!r}", word in (check.reason or ""))
    _hang_in_the_handshake(bench)
    siege.server.tls = _serving(
        authority.issue_cert("127.0.0.1", not_after=today + timedelta(days=10))
    )
    reason = _looked_at(siege.world.watcher, siege.source, today)[0].seen.reason
    bench.need(f"10 days before its end: {reason!r}", "berakhir pada" in (reason or ""))
    siege.server.tls = _serving(
        authority.issue_cert("127.0.0.1", not_after=today + timedelta(days=30))
    )
    reason = _looked_at(siege.world.watcher, siege.source, today + timedelta(days=1))[0].seen.reason
    bench.expect("30 days before its end", reason, None)
    _except_until(bench, expired)
    bench.say("4 of 4 refused and named, a warning from 14 days before the end")


def _looked_at(watcher: Watcher, source: int, now: datetime) -> tuple[Recorded, ...]:
    return look_at(watcher, [source], now)


def _except_until(bench: Bench, expired: ssl.SSLContext) -> None:
    """The operator's exception holds for its host until its day, and is named in the check."""
    siege = besiege(bench)
    host = f"127.0.0.1:{siege.server.port}"
    siege.server.tls = expired
    siege.point(siege.server.address)
    siege.attack("https without an exception", None, "tls")
    siege.world.watcher.fetcher._exceptions = {host: date(2025, 4, 2)}
    check = siege.look()
    bench.expect("with an exception", check.outcome, Outcome.COMPLETE)
    bench.need("the exception is not named", "tidak diperiksa sampai 2025-04-02" in (
        check.reason or ""))  # fmt: skip
    siege.now += timedelta(days=2)
    siege.attack("after its last day", None, "tls")


def _hang_in_the_handshake(bench: Bench) -> None:
    def talk(connection: socket.socket) -> None:
        while True:
            connection.sendall(b"\x16")
            time.sleep(0.05)

    siege = besiege(bench, limits=DRIPS)
    siege.point(siege.server.address.replace("http:", "https:"))
    codes = ("tls", "timeout", "broken-answer", "no-connection")
    siege.attack("a handshake that drips", talk, codes, most_seconds=2)
