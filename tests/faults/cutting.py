"""A process is killed at every call that changes the disk, one call further each time.

`python -m tests.faults.cutting FOLDER [WRITER...]` does it for each writer in children forked from
itself, which loads little and has one thread, and prints what it found as JSON.
"""

from __future__ import annotations

import dataclasses
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from tests.faults.calls import Kill, between
from tests.faults.found import Found
from tests.faults.writers import BY_NAME, NEW, OLD, WRITERS, Writer

ROOT = Path(__file__).resolve().parents[2]
MAX_CALLS = 400


def cut_at_every_call(folder: Path, *names: str) -> Found:
    """Kill each writer at each of its calls, in a process of its own."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.faults.cutting", str(folder), *names],
        cwd=ROOT,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise RuntimeError(done.stderr)
    return Found(**json.loads(done.stdout))


def _cut(writer_of: type[Writer], folder: Path) -> Found:
    found = Found()
    for at in range(1, MAX_CALLS):
        place = folder / f"{writer_of.__name__}-{at}"
        place.mkdir()
        writer = writer_of(place)
        writer.prepare()
        was_killed = _killed_at(writer, at)
        wrong = _wrong(writer, was_killed)
        found.failures += [f"{writer_of.__name__} killed at call {at}: {wrong}"] if wrong else []
        if not was_killed:
            break
        found.rounds += 1
    return found


def _killed_at(writer: Writer, at: int) -> bool:
    """Write in a child that dies at a call; return whether it came so far."""
    pid = os.fork()
    if pid == 0:
        with between(Kill(at)):
            writer.write()
        os._exit(0)
    _pid, status = os.waitpid(pid, 0)
    code = os.waitstatus_to_exitcode(status)
    if code not in (0, -signal.SIGKILL):
        raise RuntimeError(f"{writer} ended with {code}")
    return code != 0


def _wrong(writer: Writer, was_killed: bool) -> str:
    """Return what is wrong after a kill, "" if nothing; the same write must then succeed."""
    try:
        state = writer.state()
        if state not in (OLD, NEW) or (not was_killed and state != NEW):
            return f"state {state}"
        writer.write()
        return "" if writer.state() in (OLD, NEW) else "cannot be written any more"
    except Exception as error:  # noqa: BLE001 - whatever it is, it is what the test is for
        return repr(error)


def main() -> int:
    """Print what the writers named, or all, came to."""
    folder, *names = sys.argv[1:]
    found = Found()
    for writer_of in [BY_NAME[name] for name in names] or WRITERS:
        found.add(_cut(writer_of, Path(folder)))
    print(json.dumps(dataclasses.asdict(found)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
