"""What the processes write down while they run: one JSON object a line, without secrets."""

import json
import logging
import re
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from time import perf_counter
from typing import Any, TextIO

JOURNAL = logging.getLogger("mutakhir")
#: What every log record carries; anything else was given by `extra`.
_USUAL = frozenset(vars(logging.makeLogRecord({}))) | {"message", "asctime", "taskName"}
_CREDENTIALS = re.compile(r"(?<=://)[^/\s@]+@")
_QUERY = re.compile(r"(https?://[^\s?#\"']+)\?[^\s\"']*")
_TICKET = re.compile(r"(/jawab/)[\w.~=-]+")


class JsonLines(logging.Formatter):
    """Writes a record as one line of JSON: at, level, name, event, and what `extra` gave.

    User names and passwords in addresses, their queries and signed links are cut out.
    """

    def format(self, record: logging.LogRecord) -> str:
        """Return the line of a record."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "name": record.name,
            "event": record.getMessage(),
        }
        given = {name: value for name, value in vars(record).items() if name not in _USUAL}
        line |= {name: value for name, value in given.items() if name not in line}
        if record.exc_info:
            line["error"] = self.formatException(record.exc_info)
        return json.dumps(_clean(line), ensure_ascii=False, default=str)


def _clean(value: Any) -> Any:
    """Cut out what gives access, wherever in a line it stands."""
    if isinstance(value, dict):
        return {name: _clean(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [_clean(each) for each in value]
    if isinstance(value, int | float | bool | None):
        return value
    text = _CREDENTIALS.sub("…@", str(value))
    return _TICKET.sub(r"\1…", _QUERY.sub(r"\1?…", text))


def open_journal(stream: TextIO | None = None, level: int = logging.INFO) -> None:
    """Send the log of this process to a stream (standard error) as JSON lines."""
    handler = logging.StreamHandler(stream or sys.stderr)
    handler.setFormatter(JsonLines())
    handler.addFilter(_is_news)
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(logging.WARNING)
    JOURNAL.setLevel(level)


def _is_news(record: logging.LogRecord) -> bool:
    """Tell whether a record of the scheduler says what the journal does not say already.

    A job that takes longer than its interval is not started twice, by design; the error of
    a journaled job stands on its own line.
    """
    if record.name == "apscheduler.scheduler":
        return "maximum number of running instances" not in record.getMessage()
    is_again = record.name.startswith("apscheduler.executors")
    return not (is_again and f'"{journaled.__name__}.' in record.getMessage())


def journaled(name: str, job: Callable[[], object], **about: object) -> Callable[[], None]:
    """Return a job that writes down how long each of its runs took and how it ended.

    `about` says more of it on every line. The error of a run goes on to whoever called it.
    """

    def run() -> None:
        started, ended = perf_counter(), "failed"
        try:
            job()
            ended = "well"
        finally:
            JOURNAL.log(
                logging.INFO if ended == "well" else logging.ERROR,
                name,
                exc_info=ended == "failed",
                extra={**about, "ended": ended, "seconds": round(perf_counter() - started, 3)},
            )

    return run
