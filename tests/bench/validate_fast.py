"""One way of ours over the files of a folder: `python -m tests.bench.validate_fast WAY FOLDER`.

Ways: fast, standard (without polars).
"""

import json
import sys
from pathlib import Path
from time import perf_counter

from checks.tables.fast import engine
from checks.tables.fast.keys import StandardLog
from checks.tables.validation import validate
from tests.bench.validate_tables import SCHEMA


def fast(path: Path) -> int:
    """Count the errors of a file with the fast engine."""
    found = validate(path, SCHEMA)
    assert found.gate is None, found.gate
    return sum(found.counts.values())


def standard(path: Path) -> int:
    """Count the errors of a file without polars."""
    engine.log_for = lambda plan, stream, n_bytes: StandardLog(plan)
    return fast(path)


def main() -> None:
    """Validate the files and print the seconds and the errors."""
    way, folder = sys.argv[1:]
    run = {"fast": fast, "standard": standard}[way]
    paths = sorted(Path(folder).glob("*.csv"))
    started = perf_counter()
    n_errors = sum(run(path) for path in paths)
    print(json.dumps({"seconds": perf_counter() - started, "errors": n_errors}))


if __name__ == "__main__":
    main()
