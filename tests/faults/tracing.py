"""Faults at system calls, with strace: what Python, SQLite and the C library do, seen from outside.

strace counts each system call by its name from the start of a process. A first run tells how
many there were before the write began and until it ended; each later one is disturbed at one.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

from tests.faults.found import Found
from tests.faults.writers import NEW, OLD, Writer

ROOT = Path(__file__).resolve().parents[2]
CHANGING = (
    *("write", "pwrite64", "fsync", "fdatasync", "ftruncate", "openat", "rename", "renameat"),
    *("mkdir", "mkdirat", "unlink", "unlinkat", "rmdir", "link", "linkat"),
)
# What can fail for want of room or rights; removing is not part of it.
FAILING = ("write", "pwrite64", "fsync", "fdatasync", "ftruncate", "openat", "rename", "mkdir")
_MARK = "getpriority"
_NAME = re.compile(r"^(?:\d+ +)?([a-z0-9_]+)\(")


def is_here() -> bool:
    """Return whether strace is installed and may watch a process."""
    if shutil.which("strace") is None:
        return False
    done = subprocess.run(["strace", "-o", "/dev/null", "true"], capture_output=True)
    return done.returncode == 0


def killed(writer_of: type[Writer], folder: Path, every: int = 1) -> Found:
    """Kill a writer at each `every`-th system call that changes the disk."""
    return _disturbed(writer_of, folder, CHANGING, ("signal=SIGKILL",), every)


def refused(writer_of: type[Writer], folder: Path, codes: Sequence[str], every: int = 1) -> Found:
    """Let each `every`-th system call that writes fail with each error."""
    return _disturbed(writer_of, folder, FAILING, [f"error={code}" for code in codes], every)


def _disturbed(
    writer_of: type[Writer], folder: Path, names: Sequence[str], faults: Sequence[str], every: int
) -> Found:
    found = Found()
    places = _fresh(writer_of, folder)
    calls = _calls_of_write(writer_of, next(places), names)
    for name, number in calls[::every]:
        for fault in faults:
            place = next(places)
            said = _run(writer_of, place, f"inject={name}:{fault}:when={number}", names)
            wrong = _wrong(writer_of(place), said, must_answer="error" in fault)
            what = f"{writer_of.__name__} {fault} at {name} {number}"
            found.rounds += 1
            found.failures += [f"{what}: {wrong}"] if wrong else []
            shutil.rmtree(place)
    return found


def _fresh(writer_of: type[Writer], folder: Path) -> Iterator[Path]:
    """Yield one folder after the other with the old state in it."""
    first = folder / f"{writer_of.__name__}-first"
    first.mkdir()
    writer_of(first).prepare()
    number = 0
    while True:
        number += 1
        # A project knows where it lies only by the folder it is opened in.
        place = folder / f"{writer_of.__name__}-{number}"
        shutil.copytree(first, place)
        yield place


def _calls_of_write(
    writer_of: type[Writer], place: Path, names: Sequence[str]
) -> list[tuple[str, int]]:
    """Return (system call, its number since the process began) of those of the write."""
    log = place.with_suffix(".trace")
    _run(writer_of, place, f"trace={','.join((*names, _MARK))}", names, log)
    counts = dict.fromkeys(names, 0)
    calls, marks = [], 0
    for line in log.read_text(errors="replace").splitlines():
        match = _NAME.match(line)
        if match is None:
            continue
        if match[1] == _MARK:
            marks += 1
        elif match[1] in counts:
            counts[match[1]] += 1
            if marks == 1:
                calls.append((match[1], counts[match[1]]))
    if marks != 2:
        raise RuntimeError(log.read_text(errors="replace")[-2000:])
    return calls


def _run(
    writer_of: type[Writer], place: Path, rule: str, names: Sequence[str], log: Path | None = None
) -> str:
    """Write under strace; return what was said, or the exit status of who was killed."""
    watched = f"trace={','.join((*names, _MARK))}"
    command = ["strace", "-f", "--seccomp-bpf", "-o", str(log or "/dev/null"), "-e", watched]
    if log is None:
        command += ["-e", rule]
    command += [sys.executable, "-m", "tests.faults.writers", writer_of.__name__, str(place)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    last = done.stdout.strip().rpartition("\n")[2]
    return last or f"status {done.returncode}: {done.stderr[-600:]}"


def _wrong(writer: Writer, said: str, *, must_answer: bool) -> str:
    try:
        state = writer.state()
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what the test is for
        return repr(error)
    if state not in (OLD, NEW) or (said == "done" and state != NEW):
        return f"state {state}, {said}"
    if must_answer and said != "done" and not said.startswith("refused:"):
        return said
    return ""
