"""The strip of recent inputs: a tile each, with its answer below."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QFontMetricsF, QImage, QPainter, QPainterPath, QPen
from PySide6.QtWidgets import (
    QListView,
    QSizePolicy,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)

from deepdesk.core.answer_filter import AnswerFilter
from deepdesk.core.drawn_json import for_tile
from deepdesk.core.payloads import Boxes, Mask
from deepdesk.ui.overlay import THIN_PX, PaintStyle, paint_answer
from deepdesk.ui.tabs.inference.entry import Entry
from deepdesk.ui.tabs.inference.sizes import SMALL_PX
from deepdesk.ui.theme import colour, icons, metrics
from deepdesk.ui.theme.fonts import font
from deepdesk.ui.widgets.painting import antialiased, draw_text, fill_round
from deepdesk.ui.widgets.plain_tip import plain_tip

AnyIndex = QModelIndex | QPersistentModelIndex
Role = Qt.ItemDataRole
NOWHERE = QModelIndex()
ENTRY_ROLE = int(Role.UserRole)
MAX_ENTRIES = 48
TILE = QSize(84, 64)
RING_PX = 4
ICON_PX = 24
WORDS_PX = 22


class StripModel(QAbstractListModel):
    """Entries, newest first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._entries: list[Entry] = []
        self._roles: dict[int, Callable[[Entry], Any]] = {
            Role.DisplayRole: lambda entry: " ".join(entry.words).strip(),
            Role.ToolTipRole: lambda entry: plain_tip(entry.given.name),
            Role.AccessibleTextRole: lambda entry: entry.spoken,
            ENTRY_ROLE: lambda entry: entry,
        }

    @property
    def entries(self) -> Sequence[Entry]:
        """All entries, newest first."""
        return self._entries

    def rowCount(self, parent: AnyIndex = NOWHERE) -> int:
        return 0 if parent.isValid() else len(self._entries)

    def data(self, index: AnyIndex, role: int = Role.DisplayRole) -> Any:
        answer = self._roles.get(role)
        return answer(self._entries[index.row()]) if answer and index.isValid() else None

    def add(self, entries: Sequence[Entry]) -> None:
        """Put entries in front, in their order; the oldest ones leave."""
        some = list(entries)[:MAX_ENTRIES]
        self.beginInsertRows(NOWHERE, 0, len(some) - 1)
        self._entries[:0] = some
        self.endInsertRows()
        if len(self._entries) > MAX_ENTRIES:
            self.beginRemoveRows(NOWHERE, MAX_ENTRIES, len(self._entries) - 1)
            del self._entries[MAX_ENTRIES:]
            self.endRemoveRows()

    def place(self, number: int) -> int:
        """Return where the entry of that number is, -1 if it left."""
        found = (at for at, entry in enumerate(self._entries) if entry.number == number)
        return next(found, -1)

    def set_filter(self, kept: AnswerFilter) -> None:
        """Show only what counts of answers that are drawn over their pictures."""
        for entry in self._entries:
            entry.kept = kept
        if self._entries:
            self.dataChanged.emit(self.index(0), self.index(len(self._entries) - 1))

    def changed(self, number: int) -> None:
        """Show an entry again."""
        at = self.place(number)
        if at >= 0:
            self.dataChanged.emit(self.index(at), self.index(at))


