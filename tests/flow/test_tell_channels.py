"""Channels: one validated address, verified TLS, clean headers, a clear reason when refused."""

import importlib
import pkgutil
import socket
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

import checks.channels
from checks.channels import ChannelError, Message, Refusal, WrongChannel
from checks.channels.email import EmailChannel, one_address
from tests.flow.telling import Relay, at, free_port, open_relay

SENDER = "Mutakhir <mutakhir@batu.test>"


def letter(address: str = "sari@batu.test", name: str = "Sari", subject: str = "Kabar") -> Message:
    return Message(
        message_id="satu@data.batu.test",
        to_name=name,
        to_address=address,
        subject=subject,
        text="Halo\n",
        html="<p>Halo</p>",
        locale="id",
        at=at("2025-04-11 08:00"),
    )


@pytest.fixture
def relay() -> Iterator[Relay]:
    with open_relay() as relay:
        yield relay


def test_every_channel_keeps_the_port() -> None:
    """A newcomer is a module with one class that has a code, its schemes, `of` and `send`."""
    codes: list[str] = []
    for found in pkgutil.iter_modules(checks.channels.__path__):
        module = importlib.import_module(f"checks.channels.{found.name}")
        classes = [
            thing
            for thing in vars(module).values()
            if isinstance(thing, type)
            and thing.__module__ == module.__name__
            and hasattr(thing, "send")
        ]
        assert len(classes) == 1, f"{found.name}: one class with `send` is expected"
        channel = classes[0]
        codes.append(channel.code)
        assert channel.schemes, f"{found.name}: `schemes` names the addresses it is opened with"
        assert callable(channel.of)
    assert len(codes) == len(set(codes)) >= 1


@pytest.mark.parametrize(
    "text",
    [
        "sari@batu.test, evil@x.test",
        "sari@batu.test evil@x.test",
        "Sari <sari@batu.test>",
        "sari@batu.test\nBcc: evil@x.test",
        "sari@batu.test\r\nRCPT TO:<evil@x.test>",
        "sari",
        "@batu.test",
        "sari@",
        "sa ri@batu.test",
        "sari@batu..test",
        "sari;evil@batu.test",
        "",
        "s" * 65 + "@batu.test",
    ],
)
def test_anything_but_one_address_is_refused_before_the_relay_is_asked(
    relay: Relay, text: str
) -> None:
    channel = EmailChannel.of(relay.url, SENDER)
    with pytest.raises(ChannelError) as refused:
        channel.send(letter(address=text))
    assert refused.value.refusal is Refusal.ADDRESS
    assert refused.value.permanent
    assert relay.taken == []


@pytest.mark.parametrize("text", ["sari@batu.go.id", "s.ari+opd@mail.batu.go.id", "a@localhost"])
def test_a_plain_address_is_taken(text: str) -> None:
    assert one_address(f" {text} ").addr_spec == text


@pytest.mark.parametrize("breaker", ["\n", "\r\n", "\r", "\x0b", "\x85", "\u2028", "\x00"])
def test_no_header_can_be_smuggled_in(relay: Relay, breaker: str) -> None:
    hostile = f"Sari{breaker}Bcc: evil@x.test"
    EmailChannel.of(relay.url, SENDER).send(letter(name=hostile, subject=hostile))
    message = relay.taken[0]
    assert message["Bcc"] is None
    assert relay.receivers == ["sari@batu.test"]
    assert len(message["To"].addresses) == 1


def test_a_name_with_commas_stays_one_receiver(relay: Relay) -> None:
    EmailChannel.of(relay.url, SENDER).send(letter(name="dr. Sari, M.Kes <evil@x.test>"))
    assert [a.addr_spec for a in relay.taken[0]["To"].addresses] == ["sari@batu.test"]


