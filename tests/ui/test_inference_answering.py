"""The Inference tab where answers can be found otherwise, and long recordings of sentences."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from PySide6.QtCore import Qt

from deepdesk.core import payloads
from deepdesk.core.payloads import Span, Timeline
from deepdesk.engine.answering import ANSWERING_FILE, kept_answering
from deepdesk.ui.desk import Desk
from deepdesk.ui.tabs.inference.long_sound import LongSound
from deepdesk.ui.tabs.inference.tab import InferenceTab
from tests.ui.inference_stage import ask, settle
from tests.ui.long_sound_stage import recording, shown, speaker, timeline
from tests.ui.text_stage import sound_file, spoken_project

__all__ = ["recording", "speaker"]


class Answering:
    """Answers with the settings that it was loaded with."""

    def __init__(self, model):
        self.words = ", ".join(f"{key}={value}" for key, value in model.answering) or "as trained"

    def answer(self, given, stop):
        answer = payloads.Text(text=self.words)
        yield SimpleNamespace(answer=answer, milliseconds=4.0, is_final=True)


@pytest.fixture
def desk(qtbot, tmp_path):
    desk = Desk()
    desk.show_project(spoken_project(tmp_path))
    yield desk
    desk.stop_all()
    desk.close_project()
    qtbot.waitUntil(lambda: not desk.jobs)
    desk.deleteLater()


@pytest.fixture
def run(desk):
    run = desk.project.runs.new("quick", {"config": {"beam_width": 8}})
    run.update(status="finished", epochs_done=8, best_epoch=8, epochs=8)
    run.checkpoints.commit(72, {"weights": b"w"}, meta={})
    return run


@pytest.fixture
def tab(qtbot, desk, run):
    tab = InferenceTab(desk, make=lambda project, spec, model: Answering(model))
    qtbot.addWidget(tab)
    tab.resize(1280, 720)
    with qtbot.waitExposed(tab):
        tab.show()
    settle(qtbot, desk)
    return tab


def dialog_of(qtbot, tab):
    qtbot.mouseClick(tab.workspace.panel.model.change, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: tab.answering.dialog is not None and tab.answering.dialog.isVisible())
    return tab.answering.dialog


def test_another_search_answers_what_is_shown_anew(qtbot, desk, tab, run, tmp_path):
    ask(qtbot, desk, tab, sound_file(tmp_path / "new.wav"))
    panel = tab.workspace.panel
    assert panel.text.toPlainText() == "as trained"
    assert not panel.model.answering.isVisible()

    dialog = dialog_of(qtbot, tab)
    assert dialog.form.row("beam_width").value() == 8
    dialog.form.row("decoding").set_value("beam")
    qtbot.mouseClick(dialog.primary, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: panel.text.toPlainText() == "decoding=beam")

    assert panel.model.answering.text() == "Search: Beam"
    assert kept_answering(run.path, desk.spec) == {"decoding": "beam"}


def test_what_is_as_trained_is_no_change(qtbot, desk, tab, run):
    dialog = dialog_of(qtbot, tab)
    dialog.form.row("beam_width").set_value(8)
    qtbot.mouseClick(dialog.primary, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: (run.path / ANSWERING_FILE).exists() and not desk.jobs)

    assert kept_answering(run.path, desk.spec) == {}
    assert not tab.workspace.panel.model.answering.isVisible()


def test_sentences_stand_below_their_lane_and_events_beside_theirs(qtbot, recording, speaker):
    spoken = shown(qtbot, LongSound(recording))
    said = "my sister paints the old book in the morning"
    span = Span(start_s=1.0, end_s=4.0, label=said, score=0.9)
    spoken.show_answer(Timeline(spans=(span,), length_s=70.0))
    heard = shown(qtbot, LongSound(recording))
    heard.show_answer(timeline())

    assert spoken.count.text() == "1 sentence"
    assert spoken.events.mapTo(spoken, spoken.events.rect().topLeft()).y() > spoken.lanes.y()
    room = spoken.events.columnWidth(1)
    assert room > spoken.events.fontMetrics().horizontalAdvance(said)
    head = spoken.events.events.headerData(1, Qt.Orientation.Horizontal)
    assert head == "What is said"
    assert heard.beside.orientation() is Qt.Orientation.Horizontal
    assert heard.count.text() == "2 events"


def test_the_smallest_window_cuts_the_chooser_of_the_network_off_nowhere(qtbot, tab):
    top = tab.workspace.top
    tab.resize(960, 500)
    qtbot.waitUntil(lambda: not top.paste.isVisible())

    box = top.models.box
    right = box.mapTo(top, box.rect().topRight()).x()
    assert box.isVisible()
    assert right <= top.width()
