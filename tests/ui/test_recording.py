"""Recording in the Dataset tab, driven as a person, with a microphone of paper."""

import sys

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import QPoint, Qt

from tests.fake_portaudio import FakeDevice, FakePortAudio, loudspeaker
from tests.ui import dataset_stage, recording_stage
from tests.ui.recording_stage import RATE_HZ, voice

KEY = Qt.Key
open_tab, project = dataset_stage.open_tab, dataset_stage.project
machine, make_stage = recording_stage.machine, recording_stage.make_stage


def test_a_word_is_recorded_trimmed_and_kept_as_a_sample_of_its_class(make_stage):
    stage = make_stage()
    page = stage.enter()
    page.row.speaker.setText("anna")
    page.row.speaker.editingFinished.emit()
    stage.choose_class("yes")

    take = stage.record()
    start_s, end_s = page.stage.trim.range_s
    stage.keep()

    # A tone of 0.6 s from 0.5 s on, with a tenth of a second around it.
    assert take.length_s == pytest.approx(1.6)
    assert (start_s, end_s) == (pytest.approx(0.4, abs=0.02), pytest.approx(1.2, abs=0.02))
    [sample] = stage.samples()
    assert (sample.path.name, sample.label, sample.origin) == ("yes_anna_1.wav", "yes", "anna")
    assert sample.path.parent == stage.project.path / "recordings" / "yes"
    kept, rate_hz = soundfile.read(sample.path, dtype="float32")
    assert soundfile.info(sample.path).subtype == "PCM_16"
    first = round(start_s * RATE_HZ)
    assert rate_hz == RATE_HZ
    assert np.abs(kept - voice()[first : first + len(kept)]).max() < 1e-4
    assert not stage.unkept()


def test_keeping_is_taken_back_by_undo_and_the_file_stays(make_stage):
    stage = make_stage()
    stage.enter()
    stage.choose_class("maybe")
    stage.record()
    stage.keep()
    [sample] = stage.samples()

    stage.tab._desk.undo.undo()
    stage.settle()

    assert stage.samples() == []
    assert [row.name for row in stage.space.overview.classes] == ["no", "yes"]
    assert sample.path.exists()


def test_discarding_deletes_the_take_and_adds_nothing(make_stage):
    stage = make_stage()
    page = stage.enter()
    stage.choose_class("yes")
    stage.record()

    page.buttons.discard.click()
    stage.settle()

    assert stage.take is None
    assert (stage.samples(), stage.unkept()) == ([], [])


def test_again_records_the_same_once_more(make_stage):
    stage = make_stage()
    page = stage.enter()
    stage.choose_class("yes")
    stage.record()

    page.buttons.again.click()
    stage.wait_for_take()
    stage.say(voice(0.3))
    page.buttons.record.click()
    stage.wait(lambda: stage.take is not None)

    assert stage.take.length_s == pytest.approx(1.3)
    assert len(stage.unkept()) == 1


def test_a_countdown_is_shown_and_can_be_called_off(make_stage):
    stage = make_stage()
    page = stage.enter()
    stage.choose_class("yes")
    page.recorder.second.setInterval(100_000)
    counted = []
    page.recorder.counted.connect(counted.append)

    page.buttons.record.click()
    assert page.stage.count.isVisible()
    page.recorder.second.timeout.emit()
    page.recorder.second.timeout.emit()
    assert page.buttons.record.text() == "Call off"
    page.buttons.record.click()

    assert counted == [3, 2, 1, 0]
    assert not page.stage.count.isVisible()
    assert not page.recorder.is_recording


def test_keys_begin_end_and_keep_a_take(make_stage, qtbot):
    stage = make_stage()
    page = stage.enter()
    stage.choose_class("yes")
    qtbot.keyClick(page.subject.combo.lineEdit(), KEY.Key_Return)

    qtbot.keyClick(page, KEY.Key_Space)
    stage.wait_for_take()
    stage.say(voice())
    qtbot.keyClick(page, KEY.Key_Space)
    stage.wait(lambda: stage.take is not None)
    qtbot.keyClick(page, KEY.Key_Return)
    stage.wait(lambda: stage.take is None)
    stage.settle()

    assert [sample.label for sample in stage.samples()] == ["yes"]


