"""The catalogue of blocks at the left: search, drag onto the canvas, or add with Enter."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QEvent, QMimeData, QPointF, QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QHoverEvent, QKeyEvent, QPainter
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QFrame,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QVBoxLayout,
)

from deepdesk.nn.block import FAMILIES, Block
from deepdesk.nn.catalogue import BLOCKS
from deepdesk.ui.tabs.architecture.items import family_role
from deepdesk.ui.theme import colour, metrics
from deepdesk.ui.theme.fonts import SEMIBOLD, font
from deepdesk.ui.widgets.command_palette import AnyIndex, likeness
from deepdesk.ui.widgets.escape import KeepsEscape
from deepdesk.ui.widgets.labels import Label
from deepdesk.ui.widgets.painting import (
    antialiased,
    draw_focus,
    draw_text,
    fill_round,
    outline_round,
)
from deepdesk.ui.widgets.plain_tip import plain_tip

BLOCK_MIME = "application/x-deepdesk-block"
ROW_PX, GAP_PX, HEADING_PX = 31, 5, 30
STRIPE_PX, INSET_PX = 4, 9
FACTS_PX = 84
_KEY = Qt.ItemDataRole.UserRole
_FAMILY = Qt.ItemDataRole.UserRole + 1


class BlockList(QListWidget):
    """Rows of blocks under the names of their families.

    Signals:
        asked: Key of the block that a person wants, by Enter or a double click.
    """

    asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Blocks")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setItemDelegate(_BlockDelegate(self))
        self.setMouseTracking(True)
        self.setDragEnabled(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setAutoFillBackground(False)
        self.itemDoubleClicked.connect(lambda item: self.asked.emit(item.data(_KEY)))

    def show_blocks(self, blocks: Sequence[Block[Any]], *, has_headings: bool) -> None:
        """List these blocks, by family or in the order in which they come."""
        self.clear()
        families = list(FAMILIES) if has_headings else [""]
        for family in families:
            members = [block for block in blocks if family in ("", block.family)]
            if family and members:
                heading = QListWidgetItem(FAMILIES[family].upper())
                heading.setFlags(Qt.ItemFlag.NoItemFlags)
                self.addItem(heading)
            for block in members:
                self.addItem(_row(block))
        # A search chooses its best hit, so that Enter adds it.
        self.setCurrentRow(0 if blocks and not has_headings else -1)

    def keys(self) -> list[str]:
        """Return the keys of the blocks that are listed."""
        every = (self.item(row).data(_KEY) for row in range(self.count()))
        return [str(key) for key in every if key]

    def chosen(self) -> str:
        """Return the key of the current block, "" for none."""
        item = self.currentItem()
        return "" if item is None else str(item.data(_KEY) or "")

    def mimeData(self, items: Sequence[QListWidgetItem]) -> QMimeData:
        data = QMimeData()
        data.setData(BLOCK_MIME, str(items[0].data(_KEY)).encode())
        return data

    def mimeTypes(self) -> list[str]:
        return [BLOCK_MIME]

    def startDrag(self, actions: Qt.DropAction) -> None:
        super().startDrag(actions)
        # Events from before the drag are still on their way.
        QTimer.singleShot(0, self, self._darken)

    def _darken(self) -> None:
        """Light no row: the pointer went away with a block, and no event has told so."""
        nowhere = QPointF(-1, -1)
        leaving = QHoverEvent(QEvent.Type.HoverLeave, nowhere, nowhere, nowhere)
        QApplication.sendEvent(self.viewport(), leaving)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter) and self.chosen():
            self.asked.emit(self.chosen())
        else:
            super().keyPressEvent(event)


class Palette(QFrame):
    """A search field, the blocks, and what the current one is for.

    Signals:
        asked: Key of the block that a person wants to add.
    """

    asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.search = _Search()
        self.list = BlockList()
        self.nothing = Label("No block has that name.", kind="hint", wraps=True)
        self.facts = Label(kind="hint", wraps=True)
        self.facts.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.facts.setFixedHeight(metrics.scaled(FACTS_PX))
        column = QVBoxLayout(self)
        column.setContentsMargins(metrics.L, 0, metrics.L, metrics.S)
        column.setSpacing(metrics.S)
        column.addWidget(self.search)
        column.addWidget(self.list, 1)
        column.addWidget(self.nothing)
        column.addWidget(self.facts)
        self.search.textChanged.connect(self._fill)
        self.search.walked.connect(self._walk)
        self.search.returnPressed.connect(self._take)
        self.list.asked.connect(self.asked.emit)
        self.list.currentItemChanged.connect(lambda _now, _before: self._tell())
        self._fill("")

    def found(self) -> list[str]:
        """Return the keys of the blocks that are listed."""
        return self.list.keys()

    def _fill(self, text: str) -> None:
        blocks = list(BLOCKS.values())
        if text.strip():
            scored = [(_likeness(text, block), block) for block in blocks]
            fitting = [(score, block) for score, block in scored if score is not None]
            blocks = [block for _score, block in sorted(fitting, key=lambda pair: -pair[0])]
        self.list.show_blocks(blocks, has_headings=not text.strip())
        self.list.setVisible(bool(blocks))
        self.nothing.setVisible(not blocks)
        self._tell()

    def _tell(self) -> None:
        kind = BLOCKS.get(self.list.chosen())
        self.facts.setText("" if kind is None else kind.summary)

    def _walk(self, step: int) -> None:
        row = self.list.currentRow() + step
        while 0 <= row < self.list.count() and not self.list.item(row).data(_KEY):
            row += step
        if 0 <= row < self.list.count():
            self.list.setCurrentRow(row)

    def _take(self) -> None:
        if self.list.chosen():
            self.asked.emit(self.list.chosen())


class _Search(QLineEdit):
    """Searches; up and down walk over the list."""

    walked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setPlaceholderText("Find a block to add")
        self.setAccessibleName("Find a block to add")
        self.setClearButtonEnabled(True)
        self.setMaxLength(80)
        KeepsEscape(self, lambda: bool(self.text()))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}.get(Qt.Key(event.key()), 0)
        if step:
            self.walked.emit(step)
        elif event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)


def _likeness(text: str, block: Block[Any]) -> float | None:
    """Return how well a block fits: by its title, its key, or, less, a word of its summary."""
    scores = [likeness(text, name) for name in (block.title, block.key.replace("_", " "))]
    if len(text.strip()) > 2 and text.strip().casefold() in block.summary.casefold():
        scores.append(20.0)
    return max((score for score in scores if score is not None), default=None)


def _row(block: Block[Any]) -> QListWidgetItem:
    item = QListWidgetItem(block.title)
    item.setData(_KEY, block.key)
    item.setData(_FAMILY, block.family)
    item.setToolTip(plain_tip(f"{block.title}. {block.summary}"))
    item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{block.title}. {block.summary}")
    return item


class _BlockDelegate(QStyledItemDelegate):
    """Draws a block as a small card, and a family as a heading."""

    def sizeHint(self, _option: QStyleOptionViewItem, index: AnyIndex) -> QSize:
        height = ROW_PX + GAP_PX if index.data(_KEY) else HEADING_PX
        return QSize(100, metrics.scaled(height))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        antialiased(painter)
        rect = QRectF(option.rect)
        text = str(index.data(Qt.ItemDataRole.DisplayRole))
        if not index.data(_KEY):
            words = font(metrics.SECTION, SEMIBOLD)
            draw_text(painter, rect.adjusted(0, 6, 0, 0), text, words, colour("muted"))
            return
        card = rect.adjusted(0.5, 0, -0.5, -GAP_PX)
        state = option.state
        is_chosen = bool(state & QStyle.StateFlag.State_Selected)
        is_lit = bool(state & QStyle.StateFlag.State_MouseOver)
        radius = metrics.RADIUS_CONTROL
        fill_round(painter, card, colour("accent_soft" if is_chosen else "raised"), radius)
        outline_round(painter, card, colour("faint" if is_lit else "line"), radius)
        stripe = QRectF(card.left() + INSET_PX, card.top() + 7, STRIPE_PX, card.height() - 14)
        fill_round(painter, stripe, colour(family_role(str(index.data(_FAMILY)))), 2)
        room = card.adjusted(INSET_PX + STRIPE_PX + metrics.S, 0, -metrics.S, 0)
        draw_text(painter, room, text, font(), colour("text"))
        if state & QStyle.StateFlag.State_HasFocus:
            draw_focus(painter, card, radius)
