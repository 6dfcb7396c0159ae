"""Empty, busy, wrong, and a place to drop files on."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication
from PySide6.QtWidgets import QVBoxLayout, QWidget

from deepdesk.ui import theme
from deepdesk.ui.widgets.banner import Banner, ErrorState
from deepdesk.ui.widgets.drop_area import DropArea
from deepdesk.ui.widgets.states import BusyState, EmptyState


@pytest.fixture(autouse=True)
def plain_look(qapp):
    theme.apply(qapp, "light")


def test_busy_state_counts_and_asks_to_stop_once(qtbot):
    busy = BusyState("Importing")
    qtbot.addWidget(busy)
    busy.show_progress(1240, 9410, "2 minutes left")
    assert busy.count.text() == "1,240 of 9,410"
    assert busy.bar.share == pytest.approx(1240 / 9410)

    with qtbot.waitSignal(busy.cancelled) as caught:
        busy.button.click()

    assert caught.args == [None]
    assert not busy.button.isEnabled()


def test_empty_state_sends_its_action(qtbot):
    empty = EmptyState("No runs yet.", "Train")
    qtbot.addWidget(empty)

    with qtbot.waitSignal(empty.acted) as caught:
        empty.button.click()

    assert caught.args == [None]


def test_banner_keeps_details_folded_and_copies_the_report(qtbot):
    banner = Banner()
    qtbot.addWidget(banner)
    done = []
    banner.say(
        "The disk is full.", "Free 1 GB.", remedy="Go on", act=lambda: done.append(1), details="E1"
    )
    assert banner.details.isHidden()

    banner.more.click()
    assert not banner.details.isHidden()
    banner.copy.click()
    banner.remedy.click()

    assert QGuiApplication.clipboard().text() == "The disk is full.\nFree 1 GB.\nE1"
    assert done == [1]
    with qtbot.waitSignal(banner.closed):
        banner.close_button.click()
    assert banner.isHidden()


def test_error_state_is_shown_with_the_area_it_is_in(qtbot):
    area = QWidget()
    qtbot.addWidget(area)
    error = ErrorState("No pictures here.", remedy="Choose another")
    QVBoxLayout(area).addWidget(error)
    area.show()

    assert error.isVisible()
    area.hide()


def test_drop_area_sends_local_files_and_takes_nothing_else(qtbot):
    area = DropArea()
    qtbot.addWidget(area)
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile("/data/cats"), QUrl("https://example.org/cat.png")])
    plain = QMimeData()
    plain.setText("words")

    entered = _enter(plain)
    area.dragEnterEvent(entered)
    assert not area.is_over
    area.dragEnterEvent(_enter(mime))
    assert area.is_over
    with qtbot.waitSignal(area.dropped) as caught:
        area.dropEvent(_drop(mime))

    assert caught.args == [[Path("/data/cats")]]
    assert not area.is_over


def _enter(mime):
    return QDragEnterEvent(
        QPoint(5, 5),
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )


def _drop(mime):
    return QDropEvent(
        QPointF(5, 5),
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
        QEvent.Type.Drop,
    )
