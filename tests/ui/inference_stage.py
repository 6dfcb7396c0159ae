"""What the tests of the Inference tab share: a project with runs, and a made-up network."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from PIL import Image as Picture

from deepdesk.core import payloads
from deepdesk.project.folder import Project
from deepdesk.ui.desk import Desk
from deepdesk.ui.tabs.inference.tab import InferenceTab

SCORES = (("cat", 0.784), ("dog", 0.149), ("frog", 0.031))


class FakePredictor:
    scores = SCORES

    def answer(self, given, stop):
        answer = payloads.LabelScores(scores=self.scores)
        yield SimpleNamespace(answer=answer, milliseconds=6.0, is_final=True)


def picture_file(path, colour=(200, 30, 30)):
    path.parent.mkdir(parents=True, exist_ok=True)
    Picture.new("RGB", (12, 8), colour).save(path)
    return path


def add_run(project, dial="quick", step=72, **fields):
    run = project.runs.new(dial, {})
    known = {"status": "finished", "epochs_done": 8, "best_epoch": 6, "epochs": 8}
    run.update(**{**known, "metrics": {"accuracy": 0.97}, "main_metric": "accuracy", **fields})
    if step:
        run.checkpoints.commit(step, {"weights": b"w"}, meta={})
    return run


@pytest.fixture
def desk(qtbot, tmp_path):
    project = Project.create(tmp_path / "p.deepdesk", name="p", task="image_classification")
    desk = Desk()
    desk.notes, desk.troubles = [], []
    desk.said.connect(desk.notes.append)
    desk.troubled.connect(desk.troubles.append)
    desk.show_project(project)
    yield desk
    desk.stop_all()
    desk.close_project()
    qtbot.waitUntil(lambda: not desk.jobs)
    desk.deleteLater()


def made(qtbot, desk, predictor=FakePredictor):
    tab = InferenceTab(desk, make=lambda project, spec, model: predictor())
    qtbot.addWidget(tab)
    tab.resize(1280, 720)
    with qtbot.waitExposed(tab):
        tab.show()
    qtbot.waitUntil(lambda: not tab.models.is_looking)
    return tab


@pytest.fixture
def tab(qtbot, desk):
    add_run(desk.project)
    return made(qtbot, desk)


def settle(qtbot, desk):
    qtbot.waitUntil(lambda: not desk.jobs)


def ask(qtbot, desk, tab, *paths):
    tab.drop(list(paths))
    settle(qtbot, desk)


def folder_of(tmp_path, count=6):
    folder = tmp_path / "holiday"
    for number in range(count):
        picture_file(folder / f"{number}.png")
    (folder / "broken.png").write_bytes(b"")
    return folder
