"""A channel carries one message to one person; one file per kind of channel."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import ClassVar, Protocol

from catalog.rules.errors import MutakhirError


class Refusal(StrEnum):
    """What a failed attempt means for the next one.

    TEMPORARY: this message was not taken, try later. UNREACHABLE: the relay itself does
    not work, nothing else would pass now. UNCERTAIN: handed over, but the answer never
    came, so it may have arrived. MESSAGE and ADDRESS: refused for good.
    """

    TEMPORARY = "temporary"
    UNREACHABLE = "unreachable"
    UNCERTAIN = "uncertain"
    MESSAGE = "message"
    ADDRESS = "address"


class ChannelError(MutakhirError):
    """A message was not carried; says where, what was answered, and what it means."""

    def __init__(self, sentence: str, refusal: Refusal) -> None:
        super().__init__(sentence)
        self.refusal = refusal

    @property
    def permanent(self) -> bool:
        """Whether trying again cannot help."""
        return self.refusal in (Refusal.MESSAGE, Refusal.ADDRESS)


class WrongChannel(MutakhirError):
    """The address of a channel cannot be understood or is not safe to use."""


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one person; `message_id` without angle brackets.

    `unsubscribe` is the address where its receiver says that it should go elsewhere.
    """

    message_id: str
    to_name: str
    to_address: str
    subject: str
    text: str
    html: str
    locale: str
    at: datetime
    unsubscribe: str | None = None


class Channel(Protocol):
    """What carries messages; `schemes` are those of the addresses it is opened with."""

    code: ClassVar[str]
    schemes: ClassVar[tuple[str, ...]]

    def send(self, message: Message) -> None:
        """Hand the message over; returning means that it was taken. Raises ChannelError."""
        ...
