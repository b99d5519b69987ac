"""The process that the campaign of killed sweeps kills."""

import os
from datetime import datetime
from pathlib import Path

from catalog.models.db import engine_for
from checks.look import sweep, watcher_for
from tests.flow.world import ZONE


def sweep_once(url: str, folder: str, host: str, now: datetime, begun: object) -> None:
    """Sweep in a process of its own, as a scheduler would."""
    engine = engine_for(url)
    watcher = watcher_for(
        engine,
        originals_dir=Path(folder),
        zone=ZONE,
        clock=lambda: now,
        contact="walidata@example.org",
        allowed_hosts=(host,),
        host_spacing_seconds=0,
    )
    begun.set()  # type: ignore[attr-defined]
    sweep(watcher, n_workers=4, with_states=False)
    os._exit(0)
