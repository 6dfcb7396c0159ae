"""The microphone in the Inference tab: answers run along, and trouble is said plainly."""

from __future__ import annotations

import json

import numpy as np
import pytest
from PySide6.QtCore import Qt

from deepdesk.core.payloads import LabelScores
from deepdesk.project import habits
from deepdesk.project.index import Filter
from deepdesk.ui.leaving import Leaving
from deepdesk.ui.tabs.inference.live import listening, work
from deepdesk.ui.tabs.inference.live.keeper import Keeper
from deepdesk.ui.tabs.inference.live.keeping import kept_tuning
from deepdesk.ui.tabs.inference.live.recogniser import Tuning
from tests.fake_portaudio import FakeDevice
from tests.ui import inference_stage, live_stage
from tests.ui.live_stage import LivePredictor, hear, listen, loud, open_page, quiet

fake = live_stage.fake
desk = live_stage.desk
tab = live_stage.tab
pictures = inference_stage.desk


@pytest.fixture
def page(qtbot, desk, tab):
    return open_page(qtbot, desk, tab)


def stop(qtbot, tab, page):
    qtbot.keyClick(page, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not tab.live.listening.is_running)


def heard(page):
    return [span.label for span in reversed(page.board.events.events.events)]


def test_a_microphone_is_offered_where_sounds_are_taken_and_nowhere_else(qtbot, pictures):
    inference_stage.add_run(pictures.project)
    tab = inference_stage.made(qtbot, pictures)

    assert tab.workspace.top.live.text() == "Camera"
    assert tab.workspace.live is None
    assert tab.live is None


def test_the_page_comes_up_beside_the_others_with_a_column_of_its_own(tab, page):
    assert page.isVisible()
    assert not tab.workspace.panel.isVisible()
    assert tab.workspace.top.pages.value() == "live"
    assert page.button.text() == "Start"

    tab.workspace.top.pages.chip("one").click()

    assert not page.isVisible()
    assert tab.workspace.panel.isVisible()


def test_what_is_heard_is_said_large_and_becomes_an_event(qtbot, fake, tab, page):
    listen(qtbot, fake, page)
    hear(qtbot, fake, tab, loud(0.5))
    qtbot.waitUntil(lambda: page.board.line.words == "seven")
    assert page.board.line.figure.startswith("90")

    hear(qtbot, fake, tab, quiet(0.8))
    qtbot.waitUntil(lambda: page.board.line.words == "Nothing to be heard")

    (span,) = page.board.events.events.events
    assert (span.label, round(span.start_s, 1), round(span.end_s, 1)) == ("seven", 0.0, 0.5)
    assert [mark.label for mark in page.spectrogram.marks] == ["seven"]
    assert tab.state == "working"
    stop(qtbot, tab, page)
    assert tab.state == "ready"
    assert not fake.open_streams


def test_stopping_keeps_what_was_heard_and_starting_goes_on_after_it(qtbot, fake, tab, page):
    listen(qtbot, fake, page)
    hear(qtbot, fake, tab, loud(0.4))
    stop(qtbot, tab, page)
    assert heard(page) == ["seven"]

    listen(qtbot, fake, page)
    hear(qtbot, fake, tab, np.concatenate([quiet(0.5), loud(0.4, 0.3)]))
    stop(qtbot, tab, page)

    assert heard(page) == ["seven", "one"]
    assert page.board.events.events.events[0].start_s == pytest.approx(0.9, abs=0.06)


def test_a_threshold_decides_what_counts_and_is_kept_with_the_run(qtbot, fake, desk, tab, page):
    listen(qtbot, fake, page)
    qtbot.waitUntil(lambda: bool(page.board.rows.rows))
    assert page.board.tuning.threshold("seven") == 0.6
    row = page.board.rows.rows["seven"]
    row.setFocus()
    row.setValue(94)
    qtbot.keyClick(row, Qt.Key.Key_Right)
    hear(qtbot, fake, tab, loud(0.4))

    qtbot.waitUntil(lambda: page.board.line.words == "Nothing recognised")
    stop(qtbot, tab, page)
    assert heard(page) == []
    tab.live.close()
    qtbot.waitUntil(lambda: not desk.jobs)

    other = inference_stage.made(qtbot, desk, LivePredictor)
    qtbot.waitUntil(lambda: other.workspace.live.board.tuning.threshold("seven") == 0.95)


