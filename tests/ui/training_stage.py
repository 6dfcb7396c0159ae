"""The Training tab over a small project, and runs that it lives through."""

from __future__ import annotations

import pytest

from deepdesk.core.events import Candidate, Choice, Choices, Ended, Progress, Result, RunEnded
from deepdesk.core.task import Found
from deepdesk.project.folder import Project
from deepdesk.ui.tabs.training import TrainingTab, outlook, setup_control
from tests.ui.run_events import epoch_ended, started, stepped

PATIENCE_MS = 5000
CHOICES = Choices(
    rows=(
        Choice(
            what="Precision",
            key="precision",
            chosen="bfloat16",
            gain=1.9,
            how="measured",
            candidates=(
                Candidate(value="float32", words="float32", gain=1.0, why="Slower."),
                Candidate(value="bfloat16", words="bfloat16", gain=1.9),
                Candidate(value="tf32", words="TF32", why="Only GPUs.", is_possible=False),
            ),
        ),
    ),
    place="0123456789abcdef",
    device="cpu",
)


@pytest.fixture
def project(tmp_path, desk, monkeypatch):
    """Return an open project of two classes; listing networks does not load torch."""

    def networks(_spec, _config, _facts):
        return lambda emit, _stop: emit(Result(value=("Tiny", "Residual, small")))

    monkeypatch.setattr(setup_control, "networks_work", networks)
    monkeypatch.setattr(outlook, "outlook_of", lambda *_asked, **_how: lambda _emit, _stop: None)
    project = Project.create(tmp_path / "Pets", name="Pets", task="image_classification")
    with project.index() as index:
        found = [
            Found(path=tmp_path / f"{n}.png", label=("cat", "dog")[n % 2], split="train")
            for n in range(8)
        ]
        index.add(found, source=str(tmp_path))
    desk.show_project(project)
    return project


@pytest.fixture
def make_tab(qtbot, desk, project):
    """Return a function that shows the tab and waits until its jobs are done."""

    def make():
        tab = TrainingTab(desk)
        tab.resize(1280, 720)
        qtbot.addWidget(tab)
        tab.show()
        qtbot.waitUntil(lambda: not desk.jobs, timeout=PATIENCE_MS)
        return tab

    return make


def tell(desk, *events):
    for event in events:
        desk.run_event.emit(event)


def begin(desk, tab, project, *, steps=15):
    """Let the tab live through the start of a run, as the control would tell it."""
    folder = project.runs.new("quick", {})
    folder.update(status="running", epochs=4)
    folder.claim()
    desk.store.update(phase="running", run=folder.path.name)
    tell(desk, Progress(what="Reading pictures", done=3, total=8))
    tab.front.clear()
    tell(desk, CHOICES)
    tell(desk, started(folder.path.name))
    for step in range(1, steps + 1):
        tell(desk, stepped(step))
        if step % 10 == 0:
            tell(desk, epoch_ended(step // 10))
    return folder


def end(desk, folder, *, status="finished"):
    """Let the run under way end, as the control would tell it."""
    name = folder.path.name
    folder.update(status=status, metrics={"accuracy": 0.4}, main_metric="accuracy")
    folder.release()
    tell(desk, RunEnded(run=name, status=status, metrics={"accuracy": 0.4}, seconds=80))
    desk.store.update(phase="idle")
    tell(desk, Ended())
    desk.runs_changed.emit(name)
