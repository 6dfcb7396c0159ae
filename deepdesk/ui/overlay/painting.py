"""How boxes and masks are painted over a picture; the same strokes on screen and in files."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import lru_cache, singledispatch

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QImage, QPainter, QPen

from deepdesk.core.answer_filter import EVERYTHING, AnswerFilter, Drawn, OneBox, class_names
from deepdesk.core.payloads import Boxes, Mask
from deepdesk.ui.overlay.mask_picture import mask_picture
from deepdesk.ui.theme import colour, metrics, tokens
from deepdesk.ui.theme.fonts import SEMIBOLD, font
from deepdesk.ui.theme.tokens import LIGHT, contrast, has_pattern
from deepdesk.ui.widgets.painting import antialiased, draw_swatch, draw_text, fill_round
from deepdesk.ui.widgets.score_bars import percent

LINE_PX, NEAR_PX, HALO_SHARE = 2.0, 3.5, 1.2
# For tiles, on which many boxes lie close together.
THIN_PX = 1.0
TAG_PX, TAG_SWATCH_PX, TAG_GAP_PX = 17, 8, 4
# On a picture narrower than this words would hide what they are about.
WORDS_FROM_PX = 240
# Of more boxes than this only the surest get words.
MOST_TAGS = 60
_QUIET = 0.35
_DASHES = (4.0, 2.5)
_STRIPES = (1.5, 1.5)


@dataclass(frozen=True, slots=True, kw_only=True)
class PaintStyle:
    """How an answer is painted.

    Attributes:
        is_truth: Dashed boxes without scores, outlines of masks: what it really is.
        near: Place in `Boxes.boxes` of the one that stands out, -1 for none.
        near_name: Class that stands out, "" for none.
        has_words: Whether boxes are named; None for where there is room.
        line_px: Width of the lines of boxes.
        picture: Size of the picture in pixels, for boxes that do not say what they are of.
    """

    is_truth: bool = False
    near: int = -1
    near_name: str = ""
    has_words: bool | None = None
    line_px: float = LINE_PX
    picture: QSize = field(default_factory=QSize)


PLAIN = PaintStyle()


def paint_answer(
    painter: QPainter,
    rect: QRectF,
    answer: Drawn | None,
    kept: AnswerFilter = EVERYTHING,
    style: PaintStyle = PLAIN,
) -> None:
    """Paint what counts of an answer over a picture that fills `rect`; None paints nothing."""
    if answer is None:
        return
    painter.save()
    antialiased(painter)
    _paint(answer, painter, rect, kept, style)
    painter.restore()


def drawn_picture(image: QImage, answer: Drawn | None, kept: AnswerFilter = EVERYTHING) -> QImage:
    """Return a copy of a picture with what counts of an answer painted over it.

    Words and lines are as large as on a screen on which the picture is some 1,200 px wide.
    """
    made = image.convertToFormat(QImage.Format.Format_RGB32)
    scale = max(1.0, max(made.width(), made.height()) / 1200.0)
    painter = QPainter(made)
    painter.scale(scale, scale)
    rect = QRectF(0, 0, made.width() / scale, made.height() / scale)
    paint_answer(painter, rect, answer, kept, PaintStyle(picture=image.size()))
    painter.end()
    return made


def box_rect(box: OneBox, answer: Boxes, rect: QRectF, picture: QSize) -> QRectF:
    """Return where a box lies over a picture that fills `rect`.

    A box is taken as it is where neither answer nor `picture` says what it is of.
    """
    width, height = answer.size
    if min(width, height) <= 0:
        width, height = picture.width(), picture.height()
    is_known = min(width, height) > 0
    across = rect.width() / width if is_known else 1.0
    down = rect.height() / height if is_known else 1.0
    left, top, right, bottom = box[0]
    return QRectF(
        rect.left() + left * across,
        rect.top() + top * down,
        (right - left) * across,
        (bottom - top) * down,
    )


@singledispatch
def _paint(
    answer: object,
    painter: QPainter,  # noqa: ARG001
    rect: QRectF,  # noqa: ARG001
    kept: AnswerFilter,  # noqa: ARG001
    style: PaintStyle,  # noqa: ARG001
) -> None:
    raise TypeError(f"{type(answer).__name__} is not drawn over a picture")


@_paint.register
def _(answer: Mask, painter: QPainter, rect: QRectF, kept: AnswerFilter, style: PaintStyle) -> None:
    made = mask_picture(answer, kept, is_outline=style.is_truth, near_name=style.near_name)
    paint_mask(painter, rect, made, 1.0 if style.is_truth else kept.opacity)


def paint_mask(painter: QPainter, rect: QRectF, made: QImage, opacity: float) -> None:
    """Paint what `mask_picture` made, with hard edges: a pixel is of one class."""
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    painter.setOpacity(opacity)
    painter.drawImage(rect, made)


@_paint.register
def _(
    answer: Boxes, painter: QPainter, rect: QRectF, kept: AnswerFilter, style: PaintStyle
) -> None:
    names = {name: at for at, name in enumerate(class_names(answer))}
    listed = [(at, box) for at, box in enumerate(answer.boxes) if kept.counts(box, answer)]
    # The surest lie on top, and what stands out above all.
    listed.sort(key=lambda pair: (pair[0] == style.near, pair[1][2]))
    placed = [
        _Placed(
            rect=box_rect(box, answer, rect, style.picture),
            words=box[1] if style.is_truth else f"{box[1]} {percent(box[2], 0)}",
            position=names[box[1]],
            is_near=at == style.near,
            is_quiet=bool(style.near_name) and box[1] != style.near_name,
        )
        for at, box in listed
    ]
    for one in placed:
        _paint_box(painter, one, style)
    has_words = rect.width() >= WORDS_FROM_PX if style.has_words is None else style.has_words
    if has_words:
        _paint_tags(painter, rect, placed[::-1])


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    rect: QRectF
    words: str
    position: int
    is_near: bool
    is_quiet: bool


def _paint_box(painter: QPainter, placed: _Placed, style: PaintStyle) -> None:
    width = NEAR_PX if placed.is_near else style.line_px
    text = tokens().class_colour(placed.position)
    strength = _QUIET if placed.is_quiet else 1.0
    if placed.is_near:
        painter.fillRect(placed.rect, colour(text, 0.18))
    # A line and a halo of the other lightness: one of the two is seen on every ground.
    halo = colour(_halo(text), 0.75 * strength)
    _frame(painter, placed.rect, halo, width + HALO_SHARE * style.line_px)
    dashes = [QPen(colour(text, strength), width)] if style.is_truth else []
    if not dashes:
        _frame(painter, placed.rect, colour(text, strength), width)
    pens = [_dashed(pen, _DASHES) for pen in dashes]
    painter.setBrush(Qt.BrushStyle.NoBrush)
    for pen in (*pens, *_stripes(placed.position, width, strength)):
        pen.setJoinStyle(Qt.PenJoinStyle.MiterJoin)
        painter.setPen(pen)
        painter.drawRect(placed.rect)


def _frame(painter: QPainter, rect: QRectF, ink: QColor, width: float) -> None:
    """Paint the four sides of a rectangle; filling is many times as fast as stroking."""
    half = width / 2
    outer, inner = rect.adjusted(-half, -half, half, half), rect.adjusted(half, half, -half, -half)
    if inner.isEmpty():
        painter.fillRect(outer, ink)
        return
    high = inner.height()
    painter.fillRect(QRectF(outer.left(), outer.top(), outer.width(), width), ink)
    painter.fillRect(QRectF(outer.left(), inner.bottom(), outer.width(), width), ink)
    painter.fillRect(QRectF(outer.left(), inner.top(), width, high), ink)
    painter.fillRect(QRectF(inner.right(), inner.top(), width, high), ink)


def _dashed(pen: QPen, pattern: tuple[float, ...]) -> QPen:
    if pattern:
        pen.setDashPattern(list(pattern))
        pen.setCapStyle(Qt.PenCapStyle.FlatCap)
    return pen


def _stripes(position: int, width: float, strength: float) -> tuple[QPen, ...]:
    if not has_pattern(position):
        return ()
    return (_dashed(QPen(colour(LIGHT.surface, 0.9 * strength), width), _STRIPES),)


@lru_cache(maxsize=64)
def _halo(text: str) -> str:
    return max((LIGHT.surface, LIGHT.text), key=lambda ground: contrast(ground, text))


def _paint_tags(painter: QPainter, rect: QRectF, placed: list[_Placed]) -> None:
    """Name boxes, in their order, where their names cover no other name."""
    taken: list[QRectF] = []
    for one in placed[:MOST_TAGS]:
        tag = _free_tag(one, rect, taken)
        if tag is None or one.is_quiet:
            continue
        taken.append(tag)
        fill_round(painter, tag, colour("surface", 0.92), 3)
        middle = tag.center().y() - TAG_SWATCH_PX / 2
        swatch = QRectF(tag.left() + TAG_GAP_PX, middle, TAG_SWATCH_PX, TAG_SWATCH_PX)
        draw_swatch(painter, swatch, one.position, 2.0)
        room = tag.adjusted(2 * TAG_GAP_PX + TAG_SWATCH_PX, 0, 0, 0)
        draw_text(painter, room, one.words, font(metrics.TINY, SEMIBOLD), colour("text"))


def _free_tag(one: _Placed, rect: QRectF, taken: list[QRectF]) -> QRectF | None:
    high = metrics.scaled(TAG_PX)
    width = _words_width(one.words, metrics.scale()) + 3 * TAG_GAP_PX + TAG_SWATCH_PX
    box = one.rect
    tops = (box.top() - high - 1, box.bottom() + 1, box.top() + 2)
    for top in tops:
        tag = QRectF(QPointF(box.left() - 1, top), QPointF(box.left() - 1 + width, top + high))
        tag.moveLeft(max(rect.left(), min(tag.left(), rect.right() - width)))
        is_inside = top >= rect.top() and top + high <= rect.bottom()
        if is_inside and (one.is_near or not any(tag.intersects(other) for other in taken)):
            return tag
    return None


@lru_cache(maxsize=4096)
def _words_width(words: str, scale: float) -> float:
    del scale
    return QFontMetricsF(font(metrics.TINY, SEMIBOLD)).horizontalAdvance(words)
