"""Processes that write without a pause are killed at random instants."""

from __future__ import annotations

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from deepdesk.project.checkpoints import Checkpoints
from deepdesk.project.folder import Project
from deepdesk.project.index import SampleIndex
from deepdesk.project.metrics import MetricsLog

ROOT = Path(__file__).resolve().parents[2]
COMMITTING = """
import sys
from pathlib import Path
from deepdesk.project.checkpoints import Checkpoints
from deepdesk.project.metrics import MetricsLog
kept = Checkpoints(Path(sys.argv[1]) / "checkpoints")
log = MetricsLog(Path(sys.argv[1]) / "metrics.jsonl")
step = kept.latest_valid() or 0
if step:
    log.truncate(kept.meta(step)["offset"])
while True:
    step += 1
    log.append({"step": step})
    files = {"weights": step.to_bytes(8, "big") * 20_000, "state": str(step).encode()}
    kept.commit(step, files, meta={"step": step, "offset": log.offset()})
    if step % 5 == 0:
        kept.mark_best(step)
    print(step, flush=True)
"""
ADDING = """
import sys
from pathlib import Path
from deepdesk.core.task import Found
from deepdesk.project.folder import Project
project = Project.open(Path(sys.argv[1]))
assert not project.read_only
with project.index() as index:
    first = index.count()
    while True:
        index.add([Found(path=Path(f"/x/{first + i}.png"), label=f"c{i % 7}") for i in range(10)],
                  source="/x")
        first += 10
        index.draw_splits((0.5, 0.25, 0.25), first)
        project.save(name=f"n{first}")
        print(first, flush=True)
"""


def killed(script: str, folder: Path, chance: random.Random) -> None:
    """Run a script until it has written once, and kill it within the next tenth of a second."""
    child = subprocess.Popen(
        [sys.executable, "-c", script, str(folder)], cwd=ROOT, stdout=subprocess.PIPE, text=True
    )
    with child:
        assert child.stdout is not None
        assert child.stdout.readline()
        time.sleep(chance.random() / 10)
        child.send_signal(signal.SIGKILL)
        child.stdout.read()
    assert child.returncode == -signal.SIGKILL


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal")
def test_a_killed_run_always_finds_a_whole_checkpoint_and_its_metrics(tmp_path):
    chance = random.Random(1)
    last = 0
    for _ in range(10):
        killed(COMMITTING, tmp_path, chance)

        kept = Checkpoints(tmp_path / "checkpoints")
        step = kept.latest_valid()
        assert step is not None
        assert step > last
        assert step == kept.latest()
        assert kept.read(step, "weights") == step.to_bytes(8, "big") * 20_000
        assert kept.meta(step)["step"] == step
        rows = MetricsLog(tmp_path / "metrics.jsonl").read()
        assert [row["step"] for row in rows][:step] == list(range(1, step + 1))
        assert len(rows) <= step + 1
        last = step


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="there is no such signal")
def test_a_killed_import_keeps_whole_batches_and_gives_its_lock_up(tmp_path):
    chance = random.Random(2)
    Project.create(tmp_path / "p", name="n0", task="t").close()
    for _ in range(4):
        killed(ADDING, tmp_path / "p.deepdesk", chance)

        with Project.open(tmp_path / "p.deepdesk") as project, project.index() as index:
            assert not project.read_only
            assert index.count() % 10 == 0
            assert int(project.file.name[1:]) in (index.count(), index.count() - 10)
            assert index._db.value("PRAGMA integrity_check") == "ok"
            assert sum(index.counts().values()) == index.count()


def test_a_fresh_index_needs_no_close_to_be_whole(tmp_path):
    index = SampleIndex(tmp_path / "index.sqlite")
    with SampleIndex(tmp_path / "index.sqlite", read_only=True) as reader:
        assert reader.count() == 0
    index.close()
