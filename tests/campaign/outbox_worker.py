"""A sender of the campaign: plans and sends at each instant it reads, and says when it is done."""

import sys
from datetime import datetime

from catalog.models.db import engine_for
from tests.flow.telling import Relay, Town


def main() -> None:
    """Read one instant a line; answer each with one line."""
    town, relay = Town(engine_for(sys.argv[1])), Relay(int(sys.argv[2]))
    print("ready", flush=True)
    for line in sys.stdin:
        try:
            town.tick(relay, datetime.fromisoformat(line.strip()))
        except Exception as error:  # noqa: BLE001 - the campaign counts them
            print(" ".join(f"{type(error).__name__}: {error}".split())[:300], flush=True)
        else:
            print("done", flush=True)


if __name__ == "__main__":
    main()
