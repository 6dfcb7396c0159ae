"""Takes in a row: how the next one begins, and how a person ends it."""

import numpy as np
from PySide6.QtCore import Qt

from deepdesk.ui.tabs.dataset.recording.level_meter import NOTHING, Loudness, loudness_words
from tests.ui import dataset_stage, recording_stage
from tests.ui.recording_stage import RATE_HZ, voice

KEY = Qt.Key
open_tab, project = dataset_stage.open_tab, dataset_stage.project
machine, make_stage = recording_stage.machine, recording_stage.make_stage


def test_stop_ends_a_row_whose_takes_end_by_themselves(make_stage):
    stage = make_stage()
    page = stage.enter()
    stage.choose_class("no")
    page.row.in_a_row.click()
    page.row.length.setCurrentIndex(page.row.length.findData(1.0))
    page.row.length.activated.emit(1)

    stage.begin()
    stage.machine.hear(voice(1.0, quiet_s=0.2))
    stage.wait(lambda: len(stage.samples()) == 1)
    stage.wait_for_take()
    stage.say(voice(0.4, quiet_s=0.1))
    page.buttons.record.click()
    stage.wait(lambda: stage.take is not None)
    assert not page.buttons.next.isVisible()
    assert page.buttons.discard.isEnabled()
    page.buttons.discard.click()
    stage.settle()

    assert not page.sitting.is_busy
    assert not page.sitting.row.is_under_way
    assert len(stage.samples()) == 1


def test_a_row_goes_on_with_next_take_and_ends_with_stop(make_stage, qtbot):
    stage = make_stage()
    page = stage.enter()
    stage.choose_class("no")
    qtbot.keyClick(page.subject.combo.lineEdit(), KEY.Key_Return)
    page.row.in_a_row.click()

    stage.begin()
    for number, goes_on in enumerate(
        (page.buttons.next.click, lambda: qtbot.keyClick(page, KEY.Key_Space)), start=1
    ):
        stage.say(voice())
        assert page.buttons.next.isVisible()
        goes_on()
        stage.wait(lambda count=number: len(stage.samples()) == count)
        stage.wait_for_take()
    stage.say(voice())
    page.buttons.record.click()
    stage.wait(lambda: stage.take is not None)
    stage.keep()
    stage.settle()

    assert len(stage.samples()) == 3
    assert not page.sitting.is_busy


def test_what_was_said_of_a_take_goes_with_it(make_stage):
    stage = make_stage()
    page = stage.enter()
    stage.choose_class("no")
    stage.record(np.zeros(RATE_HZ, np.float32))
    assert page.banner.isVisible()

    page.buttons.discard.click()

    assert not page.banner.isVisible()


def test_in_a_narrow_window_the_page_has_the_room_of_the_right_column(make_stage):
    stage = make_stage()
    stage.enter()
    stage.choose_class("no")
    stage.record()
    stage.keep()
    page, right = stage.page, stage.space.right
    stage.tab.resize(1280, 600)
    assert right.isVisible()

    stage.tab.resize(960, 600)
    assert not right.isVisible()
    for part in (page.row.look, page.row.length, page.subject.room):
        assert part.width() >= part.sizeHint().width()
    page.leave()

    assert right.isVisible()


def test_nothing_but_zeros_is_said_calmly():
    loudness = Loudness()
    loudness.hear(np.zeros(2 * RATE_HZ, np.float32), RATE_HZ)

    assert loudness_words(loudness) == (NOTHING, "warn")
