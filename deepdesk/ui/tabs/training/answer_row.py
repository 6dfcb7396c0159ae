"""One sample whose answer is a text: a mark, a small picture, and truth and answer compared."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from deepdesk.core.payloads import Image
from deepdesk.ui.tabs.training.answer_tile import paint_badge, pixmap_of
from deepdesk.ui.tabs.training.works import Answered
from deepdesk.ui.theme import colour, metrics
from deepdesk.ui.widgets.differences import Differences
from deepdesk.ui.widgets.labels import Label
from deepdesk.ui.widgets.open_row import OpenRow
from deepdesk.ui.widgets.painting import antialiased, fill_round

PICTURE_PX = 40
_RADIUS_PX = 5.0
_TIP = "How far from right: 0 % is right. Click to open it."


class AnswerRow(OpenRow):
    """Shows an `Answered`; a click asks to open the sample."""

    def __init__(self, *, with_picture: bool) -> None:
        super().__init__()
        self.shown: Answered | None = None
        self._with_picture = with_picture
        self.picture = _Picture(has_room=with_picture)
        self.texts = Differences(is_selectable=False)
        self.figure = Label(kind="hint")
        self.figure.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        self.row.addWidget(self.picture, 0, Qt.AlignmentFlag.AlignTop)
        self.row.addWidget(self.texts, 1)
        self.row.addWidget(self.figure, 0, Qt.AlignmentFlag.AlignTop)
        self.setToolTip(_TIP)

    def show_answered(self, row: Answered) -> None:
        """Show another sample, or another answer to the same one."""
        if self.shown == row:
            return
        self.shown = row
        self.picture.show_verdict(is_right=row.is_right)
        self.texts.show_texts(row.truth, row.answer)
        self.figure.setText(error_words(row.error))
        verdict = "right" if row.is_right else "wrong"
        self.setAccessibleName(f"{verdict}. {self.texts.accessibleName()}")

    def set_narrow(self, is_narrow: bool) -> None:
        """Leave the room to the texts, or show the figure and the mark without a picture too."""
        self.figure.setVisible(not is_narrow)
        self.picture.setVisible(self._with_picture or not is_narrow)

    def show_picture(self, picture: Image) -> None:
        """Show the sample itself, small."""
        self.picture.show_picture(picture)


def error_words(error: float) -> str:
    """Return how far from right an answer is: "28 %", "" where that is not known."""
    return "" if math.isnan(error) else f"{100 * error:.0f}\u202f%"


class _Picture(QWidget):
    """A small picture with a tick or a cross, or the mark alone."""

    def __init__(self, *, has_room: bool) -> None:
        super().__init__()
        self._has_room = has_room
        self._is_right: bool | None = None
        self._pixels: Image | None = None
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_verdict(self, *, is_right: bool) -> None:
        """Show whether the answer is right."""
        self._is_right = is_right
        self.update()

    def show_picture(self, picture: Image) -> None:
        """Show the sample."""
        self._pixels = picture
        self.update()

    def sizeHint(self) -> QSize:
        side = metrics.scaled(PICTURE_PX if self._has_room else 20)
        return QSize(side, side)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = antialiased(QPainter(self))
        frame = QRectF(self.rect())
        if self._has_room:
            self._paint_picture(painter, frame)
        if self._is_right is not None:
            corner = frame if self._has_room else frame.translated(QPointF(3, -3))
            paint_badge(painter, corner, "good" if self._is_right else "bad")

    def _paint_picture(self, painter: QPainter, frame: QRectF) -> None:
        if self._pixels is None:
            fill_round(painter, frame, colour("raised"), _RADIUS_PX)
            return
        clip = QPainterPath()
        clip.addRoundedRect(frame, _RADIUS_PX, _RADIUS_PX)
        painter.save()
        painter.setClipPath(clip)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        pixmap = pixmap_of(self._pixels)
        painter.drawPixmap(frame, pixmap, QRectF(pixmap.rect()))
        painter.restore()
