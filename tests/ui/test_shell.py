"""The main window, driven as a person does, by keys and clicks."""

from __future__ import annotations

import threading

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QUndoCommand
from PySide6.QtWidgets import QApplication, QDialog, QPlainTextEdit

from deepdesk.core.errors import DatasetError, DeepDeskError
from deepdesk.project.folder import Project
from deepdesk.project.recent import recent
from deepdesk.ui.desk import Desk
from deepdesk.ui.dialogs import AskDialog, NewProjectDialog
from deepdesk.ui.footer import GREETING
from deepdesk.ui.machine import Machine
from deepdesk.ui.session import TABS, DeviceBadge
from deepdesk.ui.shortcuts import COMMANDS
from deepdesk.ui.tab_stack import TabStack
from deepdesk.ui.widgets.command_palette import CommandPalette
from tests.ui.conftest import PaperTab

PATIENCE_MS = 10_000
CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


def page(window, key="dataset"):
    return window.tabs.page(key)


def test_the_welcome_page_is_shown_first(window):
    assert window.welcome.isVisible()
    assert not window.tabs.isVisible()
    assert not window.header.tabs.isVisible()
    assert window.windowTitle() == "DeepDesk"


def test_an_opened_project_shows_its_name_and_the_dataset(window, opened):
    assert window.tabs.isVisible()
    assert window.header.tabs.isVisible()
    assert page(window).isVisible()
    assert window.windowTitle() == "Pets"


def test_tabs_are_built_only_when_first_shown(window, opened):
    assert set(window.tabs._pages) == {"dataset"}

    window.show_tab("inference")

    assert set(window.tabs._pages) == {"dataset", "inference"}


@pytest.mark.parametrize(("number", "key"), list(enumerate(TABS, 1)))
def test_control_and_a_number_bring_a_tab_to_the_front(qtbot, window, opened, number, key):
    qtbot.keyClick(window, getattr(Qt.Key, f"Key_{number}"), CONTROL)

    assert page(window, key).isVisible()
    assert window.header.tabs.buttons[key].isChecked()


def test_a_click_on_a_tab_promises_its_key(qtbot, window, opened):
    with qtbot.waitSignal(window.header.tabs.chosen) as told:
        qtbot.mouseClick(window.header.tabs.buttons["training"], Qt.MouseButton.LeftButton)

    assert told.args == ["training"]
    assert page(window, "training").isVisible()


def test_arrows_walk_over_the_tabs(qtbot, window, opened):
    window.header.tabs.buttons["dataset"].setFocus()

    qtbot.keyClick(window.header.tabs.buttons["dataset"], Qt.Key.Key_Right)

    assert window.desk.store.session.tab == "architecture"


def test_a_tabs_state_colours_its_dot(qtbot, window, opened):
    with qtbot.waitSignal(window.tabs.state_changed) as told:
        page(window).state_changed.emit("look")

    assert told.args == [("dataset", "look")]
    assert window.header.tabs.buttons["dataset"].state == "look"
    assert "needs a look" in window.header.tabs.buttons["dataset"].accessibleName()


def test_dots_know_how_things_stand_before_a_tab_is_built(window, opened):
    states = {key: button.state for key, button in window.header.tabs.buttons.items()}

    assert states["architecture"] == "ready"
    assert states["training"] == states["inference"] == "empty"


def test_closing_a_project_goes_back_to_the_welcome_page(qtbot, window, opened):
    qtbot.keyClick(window, Qt.Key.Key_W, CONTROL)

    assert window.welcome.isVisible()
    assert window.tabs._pages == {}
    with Project.open(opened) as again:
        assert not again.read_only


def test_a_project_that_cannot_be_opened_leaves_the_open_one(qtbot, window, opened, tmp_path):
    with qtbot.waitSignal(window.desk.troubled, timeout=PATIENCE_MS):
        window.projects.open(tmp_path / "gone.deepdesk")

    assert window.desk.project.path == opened
    assert window.tabs.banner.isVisible()


def test_a_folder_that_is_no_project_is_refused_with_a_remedy(window, tmp_path):
    window.projects.open_chosen(tmp_path)

    assert window.welcome.banner.isVisible()
    assert ".deepdesk" in window.welcome.banner.hint.text()


def test_trouble_shows_in_the_tab_that_asked_and_only_there(window, opened):
    error = DatasetError("No classes.", "Put each class into a folder.")

    window.desk.banner(error, "inference")
    assert not window.tabs.banner.isVisible()

    window.show_tab("inference")
    assert window.tabs.banner.isVisible()
    assert window.tabs.banner.sentence.text() == "No classes."


