"""The campaign on the command line: each fault in a process of its own, one after another."""

import argparse
import multiprocessing
import sys
import time

from rich.console import Console
from rich.table import Table

from tests.campaign.faults.bench import Fault, Seen
from tests.campaign.faults.table import ordered, play

_processes = multiprocessing.get_context("forkserver")
_processes.set_forkserver_preload(["tests.campaign.faults.table"])


def _apart(fault: Fault, seed: int, seconds: float) -> Seen:
    """Play a fault in its own process, and end that when it takes too long or dies."""
    ours, theirs = multiprocessing.Pipe(duplex=False)
    process = _processes.Process(target=play, args=(fault.id, seed, theirs))
    began = time.monotonic()
    process.start()
    theirs.close()
    miss = ""
    try:
        if ours.poll(seconds):
            seen: Seen = ours.recv()
            process.join(20)
            miss = "its process did not end" if process.is_alive() else ""
        else:
            miss = f"hung: no end after {seconds:.0f} s"
    except EOFError:
        process.join(5)
        miss = f"its process died ({process.exitcode})"
    finally:
        process.kill()
        process.join()
    if not miss:
        return seen
    took = time.monotonic() - began
    return Seen(fault.id, fault.title, fault.required, (), (miss,), took)


def main() -> int:
    """Play the chosen faults and print the table; 1 on any miss."""
    parser = argparse.ArgumentParser(prog="python -m tests.campaign.faults")
    parser.add_argument("--only", nargs="+", default=[], metavar="F7")
    parser.add_argument("--fast", action="store_true", help="only those of the gate")
    parser.add_argument("--seed", type=int, default=20250301)
    parser.add_argument("--seconds", type=float, default=240.0, help="most for one fault")
    given = parser.parse_args()
    chosen = [
        fault
        for fault in ordered()
        if (not given.only or fault.id in given.only) and (fault.is_fast or not given.fast)
    ]
    console = Console(width=150)
    table = Table("fault", "what goes wrong", "required → seen", "s", title=f"seed {given.seed}")
    n_met = 0
    for fault in chosen:
        seen = _apart(fault, given.seed, given.seconds)
        n_met += seen.is_met
        said = "; ".join(seen.facts) or "as required"
        if not seen.is_met:
            said = "[red]MISS[/red] " + "; ".join(seen.misses).replace("[", "\\[")
        table.add_row(seen.id, seen.title, f"{seen.required}\n→ {said}", f"{seen.seconds:.1f}")
        print(f"{seen.id} {'met' if seen.is_met else 'MISS'}", file=sys.stderr, flush=True)
    console.print(table)
    console.print(f"{n_met} of {len(chosen)} as required")
    return 0 if n_met == len(chosen) and chosen else 1


if __name__ == "__main__":
    raise SystemExit(main())
