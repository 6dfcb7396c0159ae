"""Mapping names of classes: the table, when it is offered, and what undo brings back."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QComboBox

from deepdesk.core.task import Found
from deepdesk.data.drawings import DrawingReader
from deepdesk.project.index import ClassRow
from deepdesk.ui.tabs.dataset.intake import Came
from deepdesk.ui.tabs.dataset.left import LeftColumn
from deepdesk.ui.tabs.dataset.map_dialog import BECOMES, LEFT_OUT, MOST_FIELDS, MapDialog, NameRow
from deepdesk.ui.tabs.dataset.overview import DrawnCounts, Overview
from deepdesk.ui.theme.apply import apply
from tests.ui import dataset_stage as stage
from tests.ui.dataset_stage import settle
from tests.ui.drawn_samples import box, drawn_project, target

open_tab = stage.open_tab
ROWS = (
    NameRow(id=4, name="Cars", count=3, is_new=True),
    NameRow(id=5, name="0", count=2, is_new=True),
    NameRow(id=1, name="car", count=9),
)


@pytest.fixture
def dialog(qtbot):
    dialog = MapDialog(None, ROWS, "Shapes")
    qtbot.addWidget(dialog)
    dialog.show()
    return dialog


def field(dialog, at):
    """Return the field of a row, as it is on screen."""
    table = dialog.table
    return table.indexWidget(table.model().index(at, BECOMES))


def test_a_name_that_is_like_a_known_one_is_proposed(dialog):
    assert dialog.names == {4: "car"}
    assert dialog.words.text() == "3 names become 2 classes"


def test_a_name_is_typed_into_its_field(qtbot, dialog):
    combo = field(dialog, 1)
    assert isinstance(combo, QComboBox)
    combo.lineEdit().selectAll()
    qtbot.keyClicks(combo.lineEdit(), "truck")
    assert dialog.names == {4: "car", 5: "truck"}


def test_a_row_can_be_left_out(dialog):
    dialog.leave_out(1)
    assert dialog.names == {4: "car", 5: None}
    assert dialog.words.text() == "3 names become 1 class; 1 left out"
    dialog.leave_out(1, is_left=False)
    assert dialog.names == {4: "car"}


def test_a_name_that_is_none_is_said_and_nothing_is_mapped(qtbot, dialog):
    dialog.choose(1, "  ")
    assert dialog.problem.text().startswith("“0”: The class has no name.")
    assert not dialog.primary.isEnabled()
    dialog.accept()
    assert dialog.isVisible()


def test_without_a_change_there_is_nothing_to_map(dialog):
    dialog.choose(0, "Cars")
    assert dialog.names == {}
    assert not dialog.primary.isEnabled()


def test_many_names_show_a_field_where_they_are_clicked(qtbot):
    rows = [NameRow(id=at, name=f"c{at}", count=1) for at in range(MOST_FIELDS + 1)]
    dialog = MapDialog(None, rows, "Shapes")
    qtbot.addWidget(dialog)
    assert field(dialog, 0) is None
    assert dialog.table.item(0, LEFT_OUT).checkState() == Qt.CheckState.Unchecked


@pytest.fixture
def tab(tmp_path, open_tab):
    given = (target(box("car"), box("dog")), target(box("car")), None)
    project = drawn_project(tmp_path, given)
    yield open_tab(project)
    project.close()


def names(tab):
    return {row.name: row.shapes for row in tab.workspace.overview.classes}


def test_the_table_is_opened_from_the_class_panel_and_undone_at_once(qtbot, desk, tab):
    space = tab.workspace
    qtbot.mouseClick(space.left.classes.map, Qt.MouseButton.LeftButton)
    dialog = space.names.dialog
    dialog.choose(0, "vehicle")
    dialog.leave_out(1)
    qtbot.mouseClick(dialog.primary, Qt.MouseButton.LeftButton)
    settle(qtbot, tab)
    assert names(tab) == {"vehicle": 2}
    assert desk.undo.undoText() == "Mapped 2 classes"
    assert space.names.dialog is None
    desk.undo.undo()
    settle(qtbot, tab)
    assert names(tab) == {"car": 2, "dog": 1}
    desk.undo.redo()
    settle(qtbot, tab)
    assert names(tab) == {"vehicle": 2}


def came(*found, known=("car",)):
    rows = [ClassRow(id=at, name=name, position=at, count=0) for at, name in enumerate(found, 7)]
    return Came(classes=tuple(rows), known=tuple(known))


@pytest.mark.parametrize(
    ("brought", "told"),
    [
        (came("Cars"), "New class with these files: “Cars”."),
        (came("0", "class 2", known=()), "New classes with these files: “0”, “class 2”."),
        (came("bus"), "New class with these files: “bus”."),
        (came("bus", known=()), ""),
    ],
)
def test_an_import_that_brings_names_offers_the_table(tab, brought, told):
    space = tab.workspace
    space.intake.classes_came.emit(brought)
    assert space.names.banner.isVisibleTo(space) == bool(told)
    if told:
        assert space.names.banner.sentence.text() == told


@pytest.fixture
def offers(monkeypatch):
    """Let the reader find what a test puts in here."""
    listed = []
    monkeypatch.setattr(DrawingReader, "discover", lambda _reader, _source: iter(listed))
    return listed


def take(qtbot, tab, folder):
    tab.workspace.take([folder])
    settle(qtbot, tab)
    qtbot.waitUntil(lambda: not tab.workspace.intake.is_importing)
    settle(qtbot, tab)


def test_labels_for_pictures_that_are_here_come_in_and_go_with_undo(
    qtbot, desk, tab, tmp_path, offers
):
    folder = tmp_path / "pictures"
    offers.append(Found(path=folder / "2.png", target=target(box("Cars"))))
    take(qtbot, tab, folder)
    assert names(tab) == {"Cars": 1, "car": 2, "dog": 1}
    assert tab.workspace.names.banner.isVisibleTo(tab)
    assert "labels for 1 that were here already" in desk.undo.undoText()
    desk.undo.undo()
    settle(qtbot, tab)
    assert names(tab) == {"car": 2, "dog": 1}
    desk.undo.redo()
    settle(qtbot, tab)
    assert names(tab)["Cars"] == 1


def test_the_offer_opens_the_table_with_the_new_names_first(qtbot, tab, tmp_path, offers):
    folder = tmp_path / "pictures"
    offers.append(Found(path=folder / "2.png", target=target(box("Cars"))))
    take(qtbot, tab, folder)
    banner = tab.workspace.names.banner
    qtbot.mouseClick(banner.remedy, Qt.MouseButton.LeftButton)
    dialog = tab.workspace.names.dialog
    assert [dialog.table.item(at, 0).text() for at in range(3)] == ["Cars", "car", "dog"]
    assert list(dialog.names.values()) == ["car"]
    assert not banner.isVisibleTo(tab)
    dialog.reject()


def test_a_long_list_of_classes_leaves_room_for_the_link(qtbot, qapp):
    apply(qapp, "light")
    rows = tuple(ClassRow(id=at, name=f"c{at}", position=at, count=0, shapes=1) for at in range(40))
    left = LeftColumn(("picture", "pictures"), ("source", "sources"))
    qtbot.addWidget(left)
    left.resize(240, 700)
    left.show()
    left.show_overview(
        Overview(classes=rows, counts={(None, "train"): 5}, drawn=DrawnCounts(none=1))
    )
    link = left.classes.map
    qtbot.waitUntil(lambda: link.height() >= link.sizeHint().height() - 2)
    assert link.visibleRegion().boundingRect().height() == link.height()
