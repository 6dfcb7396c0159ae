"""A bar in three parts, train, validation and test, with two handles to drag."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFontMetrics,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPainterPath,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QSizePolicy, QToolTip, QWidget

from deepdesk.ui.tabs.dataset.grid import SAMPLES_MIME
from deepdesk.ui.tabs.dataset.overview import SPLIT_WORDS, SPLITS
from deepdesk.ui.theme import colour
from deepdesk.ui.theme.fonts import SEMIBOLD, font

HEIGHT_PX = 22
GRAB_PX = 7
ROLES = {"train": "accent", "validation": "validation", "test": "muted"}
Shares = tuple[int, int, int]


def words_of(shares: Shares) -> str:
    """Return the percents in words."""
    return ", ".join(f"{split} {share} %" for split, share in zip(SPLITS, shares, strict=True))


def parts_of(shares: Shares, width_px: int) -> list[tuple[str, QRect]]:
    """Return where each split is drawn; one of 0 % keeps a sliver to drop samples on."""
    widths = [max(6, round(width_px * share / 100)) for share in shares]
    widths[widths.index(max(widths))] += width_px - sum(widths)
    lefts = [0, widths[0], widths[0] + widths[1]]
    boxes = zip(SPLITS, lefts, widths, strict=True)
    return [(split, QRect(left, 2, width, HEIGHT_PX)) for split, left, width in boxes]


def handle_at(shares: Shares, width_px: int, x: int) -> int:
    """Return which of the two handles is near `x`, -1 for none."""
    edges = [rect.right() + 1 for _split, rect in parts_of(shares, width_px)[:2]]
    near = [(abs(edge - x), at) for at, edge in enumerate(edges) if abs(edge - x) <= GRAB_PX]
    return min(near)[1] if near else -1


def moved(shares: Shares, handle: int, edge: int) -> Shares:
    """Return the percents with a handle at `edge` percent; it stops at its neighbours."""
    edges = [shares[0], shares[0] + shares[1]]
    low, high = ((1, edges[1]), (edges[0], 100))[handle]
    edges[handle] = max(low, min(high, edge))
    return (edges[0], edges[1] - edges[0], 100 - edges[1])


class SplitBar(QWidget):
    """Percents of the three splits; drag a handle, or use the arrow keys.

    Signals:
        moved: The (train, validation, test) percents while a handle moves.
        chosen: The same once it is let go.
        samples_dropped: Name of the split on which samples were dropped.
        clicked: Name of the split that was clicked, to see its samples.
    """

    moved = Signal(object)
    chosen = Signal(object)
    samples_dropped = Signal(object)
    clicked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shares: Shares = (70, 15, 15)
        self._counts: dict[str, int] = {}
        self._handle = -1
        self._keyed = 0
        self._target = ""
        self._is_dirty = False
        self.setAccessibleName("Split into train, validation and test")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.setAcceptDrops(True)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    @property
    def shares(self) -> Shares:
        """Percents of train, validation and test; they add up to 100."""
        return self._shares

    def show_shares(self, shares: Shares, counts: dict[str, int]) -> None:
        """Show percents and, in the tool tip, how many samples they are."""
        self._counts = counts
        if self._handle < 0 and not self._is_dirty:
            self._shares = shares
        self.setAccessibleDescription(words_of(shares))
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, HEIGHT_PX + 4)

    def _move(self, handle: int, edge: int) -> None:
        shares = moved(self._shares, handle, edge)
        if shares != self._shares:
            self._shares, self._is_dirty = shares, True
            self.setAccessibleDescription(words_of(shares))
            self.moved.emit(shares)
            self.update()

    def _settle(self) -> None:
        self._handle = -1
        if self._is_dirty:
            self._is_dirty = False
            self.chosen.emit(self._shares)

    def _split_at(self, x: int) -> str:
        parts = parts_of(self._shares, self.width())
        return next((split for split, rect in parts if x <= rect.right()), "test")

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        outline = QPainterPath()
        outline.addRoundedRect(QRectF(0, 2, self.width(), HEIGHT_PX), 7, 7)
        painter.setClipPath(outline)
        for split, rect in parts_of(self._shares, self.width()):
            self._paint_part(painter, split, rect)
        painter.setClipping(False)
        if self.hasFocus():
            painter.setPen(QPen(colour("text"), 2))
            edge = parts_of(self._shares, self.width())[self._keyed][1].right() + 1
            painter.drawLine(edge, 0, edge, HEIGHT_PX + 4)
        painter.end()

    def _paint_part(self, painter: QPainter, split: str, rect: QRect) -> None:
        back = colour(ROLES[split])
        painter.fillRect(rect, back.lighter(120) if split == self._target else back)
        face = font(11, SEMIBOLD)
        painter.setFont(face)
        painter.setPen(QColor("white") if back.lightnessF() < 0.6 else colour("bg"))
        share = self._shares[SPLITS.index(split)]
        room = rect.width() - 6
        words = next(
            (
                text
                for text in (f"{split} {share}", str(share))
                if QFontMetrics(face).horizontalAdvance(text) <= room
            ),
            "",
        )
        painter.drawText(rect, int(Qt.AlignmentFlag.AlignCenter), words)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        x = event.position().toPoint().x()
        self._handle = handle_at(self._shares, self.width(), x)
        if self._handle < 0:
            self.clicked.emit(self._split_at(x))
        else:
            self._keyed = self._handle

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        x = event.position().toPoint().x()
        if self._handle >= 0:
            self._move(self._handle, round(100 * x / max(1, self.width())))
            return
        near = handle_at(self._shares, self.width(), x) >= 0
        self.setCursor(Qt.CursorShape.SplitHCursor if near else Qt.CursorShape.PointingHandCursor)

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        self._settle()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}
        step = steps.get(Qt.Key(event.key()))
        if step is not None:
            self._keyed = 1 if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else 0
            edges = (self._shares[0], self._shares[0] + self._shares[1])
            self._move(self._keyed, edges[self._keyed] + step)
        elif event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            self._settle()
        else:
            super().keyPressEvent(event)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.FocusOut:
            self._settle()
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            split = self._split_at(event.pos().x())
            number = f"{self._counts.get(split, 0):,}"
            keys = "Drag an edge, or use Left and Right, with Shift for the second, then Enter."
            QToolTip.showText(event.globalPos(), f"{SPLIT_WORDS[split]}: {number}\n{keys}", self)
            return True
        return super().event(event)

    def _drag_over(self, event: QDragMoveEvent) -> None:
        is_ours = event.mimeData().hasFormat(SAMPLES_MIME)
        self._target = self._split_at(event.position().toPoint().x()) if is_ours else ""
        event.setAccepted(is_ours)
        self.update()

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self._drag_over(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self._drag_over(event)

    def dragLeaveEvent(self, _event: QDragLeaveEvent) -> None:
        self._target = ""
        self.update()

    def dropEvent(self, event: QDropEvent) -> None:
        split, self._target = self._target, ""
        self.update()
        if split:
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.samples_dropped.emit(split)
