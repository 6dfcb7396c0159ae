"""The pictures of every state: what is in them, and in which order they are taken."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QApplication, QDialog, QMenu, QWidget

from deepdesk.core.errors import DeviceError
from deepdesk.core.work import StopToken
from deepdesk.ui.shots import SHOTS, main, take, until_named
from deepdesk.ui.shots_microphone import NAME, ROOM, plug_in
from deepdesk.ui.shots_stage import Shot, seen
from deepdesk.ui.sound_host import HOST
from deepdesk.ui.sound_input import input_devices, opened_microphone

ROOT = Path(__file__).resolve().parents[2]
RED, BLUE = "#ff0000", "#0000ff"
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


class PaperStage:
    """Writes down what is asked of it."""

    def __init__(self, window):
        self.app = QApplication.instance()
        self.window = window
        self.told = []

    def settle(self):
        self.told.append("settled")

    def picture(self):
        self.told.append("picture")
        return self.window.grab()


def painted(widget, colour, size):
    widget.setStyleSheet(f"background: {colour}")
    widget.resize(*size)
    return widget


@pytest.fixture
def red(qtbot):
    window = painted(QWidget(), RED, (300, 200))
    qtbot.addWidget(window)
    window.show()
    return window


def colour_at(picture, x, y):
    return picture.toImage().pixelColor(x, y).name()


def shot(name):
    return Shot(
        name=name,
        enter=lambda stage: stage.told.append(f"enter {name}"),
        leave=lambda stage: stage.told.append(f"leave {name}"),
    )


def test_every_state_has_a_name_of_its_own():
    names = [shot.name for shot in SHOTS]

    assert len({*names}) == len(names)


def test_a_state_is_reached_through_all_before_it():
    assert until_named("") == SHOTS
    assert until_named(SHOTS[3].name) == SHOTS[:4]
    assert until_named("training")[-1].name == "training-error"


def test_a_name_that_no_state_has_is_refused_with_those_there_are(capsys, tmp_path):
    with pytest.raises(SystemExit) as left:
        main([str(tmp_path), "--only", "kitchen"])

    assert left.value.code == 2
    assert "dataset-loaded" in capsys.readouterr().err


def test_the_states_of_the_workshop_are_shown():
    names = {shot.name.removeprefix("architecture-") for shot in SHOTS}

    assert names >= {"palette", "typing", "broken", "several", "group-open", "group-closed"}
    assert names >= {"times", "tools", "fit", "surgery", "compare", "inside"}


def test_the_states_of_training_are_shown():
    names = {shot.name.removeprefix("training-") for shot in SHOTS}

    assert names >= {"outlook", "settings", "rate", "disk-full", "retreat", "queue"}
    assert names >= {"choices", "search-new", "search-running", "search", "table"}


def test_a_state_is_saved_light_and_dark_and_then_left(red, tmp_path):
    stage = PaperStage(red)

    made = take(tmp_path, stage, [shot("one"), shot("two")])

    assert [path.name for path in made] == [
        "one-light.png",
        "one-dark.png",
        "two-light.png",
        "two-dark.png",
    ]
    assert all(path.stat().st_size for path in made)
    steps = [told for told in stage.told if " " in told or told == "picture"]
    assert steps == [
        "enter one",
        "picture",
        "picture",
        "leave one",
        "enter two",
        "picture",
        "picture",
        "leave two",
    ]


def test_with_one_name_the_others_are_only_passed_through(red, tmp_path):
    stage = PaperStage(red)

    made = take(tmp_path, stage, [shot("one"), shot("two")], only="tw")

    assert [path.stem for path in made] == ["two-light", "two-dark"]
    assert "leave one" in stage.told


def test_a_question_lies_in_the_middle_of_the_window(red, qtbot):
    dialog = painted(QDialog(red), BLUE, (100, 60))
    dialog.setModal(True)
    dialog.show()

    picture = seen(red, [red, dialog])

    assert (picture.width(), picture.height()) == (300, 200)
    assert colour_at(picture, 150, 100) == BLUE
    assert colour_at(picture, 20, 20) == RED


def test_a_menu_lies_where_it_opened(red):
    menu = QMenu(red)
    menu.addAction("Tools")
    menu.setStyleSheet(f"QMenu, QMenu::item {{ background: {BLUE} }}")
    menu.popup(red.mapToGlobal(QPoint(40, 50)))

    picture = seen(red, [red, menu])
    menu.close()

    assert colour_at(picture, 44, 54) == BLUE
    assert colour_at(picture, 20, 20) == RED


def test_a_window_beside_is_shown_alone(red):
    dialog = painted(QDialog(red), BLUE, (120, 90))
    dialog.show()

    picture = seen(red, [red, dialog])

    assert (picture.width(), picture.height()) == (120, 90)
    assert colour_at(picture, 60, 45) == BLUE


def test_what_is_hidden_is_not_in_the_picture(red):
    dialog = painted(QDialog(red), BLUE, (120, 90))

    assert colour_at(seen(red, [red, dialog]), 150, 100) == RED


def test_the_readme_shows_the_pictures_there_are():
    text = (ROOT / "README.md").read_text(encoding="utf-8")

    shown = set(re.findall(r"\((resources/pictures/[^)]+)\)", text))

    assert shown == {
        f"resources/pictures/{p.name}" for p in (ROOT / "resources/pictures").iterdir()
    }
    assert {re.sub(r".*/(.*)-(light|dark)\.png", r"\1", name) for name in shown} <= {
        shot.name for shot in SHOTS
    }


def test_the_states_of_sounds_are_shown():
    names = {shot.name for shot in SHOTS}

    assert names >= {f"sound-{of}" for of in ("dataset", "selected", "timeline", "live")}
    assert names >= {f"sound-record-{of}" for of in ("none", "ready", "count", "running", "take")}
    assert names >= {f"speech-{of}" for of in ("training", "mistake", "timeline", "live")}


def test_the_states_of_boxes_masks_and_numbers_are_shown():
    names = {shot.name for shot in SHOTS}

    assert names >= {f"boxes-{of}" for of in ("dataset", "label", "trained", "answer", "film")}
    assert names >= {f"mask-{of}" for of in ("dataset", "label", "trained", "answer")}
    assert names >= {"number-trained", "number-drive"}
    assert [until_named(f"{one}-")[0].name for one in ("boxes", "mask", "number")] == [
        "boxes-dataset",
        "mask-dataset",
        "number-dataset",
    ]


def test_sounds_are_shown_without_the_pictures_before_them():
    assert until_named("sound")[0].name == "sound-dataset"
    assert until_named("speech-live")[0].name == "speech-dataset"
    assert until_named("speech-live")[-1].name == "speech-live"


@pytest.fixture
def tape():
    yield plug_in()
    HOST.use(None)


def test_the_microphone_of_the_pictures_hears_its_tape(tape):
    sound_T = np.sin(np.arange(400) / 5).astype(np.float32)
    tape.insert([sound_T], 8_000, pause_s=0.01)
    assert [device.name for device in input_devices()] == [NAME]

    microphone = opened_microphone(None, 16_000)
    heard = []
    while sum(map(len, heard)) < 500:
        heard.append(microphone.read(StopToken()))
    microphone.close()

    assert microphone.rate_hz == 8_000
    np.testing.assert_allclose(np.concatenate(heard)[80:480], sound_T, atol=6 * ROOM)


def test_a_machine_of_the_pictures_may_have_no_microphone(tape):
    tape.is_plugged = False

    assert input_devices() == []
    with pytest.raises(DeviceError, match="No microphone"):
        opened_microphone(None, 0)


def test_held_still_the_microphone_goes_on_slowly(tape):
    tape.insert((), 8_000, pause_s=0.0)
    tape.hold()

    microphone = opened_microphone(None, 0)
    heard_T = microphone.read(StopToken())

    assert len(heard_T) == 1
    assert microphone.waiting_s == 0.0
    microphone.close()
