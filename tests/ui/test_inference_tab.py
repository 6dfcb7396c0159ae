"""The Inference tab with a real project and a network that is made up."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractButton, QFileDialog

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import Saved
from deepdesk.ui.tabs.inference.inquiry import KEPT_VIEWS
from deepdesk.ui.tabs.inference.tab import InferenceTab
from tests.ui import inference_stage as stage
from tests.ui.inference_stage import (
    FakePredictor,
    add_run,
    ask,
    folder_of,
    made,
    picture_file,
    settle,
)

desk = stage.desk
tab = stage.tab


def test_without_a_run_there_is_one_sentence_and_the_way_to_training(qtbot, desk):
    tab = made(qtbot, desk)
    assert tab.state == "empty"
    assert tab.empty.isVisible()
    assert not tab.workspace.isVisible()

    qtbot.mouseClick(tab.empty.button, Qt.MouseButton.LeftButton)

    assert desk.store.session.tab == "training"


def test_a_drop_without_a_run_says_what_to_do(qtbot, desk, tmp_path):
    tab = made(qtbot, desk)

    tab.drop([tmp_path / "a.png"])

    (trouble,) = desk.troubles
    assert (trouble.where, trouble.error.hint) == ("inference", "Train one first.")


def test_the_first_checkpoint_brings_the_stage(qtbot, desk):
    tab = made(qtbot, desk)
    states = []
    tab.state_changed.connect(states.append)
    add_run(desk.project, status="interrupted")

    desk.run_event.emit(Saved(step=72, seconds=0.1))
    settle(qtbot, desk)

    assert states == ["ready"]
    assert tab.workspace.isVisible()


def test_a_dropped_picture_is_shown_with_its_answer_and_time(qtbot, desk, tab, tmp_path):
    ask(qtbot, desk, tab, picture_file(tmp_path / "a.png"))

    panel = tab.workspace.panel
    assert (panel.answer.text(), panel.sure.text()) == ("cat", "78.4\u202f% sure · 6\u202fms")
    assert panel.right.isVisible()
    assert "a.png" in tab.workspace.stage.hint.text()
    entry = tab.workspace.strip.tiles.entries[0]
    assert (entry.words, entry.spoken) == (("cat", "78"), "a.png: cat, 78 per cent")
    assert not entry.small.isNull()
    assert tab.state == "ready"


def test_a_drop_before_the_runs_are_read_is_answered_after(qtbot, desk, tmp_path):
    add_run(desk.project)
    tab = InferenceTab(desk, make=lambda project, spec, model: FakePredictor())
    qtbot.addWidget(tab)

    ask(qtbot, desk, tab, picture_file(tmp_path / "a.png"))

    qtbot.waitUntil(lambda: len(tab.workspace.strip.tiles.entries) == 1)
    settle(qtbot, desk)
    assert tab.workspace.panel.answer.text() == "cat"


def test_a_low_score_is_told_as_not_sure(qtbot, desk, tmp_path):
    class Unsure(FakePredictor):
        scores = (("cat", 0.41), ("dog", 0.4))

    add_run(desk.project)
    tab = made(qtbot, desk, Unsure)

    ask(qtbot, desk, tab, picture_file(tmp_path / "a.png"))

    assert tab.workspace.panel.sure.text().startswith("Not sure, 41.0")
    assert tab.workspace.panel.sure.property("tone") == "warn"


def test_several_pictures_fill_the_strip_and_a_bad_one_says_why(qtbot, desk, tab, tmp_path):
    bad = tmp_path / "bad.png"
    bad.write_bytes(b"")
    paths = [bad, picture_file(tmp_path / "a.png"), picture_file(tmp_path / "b.png")]

    ask(qtbot, desk, tab, *paths)

    entries = tab.workspace.strip.tiles.entries
    assert [entry.words[0] for entry in entries] == ["not read", "cat", "cat"]
    assert tab.workspace.stage.problem.sentence.text() == "The file is empty."
    assert tab.workspace.stage.problem.hint.text()
    assert tab.workspace.panel.answer.text() == "No answer"
    assert not tab.workspace.panel.right.isVisible()
    assert desk.notes[-1].text.startswith("2 pictures, 12\u202fms in all")


def test_arrows_walk_over_the_strip(qtbot, desk, tab, tmp_path):
    ask(qtbot, desk, tab, picture_file(tmp_path / "a.png"), picture_file(tmp_path / "b.png"))
    strip = tab.workspace.strip
    assert tab.workspace.panel.entry.given.name == "a.png"

    qtbot.keyClick(strip, Qt.Key.Key_Right)

    assert tab.workspace.panel.entry.given.name == "b.png"
    assert "b.png" in tab.workspace.stage.hint.text()


@pytest.mark.parametrize("where", ["stage", "strip"])
def test_enter_opens_the_file_chooser(qtbot, desk, tab, tmp_path, where):
    ask(qtbot, desk, tab, picture_file(tmp_path / "a.png"))

    qtbot.keyClick(getattr(tab.workspace, where), Qt.Key.Key_Return)

    (dialog,) = tab.findChildren(QFileDialog)
    assert dialog.isVisible()
    assert "*.png" in dialog.nameFilters()[0]
    dialog.reject()


def test_another_model_answers_the_shown_picture_again(qtbot, desk, tmp_path):
    asked = []

    def make(project, spec, model):
        asked.append((model.run, model.checkpoint))
        return FakePredictor()

    add_run(desk.project)
    tab = InferenceTab(desk, make=make)
    qtbot.addWidget(tab)
    tab.show()
    qtbot.waitUntil(lambda: not tab.models.is_looking)
    ask(qtbot, desk, tab, picture_file(tmp_path / "a.png"))
    box = tab.workspace.top.models.box
    assert [box.itemText(at) for at in range(box.count())] == [
        "001 quick · best epoch",
        "001 quick · latest checkpoint",
    ]

    box.setFocus()
    qtbot.keyClick(box, Qt.Key.Key_Down)
    settle(qtbot, desk)

    assert asked == [("001-quick", "best"), ("001-quick", "latest")]
    assert tab.workspace.panel.entry.answered.model.checkpoint == "latest"


def test_newer_weights_of_a_run_that_trains_answer_from_then_on(qtbot, desk, tab, tmp_path):
    run = add_run(desk.project, "best", step=10, status="running")
    run.claim()
    desk.runs_changed.emit(run.path.name)
    settle(qtbot, desk)
    models = tab.workspace.top.models
    assert models.choice.model.run == "001-quick"  # it has ended, so it is not left by itself
    models.box.activated.emit(0)
    ask(qtbot, desk, tab, picture_file(tmp_path / "a.png"))
    assert tab.workspace.panel.entry.answered.step == 10

    run.checkpoints.commit(20, {"weights": b"w"}, meta={})
    desk.run_event.emit(Saved(step=20, seconds=0.1))
    settle(qtbot, desk)

    assert "step 20" in models.box.currentText()
    assert "Newer weights of step 20" in tab.workspace.panel.model.news.text()
    assert tab.workspace.panel.entry.answered.step == 20
    run.release()


def test_a_model_that_cannot_be_loaded_says_why(qtbot, desk, tmp_path):
    def refuse(project, spec, model):
        raise DeepDeskError("The weights are damaged.", "Choose another run.")

    add_run(desk.project)
    tab = InferenceTab(desk, make=refuse)
    qtbot.addWidget(tab)
    qtbot.waitUntil(lambda: not tab.models.is_looking)

    ask(qtbot, desk, tab, picture_file(tmp_path / "a.png"))

    assert desk.troubles[-1].error.message == "The weights are damaged."
    assert tab.state == "ready"


def test_a_bug_in_a_network_is_reported_and_the_tab_goes_on(qtbot, desk, tmp_path):
    class Broken(FakePredictor):
        def answer(self, given, stop):
            raise ValueError("shape")

    reports = []
    desk.bug_found.connect(reports.append)
    add_run(desk.project)
    tab = made(qtbot, desk, Broken)

    ask(qtbot, desk, tab, picture_file(tmp_path / "a.png"))

    assert "ValueError: shape" in reports[0]
    assert tab.state == "ready"
    assert not tab.inquiry.answerer.is_busy


def test_everything_in_the_tab_has_a_name_for_screen_readers(qtbot, desk, tab, tmp_path):
    ask(qtbot, desk, tab, picture_file(tmp_path / "a.png"))
    workspace = tab.workspace

    nameless = [
        button
        for button in workspace.findChildren(QAbstractButton)
        if button.isVisible() and not (button.accessibleName() or button.text())
    ]
    assert not nameless
    for widget in (workspace.stage, workspace.strip, workspace.table.view, workspace.panel):
        assert widget.accessibleName()
    assert workspace.top.models.box.accessibleName()


def test_closing_the_project_ends_what_is_asked(qtbot, desk, tab, tmp_path):
    tab.drop([folder_of(tmp_path)])

    desk.close_project()
    qtbot.waitUntil(lambda: not desk.jobs)

    assert not tab.inquiry.answerer.is_busy


def test_many_pictures_do_not_keep_all_their_views(qtbot, desk, tab, tmp_path):
    paths = [picture_file(tmp_path / f"{n}.png") for n in range(12)]

    ask(qtbot, desk, tab, *paths)

    entries = tab.workspace.strip.tiles.entries
    assert sum(entry.answered.given is not None for entry in entries) == KEPT_VIEWS
    tab.workspace.strip.setCurrentIndex(tab.workspace.strip.tiles.index(1))
    settle(qtbot, desk)
    assert entries[1].answered.given is not None
    assert "1.png" in tab.workspace.stage.hint.text()
