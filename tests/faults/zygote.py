"""A process that has loaded torch and the program once and forks a fresh child per command.

Loading takes seconds, a fork a hundredth of one; without this, most of the time of a test that
kills hundreds of processes would go into starting them. For tests alone: the program never forks.
Where there is no fork, or where loading left a thread behind, each child is a process from scratch.
"""

from __future__ import annotations

import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
POLL_S = 0.002
PATIENCE_S = 60.0
# Libraries that would start threads when they are loaded; a fork would lose these.
QUIET = {"OPENBLAS_NUM_THREADS": "1", "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1"}


class Child:
    """A command of the terminal face in a process of its own, its output in a file."""

    def __init__(self, home: Zygote, pid: int, output: Path) -> None:
        self.pid = pid
        self.output = output
        self._home = home
        self._read = 0

    def kill(self) -> int:
        """End it at once, as a power cut would, and return its exit status."""
        os.kill(self.pid, signal.SIGKILL)
        return self.wait()

    def wait(self) -> int:
        """Wait for its end; return its exit status, negative for the signal that ended it."""
        status = self._home.status_of(self.pid)
        self._home.forget(self.pid)
        return status

    def events(self) -> Iterator[str]:
        """Yield the name of each event as it comes, "" while none does; end with the process."""
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            is_over = self._home.is_over(self.pid)
            lines = self._new_lines()
            yield from (str(json.loads(line).get("event", "")) for line in lines)
            if is_over and not lines:
                return
            if not lines:
                yield ""
                time.sleep(POLL_S)
        raise TimeoutError(f"no end after {PATIENCE_S} s: {self.said()}")

    def said(self) -> str:
        """Return everything it printed."""
        return self.output.read_text(errors="replace")

    def _new_lines(self) -> list[bytes]:
        with self.output.open("rb") as file:
            file.seek(self._read)
            data = file.read()
        whole = data[: data.rfind(b"\n") + 1]
        self._read += len(whole)
        return [line for line in whole.splitlines() if line.startswith(b"{")]


class Zygote:
    """Starts commands; use it in a `with`."""

    def __init__(self) -> None:
        self._process: subprocess.Popen[str] | None = None
        self._plain: dict[int, subprocess.Popen[bytes]] = {}
        self._folder = tempfile.TemporaryDirectory(prefix="deepdesk-zygote-")
        self._count = 0
        self._over: dict[int, int] = {}

    def __enter__(self) -> Zygote:
        if hasattr(os, "fork") and sys.platform == "linux":
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.faults.zygote"],
                cwd=ROOT,
                env={**os.environ, **QUIET},
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                text=True,
            )
            if self._answer() != "ready":
                self._end()
        return self

    def __exit__(self, *_error: object) -> None:
        self._end()
        self._folder.cleanup()

    def _end(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.close()
        process.wait()
        process.stdout.close()

    @property
    def forks(self) -> bool:
        """Whether children are forked, or started from scratch."""
        return self._process is not None

    def start(self, *arguments: str) -> Child:
        """Start a command of the terminal face."""
        self._count += 1
        output = Path(self._folder.name) / f"{self._count}.txt"
        output.touch()
        if self._process is not None:
            pid = int(self._ask({"arguments": arguments, "output": str(output)}))
        else:
            with output.open("wb") as file:
                child = subprocess.Popen(
                    [sys.executable, "-m", "deepdesk", *arguments],
                    cwd=ROOT,
                    env={**os.environ, **QUIET},
                    stdout=file,
                    stderr=file,
                )
            pid = child.pid
            self._plain[pid] = child
        return Child(self, pid, output)

    def call(self, *arguments: str) -> None:
        """Run a command to its end.

        Raises:
            RuntimeError: It failed, with what it said.
        """
        child = self.start(*arguments)
        if child.wait():
            raise RuntimeError(child.said())

    def is_over(self, pid: int) -> bool:
        """Return whether a child has ended."""
        if pid in self._plain:
            return self._plain[pid].poll() is not None
        if pid not in self._over:
            answer = self._ask({"ended": pid})
            if answer != "running":
                self._over[pid] = int(answer)
        return pid in self._over

    def status_of(self, pid: int) -> int:
        """Wait for a child's end and return its status."""
        if pid in self._plain:
            return self._plain[pid].wait(PATIENCE_S)
        until_s = time.monotonic() + PATIENCE_S
        while not self.is_over(pid):
            if time.monotonic() > until_s:
                # Nothing may outlive a test, least of all what hangs.
                os.kill(pid, signal.SIGKILL)
                until_s = float("inf")
            time.sleep(POLL_S)
        return self._over[pid]

    def forget(self, pid: int) -> None:
        """Let a number be used again."""
        self._over.pop(pid, None)
        self._plain.pop(pid, None)

    def _ask(self, question: dict[str, Any]) -> str:
        assert self._process is not None
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps(question) + "\n")
        self._process.stdin.flush()
        return self._answer()

    def _answer(self) -> str:
        assert self._process is not None
        assert self._process.stdout is not None
        return self._process.stdout.readline().strip()


def _serve() -> None:
    """Answer questions on standard input until it is closed."""
    os.environ.update(QUIET)
    for name in ("torch", "torchvision", "deepdesk.cli", "deepdesk.engine.run"):
        importlib.import_module(name)
    from deepdesk.tasks import all_tasks

    all_tasks()["image_classification"].load()
    is_alone = len(list(Path("/proc/self/task").iterdir())) == 1
    print("ready" if is_alone else "threads", flush=True)
    for line in sys.stdin:
        question = json.loads(line)
        if "ended" in question:
            pid, status = os.waitpid(question["ended"], os.WNOHANG)
            print(os.waitstatus_to_exitcode(status) if pid else "running", flush=True)
            continue
        pid = os.fork()
        if pid == 0:
            _become(question["arguments"], question["output"])
        print(pid, flush=True)


def _become(arguments: list[str], output: str) -> None:
    """Run a command in this fresh child and leave."""
    status = 70
    try:
        descriptor = os.open(output, os.O_WRONLY | os.O_APPEND)
        os.dup2(descriptor, 1)
        os.dup2(descriptor, 2)
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        from deepdesk.cli import main

        status = main(arguments)
        sys.stdout.flush()
    finally:
        os._exit(status)


if __name__ == "__main__":
    _serve()
