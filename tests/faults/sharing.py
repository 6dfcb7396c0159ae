"""Several programs on one project at once, and a project whose disk goes away in the middle.

`python -m tests.faults.sharing FOLDER COUNT SEED` lets forked children race for a project.
"""

from __future__ import annotations

import dataclasses
import json
import os
import random
import subprocess
import sys
import time
from pathlib import Path

from deepdesk.core.errors import DeepDeskError, ProjectError
from deepdesk.project.folder import Project
from tests.faults.found import Found
from tests.faults.killing import RUN, Bench, outcome, steps_on_disk

ROOT = Path(__file__).resolve().parents[2]
LONGEST_AWAY_S = 3.0


def races(folder: Path, *, count: int, seed: int) -> Found:
    """Let two to four processes open, change and close one project at the same time, often."""
    command = [sys.executable, "-m", "tests.faults.sharing", str(folder), str(count), str(seed)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise RuntimeError(done.stderr)
    return Found(**json.loads(done.stdout))


def vanishing(bench: Bench, folder: Path, *, count: int, seed: int) -> Found:
    """Rename a project away in the middle of a run; bring it back, and resume to the same bits."""
    found = Found()
    chance = random.Random(seed)
    for number in range(count):
        found.rounds += 1
        after_s = chance.uniform(0.0, bench.run_s)
        wrong = _vanished(bench, folder / f"vanish-{seed}-{number}.deepdesk", after_s)
        found.failures += (
            [f"seed {seed}, round {number}, {after_s:.2f} s: {wrong}"] if wrong else []
        )
    return found


def _vanished(bench: Bench, project: Path, after_s: float) -> str:
    bench.fresh_copy(project)
    child = bench.zygote.start(*bench.train_arguments(project))
    until_s = time.monotonic() + after_s
    for event in child.events():
        if event == "stepped" or time.monotonic() > until_s:
            break
    time.sleep(max(0.0, until_s - time.monotonic()))
    away = project.with_suffix(".away")
    project.rename(away)
    # The run says that it cannot save and waits for the disk, or ends with a sentence.
    until_s = time.monotonic() + LONGEST_AWAY_S
    for event in child.events():
        if event == "save_failed" or time.monotonic() > until_s:
            break
    if project.exists():
        return f"something was made where the project had been: {list(project.rglob('*'))}"
    away.rename(project)
    status = child.wait()
    said = child.said()
    if "Traceback" in said:
        return said[-900:]
    if status not in (0, 1):
        return f"status {status}: {said[-600:]}"
    if not (project / "runs" / RUN / "samples.safetensors").exists():
        return ""
    with Project.open(project, read_only=True) as opened:
        is_over = opened.runs.get(RUN).info().status == "finished"
    if not is_over:
        bench.zygote.call("resume", str(project), RUN, "--json")
    is_same = outcome(project) == bench.expected
    return "" if is_same else f"not bit-identical, from step {steps_on_disk(project)}"


def _race(folder: Path, count: int, seed: int) -> Found:
    found = Found(notes={"opened_to_write": 0, "opened_to_read": 0})
    chance = random.Random(seed)
    project = folder / "shared.deepdesk"
    Project.create(project, name="0", task="t").close()
    for number in range(count):
        before = _count_of(project)
        children = [_child(project, chance.random()) for _ in range(chance.randint(2, 4))]
        said = [_end(child) for child in children]
        wrote = sum(words == "wrote" for words in said)
        found.rounds += 1
        found.notes["opened_to_write"] += wrote  # type: ignore[operator]
        found.notes["opened_to_read"] += said.count("read")  # type: ignore[operator]
        wrong = [words for words in said if words not in ("wrote", "read")]
        if _count_of(project) != before + wrote:
            wrong.append(f"{wrote} writes, of which {_count_of(project) - before} are there")
        if (project / "lock.json").exists() or not wrote:
            wrong.append(f"the lock was left, or nobody could write: {said}")
        found.failures += [f"seed {seed}, round {number}: {words}" for words in wrong]
    return found


def _count_of(project: Path) -> int:
    with Project.open(project, read_only=True) as opened:
        return int(opened.file.name)


def _child(project: Path, chance: float) -> tuple[int, int]:
    """Fork a child that opens the project; return (process, pipe with what it says)."""
    reading, writing = os.pipe()
    pid = os.fork()
    if pid:
        os.close(writing)
        return pid, reading
    try:
        time.sleep(chance * 0.004)
        words = _open_and_write(project, chance)
    except BaseException as error:  # noqa: BLE001 - whatever it is, it is told
        words = f"raised {error!r}"
    os.write(writing, words.encode())
    os._exit(0)


def _open_and_write(project: Path, chance: float) -> str:
    with Project.open(project) as opened:
        if opened.read_only:
            return _refused(opened)
        inside = project / "inside"
        descriptor = os.open(inside, os.O_CREAT | os.O_EXCL)
        os.close(descriptor)
        time.sleep(chance * 0.003)
        opened.save(name=str(int(opened.file.name) + 1))
        inside.unlink()
        return "wrote"


def _refused(opened: Project) -> str:
    """A project that another program has is never written, and it is said who has it."""
    try:
        opened.save(name="1000000")
    except ProjectError as error:
        is_said = "process" in error.message or "reading only" in error.message
        return "read" if is_said and error.hint else f"said only {error}"
    except DeepDeskError as error:
        return f"said {error}"
    return "wrote without the right to"


def _end(child: tuple[int, int]) -> str:
    pid, reading = child
    with os.fdopen(reading) as pipe:
        words = pipe.read()
    os.waitpid(pid, 0)
    return words


def main() -> int:
    """Print what the races came to."""
    folder, count, seed = sys.argv[1:]
    print(json.dumps(dataclasses.asdict(_race(Path(folder), int(count), int(seed)))))
    return 0


if __name__ == "__main__":
    sys.exit(main())
