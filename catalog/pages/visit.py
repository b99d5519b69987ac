"""One request: who asks, when, in which transaction for reading."""

from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import cast

from flask import current_app, g
from sqlmodel import Session

from catalog.access import PUBLIC, Visitor
from catalog.context import Context, current
from catalog.models.db import reading
from catalog.store.snapshot import Snapshot, Snapshots
from catalog.store.standing import City

SNAPSHOTS = "mutakhir.snapshots"


@dataclass
class Visit:
    """What one request needs: the context, one instant, one transaction, the visitor."""

    context: Context
    now: datetime
    visitor: Visitor
    _closing: ExitStack

    @cached_property
    def session(self) -> Session:
        """The transaction for reading, begun when it is first needed."""
        return self._closing.enter_context(reading(self.context.reading_engine))

    @cached_property
    def city(self) -> City:
        """The city with its calendar."""
        return self.context.city(self.session)

    def snapshot(self) -> Snapshot:
        """Return the whole city as lines, from memory where it is still right."""
        snapshots = cast(Snapshots, current_app.extensions[SNAPSHOTS])
        return snapshots.newest(self.context, self.session, self.now)

    def close(self) -> None:
        """End the transaction."""
        self._closing.close()


def visit() -> Visit:
    """Return the visit of the request under way."""
    if "visit" not in g:
        context = current()
        g.visit = Visit(context, context.clock(), PUBLIC, ExitStack())
    return cast(Visit, g.visit)


def end_visit(_error: BaseException | None) -> None:
    """Close the visit when the request is over."""
    found = g.pop("visit", None)
    if found is not None:
        found.close()
