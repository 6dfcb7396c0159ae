"""What tests of runs share that are stopped in the middle of an epoch and go on."""

import shutil
from contextlib import contextmanager

from deepdesk.cli import main
from deepdesk.core.events import Ended, Stepped
from deepdesk.core.work import StopToken, run
from deepdesk.engine.run import resume_work, train_work
from deepdesk.project.folder import Project
from deepdesk.tasks import task_of


@contextmanager
def equal_projects(folder, key, source):
    """Yield two equal projects on the same data in which nothing was trained."""
    first, second = folder / "a.deepdesk", folder / "b.deepdesk"
    assert main(["new", str(first), "--task", key, "--data", str(source)]) == 0
    shutil.copytree(first, second)
    with Project.open(first) as whole, Project.open(second) as broken:
        yield whole, broken


def assert_same_bits(whole, broken, key, asked):
    """Train the same in both projects, once with a stop after three steps; compare all weights."""
    assert events_of(train_work(whole, task_of(key), asked))[-1] == Ended()

    first = events_of(train_work(broken, task_of(key), asked), stop_at=3)
    assert first[-1].stopped
    assert events_of(resume_work(broken, task_of(key), "001-quick"))[-1] == Ended()

    assert last_weights(broken) == last_weights(whole)


def events_of(work, stop_at=0):
    """Run work, asking it to stop after so many told steps; 0 for never."""
    told, stop = [], StopToken()

    def emit(event):
        told.append(event)
        if stop_at and sum(isinstance(seen, Stepped) for seen in told) >= stop_at:
            stop.stop()

    run(work, emit, stop)
    return told


def last_weights(project):
    """Return the name of the last checkpoint and its files of weights."""
    folder = project.runs.get("001-quick").path / "checkpoints"
    last = sorted(folder.glob("step_*"))[-1]
    return last.name, {path.name: path.read_bytes() for path in last.glob("*.safetensors")}
