"""States of the projects of sounds: recording, what errs, answers that run along, long sounds."""

from __future__ import annotations

import wave
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from deepdesk.ui.shots_microphone import TAPE, plug_in
from deepdesk.ui.shots_sample import (
    ask,
    ask_many,
    close_dialogs,
    dataset_tab,
    finish,
    inference_tab,
    open_mistake,
    paths_of_test,
    sample_project,
    train,
)
from deepdesk.ui.shots_stage import Shot, Stage

if TYPE_CHECKING:
    from deepdesk.ui.tabs.dataset.recording.page import RecordPage
    from deepdesk.ui.tabs.inference.live.live import Live

SOUNDS, SPEECH = "audio_classification", "speech_to_text"
PAUSE_S, LONG_PAUSE_S = 0.5, 0.9
# Long enough to be read in pieces and answered with a timeline.
LONG_S = 96.0
TAKE_S, ROOM = 1.6, 0.002
HEARD_EVENTS, HEARD_SENTENCES, GROWN = 11, 3, 4
Sounds = tuple[list[NDArray[np.float32]], int]


def _project(key: str) -> Callable[[Stage], None]:
    """Return what opens the sample project of a task, with a microphone."""

    def enter(stage: Stage) -> None:
        plug_in()
        sample_project(key)(stage)

    return enter


def _sounds(stage: Stage, count: int) -> Sounds:
    from deepdesk.data.sound_files import read_sound

    sounds = [read_sound(path) for path in paths_of_test(stage, count)]
    # In a mixed order: classes lie one after the other.
    places = np.random.default_rng(1).permutation(len(sounds))
    return [sounds[place].samples_T for place in places], sounds[0].rate_hz


def _record(stage: Stage) -> None:
    """Open the page where samples are recorded, with a microphone that hears a quiet room."""
    TAPE.insert((), TAPE.rate_hz, 0.0)
    stage.window.show_tab("dataset")
    space = dataset_tab(stage).workspace
    assert space is not None
    space.recording.open()
    page = _record_page(stage)
    stage.until(lambda: page.recorder.is_open)
    stage.settle(2.0)


def _record_page(stage: Stage) -> RecordPage:
    space = dataset_tab(stage).workspace
    assert space is not None
    assert space.recording.page is not None
    return space.recording.page


def _record_class(stage: Stage) -> None:
    from deepdesk.ui.tabs.dataset.recording.subjects import ClassSubject

    _record(stage)
    subject = _record_page(stage).subject
    assert isinstance(subject, ClassSubject)
    subject.combo.setCurrentIndex(subject.combo.count() - 1)
    stage.settle()


def _count_down(stage: Stage) -> None:
    page = _record_page(stage)
    page.sitting.toggle()
    stage.settle(0.3)


def _take(stage: Stage) -> None:
    """Let the countdown end and record a sound; the microphone holds still for the picture."""
    from deepdesk.data.sound_files import read_sound
    from deepdesk.project.index import Filter

    page = _record_page(stage)
    stage.until(lambda: page.recorder.is_recording)
    (row,) = stage.desk.index.page(Filter(class_id=stage.desk.index.classes()[-1].id), 0, 1)
    sound = read_sound(Path(row.path))
    TAPE.insert([sound.samples_T], sound.rate_hz, PAUSE_S)
    stage.settle(TAKE_S)
    TAPE.hold()
    stage.settle()


def _trim(stage: Stage) -> None:
    page = _record_page(stage)
    page.sitting.toggle()
    stage.until(lambda: page.sitting.take is not None)
    stage.settle()


def _leave_recording(stage: Stage) -> None:
    page = _record_page(stage)
    page.sitting.discard()
    page.leave()
    stage.quiet()


def _no_microphone(stage: Stage) -> None:
    TAPE.is_plugged = False
    dataset_tab(stage)
    space = dataset_tab(stage).workspace
    assert space is not None
    space.recording.open()
    page = _record_page(stage)
    stage.until(page.banner.isVisible)
    stage.settle()


def _plug_in(stage: Stage) -> None:
    TAPE.is_plugged = True
    _record_page(stage).leave()
    stage.quiet()


