"""A split that is cut in order: offered for pictures that follow each other, and said in words."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from deepdesk.project.index import Filter
from tests.ui import dataset_stage
from tests.ui.dataset_stage import settle
from tests.ui.number_stage import picture_file

open_tab = dataset_stage.open_tab


@pytest.fixture
def drive(tmp_path):
    """Return a project of twenty pictures in a row."""
    from deepdesk.core.task import Found
    from deepdesk.project.folder import Project

    project = Project.create(tmp_path / "Drive", name="Drive", task="image_regression")
    found = [
        Found(path=picture_file(tmp_path / "road" / f"{at:02d}.png"), target={"angle": at / 10})
        for at in range(20)
    ]
    with project.index() as index:
        index.add(found, source=str(tmp_path / "road"))
        index.draw_splits((70, 15, 15), 1)
    yield project
    project.close()


def splits(project):
    with project.index() as index:
        return [sample.split for sample in index.samples(index.ids(Filter()))]


def test_turning_it_on_puts_the_last_pictures_into_the_test(qtbot, desk, open_tab, drive):
    tab = open_tab(drive)
    panel = tab.workspace.left.splits
    assert panel.order.isVisible()
    assert not panel.order.is_on

    qtbot.mouseClick(panel.order.switch, Qt.MouseButton.LeftButton)
    settle(qtbot, tab)

    assert splits(drive) == ["train"] * 14 + ["validation"] * 3 + ["test"] * 3
    assert panel.sentence.text() == "In the order of import: the last ones are for test."
    assert desk.undo.undoText() == "Split 70 : 15 : 15 in the order of import"
    desk.undo.undo()
    settle(qtbot, tab)
    assert not panel.order.is_on


def test_turning_it_off_draws_by_chance_again(qtbot, open_tab, drive):
    with drive.index() as index:
        index.draw_splits((70, 15, 15), 1, in_order=True)
    tab = open_tab(drive)
    panel = tab.workspace.left.splits
    assert panel.order.is_on

    qtbot.mouseClick(panel.order.switch, Qt.MouseButton.LeftButton)
    settle(qtbot, tab)

    assert splits(drive) != ["train"] * 14 + ["validation"] * 3 + ["test"] * 3
    assert "seed 1" in panel.sentence.text()
