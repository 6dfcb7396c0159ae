"""A long recording in the window: a person clicks, tunes, saves, stops."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtWidgets import QFileDialog

from deepdesk.core.payloads import LabelScores, Recording
from deepdesk.project.folder import Project
from deepdesk.ui.desk import Desk
from deepdesk.ui.tabs.inference.answer_panel import AnswerPanel
from deepdesk.ui.tabs.inference.entry import Entry
from deepdesk.ui.tabs.inference.given import GivenFile
from deepdesk.ui.tabs.inference.long_sound import LongSound
from deepdesk.ui.tabs.inference.questions import Answered
from deepdesk.ui.tabs.inference.stage import Stage
from tests.ui.inference_stage import add_run, made, settle
from tests.ui.long_sound_stage import (
    CLASSES,
    RATE_HZ,
    click,
    long_sound,
    recording,
    shown,
    speaker,
    timeline,
)

__all__ = ["long_sound", "recording", "speaker"]


def test_a_click_on_an_event_plays_it_and_shows_how_sure_it_is(qtbot, long_sound, speaker):
    span = long_sound.lanes.timeline.spans[1]

    click(qtbot, long_sound.lanes, long_sound.lanes.rect_of(span).center())
    qtbot.waitUntil(lambda: bool(speaker.closed))

    played = np.concatenate(speaker.blocks)
    assert len(played) / RATE_HZ == pytest.approx(1.4, abs=0.01)
    assert played[0] == pytest.approx(0.1 + 0.4 * 29.8 / 70, abs=1e-3)
    assert long_sound.count.text() == "dog · 0:30.00 · 80.0\u202f%"
    assert long_sound.events.currentIndex().row() == 1


def test_a_click_in_the_list_jumps_there_without_a_sound(qtbot, long_sound, speaker):
    table = long_sound.events
    long_sound.lanes.show_range(0.0, 20.0)

    click(qtbot, table.viewport(), QPointF(table.visualRect(table.events.index(1, 1)).center()))

    first, last = long_sound.lanes.range_s
    assert first <= 30.0 <= last
    assert long_sound.lanes.heard_s == 30.0
    assert long_sound.wave.range_s == (first, last)
    assert speaker.blocks == []


def test_a_click_on_the_outline_listens_from_there(qtbot, long_sound, speaker):
    wave = long_sound.wave
    heard = []
    wave.heard.connect(heard.append)
    x = wave._axis(wave._inner()).x_of(69.5)

    qtbot.mouseClick(wave, Qt.MouseButton.LeftButton, pos=QPoint(round(x), 30))
    qtbot.waitUntil(lambda: bool(speaker.closed) and not wave.player.is_playing)

    assert len(np.concatenate(speaker.blocks)) / RATE_HZ == pytest.approx(0.5, abs=0.1)
    assert speaker.closed == [False]
    assert heard[-1] is None
    assert max(second for second in heard if second is not None) > 69.5
    assert wave.button.accessibleName() == "Play"


def test_a_lower_threshold_finds_more_without_asking_the_network(qtbot, long_sound):
    tuning = long_sound.tuning

    tuning.threshold.setValue(35)
    qtbot.waitUntil(lambda: len(long_sound.lanes.timeline.spans) == 3)

    assert long_sound.lanes.lanes == CLASSES
    assert long_sound.events.events.rowCount() == 3
    assert long_sound.count.text() == "3 events"
    qtbot.mouseClick(tuning.reset, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: len(long_sound.lanes.timeline.spans) == 2)


def test_what_a_threshold_leaves_is_told_and_counted_beside(qtbot, recording):
    stage = shown(qtbot, Stage(("sound", "sounds")))
    stage.show_payload(recording, "garden.wav", timeline())
    panel = AnswerPanel(can_join=True)
    qtbot.addWidget(panel)
    stage.tuned.connect(panel.show_tuned)
    entry = Entry(number=1, given=GivenFile(Path(recording.path)))
    entry.answered = Answered(number=1, model=None, given=recording, answer=timeline())
    panel.show_entry(entry, is_waiting=False)
    assert panel.answer.text() == "2 events"

    stage.findChild(LongSound).tuning.threshold.setValue(35)

    qtbot.waitUntil(lambda: panel.answer.text() == "3 events")


def test_one_class_has_a_threshold_of_its_own(qtbot, long_sound):
    tuning = long_sound.tuning
    tuning.chooser.setCurrentText("dog")

    tuning.threshold.setValue(85)
    qtbot.waitUntil(lambda: len(long_sound.lanes.timeline.spans) == 1)

    assert tuning.thresholds == {"dog": 0.85}
    tuning.chooser.setCurrentText("cat")
    assert tuning.threshold_figure.text() == "50\u202f%"


def test_smoothing_takes_short_events_away(qtbot, long_sound):
    long_sound.tuning.smoothing.setValue(60)
    qtbot.waitUntil(lambda: len(long_sound.lanes.timeline.spans) == 1)

    assert long_sound.tuning.smoothing_figure.text() == "1.20 s"
    assert long_sound.lanes.timeline.spans[0].start_s == pytest.approx(30.0, abs=1.0)


def test_thresholds_that_were_fitted_are_where_it_begins(qtbot, recording):
    view = LongSound(recording)
    qtbot.addWidget(view)

    view.show_answer(timeline(thresholds={"cat": 0.3, "dog": 0.7}))

    assert view.tuning.threshold_figure.text() == "fitted"
    view.tuning.chooser.setCurrentText("cat")
    assert view.tuning.threshold_figure.text() == "30\u202f%"


def test_what_a_person_set_stays_while_the_timeline_grows(qtbot, recording):
    view = shown(qtbot, LongSound(recording))
    view.show_answer(timeline(40.0, is_final=False))
    view.lanes.show_range(25.0, 35.0)
    view.tuning.threshold.setValue(85)
    qtbot.waitUntil(lambda: len(view.lanes.timeline.spans) == 1)
    assert view.count.text() == "1 event · listened to 57\u202f%"

    view.show_answer(timeline())
    qtbot.waitUntil(lambda: view.lanes.timeline.is_final)

    assert len(view.lanes.timeline.spans) == 1
    assert view.lanes.range_s == (25.0, 35.0)
    assert view.count.text() == "1 event"
    assert not view.stop.isVisible()


@pytest.mark.parametrize(
    ("name", "start"),
    [("e.csv", "\ufeffstart_s,end_s"), ("e.txt", "10.000000\t10.500000\tdog\n"), ("e.srt", "1\n")],
)
def test_events_are_saved_in_the_format_that_is_chosen(qtbot, long_sound, tmp_path, name, start):
    words = []
    long_sound.saved.connect(words.append)
    qtbot.mouseClick(long_sound.export, Qt.MouseButton.LeftButton)
    dialog = long_sound.findChild(QFileDialog)

    dialog.fileSelected.emit(str(tmp_path / name))
    qtbot.waitUntil(lambda: bool(words))
    dialog.close()

    assert (tmp_path / name).read_text(encoding="utf-8").startswith(start)
    assert words == [f"Saved 2 events to {name}"]


def test_a_dot_in_the_name_of_a_recording_is_no_ending(qtbot, long_sound, tmp_path):
    words = []
    long_sound.saved.connect(words.append)
    (tmp_path / "take 2.1.csv").write_text("kept")
    long_sound.recording = replace(long_sound.recording, path=tmp_path / "take 2.1.wav")
    qtbot.mouseClick(long_sound.export, Qt.MouseButton.LeftButton)
    dialog = long_sound.findChild(QFileDialog)

    assert [Path(name).name for name in dialog.selectedFiles()] == ["take 2.1.csv"]
    dialog.fileSelected.emit(str(tmp_path / "take 2.1"))
    qtbot.waitUntil(lambda: bool(words))
    dialog.close()

    assert (tmp_path / "take 2.1.csv").read_text() == "kept"
    assert (tmp_path / "take 2.1 2.csv").read_text("utf-8").startswith("\ufeffstart_s,end_s")


def test_a_folder_that_cannot_be_written_is_said(qtbot, long_sound, tmp_path):
    problems = []
    long_sound.failed.connect(problems.append)

    long_sound.save(tmp_path / "gone" / "e.csv")
    qtbot.waitUntil(lambda: bool(problems))

    assert problems[0].message


class GrowingPredictor:
    """Answers a recording in two steps and waits between them while a test holds it."""

    may_go_on = None

    def answer(self, given, stop):
        assert isinstance(given, Recording)
        yield SimpleNamespace(
            answer=timeline(20.0, is_final=False), milliseconds=5.0, is_final=False
        )
        while not GrowingPredictor.may_go_on():
            stop.check()
        yield SimpleNamespace(answer=timeline(), milliseconds=9.0, is_final=True)


@pytest.fixture
def desk(qtbot, tmp_path):
    project = Project.create(tmp_path / "s.deepdesk", name="s", task="audio_classification")
    desk = Desk()
    desk.notes = []
    desk.said.connect(desk.notes.append)
    desk.show_project(project)
    yield desk
    desk.stop_all()
    desk.close_project()
    qtbot.waitUntil(lambda: not desk.jobs)
    desk.deleteLater()


@pytest.fixture
def tab(qtbot, desk):
    add_run(desk.project)
    return made(qtbot, desk, GrowingPredictor)


def stage_view(tab):
    return tab.workspace.stage.findChild(LongSound)


def test_a_long_file_grows_on_the_stage_until_it_is_whole(qtbot, desk, tab, recording):
    go_on = []
    GrowingPredictor.may_go_on = lambda: bool(go_on)
    tab.drop([_path(recording)])
    qtbot.waitUntil(lambda: stage_view(tab) is not None and stage_view(tab).answer is not None)
    view = stage_view(tab)
    assert view.count.text() == "1 event · listened to 29\u202f%"
    assert view.stop.isVisible()

    go_on.append(True)
    settle(qtbot, desk)

    assert stage_view(tab) is view
    assert view.count.text() == "2 events"
    panel = tab.workspace.panel
    assert panel.answer.text() == "2 events"
    assert not panel.right.isVisible()


def test_a_person_stops_it_and_keeps_what_was_heard(qtbot, desk, tab, recording):
    GrowingPredictor.may_go_on = lambda: False
    tab.drop([_path(recording)])
    qtbot.waitUntil(lambda: stage_view(tab) is not None and stage_view(tab).answer is not None)
    view = stage_view(tab)

    qtbot.mouseClick(view.stop, Qt.MouseButton.LeftButton)
    settle(qtbot, desk)

    assert view.count.text() == "1 event · stopped at 29\u202f%"
    assert not view.stop.isVisible()
    assert tab.state == "ready"


def test_the_table_of_a_folder_tells_the_events_in_short(qtbot, desk, tab, recording):
    GrowingPredictor.may_go_on = lambda: True

    tab.drop([_path(recording).parent])
    settle(qtbot, desk)

    (row,) = tab.workspace.table.rows.order.rows
    assert row.answer == "2 events: dog 2"


def test_a_short_sound_is_shown_as_before(qtbot, desk, tab, tmp_path, monkeypatch):
    soundfile.write(tmp_path / "short.wav", np.sin(np.arange(RATE_HZ)), RATE_HZ)
    scores = LabelScores(scores=(("dog", 0.9),))
    told = SimpleNamespace(answer=scores, milliseconds=1.0, is_final=True)
    monkeypatch.setattr(GrowingPredictor, "answer", lambda _self, _given, _stop: iter([told]))

    tab.drop([tmp_path / "short.wav"])
    settle(qtbot, desk)

    assert stage_view(tab) is None
    assert tab.workspace.panel.answer.text() == "dog"


def _path(recording):

    return Path(recording.path)


def test_in_a_low_window_the_outline_gives_its_room_to_the_lanes(qtbot, recording):
    view = shown(qtbot, LongSound(recording), height=560)
    view.show_answer(timeline())
    tall_px = view.wave.height()

    view.resize(480, 250)

    assert view.wave.height() < tall_px
    qtbot.waitUntil(lambda: view.lanes.height() > view.wave.height())
