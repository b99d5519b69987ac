"""Electronic mail over SMTP: one message, one validated address, verified TLS."""

import re
import smtplib
import ssl
from contextlib import suppress
from dataclasses import dataclass
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, getaddresses
from ipaddress import ip_address
from typing import ClassVar, Self
from urllib.parse import unquote, urlsplit

from checks.channels import ChannelError, Message, Refusal, WrongChannel

PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
SECONDS = 30.0
_LOCAL = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}")
_DOMAIN = re.compile(r"(?=.{1,253}$)[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63})*")
#: What must never reach a header: line ends of every kind and other control characters.
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]+")
#: Answers to RCPT that blame the address; 5.7.x is a policy of the relay, not of the address.
_NO_SUCH_ADDRESS = (550, 551, 553, 556)


def one_address(text: str) -> Address:
    """Return the one mail address the text is; two in one field are refused.

    Raises ChannelError (ADDRESS) for anything else, so that no relay is ever asked.
    """
    local, at, domain = text.strip().rpartition("@")
    if not at or not _LOCAL.fullmatch(local) or not _DOMAIN.fullmatch(domain):
        raise ChannelError(
            f"{_plain(text)!r} bukan satu alamat surel; perbaiki kontak ini.", Refusal.ADDRESS
        )
    try:
        return Address(username=local, domain=domain)
    except (HeaderParseError, ValueError, IndexError) as error:
        raise ChannelError(
            f"{_plain(text)!r} bukan alamat surel yang sah; perbaiki kontak ini.", Refusal.ADDRESS
        ) from error