def test_a_threshold_moved_right_before_the_window_closes_is_kept(qtbot, fake, desk, tab, page):
    listen(qtbot, fake, page)
    qtbot.waitUntil(lambda: bool(page.board.rows.rows))
    stop(qtbot, tab, page)
    qtbot.waitUntil(lambda: not desk.jobs)
    page.board.rows.rows["seven"].setValue(80)
    page.board.rows.rows["seven"].setValue(81)
    closed = []
    leaving = Leaving(desk, page, lambda: closed.append(True))

    assert not leaving.may_close()

    qtbot.waitUntil(lambda: bool(closed))
    run = desk.project.runs.get(tab.inquiry.choice.model.run)
    assert json.loads((run.path / "live.json").read_text())["thresholds"]["seven"] == 0.81


def test_tunings_that_come_while_one_is_written_are_kept_as_well(qtbot, fake, desk, tab, page):
    run = tab.inquiry.choice.model.run
    keeper = Keeper(desk, run)
    for share in (0.2, 0.3):
        keeper.keep(Tuning(thresholds={"seven": share}))
        keeper.finish()
    qtbot.waitUntil(lambda: not desk.jobs)

    assert kept_tuning(desk.project, run) == Tuning(thresholds={"seven": 0.3})


def test_a_damaged_file_of_thresholds_counts_as_none(qtbot, fake, desk, tab, page):
    run = desk.project.runs.get(tab.inquiry.choice.model.run)
    (run.path / "live.json").write_text('{"thresholds": {"seven": 7}, "smoothing_s": -1}')

    other = inference_stage.made(qtbot, desk, LivePredictor)
    qtbot.waitUntil(lambda: not desk.jobs)

    assert other.workspace.live.board.tuning == Tuning(thresholds={})


def test_an_event_joins_the_data_as_what_it_was_heard_as(qtbot, fake, desk, tab, page):
    listen(qtbot, fake, page)
    hear(qtbot, fake, tab, np.concatenate([quiet(0.5), loud(0.5), quiet(0.6)]))
    qtbot.waitUntil(lambda: heard(page) == ["seven"])
    stop(qtbot, tab, page)
    assert not page.board.right.isEnabled()

    page.board.events.choose(0)
    assert page.board.right.text() == "Add as “seven”"
    qtbot.mouseClick(page.board.right, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not desk.jobs)

    (sample,) = desk.index.samples(desk.index.ids(Filter()))
    assert sample.label == "seven"
    model = page.board.events.events
    assert model.index(0, 4).data() == "in the data as “seven”"
    assert not page.board.right.isEnabled()
    desk.undo.undo()
    assert desk.index.count() == 0
    assert model.index(0, 4).data() == ""


def test_an_event_is_played_from_memory(qtbot, fake, tab, page):
    listen(qtbot, fake, page)
    hear(qtbot, fake, tab, np.concatenate([quiet(0.5), loud(0.5), quiet(0.6)]))
    stop(qtbot, tab, page)

    page.board.events.choose(0)
    qtbot.mouseClick(page.board.play, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not tab.live.player.is_playing)

    (played,) = fake.played
    assert len(played) / 48_000 == pytest.approx(0.7, abs=0.1)
    assert np.abs(played).max() == pytest.approx(0.8, abs=0.01)


def test_events_are_saved_as_subtitles(qtbot, fake, desk, tab, page, tmp_path):
    from deepdesk.ui.tabs.inference.live.saving import EVENT_FORMATS, Saving

    listen(qtbot, fake, page)
    hear(qtbot, fake, tab, np.concatenate([quiet(0.5), loud(0.5), quiet(0.6)]))
    stop(qtbot, tab, page)
    saving = Saving(desk, "events", "heard", EVENT_FORMATS)

    saving.save(page.board.timeline.spans, tmp_path / "heard.srt")
    qtbot.waitUntil(lambda: not desk.jobs)

    assert "-->" in (tmp_path / "heard.srt").read_text()
    assert desk.notes[-1].text == "Saved 1 events to heard.srt"


def test_no_microphone_is_said_with_a_remedy(qtbot, fake, desk, tab):
    fake.devices = fake.known = []
    page = open_page(qtbot, desk, tab)

    qtbot.keyClick(page, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not tab.live.listening.is_running and not desk.jobs)

    assert page.problem.isVisible()
    assert page.problem.sentence.text() == "No microphone was found."
    assert "Connect one" in page.problem.hint.text()
    assert page.button.text() == "Start"


def test_a_busy_microphone_is_said_with_a_remedy(qtbot, fake, desk, tab, page):
    fake.devices[0].is_busy = True

    qtbot.mouseClick(page.button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: not tab.live.listening.is_running and not desk.jobs)

    assert page.problem.isVisible()
    assert "Close the program that uses it" in page.problem.hint.text()


