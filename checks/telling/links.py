"""Signed links to the answer pages: each for one purpose, one person, one thing, some days."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from itsdangerous import BadData, URLSafeSerializer

from catalog.rules.errors import MutakhirError

VALID_FOR = timedelta(days=30)
_SALT = "mutakhir.jawab.1"
_LONGEST = 400


class Purpose(StrEnum):
    """What a link is for, and nothing else."""

    UPLOAD = "unggah"
    NIL = "nihil"
    ANSWER = "tanggapi"
    NOT_MINE = "bukan-saya"
    RESUME = "lanjutkan"
    TRY = "uji"


class LinkRefused(MutakhirError):
    """A link was not signed by this installation; it was altered, cut or made up."""


class LinkExpired(MutakhirError):
    """A link was genuine, but its days are over."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """What a signed link carries; `issued_at` in whole seconds."""

    purpose: Purpose
    person_id: int
    issued_at: datetime
    dataset_id: int | None = None
    obligation_id: int | None = None

    @property
    def is_about_data(self) -> bool:
        """Whether it is about one obligation or one dataset, not about messages as such."""
        return self.obligation_id is not None or self.dataset_id is not None


def sign(ticket: Ticket, secret: str) -> str:
    """Return the token of a ticket; the same ticket always has the same token."""
    payload = [
        ticket.purpose.value,
        ticket.person_id,
        ticket.dataset_id,
        ticket.obligation_id,
        int(ticket.issued_at.timestamp()),
    ]
    token = URLSafeSerializer(secret, salt=_SALT).dumps(payload)
    return token if isinstance(token, str) else token.decode()


def read(token: str, secret: str, now: datetime) -> Ticket:
    """Return the ticket of a token. Raises LinkRefused or LinkExpired."""
    if len(token) > _LONGEST:
        raise LinkRefused("The link is longer than any that was sent.")
    try:
        purpose, person_id, dataset_id, obligation_id, issued = URLSafeSerializer(
            secret, salt=_SALT
        ).loads(token)
        ticket = Ticket(
            Purpose(purpose),
            person_id,
            datetime.fromtimestamp(issued, UTC),
            dataset_id,
            obligation_id,
        )
    except (BadData, ValueError, TypeError) as error:
        raise LinkRefused("The link does not carry this installation's signature.") from error
    if now >= ticket.issued_at + VALID_FOR:
        raise LinkExpired(f"The link ended {VALID_FOR.days} days after it was sent.")
    return ticket
