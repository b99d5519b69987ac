"""No content ends a look: what hangs, eats memory or kills its reader is held with the reason."""

import os
import signal
import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from app import open_context
from catalog.models import VersionStatus
from catalog.rules.terms import Outcome
from catalog.settings import Settings, WrongSetting, read_settings
from checks.look import Watcher, look_at, receive
from checks.looking.watcher import watcher_of
from checks.tables.child import Limits
from tests.flow.world import World, wib

HEAD = "Bulan,IHK\n"
GOOD = HEAD + "Februari 2025,105.9\nMaret 2025,107.6\n"
AT = "2025-04-08 08:00"


def heavy(n_rows: int) -> str:
    """Return a table that takes seconds to read."""
    return "kode,nama,nilai\n" + "".join(f"{n},nama {n} lagi,{n}.5\n" for n in range(n_rows))


def limited(world: World, **limits: float) -> Watcher:
    return replace(world.watcher, reading_limits=Limits(**limits))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("limits", "code"),
    [
        ({"wall_seconds": 0.4}, "mutakhir/too-slow"),
        ({"cpu_seconds": 1}, "mutakhir/too-slow"),
        ({"memory_bytes": 20_000_000}, "mutakhir/too-much-memory"),
    ],
    ids=["wall", "cpu", "memory"],
)
def test_a_content_beyond_a_limit_is_held_and_the_others_go_on(
    small_world: World, limits: dict[str, float], code: str
) -> None:
    world = small_world
    bad, bad_source = world.promise(world.feed.serve("/berat.csv", heavy(400_000)))
    good, good_source = world.promise(world.feed.serve("/baik.csv", GOOD))
    look_at(world.watcher, [good_source], wib("2025-03-08 08:00"))
    look_at(limited(world, **limits), [bad_source], wib(AT))
    look_at(world.watcher, [good_source], wib(AT))
    check = world.checks(bad)[0]
    assert (check.outcome, check.conclusive, check.code) == (Outcome.COMPLETE, True, code)
    version = world.versions(bad)[0]
    assert version.status is VersionStatus.QUARANTINED
    assert "; " in (version.status_reason or "")
    assert world.versions(good)[0].status is VersionStatus.ACCEPTED
    assert world.closings(bad) == {}


class Killer(threading.Thread):
    """Kills the reading processes of this one as soon as they are born, so many of them."""

    def __init__(self, n: int) -> None:
        super().__init__(daemon=True)
        self._left = n
        self.killed: set[int] = set()
        self.is_over = False

    def run(self) -> None:
        before = _readers()
        while not self.is_over and len(self.killed) < self._left:
            for pid in _readers() - before - self.killed:
                os.kill(pid, signal.SIGKILL)
                self.killed.add(pid)
            time.sleep(0.002)


def _readers() -> set[int]:
    found: set[int] = set()
    for task in Path("/proc/self/task").iterdir():
        try:
            found.update(map(int, (task / "children").read_text().split()))
        except (FileNotFoundError, ProcessLookupError):
            continue
    return found


@pytest.mark.parametrize(("n_deaths", "status"), [(1, "accepted"), (2, "quarantined")])
def test_a_death_of_the_reader_costs_one_retry_of_one_source(
    small_world: World, n_deaths: int, status: str
) -> None:
    world = small_world
    dataset, source = world.promise(world.feed.serve("/ihk.csv", GOOD))
    # Limits of its own, so that no reader that lives already is asked.
    watcher = limited(world, n_files=40 + n_deaths)
    killer = Killer(n_deaths)
    killer.start()
    look_at(watcher, [source], wib(AT))
    killer.is_over = True
    killer.join()
    assert len(killer.killed) == n_deaths
    (version,) = world.versions(dataset)
    assert version.status.value == status
    assert len(world.checks(dataset)) == 1


def test_a_failure_of_our_own_blames_nobody(
    small_world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world = small_world
    dataset, source = world.promise(world.feed.serve("/ihk.csv", GOOD))
    monkeypatch.setattr("checks.looking.examination.read_content", _broken)
    look_at(world.watcher, [source], wib(AT))
    check = world.checks(dataset)[0]
    assert (check.outcome, check.conclusive) == (Outcome.OUR_FAULT, False)
    assert "ZeroDivisionError" in (check.reason or "")
    assert world.versions(dataset) == []


def _broken(_content: object) -> float:
    return 1 / int("0")


def test_two_downloads_that_differ_are_compared_in_the_reading_process_too(
    small_world: World,
) -> None:
    world = small_world
    places = "kecamatan,jumlah\nUtara,{}\nSelatan,2\n"
    address = world.feed.serve("/tempat.csv", places.format(0))
    dataset, source = world.promise(address)
    look_at(world.watcher, [source], wib("2025-03-08 08:00"))
    counter = iter(range(1, 9))

    def changes() -> None:
        world.feed.answers["/tempat.csv"].body = places.format(next(counter)).encode()

    world.feed.serve("/tempat.csv", places.format(1), ETag='"selalu-baru"')
    world.feed.answers["/tempat.csv"].before = changes
    look_at(world.watcher, [source], wib(AT))
    assert [version.rank for version in world.versions(dataset)][-1].name == "E0"


def test_an_answer_of_the_operator_is_used_at_the_next_read(
    small_world: World, tmp_path: Path
) -> None:
    world = small_world
    dataset, _ = world.promise(None, reading_choices={"tanggal": "month-first"})
    path = tmp_path / "harian.csv"
    path.write_text("tanggal,jumlah\n03/01/2025,4\n03/02/2025,5\n03/03/2025,6\n")
    receipt = receive(
        world.watcher, dataset, path, path.name, person_id=None, declared_period=None, now=wib(AT)
    )
    assert receipt.newest_period == "2025-03-03"


def test_codes_outside_the_city_are_named_where_the_city_is_known(
    small_world: World, tmp_path: Path
) -> None:
    world = small_world
    dataset, _ = world.promise(None)
    path = tmp_path / "desa.csv"
    rows = "".join(f"35.79.0{n % 3 + 1},desa {n},{n}\n" for n in range(6))
    rows += "".join(f"35.73.0{n % 3 + 1},desa luar {n},{n}\n" for n in range(5))
    path.write_text("kode_kecamatan,nama,jumlah\n" + rows)

    def strays(watcher: Watcher) -> int:
        receipt = receive(
            watcher, dataset, path, path.name, person_id=None, declared_period=None, now=wib(AT)
        )
        return sum(finding.code == "mutakhir/region-code" for finding in receipt.findings)

    assert strays(world.watcher) == 0
    assert strays(replace(world.watcher, city_code="3579")) == 3


def test_the_settings_say_what_reading_may_take_and_which_city_it_is(
    sqlite_url: str, tmp_path: Path
) -> None:
    settings = Settings(
        database_url=sqlite_url,
        originals_dir=tmp_path,
        city_code="35.79",
        reader_seconds=7,
        reader_memory_mb=300,
    )
    context = open_context(settings)
    watcher = watcher_of(context)
    assert watcher.city_code == "3579"
    limits = watcher.reading_limits
    assert (limits.wall_seconds, limits.memory_bytes) == (7.0, 300_000_000)
    watcher.fetcher.close()
    context.engine.dispose()


def test_a_city_code_that_is_none_is_refused_by_name() -> None:
    with pytest.raises(WrongSetting, match="MUTAKHIR_CITY_CODE"):
        read_settings(city_code="Kota Batu")