def test_find_and_train_reach_the_tab(qtbot, window, opened):
    qtbot.keyClick(window, Qt.Key.Key_F, CONTROL)
    qtbot.keyClick(window, Qt.Key.Key_F5)

    assert page(window).asked == ["find"]
    assert page(window, "training").asked == ["train"]
    assert window.desk.store.session.tab == "training"


def test_undo_is_offered_with_what_happened_and_takes_it_back(qtbot, window, opened):
    index = window.desk.index
    window.desk.record(index.remove(index.ids()[:1]), "Removed 1 picture")
    assert window.footer.text.text() == "Removed 1 picture"

    qtbot.mouseClick(window.footer.undo, Qt.MouseButton.LeftButton)

    assert index.count() == 4
    assert not window.footer.undo.isVisible()
    qtbot.keyClick(window, Qt.Key.Key_Z, CONTROL | SHIFT)
    assert index.count() == 3
    qtbot.keyClick(window, Qt.Key.Key_Z, CONTROL)
    assert index.count() == 4


def test_measured_promises_the_machine_and_the_footer_shows_it(qtbot, window, opened):
    with qtbot.waitSignal(window.footer.meter.measured, timeout=PATIENCE_MS) as told:
        window.footer.meter.measure()

    (machine,) = told.args
    assert isinstance(machine, Machine)
    assert 0 < machine.memory_used_bytes <= machine.memory_bytes
    assert window.footer.machine.text() == machine.words()


def test_the_badge_follows_the_device_and_says_why(qtbot, window):
    window.desk.store.update(device=DeviceBadge(text="CPU · 2 threads", why="There is no GPU."))
    assert window.header.device.text() == "CPU · 2 threads"

    popover = window.header.device.explain()
    assert popover.isVisible()
    popover.close()
    with qtbot.waitSignal(window.header.device.check_asked):
        qtbot.mouseClick(window.header.check, Qt.MouseButton.LeftButton)
    window.findChild(AskDialog).accept()


def test_a_name_that_no_folder_can_have_is_refused_beside_its_field(qtbot, window):
    dialog = window.projects.ask_new([])
    dialog.name.selectAll()

    qtbot.keyClicks(dialog.name, "a/b")

    assert not dialog.primary.isEnabled()
    assert dialog.problem.isVisible()
    dialog.reject()


def test_data_chosen_in_the_dialog_bring_their_task_unless_one_was_chosen(qtbot, window, tmp_path):
    (tmp_path / "a.wav").touch()
    dialog = window.projects.ask_new([])
    assert dialog.task.currentData() == "image_classification"

    dialog.set_sources([tmp_path])
    qtbot.waitUntil(lambda: dialog.task.currentData() == "audio_classification")
    dialog.task.setCurrentIndex(0)
    dialog.task.activated.emit(0)
    dialog.suggest_task("audio_classification")

    assert dialog.task.currentData() == "image_classification"
    dialog.reject()


def test_the_palette_finds_every_command(qtbot, window):
    qtbot.keyClick(window, Qt.Key.Key_P, CONTROL | SHIFT)
    palette = window.findChild(CommandPalette)

    assert palette.isVisible()
    usable = {command.text for command in COMMANDS if not command.needs_project}
    assert set(palette.found()) == usable
    qtbot.keyClicks(palette.search, "keyboard")
    qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert window.findChild(AskDialog).isVisible()
    window.findChild(AskDialog).accept()


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_a_theme_is_worn_at_once_and_told_to_the_session(window, mode):
    window.commands.actions[f"theme:{mode}"].trigger()

    assert window.desk.store.session.theme == mode
    assert window.commands.actions[f"theme:{mode}"].isChecked()


def test_a_bug_is_shown_once_and_its_report_can_be_copied(qtbot, window):
    window.actions_of_window.show_bug("KeyError: 'lost'")
    window.actions_of_window.show_bug("KeyError: 'again'")
    dialog = window.actions_of_window.bug

    qtbot.mouseClick(dialog.other, Qt.MouseButton.LeftButton)

    assert "KeyError: 'lost'" in QApplication.clipboard().text()
    assert len([d for d in window.findChildren(QDialog) if d.isVisible()]) == 1
    dialog.accept()


