"""The strip above the canvas in windows of several widths."""

import pytest

from deepdesk.ui.tabs.architecture.toolbar import Toolbar


@pytest.mark.parametrize(("width", "has_second_line"), [(900, False), (420, True)])
def test_chips_go_into_a_line_of_their_own_where_there_is_no_room(qtbot, width, has_second_line):
    bar = Toolbar()
    qtbot.addWidget(bar)
    bar.resize(420 if width == 900 else 900, 60)
    bar.show()

    bar.resize(width, bar.heightForWidth(width))
    bar.layout().activate()

    below = bar.overlays.y() >= bar.fit.geometry().bottom()
    assert below is has_second_line
    assert bar.overlays.geometry().right() < bar.width()
