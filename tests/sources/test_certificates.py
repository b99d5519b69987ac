"""Until when a certificate holds, read from its bytes; a resolver that hangs holds up nobody."""

import socket
import time
from datetime import UTC, datetime
from typing import Any

import pytest
import trustme
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_certificate

from checks.sources import SourceError
from checks.sources.certificates import end_of, valid_until
from checks.sources.faults import bad_certificate
from checks.sources.names import resolve


@pytest.mark.parametrize(
    "until", [datetime(2049, 12, 31, 23, 59, 59, tzinfo=UTC), datetime(2051, 1, 2, tzinfo=UTC)]
)
def test_the_end_of_a_certificate_is_read_from_its_bytes(until: datetime) -> None:
    leaf = trustme.CA().issue_cert("data.opd.test", not_after=until)
    certificate = load_pem_x509_certificate(leaf.cert_chain_pems[0].bytes())
    assert end_of(certificate.public_bytes(Encoding.DER)) == until


def test_what_is_no_certificate_has_no_end() -> None:
    assert end_of(None) is None
    assert end_of(b"no certificate") is None
    assert end_of(b"\x30\x1e\x17\x0d250101000000Z\x17\x0d259901000000Z") is None
    assert valid_until({}) is None
    assert valid_until({"notAfter": "Jun  1 12:00:00 2025 GMT"}) == datetime(
        2025, 6, 1, 12, tzinfo=UTC
    )


@pytest.mark.parametrize(
    ("said", "sentence"),
    [
        ("certificate has expired", "Sertifikat https kedaluwarsa (berlaku sampai 2025-03-01)."),
        (
            "Hostname mismatch, certificate is not valid for 'x'",
            "Sertifikat https dibuat untuk nama server lain (berlaku sampai 2025-03-01).",
        ),
        (
            "self-signed certificate",
            "Sertifikat https dibuat sendiri oleh server (berlaku sampai 2025-03-01).",
        ),
        (
            "unable to get local issuer certificate",
            "Sertifikat https tidak dapat dipercaya, penerbitnya tidak dikenal atau rantainya "
            "tidak lengkap (berlaku sampai 2025-03-01).",
        ),
        (
            "what nobody foresaw",
            "Sertifikat https tidak dapat dipercaya (berlaku sampai 2025-03-01).",
        ),
    ],
)
def test_a_bad_certificate_is_named_with_its_end(said: str, sentence: str) -> None:
    now = datetime(2025, 2, 1, tzinfo=UTC)
    error = bad_certificate(ValueError(said), datetime(2025, 3, 1, tzinfo=UTC), now)
    assert (error.code, error.sentence_id) == ("tls", sentence)
    assert "2025" not in bad_certificate(ValueError(said), None, now).sentence_en


def test_a_certificate_that_has_ended_is_said_to_have_ended_whoever_issued_it() -> None:
    until, now = datetime(2025, 3, 1, tzinfo=UTC), datetime(2025, 3, 2, tzinfo=UTC)
    error = bad_certificate(ValueError("unable to get local issuer certificate"), until, now)
    assert error.sentence_en == "The https certificate has expired (valid until 2025-03-01)."


def test_a_resolver_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def hang(*args: Any, **kwargs: Any) -> list[Any]:
        time.sleep(0.5)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", hang)
    began = time.monotonic()
    with pytest.raises(SourceError) as refused:
        resolve("data.opd.test", 80, 0.1)
    assert refused.value.code == "no-name-answer"
    assert time.monotonic() - began < 0.4
    time.sleep(0.5)


def test_a_number_is_resolved_without_a_resolver() -> None:
    assert resolve("127.0.0.1", 80, 0.0)[0][4] == ("127.0.0.1", 80)