def test_what_an_error_shows_and_copies_has_no_paths_of_data(qtbot, window):
    window.actions_of_window.show_bug("OSError: '/data/Anna's cats/img.png' is gone")
    dialog = window.actions_of_window.bug

    qtbot.mouseClick(dialog.other, Qt.MouseButton.LeftButton)

    assert "OSError" in QApplication.clipboard().text()
    assert "Anna" not in QApplication.clipboard().text()
    assert "Anna" not in dialog.findChild(QPlainTextEdit).toPlainText()
    dialog.accept()


def test_no_two_commands_share_a_key():
    keys = [command.keys for command in COMMANDS if command.keys]

    assert len(keys) == len(set(keys))


def test_recent_projects_follow_what_happens_to_the_open_one(qtbot, window, opened):
    index = window.desk.index
    window.projects._keeper.setInterval(0)

    window.desk.record(index.remove(index.ids()[:3]), "Removed 3 pictures")

    qtbot.waitUntil(lambda: [row.samples for row in recent()] == [1], timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: not window.desk.jobs, timeout=PATIENCE_MS)


def test_the_strip_of_trouble_stands_clear_of_the_tab_and_leaves_no_gap(window, opened):
    tabs = window.tabs
    page = tabs.page("dataset")
    above = tabs._stack.y()

    window.desk.banner(DatasetError("There is nothing to use.", "Choose another."), "dataset")
    QApplication.processEvents()
    strip = tabs.banner.geometry()
    below = tabs._stack.y() - strip.bottom() - 1
    tabs.banner.close_button.click()
    QApplication.processEvents()

    assert page.isVisible()
    assert below >= strip.y() > above
    assert tabs._stack.y() == above


def test_a_new_project_begins_with_its_name(qtbot, window):
    window.actions_of_window.do("new")
    qtbot.waitUntil(lambda: window.findChild(NewProjectDialog) is not None)
    dialog = window.findChild(NewProjectDialog)

    assert dialog.focusWidget() is dialog.name
    assert dialog.name.selectedText() == dialog.name.text()
    dialog.reject()


def test_the_footer_tells_what_was_taken_back_and_offers_no_other_undo(window, opened):
    desk = window.desk
    for words in ("Added oak", "Added elm"):
        desk.undo.push(QUndoCommand(words))
        desk.say(words, undo=True)

    desk.undo.undo()
    assert window.footer.text.text() == "Taken back: Added elm"
    assert not window.footer.undo.isVisible()

    desk.undo.redo()
    assert window.footer.text.text() == "Added elm"
    assert window.footer.undo.isVisible()


def test_the_palette_entries_of_the_theme_say_what_they_change():
    themes = [command.text for command in COMMANDS if command.group == "Theme"]

    assert themes == ["Theme: as the system", "Theme: light", "Theme: dark"]


def test_the_other_tabs_are_imported_in_the_background_and_made_when_shown(qtbot, tmp_path):
    desk = Desk()
    asked = []

    def class_of(key):
        asked.append((key, threading.current_thread() is threading.main_thread()))
        return PaperTab

    tabs = TabStack(desk, class_of)
    qtbot.addWidget(tabs)
    tabs._load.setInterval(0)
    tabs.show_tab("dataset")

    qtbot.waitUntil(lambda: len(asked) == 5 and not desk.jobs)
    assert asked[0] == ("dataset", True)
    assert asked[1:] == [
        (key, False) for key in ("inference", "training", "architecture", "dataset")
    ]
    assert set(tabs._pages) == {"dataset"}
    tabs.show_tab("training")
    qtbot.wait(0)
    assert not desk.jobs
    desk.deleteLater()


def test_what_happened_in_another_project_is_not_told_but_a_warning_is(qtbot, window, opened):
    window.desk.say("Removed 1 picture")
    window.desk.close_project()
    assert window.footer.text.text() == GREETING

    with qtbot.waitSignal(window.projects.opened, timeout=PATIENCE_MS):
        window.projects.open(opened)
    window.desk.say("The disk is nearly full", level="warning")
    window.desk.close_project()
    assert window.footer.text.text() == "The disk is nearly full"


def test_trouble_is_over_once_what_it_tells_of_is_tried_again(window, opened):
    window.desk.banner(DeepDeskError("There is nothing to use.", "Give others."), "dataset")
    assert window.tabs.banner.isVisible()
    window.desk.tried_again.emit("dataset")
    assert not window.tabs.banner.isVisible()
