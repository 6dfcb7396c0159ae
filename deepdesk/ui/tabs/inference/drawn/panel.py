"""What the column at the right says of boxes or a mask, and what of them counts."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from deepdesk.core.answer_filter import (
    EVERYTHING,
    AnswerFilter,
    Drawn,
    class_counts,
    class_names,
    class_shares,
    counted_boxes,
    share_words,
)
from deepdesk.core.payloads import Boxes, Mask, Payload
from deepdesk.ui.overlay import OverlayView
from deepdesk.ui.tabs.inference.drawn.box_list import BoxList
from deepdesk.ui.tabs.inference.drawn.class_rows import ClassFacts, ClassRows
from deepdesk.ui.tabs.inference.drawn.threshold_row import ThresholdRow
from deepdesk.ui.tabs.inference.obstacles.panel import ObstaclePanel
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.buttons import LinkButton, SmallButton
from deepdesk.ui.widgets.labels import Label
from deepdesk.ui.widgets.quiet_slider import QuietSlider
from deepdesk.ui.widgets.score_bars import percent

PREVIEW_HEIGHT_PX = 190
_FIGURE_PX = 44
# Of no more classes than this, those that are not seen are listed too.
FEW_CLASSES = 15
_ASK = "Click a pixel of the picture for its class; arrows move the cross."


class DrawnPanel(QWidget):
    """Classes with their eyes; thresholds and a list for boxes, opacity for a mask.

    What a person chooses holds for the next answers too.

    Args:
        can_save: Whether somebody listens to `save_asked`.

    Signals:
        kept_changed: `AnswerFilter`, when something else counts.
        near_changed: Place in `Boxes.boxes` of the box that is pointed at in the list, or -1.
        near_name_changed: Name of the class that is pointed at, "" for none.
        save_asked: The button under which a menu of what can be saved belongs.
    """

    kept_changed = Signal(object)
    near_changed = Signal(object)
    near_name_changed = Signal(object)
    save_asked = Signal(object)

    def __init__(self, *, can_save: bool = False) -> None:
        super().__init__()
        self.kept = EVERYTHING
        self._answer: Drawn | None = None
        self.preview = OverlayView()
        self.preview.setFixedHeight(metrics.scaled(PREVIEW_HEIGHT_PX))
        self.classes = ClassRows()
        self.show_all = LinkButton("Show all classes", self._show_all)
        self.threshold = ThresholdRow()
        self.boxes = BoxList()
        self.weak = Label(kind="hint", wraps=True)
        self.opacity = QuietSlider()
        self.opacity.setRange(0, 100)
        self.opacity.setValue(round(100 * EVERYTHING.opacity))
        self.opacity.setAccessibleName("Opacity of the classes over the picture, in per cent")
        self.opacity_figure = Label(kind="small")
        self.opacity_row = self._opacity_row()
        self.pixel = Label(_ASK, kind="hint", wraps=True)
        self.save = SmallButton(
            "Save…",
            lambda: self.save_asked.emit(self.save),
            tip="Save what counts: for other programs, or painted on the pictures",
        )
        self.save.set_icon("download", "muted")
        self.save.setVisible(can_save)
        self.obstacles = ObstaclePanel()
        self._arrange()
        self._connect()

    def show_answer(self, answer: Drawn | None) -> None:
        """Show what was answered; None puts everything away."""
        self._answer = answer
        if answer is None:
            self.preview.hide()
        self.setVisible(answer is not None)
        is_mask = isinstance(answer, Mask)
        of_boxes: tuple[QWidget, ...] = (self.threshold, self.boxes, self.weak)
        for part in of_boxes:
            part.setVisible(answer is not None and not is_mask)
        of_masks: tuple[QWidget, ...] = (self.opacity_row, self.pixel)
        for part in of_masks:
            part.setVisible(is_mask)
        self.pixel.setText(_ASK)
        self.obstacles.show_share(of_masks=is_mask)
        self._fill()

    def show_preview(self, image: QImage, answer: Payload | None) -> None:
        """Show the picture here too, where no stage does."""
        self.preview.zoom.reset()
        self.preview.show_picture(image)
        self.preview.set_filter(self.kept)
        self.preview.show_answer(answer if isinstance(answer, Boxes | Mask) else None)
        self.preview.show()
        self.show()

    def show_near(self, place: int) -> None:
        """Show which box is pointed at on the picture."""
        self.boxes.show_near(place)

    def show_pixel(self, place: tuple[int, int] | None) -> None:
        """Tell the class of a pixel of the mask."""
        answer = self._answer
        if not isinstance(answer, Mask) or place is None:
            self.pixel.setText(_ASK)
            return
        x, y = place
        at = int(answer.classes_HW[y, x])
        name = answer.classes[at] if 0 <= at < len(answer.classes) else "no class"
        known = answer.certainty_HW
        sure = "" if known is None else f", {percent(float(known[y, x]) / 255, 0)} sure"
        self.pixel.setText(f"{name} at {x}, {y}{sure}")

    def _fill(self) -> None:
        answer = self._answer
        if isinstance(answer, Boxes):
            self._fill_boxes(answer)
        elif isinstance(answer, Mask):
            self.classes.show_classes(_shares(answer, self.kept), self.kept.hidden)
        self.show_all.setVisible(bool(self.kept.hidden))

    def _fill_boxes(self, answer: Boxes) -> None:
        names = class_names(answer)
        self.classes.show_classes(_counts(answer, self.kept), self.kept.hidden)
        self.threshold.show_classes(names, answer.thresholds, self.kept.thresholds)
        self.boxes.show_boxes(answer, self.kept)
        count = len(counted_boxes(answer, self.kept))
        weak = len(answer.boxes) - count
        words = f"{weak:,} more are below their threshold or hidden." if weak else ""
        self.weak.setText(words)

    def _keep(self, kept: AnswerFilter) -> None:
        self.kept = kept
        self._fill()
        self.kept_changed.emit(kept)

    def _take_opacity(self, value: int) -> None:
        self.opacity_figure.setText(percent(value / 100, 0))
        self._keep(replace(self.kept, opacity=value / 100))

    def _show_all(self) -> None:
        self._keep(replace(self.kept, hidden=frozenset()))

    def _connect(self) -> None:
        self.classes.hidden_changed.connect(
            lambda hidden: self._keep(replace(self.kept, hidden=hidden))
        )
        self.classes.pointed.connect(self.near_name_changed.emit)
        self.threshold.changed.connect(lambda own: self._keep(replace(self.kept, thresholds=own)))
        self.boxes.pointed.connect(self.near_changed.emit)
        self.opacity.valueChanged.connect(self._take_opacity)

    def _opacity_row(self) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(metrics.S)
        row.addWidget(Label("Opacity", kind="small", tone="muted"))
        row.addWidget(self.opacity, 1)
        self.opacity_figure.setText(percent(EVERYTHING.opacity, 0))
        self.opacity_figure.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.opacity_figure.setFixedWidth(metrics.scaled(_FIGURE_PX))
        row.addWidget(self.opacity_figure)
        return holder

    def _arrange(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(metrics.S)
        column.addWidget(self.preview)
        for part in (self.classes, self.show_all, self.threshold, self.opacity_row, self.pixel):
            column.addWidget(part)
        column.addWidget(self.boxes)
        column.addWidget(self.weak)
        column.addWidget(self.save, 0, Qt.AlignmentFlag.AlignLeft)
        column.addWidget(self.obstacles)


def _counts(answer: Boxes, kept: AnswerFilter) -> list[ClassFacts]:
    """Return the classes of boxes in their order: all of few, of many those that are seen."""
    everything = replace(kept, hidden=frozenset())
    counts = class_counts(answer, everything)
    return [
        ClassFacts(name=name, position=at, figure=f"{counts.get(name, 0):,}")
        for at, name in enumerate(class_names(answer))
        if name in counts or name in kept.hidden or len(class_names(answer)) <= FEW_CLASSES
    ]


def _shares(answer: Mask, kept: AnswerFilter) -> list[ClassFacts]:
    shares = class_shares(answer)
    return [
        ClassFacts(name=name, position=at, figure=share_words(shares.get(name, 0.0)))
        for at, name in enumerate(answer.classes)
        if name in shares or name in kept.hidden or len(answer.classes) <= FEW_CLASSES
    ]
