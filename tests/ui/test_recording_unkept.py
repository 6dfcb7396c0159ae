"""Takes that nobody decided about, sentences that are read, and a full disk while recording."""

import errno

import numpy as np
import pytest
import soundfile
from PySide6.QtCore import Qt

from deepdesk.project.recordings import About, GrowingTake
from tests.faults.calls import Fault, between
from tests.ui import dataset_stage, recording_stage
from tests.ui.recording_stage import voice

open_tab = dataset_stage.open_tab
machine, make_stage = recording_stage.machine, recording_stage.make_stage


def leave_behind(project, *, seconds=12.0, **about):
    """Write what a program that was killed while recording leaves."""
    take = GrowingTake(project.path, 8_000, About(**about))
    take.write(np.full(round(seconds * 8_000), 7_000, "<i2").tobytes())
    take._file.close()
    return take.path


def test_a_take_of_a_killed_program_is_offered_and_kept(make_stage):
    stage = make_stage()
    path = leave_behind(stage.project, label="yes", speaker="anna")
    stage.open()
    stage.settle()
    banner = stage.door.banner
    said = banner.sentence.text()

    banner.remedy.click()
    stage.wait(lambda: stage.take is not None)
    stage.keep()

    assert said.startswith("A recording of 12 s from ")
    assert said.endswith(" was not kept.")
    [sample] = stage.samples()
    assert (sample.label, sample.origin) == ("yes", "anna")
    assert soundfile.info(sample.path).frames == 96_000
    assert not path.exists()
    assert not banner.isVisible()


def test_several_takes_left_are_decided_one_after_the_other(make_stage):
    stage = make_stage()
    for label in ("no", "yes"):
        leave_behind(stage.project, seconds=1.0, label=label)
    stage.open()
    stage.settle()
    assert stage.door.banner.sentence.text().startswith("2 recordings were not kept")

    stage.door.banner.remedy.click()
    stage.wait(lambda: stage.take is not None)
    first = stage.take.about.label
    stage.page.buttons.discard.click()
    stage.wait(lambda: stage.take is not None and stage.take.about.label != first)
    stage.keep()

    assert len(stage.samples()) == 1
    assert stage.unkept() == []


def test_leaving_with_a_take_offers_it_at_once(make_stage, qtbot):
    stage = make_stage()
    page = stage.enter()
    stage.choose_class("yes")
    stage.record()

    qtbot.keyClick(page, Qt.Key.Key_Escape)
    stage.wait(stage.door.banner.isVisible)

    assert stage.space.middle.isVisible()
    assert stage.door.banner.sentence.text().startswith("A recording of 1.6 s from")
    stage.wait(lambda: not stage.machine.open_streams)


def test_leaving_while_recording_keeps_what_was_said_on_the_disk(make_stage):
    stage = make_stage()
    page = stage.enter()
    stage.choose_class("yes")
    stage.begin()
    stage.say(voice())

    page.done.click()
    stage.wait(stage.door.banner.isVisible)
    stage.wait(lambda: page.recorder._job is None)

    assert not stage.machine.open_streams
    assert len(stage.unkept()) == 1


def test_closing_the_project_while_recording_keeps_what_was_said(make_stage):
    stage = make_stage()
    page = stage.enter()
    stage.choose_class("yes")
    stage.begin()
    stage.say(voice())

    job = page.recorder._job
    stage.tab.close()
    assert job.wait(2000)
    stage.open()
    stage.settle()

    assert stage.door.banner.sentence.text().startswith("A recording of 1.6 s from")


def test_another_tab_ends_the_take_which_is_there_on_the_way_back(make_stage):
    stage = make_stage()
    page = stage.enter()
    stage.choose_class("yes")
    stage.begin()
    stage.say(voice())

    stage.tab.hide()
    stage.wait(lambda: stage.take is not None and not stage.machine.open_streams)
    stage.tab.show()
    stage.wait(lambda: page.recorder.is_open)

    assert page.stage.trim.isVisible()
    assert stage.take.length_s == pytest.approx(1.6)


def test_a_disk_that_fills_up_ends_the_take_and_keeps_it_for_trimming(make_stage):
    stage = make_stage()
    page = stage.enter()
    stage.choose_class("yes")
    stage.begin()
    stage.say(voice())
    grown = stage.unkept()[0].stat().st_size

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(GrowingTake, "write", _full)
        stage.machine.hear(voice())
        stage.wait(lambda: stage.take is not None)

    assert "is full" in page.banner.sentence.text()
    assert "What was recorded until then is here." in page.banner.hint.text()
    assert stage.take.length_s >= 1.6
    assert stage.unkept()[0].stat().st_size >= grown


