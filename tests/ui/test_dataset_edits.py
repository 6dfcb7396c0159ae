"""The Dataset tab changes samples, classes and splits; undo takes each change back."""

import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPointF, Qt
from PySide6.QtGui import QDropEvent

from deepdesk.core.task import Found
from deepdesk.ui.tabs.dataset.class_list import Dropped
from deepdesk.ui.tabs.dataset.class_model import CLASSES_MIME
from deepdesk.ui.tabs.dataset.grid import SAMPLES_MIME
from tests.ui import dataset_stage as stage
from tests.ui.dataset_stage import CLASSES, CTRL, KEY, PER_CLASS, counts_of, press, settle

pictures, project, filled, open_tab = stage.pictures, stage.project, stage.filled, stage.open_tab


def test_digits_relabel_and_undo_brings_the_class_back(qtbot, desk, filled, open_tab):
    tab = open_tab(filled)
    said = []
    desk.said.connect(said.append)

    press(qtbot, tab, KEY.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    press(qtbot, tab, KEY.Key_3)

    assert counts_of(tab) == {"ash": 4, "elm": 6, "oak": 8}
    assert said[-1].text == "Moved 2 pictures to “oak”"
    desk.undo.undo()
    settle(qtbot, tab)
    assert counts_of(tab) == dict.fromkeys(CLASSES, PER_CLASS)
    desk.undo.redo()
    desk.undo.undo()
    desk.undo.redo()
    settle(qtbot, tab)
    assert counts_of(tab) == {"ash": 4, "elm": 6, "oak": 8}


def test_letters_move_to_a_split_and_delete_removes_but_keeps_the_file(
    qtbot, desk, filled, open_tab, pictures
):
    tab = open_tab(filled)

    press(qtbot, tab, KEY.Key_E)
    assert tab.workspace.overview.in_split("test") == 4
    press(qtbot, tab, KEY.Key_Delete)

    assert tab.workspace.overview.total == 17
    assert (pictures / "ash" / "ash_0.png").exists()
    assert tab.workspace.browser.current.path.name == "ash_1.png"
    desk.undo.undo()
    settle(qtbot, tab)
    assert tab.workspace.overview.total == 18


def test_everything_is_moved_without_loading_rows(qtbot, desk, filled, open_tab):
    tab = open_tab(filled)
    tab.workspace.browser.pages.reset(18)

    qtbot.keyClick(tab.workspace.grid, KEY.Key_A, CTRL)
    selected = tab.workspace.browser.selected
    qtbot.keyClick(tab.workspace.grid, KEY.Key_V)
    settle(qtbot, tab)

    assert selected.known is None
    assert tab.workspace.overview.in_split("validation") == 18


def test_classes_are_added_renamed_merged_and_deleted_with_undo(qtbot, desk, filled, open_tab):
    tab = open_tab(filled)
    space = tab.workspace
    panel = space.left.classes
    ids = {row.name: row.id for row in space.overview.classes}

    panel.add_asked.emit("birch")
    settle(qtbot, tab)
    panel.model.rename_asked.emit((ids["ash"], "rowan"))
    settle(qtbot, tab)
    assert counts_of(tab) == {"rowan": 6, "elm": 6, "oak": 6, "birch": 0}
    panel.list.dropped.emit(
        Dropped(class_id=ids["oak"], kind="classes", classes=(ids["ash"], ids["elm"]))
    )
    settle(qtbot, tab)
    assert counts_of(tab) == {"oak": 18, "birch": 0}
    panel.list.choose([ids["oak"]])
    qtbot.keyClick(panel.list, KEY.Key_Delete)
    settle(qtbot, tab)
    assert counts_of(tab) == {"birch": 0}
    assert space.overview.unlabelled == 18

    for _ in range(4):
        desk.undo.undo()
    settle(qtbot, tab)
    assert counts_of(tab) == dict.fromkeys(CLASSES, PER_CLASS)


def test_a_name_that_is_taken_says_so_and_changes_nothing(qtbot, desk, filled, open_tab):
    tab = open_tab(filled)

    with qtbot.waitSignal(desk.troubled) as troubled:
        tab.workspace.left.classes.add_asked.emit("elm")
    settle(qtbot, tab)

    assert "elm" in troubled.args[0].error.message
    assert desk.undo.count() == 0


def drop_on(widget, mime: QMimeData, point: QPointF) -> QDropEvent:
    event = QDropEvent(
        point,
        Qt.DropAction.MoveAction | Qt.DropAction.CopyAction,
        mime,
        Qt.MouseButton.LeftButton,
        Qt.KeyboardModifier.NoModifier,
    )
    widget.dropEvent(event)
    return event


def test_samples_dropped_on_a_class_move_there(qtbot, filled, open_tab):
    tab = open_tab(filled)
    classes = tab.workspace.left.classes
    mime = QMimeData()
    mime.setData(SAMPLES_MIME, b"1")
    centre = classes.list.visualRect(classes.model.index(2)).center()

    drop_on(classes.list, mime, QPointF(centre))
    settle(qtbot, tab)

    assert counts_of(tab) == {"ash": 5, "elm": 6, "oak": 7}


def test_a_class_dropped_on_another_is_told_with_its_id(qtbot, filled, open_tab):
    tab = open_tab(filled)
    classes = tab.workspace.left.classes
    mime = classes.model.mimeData([classes.model.index(0)])
    first, _elm, third = (row.id for row in tab.workspace.overview.classes)

    with qtbot.waitSignal(classes.list.dropped) as dropped:
        drop_on(
            classes.list, mime, QPointF(classes.list.visualRect(classes.model.index(2)).center())
        )
    settle(qtbot, tab)

    assert mime.hasFormat(CLASSES_MIME)
    assert dropped.args == [Dropped(class_id=third, kind="classes", classes=(first,))]
    assert counts_of(tab) == {"elm": 6, "oak": 12}


def test_files_dropped_on_a_class_get_that_class(qtbot, filled, open_tab, tmp_path):
    tab = open_tab(filled)
    extra = tmp_path / "extra.png"
    Image.new("RGB", (9, 9), "green").save(extra)
    elm = tab.workspace.overview.classes[1].id

    tab.workspace.left.classes.list.dropped.emit(
        Dropped(class_id=elm, kind="files", files=(extra,))
    )
    settle(qtbot, tab)

    assert counts_of(tab)["elm"] == 7


def test_arrow_keys_move_a_handle_and_draw_the_split(qtbot, desk, project, open_tab, pictures):
    with project.index() as index:
        found = [Found(path=path, label=path.parent.name) for path in pictures.rglob("*.png")]
        index.add(found, source=str(pictures))
        index.draw_splits((0.7, 0.15, 0.15), 1)
    tab = open_tab(project)
    bar = tab.workspace.left.splits.bar

    for _ in range(30):
        qtbot.keyClick(bar, KEY.Key_Left)
    train = bar.shares[0]
    qtbot.keyClick(bar, KEY.Key_Return)
    settle(qtbot, tab)

    assert tab.workspace.overview.in_split("train") == pytest.approx(18 * train / 100, abs=2)
    assert desk.undo.count() == 1


def test_samples_dropped_on_a_split_move_there(qtbot, filled, open_tab):
    tab = open_tab(filled)

    tab.workspace.left.splits.bar.samples_dropped.emit("validation")
    settle(qtbot, tab)

    assert tab.workspace.overview.in_split("validation") == 4


def test_a_new_class_of_the_current_sample_is_shown_at_once(qtbot, filled, open_tab):
    tab = open_tab(filled)

    press(qtbot, tab, KEY.Key_2)

    assert tab.workspace.right.sample.label.text() == "elm"
