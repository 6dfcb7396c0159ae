"""How a class looks in the list: drawn like every other class row, and renamed in place."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import (
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from deepdesk.ui.tabs.dataset.class_model import ROW_ROLE, ClassLine
from deepdesk.ui.theme.metrics import S
from deepdesk.ui.widgets.class_bar import ClassFacts, RowState, class_row_height, paint_class
from deepdesk.ui.widgets.painting import antialiased

AnyIndex = QModelIndex | QPersistentModelIndex
Flag = QStyle.StateFlag


class ClassDelegate(QStyledItemDelegate):
    """Paints the lines of a `ClassModel`.

    Attributes:
        drop_row: The row under a drag, -1 for none.
        keys_are_used: Whether the row that the keyboard is on wears a ring.
    """

    drop_row = -1
    keys_are_used = False

    def sizeHint(self, _option: QStyleOptionViewItem, _index: AnyIndex) -> QSize:
        return QSize(120, class_row_height())

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: AnyIndex) -> None:
        line: ClassLine = index.data(ROW_ROLE)
        state = option.state
        row = RowState(
            is_chosen=bool(state & Flag.State_Selected),
            is_hovered=bool(state & Flag.State_MouseOver),
            has_focus=bool(state & Flag.State_HasFocus) and self.keys_are_used,
            is_target=index.row() == self.drop_row,
        )
        facts = ClassFacts(
            name=line.name, count=line.count, share=line.share, position=line.position
        )
        painter.save()
        rect = QRectF(_rect_of(option)).adjusted(S, 0, -S, -1)
        paint_class(antialiased(painter), rect, facts, row)
        painter.restore()

    def createEditor(
        self, parent: QWidget, _option: QStyleOptionViewItem, _index: AnyIndex
    ) -> QWidget:
        editor = QLineEdit(parent)
        editor.setProperty("size", "small")
        editor.setAccessibleName("Name")
        return editor

    def updateEditorGeometry(
        self, editor: QWidget, option: QStyleOptionViewItem, _index: AnyIndex
    ) -> None:
        rect = _rect_of(option)
        editor.setGeometry(rect.adjusted(3 * S + 5, 1, -S, -11))


def _rect_of(option: QStyleOptionViewItem) -> QRect:
    return QRect(option.rect)
