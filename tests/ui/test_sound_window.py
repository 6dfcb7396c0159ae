"""A sound looked at closely: zoomed into, a stretch of it selected and listened to."""

from __future__ import annotations

import threading
from types import SimpleNamespace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QApplication, QStackedWidget, QVBoxLayout, QWidget

from deepdesk.core.errors import DeviceError
from deepdesk.core.payloads import Audio, Image
from deepdesk.ui import sound_output
from deepdesk.ui.payload_views import widget_for
from deepdesk.ui.sound_window import SoundWindow
from deepdesk.ui.tabs.dataset.grid_keys import GridKeys
from deepdesk.ui.tabs.dataset.square import Square

RATE_HZ = 8_000
LEFT = Qt.MouseButton.LeftButton


class PaperSpeaker:
    """Writes down what it is given."""

    latency_s = 0.0
    rate_hz = RATE_HZ

    def __init__(self):
        self.blocks = []
        self.may_go_on = threading.Event()
        self.may_go_on.set()

    def write(self, block_T):
        self.blocks.append(block_T.copy())
        self.may_go_on.wait(10)

    def close(self, *, at_once):
        del at_once

    @property
    def played(self):
        return np.concatenate(self.blocks)


@pytest.fixture
def speaker(monkeypatch):
    made = PaperSpeaker()
    monkeypatch.setattr(sound_output, "opened_output", lambda _rate_hz: made)
    yield made
    made.may_go_on.set()


def ramp(seconds=2.0):
    """Return a sound whose every sample says where it is from."""
    return np.linspace(-1, 1, round(seconds * RATE_HZ)).astype(np.float32)


@pytest.fixture
def window(qtbot):
    made = SoundWindow(None, ramp(), RATE_HZ, "ramp.wav")
    qtbot.addWidget(made)
    made.show()
    return made


def at(window, second, y=60):
    return QPoint(round(window.stage.axis.x_of(second)), y)


def drag(qtbot, window, start_s, end_s):
    stage = window.stage
    qtbot.mousePress(stage, LEFT, pos=at(window, start_s))
    qtbot.mouseMove(stage, at(window, (start_s + end_s) / 2))
    qtbot.mouseMove(stage, at(window, end_s))
    qtbot.mouseRelease(stage, LEFT, pos=at(window, end_s))


def second_of(sample):
    """Return where a sample of the ramp is from."""
    return (float(sample) + 1) / 2 * 2.0


def test_a_drag_selects_and_play_plays_the_selection_alone(qtbot, window, speaker):
    drag(qtbot, window, 0.5, 1.0)
    assert window.stage.selection == pytest.approx((0.5, 1.0), abs=0.01)
    assert window.play.text() == "Play selection"

    qtbot.mouseClick(window.play, LEFT)
    qtbot.waitUntil(lambda: not window.player.is_playing)

    assert second_of(speaker.played[0]) == pytest.approx(0.5, abs=0.01)
    assert second_of(speaker.played[-1]) == pytest.approx(1.0, abs=0.01)


def test_a_drag_to_the_left_selects_too(qtbot, window):
    drag(qtbot, window, 1.5, 0.25)

    assert window.stage.selection == pytest.approx((0.25, 1.5), abs=0.01)


def test_a_click_listens_from_there_to_the_end_with_one_cursor_in_both(qtbot, window, speaker):
    speaker.may_go_on.clear()
    qtbot.mouseClick(window.stage, LEFT, pos=at(window, 1.25))
    qtbot.waitUntil(lambda: bool(speaker.blocks))

    assert window.play.text() == "Stop"
    assert window.stage.heard_s == pytest.approx(1.25, abs=0.01)
    assert window.stage.picture.cursor_s == window.stage.heard_s
    window.grab()
    speaker.may_go_on.set()
    qtbot.waitUntil(lambda: not window.player.is_playing)

    assert second_of(speaker.played[0]) == pytest.approx(1.25, abs=0.01)
    assert second_of(speaker.played[-1]) == pytest.approx(2.0)
    assert window.stage.heard_s is None


