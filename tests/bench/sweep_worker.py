"""One worker of the distributed engine in a sweep, with nothing loaded that it does not need."""

import argparse
import time
from pathlib import Path

from checks.engines.worker import work
from checks.tables.child import close_children
from tests.bench.sweep_ground import N_QUEUE_WORKERS, Ground, add_arguments
from tests.bench.sweep_phases import watch, written


def main() -> None:
    """Work until asked to stop, and write where the time went."""
    parser = argparse.ArgumentParser()
    parser.add_argument("name")
    add_arguments(parser)
    given = parser.parse_args()
    ground = Ground.of(given)
    watch(time.process_time())
    code = work(ground.watcher(), n_workers=ground.workers // N_QUEUE_WORKERS)
    close_children()
    written(Path(given.folder) / f"{given.name}.phases", is_worker=True)
    raise SystemExit(code)


if __name__ == "__main__":
    main()