class _TileDelegate(QStyledItemDelegate):
    """Paints tiles as the strip has them."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: AnyIndex) -> QSize:
        return tile_size()

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        entry: Entry = index.data(ENTRY_ROLE)
        painter.save()
        antialiased(painter)
        cell = QRectF(option.rect)
        tile = QRectF(
            cell.left() + RING_PX, cell.top() + RING_PX, TILE.width(), metrics.scaled(TILE.height())
        )
        if option.state & QStyle.StateFlag.State_Selected:
            ring = tile.adjusted(-3, -3, 3, 3)
            painter.setPen(QPen(colour("accent"), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(ring, metrics.RADIUS_CONTROL + 2, metrics.RADIUS_CONTROL + 2)
        _paint_tile(painter, tile, entry)
        words = QRectF(tile.left(), tile.bottom() + RING_PX, tile.width(), metrics.scaled(WORDS_PX))
        _paint_words(painter, words, *entry.words)
        painter.restore()


class Strip(QListView):
    """Tiles from left to right; arrows walk over them.

    Signals:
        chosen: `Entry` that the keyboard or a click is on now.
        opened: None, on Enter.
    """

    chosen = Signal(object)
    opened = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._is_quiet = False
        self.tiles = StripModel(self)
        self.setModel(self.tiles)
        self.setItemDelegate(_TileDelegate(self))
        self.setFlow(QListView.Flow.LeftToRight)
        self.setWrapping(False)
        self.setUniformItemSizes(True)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setHorizontalScrollMode(QListView.ScrollMode.ScrollPerPixel)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName("Asked lately")
        self.viewport().setAutoFillBackground(False)
        self.setStyleSheet("QListView { background: transparent; }")
        self.selectionModel().currentChanged.connect(self._tell)
        # Also the tile that is current already, to come back from the table.
        self.clicked.connect(lambda index: self.chosen.emit(index.data(ENTRY_ROLE)))
        self.activated.connect(lambda _index: self.opened.emit(None))
        self.setFixedHeight(tile_size().height() + metrics.S)

    def choose_quietly(self, number: int) -> None:
        """Put the selection on an entry without a signal."""
        at = self.tiles.place(number)
        if at >= 0:
            self._is_quiet = True
            self.setCurrentIndex(self.tiles.index(at))
            self._is_quiet = False
            self.scrollTo(self.tiles.index(at))

    def forget_choice(self) -> None:
        """Select nothing."""
        self.selectionModel().clear()

    def _tell(self, current: QModelIndex, _before: QModelIndex) -> None:
        if current.isValid() and not self._is_quiet:
            self.chosen.emit(current.data(ENTRY_ROLE))


def tile_size() -> QSize:
    """Return the size of a cell at the present text size."""
    high = metrics.scaled(TILE.height()) + metrics.scaled(WORDS_PX) + 3 * RING_PX
    return QSize(TILE.width() + metrics.M, high)


def _paint_tile(painter: QPainter, tile: QRectF, entry: Entry) -> None:
    radius = metrics.RADIUS_CONTROL
    fill_round(painter, tile, colour("raised"), radius)
    if entry.small is None or entry.small.isNull():
        has_failed = entry.answered is not None and entry.answered.problem is not None
        name, role = ("warning", "warn") if has_failed else ("file", "muted")
        box = QRectF(0, 0, ICON_PX, ICON_PX)
        box.moveCenter(tile.center())
        density = painter.device().devicePixelRatioF()
        painter.drawPixmap(box.topLeft(), icons.pixmap(name, role, ICON_PX, density))
        return
    clip = QPainterPath()
    clip.addRoundedRect(tile, radius, radius)
    painter.save()
    painter.setClipPath(clip)
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    part = _middle_of(entry.small, tile)
    painter.drawImage(tile, entry.small, part)
    answer = entry.answered.answer if entry.answered is not None else None
    if isinstance(answer, Boxes | Mask):
        scale = tile.width() / part.width()
        whole = QRectF(
            tile.left() - part.left() * scale,
            tile.top() - part.top() * scale,
            entry.small.width() * scale,
            entry.small.height() * scale,
        )
        style = PaintStyle(has_words=False, line_px=THIN_PX, picture=entry.small.size())
        paint_answer(painter, whole, for_tile(answer, SMALL_PX), entry.kept, style)
    painter.restore()


def _middle_of(image: QImage, tile: QRectF) -> QRectF:
    """Return the largest part of `image` with the proportions of `tile`."""
    scale = min(image.width() / tile.width(), image.height() / tile.height())
    part = QRectF(0, 0, tile.width() * scale, tile.height() * scale)
    part.moveCenter(QRectF(image.rect()).center())
    return part


def _paint_words(painter: QPainter, rect: QRectF, text: str, share: str) -> None:
    words = font(metrics.SMALL)
    room = rect
    if share:
        width = QFontMetricsF(words).horizontalAdvance(f" {share}")
        room = rect.adjusted(0, 0, -width, 0)
    used = draw_text(painter, room, text, words, colour("text"))
    if share:
        rest = rect.adjusted(min(used, room.width()) + metrics.XS, 0, 0, 0)
        draw_text(painter, rest, share, words, colour("muted"))
