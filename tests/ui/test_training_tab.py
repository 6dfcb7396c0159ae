"""The Training tab: what it says and what its buttons do."""

from __future__ import annotations

import gc

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QLineEdit

from deepdesk.core.errors import ConfigError
from deepdesk.core.events import Ended, Progress, RunEnded
from deepdesk.nn.graph import Graph, Node
from deepdesk.tasks import all_tasks
from tests.ui import training_stage as stage
from tests.ui.run_events import keep_run, started, stepped
from tests.ui.training_stage import PATIENCE_MS, begin, end, tell

project = stage.project
make_tab = stage.make_tab


def test_a_project_without_data_leads_to_the_dataset_tab(qtbot, desk, project, make_tab):
    with project.index() as index:
        index.remove(index.ids())
    tab = make_tab()

    assert tab.empty.isVisible()
    assert not tab.setup.button.isEnabled()
    qtbot.mouseClick(tab.empty.button, Qt.MouseButton.LeftButton)
    assert desk.store.session.tab == "dataset"


def test_a_new_project_is_ready_and_says_what_will_be_here(make_tab):
    tab = make_tab()

    assert tab.state == "empty"
    assert tab.setup.button.text() == "Start"
    assert tab.setup.button.isEnabled()
    assert tab.middle.progress.loud.text() == "Ready"
    assert tab.setup.forecast.text() == "Time and memory are measured in the first steps."


def test_what_is_clicked_stays_while_the_words_of_the_forecast_come_and_go(make_tab):
    tab = make_tab()
    setup = tab.setup

    def places():
        setup.layout().activate()
        clicked = (setup.dial, setup.network, setup.task, setup.button, setup.ways)
        return [widget.mapTo(setup, QPoint(0, 0)) for widget in clicked]

    before = places()
    setup.forecast.setText(20 * "Many more words. ")
    assert places() == before
    setup.forecast.hide()
    assert places() == before


def test_a_setting_that_cannot_work_disables_start_and_says_why(qtbot, make_tab):
    tab = make_tab()
    row = tab.setup.training.row("epochs")
    field = row.editor.findChild(QLineEdit) or row.editor

    field.clear()
    qtbot.keyClicks(field, "-3")
    qtbot.keyClick(field, Qt.Key.Key_Return)

    assert row.error.isVisible()
    assert not tab.setup.button.isEnabled()
    assert "Epochs" in tab.setup.reason.text()


def test_one_class_alone_is_said_before_the_start(qtbot, desk, project, make_tab):
    with project.index() as index:
        index.merge_classes([row.id for row in index.classes()[1:]], index.classes()[0].id)
    tab = make_tab()

    assert "second one" in tab.setup.reason.text()
    assert not tab.setup.button.isEnabled()


def test_a_broken_drawing_is_said_and_its_link_leads_to_architecture(
    qtbot, desk, project, make_tab
):
    broken = Graph("Broken", (Node("picture", "input"), Node("sum", "add")))
    project.save(graph=broken.to_json())
    tab = make_tab()

    assert "cannot be trained" in tab.setup.reason.text()
    assert not tab.setup.button.isEnabled()
    assert tab.setup.mend.isVisible()
    assert tab.setup.mend.focusPolicy() & Qt.FocusPolicy.TabFocus
    tab.setup.mend.setFocus()
    qtbot.keyClick(tab.setup.mend, Qt.Key.Key_Space)
    assert desk.store.session.tab == "architecture"

    tab.setup.network.setCurrentIndex(1)  # one on offer is not broken
    assert not tab.setup.mend.isVisible()
    assert tab.setup.button.isEnabled()
    qtbot.waitUntil(lambda: not desk.jobs, timeout=PATIENCE_MS)


def test_only_a_broken_drawing_leads_to_architecture(project, make_tab):
    with project.index() as index:
        index.merge_classes([row.id for row in index.classes()[1:]], index.classes()[0].id)
    tab = make_tab()

    assert tab.setup.reason.isVisible()
    assert not tab.setup.mend.isVisible()


def test_start_asks_for_what_the_form_says(qtbot, desk, make_tab, monkeypatch):
    asked = []
    monkeypatch.setattr(desk.training, "train", lambda request: asked.append(request) or True)
    tab = make_tab()
    spec = all_tasks()["image_classification"]

    qtbot.mouseClick(tab.setup.dial.segment("quick"), Qt.MouseButton.LeftButton)
    qtbot.mouseClick(tab.setup.button, Qt.MouseButton.LeftButton)

    assert asked[0].dial == "quick"
    assert asked[0].architecture == spec.dials["quick"].architecture
    assert asked[0].training["epochs"] == spec.dials["quick"].training["epochs"]
    assert tab.middle.progress.loud.text() == "Preparing"
    qtbot.waitUntil(lambda: not desk.jobs, timeout=PATIENCE_MS)


