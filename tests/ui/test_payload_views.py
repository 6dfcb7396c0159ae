"""One view per payload."""

from __future__ import annotations

import numpy as np
import pytest
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QPlainTextEdit, QTableWidget, QWidget

from deepdesk.core import payloads
from deepdesk.ui import theme
from deepdesk.ui.payload_views import frames_of, image_of, pixels_of, score_text, widget_for
from deepdesk.ui.widgets.labels import Label
from deepdesk.ui.widgets.picture import PictureView
from deepdesk.ui.widgets.score_bars import ScoreBars
from deepdesk.ui.widgets.swatch import Swatch
from deepdesk.ui.widgets.traces import NotesView, SeriesView, WaveView

PIXELS = np.zeros((4, 6, 3), dtype=np.uint8)
BOX = ((1.0, 1.0, 3.0, 3.0), "cat", 0.9)
SAMPLES = {
    payloads.Text: payloads.Text(text="hello"),
    payloads.Image: payloads.Image(pixels_HWC=PIXELS, name="cat.png"),
    payloads.Audio: payloads.Audio(
        samples_TC=np.sin(np.arange(8000, dtype=np.float32))[:, None], sample_rate_hz=8000
    ),
    payloads.Recording: payloads.Recording(
        path="/tmp/hour.wav",
        length_s=3600.0,
        sample_rate_hz=8000,
        peaks_K2=np.array([[-0.5, 0.5], [-0.1, 0.2]], dtype=np.float32),
        name="hour.wav",
    ),
    payloads.Timeline: payloads.Timeline(
        spans=(payloads.Span(start_s=1.0, end_s=2.0, label="dog", score=0.9),),
        length_s=60.0,
        classes=("cat", "dog"),
    ),
    payloads.Row: payloads.Row(values={"age": 31.0, "town": "Ulm", "height": None}),
    payloads.Series: payloads.Series(
        values_TC=np.array([[1.0, 2.0], [np.nan, 3.0], [2.0, 4.0]]), columns=("load", "heat")
    ),
    payloads.LabelScores: payloads.LabelScores(scores=(("cat", 0.8), ("dog", 0.2))),
    payloads.Boxes: payloads.Boxes(boxes=(BOX,)),
    payloads.Mask: payloads.Mask(
        classes_HW=np.array([[0, 1], [1, 1]], dtype=np.int64), classes=("sky", "road")
    ),
    payloads.Notes: payloads.Notes(notes=((0.0, 1.0, 60, 90), (1.0, 0.5, 64, 70))),
    payloads.Matches: payloads.Matches(matches=(("a.jpg", 0.97), ("b.jpg", 0.9))),
    payloads.Number: payloads.Number(values={"angle": (12.5, "degrees")}),
}


@pytest.fixture(autouse=True)
def plain_look(qapp):
    theme.apply(qapp, "light")


def shown(qtbot, payload):
    view = widget_for(payload)
    qtbot.addWidget(view)
    view.resize(view.sizeHint().expandedTo(view.minimumSizeHint()))
    assert not view.grab().isNull()
    return view


def test_every_payload_has_a_view_of_its_own():
    assert set(SAMPLES) == set(payloads.PAYLOADS)
    fallback = widget_for.dispatch(object)
    assert [kind for kind in payloads.PAYLOADS if widget_for.dispatch(kind) is fallback] == []


@pytest.mark.parametrize("kind", payloads.PAYLOADS, ids=lambda kind: kind.__name__)
def test_view_draws(qtbot, kind):
    assert isinstance(shown(qtbot, SAMPLES[kind]), QWidget)


def test_unknown_payload_shows_its_text(qtbot):
    view = shown(qtbot, 42)

    assert isinstance(view, Label)
    assert view.text() == "42"


def test_label_scores_are_bars_with_their_per_cent(qtbot):
    view = shown(qtbot, SAMPLES[payloads.LabelScores])

    assert isinstance(view, ScoreBars)
    assert [row.figure for row in view.rows] == ["80.0\u202f%", "20.0\u202f%"]


def test_how_sure_an_answer_is_is_said_in_words():
    sure = payloads.LabelScores(scores=(("cat", 0.784),), is_calibrated=True)

    assert score_text(sure) == "78.4\u202f% sure \u00b7 calibrated"
    assert score_text(payloads.LabelScores(scores=())) == "no answer"


def test_picture_keeps_its_pixels_after_the_array_is_gone():
    pixels = np.zeros((3, 5, 3), dtype=np.uint8)
    pixels[1, 2] = (10, 20, 30)
    image = image_of(pixels[:, :, :])
    pixels[:] = 255

    assert image.pixelColor(2, 1) == QColor(10, 20, 30)
    assert (image.width(), image.height()) == (5, 3)


def test_picture_keeps_its_proportions(qtbot):
    view = shown(qtbot, SAMPLES[payloads.Image])
    assert isinstance(view, PictureView)

    view.resize(300, 100)

    assert view.picture_rect().getRect() == (75.0, 0.0, 150.0, 100.0)


def test_wave_has_the_peaks_of_the_sound(qtbot):
    view = shown(qtbot, SAMPLES[payloads.Audio])

    assert isinstance(view, WaveView)
    assert max(high for _low, high in view.peaks) == pytest.approx(1.0, abs=1e-3)
    assert "1.0 seconds, 8,000 Hz" in view.accessibleName()


def test_empty_sound_has_a_view(qtbot):
    empty = payloads.Audio(samples_TC=np.zeros((0, 1), dtype=np.float32), sample_rate_hz=16000)

    assert isinstance(shown(qtbot, empty), WaveView)


def test_series_names_its_columns(qtbot):
    view = shown(qtbot, SAMPLES[payloads.Series])

    assert [s.accessibleName() for s in view.findChildren(Swatch)] == ["load", "heat"]
    assert len(view.findChildren(SeriesView)) == 1


def test_mask_is_painted_in_the_colours_of_its_classes(qtbot):
    view = shown(qtbot, SAMPLES[payloads.Mask])
    picture = view.findChild(PictureView)

    assert picture._image.pixelColor(0, 0).name().upper() == theme.tokens().class_colour(0)
    assert picture._image.pixelColor(1, 0).name().upper() == theme.tokens().class_colour(1)


def test_row_shows_missing_values_in_words(qtbot):
    view = shown(qtbot, SAMPLES[payloads.Row])

    assert isinstance(view, QTableWidget)
    cells = [view.item(at, 1).text() for at in range(3)]
    assert cells == ["31", "Ulm", "missing"]


def test_text_can_be_read_and_not_written(qtbot):
    view = shown(qtbot, SAMPLES[payloads.Text])

    assert isinstance(view, QPlainTextEdit)
    assert view.isReadOnly()


def test_boxes_become_frames_of_their_class(qtbot):
    frames = frames_of(SAMPLES[payloads.Boxes])
    view = shown(qtbot, SAMPLES[payloads.Image])
    view.set_frames(frames)

    assert frames[0].words == "cat 90\u202f%"
    assert not view.grab().isNull()


def test_notes_are_counted(qtbot):
    view = shown(qtbot, SAMPLES[payloads.Notes])

    assert isinstance(view, NotesView)
    assert view.accessibleName() == "2 notes"


@pytest.mark.parametrize("width", [1, 5, 8])
def test_pixels_of_a_picture_of_any_width_come_back(width):
    pixels_HWC = np.arange(3 * 3 * width, dtype=np.uint8).reshape(3, width, 3)

    assert np.array_equal(pixels_of(image_of(pixels_HWC)), pixels_HWC)
