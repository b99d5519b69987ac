"""A disk that fills up while a sweep writes originals and rows to it."""

import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from sqlmodel import select

from catalog import models
from catalog.models.db import engine_for, reading, unit_of_work
from catalog.rules.terms import Outcome, Role
from checks.look import sweep
from checks.operating.soundness import clear_scratch, damage_of
from tests.campaign.faults.bench import Bench, fault, template
from tests.campaign.faults.databases import city
from tests.flow.conftest import Clock
from tests.flow.telling import Town, at
from tests.flow.world import World, new_world, wib

MEGABYTE = 1_000_000


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path | None]:
    """Give a file system of its own with so much room; None where that may not be made."""
    place = folder / "disk"
    place.mkdir()
    options = f"size={megabytes}m"
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(place)]
    try:
        made = subprocess.run(command, capture_output=True, check=False).returncode == 0
    except OSError:
        made = False
    if not made:
        yield None
        return
    try:
        yield place
    finally:
        subprocess.run(["umount", "-l", str(place)], capture_output=True, check=True)


def _filled_until(place: Path, n_left: int) -> Path:
    """Leave so many bytes of a disk."""
    filler = place / "filler"
    with filler.open("wb") as file:
        while shutil.disk_usage(place).free > n_left + 8192:
            file.write(bytes(min(65536, shutil.disk_usage(place).free - n_left)))
            file.flush()
    return filler


@fault(
    "F7", "disk full", "pages served, looks paused, notices kept, well again by itself", fast=False
)
def full(bench: Bench) -> None:
    with small_disk(bench.folder, 24) as place:
        if place is None:
            _without_a_disk(bench)
            return
        _play(bench, place)


def _play(bench: Bench, place: Path) -> None:
    shutil.copy(template(), place / "city.db")
    url = f"sqlite:///{place}/city.db"
    engine = engine_for(url)
    clock = Clock()
    clock.now = wib("2025-03-01 08:00")
    world = new_world(engine, place, bench.feed(), clock)
    body = "Bulan,IHK,Catatan\n" + "".join(
        f"Februari 2025,{n},{n * 7919 % 10**6:06d}{'x' * 900}\n" for n in range(1_800)
    )
    made = [world.promise(world.feed.serve(f"/{n}.csv", body + f"x,{n},\n")) for n in range(6)]
    site = city(bench, url)
    town = Town(engine)
    walidata = town.person("Wahyu", Role.WALIDATA)
    notice_key = _plan_something(world, walidata)
    filler = _filled_until(place, 3 * MEGABYTE)
    try:
        sweep(world.watcher, n_workers=2, with_states=False)
    except Exception as error:  # noqa: BLE001 - what a full database raises goes to the journal
        bench.say(f"the sweep ended with {type(error).__name__}")
    outcomes = [c.outcome for dataset, _ in made for c in world.checks(dataset)]
    bench.need(f"blamed for our disk: {outcomes}", Outcome.SOURCE_FAILED not in outcomes)
    codes = {c.code for dataset, _ in made for c in world.checks(dataset)
             if c.outcome is Outcome.OUR_FAULT}  # fmt: skip
    client = site.test_client()
    bench.expect("a page on a full disk", client.get("/dataset").status_code, 200)
    bench.expect("the database", damage_of(engine), None)
    left = list(world.watcher.originals.scratch.glob("*"))
    bench.expect("left in the scratch folder", left, [])
    filler.unlink()
    clock.now = wib("2025-03-01 10:00")
    for _ in range(4):
        for _dataset, source in made:
            _make_due(world, source)
        if sweep(world.watcher, n_workers=2, with_states=False).our_faults == 0:
            break
        clock.now = clock.now.replace(hour=clock.now.hour + 1)
    last = [world.checks(dataset)[-1].outcome for dataset, _ in made]
    bench.expect("looks with room again", set(last), {Outcome.COMPLETE})
    with reading(engine) as session:
        kept = session.exec(select(models.Notice.key)).all()
    bench.expect("notices kept", list(kept), [notice_key])
    bench.expect("the database afterwards", damage_of(engine), None)
    old = world.watcher.originals.scratch / "half"
    old.write_bytes(b"half")
    os.utime(old, (0, 0))
    bench.expect("old halves removed", clear_scratch(old.parent, 3600, 7200.0), 1)
    n_full = outcomes.count(Outcome.OUR_FAULT)
    bench.say(f"{n_full} looks ours ({', '.join(sorted(filter(None, codes)))}), then all well")
    world.watcher.fetcher.close()
    engine.dispose()


def _make_due(world: World, source_id: int) -> None:
    with unit_of_work(world.engine) as session:
        source = session.get_one(models.Source, source_id)
        source.lease = source.leased_until = None
        source.next_look_at = wib("2025-03-01 08:00")


def _plan_something(world: World, person_id: int) -> str:
    with unit_of_work(world.engine) as session:
        session.add(
            models.Notice(
                key="contact:1:2025-03-01",
                kind=models.NoticeKind.TASK,
                state=models.NoticeState.PLANNED,
                person_id=person_id,
                planned_at=at("2025-03-01 07:00"),
                reason="x",
            )
        )
    return "contact:1:2025-03-01"


def _without_a_disk(bench: Bench) -> None:
    """Where no disk may be made: the largest file a process may write is small."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.campaign.faults.storage", str(bench.folder)],
        capture_output=True, text=True, check=False, timeout=120,
        cwd=Path(__file__).resolve().parents[3],
    )  # fmt: skip
    bench.expect("a process that may write no large file", done.stdout.strip(), "our-disk")


def _small_files(folder: Path) -> None:
    bench = Bench(folder, 1)
    world = bench.world()
    resource.setrlimit(resource.RLIMIT_FSIZE, (2 * MEGABYTE, 2 * MEGABYTE))
    body = "Bulan,IHK\n" + "Februari 2025,1\n" * 200_000
    dataset, _ = world.promise(world.feed.serve("/x.csv", body))
    sweep(world.watcher, n_workers=1, with_states=False)
    print(world.checks(dataset)[-1].code)
    bench.closing.close()


if __name__ == "__main__":
    _small_files(Path(sys.argv[1]))
