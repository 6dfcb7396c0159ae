"""The list of classes: a chart, a filter, and the place to drop samples on."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QItemSelectionModel, QModelIndex, QPoint, QSize, Qt, Signal
from PySide6.QtGui import (
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QMouseEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QSizePolicy, QWidget

from deepdesk.ui.tabs.dataset.class_delegate import ClassDelegate
from deepdesk.ui.tabs.dataset.class_model import CLASSES_MIME, ClassLine, ClassModel
from deepdesk.ui.tabs.dataset.grid import SAMPLES_MIME
from deepdesk.ui.widgets.class_bar import class_row_height
from deepdesk.ui.widgets.drop_area import dropped_paths
from deepdesk.ui.widgets.escape import KeepsEscape


@dataclass(frozen=True, slots=True, kw_only=True)
class Dropped:
    """Something was dropped on a class.

    Attributes:
        class_id: The class it was dropped on, None for "no class".
        kind: "samples" (the selected ones), "classes" (to be merged) or "files".
        classes: Ids of dropped classes.
        files: Dropped files.
    """

    class_id: int | None
    kind: str
    classes: tuple[int, ...] = ()
    files: tuple[Path, ...] = ()


class ClassList(QListView):
    """Classes with their counts as bars.

    Attributes:
        takes_samples: Whether samples and files may be dropped on a class.

    Signals:
        chosen: list of the `ClassLine`s that are selected.
        dropped: `Dropped`.
        delete_asked: list of the selected `ClassLine`s.
        menu_asked: Global QPoint where a menu of the selected classes is wanted.
    """

    chosen = Signal(object)
    dropped = Signal(object)
    delete_asked = Signal(object)
    menu_asked = Signal(object)

    def __init__(
        self, model: ClassModel, parent: QWidget | None = None, *, name: str = "Classes"
    ) -> None:
        super().__init__(parent)
        self._lines = model
        self.takes_samples = True
        self.setModel(model)
        self._delegate = ClassDelegate(self)
        self.setItemDelegate(self._delegate)
        self.setObjectName("classList")
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setEditTriggers(
            QAbstractItemView.EditTrigger.EditKeyPressed
            | QAbstractItemView.EditTrigger.DoubleClicked
        )
        self.setDragEnabled(True)
        self.setAcceptDrops(True)
        self.setDragDropMode(QAbstractItemView.DragDropMode.DragDrop)
        self.setDropIndicatorShown(False)
        KeepsEscape(self, lambda: bool(self.selectedIndexes()))
        self.selectionModel().selectionChanged.connect(lambda *_args: self._tell())

    @property
    def selected_lines(self) -> list[ClassLine]:
        """The selected lines, top down."""
        rows = sorted(index.row() for index in self.selectedIndexes())
        return [self._lines.line(self._lines.index(row)) for row in rows]

    def choose(self, class_ids: list[int | None]) -> None:
        """Select exactly these classes."""
        model = self.selectionModel()
        model.clear()
        for class_id in class_ids:
            row = self._lines.row_of(class_id)
            if row >= 0:
                flag = QItemSelectionModel.SelectionFlag.Select
                model.setCurrentIndex(self._lines.index(row), flag)

    def edit_class(self, class_id: int) -> None:
        """Begin to rename a class in place."""
        row = self._lines.row_of(class_id)
        if row >= 0:
            index = self._lines.index(row)
            self.scrollTo(index)
            self.setCurrentIndex(index)
            self.edit(index)

    def sizeHint(self) -> QSize:
        return QSize(200, self._lines.rowCount() * class_row_height() + 2)

    def minimumSizeHint(self) -> QSize:
        return QSize(120, min(3, self._lines.rowCount()) * class_row_height())

    def _tell(self) -> None:
        self.chosen.emit(self.selected_lines)

    def mousePressEvent(self, event: QMouseEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        is_again = [index.row()] == [at.row() for at in self.selectedIndexes()]
        super().mousePressEvent(event)
        self._deselects = is_again and event.button() == Qt.MouseButton.LeftButton
        if not index.isValid():
            self.clearSelection()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        # A second click on the class that filters takes the filter away.
        if getattr(self, "_deselects", False) and not event.modifiers():
            self.clearSelection()
        self._deselects = False

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self._deselects = False
        super().mouseDoubleClickEvent(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Delete, Qt.Key.Key_Backspace} and self.selected_lines:
            self.delete_asked.emit(self.selected_lines)
        elif event.key() == Qt.Key.Key_Escape:
            self.clearSelection()
        else:
            super().keyPressEvent(event)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if self.selected_lines:
            self.menu_asked.emit(event.globalPos())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._is_ours(event):
            event.acceptProposedAction()

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        index = self.indexAt(event.position().toPoint())
        self._mark(index if self._is_ours(event) else QModelIndex())
        if index.isValid() and self._is_ours(event):
            event.acceptProposedAction()
        else:
            event.ignore()

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._mark(QModelIndex())
        event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        self._mark(QModelIndex())
        is_ours = self._is_ours(event)
        dropped = self._dropped(event, event.position().toPoint())
        if dropped is None or not is_ours:
            event.ignore()
            return
        # The view would remove the dragged rows after a move; the index decides instead.
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self.dropped.emit(dropped)

    def _dropped(self, event: QDropEvent, point: QPoint) -> Dropped | None:
        index = self.indexAt(point)
        if not index.isValid():
            return None
        target, mime = self._lines.line(index).id, event.mimeData()
        if mime.hasFormat(SAMPLES_MIME):
            return Dropped(class_id=target, kind="samples")
        if mime.hasFormat(CLASSES_MIME):
            text = bytes(mime.data(CLASSES_MIME).data()).decode()
            ids = tuple(int(part) for part in text.split(",") if part)
            others = tuple(class_id for class_id in ids if class_id != target)
            return Dropped(class_id=target, kind="classes", classes=others) if others else None
        files = tuple(dropped_paths(mime))
        return Dropped(class_id=target, kind="files", files=files) if files else None

    def _mark(self, index: QModelIndex) -> None:
        self._delegate.drop_row = index.row() if index.isValid() else -1
        self.viewport().update()

    def _is_ours(self, event: QDropEvent) -> bool:
        mime = event.mimeData()
        takes = self.takes_samples and (mime.hasFormat(SAMPLES_MIME) or mime.hasUrls())
        return takes or mime.hasFormat(CLASSES_MIME)
