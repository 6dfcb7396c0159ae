"""Answers that are confirmed or corrected join the data."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QMenu

from deepdesk.project.index import Filter
from deepdesk.ui.places import scratch_folder
from deepdesk.ui.tabs.inference.class_menu import ClassDialog, class_menu
from tests.ui import inference_stage as stage
from tests.ui.inference_stage import (
    ask,
    picture_file,
    settle,
)

desk = stage.desk
tab = stage.tab


def test_a_confirmed_answer_joins_the_data_and_can_be_undone(qtbot, desk, tab, tmp_path):
    path = picture_file(tmp_path / "a.png")
    ask(qtbot, desk, tab, path)
    panel = tab.workspace.panel

    qtbot.mouseClick(panel.right, Qt.MouseButton.LeftButton)
    settle(qtbot, desk)

    (sample,) = desk.index.samples(desk.index.ids(Filter()))
    assert (sample.path, sample.label) == (path, "cat")
    assert (desk.notes[-1].text, desk.notes[-1].undo) == ("a.png joined the data as “cat”", True)
    assert panel.joined.isVisible()
    assert not panel.right.isVisible()
    desk.undo.undo()
    assert (desk.index.count(), len(desk.index.classes())) == (0, 0)
    assert panel.right.isVisible()
    assert not panel.joined.isVisible()
    desk.undo.redo()
    assert desk.index.count() == 1


def test_a_file_that_is_in_the_data_gets_the_other_label(qtbot, desk, tab, tmp_path):
    path = picture_file(tmp_path / "a.png")
    ask(qtbot, desk, tab, path)
    tab.judging.join(tab.workspace.panel.entry, "cat")
    settle(qtbot, desk)
    ask(qtbot, desk, tab, path)

    tab.judging.join(tab.workspace.panel.entry, "dog")
    settle(qtbot, desk)

    (sample,) = desk.index.samples(desk.index.ids(Filter()))
    assert sample.label == "dog"
    assert desk.notes[-1].text == "a.png is “dog” in the data now"
    ask(qtbot, desk, tab, path)
    tab.judging.join(tab.workspace.panel.entry, "dog")
    settle(qtbot, desk)
    assert desk.notes[-1].text == "a.png is in the data as “dog” already"
    assert not desk.notes[-1].undo


@pytest.mark.parametrize("kind", ["pasted", "lent"])
def test_what_has_no_file_of_its_own_is_written_into_the_project(qtbot, desk, tab, kind):
    if kind == "lent":
        ask(qtbot, desk, tab, picture_file(scratch_folder() / "picture.png"))
    else:
        mime = QMimeData()
        image = QImage(4, 4, QImage.Format.Format_RGB32)
        image.fill(Qt.GlobalColor.green)
        mime.setImageData(image)
        tab.asking.hand(mime)
        settle(qtbot, desk)

    tab.judging.join(tab.workspace.panel.entry, "frog")
    settle(qtbot, desk)

    (sample,) = desk.index.samples(desk.index.ids(Filter()))
    assert sample.path.parent == desk.project.files / "answered"
    assert sample.path.is_file()
    assert sample.label == "frog"


def test_the_menu_offers_the_classes_and_a_new_one(qtbot, desk, tab, tmp_path):
    for name in ("dog", "cat", "R&D"):
        desk.index.add_class(name)
    ask(qtbot, desk, tab, picture_file(tmp_path / "a.png"))
    chosen = []

    names = tab.judging.class_names(tab.workspace.panel.entry)
    menu = class_menu(tab, names, chosen.append)
    menu.actions()[0].trigger()
    menu.actions()[1].trigger()

    assert chosen == ["dog", "R&D"]
    menu.actions()[-1].trigger()
    (dialog,) = tab.findChildren(ClassDialog)
    assert not dialog.primary.isEnabled()
    qtbot.keyClicks(dialog.name, "fox")
    assert "becomes a new class" in dialog.problem.text()
    dialog.accept()
    assert chosen[-1] == "fox"
    menu.deleteLater()


@pytest.mark.qt_log_ignore("This plugin does not support")
def test_it_is_a_opens_the_menu(qtbot, desk, tab, tmp_path):
    desk.index.add_class("dog")
    ask(qtbot, desk, tab, picture_file(tmp_path / "a.png"))

    qtbot.mouseClick(tab.workspace.panel.wrong, Qt.MouseButton.LeftButton)

    (menu,) = tab.workspace.panel.findChildren(QMenu)
    assert menu.isVisible()
    assert menu.actions()[0].text() == "dog"
    menu.close()


def test_a_read_only_project_cannot_be_corrected(qtbot, desk, tab, tmp_path, monkeypatch):
    monkeypatch.setattr(desk.project, "read_only", True)

    ask(qtbot, desk, tab, picture_file(tmp_path / "a.png"))

    assert not tab.workspace.panel.right.isEnabled()
