"""Exporting labels in the Dataset tab, as a person does it."""

import pytest
from PIL import Image
from PySide6.QtCore import Qt

from deepdesk.core.drawing import Box, Drawing, Point, target_of
from deepdesk.core.task import Found
from deepdesk.data.drawings import DrawingReader
from deepdesk.data.images import image_facts
from deepdesk.project.folder import Project
from deepdesk.tasks import all_tasks
from deepdesk.ui.project_works import task_for
from tests.ui.dataset_stage import open_tab

__all__ = ["open_tab"]
SHAPES = (
    Box(label="cell", left=1, top=2, right=9, bottom=8),
    Point(label="nucleus", x=3, y=4),
)


@pytest.fixture
def drawn(tmp_path):
    """Return a project of two pictures, one of them with a box and a point."""
    folder = tmp_path / "pictures"
    folder.mkdir()
    project = Project.create(tmp_path / "cells.deepdesk", name="Cells", task="object_detection")
    found = []
    for name, shapes in {"a.png": SHAPES, "b.png": None}.items():
        Image.new("RGB", (12, 10), (90, 20, 20)).save(folder / name)
        drawing = shapes and Drawing(width_px=12, height_px=10, shapes=shapes)
        target = drawing and target_of(drawing)
        found.append(Found(path=folder / name, target=target, split="train"))
    with project.index() as index:
        index.add(found, source=str(folder))
        index.record_facts([(n, image_facts(path)) for n, path in index.unchecked(9)])
    yield project
    project.close()


def opened(qtbot, open_tab, project):
    tab = open_tab(project)
    door = tab.workspace.exporting
    qtbot.waitUntil(door.link.isVisible)
    qtbot.mouseClick(door.link, Qt.MouseButton.LeftButton)
    return door, door.dialog


def test_labels_are_exported_and_what_is_lost_is_told(qtbot, open_tab, drawn, tmp_path):
    door, dialog = opened(qtbot, open_tab, drawn)

    dialog.format.setCurrentIndex(dialog.format.findData("voc"))
    assert dialog.where.text() == str(tmp_path / "cells labels voc")
    qtbot.mouseClick(dialog.primary, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: dialog.report is not None and not dialog.is_exporting)

    told = dialog.told.text()
    assert told.startswith("Exported 1 picture with 1 label as Pascal VOC to cells labels voc.")
    assert "Points cannot be written in this format and were left out: 1." in told
    assert "Pictures that are not labelled yet were left out: 1." in told
    (back,) = DrawingReader().discover(tmp_path / "cells labels voc")
    assert back.target["shapes"] == [{"label": "cell", "box": [1, 2, 9, 8]}]
    assert dialog.primary.text() == "Show the folder"
    dialog.reject()
    qtbot.waitUntil(lambda: door.dialog is None)


def test_a_folder_that_is_taken_is_said_before_anything_is_written(
    qtbot, open_tab, drawn, tmp_path
):
    _door, dialog = opened(qtbot, open_tab, drawn)
    taken = dialog.folder
    taken.mkdir()
    (taken / "thesis.txt").write_text("mine", encoding="utf-8")

    qtbot.mouseClick(dialog.primary, Qt.MouseButton.LeftButton)

    assert "is not empty" in dialog.problem.text()
    assert not dialog.is_exporting
    dialog.set_place(tmp_path)
    assert dialog.folder == tmp_path / "cells labels coco 2"


def test_without_labels_the_dialog_says_so_and_can_be_tried_again(qtbot, open_tab, drawn):
    with drawn.index() as index:
        index.set_target([int(n) for n in index.ids()], None)
    _door, dialog = opened(qtbot, open_tab, drawn)

    qtbot.mouseClick(dialog.primary, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: bool(dialog.problem.text()))

    assert "No picture is labelled yet" in dialog.problem.text()
    assert dialog.primary.isEnabled()


def test_pictures_with_boxes_are_suggested_for_detection(drawn, tmp_path):
    (tmp_path / "boxes.csv").write_text(
        "path,label,left,top,right,bottom\na.png,cell,1,1,3,3\n", encoding="utf-8"
    )

    assert task_for([tmp_path / "pictures"], all_tasks()) == "image_classification"
    assert task_for([tmp_path], all_tasks()) == "object_detection"
    assert task_for([tmp_path / "boxes.csv"], all_tasks()) == "object_detection"