@dataclass(frozen=True, slots=True)
class EmailChannel:
    """One SMTP relay. `schemes`: plain, upgraded by STARTTLS, or TLS from the first byte."""

    code: ClassVar[str] = "email"
    schemes: ClassVar[tuple[str, ...]] = tuple(PORTS)

    scheme: str
    host: str
    port: int
    user: str | None
    password: str | None
    sender: Address
    seconds: float = SECONDS

    @classmethod
    def of(cls, url: str, sender: str) -> Self:
        """Return the channel of `MUTAKHIR_SMTP_URL` and `MUTAKHIR_MAIL_FROM`.

        Raises WrongChannel; its sentence never repeats the address, which may hold a
        password.
        """
        try:
            parts = urlsplit(url)
            port = parts.port
        except ValueError:
            raise WrongChannel("MUTAKHIR_SMTP_URL: the address cannot be understood") from None
        if parts.scheme not in PORTS or not parts.hostname:
            raise WrongChannel(
                "MUTAKHIR_SMTP_URL: expected smtp://, smtp+starttls:// or smtps:// and a host"
            )
        if parts.username and parts.scheme == "smtp" and not _is_loopback(parts.hostname):
            raise WrongChannel(
                "MUTAKHIR_SMTP_URL: a password would cross the network in the clear; "
                "use smtp+starttls:// or smtps://"
            )
        try:
            ((name, address),) = getaddresses([sender])
            checked = one_address(address)
        except (ChannelError, ValueError):
            raise WrongChannel(
                f"MUTAKHIR_MAIL_FROM: expected Name <address>, found {sender!r}"
            ) from None
        return cls(
            scheme=parts.scheme,
            host=parts.hostname,
            port=port or PORTS[parts.scheme],
            user=unquote(parts.username) if parts.username else None,
            password=unquote(parts.password) if parts.password else None,
            sender=Address(_plain(name), checked.username, checked.domain),
        )

    def send(self, message: Message) -> None:
        """Hand one message to the relay; returning means that it answered 250."""
        receiver = one_address(message.to_address)
        content = self.encoded(message)
        smtp = self._opened()
        try:
            self._carry(smtp, receiver.addr_spec, content)
        finally:
            # The answer to the message has been heard: a failing farewell changes nothing.
            with suppress(smtplib.SMTPException, OSError):
                smtp.quit()
            smtp.close()

    def encoded(self, message: Message) -> bytes:
        """Return the message as it travels: headers, text, and the same as HTML."""
        receiver = one_address(message.to_address)
        mail = EmailMessage(policy=SMTP)
        mail["From"] = self.sender
        mail["To"] = Address(_plain(message.to_name), receiver.username, receiver.domain)
        mail["Subject"] = _plain(message.subject)
        mail["Date"] = format_datetime(message.at)
        mail["Message-ID"] = f"<{_plain(message.message_id)}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail["Content-Language"] = message.locale
        if message.unsubscribe:
            mail["List-Unsubscribe"] = f"<{_plain(message.unsubscribe)}>"
        mail.set_content(message.text, cte="quoted-printable")
        mail.add_alternative(message.html, subtype="html", cte="quoted-printable")
        return mail.as_bytes()

    def _opened(self) -> smtplib.SMTP:
        """Connect, upgrade to TLS and sign in; whatever fails here is the relay's fault."""
        smtp: smtplib.SMTP | None = None
        try:
            # A default context verifies the certificate and its name; smtplib's own does not.
            context = None if self.scheme == "smtp" else ssl.create_default_context()
            if self.scheme == "smtps":
                smtp = smtplib.SMTP_SSL(
                    self.host, self.port, self.sender.domain, timeout=self.seconds, context=context
                )
            else:
                smtp = smtplib.SMTP(self.host, self.port, self.sender.domain, self.seconds)
            if self.scheme == "smtp+starttls":
                smtp.starttls(context=context)
            if self.user is not None:
                smtp.login(self.user, self.password or "")
            smtp.ehlo_or_helo_if_needed()
        except (smtplib.SMTPException, OSError) as error:
            if smtp is not None:
                smtp.close()
            raise ChannelError(
                f"Peladen surel {self.host}:{self.port} tidak dapat dipakai: {_said(error)}.",
                Refusal.UNREACHABLE,
            ) from error
        return smtp

    def _carry(self, smtp: smtplib.SMTP, receiver: str, content: bytes) -> None:
        where = f"Peladen surel {self.host}:{self.port}"
        try:
            code, reply = smtp.mail(self.sender.addr_spec)
            if code != 250:
                raise ChannelError(
                    f"{where} menolak pengirim {self.sender.addr_spec}: {_text(code, reply)}.",
                    Refusal.UNREACHABLE,
                )
            code, reply = smtp.rcpt(receiver)
            if code not in (250, 251):
                raise ChannelError(
                    f"{where} menolak {receiver}: {_text(code, reply)}.", _of_rcpt(code, reply)
                )
        except (smtplib.SMTPException, OSError) as error:
            raise ChannelError(f"{where} terputus: {_said(error)}.", Refusal.TEMPORARY) from error
        try:
            code, reply = smtp.data(content)
        except smtplib.SMTPDataError as error:
            code, reply = error.smtp_code, _bytes(error.smtp_error)
        except (smtplib.SMTPException, OSError) as error:
            # Between the last byte and the answer nobody can know (RFC 1047).
            raise ChannelError(
                f"{where} terputus sebelum menjawab: {_said(error)}.", Refusal.UNCERTAIN
            ) from error
        if code != 250:
            refusal = Refusal.MESSAGE if code >= 500 else Refusal.TEMPORARY
            raise ChannelError(f"{where} menolak pesan ini: {_text(code, reply)}.", refusal)


def _of_rcpt(code: int, reply: bytes) -> Refusal:
    if code < 500:
        return Refusal.TEMPORARY
    by_policy = reply.strip().startswith(b"5.7.")
    return Refusal.ADDRESS if code in _NO_SUCH_ADDRESS and not by_policy else Refusal.MESSAGE


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _plain(text: str) -> str:
    return " ".join(_CONTROL.sub(" ", text).split())


def _bytes(reply: bytes | str) -> bytes:
    return reply if isinstance(reply, bytes) else reply.encode()


def _text(code: int, reply: bytes) -> str:
    return _plain(f"{code} {reply.decode('utf-8', 'replace')}")[:200]


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        return _text(error.smtp_code, _bytes(error.smtp_error))
    return _plain(str(error) or type(error).__name__)[:200]