def test_the_dial_is_remembered_by_the_project(qtbot, desk, project, make_tab):
    tab = make_tab()

    qtbot.mouseClick(tab.setup.dial.segment("best"), Qt.MouseButton.LeftButton)
    tab.control.save_now()

    qtbot.waitUntil(lambda: project.file.dial == "best", timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: not desk.jobs, timeout=PATIENCE_MS)


def test_the_button_follows_the_phase(qtbot, desk, make_tab, monkeypatch):
    done = []
    for name in ("pause", "resume", "stop_and_keep"):
        monkeypatch.setattr(desk.training, name, lambda name=name: done.append(name))
    tab = make_tab()

    for phase, words in (("running", "Pause"), ("paused", "Resume")):
        desk.store.update(phase=phase)
        assert tab.setup.button.text() == words
        qtbot.mouseClick(tab.setup.button, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(tab.setup.stop_button, Qt.MouseButton.LeftButton)
    desk.store.update(phase="stopping")

    assert done == ["pause", "resume", "stop_and_keep"]
    assert not tab.setup.button.isEnabled()
    assert tab.state == "working"
    desk.store.update(phase="idle")


def test_preparing_is_told_with_its_count(desk, make_tab):
    tab = make_tab()
    desk.store.update(phase="running")

    tell(desk, Progress(what="Reading pictures", done=412, total=1437))
    tab.front.clear()
    tab.front.refresh()

    assert tab.middle.progress.loud.text() == "Reading pictures"
    assert tab.middle.progress.quiet.text() == "412 of 1,437"
    desk.store.update(phase="idle")


def test_a_run_that_waits_for_its_samples_says_so_until_the_next_step(desk, project, make_tab):
    tab = make_tab()
    folder = begin(desk, tab, project)
    tab.front.refresh()
    before = tab.middle.progress.loud.text()

    tell(desk, Progress(what="Decoding", done=300, total=1000))
    tab.front.refresh()
    waiting = (tab.middle.progress.loud.text(), tab.middle.progress.quiet.text())
    tell(desk, stepped(16))
    tab.front.refresh()

    assert waiting == ("Decoding", "300 of 1,000")
    assert tab.middle.progress.loud.text() == before
    end(desk, folder)


def test_a_run_is_followed_live(qtbot, desk, project, make_tab):
    tab = make_tab()

    folder = begin(desk, tab, project)
    qtbot.waitUntil(lambda: not desk.jobs, timeout=PATIENCE_MS)
    tab.front.refresh()

    progress = tab.middle.progress
    assert progress.loud.text() == "Epoch 2 of 4"
    assert progress.quiet.text() == "step 15 of 40"
    assert "1,380 pictures/s" in progress.facts.text()
    assert "50" in progress.end.text()  # 25 steps of 2 s
    assert tab.middle.errs.matrix.confusion.counts.tolist() == [[8, 12], [1, 9]]
    assert [tile.is_right for tile in tab.middle.learning.tiles.values()] == [False, True]
    assert len(tab.middle.plots.row.cards[0].plot.curves["/train"].points) == 15
    assert tab.runs.info(folder.path.name).metrics["accuracy"] == pytest.approx(0.2)
    desk.store.update(phase="idle")
    folder.release()


def test_a_finished_run_shows_what_it_reached(qtbot, desk, project, make_tab):
    tab = make_tab()
    folder = begin(desk, tab, project)
    name = folder.path.name

    ended = RunEnded(run=name, status="finished", metrics={"test_accuracy": 0.8}, seconds=80)
    folder.update(status="finished", metrics={"accuracy": 0.81}, main_metric="accuracy")
    folder.release()
    tell(desk, ended)
    desk.store.update(phase="idle")
    tell(desk, Ended())
    desk.runs_changed.emit(name)

    qtbot.waitUntil(lambda: not desk.jobs, timeout=PATIENCE_MS)
    assert tab.middle.progress.loud.text() == "Finished"
    assert tab.middle.progress.end.text().startswith("test 80.0")
    assert tab.state == "ready"


def test_a_run_that_never_began_does_not_touch_the_one_on_the_screen(
    qtbot, desk, project, make_tab
):
    tab = make_tab()
    folder = begin(desk, tab, project)
    folder.update(status="finished", metrics={"accuracy": 0.81}, main_metric="accuracy")
    folder.release()
    tell(desk, RunEnded(run=folder.path.name, status="finished", metrics={}, seconds=80))
    tell(desk, Ended())

    desk.store.update(phase="running")
    # A refresh before the first word of it, too.
    tab.front.update_row()
    tell(desk, Progress(what="Preparing"))
    tell(desk, Ended(error=ConfigError("device", "Device is 'abacus'.", "Take cpu.")))
    desk.store.update(phase="idle")
    desk.runs_changed.emit("")

    qtbot.waitUntil(lambda: not desk.jobs, timeout=PATIENCE_MS)
    assert tab.middle.progress.loud.text() == "Finished"
    assert tab.runs.info(folder.path.name).status == "finished"
    assert "running" not in tab.runs.list.rows[folder.path.name].facts.note


def test_a_first_run_that_never_began_leaves_the_tab_ready(desk, make_tab):
    tab = make_tab()
    desk.store.update(phase="running")
    tab.front.clear()
    tell(desk, Progress(what="Measuring this machine"))

    tell(desk, Ended(error=ConfigError("device", "Device is 'abacus'.", "Take cpu.")))
    desk.store.update(phase="idle")
    tab.front.refresh()

    assert tab.middle.progress.loud.text() == "Ready"


def test_a_wrong_setting_from_the_engine_stands_beside_its_field(qtbot, desk, make_tab):
    tab = make_tab()

    tell(desk, Ended(error=ConfigError("batch_size", "Batch size is 9.", "Take 8.")))

    row = tab.setup.training.row("batch_size")
    assert row.error.isVisible()
    assert "Take 8" in row.error.text()


def test_the_forecast_is_the_measured_past(desk, project, make_tab):
    keep_run(project, "balanced", epochs=3)
    tab = make_tab()
    tab.setup.dial.set_value("balanced")
    tab.front.refresh()

    assert tab.setup.forecast.text().startswith("The last balanced run took 60")
    assert "accuracy" in tab.setup.forecast.text()


def test_f2_renames_a_run(qtbot, desk, project, make_tab):
    keep_run(project, "quick")
    tab = make_tab()
    row = tab.runs.list.rows["001-quick"]

    qtbot.keyClick(row, Qt.Key.Key_F2)
    editor = row.findChild(QLineEdit)
    editor.setText("First try")
    qtbot.keyClick(editor, Qt.Key.Key_Return)

    qtbot.waitUntil(lambda: not desk.jobs, timeout=PATIENCE_MS)
    assert project.runs.get("001-quick").info().title == "First try"
    qtbot.waitUntil(lambda: row.facts.title == "First try", timeout=PATIENCE_MS)


def test_escape_keeps_the_name_of_a_run(qtbot, desk, project, make_tab):
    keep_run(project, "quick")
    tab = make_tab()
    row = tab.runs.list.rows["001-quick"]
    tab.runs.list.ask_title("001-quick")
    editor = row.findChild(QLineEdit)
    editor.setText("Other")

    with qtbot.assertNotEmitted(tab.runs.list.renamed):
        qtbot.keyClick(editor, Qt.Key.Key_Escape)


def test_an_interrupted_run_can_be_resumed(qtbot, desk, project, make_tab, monkeypatch):
    keep_run(project, "quick", status="interrupted")
    asked = []
    monkeypatch.setattr(desk.training, "continue_run", lambda run: asked.append(run) or True)
    tab = make_tab()
    assert tab.state == "look"

    qtbot.mouseClick(tab.runs.details.resume, Qt.MouseButton.LeftButton)

    assert asked == ["001-quick"]


def test_the_way_on_stands_beside_what_was_interrupted(qtbot, desk, project, make_tab, monkeypatch):
    folder = keep_run(project, "quick", status="interrupted")
    folder.update(epochs_done=2)
    asked = []
    monkeypatch.setattr(desk.training, "continue_run", lambda run: asked.append(run) or True)
    tab = make_tab()
    card = tab.middle.progress
    assert card.quiet.text().endswith("saved after 2")

    qtbot.mouseClick(card.resume, Qt.MouseButton.LeftButton)

    assert asked == ["001-quick"]


def test_a_resumed_run_keeps_its_earlier_curves(qtbot, desk, project, make_tab):
    folder = keep_run(project, "quick", epochs=2, status="running")
    tab = make_tab()
    desk.store.update(phase="running")

    tell(desk, started(folder.path.name, step=20), stepped(21), stepped(22))
    qtbot.waitUntil(lambda: not desk.jobs, timeout=PATIENCE_MS)

    assert len(tab.watch.history.train["loss"]) == 22
    assert len(tab.watch.history.validation["accuracy"]) == 2
    desk.store.update(phase="idle")


def test_a_tab_that_is_gone_hears_nothing(qtbot, desk, project, make_tab):
    tab = make_tab()
    with qtbot.waitSignal(tab.destroyed):
        tab.deleteLater()
    # Its parts know the tab: such circles are collected as the program does it, in this thread.
    del tab
    gc.collect()

    tell(desk, started(), stepped(1), Ended())
    desk.samples_changed.emit(99)
    desk.runs_changed.emit("001-quick")
    desk.store.update(phase="running")

    assert not desk.jobs
    desk.store.update(phase="idle")


def test_the_dial_says_what_its_positions_mean(make_tab):
    tab = make_tab()
    dials = all_tasks()["image_classification"].dials

    for key, dial in dials.items():
        words = tab.setup.dial.segment(key).toolTip()
        assert dial.architecture in words
        assert f"{dial.training['epochs']} epochs" in words


def test_long_network_names_do_not_widen_the_column(make_tab):
    setup = make_tab().setup
    before = setup.minimumSizeHint().width()

    setup.offer_networks(["A network with a name that is far too long for any column"])

    assert setup.minimumSizeHint().width() == before
    assert setup.network.minimumSizeHint().width() < setup.width()
