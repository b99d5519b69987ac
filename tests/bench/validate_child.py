"""The fast engine in a child kept for many files: `python -m tests.bench.validate_child FOLDER`."""

import json
import sys
from pathlib import Path
from time import perf_counter

from checks.tables.child import Limits, Worker
from checks.tables.validation import validate
from tests.bench.validate_tables import SCHEMA


def main() -> None:
    """Validate the files and print the seconds and the errors."""
    worker = Worker(Limits())
    paths = sorted(Path(sys.argv[1]).glob("*.csv"))
    started = perf_counter()
    n_errors = sum(sum(worker.call(validate, path, SCHEMA).counts.values()) for path in paths)
    print(json.dumps({"seconds": perf_counter() - started, "errors": n_errors}))


if __name__ == "__main__":
    main()
