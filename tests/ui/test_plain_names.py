"""Names of strangers are shown as they are: none of them is read as rich text."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt

from deepdesk.core.drawing import Box, Drawing
from deepdesk.ui.tabs.dataset.labelling.scene import Scene
from deepdesk.ui.tabs.dataset.labelling.shape_list import ShapeModel
from deepdesk.ui.tabs.dataset.labelling.side_panel import ClassBox
from deepdesk.ui.tabs.inference.live.class_rows import ClassRow

NAME = '<img src="/dev/zero">car'


def tip_of_class(qtbot):
    box = ClassBox()
    qtbot.addWidget(box)
    box.show_names([NAME], NAME)
    return box.list.item(0).toolTip()


def tip_of_shape(_qtbot):
    shapes = (Box(label=NAME, left=1, top=1, right=5, bottom=5),)
    drawing = Drawing(width_px=9, height_px=9, shapes=shapes)
    model = ShapeModel(Scene(drawing=drawing))
    model.refresh()
    return model.data(model.index(0), Qt.ItemDataRole.ToolTipRole)


def tip_of_row(qtbot):
    row = ClassRow(NAME, 0)
    qtbot.addWidget(row)
    return row.toolTip()


@pytest.mark.parametrize("tip", [tip_of_class, tip_of_shape, tip_of_row])
def test_a_tag_in_a_name_is_letters_in_its_tip(qtbot, tip):
    words = tip(qtbot)

    assert "car" in words
    assert "<img" not in words
    assert "&lt;img" in words
