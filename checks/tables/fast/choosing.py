"""Which tier proves the lines of a file: polars' where it pays, else the standard library's."""

import importlib
import importlib.util
from collections.abc import Callable
from contextlib import suppress

from checks.tables.fast.plan import Plan
from checks.tables.fast.tiers import StandardTier, Tier

# Loading polars takes as long as proving some ten megabytes without it, and each of its
# calls as long as proving some ten lines.
_WORTH_LOADING = 8_000_000
_WORTH_CALLING = 1_000_000


class _Chooser:
    """Decides when polars is worth loading, from how much was proven in this process."""

    def __init__(self) -> None:
        self.n_bytes = 0
        self.loaded: Callable[[Plan], Tier] | None = None
        self.is_there = importlib.util.find_spec("polars") is not None

    def tier(self, plan: Plan, n_bytes: int) -> Tier:
        """Return the tier for the next file of so many bytes."""
        if n_bytes < _WORTH_CALLING:
            return StandardTier(plan)
        self.n_bytes += n_bytes
        if self.is_there and self.loaded is None and self.n_bytes > _WORTH_LOADING:
            # An optional package of a hundred megabytes, loaded where it pays and not at
            # the start of every command.
            self.loaded = importlib.import_module("checks.tables.fast.polars_tier").PolarsTier
        if self.loaded is not None and plan.line is not None:
            with suppress(ValueError):
                return self.loaded(plan)
        return StandardTier(plan)


_CHOOSER = _Chooser()


def tier_for(plan: Plan, n_bytes: int) -> Tier:
    """Return the quicker tier for a file of so many bytes."""
    return _CHOOSER.tier(plan, n_bytes)
