"""The addresses of a name, within a time: a resolver that hangs holds up nobody."""

import socket
import threading
from ipaddress import ip_address
from queue import Empty, SimpleQueue
from typing import Any

from checks.sources.port import Fault, SourceError

_NO_SUCH_NAME = frozenset({socket.EAI_NONAME, socket.EAI_NODATA})


def resolve(host: str, port: int, seconds: float) -> list[Any]:
    """Return what getaddrinfo says of a host, or raise SourceError.

    `no-such-host` is an answer: the name does not exist. `no-name-answer` is none: the
    resolver failed, or said nothing within the seconds; a hanging question is left to a
    thread of its own.
    """
    if _is_numeric(host):
        return _asked(host, port)
    answers: SimpleQueue[list[Any] | SourceError] = SimpleQueue()

    def ask() -> None:
        try:
            answers.put(_asked(host, port))
        except SourceError as error:
            answers.put(error)

    threading.Thread(target=ask, name="name", daemon=True).start()
    try:
        answer = answers.get(timeout=seconds)
    except Empty:
        raise _nameless(host, "no-name-answer") from None
    if isinstance(answer, SourceError):
        raise answer
    return answer


def _is_numeric(host: str) -> bool:
    try:
        ip_address(host.partition("%")[0])
    except ValueError:
        return False
    return True


def _asked(host: str, port: int) -> list[Any]:
    try:
        return list(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
    except (OSError, UnicodeError) as error:
        is_unknown = isinstance(error, UnicodeError) or error.errno in _NO_SUCH_NAME
        raise _nameless(host, "no-such-host" if is_unknown else "no-name-answer") from None


def _nameless(host: str, code: str) -> SourceError:
    if code == "no-such-host":
        return SourceError(
            code,
            f"Nama server {host} tidak ditemukan (DNS).",
            f"The server name {host} does not exist (DNS).",
            fault=Fault.UNREACHED,
        )
    return SourceError(
        code,
        f"Nama server {host} belum dapat dicari: DNS tidak menjawab.",
        f"The server name {host} could not be looked up: DNS gave no answer.",
        fault=Fault.UNREACHED,
    )
