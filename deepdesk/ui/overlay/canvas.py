"""A picture with an answer over it, as large as there is room, or nearer."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QImage, QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from deepdesk.core.answer_filter import EVERYTHING, AnswerFilter, Drawn
from deepdesk.ui.overlay.layers import Layers
from deepdesk.ui.overlay.zone import ZoneLook
from deepdesk.ui.overlay.zoom import Zoom
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.painting import antialiased, draw_focus

SMALLEST_PX = 64
# From this many pixels of the view for one of the picture on, edges are hard.
HARD_FROM = 3.0


class OverlayCanvas(QWidget):
    """Shows; what a person does with it is up to `OverlayView`."""

    def __init__(self, image: QImage | None = None, *, name: str = "") -> None:
        super().__init__()
        self.zoom = Zoom()
        self.layers = Layers()
        self._name = name
        policy = QSizePolicy.Policy.Expanding
        self.setSizePolicy(policy, policy)
        self.setMinimumSize(SMALLEST_PX, SMALLEST_PX)
        self.show_picture(image if image is not None else QImage(), name=name)

    def show_picture(self, image: QImage, *, name: str = "") -> None:
        """Show another picture, without its answer until one comes; the zoom stays."""
        self.layers.picture = image
        self._name = name or self._name
        self.show_answer(None)
        self.show_truth(None)
        self.updateGeometry()

    def show_answer(self, answer: Drawn | None) -> None:
        """Show what was answered over the picture."""
        self.layers.show_answer(answer)
        self._tell_name()
        self.update()

    def show_frame(self, image: QImage, answer: Drawn | None) -> None:
        """Show a picture of a film or a camera together with its answer, in one go."""
        if image.size() != self.layers.picture.size():
            self.updateGeometry()
        self.layers.picture = image
        self.layers.show_answer(answer)
        self.update()

    def show_truth(self, truth: Drawn | None) -> None:
        """Show what it really is, dashed."""
        self.layers.truth = truth
        self.update()

    def set_filter(self, kept: AnswerFilter = EVERYTHING) -> None:
        """Show only what counts."""
        self.layers.set_filter(kept)
        self._tell_name()
        self.update()

    def show_near(self, near: int = -1, near_name: str = "") -> None:
        """Let one box, or one class, stand out."""
        if (near, near_name) != (self.layers.near, self.layers.near_name):
            self.layers.show_near(near, near_name)
            self.update()

    def show_zone(self, zone: ZoneLook | None) -> None:
        """Show a zone of the picture, None for none."""
        if zone != self.layers.zone:
            self.layers.zone = zone
            self.update()

    def picture_rect(self) -> QRectF:
        """Return where the picture lies in this widget."""
        return self.zoom.rect(self.layers.picture.size(), self.size())

    def sizeHint(self) -> QSize:
        return self.layers.picture.size().expandedTo(QSize(SMALLEST_PX, SMALLEST_PX))

    def paintEvent(self, _event: QPaintEvent) -> None:
        picture = self.layers.picture
        if picture.isNull():
            return
        painter = antialiased(QPainter(self))
        rect = self.picture_rect()
        is_hard = rect.width() > HARD_FROM * picture.width()
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, not is_hard)
        seen = rect.intersected(QRectF(self.rect()))
        clip = QPainterPath()
        clip.addRoundedRect(seen, metrics.RADIUS_CARD, metrics.RADIUS_CARD)
        painter.setClipPath(clip)
        painter.drawImage(rect, picture)
        self.layers.paint(painter, rect)
        painter.setClipping(False)
        if self.hasFocus():
            draw_focus(painter, seen, metrics.RADIUS_CARD)

    def zoom_by(self, times: float, at: QPointF) -> None:
        """Look `times` as near; what lies at a place of the view stays there."""
        self.zoom.nearer(times, at, self.layers.picture.size(), self.size())
        self.update()

    def _tell_name(self) -> None:
        words = self.layers.words()
        self.setAccessibleName(f"{self._name or 'Picture'}: {words}" if words else self._name)
