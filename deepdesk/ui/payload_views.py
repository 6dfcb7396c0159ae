"""One view per payload: the Inference tab shows answers with them, the Dataset tab samples."""

from __future__ import annotations

from functools import singledispatch
from typing import Any

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from deepdesk.core import payloads
from deepdesk.data.spans import counted
from deepdesk.ui.recording_view import RecordingView
from deepdesk.ui.sound_view import SoundView
from deepdesk.ui.theme import metrics, tokens
from deepdesk.ui.timeline_view import TimelineView
from deepdesk.ui.widgets.figure import Figure
from deepdesk.ui.widgets.flow_row import FlowRow
from deepdesk.ui.widgets.labels import Label
from deepdesk.ui.widgets.picture import Frame, PictureView
from deepdesk.ui.widgets.score_bars import ScoreBars, ShareBars, ShareRow, percent
from deepdesk.ui.widgets.swatch import Swatch
from deepdesk.ui.widgets.text_view import TextView
from deepdesk.ui.widgets.traces import NotesView, SeriesView

# More slices than this are closer together than the pixels of a usual view.
WAVE_SLICES = 400
MOST_SEEN = 2_000_000
MATCHES_SHOWN = 12


@singledispatch
def widget_for(payload: object) -> QWidget:
    """Return a widget that shows `payload`; an unknown type shows its text."""
    return Label(str(payload), wraps=True)


def image_of(pixels_HWC: NDArray[np.uint8]) -> QImage:
    """Return a picture that owns its pixels, from uint8 (H, W, 3), sRGB."""
    packed = np.ascontiguousarray(pixels_HWC)
    height, width, _channels = packed.shape
    shared = QImage(packed.data, width, height, 3 * width, QImage.Format.Format_RGB888)
    return shared.copy()


def pixels_of(image: QImage) -> NDArray[np.uint8]:
    """Return a copy of a picture as uint8, (H, W, 3), sRGB. Safe to call from any thread."""
    rgb = image.convertToFormat(QImage.Format.Format_RGB888)
    # Its lines are padded to four bytes.
    rows = np.frombuffer(rgb.constBits(), np.uint8).reshape(rgb.height(), rgb.bytesPerLine())
    return rows[:, : 3 * rgb.width()].reshape(rgb.height(), rgb.width(), 3).copy()


def score_text(payload: payloads.LabelScores) -> str:
    """Return how sure an answer is, in words: 78.4 % sure, calibrated."""
    if not payload.scores:
        return "no answer"
    sure = f"{percent(payload.scores[0][1])} sure"
    return f"{sure} \u00b7 calibrated" if payload.is_calibrated else sure


@widget_for.register
def _(payload: payloads.LabelScores) -> QWidget:
    return ScoreBars(payload.scores)


@widget_for.register
def _(payload: payloads.Text) -> QWidget:
    return TextView(payload.text, is_final=payload.is_final)


@widget_for.register
def _(payload: payloads.Image) -> QWidget:
    return PictureView(image_of(payload.pixels_HWC), name=payload.name)


