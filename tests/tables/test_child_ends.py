"""No reading process outlives its parent, and a death costs one retry."""

import os
import re
import signal
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest

from checks.tables import child
from checks.tables.child import Limits, ReaderBroken, close_children, in_child, once
from checks.tables.table import UnreadableTable

ROOT = Path(__file__).resolve().parent.parent.parent
PARENT = """
import os, re, sys, threading, time
from checks.tables.child import in_child, once
def started():
    print("started", flush=True)
match sys.argv[1]:
    case "idle":
        in_child(len, "abc"), started(), time.sleep(60)
    case "busy":
        started(), in_child(re.fullmatch, "(a+)+$", "a" * 40 + "b")
    case "forked":
        started(), once(re.fullmatch, "(a+)+$", "a" * 40 + "b")
"""
_KEPT: list[bytes] = []
HANG = ("(a+)+$", "a" * 40 + "b")


@pytest.fixture(autouse=True)
def no_children_left():
    yield
    close_children()


def children_of(pid: int) -> set[int]:
    return {
        int(one)
        for task in Path(f"/proc/{pid}/task").iterdir()
        for one in (task / "children").read_text().split()
    }


def lives(pid: int) -> bool:
    stat = Path(f"/proc/{pid}/stat")
    try:
        return stat.read_text().rpartition(")")[2].split()[0] != "Z"
    except (FileNotFoundError, ProcessLookupError):
        return False


def until(condition, seconds: float = 20.0) -> bool:
    end = time.monotonic() + seconds
    while not condition():
        if time.monotonic() > end:
            return False
        time.sleep(0.02)
    return True


@pytest.mark.parametrize("how", [signal.SIGKILL, signal.SIGTERM])
@pytest.mark.parametrize("state", ["idle", "busy", "forked"])
def test_no_child_outlives_its_parent_even_inside_a_library_that_never_returns(state, how):
    parent = subprocess.Popen(
        [sys.executable, "-c", PARENT, state],
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )
    assert parent.stdout is not None
    parent.stdout.readline()
    assert until(lambda: children_of(parent.pid))
    born = children_of(parent.pid)
    parent.send_signal(how)
    parent.wait()
    parent.stdout.close()
    assert until(lambda: not any(map(lives, born))), born


def _die_once(mark: Path) -> str:
    if mark.exists():
        return "second"
    mark.touch()
    os.kill(os.getpid(), signal.SIGKILL)
    return "never"


def _die(mark: Path) -> None:
    with mark.open("a") as stream:
        stream.write("x")
    os.kill(os.getpid(), signal.SIGSEGV)


def _keep(n_bytes: int) -> None:
    _KEPT.append(b"x" * n_bytes)


def _environment() -> dict[str, str]:
    return dict(os.environ)


def _divide() -> float:
    return 1 / int("0")


def test_a_death_costs_one_retry(tmp_path):
    assert in_child(_die_once, tmp_path / "mark") == "second"


def test_a_file_that_ends_its_reader_twice_is_refused(tmp_path):
    mark = tmp_path / "mark"
    with pytest.raises(UnreadableTable) as caught:
        in_child(_die, mark)
    assert caught.value.code == "reader-failed"
    assert mark.read_text() == "xx"
    assert in_child(len, "abc") == 3


def test_what_hangs_is_not_tried_twice():
    began = time.monotonic()
    with pytest.raises(UnreadableTable) as caught:
        in_child(re.fullmatch, *HANG, limits=Limits(wall_seconds=1.5))
    assert caught.value.code == "too-slow"
    assert time.monotonic() - began < 3


def test_a_mistake_of_ours_is_named_and_blames_no_file():
    pid = in_child(os.getpid)
    with pytest.raises(ReaderBroken, match=r"ZeroDivisionError, test_child_ends\.py:\d+"):
        in_child(_divide)
    assert in_child(os.getpid) == pid


def test_the_limits_of_a_child_are_not_those_of_its_parent():
    before = {n: child_limit(n) for n in ("RLIMIT_AS", "RLIMIT_CPU", "RLIMIT_NOFILE")}
    tight = Limits(memory_bytes=300_000_000, cpu_seconds=5, n_files=20)
    inside = in_child(child_limit, "RLIMIT_NOFILE", limits=tight)
    assert inside == 20
    assert before == {n: child_limit(n) for n in before}


def child_limit(name: str) -> int:
    import resource  # noqa: PLC0415  (inside the child as well)

    return resource.getrlimit(getattr(resource, name))[0]


def test_a_child_knows_no_secret_of_its_parent(monkeypatch):
    monkeypatch.setenv("MUTAKHIR_SECRET_KEY", "rahasia")
    monkeypatch.setenv("SUMBER_PAD", "postgresql://pad:rahasia@10.0.0.1/pad")
    worker = child.Worker(Limits())
    assert "rahasia" not in str(worker.call(_environment))
    worker.close()


def test_only_so_many_children_are_kept_for_a_call():
    workers = []
    for number in range(child.N_KEPT + 2):
        workers.append(child._IDLE.take(Limits(n_files=30 + number)))
        workers[-1].call(len, "abc")
        child._IDLE.give(workers[-1])
    assert sum(worker.is_alive for worker in workers) == child.N_KEPT


def test_files_that_hang_hold_nobody_up_for_long(monkeypatch):
    monkeypatch.setattr(child, "_PATIENCE_SECONDS", 0.2)
    hanging = [child._IDLE.take(Limits()) for _ in range(child.N_KEPT)]
    assert in_child(len, "abc") == 3
    for worker in hanging:
        child._IDLE.give(worker)
    assert in_child(len, "abc") == 3


def test_a_second_child_is_started_only_when_the_first_is_busy_for_long(monkeypatch):
    idle = child._Idle()
    first = idle.take(Limits())
    taken = []
    waiting = threading.Thread(target=lambda: taken.append(idle.take(Limits())), daemon=True)
    monkeypatch.setattr(child, "_START_SECONDS", 30.0)
    waiting.start()
    idle.give(first)
    waiting.join(10)
    assert taken == [first]
    monkeypatch.setattr(child, "_START_SECONDS", 0.05)
    assert idle.take(Limits()) is not first


def test_a_child_that_holds_much_after_a_file_is_not_kept():
    worker = child.Worker(Limits())
    light = worker.call(os.getpid)
    assert worker.call(os.getpid) == light
    worker.call(_keep, 500_000_000)
    assert not worker.is_alive
    assert worker.call(os.getpid) != light
    worker.close()


def test_a_command_is_answered_from_a_fork_or_a_child_alike():
    assert once(len, "abc") == 3
    script = (
        "import os\nfrom checks.tables.child import once\nprint(once(os.getppid) == os.getpid())"
    )
    done = subprocess.run(
        [sys.executable, "-c", script],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        check=True,
    )
    assert done.stdout == "True\n"
