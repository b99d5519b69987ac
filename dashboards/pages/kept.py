"""Pages that are made once for all who ask for the same before anything changes."""

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import ParamSpec, cast

from flask import Response, current_app, request

from catalog.pages.language import locale
from catalog.pages.respond import wants_json
from catalog.pages.visit import visit
from catalog.store.generation import generation

KEPT = "mutakhir.board.pages"
#: How many made pages are kept, whatever is asked.
N_KEPT = 24

P = ParamSpec("P")


@dataclass(frozen=True, slots=True)
class _Made:
    body: bytes
    headers: tuple[tuple[str, str], ...]


class KeptPages:
    """The pages made last; safe for threads."""

    def __init__(self) -> None:
        self._made: OrderedDict[str, _Made] = OrderedDict()
        self._lock = threading.Lock()

    def find(self, mark: str) -> _Made | None:
        """Return a page that was made for the mark."""
        with self._lock:
            made = self._made.get(mark)
            if made:
                self._made.move_to_end(mark)
            return made

    def keep(self, mark: str, made: _Made) -> None:
        """Keep a page, and drop those not asked for the longest."""
        with self._lock:
            self._made[mark] = made
            while len(self._made) > N_KEPT:
                self._made.popitem(last=False)


def kept(view: Callable[P, Response]) -> Callable[P, Response]:
    """Answer with a page made earlier in the same minute from the same state of the database."""

    @wraps(view)
    def answer(*args: P.args, **kwargs: P.kwargs) -> Response:
        here = visit()
        pages = cast(KeptPages, current_app.extensions[KEPT])
        form = "json" if wants_json() else "html"
        mark = "|".join(
            (
                f"{here.now:%Y%m%d%H%M}",
                generation(here.session),
                locale().language,
                form,
                request.script_root,
                request.full_path,
            )
        )
        made = pages.find(mark)
        if made is None:
            fresh = view(*args, **kwargs)
            if fresh.status_code == 200:
                pages.keep(mark, _Made(fresh.get_data(), tuple(fresh.headers)))
            return fresh
        again = Response(made.body, headers=list(made.headers))
        return cast(Response, again.make_conditional(request))

    return answer
