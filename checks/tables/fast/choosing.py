"""Where the keys of a file are kept: in polars' columns where it pays, else in arrays."""

import importlib.util
from typing import BinaryIO

from checks.tables.fast.keys import KeyLog, StandardLog
from checks.tables.fast.plan import Plan
from checks.tables.fast.polars_keys import PolarsLog

# Below, the keys are found without polars in the time that loading it takes.
_WORTH_LOADING = 100_000_000
_HAS_POLARS = importlib.util.find_spec("polars") is not None


def log_for(plan: Plan, stream: BinaryIO, n_bytes: int) -> KeyLog:
    """Return the quicker log for the keys of a file of so many bytes."""
    if _HAS_POLARS and plan.keys and n_bytes > _WORTH_LOADING:
        return PolarsLog(plan, stream)
    return StandardLog(plan)