def test_a_microphone_that_goes_away_leaves_what_was_heard(qtbot, fake, desk, tab, page):
    listen(qtbot, fake, page)
    hear(qtbot, fake, tab, loud(0.5))

    fake.unplug()
    qtbot.waitUntil(lambda: not tab.live.listening.is_running and not desk.jobs)

    assert page.problem.sentence.text() == "The microphone went away."
    assert heard(page) == ["seven"]
    assert not fake.open_streams


def test_the_chosen_microphone_is_kept_for_the_next_time(qtbot, fake, desk, tab):
    fake.devices.append(FakeDevice(name="Headset of paper", rates=(48_000,)))
    page = open_page(qtbot, desk, tab)
    at = page.devices.findText("Headset of paper")

    page.devices.setCurrentIndex(at)
    page.devices.activated.emit(at)
    qtbot.waitUntil(lambda: not desk.jobs)

    assert habits.load().microphone == "ALSA/Headset of paper"
    listen(qtbot, fake, page)
    assert fake.listening[0].device.name == "Headset of paper"
    stop(qtbot, tab, page)


def test_what_is_said_of_a_silent_microphone_goes_when_sound_comes(
    qtbot, monkeypatch, fake, tab, page
):
    monkeypatch.setattr(listening, "ZEROS_S", 0.1)
    listen(qtbot, fake, page)
    hear(qtbot, fake, tab, np.zeros(9_600, np.float32))
    qtbot.waitUntil(page.note.isVisible)

    hear(qtbot, fake, tab, loud(0.2))

    qtbot.waitUntil(page.note.isHidden, timeout=2_000)
    stop(qtbot, tab, page)


def test_what_waits_too_long_is_skipped_and_said(qtbot, fake, tab, page):
    # It waits for who listens first: what comes while somebody does can be kept up with.
    fake.hear(loud(2.0))
    listen(qtbot, fake, page)
    qtbot.waitUntil(lambda: tab.live.listening.memory.end_s > 1.9)
    hear(qtbot, fake, tab, quiet(0.2))

    qtbot.waitUntil(page.note.isVisible)

    assert "fell behind" in page.note.sentence.text()
    stop(qtbot, tab, page)
    assert tab.live.listening.memory.end_s == pytest.approx(2.2, abs=0.1)


def test_newer_weights_of_a_run_take_over_between_two_pieces(
    qtbot, fake, desk, tab, page, monkeypatch
):
    monkeypatch.setattr(work, "RENEWED_EVERY_S", 0.0)
    made = []
    networks = tab.live.listening._networks
    monkeypatch.setattr(networks, "_make", lambda *given: made.append(LivePredictor()) or made[-1])
    listen(qtbot, fake, page)
    hear(qtbot, fake, tab, loud(0.3))
    run = desk.project.runs.get(tab.inquiry.choice.model.run)

    run.checkpoints.commit(99, {"weights": b"w"}, meta={})
    hear(qtbot, fake, tab, loud(0.3))

    stop(qtbot, tab, page)
    assert [len(one.streams) for one in made] == [1, 1]


def test_the_time_to_an_answer_is_shown(qtbot, fake, tab, page):
    listen(qtbot, fake, page)
    hear(qtbot, fake, tab, loud(0.5))
    qtbot.waitUntil(lambda: "after the sound" in page.latency.text())

    stop(qtbot, tab, page)


def test_clearing_forgets_events_and_sound_while_listening_goes_on(qtbot, fake, tab, page):
    listen(qtbot, fake, page)
    hear(qtbot, fake, tab, np.concatenate([loud(0.5), quiet(0.6)]))
    qtbot.waitUntil(lambda: heard(page) == ["seven"])

    qtbot.mouseClick(page.board.empty, Qt.MouseButton.LeftButton)
    assert (heard(page), tab.live.listening.memory.end_s) == ([], 0.0)
    hear(qtbot, fake, tab, np.concatenate([loud(0.5, 0.3), quiet(0.6)]))
    qtbot.waitUntil(lambda: heard(page) == ["one"])

    assert page.board.events.events.events[0].start_s == pytest.approx(0.0, abs=0.06)
    stop(qtbot, tab, page)


def test_scores_of_classes_the_network_does_not_know_change_nothing():
    from deepdesk.ui.tabs.inference.live.recogniser import Recogniser

    follows = Recogniser(("a",), Tuning(thresholds={}), window_s=0.0)

    follows.take(LabelScores(scores=(("b", 1.0),)), 1.0)

    assert (follows.best, follows.scores) == (None, (0.0,))