@widget_for.register
def _(payload: payloads.Audio) -> QWidget:
    samples = payload.samples_TC
    seconds = len(samples) / max(1, payload.sample_rate_hz)
    mono = _mono(samples)
    # Of hours of sound every so many samples tell the shape; the window does not wait for all.
    seen = mono[:: 1 + len(mono) // MOST_SEEN]
    slices = np.array_split(seen, max(1, min(WAVE_SLICES, len(seen))))
    peaks = [(float(part.min()), float(part.max())) for part in slices if len(part)]
    name = payload.name or "Sound"
    words = f"{name}, {seconds:.1f} seconds, {payload.sample_rate_hz:,} Hz"
    return SoundView(mono, payload.sample_rate_hz, peaks, words)


@widget_for.register
def _(payload: payloads.Recording) -> QWidget:
    return RecordingView(payload)


@widget_for.register
def _(payload: payloads.Timeline) -> QWidget:
    return TimelineView(payload)


@widget_for.register
def _(payload: payloads.Row) -> QWidget:
    rows = [[name, _cell(value)] for name, value in payload.values.items()]
    return table(("Column", "Value"), rows)


@widget_for.register
def _(payload: payloads.Series) -> QWidget:
    words = f"{', '.join(payload.columns)}: {len(payload.values_TC):,} values over time"
    view = SeriesView(payload.values_TC.T.tolist(), words)
    return _with_legend(view, payload.columns)


@widget_for.register
def _(payload: payloads.Boxes) -> QWidget:
    rows = [
        [name, percent(score), " ".join(f"{side:.0f}" for side in box)]
        for box, name, score in payload.boxes
    ]
    return table(("Class", "Score", "Left, top, right, bottom"), rows)


@widget_for.register
def _(payload: payloads.Mask) -> QWidget:
    colours = np.array(
        [_rgb(tokens().class_colour(at)) for at in range(max(1, len(payload.classes)))],
        dtype=np.uint8,
    )
    # An index outside the classes must not fail the view; it gets the last colour.
    indices = np.clip(payload.classes_HW, 0, len(colours) - 1)
    present = [payload.classes[at] for at in np.unique(indices) if at < len(payload.classes)]
    view = PictureView(image_of(colours[indices]), name=f"Mask of {', '.join(present)}")
    return _with_legend(view, payload.classes)


@widget_for.register
def _(payload: payloads.Notes) -> QWidget:
    return NotesView(payload.notes, f"{len(payload.notes):,} notes")


@widget_for.register
def _(payload: payloads.Matches) -> QWidget:
    return ScoreBars(payload.matches, limit=MATCHES_SHOWN)


@widget_for.register
def _(payload: payloads.Number) -> QWidget:
    figures = [
        Figure(name, f"{value:.4g} {unit}".strip() + _margin(payload.margins.get(name)))
        for name, (value, unit) in payload.values.items()
    ]
    return FlowRow(*figures, gap=metrics.XL)


def _margin(margin: float | None) -> str:
    return "" if margin is None else f" ± {margin:.2g}"


def summary_for(payload: payloads.Payload) -> QWidget:
    """Return a small view of an answer, for beside the one on the stage."""
    if not isinstance(payload, payloads.Timeline) or not payload.classes:
        return widget_for(payload)
    counts = counted(payload.spans)[:MATCHES_SHOWN]
    most = max((count for _name, count in counts), default=1)
    return ShareBars(
        [ShareRow(name=name, figure=f"{count:,}", share=count / most) for name, count in counts]
    )


def frames_of(payload: payloads.Boxes) -> list[Frame]:
    """Return boxes as rectangles to draw over their picture."""
    names = sorted({name for _box, name, _score in payload.boxes})
    return [
        Frame(
            left=box[0],
            top=box[1],
            right=box[2],
            bottom=box[3],
            words=f"{name} {percent(score, 0)}",
            position=names.index(name),
        )
        for box, name, score in payload.boxes
    ]


def table(heads: tuple[str, ...], rows: list[list[str]]) -> QTableWidget:
    """Return a table that is only to be read and copied."""
    made = QTableWidget(len(rows), len(heads))
    made.setHorizontalHeaderLabels(list(heads))
    made.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
    made.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    made.setShowGrid(False)
    made.verticalHeader().hide()
    made.horizontalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
    made.horizontalHeader().setStretchLastSection(True)
    made.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeft)
    made.setAccessibleName(", ".join(heads))
    for at, row in enumerate(rows):
        for column, text in enumerate(row):
            made.setItem(at, column, QTableWidgetItem(text))
    return made


def _with_legend(view: QWidget, names: tuple[str, ...]) -> QWidget:
    both = QWidget()
    column = QVBoxLayout(both)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(metrics.S)
    column.addWidget(view, 1)
    column.addWidget(FlowRow(*(Swatch(name, at) for at, name in enumerate(names)), gap=metrics.M))
    both.setAccessibleName(view.accessibleName())
    return both


def _mono(samples_TC: NDArray[np.float32]) -> NDArray[np.float32]:
    if not len(samples_TC) or samples_TC.ndim == 1:
        return samples_TC.reshape(-1)
    if samples_TC.shape[1] == 1:
        return samples_TC[:, 0]
    mixed_T: NDArray[np.float32] = samples_TC.mean(axis=1, dtype=np.float32)
    return mixed_T


def _cell(value: Any) -> str:
    if value is None:
        return "missing"
    return f"{value:g}" if isinstance(value, float) else str(value)


def _rgb(text: str) -> tuple[int, int, int]:
    made = QColor(text)
    return made.red(), made.green(), made.blue()