def test_several_takes_in_a_row_are_kept_until_one_is_next_to_nothing(make_stage):
    stage = make_stage()
    page = stage.enter()
    stage.choose_class("no")
    page.row.in_a_row.click()
    page.row.length.setCurrentIndex(page.row.length.findData(1.0))
    page.row.length.activated.emit(1)

    stage.begin()
    for number in range(1, 3):
        stage.machine.hear(voice(1.0, quiet_s=0.2))
        stage.wait(lambda count=number: len(stage.samples()) == count)
        stage.wait_for_take()
    stage.machine.hear(np.full(RATE_HZ + 960, 1e-3))
    stage.wait(lambda: stage.take is not None)

    assert stage.take.length_s == 1.0
    assert not page.recorder.is_recording
    assert [sample.label for sample in stage.samples()] == ["no", "no"]


def test_the_noise_of_the_room_becomes_pieces_of_a_class_of_its_own(make_stage):
    stage = make_stage()
    page = stage.enter()
    noise = np.random.default_rng(1).normal(0.0, 0.02, 30 * RATE_HZ + 960).astype(np.float32)

    page.subject.room.click()
    stage.wait_for_take()
    assert page.buttons.why.text().startswith("Background noise")
    for start in range(0, len(noise), 10 * RATE_HZ):
        stage.machine.hear(noise[start : start + 10 * RATE_HZ])
        if start + 10 * RATE_HZ < len(noise):
            stage.wait(lambda end=start: _taken_s(page) >= (end + 9 * RATE_HZ) / RATE_HZ)
    stage.wait(lambda: stage.take is not None)
    assert page.stage.trim.range_s == (0.0, 30.0)
    stage.keep()

    samples = stage.samples()
    assert {sample.label for sample in samples} == {"background"}
    assert len(samples) == 30
    assert {sample.split for sample in samples} == {"train", "validation", "test"}
    assert soundfile.info(samples[0].path).duration == 1.0


def _taken_s(page):
    words = page.stage.time.text().split(" ")[0]
    return float(words or 0.0)


def test_a_microphone_that_is_unplugged_leaves_what_was_said_for_trimming(make_stage):
    stage = make_stage()
    page = stage.enter()
    stage.choose_class("yes")
    stage.begin()
    stage.say(voice())

    stage.machine.unplug()
    stage.wait(lambda: stage.take is not None)
    stage.wait(lambda: not page.recorder.is_open)

    assert page.banner.sentence.text() == "The microphone went away."
    assert page.banner.hint.text() == ("Connect it again. What was recorded until then is here.")
    assert stage.take.length_s == pytest.approx(1.6)
    stage.keep()
    assert len(stage.samples()) == 1
    assert page.buttons.why.text() == "The microphone is not open."


def test_a_microphone_that_is_plugged_in_is_found_by_looking_again(make_stage, machine):
    machine.devices = machine.known = [loudspeaker()]
    stage = make_stage()
    page = stage.enter(listens=False)
    stage.wait(page.banner.isVisible)
    assert str(page.banner.sentence.text()) == "No microphone was found."

    machine.devices.append(FakeDevice(name="Headset"))
    page.banner.remedy.click()
    stage.wait(lambda: page.recorder.is_open)

    assert [page.row.microphone.itemText(at) for at in range(2)] == ["As the system", "Headset"]
    assert not page.banner.isVisible()


def test_that_no_microphone_was_found_is_said_no_more_once_one_listens(make_stage, machine):
    machine.devices = machine.known = [loudspeaker()]
    stage = make_stage()
    page = stage.enter(listens=False)
    stage.wait(page.banner.isVisible)
    page.done.click()

    machine.devices.append(FakeDevice())
    stage.enter()

    assert not page.banner.isVisible()


def test_a_busy_microphone_is_a_plain_sentence(make_stage, machine):
    machine.devices[0].is_busy = True
    stage = make_stage()
    page = stage.enter(listens=False)
    stage.wait(page.banner.isVisible)

    assert page.banner.sentence.text() == "The microphone could not be opened."
    assert not page.buttons.record.isEnabled()


def test_a_machine_without_portaudio_says_what_to_install(make_stage, monkeypatch):
    monkeypatch.setitem(sys.modules, "sounddevice", None)
    stage = make_stage()
    page = stage.enter(listens=False)
    stage.wait(page.banner.isVisible)

    assert "libportaudio2" in page.banner.hint.text()


def test_the_chosen_microphone_and_speaker_are_there_the_next_time(make_stage, machine):
    machine.devices.append(FakeDevice(name="Headset", rate_hz=16_000, rates=(16_000,)))
    stage = make_stage()
    page = stage.enter()
    page.row.speaker.setText("bob")
    page.row.speaker.editingFinished.emit()
    page.row.microphone.setCurrentIndex(2)
    page.row.microphone.activated.emit(2)
    stage.wait(lambda: stage.machine.streams[-1].samplerate == 16_000 and page.recorder.is_open)
    stage.settle()
    stage.tab.close()

    stage.open()
    page = stage.enter()
    stage.wait(lambda: page.row.speaker.text() == "bob")
    stage.wait(lambda: page.recorder.is_open and stage.machine.streams[-1].device.name == "Headset")

    assert page.row.microphone.currentText() == "Headset"


