"""When the three verbs run: a few jobs and a heartbeat, no logic.

Due work lives in our own tables and is leased there, so two schedulers at once share it;
the scheduler only says "now". A tick that comes late or not at all changes no verdict.
"""

from collections.abc import Callable
from datetime import UTC

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler
from apscheduler.schedulers.base import BaseScheduler
from apscheduler.schedulers.blocking import BlockingScheduler

Job = Callable[[], None]
#: How often it is asked whether a killed process left something in hand.
RESCUE_SECONDS = 5


def schedule(
    watch: Job,
    tell: Job,
    *,
    tick_seconds: int,
    rescue: Job | None = None,
    is_blocking: bool = False,
) -> BaseScheduler:
    """Return a scheduler, not yet started, of the jobs that make the watcher live.

    `rescue` runs between the ticks: what a killed process held does not wait for the next.
    A job that is still running is not started again; missed runs become one.
    """
    kind = BlockingScheduler if is_blocking else BackgroundScheduler
    scheduler: BaseScheduler = kind(
        timezone=UTC,
        executors={"default": ThreadPoolExecutor(3)},
        job_defaults={"max_instances": 1, "coalesce": True, "misfire_grace_time": None},
    )
    scheduler.add_job(watch, "interval", seconds=tick_seconds, id="watch")
    scheduler.add_job(tell, "interval", seconds=tick_seconds, id="tell")
    if rescue is not None:
        scheduler.add_job(rescue, "interval", seconds=RESCUE_SECONDS, id="rescue")
    return scheduler
