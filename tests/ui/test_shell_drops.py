"""Files dropped anywhere on the window."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QImage
from PySide6.QtWidgets import QApplication

from deepdesk.ui.dialogs import NewProjectDialog

PATIENCE_MS = 10_000
CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def page(window, key="dataset"):
    return window.tabs.page(key)


def drag(window, mime):
    """Drag `mime` over the window; the events need it alive."""
    event = QDragEnterEvent(
        QPoint(300, 300),
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(window, event)
    return event


def drop(window, mime):
    drag(window, mime)
    event = QDropEvent(
        QPointF(300, 300),
        Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    QApplication.sendEvent(window, event)


def files(*paths):
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return mime


def test_files_dropped_on_a_tab_go_to_that_tab(window, opened, tmp_path):
    drop(window, files(tmp_path / "a.png", tmp_path / "b.png"))

    assert page(window).dropped == [[tmp_path / "a.png", tmp_path / "b.png"]]
    assert window.drops.overlay.isHidden()


def test_the_overlay_says_what_letting_go_does_and_leaves_with_the_drag(window, opened, tmp_path):
    mime = files(tmp_path)
    assert drag(window, mime).isAccepted()
    assert window.drops.overlay.isVisible()
    assert window.drops.overlay.words.text() == "Drop to add to the data"

    QApplication.sendEvent(window, QDragLeaveEvent())

    assert window.drops.overlay.isHidden()


def test_what_is_no_file_is_refused_with_a_reason(window, opened):
    mime = QMimeData()
    mime.setText("only words")

    drag(window, mime)

    assert window.drops.overlay.words.text() == "Not here"
    assert window.drops.overlay.hint.text()
    drop(window, mime)
    assert page(window).dropped == []


def test_a_picture_from_a_browser_becomes_a_file(window, opened):
    window.show_tab("inference")
    image = QImage(4, 3, QImage.Format.Format_RGB32)
    image.fill(QColor(Qt.GlobalColor.red))
    mime = QMimeData()
    mime.setImageData(image)

    drop(window, mime)

    ((path,),) = page(window, "inference").dropped
    assert QImage(str(path)).size() == image.size()


def test_a_dropped_project_is_opened_from_any_tab(qtbot, window, opened, make_project):
    other = make_project("Planes")

    with qtbot.waitSignal(window.desk.project_opened, timeout=PATIENCE_MS) as told:
        drop(window, files(other))

    assert told.args[0].path == other
    assert window.windowTitle() == "Planes"


def test_a_folder_dropped_on_the_welcome_page_becomes_a_project(qtbot, window, tmp_path):
    pictures = tmp_path / "cats"
    pictures.mkdir()
    (pictures / "a.png").touch()
    drop(window, files(pictures))
    qtbot.waitUntil(lambda: window.findChild(NewProjectDialog) is not None, timeout=PATIENCE_MS)
    dialog = window.findChild(NewProjectDialog)
    assert dialog.name.text() == "cats"
    assert dialog.task.currentData() == "image_classification"

    with qtbot.waitSignal(window.projects.data_given, timeout=PATIENCE_MS) as told:
        qtbot.keyClick(dialog.name, Qt.Key.Key_Return)

    assert told.args == [[pictures]]
    assert page(window).dropped == [[pictures]]
    assert window.desk.project.file.name == "cats"
