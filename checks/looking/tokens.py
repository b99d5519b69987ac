"""Tokens with which applications push: one for each source, shown once, kept as a hash."""

import hmac
import re
import secrets
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from sqlmodel import Session, col, select

from catalog import models
from catalog.models import SourceKind
from catalog.rules.errors import MutakhirError

#: Where an application pushes the data of one dataset.
PUSH_PATH = "/api/1/datasets/<slug>/data"
_FORM = re.compile(r"mtk_([1-9]\d{0,8})_([A-Za-z0-9_-]{43})")
_NO_HASH = sha256(b"").hexdigest()


class NoToken(MutakhirError):
    """A token cannot be made or revoked for what was named."""


@dataclass(frozen=True, slots=True)
class Issued:
    """A fresh token; nobody can read it again. `is_replacement` says that one before it ended."""

    dataset: str
    source_id: int
    token: str
    is_replacement: bool


@dataclass(frozen=True, slots=True)
class Sender:
    """Whom a token lets in: one source of one dataset, and what stands against it now."""

    source_id: int
    dataset_id: int
    slug: str
    paused_reason: str | None
    retired_on: date | None


def push_address(base_url: str, slug: str) -> str:
    """Return the whole address to which the data of a dataset are pushed."""
    return base_url + PUSH_PATH.replace("<slug>", slug)


def issue(session: Session, slug: str, actor: str, now: datetime) -> Issued:
    """Make the token of a dataset's push source, which is made with its first one.

    A token before it ends at once. Raises NoToken.
    """
    dataset = _dataset(session, slug)
    source = _push_source(session, dataset)
    if source is None:
        source = models.Source(
            dataset_id=dataset.id or 0, kind=SourceKind.PUSH, address="", created_at=now
        )
    had_one = source.token_hash is not None
    secret = secrets.token_urlsafe(32)
    source.token_hash = _hash_of(secret)
    session.add(source)
    session.flush()
    _note(session, "token.made", slug, source, actor, now)
    return Issued(slug, source.id or 0, f"mtk_{source.id}_{secret}", had_one)


def revoke(session: Session, slug: str, actor: str, now: datetime) -> None:
    """End the token of a dataset's push source. Raises NoToken where it has none."""
    source = _push_source(session, _dataset(session, slug))
    if source is None or source.token_hash is None:
        raise NoToken(f"'{slug}' has no token that is valid; there is nothing to revoke")
    _note(session, "token.revoked", slug, source, actor, now)
    source.token_hash = None
    session.add(source)


def sender_of(session: Session, token: str) -> Sender | None:
    """Return whom a token lets in, None for one that was made up, replaced or revoked.

    Found by the number of its source; the secret is compared as a hash, in constant time.
    """
    parts = _FORM.fullmatch(token)
    source = session.get(models.Source, int(parts[1])) if parts else None
    known = source.token_hash if source and source.kind is SourceKind.PUSH else None
    is_right = hmac.compare_digest(_hash_of(parts[2] if parts else ""), known or _NO_HASH)
    if source is None or known is None or not is_right:
        return None
    dataset = session.get_one(models.Dataset, source.dataset_id)
    return Sender(
        source.id or 0,
        source.dataset_id,
        dataset.slug,
        source.paused_reason,
        dataset.retired_on,
    )


def _hash_of(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()


def _dataset(session: Session, slug: str) -> models.Dataset:
    found = session.exec(select(models.Dataset).where(models.Dataset.slug == slug)).one_or_none()
    if found is None:
        raise NoToken(f"there is no dataset '{slug}'; `mutakhir status` lists them")
    if found.retired_on is not None:
        raise NoToken(f"'{slug}' is retired; nothing is sent for it any more")
    return found


def _push_source(session: Session, dataset: models.Dataset) -> models.Source | None:
    query = select(models.Source).where(
        models.Source.dataset_id == dataset.id, models.Source.kind == SourceKind.PUSH
    )
    return session.exec(query.order_by(col(models.Source.id)).limit(1)).one_or_none()


def _note(
    session: Session, action: str, slug: str, source: models.Source, actor: str, now: datetime
) -> None:
    """Write down who did it; the beginning of the hash tells tokens apart and opens nothing."""
    session.add(
        models.AuditEntry(
            at=now,
            actor=actor,
            action=action,
            subject=f"dataset:{slug}",
            after={"source": source.id, "token": (source.token_hash or "")[:8]},
        )
    )