@pytest.mark.parametrize(
    ("stage", "answer", "refusal"),
    [
        ("rcpt", "550 5.1.1 no such user", Refusal.ADDRESS),
        ("rcpt", "553 bad mailbox", Refusal.ADDRESS),
        ("rcpt", "550 5.7.1 denied by policy", Refusal.MESSAGE),
        ("rcpt", "451 4.3.0 later", Refusal.TEMPORARY),
        ("data", "452 4.2.2 full", Refusal.TEMPORARY),
        ("data", "554 5.6.0 spam", Refusal.MESSAGE),
    ],
)
def test_each_refusal_is_told_apart(
    relay: Relay, stage: str, answer: str, refusal: Refusal
) -> None:
    if stage == "rcpt":
        relay.rcpt["sari@batu.test"] = answer
    else:
        relay.data = answer
    with pytest.raises(ChannelError) as refused:
        EmailChannel.of(relay.url, SENDER).send(letter())
    assert refused.value.refusal is refusal
    assert answer[:3] in str(refused.value)


def test_a_relay_that_is_not_there_is_unreachable() -> None:
    with pytest.raises(ChannelError) as refused:
        EmailChannel.of(f"smtp://127.0.0.1:{free_port()}", SENDER).send(letter())
    assert refused.value.refusal is Refusal.UNREACHABLE


def test_a_relay_that_hangs_up_after_the_last_byte_leaves_it_uncertain() -> None:
    class HangsUp(Relay):
        async def handle_DATA(self, server, session, envelope):  # type: ignore[no-untyped-def]
            server.transport.abort()
            return "250 never heard"

    relay = HangsUp(free_port())
    controller = Controller(relay, hostname="127.0.0.1", port=relay.port)
    controller.start()
    try:
        with pytest.raises(ChannelError) as refused:
            EmailChannel.of(relay.url, SENDER).send(letter())
    finally:
        controller.stop()
    assert refused.value.refusal is Refusal.UNCERTAIN


def greet(port: int) -> None:
    trusting = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    trusting.check_hostname = False
    trusting.verify_mode = ssl.CERT_NONE
    with (
        socket.create_connection(("127.0.0.1", port), 5) as raw,
        trusting.wrap_socket(raw) as secured,
    ):
        secured.recv(4)


@pytest.mark.parametrize("scheme", ["smtps", "smtp+starttls"])
def test_a_relay_with_a_certificate_nobody_vouches_for_gets_nothing(
    tmp_path: Path, scheme: str
) -> None:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj",
         "/CN=127.0.0.1", "-keyout", str(key), "-out", str(certificate)],
        check=True,
        capture_output=True,
    )  # fmt: skip
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate, key)
    relay = Relay(free_port())
    options = {"tls_context": context} if scheme == "smtp+starttls" else {"ssl_context": context}
    controller = Controller(relay, hostname="127.0.0.1", port=relay.port, **options)  # type: ignore[arg-type]
    if scheme == "smtps":
        # The controller greets its own server once; it would not trust it either.
        controller._trigger_server = lambda: greet(relay.port)  # type: ignore[method-assign]
    controller.start()
    try:
        with pytest.raises(ChannelError) as refused:
            EmailChannel.of(f"{scheme}://127.0.0.1:{relay.port}", SENDER).send(letter())
    finally:
        controller.stop()
    assert refused.value.refusal is Refusal.UNREACHABLE
    assert "certificate" in str(refused.value).lower()
    assert relay.taken == []


@pytest.mark.parametrize(
    ("url", "sender"),
    [
        ("http://mail.batu.test", SENDER),
        ("smtp://", SENDER),
        ("smtp://mail.batu.test:notaport", SENDER),
        ("smtp://user:geheim@mail.batu.test", SENDER),
        ("smtp://mail.batu.test", "nobody"),
        ("smtp://mail.batu.test", "a@batu.test, b@batu.test"),
    ],
)
def test_a_wrong_channel_is_refused_without_repeating_the_password(url: str, sender: str) -> None:
    with pytest.raises(WrongChannel) as refused:
        EmailChannel.of(url, sender)
    assert "geheim" not in str(refused.value)


def test_a_password_travels_only_under_tls_or_on_this_machine() -> None:
    assert EmailChannel.of("smtp+starttls://u:p%40ss@mail.batu.test", SENDER).password == "p@ss"
    assert EmailChannel.of("smtp://u:p@127.0.0.1", SENDER).user == "u"
