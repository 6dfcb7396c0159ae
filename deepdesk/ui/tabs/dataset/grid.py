"""The grid of samples: draws what is in sight and knows nothing of the rest.

Qt's own list view lays out every row, which takes 1.2 to 2.4 s for a million; this one
computes where a row lies.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QMimeData, QPoint, QRect, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDrag,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPixmap,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QApplication, QFrame, QToolTip, QWidget

from deepdesk.project.index import Sample
from deepdesk.ui.tabs.dataset.geometry import Geometry
from deepdesk.ui.tabs.dataset.pages import Pages
from deepdesk.ui.tabs.dataset.picked import Picked
from deepdesk.ui.tabs.dataset.tile import TileLook, paint_tile
from deepdesk.ui.tabs.dataset.tile_words import paint_words, words_height
from deepdesk.ui.widgets.escape import KeepsEscape
from deepdesk.ui.widgets.plain_tip import plain_tip

SAMPLES_MIME = "application/x-deepdesk-samples"
SIDES_PX = (56, 72, 90, 128, 184, 256)
USUAL_SIDE_PX = 90
Modifier = Qt.KeyboardModifier


class SampleGrid(QAbstractScrollArea):
    """Tiles of samples that scroll, with the keys and clicks of a file manager.

    Args:
        pages: Where rows come from.
        pixmap_of: Returns the tile of a sample at a side in pixels, or None for "not yet".
        tip_of: Words that a sample shows under the pointer.
        parent: Qt parent.

    Signals:
        menu_asked: Global QPoint where a menu of the selected samples is wanted.
        key_pressed: QKeyEvent that the grid itself has no use for; accept it to take it.
        opened: Row that was clicked twice.
    """

    menu_asked = Signal(object)
    key_pressed = Signal(object)
    opened = Signal(object)

    def __init__(
        self,
        pages: Pages,
        pixmap_of: Callable[[Sample, int], QPixmap | None],
        tip_of: Callable[[Sample], str],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.picked = Picked(self)
        self.look = TileLook()
        self._pages = pages
        self._pixmap_of = pixmap_of
        self._tip_of = tip_of
        self._side_px = USUAL_SIDE_PX
        self._pressed: QPoint | None = None
        self._pending_row = -1
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)
        KeepsEscape(self, lambda: bool(self.picked.rows.ranges))
        self.picked.changed.connect(lambda _rows: self.viewport().update())

    @property
    def geometry_now(self) -> Geometry:
        """Where tiles lie at the present width."""
        return Geometry(
            width_px=self.viewport().width(),
            count=self._pages.count,
            wanted_px=self._side_px,
            below_px=0 if self.look.words_of is None else words_height(),
        )

    def refresh(self) -> None:
        """Take in that the number of rows, or their contents, changed."""
        height = self.viewport().height()
        bar = self.verticalScrollBar()
        bar.setRange(0, max(0, self.geometry_now.height_px - height))
        bar.setPageStep(height)
        bar.setSingleStep(self.geometry_now.line_px // 2)
        self.viewport().update()

    def rows_in_sight(self) -> range:
        """Return the rows that are at least partly in sight."""
        return self.geometry_now.visible(self._scrolled_px, self.viewport().height())

    def show_current(self) -> None:
        """Scroll just as far as needed to see the current row."""
        if self.picked.current < 0:
            return
        rect = self.geometry_now.rect(self.picked.current, 0)
        bar, height = self.verticalScrollBar(), self.viewport().height()
        if rect.top() - 4 < bar.value():
            bar.setValue(rect.top() - 4)
        elif rect.bottom() + 4 > bar.value() + height:
            bar.setValue(rect.bottom() + 4 - height)

    def zoom(self, steps: int) -> None:
        """Make tiles larger or smaller, keeping the current row in sight."""
        at = SIDES_PX.index(self._side_px) + steps
        self._side_px = SIDES_PX[max(0, min(len(SIDES_PX) - 1, at))]
        self.refresh()
        self.show_current()

    @property
    def _scrolled_px(self) -> int:
        return self.verticalScrollBar().value()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.refresh()

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        geometry = self.geometry_now
        for row in self.rows_in_sight():
            rect = geometry.rect(row, self._scrolled_px)
            if rect.intersects(event.rect().adjusted(-4, -4, 4, 4)):
                self._paint_row(painter, row, rect)
        painter.end()

    def _paint_row(self, painter: QPainter, row: int, rect: QRect) -> None:
        sample = self._pages.sample(row)
        pixmap = None if sample is None else self._pixmap_of(sample, rect.width())
        paint_tile(painter, rect, self.look, sample, pixmap)
        if sample is not None and self.look.words_of is not None:
            paint_words(
                painter, rect, self.look.words_of(sample), has_truth=sample.target is not None
            )
        if row in self.picked.rows:
            self.look.paint_ring(painter, rect, width_px=2.0)
        elif row == self.picked.current and self.hasFocus():
            self.look.paint_ring(painter, rect, width_px=1.0)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        point = event.position().toPoint()
        row = self.geometry_now.row_at(point, self._scrolled_px)
        self._pressed, self._pending_row = None, -1
        if row < 0:
            self.picked.pick_none()
            return
        is_left = event.button() == Qt.MouseButton.LeftButton
        if is_left and event.type() == QEvent.Type.MouseButtonDblClick:
            self.opened.emit(row)
            return
        if is_left:
            self._pressed = point
        if row in self.picked.rows and not event.modifiers():
            # A press on what is selected may begin a drag of all of it.
            self._pending_row = row if is_left else -1
        else:
            self.picked.click(row, event.modifiers())

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        far = QApplication.startDragDistance()
        moved = event.position().toPoint()
        if self._pressed is not None and (moved - self._pressed).manhattanLength() >= far:
            self._pressed, self._pending_row = None, -1
            self._drag()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pending_row >= 0:
            self.picked.click(self._pending_row, event.modifiers())
        self._pressed, self._pending_row = None, -1

    def _drag(self) -> None:
        mime = QMimeData()
        mime.setData(SAMPLES_MIME, str(len(self.picked.rows)).encode())
        drag = QDrag(self)
        drag.setMimeData(mime)
        sample = self._pages.sample(self.picked.current)
        pixmap = None if sample is None else self._pixmap_of(sample, self.geometry_now.side_px)
        drag.setPixmap(self.look.drag_pixmap(pixmap, len(self.picked.rows)))
        drag.exec(Qt.DropAction.MoveAction)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = self._step_of(Qt.Key(event.key()))
        if step is not None:
            self.picked.move(step, event.modifiers())
            self.show_current()
            return
        act = self._acts().get((Qt.Key(event.key()), bool(event.modifiers() & _CTRL)))
        if act is not None:
            act()
            return
        event.ignore()
        self.key_pressed.emit(event)

    def _step_of(self, key: Qt.Key) -> int | None:
        geometry = self.geometry_now
        lines = max(1, self.viewport().height() // geometry.line_px)
        steps = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -geometry.columns,
            Qt.Key.Key_Down: geometry.columns,
            Qt.Key.Key_PageUp: -geometry.columns * lines,
            Qt.Key.Key_PageDown: geometry.columns * lines,
            Qt.Key.Key_Home: -self._pages.count,
            Qt.Key.Key_End: self._pages.count,
        }
        return steps.get(key)

    def _acts(self) -> dict[tuple[Qt.Key, bool], Callable[[], None]]:
        return {
            (Qt.Key.Key_A, True): self.picked.pick_all,
            (Qt.Key.Key_Space, False): self.picked.toggle_current,
            (Qt.Key.Key_Space, True): self.picked.toggle_current,
            (Qt.Key.Key_Escape, False): self.picked.pick_none,
            (Qt.Key.Key_Plus, True): lambda: self.zoom(1),
            (Qt.Key.Key_Equal, True): lambda: self.zoom(1),
            (Qt.Key.Key_Minus, True): lambda: self.zoom(-1),
        }

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & _CTRL:
            self.zoom(1 if event.angleDelta().y() > 0 else -1)
            return
        super().wheelEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self.picked.rows.ranges:
            self.menu_asked.emit(event.globalPos())

    def viewportEvent(self, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent) and event.type() == QEvent.Type.ToolTip:
            row = self.geometry_now.row_at(event.pos(), self._scrolled_px)
            sample = self._pages.sample(row)
            tip = "" if sample is None else plain_tip(self._tip_of(sample))
            QToolTip.showText(event.globalPos(), tip)
            return True
        if isinstance(event, QMouseEvent) and event.type() == QEvent.Type.MouseButtonDblClick:
            # A scroll area keeps second clicks to itself.
            self.mousePressEvent(event)
            return True
        return super().viewportEvent(event)


_CTRL = Modifier.ControlModifier
