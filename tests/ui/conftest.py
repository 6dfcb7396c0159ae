"""What the tests of the window share: a desk, projects, and tabs of paper."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from deepdesk.core.events import RunEnded, RunStarted, Stepped
from deepdesk.core.task import Found
from deepdesk.core.work import StoppedError
from deepdesk.project.folder import Project
from deepdesk.ui import training_control
from deepdesk.ui.desk import Desk
from deepdesk.ui.shell import MainWindow
from deepdesk.ui.tab_stack import TabStack
from deepdesk.ui.theme import current

PATIENCE_MS = 10_000


class PaperTab(QWidget):
    """A tab that writes down what it is told."""

    state_changed = Signal(object)

    def __init__(self, desk):
        super().__init__()
        self.desk = desk
        self.state = "ready"
        self.dropped = []
        self.asked = []

    def drop(self, paths):
        self.dropped.append(paths)

    def find(self):
        self.asked.append("find")

    def train(self):
        self.asked.append("train")


@pytest.fixture(autouse=True)
def own_home(home, monkeypatch):
    monkeypatch.setenv("DEEPDESK_HOME", str(home))


@pytest.fixture(autouse=True)
def usual_theme(qapp):
    """Leave the look as the system has it."""
    yield
    theme = current()
    if theme.mode != "system":
        theme.wear("system")


@pytest.fixture
def make_project(tmp_path):
    """Return a function that makes a project with some rows and closes it again."""
    made = []

    def make(name="Pets", *, rows=4):
        project = Project.create(tmp_path / name, name=name, task="image_classification")
        with project.index() as index:
            found = [
                Found(path=tmp_path / f"{n}.png", label="cat", split="train") for n in range(rows)
            ]
            index.add(found, source=str(tmp_path))
        project.close()
        made.append(project)
        return project.path

    return make


@pytest.fixture
def desk(qtbot):
    desk = Desk()
    yield desk
    desk.stop_all()
    for job in list(desk.jobs):
        assert job.wait(PATIENCE_MS)
    desk.close_project()
    desk.deleteLater()


@pytest.fixture
def window(qtbot, desk):
    window = MainWindow(desk, tabs=lambda desk: TabStack(desk, lambda _key: PaperTab))
    window.show()
    yield window
    window.leaving._out_of_patience = True
    desk.stop_all()
    for job in list(desk.jobs):
        job.wait(PATIENCE_MS)
    window.close()
    window.deleteLater()


@pytest.fixture
def opened(qtbot, window, make_project):
    """Open a project in the window, as a click on it does."""
    path = make_project()
    with qtbot.waitSignal(window.projects.opened, timeout=PATIENCE_MS):
        window.projects.open(path)
    return path


@pytest.fixture
def training(qtbot, monkeypatch, window, opened):
    """Start a run that goes on until it is stopped."""

    def work(emit, stop):
        emit(RunStarted(run="001-quick", device="cpu", epochs=4, steps_per_epoch=3, samples=12))
        emit(
            Stepped(step=5, epoch=1.72, values={}, samples_per_second=1, memory_bytes=0, seconds=1)
        )
        try:
            while True:
                stop.check()
        except StoppedError:
            emit(RunEnded(run="001-quick", status="stopped", metrics={}, seconds=1.0))

    monkeypatch.setattr(training_control, "training_of", lambda *_given: work)
    with qtbot.waitSignal(window.desk.run_event, timeout=PATIENCE_MS):
        window.desk.training.train(None)
