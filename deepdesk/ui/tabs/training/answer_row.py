"""One sample whose answer is a text: a mark, a small picture, and truth and answer compared."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QPainter, QPainterPath, QPaintEvent, QPixmap
from PySide6.QtWidgets import QSizePolicy, QWidget

from deepdesk.core.answer_filter import Drawn
from deepdesk.core.payloads import Image
from deepdesk.ui.overlay import paint_answer
from deepdesk.ui.tabs.training.answer_tile import SMALL, SMALL_TRUTH, paint_badge, pixmap_of
from deepdesk.ui.tabs.training.works import Answered
from deepdesk.ui.theme import colour, metrics
from deepdesk.ui.widgets.differences import Differences
from deepdesk.ui.widgets.labels import Label
from deepdesk.ui.widgets.open_row import OpenRow
from deepdesk.ui.widgets.painting import antialiased, fill_round

PICTURE_PX = 40
DRAWN_PX = 76  # of pictures on which something is drawn
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
        self.words = Label("", wraps=True)
        self.words.hide()
        self.words.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.figure = Label(kind="hint")
        self.figure.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignTop)
        self.row.addWidget(self.picture, 0, Qt.AlignmentFlag.AlignTop)
        self.row.addWidget(self.texts, 1)
        self.row.addWidget(self.words, 1)
        self.row.addWidget(self.figure, 0, Qt.AlignmentFlag.AlignTop)
        self.setToolTip(_TIP)

    def show_answered(self, row: Answered) -> None:
        """Show another sample, or another answer to the same one."""
        if self.shown == row and self.shown.drawn is row.drawn:
            return
        if self.shown is None or self.shown.id != row.id:
            self.picture.show_picture(row.picture)
        self.shown = row
        self.picture.show_drawn(row.drawn, row.drawn_truth)
        self.picture.show_verdict(is_right=row.is_right)
        # What is drawn is compared by eye; letters that differ would say little of it.
        is_drawn = row.drawn is not None or row.drawn_truth is not None
        self.texts.setVisible(not is_drawn)
        self.words.setVisible(is_drawn)
        self.texts.show_texts(row.truth, row.answer)
        self.words.setText(f"{row.answer or 'nothing'}\nis {row.truth or 'nothing'}")
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
        self._pixels: QPixmap | None = None
        self._drawn: tuple[Drawn | None, Drawn | None] = (None, None)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)

    def show_verdict(self, *, is_right: bool) -> None:
        """Show whether the answer is right."""
        self._is_right = is_right
        self.update()

    def show_picture(self, picture: Image | None) -> None:
        """Show the sample, None while it is not there."""
        self._pixels = None if picture is None else pixmap_of(picture)
        self.update()

    def show_drawn(self, drawn: Drawn | None, truth: Drawn | None) -> None:
        """Draw an answer over the sample, and the truth dashed."""
        self._drawn = (drawn, truth)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        is_drawn = any(one is not None for one in self._drawn)
        side = metrics.scaled((DRAWN_PX if is_drawn else PICTURE_PX) if self._has_room else 20)
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
        drawn, truth = self._drawn
        shown = frame if drawn is None and truth is None else _fitted(self._pixels, frame)
        painter.drawPixmap(shown, self._pixels, QRectF(self._pixels.rect()))
        paint_answer(painter, shown, drawn, style=SMALL)
        paint_answer(painter, shown, truth, style=SMALL_TRUTH)
        painter.restore()


def _fitted(picture: QPixmap, frame: QRectF) -> QRectF:
    """Return where a picture lies in a frame that all of it is to be seen in."""
    size = QSizeF(picture.size()).scaled(frame.size(), Qt.AspectRatioMode.KeepAspectRatio)
    placed = QRectF(QPointF(0, 0), size)
    placed.moveCenter(frame.center())
    return placed