def test_exact_zeros_are_said_to_be_a_closed_microphone(make_stage):
    stage = make_stage()
    page = stage.enter()
    stage.choose_class("yes")

    stage.record(np.zeros(2 * RATE_HZ, np.float32))

    assert page.banner.sentence.text() == "The microphone gives nothing at all."
    assert "Nothing at all" in page.stage.level.text()


def test_the_level_says_what_to_do_about_it(make_stage):
    stage = make_stage()
    page = stage.enter()
    said = []
    for level in (0.001, 0.03, 0.3, 1.2):
        page.stage.meter.rest()
        stage.say(voice(0.5, quiet_s=0.0, level=level))
        said.append(page.stage.level.text().split(":")[0])

    assert said == ["Very quiet", "Quiet", "Good", "Too loud"]
    assert page.stage.meter.loudness.is_clipped


def test_not_a_number_from_a_device_is_silence_in_the_file(make_stage):
    stage = make_stage()
    stage.enter()
    stage.choose_class("yes")
    samples = voice()
    samples[40_000:40_100] = np.nan
    samples[40_100:40_200] = np.inf
    stage.record(samples)
    stage.keep()

    [sample] = stage.samples()
    kept, _ = soundfile.read(sample.path)
    assert np.isfinite(kept).all()
    assert kept.max() == pytest.approx(1.0, abs=1e-3)


def test_handles_are_dragged_and_snap_back_to_the_sound(make_stage, qtbot):
    stage = make_stage()
    page = stage.enter()
    stage.choose_class("yes")
    stage.record()
    trim = page.stage.trim
    edges = trim.edges_s
    middle = trim.height() // 2

    def point(second):
        return QPoint(round(trim.axis.x_of(second)), middle)

    qtbot.mousePress(trim, Qt.MouseButton.LeftButton, pos=point(edges[0]))
    qtbot.mouseMove(trim, point(0.8))
    dragged_s = trim.range_s[0]
    qtbot.mouseMove(trim, point(edges[0]) + QPoint(4, 0))
    snapped_s = trim.range_s[0]
    qtbot.mouseRelease(trim, Qt.MouseButton.LeftButton, pos=point(edges[0]))
    qtbot.keyClick(trim, KEY.Key_Left, Qt.KeyboardModifier.ShiftModifier)

    assert dragged_s == pytest.approx(0.8, abs=0.01)
    assert snapped_s == edges[0]
    assert trim.range_s[1] == pytest.approx(edges[1] - 0.01)
    qtbot.mouseDClick(trim, Qt.MouseButton.LeftButton, pos=point(0.9))
    assert trim.range_s == edges


def test_listening_plays_what_is_kept(make_stage):
    stage = make_stage()
    page = stage.enter()
    stage.choose_class("yes")
    stage.record()

    page.buttons.listen.click()
    stage.wait(lambda: not page.stage.trim.is_playing)

    [played] = stage.machine.played
    assert len(played) == len(page.stage.trim.kept_T)


def test_nothing_can_be_recorded_into_a_project_that_is_only_read(make_stage, monkeypatch):
    stage = make_stage()
    stage.tab.close()
    stage.project.read_only = True
    stage.open()

    assert not stage.door.button.isEnabled()
    assert stage.door.button.toolTip() == (
        "The project is open for reading only. Copy it to a folder that may be written."
    )
    stage.project.read_only = False


def test_a_project_of_pictures_offers_no_recording(open_tab, project):
    tab = open_tab(project)

    assert not tab.workspace.recording.is_offered


def test_no_device_at_all_is_no_error_of_ours(make_stage, machine):
    machine.devices = machine.known = []
    stage = make_stage()
    page = stage.enter(listens=False)
    stage.wait(page.banner.isVisible)

    assert isinstance(machine, FakePortAudio)
    assert page.banner.remedy.text() == "Look again"


def test_choices_that_are_read_late_do_not_empty_the_list_of_microphones(make_stage):
    stage = make_stage()
    page = stage.enter()

    stage.door.shelf.ask_habits()
    stage.settle()

    assert page.row.microphone.count() == 2


def test_the_noise_of_a_room_without_a_microphone_is_refused_in_words(make_stage, machine):
    machine.devices = machine.known = []
    stage = make_stage()
    page = stage.enter(listens=False)
    stage.wait(page.banner.isVisible)

    page.subject.room.click()

    assert page.banner.sentence.text() == "The microphone is not open."
