"""A run that is paused, closed, moved and taken up by another window ends with the same bits."""

import shutil
import threading

import pytest

from deepdesk import cli
from deepdesk.core.events import Saved, Stepped
from deepdesk.core.work import StopToken
from deepdesk.engine.request import RunRequest
from deepdesk.engine.run import train_work
from deepdesk.project.folder import Project
from deepdesk.tasks import task_of
from deepdesk.ui import training_control
from deepdesk.ui.desk import Desk

RUN = "001-quick"
PATIENCE_MS = 60_000
REQUEST = RunRequest(
    dial="quick",
    training={
        "epochs": 4,
        "batch_size": 16,
        "precision": "float32",
        "threads": 1,
        "checkpoint_s": 1e4,
    },
)


@pytest.fixture
def digits(tmp_path):
    """Return a closed project with a few digits."""
    data = task_of("image_classification").sample(tmp_path / "data")
    for group in data.iterdir():
        for path in sorted(group.iterdir())[12:]:
            path.unlink()
    project = tmp_path / "digits.deepdesk"
    assert (
        cli.main(["new", str(project), "--task", "image_classification", "--data", str(data)]) == 0
    )
    return project


def outcome(path):
    """Return the bytes of the last checkpoint and the curves without what is of the moment."""
    with Project.open(path, read_only=True) as project:
        run = project.runs.get(RUN)
        step = run.checkpoints.latest_valid()
        names = ("weights.safetensors", "best.safetensors", "training.safetensors")
        rows = [
            {name: row.get(name) for name in ("kind", "step", "epoch", "values", "validation")}
            for row in run.metrics.read()
        ]
        return step, [run.checkpoints.read(step, name) for name in names], rows


@pytest.fixture
def gate(monkeypatch):
    """Let a new run stand still at its first told step, however slow the window is, until set."""
    gate = threading.Event()
    training_of = training_control.training_of

    def held(*given):
        def work(emit, stop):
            def emit_and_stand(event):
                emit(event)
                if isinstance(event, Stepped):
                    assert gate.wait(PATIENCE_MS / 1000)

            training_of(*given)(emit_and_stand, stop)

        return work

    monkeypatch.setattr(training_control, "training_of", held)
    yield gate
    gate.set()


@pytest.mark.slow
def test_a_run_taken_up_by_another_window_in_another_place_ends_with_the_same_bits(
    qtbot, desk, digits, tmp_path, gate
):
    whole = shutil.copytree(digits, tmp_path / "whole.deepdesk")
    with Project.open(whole) as project:
        work = train_work(project, task_of("image_classification"), REQUEST)
        work(lambda _event: None, StopToken())

    told = []
    desk.run_event.connect(told.append)
    desk.show_project(Project.open(digits))
    assert desk.training.train(REQUEST)
    steps = lambda: [event.step for event in told if isinstance(event, Stepped)]  # noqa: E731
    qtbot.waitUntil(lambda: bool(steps()), timeout=PATIENCE_MS)
    desk.training.pause()
    gate.set()
    qtbot.waitUntil(
        lambda: any(isinstance(e, Saved) and e.step >= steps()[-1] for e in told),
        timeout=PATIENCE_MS,
    )
    with qtbot.waitSignal(desk.training.ended, timeout=PATIENCE_MS):
        desk.training.stop_and_keep()
    desk.close_project()
    moved = shutil.move(digits, tmp_path / "moved.deepdesk")

    other = Desk()
    other.show_project(Project.open(moved))
    with qtbot.waitSignal(other.training.ended, timeout=PATIENCE_MS):
        assert other.training.continue_run(RUN)
    other.close_project()
    other.deleteLater()

    assert max(steps()) < outcome(whole)[0]
    assert outcome(moved) == outcome(whole)
