"""Frictionless over the files of a folder: `python -m tests.bench.validate_frictionless FOLDER`."""

import json
import sys
from pathlib import Path
from time import perf_counter

from frictionless import Schema
from frictionless.resources import TableResource

from tests.bench.validate_tables import SCHEMA


def count(path: Path) -> int:
    """Count the errors of a file as Frictionless's own users do, without a limit."""
    schema = Schema.from_descriptor(SCHEMA)
    resource = TableResource(path=path.name, basepath=str(path.parent), schema=schema)
    return len(resource.validate(limit_errors=0).tasks[0].errors)


def main() -> None:
    """Validate the files and print the seconds and the errors."""
    paths = sorted(Path(sys.argv[1]).glob("*.csv"))
    started = perf_counter()
    n_errors = sum(map(count, paths))
    print(json.dumps({"seconds": perf_counter() - started, "errors": n_errors}))


if __name__ == "__main__":
    main()
