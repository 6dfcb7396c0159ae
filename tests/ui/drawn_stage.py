"""What the tests of drawn answers share: a project whose task gives boxes, or a mask."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pytest

import deepdesk.tasks
from deepdesk.core.payloads import Boxes, Mask
from deepdesk.project.folder import Project
from deepdesk.ui.desk import Desk
from tests.ui.inference_stage import add_run, made

CLASSES = ("Platelets", "RBC", "WBC")
BOXES = Boxes(
    boxes=(
        ((0.0, 0.0, 4.0, 4.0), "RBC", 0.91),
        ((6.0, 1.0, 11.0, 6.0), "WBC", 0.84),
        ((2.0, 2.0, 5.0, 7.0), "RBC", 0.62),
        ((7.0, 5.0, 9.0, 7.0), "Platelets", 0.35),
        ((1.0, 5.0, 3.0, 8.0), "RBC", 0.08),
    ),
    classes=CLASSES,
    thresholds={"Platelets": 0.3, "RBC": 0.5, "WBC": 0.6},
)
GROUND = ("sky", "road", "car")
MASK_HW = np.zeros((8, 12), dtype=np.uint8)
MASK_HW[4:] = 1
MASK_HW[5:7, 3:6] = 2
MASK = Mask(
    classes_HW=MASK_HW, classes=GROUND, certainty_HW=np.full(MASK_HW.shape, 204, dtype=np.uint8)
)


class FakePainter:
    """A network that always sees the same."""

    drawn = BOXES

    def answer(self, given, stop):
        yield SimpleNamespace(answer=self.drawn, milliseconds=6.0, is_final=True)


class FakeMasker(FakePainter):
    drawn = MASK


def desk_of(qtbot, tmp_path, monkeypatch, gives):
    """Return a desk whose project's task gives boxes or masks, and the network's kind."""
    usual = deepdesk.tasks.all_tasks()
    spec = replace(usual["image_classification"], gives=gives)
    monkeypatch.setattr(
        deepdesk.tasks, "all_tasks", lambda: {**usual, "image_classification": spec}
    )
    project = Project.create(tmp_path / "p.deepdesk", name="p", task="image_classification")
    desk = Desk()
    desk.notes, desk.troubles = [], []
    desk.said.connect(desk.notes.append)
    desk.troubled.connect(desk.troubles.append)
    desk.show_project(project)
    add_run(desk.project)
    return desk


def close(qtbot, desk):
    desk.stop_all()
    desk.close_project()
    qtbot.waitUntil(lambda: not desk.jobs)
    desk.deleteLater()


@pytest.fixture
def boxes_desk(qtbot, tmp_path, monkeypatch):
    desk = desk_of(qtbot, tmp_path, monkeypatch, Boxes)
    yield desk
    close(qtbot, desk)


@pytest.fixture
def boxes_tab(qtbot, boxes_desk):
    return made(qtbot, boxes_desk, FakePainter)


@pytest.fixture
def mask_desk(qtbot, tmp_path, monkeypatch):
    desk = desk_of(qtbot, tmp_path, monkeypatch, Mask)
    yield desk
    close(qtbot, desk)


@pytest.fixture
def mask_tab(qtbot, mask_desk):
    return made(qtbot, mask_desk, FakeMasker)