def _full(self, _samples):
    from deepdesk.project.full_disk import storage_error

    raise storage_error(OSError(errno.ENOSPC, "No space left"), self.path)


def test_a_disk_that_is_full_while_keeping_loses_nothing(make_stage):
    stage = make_stage()
    page = stage.enter()
    stage.choose_class("yes")
    stage.record()

    with between(Fault(1, "ENOSPC", lasting=True)):
        page.buttons.keep.click()
        stage.wait(page.banner.isVisible)
    assert stage.samples() == []
    assert stage.take is not None
    page.buttons.keep.click()
    stage.wait(lambda: stage.take is None)
    stage.settle()

    assert len(stage.samples()) == 1


@pytest.mark.parametrize("name", ["a/b\\c", "x" * 200, "../.."])
def test_a_class_of_any_legal_name_is_recorded_under_that_name(make_stage, name):
    stage = make_stage()
    stage.enter()
    stage.choose_class(name)
    stage.record(voice(0.2, quiet_s=0.1))
    stage.keep()

    [sample] = stage.samples()
    assert sample.label == name
    assert sample.path.is_relative_to(stage.project.path / "recordings")


def test_a_name_that_no_class_may_have_says_why(make_stage):
    stage = make_stage()
    page = stage.enter()
    assert page.buttons.why.text() == "Choose a class, or type a new one."

    stage.choose_class("x" * 201)

    assert "201 characters" in page.buttons.why.text()
    assert not page.buttons.record.isEnabled()


def test_sentences_are_read_one_after_the_other_and_become_transcripts(make_stage):
    stage = make_stage("speech_to_text", classes=())
    page = stage.enter()
    stage.wait(lambda: bool(page.subject.sentences))
    first, second = page.subject.sentences[:2]
    for _ in range(2):
        stage.record()
        stage.keep()

    samples = stage.samples()
    assert [sample.target for sample in samples] == [first, second]
    assert page.subject.place.text() == "3 of 40"
    assert soundfile.info(samples[0].path).samplerate == 16_000


def test_a_sentence_stays_legible_while_it_is_read(make_stage):
    stage = make_stage("speech_to_text", classes=())
    page = stage.enter()
    stage.wait(lambda: bool(page.subject.sentences))

    stage.begin()

    assert page.subject.words.isEnabled()
    assert not page.subject.forward.isEnabled()
    stage.page.buttons.record.click()


def test_something_of_ones_own_is_typed_afterwards(make_stage, qtbot):
    stage = make_stage("speech_to_text", classes=())
    page = stage.enter()
    stage.wait(lambda: bool(page.subject.sentences))
    page.subject.free.click()
    stage.record()
    assert not page.buttons.keep.isEnabled()
    assert page.buttons.why.text() == "Type what was said, then keep it."

    qtbot.keyClicks(page.subject.typed, "Hello there")
    qtbot.keyClick(page.subject.typed, Qt.Key.Key_Return)
    qtbot.keyClick(page, Qt.Key.Key_Return)
    stage.wait(lambda: stage.take is None)
    stage.settle()

    assert [sample.target for sample in stage.samples()] == ["Hello there"]


def test_a_list_of_sentences_is_pasted_and_stays_with_the_project(make_stage):
    stage = make_stage("speech_to_text", classes=())
    page = stage.enter()
    stage.wait(lambda: bool(page.subject.sentences))
    page.subject.others.click()

    page.subject.list.text.setPlainText("One fish.\n\nTwo fish.\n")
    page.subject.list.use.click()
    stage.wait(lambda: page.subject.place.text() == "1 of 2")
    page.subject.back.click()
    assert page.subject.words.text() == "Two fish."
    stage.tab.close()

    stage.open()
    stage.enter()
    stage.wait(lambda: stage.page.subject.sentences == ["One fish.", "Two fish."])


def test_a_file_without_sentences_is_a_plain_sentence(make_stage, tmp_path):
    stage = make_stage("speech_to_text", classes=())
    page = stage.enter()
    (tmp_path / "empty.txt").write_text("\n")

    page.subject.file_asked.emit(tmp_path / "empty.txt")
    stage.wait(page.banner.isVisible)

    assert page.banner.sentence.text() == "empty.txt has no sentences."
