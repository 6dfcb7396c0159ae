"""The main window, driven as a person does: keys, clicks, drops and closing."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QColor, QDragEnterEvent, QDragLeaveEvent, QDropEvent, QImage
from PySide6.QtWidgets import QApplication, QDialog

from deepdesk.core.errors import DatasetError
from deepdesk.core.events import RunEnded, RunStarted, Stepped
from deepdesk.core.work import StoppedError
from deepdesk.project.folder import Project
from deepdesk.project.recent import recent
from deepdesk.ui import training_control
from deepdesk.ui.dialogs import AskDialog, NewProjectDialog
from deepdesk.ui.machine import Machine
from deepdesk.ui.session import TABS, DeviceBadge
from deepdesk.ui.shortcuts import COMMANDS
from deepdesk.ui.widgets.command_palette import CommandPalette

PATIENCE_MS = 10_000
CONTROL = Qt.KeyboardModifier.ControlModifier
SHIFT = Qt.KeyboardModifier.ShiftModifier
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def opened(qtbot, window, make_project):
    """Open a project in the window, as a click on it does."""
    path = make_project()
    with qtbot.waitSignal(window.projects.opened, timeout=PATIENCE_MS):
        window.projects.open(path)
    return path


@pytest.fixture
def training(qtbot, monkeypatch, window, opened):
    """Start a run that goes on until it is stopped."""

    def work(emit, stop):
        emit(RunStarted(run="001-quick", device="cpu", epochs=4, steps_per_epoch=3, samples=12))
        emit(
            Stepped(step=5, epoch=1.72, values={}, samples_per_second=1, memory_bytes=0, seconds=1)
        )
        try:
            while True:
                stop.check()
        except StoppedError:
            emit(RunEnded(run="001-quick", status="stopped", metrics={}, seconds=1.0))

    monkeypatch.setattr(training_control, "training_of", lambda *_given: work)
    with qtbot.waitSignal(window.desk.run_event, timeout=PATIENCE_MS):
        window.desk.training.train(None)


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


def test_a_name_that_no_folder_can_have_is_refused_beside_its_field(qtbot, window):
    dialog = window.projects.ask_new([])
    dialog.name.selectAll()

    qtbot.keyClicks(dialog.name, "a/b")

    assert not dialog.primary.isEnabled()
    assert dialog.problem.isVisible()
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


def test_the_title_counts_a_run_up(window, training):
    assert window.windowTitle() == "43\N{THIN SPACE}% · Pets"


def test_closing_during_a_run_asks_and_can_be_called_off(qtbot, window, training):
    assert not window.close()
    dialog = window.leaving.dialog
    assert dialog.isVisible()

    qtbot.mouseClick(dialog.other, Qt.MouseButton.LeftButton)

    assert window.isVisible()
    assert window.desk.store.session.phase == "running"


def test_closing_during_a_run_stops_keeps_and_leaves(qtbot, window, training):
    window.close()

    with qtbot.waitSignal(window.closing, timeout=PATIENCE_MS):
        qtbot.mouseClick(window.leaving.dialog.primary, Qt.MouseButton.LeftButton)
        assert window.desk.store.session.phase == "stopping"

    qtbot.waitUntil(lambda: not window.isVisible(), timeout=PATIENCE_MS)
    assert window.desk.store.session.phase == "idle"


def test_a_job_that_will_not_end_does_not_keep_the_window_open(qtbot, window, training):
    window.leaving.leave()
    window.leaving._give_up()

    assert not window.isVisible()


def test_escape_asks_before_it_stops_a_run(qtbot, window, training):
    qtbot.keyClick(window, Qt.Key.Key_Escape)
    dialog = window.findChild(AskDialog)

    with qtbot.waitSignal(window.desk.training.ended, timeout=PATIENCE_MS):
        qtbot.mouseClick(dialog.primary, Qt.MouseButton.LeftButton)

    assert window.isVisible()


def test_another_project_is_not_opened_over_a_run(window, training, make_project):
    window.projects.open(make_project("Planes"))

    assert window.windowTitle().endswith("Pets")
    window.show_tab("training")
    assert "under way" in window.tabs.banner.sentence.text()


def test_a_bug_is_shown_once_and_its_report_can_be_copied(qtbot, window):
    window.actions_of_window.show_bug("KeyError: 'lost'")
    window.actions_of_window.show_bug("KeyError: 'again'")
    dialog = window.actions_of_window.bug

    qtbot.mouseClick(dialog.other, Qt.MouseButton.LeftButton)

    assert "KeyError: 'lost'" in QApplication.clipboard().text()
    assert len([d for d in window.findChildren(QDialog) if d.isVisible()]) == 1
    dialog.accept()


def test_no_two_commands_share_a_key():
    keys = [command.keys for command in COMMANDS if command.keys]

    assert len(keys) == len(set(keys))


def test_a_new_run_takes_the_banner_of_the_last_one_away(qtbot, window, opened):
    window.show_tab("training")
    window.desk.banner(DatasetError("Too few pictures.", "Add more."), "training")
    assert window.tabs.banner.isVisible()

    window.desk.run_event.emit(
        RunStarted(run="002-quick", device="cpu", epochs=4, steps_per_epoch=3, samples=12)
    )

    assert not window.tabs.banner.isVisible()


def test_recent_projects_follow_what_happens_to_the_open_one(qtbot, window, opened):
    index = window.desk.index
    window.projects._keeper.setInterval(0)

    window.desk.record(index.remove(index.ids()[:3]), "Removed 3 pictures")

    qtbot.waitUntil(lambda: [row.samples for row in recent()] == [1], timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: not window.desk.jobs, timeout=PATIENCE_MS)
