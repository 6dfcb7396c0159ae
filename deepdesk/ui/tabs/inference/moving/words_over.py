"""Answers that are words or numbers over their picture: the same on screen and in files."""

from __future__ import annotations

from PySide6.QtCore import QRectF
from PySide6.QtGui import QFontMetricsF, QImage, QPainter

from deepdesk.core.answer_filter import EVERYTHING, AnswerFilter, Drawn
from deepdesk.core.payloads import Boxes, LabelScores, Mask, Number, Payload
from deepdesk.ui.overlay import drawn_picture
from deepdesk.ui.tabs.inference.words import in_words, steady_words, title_of
from deepdesk.ui.theme import colour, metrics
from deepdesk.ui.theme.fonts import BOLD, font
from deepdesk.ui.widgets.painting import antialiased, draw_text, fill_round
from deepdesk.ui.widgets.score_bars import percent

_SHARE = 1 / 16
_SMALLEST_PX, _LARGEST_PX = 9.0, 34.0


def drawn_of(answer: Payload | None) -> Drawn | None:
    """Return an answer that is drawn over pictures, None where it is words."""
    return answer if isinstance(answer, Boxes | Mask) else None


def words_of(answer: Payload | None) -> str:
    """Return an answer that is words, "" where it is drawn or there is none."""
    if answer is None or drawn_of(answer) is not None:
        return ""
    words = title_of(answer)
    _text, score = in_words(answer)
    is_sure = isinstance(answer, LabelScores) and score is not None and not answer.is_unlike
    return f"{words}  {percent(score or 0.0, 0)}" if is_sure else words


def shown_words(answer: Payload | None) -> str:
    """Return what is written over a picture of many: numbers do not change their length."""
    return steady_words(answer) if isinstance(answer, Number) else words_of(answer)


def paint_words(painter: QPainter, rect: QRectF, words: str) -> None:
    """Write words at the lower edge of a picture that fills `rect`."""
    if not words:
        return
    painter.save()
    antialiased(painter)
    size = min(_LARGEST_PX, max(_SMALLEST_PX, rect.height() * _SHARE))
    letters = font(size, BOLD)
    measured = QFontMetricsF(letters)
    pad = size * 0.45
    width = min(rect.width() - 2 * pad, measured.horizontalAdvance(words) + 2 * pad)
    high = measured.height() + pad
    tag = QRectF(rect.left() + pad, rect.bottom() - high - pad, width, high)
    fill_round(painter, tag, colour("surface", 0.88), metrics.RADIUS_CONTROL)
    draw_text(painter, tag.adjusted(pad, 0, -pad, 0), words, letters, colour("text"))
    painter.restore()


def framed(image: QImage, answer: Payload | None, kept: AnswerFilter = EVERYTHING) -> QImage:
    """Return a copy of a picture with its answer over it, for a file."""
    drawn = drawn_of(answer)
    if drawn is not None:
        return drawn_picture(image, drawn, kept)
    made = image.convertToFormat(QImage.Format.Format_RGB32)
    painter = QPainter(made)
    paint_words(painter, QRectF(made.rect()), shown_words(answer))
    painter.end()
    return made
