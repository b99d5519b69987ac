"""Server time and number of SELECTs of the public pages, on any loaded database.

    python -m tests.bench.pages sqlite:///instance/demo/mutakhir.db --now 2026-11-22T08:00+07:00

Three figures a page: the first answer after a start, answers while nothing changes (each
asked with its own validator, so that nothing is answered from the browser's memory), and the
304 answers to a validator that still holds. `--changing` writes a heartbeat before every
request, so that nothing can be kept in memory.
"""

import argparse
import json
import random
import statistics
import time
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import event
from sqlalchemy.engine import Engine
from sqlmodel import select

import app
from catalog import models
from catalog.models.db import reading, unit_of_work
from catalog.settings import read_settings

N_WARM = 3


@dataclass
class Counter:
    """Counts the SELECTs of an engine."""

    n: int = 0

    def watch(self, engine: Engine) -> None:
        """Count from now on."""

        @event.listens_for(engine, "before_cursor_execute")
        def executed(_conn, _cursor, statement, *_rest) -> None:
            self.n += statement.lstrip().upper().startswith(("SELECT", "WITH"))


def paths(engine: Engine, seed: int) -> dict[str, list[str]]:
    """Return the addresses of each kind of page, some of each."""
    chosen = random.Random(seed)
    with reading(engine) as session:
        datasets = sorted(session.exec(select(models.Dataset.slug)))
        agencies = sorted(session.exec(select(models.Agency.slug)))
    return {
        "home": ["/"],
        "catalogue": ["/dataset", "/dataset?urut=judul", "/dataset?halaman=2"],
        "search": ["/dataset?q=penduduk", "/dataset?q=jalan+rusak", "/dataset?q=sekolah"],
        "dataset": [f"/dataset/{s}" for s in chosen.sample(datasets, min(20, len(datasets)))],
        "agency": [f"/opd/{s}" for s in chosen.sample(agencies, min(20, len(agencies)))],
        "board": ["/kepatuhan"],
        "heat map": ["/peta-panas"],
        "board JSON": ["/kepatuhan.json"],
    }


def percentile(times: list[float], share: float) -> float:
    """Return the value below which a share of the times lies."""
    return sorted(times)[min(len(times) - 1, int(share * len(times)))]


def main() -> None:
    """Measure and print one row a page."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("database_url")
    parser.add_argument("--now", required=True)
    parser.add_argument("--n", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--changing", action="store_true")
    parser.add_argument("--json", action="store_true")
    given = parser.parse_args()
    now = datetime.fromisoformat(given.now).astimezone(UTC)
    settings = read_settings(database_url=given.database_url, mode="rehearsal")
    web = app.create_app(settings, lambda: now)
    context = web.extensions["mutakhir"]
    counter = Counter()
    counter.watch(context.reading_engine)
    client = web.test_client()
    rows = []
    for name, addresses in paths(context.reading_engine, given.seed).items():
        began = time.perf_counter()
        first = client.get(addresses[0])
        first_ms = (time.perf_counter() - began) * 1000
        assert first.status_code == 200, (addresses[0], first.status_code)
        for address in addresses[:N_WARM]:
            client.get(address)
        times, selects, sizes = [], [], []
        for i in range(given.n):
            if given.changing:
                with unit_of_work(context.engine) as session:
                    session.add(models.Heartbeat(at=now))
            counter.n = 0
            began = time.perf_counter()
            answer = client.get(addresses[i % len(addresses)], headers={"Accept-Encoding": "gzip"})
            times.append((time.perf_counter() - began) * 1000)
            assert answer.status_code == 200
            selects.append(counter.n)
            sizes.append(len(answer.data))
        began = time.perf_counter()
        kept = client.get(addresses[0], headers={"If-None-Match": first.headers["ETag"]})
        unchanged_ms = (time.perf_counter() - began) * 1000
        rows.append(
            {
                "page": name,
                "first_ms": round(first_ms, 1),
                "p50_ms": round(statistics.median(times), 1),
                "p99_ms": round(percentile(times, 0.99), 1),
                "selects": max(selects),
                "gzip_bytes": max(sizes),
                "unchanged_status": kept.status_code,
                "unchanged_ms": round(unchanged_ms, 1),
            }
        )
    if given.json:
        print(json.dumps(rows, indent=1))
        return
    print(f"seed {given.seed}, {given.n} requests a page, changing={given.changing}")
    for row in rows:
        print("  ".join(f"{key} {value}" for key, value in row.items()))


if __name__ == "__main__":
    main()
