"""One worker of the distributed engine: takes shares of hosts until it is told to stop."""

import asyncio
import gc
import logging
import os
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

import procrastinate
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job, Status
from psycopg_pool import PoolTimeout
from sqlalchemy.exc import OperationalError

from checks.engines.procrastinate import (
    QUEUE,
    STALLED_AFTER,
    TASK,
    connection_options,
    migrate_queue,
)
from checks.engines.shares import crew_of, look_at_share
from checks.looking.watcher import Watcher
from checks.operating.journal import journaled

#: What a supervisor sees: asked to stop, and "try again later" (EX_TEMPFAIL).
STOPPED, LOST = 0, 75
RETRIES = tuple(timedelta(seconds=n) for n in (30, 60, 120, 300))
LOWER_PRIORITY = -10
KEPT_HOURS = 24
JOURNAL = logging.getLogger("mutakhir.worker")


@dataclass(frozen=True, slots=True)
class Pulse:
    """How often a worker says that it lives, and looks after those that do not.

    Stalled is who has been still for longer than a lease and a heartbeat: a job that is
    rescued finds the sources of the dead worker free.
    """

    heartbeat_seconds: float = 2.5
    stalled_seconds: float = STALLED_AFTER.total_seconds()
    rescue_seconds: float = 4.0
    patience_seconds: float = 15.0


class LaterAndBehind(procrastinate.BaseRetryStrategy):
    """A job that failed comes again, behind the others: its share's lock must hold up nobody."""

    def get_retry_decision(
        self, *, exception: BaseException, job: Job
    ) -> procrastinate.RetryDecision | None:
        """Return when; None when it failed too often, the next tick gives the share out anew."""
        if job.attempts >= len(RETRIES):
            return None
        wait = int(RETRIES[job.attempts].total_seconds())
        return procrastinate.RetryDecision(retry_in={"seconds": wait}, priority=LOWER_PRIORITY)


def work(watcher: Watcher, *, n_workers: int, pulse: Pulse | None = None) -> int:
    """Work until a signal asks to stop or the database is lost; returns the exit code.

    SIGTERM and SIGINT finish what is under way. A worker that loses its database leaves at
    once and asks its supervisor for a new one: the leases it held run out by themselves.
    """
    try:
        migrate_queue(watcher.engine)
    except OperationalError:
        JOURNAL.error("database not reached", extra={"exit_code": LOST})
        return LOST
    # What is imported never becomes garbage: neither the rounds nor the end look through it.
    gc.freeze()
    code = asyncio.run(_live(watcher, n_workers, pulse or Pulse()))
    if code == LOST:
        # A look that hangs on the lost database would hold the process for minutes.
        JOURNAL.error("database lost", extra={"exit_code": code})
        sys.stderr.flush()
        os._exit(code)
    return code


async def _live(watcher: Watcher, n_workers: int, pulse: Pulse) -> int:
    connector = procrastinate.PsycopgConnector(
        min_size=1, max_size=4, timeout=pulse.patience_seconds, **connection_options(watcher.engine)
    )
    queue = procrastinate.App(connector=connector)
    pool = ThreadPoolExecutor(n_workers, thread_name_prefix="share")
    crew = crew_of(watcher, n_workers)
    is_asked_to_stop = threading.Event()

    @queue.task(name=TASK, queue=QUEUE, retry=LaterAndBehind())
    async def look(share: int) -> None:
        loop = asyncio.get_running_loop()
        look_once = partial(look_at_share, watcher, share, crew, is_asked_to_stop.is_set)
        await loop.run_in_executor(pool, journaled("share looked at", look_once, share=share))

    try:
        async with queue.open_async():
            code = await _until_the_end(queue, n_workers, pulse, is_asked_to_stop)
    except (ConnectorException, PoolTimeout, OSError):
        return LOST
    if code == STOPPED:
        crew.close()
    return code


async def _until_the_end(
    queue: procrastinate.App, n_workers: int, pulse: Pulse, is_asked_to_stop: threading.Event
) -> int:
    asked = asyncio.Event()
    for name in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(name, asked.set)
    living = asyncio.create_task(
        queue.run_worker_async(
            queues=[QUEUE],
            concurrency=n_workers,
            install_signal_handlers=False,
            update_heartbeat_interval=pulse.heartbeat_seconds,
            stalled_worker_timeout=pulse.stalled_seconds,
            delete_jobs="successful",
            fetch_job_polling_interval=1.0,
        )
    )
    caring = asyncio.create_task(_care(queue, pulse))
    stopping = asyncio.create_task(asked.wait())
    await asyncio.wait({living, caring, stopping}, return_when=asyncio.FIRST_COMPLETED)
    if not asked.is_set():
        # Procrastinate's own worker ends without an error when its database goes away.
        return LOST
    is_asked_to_stop.set()
    caring.cancel()
    living.cancel()
    try:
        await living
    except asyncio.CancelledError:
        return STOPPED
    return STOPPED


async def _care(queue: procrastinate.App, pulse: Pulse) -> None:
    """Rescue the jobs of dead workers and forget old ones; ends when the database is lost."""
    while True:
        async with asyncio.timeout(pulse.patience_seconds):
            await _rescue(queue, pulse.stalled_seconds)
            await queue.job_manager.delete_old_jobs(KEPT_HOURS, include_failed=True)
        await asyncio.sleep(pulse.rescue_seconds)


async def _rescue(queue: procrastinate.App, stalled_seconds: float) -> None:
    """Queue again what a dead worker had begun; where its share waits already it is dropped."""
    jobs = queue.job_manager
    for job in await jobs.get_stalled_jobs(queue=QUEUE, seconds_since_heartbeat=stalled_seconds):
        try:
            await jobs.retry_job(job)
            JOURNAL.warning("job rescued", extra={"share": job.task_kwargs.get("share")})
        except ConnectorException:
            await jobs.finish_job(job, Status.FAILED, delete_job=True)
