"""The shapes of the picture, as a list."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import (
    QAbstractListModel,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPoint,
    QRectF,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QIcon, QKeyEvent, QPainter, QPixmap
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView

from deepdesk.core.drawing import Box, Point, Polygon, Region, Shape
from deepdesk.ui.tabs.dataset.labelling.scene import Scene
from deepdesk.ui.widgets.painting import antialiased, draw_swatch
from deepdesk.ui.widgets.plain_tip import plain_tip

SWATCH_PX = 10
LEAST_PX = 48
WORDS = {Box: "box", Polygon: "outline", Point: "point", Region: "painted"}
AnyIndex = QModelIndex | QPersistentModelIndex


class ShapeModel(QAbstractListModel):
    """Rows are the shapes of a scene, the uppermost first.

    Signals:
        hidden_changed: frozenset of places that a person wants hidden.
    """

    hidden_changed = Signal(object)

    def __init__(self, scene: Scene, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._scene = scene
        self._count = 0

    def refresh(self) -> None:
        """Take in what the scene holds now."""
        count = len(self._scene.drawing.shapes)
        if count != self._count:
            self.beginResetModel()
            self._count = count
            self.endResetModel()
        elif count:
            self.dataChanged.emit(self.index(0), self.index(count - 1))

    def place_of(self, row: int) -> int:
        """Return the place in the drawing of a row, and the row of a place."""
        return self._count - 1 - row

    def rowCount(self, parent: AnyIndex = QModelIndex()) -> int:  # noqa: B008 - as Qt has it
        return 0 if parent.isValid() else self._count

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        return super().flags(index) | Qt.ItemFlag.ItemIsUserCheckable

    def data(self, index: AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        place = self.place_of(index.row())
        shapes = self._scene.drawing.shapes
        if not 0 <= place < len(shapes):
            return None
        shape = shapes[place]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            words = f"{shape.label}  ·  {self._words(shape)}"
            return words if role == Qt.ItemDataRole.DisplayRole else plain_tip(words)
        if role == Qt.ItemDataRole.DecorationRole:
            return swatch(self._scene.position(shape.label))
        if role == Qt.ItemDataRole.CheckStateRole:
            is_shown = place not in self._scene.hidden
            return Qt.CheckState.Checked if is_shown else Qt.CheckState.Unchecked
        return None

    def setData(self, index: AnyIndex, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if role != Qt.ItemDataRole.CheckStateRole:
            return False
        self.hidden_changed.emit(self._scene.hidden ^ {self.place_of(index.row())})
        self.dataChanged.emit(index, index)
        del value
        return True

    def _words(self, shape: Shape) -> str:
        left, top, right, bottom = self._scene.sides(shape)
        word = WORDS[type(shape)]
        if isinstance(shape, Point):
            return f"{word} at {left:.0f}, {top:.0f}"
        return f"{word} {right - left:.0f} x {bottom - top:.0f}"


class ShapeList(QListView):
    """Shapes to be selected, hidden and deleted.

    Signals:
        selected: frozenset of places in the drawing.
        delete_asked: None.
        menu_asked: Global position.
    """

    selected = Signal(object)
    delete_asked = Signal(object)
    menu_asked = Signal(object)

    def __init__(self, model: ShapeModel) -> None:
        super().__init__()
        self._shapes = model
        self._is_following = False
        self.setModel(model)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setIconSize(QSize(SWATCH_PX, SWATCH_PX))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setMinimumHeight(LEAST_PX)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setAccessibleName("Shapes on this picture")
        self.setToolTip("Untick a shape to hide it. Right click to change its class.")
        self.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.customContextMenuRequested.connect(self._ask_menu)
        self.selectionModel().selectionChanged.connect(lambda _now, _before: self._tell())

    def follow(self, places: frozenset[int]) -> None:
        """Show what is selected on the canvas."""
        rows = [self._shapes.place_of(place) for place in sorted(places)]
        if {index.row() for index in self.selectedIndexes()} == set(rows):
            return
        self._is_following = True
        chosen = QItemSelection()
        for row in rows:
            chosen.select(self._shapes.index(row), self._shapes.index(row))
        model = self.selectionModel()
        model.select(chosen, QItemSelectionModel.SelectionFlag.ClearAndSelect)
        if rows:
            self.scrollTo(self._shapes.index(rows[0]))
        self._is_following = False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.delete_asked.emit(None)
        elif event.text().strip() and not event.modifiers():
            # Letters and digits mean tools and classes here as on the canvas.
            event.ignore()
        else:
            super().keyPressEvent(event)

    def _tell(self) -> None:
        if not self._is_following:
            rows = {index.row() for index in self.selectedIndexes()}
            self.selected.emit(frozenset(self._shapes.place_of(row) for row in rows))

    def _ask_menu(self, point: QPoint) -> None:
        self.menu_asked.emit(self.viewport().mapToGlobal(point))


def swatch(position: int) -> QIcon:
    """Return a small square in the colour of a class, the same where its row is selected."""
    made = QPixmap(SWATCH_PX * 2, SWATCH_PX * 2)
    made.setDevicePixelRatio(2)
    made.fill(QColor(Qt.GlobalColor.transparent))
    painter = antialiased(QPainter(made))
    draw_swatch(painter, QRectF(0, 0, SWATCH_PX, SWATCH_PX), position)
    painter.end()
    icon = QIcon(made)
    icon.addPixmap(made, QIcon.Mode.Selected)
    return icon