def test_the_wheel_zooms_around_the_pointer_and_stays_in_the_sound(qtbot, window):
    place = QPointF(at(window, 1.8))
    for _ in range(6):
        turned = QWheelEvent(
            place,
            window.stage.mapToGlobal(place),
            QPoint(),
            QPoint(0, 120),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(window.stage, turned)

    axis = window.stage.axis
    assert axis.end_s - axis.start_s == pytest.approx(2 / 1.25**6, rel=0.01)
    assert axis.second_at(place.x()) == pytest.approx(1.8, abs=0.02)
    assert axis.end_s <= 2.0 + 1e-9
    for _ in range(40):
        window.stage.zoom(1.25)
    assert axis.end_s - window.stage.axis.start_s > 0.01


def test_zoom_to_selection_and_back_to_the_whole(qtbot, window, speaker):
    assert not window.closer.isEnabled()
    assert not window.whole.isEnabled()
    drag(qtbot, window, 0.5, 1.0)

    qtbot.mouseClick(window.closer, LEFT)
    axis = window.stage.axis
    assert (axis.start_s, axis.end_s) == pytest.approx((0.5, 1.0), abs=0.01)
    qtbot.mouseClick(window.stage, LEFT, pos=at(window, 0.6))
    assert window.stage.selection is None
    qtbot.keyClick(window, Qt.Key.Key_Space)

    qtbot.mouseClick(window.whole, LEFT)

    assert (window.stage.axis.start_s, window.stage.axis.end_s) == (0.0, 2.0)
    assert window.words.text() == "0.00 to 2.00 s, the whole sound"


def test_keys_zoom_and_move(qtbot, window):
    stage = window.stage
    for key in (Qt.Key.Key_Plus, Qt.Key.Key_Plus, Qt.Key.Key_Right):
        qtbot.keyClick(stage, key)

    length_s = 2 / 1.25**2
    assert stage.axis.start_s == pytest.approx(1 - length_s / 2 + 0.2 * length_s)
    qtbot.keyClick(stage, Qt.Key.Key_Home)
    assert (stage.axis.start_s, stage.axis.end_s) == (0.0, 2.0)


def test_what_is_heard_stays_in_sight(qtbot, window):
    window.stage.set_range(0.0, 0.5)

    window.stage.set_cursor(0.9)

    assert window.stage.axis.start_s <= 0.9 <= window.stage.axis.end_s


def test_a_missing_loudspeaker_is_a_plain_sentence(qtbot, window, monkeypatch):
    def none(_rate_hz):
        raise DeviceError("No loudspeaker was found.", "Connect one.")

    monkeypatch.setattr(sound_output, "opened_output", none)

    qtbot.keyClick(window.stage, Qt.Key.Key_Space)
    qtbot.waitUntil(window.problem.isVisible)

    assert window.problem.text() == "No loudspeaker was found. Connect one."


def view_of(qtbot, width, height):
    sound = Audio(samples_TC=ramp()[:, None], sample_rate_hz=RATE_HZ, name="ramp.wav")
    view = widget_for(sound)
    qtbot.addWidget(view)
    view.resize(width, height)
    view.show()
    return view


def test_a_tall_view_has_wave_and_spectrogram_with_one_cursor_and_a_click_seeks(qtbot, speaker):
    view = view_of(qtbot, 264, 211)
    assert view.picture.isVisible()
    speaker.may_go_on.clear()
    x = round(view.picture.x() + view.picture.axis.x_of(1.5))

    qtbot.mouseClick(view, LEFT, pos=QPoint(x, 30))
    qtbot.waitUntil(lambda: bool(speaker.blocks))

    assert view.heard_s == pytest.approx(1.5, abs=0.02)
    assert view.picture.cursor_s == view.heard_s
    assert second_of(speaker.blocks[0][0]) == pytest.approx(1.5, abs=0.02)
    view.grab()
    qtbot.mouseClick(view.button, LEFT)
    assert not view.is_playing
    assert view.picture.cursor_s is None


def test_a_small_view_is_a_spectrogram_that_plays_whole(qtbot, speaker):
    view = view_of(qtbot, 60, 60)
    assert view.picture.isVisible()
    assert view.picture.size() == view.size()

    qtbot.mouseClick(view, LEFT, pos=QPoint(40, 30))
    qtbot.waitUntil(lambda: bool(speaker.blocks) and not view.is_playing)

    np.testing.assert_array_equal(speaker.played, ramp())


def opened(qtbot, view):
    (found,) = view.window().findChildren(SoundWindow)
    qtbot.addWidget(found)
    return found


def test_enter_shows_it_larger(qtbot):
    view = view_of(qtbot, 264, 211)

    qtbot.keyClick(view, Qt.Key.Key_Return)

    assert opened(qtbot, view).windowTitle().startswith("ramp.wav")


def test_a_double_click_shows_it_larger_and_falls_silent(qtbot, speaker):
    view = view_of(qtbot, 264, 211)
    speaker.may_go_on.clear()

    qtbot.mouseClick(view, LEFT, pos=QPoint(120, 30))
    qtbot.mouseDClick(view, LEFT, pos=QPoint(120, 30))

    assert opened(qtbot, view).isVisible()
    assert not view.is_playing
    speaker.may_go_on.set()


@pytest.mark.parametrize("leaves_tab", [True, False])
def test_only_another_tab_takes_the_larger_view_along(qtbot, leaves_tab):
    tabs = QStackedWidget()
    qtbot.addWidget(tabs)
    page = QWidget()
    view = view_of(qtbot, 264, 211)
    QVBoxLayout(page).addWidget(view)
    tabs.addWidget(page)
    tabs.addWidget(QWidget())
    tabs.show()
    larger = view.open_larger()

    if leaves_tab:
        tabs.setCurrentIndex(1)
    else:
        view.hide()

    assert larger.isVisible() is not leaves_tab


def test_closing_the_window_ends_the_sound(qtbot, window, speaker):
    speaker.may_go_on.clear()
    qtbot.mouseClick(window.play, LEFT)
    assert window.player.is_playing

    player = window.player
    window.hide()

    assert not player.is_playing
    speaker.may_go_on.set()


@pytest.mark.parametrize("is_shown", [True, False])
def test_enter_in_the_grid_shows_the_current_sample_larger(qtbot, is_shown):
    asked = []
    acts = SimpleNamespace(has_classes=False)
    keys = GridKeys(acts, None, None, lambda: asked.append(1) or is_shown)
    event = QKeyEvent(QKeyEvent.Type.KeyPress, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier)

    keys.press(event)

    assert asked == [1]
    assert event.isAccepted() is is_shown


def test_only_a_sound_has_a_larger_view_in_the_sample_panel(qtbot):
    square = Square()
    qtbot.addWidget(square)
    assert not square.open_larger()
    square.show_payload(Image(pixels_HWC=np.zeros((4, 4, 3), np.uint8)))
    assert not square.open_larger()

    square.show_payload(Audio(samples_TC=ramp()[:, None], sample_rate_hz=RATE_HZ))

    assert square.open_larger()
    assert opened(qtbot, square).isVisible()
