"""Pictures of sounds by time and pitch, still and running, as a person meets them."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt

from deepdesk.ui.spectrogram_drawing import coloured
from deepdesk.ui.spectrogram_view import RollingSpectrogram, SpectrogramView
from deepdesk.ui.theme import apply
from deepdesk.ui.theme.ramp import STEPS, loudness_colours
from deepdesk.ui.theme.tokens import DARK, LIGHT, contrast
from deepdesk.ui.time_axis import seconds_text, step_s

RATE_HZ = 8_000
GROUND = {"light": LIGHT.raised, "dark": DARK.raised}


def tone(hz=1_000.0, seconds=1.0, rate_hz=RATE_HZ):
    times_s = np.arange(round(seconds * rate_hz)) / rate_hz
    return (0.5 * np.sin(2 * np.pi * hz * times_s)).astype(np.float32)


def shown(qtbot, view, width=420, height=160):
    qtbot.addWidget(view)
    view.resize(width, height)
    view.show()
    return view


def drawn(qtbot, view):
    qtbot.waitUntil(lambda: view.is_drawn)
    return view.grab().toImage()


def hex_of(colour):
    return f"#{colour & 0xFFFFFF:06X}"


def far(image, x, y, ground):
    """Return how far a pixel is from the ground, as a contrast."""
    return contrast(image.pixelColor(x, y).name().upper(), ground)


@pytest.mark.parametrize("tokens", [LIGHT, DARK], ids=["light", "dark"])
def test_louder_stands_out_more_whoever_looks(tokens):
    contrasts = [contrast(hex_of(colour), tokens.raised) for colour in loudness_colours(tokens)]

    assert len(contrasts) == STEPS
    assert contrasts[0] == pytest.approx(1.0)
    assert np.all(np.diff(contrasts) > -0.05)
    assert contrasts[-1] > 10


@pytest.mark.parametrize("mode", ["light", "dark"])
def test_a_tone_is_a_line_at_its_pitch_in_both_themes(qtbot, qapp, mode):
    apply(qapp, mode)
    view = shown(qtbot, SpectrogramView(tone(), RATE_HZ))

    image = drawn(qtbot, view)

    rect, scale = view.axis.rect, image.devicePixelRatio()
    x = int(rect.center().x() * scale)
    rows = [far(image, x, int(y * scale), GROUND[mode]) for y in range(6, int(rect.bottom()) - 2)]
    pitch = 1 - (np.argmax(rows) + 6 - rect.top()) / rect.height()
    low, high = np.log1p(40 / 700), np.log1p(4_000 / 700)
    assert pitch == pytest.approx((np.log1p(1_000 / 700) - low) / (high - low), abs=0.05)
    assert max(rows) > 8


def test_a_click_says_its_second_and_a_cursor_stands_at_its_second(qtbot):
    view = shown(qtbot, SpectrogramView(tone(seconds=2.0), RATE_HZ))
    drawn(qtbot, view)
    x = round(view.axis.x_of(1.5))

    with qtbot.waitSignal(view.clicked) as told:
        qtbot.mouseClick(view, Qt.MouseButton.LeftButton, pos=QPoint(x, 60))
    before = view.grab().toImage()
    view.set_cursor(1.5)

    assert told.args[0] == pytest.approx(1.5, abs=0.01)
    assert view.grab().toImage().pixelColor(x, 20) != before.pixelColor(x, 20)


def test_another_stretch_is_drawn_anew(qtbot):
    silence = np.zeros(RATE_HZ, np.float32)
    view = shown(qtbot, SpectrogramView(np.concatenate([silence, tone()]), RATE_HZ))
    drawn(qtbot, view)

    view.set_range(1.2, 1.8)
    image = drawn(qtbot, view)

    assert view.axis.second_at(view.axis.rect.left()) == pytest.approx(1.2)
    left = int(view.axis.rect.left()) + 3
    assert max(far(image, left, y, LIGHT.raised) for y in range(10, 130)) > 3


def test_an_empty_sound_is_an_empty_picture(qtbot):
    shown(qtbot, SpectrogramView(np.zeros(0, np.float32), RATE_HZ)).grab()


def test_a_small_one_has_no_axes(qtbot):
    small = shown(qtbot, SpectrogramView(tone(), RATE_HZ), 60, 60)

    assert small.axis.rect.width() > 50


def test_levels_become_colours_with_the_highest_pitch_on_top(qtbot):
    levels = np.zeros((4, 3), np.uint8)
    levels[0, 1] = 250

    pixels = coloured(levels, 250)

    colours = loudness_colours(LIGHT)
    assert pixels[3, 1] == colours[-1]
    assert (pixels[:3] == colours[0]).all()


def test_what_is_quiet_at_its_loudest_is_not_shown_as_loud(qtbot):
    levels = np.full((4, 3), 60, np.uint8)  # -97 dB

    assert (coloured(levels, 60) != loudness_colours(LIGHT)[-1]).all()


def test_a_running_one_shows_the_newest_at_the_right(qtbot):
    view = shown(qtbot, RollingSpectrogram(4.0))
    for piece in np.array_split(tone(seconds=1.0), 30):
        view.append(piece, RATE_HZ)

    image = view.grab().toImage()

    rect = view.axis.rect
    assert view.now_s == pytest.approx(1.0)
    columns = [int(rect.left() + share * rect.width()) for share in (0.5, 0.9)]
    early, late = (
        max(far(image, x, y, LIGHT.raised) for y in range(10, int(rect.bottom()) - 3))
        for x in columns
    )
    assert early == pytest.approx(1.0, abs=0.1)
    assert late > 5


@pytest.mark.parametrize("piece", [100, 267, 4_000])
def test_however_it_comes_in_pieces_the_picture_is_the_same(qtbot, piece):
    wave = np.random.default_rng(1).standard_normal(2 * RATE_HZ).astype(np.float32) * 0.1
    whole, parts = RollingSpectrogram(4.0), RollingSpectrogram(4.0)
    for view in (whole, parts):
        qtbot.addWidget(view)

    whole.append(wave, RATE_HZ)
    for start in range(0, len(wave), piece):
        parts.append(wave[start : start + piece], RATE_HZ)

    assert parts._made == whole._made
    assert np.array_equal(parts._levels_RC, whole._levels_RC)


def test_it_forgets_what_is_older_than_it_keeps(qtbot):
    view = shown(qtbot, RollingSpectrogram(2.0))
    view.append(tone(seconds=1.0), RATE_HZ)
    view.append(np.zeros(3 * RATE_HZ, np.float32), RATE_HZ)

    assert not view._levels_RC.any()
    assert len(view._kept_T) < RATE_HZ


def test_another_rate_begins_anew(qtbot):
    view = shown(qtbot, RollingSpectrogram(2.0))
    view.append(tone(seconds=1.0), RATE_HZ)
    view.append(tone(seconds=0.5, rate_hz=16_000), 16_000)

    assert view.now_s == pytest.approx(0.5)
    view.clear()
    assert view.now_s == 0
    view.grab()


def test_marks_grow_and_go_with_the_sound(qtbot):
    view = shown(qtbot, RollingSpectrogram(2.0, has_lane=True))
    view.append(tone(seconds=1.0), RATE_HZ)

    view.mark(0.2, 0.4, "zero", 0)
    view.mark(0.2, 0.7, "zero", 0)
    view.mark(0.8, 0.9, "one", 1)
    spans = [(mark.start_s, mark.end_s, mark.label) for mark in view.marks]
    view.grab()
    view.append(np.zeros(4 * RATE_HZ, np.float32), RATE_HZ)
    view.mark(4.5, 4.6, "two", 2)

    assert spans == [(0.2, 0.7, "zero"), (0.8, 0.9, "one")]
    assert [mark.label for mark in view.marks] == ["two"]


def test_frames_are_asked_for_no_more_than_thirty_times_a_second(qtbot):
    view = shown(qtbot, RollingSpectrogram(2.0))
    qtbot.waitExposed(view)
    painted = []
    usual = view.paintEvent
    view.paintEvent = lambda event: (painted.append(1), usual(event))

    for piece in np.array_split(tone(seconds=1.0), 50):
        view.append(piece, RATE_HZ)
        qtbot.wait(1)

    assert 1 <= len(painted) <= 12


@pytest.mark.parametrize(
    ("length_s", "most", "step"),
    [(1.0, 10, 0.1), (1.0, 8, 0.2), (10.0, 10, 1.0), (60.0, 10, 10.0), (0.05, 6, 0.01)],
)
def test_ticks_are_one_two_or_five_times_a_power_of_ten(length_s, most, step):
    assert step_s(length_s, most) == pytest.approx(step)


@pytest.mark.parametrize(
    ("length_s", "most", "step"),
    [
        (180.0, 10, 20.0),
        (180.0, 5, 60.0),
        (180.0, 7, 30.0),
        (3600.0, 7, 600.0),
        (86400.0, 6, 14400),
    ],
)
def test_ticks_of_long_sounds_divide_minutes_and_hours(length_s, most, step):
    assert step_s(length_s, most) == pytest.approx(step)


@pytest.mark.parametrize(
    ("second", "step", "text"),
    [(0.25, 0.05, "0.25"), (3, 1.0, "3"), (65, 5.0, "1:05"), (3725, 60.0, "1:02:05")],
)
def test_times_are_as_exact_as_their_ticks(second, step, text):
    assert seconds_text(second, step) == text
