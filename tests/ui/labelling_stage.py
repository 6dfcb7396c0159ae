"""What the tests of drawing labels share: pictures, a project, a made-up network, and the page."""

from __future__ import annotations

from types import SimpleNamespace

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, Qt

from deepdesk.core.drawing import Box, Drawing, Region, drawing_of, target_of
from deepdesk.core.payloads import Boxes
from deepdesk.core.task import Found
from deepdesk.project.folder import Project
from deepdesk.ui.tabs.dataset import DatasetTab

WIDTH, HEIGHT = 120, 80
LEFT = Qt.MouseButton.LeftButton
BOX = Box(label="cell", left=10, top=10, right=40, bottom=30)
PROPOSED = (((60, 20, 90, 50), "cell", 0.8), ((5, 55, 25, 75), "dust", 0.6))


class FakePredictor:
    """Finds the same two things on every picture."""

    def answer(self, given, stop):
        yield SimpleNamespace(answer=Boxes(boxes=PROPOSED), milliseconds=1.0, is_final=True)


def write_picture(path, size=(WIDTH, HEIGHT)):
    pixels = np.full((size[1], size[0], 3), 210, np.uint8)
    pixels[20:50, 60:90] = (60, 90, 200)
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels).save(path)
    return path


def made_project(folder, *, task="object_detection", drawn=()):
    """Return a project of four pictures; the first ones have what is drawn on them."""
    project = Project.create(folder / "cells", name="Cells", task=task)
    found = []
    for at in range(4):
        path = write_picture(folder / "pictures" / f"p{at}.png")
        target = target_of(drawn[at]) if at < len(drawn) else None
        found.append(Found(path=path, split="train", target=target))
    with project.index() as index:
        index.add(found, source=str(folder / "pictures"))
    return project


@pytest.fixture
def project(tmp_path):
    drawing = Drawing(width_px=WIDTH, height_px=HEIGHT, shapes=(BOX,))
    project = made_project(tmp_path, drawn=(drawing,))
    yield project
    project.close()


@pytest.fixture
def open_page(qtbot, desk):
    """Return a function that opens the page over a project, at a picture."""
    opened = []

    def open_it(project, name="p0.png"):
        desk.show_project(project)
        tab = DatasetTab(desk)
        opened.append(tab)
        tab.workspace.right.seen._pause.setInterval(10**6)
        tab.resize(1000, 640)
        tab.show()
        space = tab.workspace
        qtbot.waitUntil(lambda: space.overview.total == 4 and not space.worker.is_waiting)
        numbers = {sample.path.name: sample.id for sample in samples_of(project)}
        space.open_labelling(numbers[name])
        page = space.labelling.page
        qtbot.waitUntil(lambda: not page.table.is_busy and not space.worker.is_waiting)
        page.numbers = numbers
        return page

    yield open_it
    for tab in opened:
        tab.close()
        tab.deleteLater()


@pytest.fixture
def page(project, open_page):
    return open_page(project)


def samples_of(project):
    with project.index() as index:
        return index.samples(index.ids())


def kept(project, name="p0.png"):
    """Return the drawing that the index holds, None where it holds none."""
    (sample,) = [one for one in samples_of(project) if one.path.name == name]
    return None if sample.target is None else drawing_of(sample.target)


def settle(qtbot, page):
    qtbot.waitUntil(lambda: not page.table.is_busy and not page.filling.is_pending)


def spot(page, x, y):
    """Return where a place of the picture is on the canvas."""
    return QPoint(*(round(side) for side in page.canvas.view.to_canvas((x, y))))


def drag(qtbot, page, start, end, *between):
    canvas = page.canvas
    qtbot.mousePress(canvas, LEFT, pos=spot(page, *start))
    for place in (*between, end):
        qtbot.mouseMove(canvas, spot(page, *place))
    qtbot.mouseRelease(canvas, LEFT, pos=spot(page, *end))
    settle(qtbot, page)


def click(qtbot, page, x, y):
    qtbot.mouseClick(page.canvas, LEFT, pos=spot(page, x, y))
    settle(qtbot, page)


def press(qtbot, page, key, modifiers=Qt.KeyboardModifier.NoModifier):
    qtbot.keyClick(page.canvas, key, modifiers)
    settle(qtbot, page)


def near(shape, left, top, right, bottom, slack=1.5):
    sides = (shape.left, shape.top, shape.right, shape.bottom)
    pairs = zip(sides, (left, top, right, bottom), strict=True)
    return all(abs(one - other) <= slack for one, other in pairs)


def is_region(shape):
    return isinstance(shape, Region)
