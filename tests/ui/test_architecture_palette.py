"""The palette: every block by family, a search, and a drag that the canvas understands."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, QPointF, Qt
from PySide6.QtGui import QHoverEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QListWidget

from deepdesk.nn.catalogue import BLOCKS
from deepdesk.ui.tabs.architecture.left_side import LeftSide
from deepdesk.ui.tabs.architecture.palette import BLOCK_MIME, Palette


@pytest.fixture
def palette(qtbot):
    palette = Palette()
    qtbot.addWidget(palette)
    palette.resize(248, 700)
    palette.show()
    return palette


def test_every_block_of_the_catalogue_is_listed_once(palette):
    assert sorted(palette.found()) == sorted(BLOCKS)


def test_the_search_puts_the_best_name_first_and_enter_adds_it(palette, qtbot):
    asked = []
    palette.asked.connect(asked.append)

    QTest.keyClicks(palette.search, "batch")
    QTest.keyClick(palette.search, Qt.Key.Key_Return)

    assert palette.found()[0] == "batch_norm"
    assert asked == ["batch_norm"]
    assert palette.facts.text() == BLOCKS["batch_norm"].summary


def test_arrows_in_the_search_walk_over_the_blocks_and_not_over_headings(palette):
    asked = []
    palette.asked.connect(asked.append)

    QTest.keyClick(palette.search, Qt.Key.Key_Down)
    QTest.keyClick(palette.search, Qt.Key.Key_Down)
    QTest.keyClick(palette.search, Qt.Key.Key_Return)

    assert asked == [palette.found()[1]]


def test_a_search_for_nothing_says_so_and_escape_brings_all_back(palette):
    QTest.keyClicks(palette.search, "zzzz")
    assert not palette.nothing.isHidden()
    assert palette.list.isHidden()

    QTest.keyClick(palette.search, Qt.Key.Key_Escape)
    assert sorted(palette.found()) == sorted(BLOCKS)


def test_a_double_click_adds_a_block(palette, qtbot):
    asked = []
    palette.asked.connect(asked.append)
    QTest.keyClicks(palette.search, "dropout")
    spot = palette.list.visualItemRect(palette.list.item(0)).center()

    QTest.mouseClick(palette.list.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    QTest.mouseDClick(palette.list.viewport(), Qt.MouseButton.LeftButton, pos=spot)

    assert asked == ["dropout"]


def test_a_drag_carries_the_key_of_the_block(palette):
    QTest.keyClicks(palette.search, "convolution")

    data = palette.list.mimeData([palette.list.item(0)])

    assert bytes(data.data(BLOCK_MIME).data()).decode() == palette.found()[0]
    assert palette.list.mimeTypes() == [BLOCK_MIME]


def test_the_left_side_turns_between_networks_and_blocks(qtbot):
    left = LeftSide()
    qtbot.addWidget(left)
    left.show()
    asked = []
    left.new_asked.connect(asked.append)

    left.new.click()
    left.chips.chip("blocks").click()

    assert asked == [None]
    assert left.page == "blocks"
    assert left.palette_of_blocks.isVisible()


def test_a_row_is_not_lit_any_more_once_its_block_was_dragged_away(palette, monkeypatch, qtbot):
    rows = palette.list.viewport()
    dark = rows.grab().toImage()
    at = QPointF(palette.list.visualItemRect(palette.list.item(3)).center())
    QApplication.sendEvent(rows, QHoverEvent(QEvent.Type.HoverMove, at, at, QPointF()))
    assert rows.grab().toImage() != dark
    # The drag itself needs a window system; the pointer leaves without an event.
    monkeypatch.setattr(QListWidget, "startDrag", lambda _list, _actions: None)

    palette.list.startDrag(Qt.DropAction.CopyAction)

    qtbot.waitUntil(lambda: rows.grab().toImage() == dark)
