"""A process of a campaign that answers every line it is given, and may be killed at any moment."""

import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


class Answering:
    """A module run in a process of its own: it says ready, then one line for each it reads."""

    def __init__(self, module: str, given: Sequence[str]) -> None:
        self._command = [sys.executable, "-m", module, *given]
        self.start()

    def start(self) -> None:
        self.process = subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
        )
        assert self.answer() == "ready"

    def ask(self, line: str) -> None:
        """Give it a line; one that is no more hears nothing."""
        assert self.process.stdin is not None
        with suppress(BrokenPipeError):
            self.process.stdin.write(line + "\n")
            self.process.stdin.flush()

    def answer(self) -> str | None:
        """Return what it says; None when it died before it said anything."""
        assert self.process.stdout is not None
        return self.process.stdout.readline().strip() or None

    def kill(self) -> None:
        self.process.send_signal(signal.SIGKILL)

    def stop(self) -> None:
        self.process.kill()
        self.process.wait()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                with suppress(BrokenPipeError):
                    pipe.close()