def _ask_long(stage: Stage) -> None:
    """Ask about a recording made of sounds of the test split with pauses of noise between."""
    stage.window.show_tab("inference")
    sounds, rate_hz = _sounds(stage, 40)
    chance = np.random.default_rng(3)
    made_T = (chance.standard_normal(round(LONG_S * rate_hz)) * ROOM).astype(np.float32)
    at = round(LONG_PAUSE_S * rate_hz)
    for sound_T in sounds * 4:
        if at + len(sound_T) > len(made_T):
            break
        made_T[at : at + len(sound_T)] += sound_T
        at += len(sound_T) + round(chance.uniform(0.6, 3.0) * LONG_PAUSE_S * rate_hz)
    path = stage.home / "A long recording.wav"
    with wave.open(str(path), "wb") as file:
        file.setparams((1, 2, rate_hz, len(made_T), "NONE", ""))
        file.writeframes((made_T.clip(-1.0, 1.0) * 32767).astype("<i2").tobytes())
    stage.window.tabs.drop([path])
    stage.settle(3.0)
    stage.quiet()


def _live(stage: Stage) -> Live:
    live = inference_tab(stage).live
    assert live is not None
    return live


def _listen(stage: Stage) -> None:
    """Open the page of the microphone and let it hear sounds of the test split."""
    tab = inference_tab(stage)
    stage.window.show_tab("inference")
    assert tab.workspace.top.live is not None
    tab.workspace.top.live.click()
    stage.quiet()
    sounds, rate_hz = _sounds(stage, 24)
    TAPE.insert((), rate_hz, 0.0)
    _live(stage).listening.start()
    assert tab.workspace.live is not None
    button = tab.workspace.live.level
    stage.until(lambda: button.share > 0.0)
    stage.settle(1.0)
    TAPE.insert(sounds, rate_hz, PAUSE_S)


def _live_sounds(stage: Stage) -> None:
    from deepdesk.ui.tabs.inference.live.scores_board import ScoresBoard

    _listen(stage)
    page = inference_tab(stage).workspace.live
    assert page is not None
    board = page.board
    assert isinstance(board, ScoresBoard)
    is_heard = board.events.events.events
    stage.until(lambda: len(is_heard) >= HEARD_EVENTS and bool(page.board.line.figure), 60.0)
    TAPE.hold()
    stage.settle()


def _live_text(stage: Stage) -> None:
    """Listen until some sentences are over and another one grows."""
    from deepdesk.ui.tabs.inference.live.text_board import TextBoard

    _listen(stage)
    page = inference_tab(stage).workspace.live
    assert page is not None
    board = page.board
    assert isinstance(board, TextBoard)
    stage.until(
        lambda: len(board.sentences) >= HEARD_SENTENCES and len(board.growing) >= GROWN, 60.0
    )
    TAPE.hold()
    stage.settle()


def _stop_listening(stage: Stage) -> None:
    listening = _live(stage).listening
    listening.stop()
    stage.until(lambda: not listening.is_running)
    stage.quiet()


def _selected(stage: Stage) -> None:
    from PySide6.QtCore import QPoint, Qt
    from PySide6.QtTest import QTest

    space = dataset_tab(stage).workspace
    assert space is not None
    bar = space.grid.verticalScrollBar()
    # To where one class ends and another one begins.
    bar.setValue(bar.maximum() // 3)
    stage.quiet()
    QTest.mouseClick(space.grid.viewport(), Qt.MouseButton.LeftButton, pos=QPoint(160, 160))
    stage.settle(1.0)
    stage.quiet()


# Each begins with a project of its own, whatever was there before.
CLASSES: Sequence[Shot] = (
    Shot(name="sound-dataset", enter=_project(SOUNDS), begins=True),
    Shot(name="sound-selected", enter=_selected),
    Shot(name="sound-record-none", enter=_no_microphone, leave=_plug_in),
    Shot(name="sound-record-ready", enter=_record_class),
    Shot(name="sound-record-count", enter=_count_down),
    Shot(name="sound-record-running", enter=_take),
    Shot(name="sound-record-take", enter=_trim, leave=_leave_recording),
    Shot(name="sound-training", enter=train(3)),
    Shot(name="sound-trained", enter=finish),
    Shot(name="sound-answer", enter=ask),
    Shot(name="sound-answers", enter=ask_many),
    Shot(name="sound-timeline", enter=_ask_long),
    Shot(name="sound-live", enter=_live_sounds, leave=_stop_listening),
)

TEXTS: Sequence[Shot] = (
    Shot(name="speech-dataset", enter=_project(SPEECH), begins=True),
    Shot(name="speech-selected", enter=_selected),
    Shot(name="speech-record-ready", enter=_record, leave=_leave_recording),
    Shot(name="speech-training", enter=train(18)),
    Shot(name="speech-trained", enter=finish),
    Shot(name="speech-mistake", enter=open_mistake, leave=close_dialogs),
    Shot(name="speech-answer", enter=ask),
    Shot(name="speech-timeline", enter=_ask_long),
    Shot(name="speech-live", enter=_live_text, leave=_stop_listening),
)
