"""The watcher in figures, in the text format of Prometheus (version 0.0.4)."""

import os
import resource
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from catalog.rules.terms import Outcome
from checks.operating.report import WatcherReport

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
_STATM = Path("/proc/self/statm")


@dataclass(frozen=True, slots=True)
class Metric:
    """One figure with what it means; `kind` is gauge or counter.

    `samples` holds one value for each label set; a value that is unknown is left out.
    """

    name: str
    kind: str
    meaning: str
    samples: tuple[tuple[Mapping[str, str], float], ...] = field(default=())


def exposition(report: WatcherReport) -> str:
    """Return every figure of a report and of this process as Prometheus reads it."""
    return "".join(_written(metric) for metric in (*_of_watcher(report), *_of_process()))


def _gauge(name: str, meaning: str, value: float | None) -> Metric:
    return Metric(name, "gauge", meaning, () if value is None else (({}, value),))


def _counter(name: str, meaning: str, value: float) -> Metric:
    return Metric(name, "counter", meaning, (({}, value),))


def _age(report: WatcherReport, at: datetime | None) -> float | None:
    return None if at is None else max(0.0, (report.as_of - at).total_seconds())


def _of_watcher(report: WatcherReport) -> Iterator[Metric]:
    tick, queue, post = report.last_tick, report.queue, report.post
    yield _gauge(
        "mutakhir_heartbeat_age_seconds",
        "Seconds since the last tick of the watcher; absent when it never ran.",
        _age(report, tick.at if tick else None),
    )
    yield _gauge(
        "mutakhir_watcher_dark",
        "1 when the last tick could not see the world because of our own line.",
        float(bool(tick and tick.our_fault)),
    )
    yield _counter("mutakhir_checks_total", "Looks ever written down.", report.n_checks)
    yield Metric(
        "mutakhir_checks_last_day",
        "gauge",
        "Looks of the last 24 hours by outcome.",
        tuple(({"outcome": each.outcome.value}, each.n) for each in _each_outcome(report)),
    )
    for name, meaning, value in (
        ("mutakhir_sources", "Sources that are looked at.", queue.n_sources),
        ("mutakhir_sources_due", "Sources whose next look is due.", queue.n_due),
        ("mutakhir_sources_in_hand", "Sources that somebody is looking at now.", queue.n_in_hand),
        ("mutakhir_leases_lost", "Leases that ran out without a result.", queue.n_lost),
        ("mutakhir_sources_paused", "Sources that are not looked at.", queue.n_paused),
        ("mutakhir_sources_failing", "Sources whose last look failed.", queue.n_failing),
        ("mutakhir_mails_waiting", "Messages that wait in the outbox.", post.n_waiting),
        ("mutakhir_mails_failed", "Messages given up for good.", post.n_failed),
    ):
        yield _gauge(name, meaning, value)
    yield _gauge(
        "mutakhir_oldest_due_seconds",
        "How long the most overdue source has waited.",
        _age(report, queue.oldest_due_at) or 0.0,
    )
    yield _gauge(
        "mutakhir_oldest_mail_seconds",
        "How long the oldest waiting message has waited.",
        _age(report, post.oldest_waiting_at) or 0.0,
    )
    yield _counter("mutakhir_mails_sent_total", "Messages that the relay took.", post.n_sent)


@dataclass(frozen=True, slots=True)
class _Count:
    outcome: Outcome
    n: int


def _each_outcome(report: WatcherReport) -> Iterator[_Count]:
    """Give every outcome, those that did not happen as 0: a series that vanishes alarms nobody."""
    found = {each.outcome: each.n for each in report.looks}
    return (_Count(outcome, found.get(outcome, 0)) for outcome in Outcome)


def _of_process() -> Iterator[Metric]:
    used = resource.getrusage(resource.RUSAGE_SELF)
    yield _counter(
        "process_cpu_seconds_total",
        "Processor time of this process.",
        round(used.ru_utime + used.ru_stime, 3),
    )
    if _STATM.is_file():
        n_pages = int(_STATM.read_text("ascii").split()[1])
        yield _gauge(
            "process_resident_memory_bytes",
            "Memory that this process holds.",
            n_pages * os.sysconf("SC_PAGE_SIZE"),
        )


def _written(metric: Metric) -> str:
    lines = [
        f"# HELP {metric.name} {metric.meaning}",
        f"# TYPE {metric.name} {metric.kind}",
        *(f"{metric.name}{_labels(labels)} {value:.15g}" for labels, value in metric.samples),
    ]
    return "\n".join(lines) + "\n" if metric.samples else ""


def _labels(labels: Mapping[str, str]) -> str:
    if not labels:
        return ""
    return "{" + ",".join(f'{name}="{_escaped(value)}"' for name, value in labels.items()) + "}"


def _escaped(value: str) -> str:
    return value.replace("\\", r"\\").replace('"', r"\"").replace("\n", r"\n")
