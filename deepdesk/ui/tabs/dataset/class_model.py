"""The classes of a project as rows of a Qt list."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import (
    QAbstractListModel,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)

from deepdesk.project.index import ClassRow
from deepdesk.ui.tabs.dataset.overview import Overview
from deepdesk.ui.widgets.plain_tip import plain_tip

CLASSES_MIME = "application/x-deepdesk-classes"
ROW_ROLE = int(Qt.ItemDataRole.UserRole)
AnyIndex = QModelIndex | QPersistentModelIndex


@dataclass(frozen=True, slots=True, kw_only=True)
class ClassLine:
    """What one line of the list shows.

    Attributes:
        id: Of the class, None for the line of samples without one.
        position: Decides the colour, -1 for none.
        share: Of the largest class, 0 to 1.
        tip: What it says under the pointer, "" for its name and count.
    """

    id: int | None
    name: str
    count: int
    position: int
    share: float
    tip: str = ""

    @property
    def words(self) -> str:
        """What it says under the pointer."""
        return self.tip or f"{self.name}: {self.count:,}"


def lines_of(overview: Overview) -> list[ClassLine]:
    """Return a line for each class, and one for samples without a class if there are any."""
    if overview.drawn is not None:
        return _drawn_lines(overview)
    largest = max((*(row.count for row in overview.classes), overview.unlabelled, 1))
    # A full bar would read as "complete"; the largest class fills five sixths of it.
    scale = 5 / (6 * largest)
    lines = [
        ClassLine(id=row.id, name=row.name, count=row.count, position=at, share=row.count * scale)
        for at, row in enumerate(overview.classes)
    ]
    if overview.unlabelled:
        count = overview.unlabelled
        lines.append(
            ClassLine(id=None, name="No class", count=count, position=-1, share=count * scale)
        )
    return lines


def _drawn_lines(overview: Overview) -> list[ClassLine]:
    """Return a line for each class with its shapes; without a single one with its pictures."""
    has_shapes = any(row.shapes for row in overview.classes)
    counts = [row.shapes if has_shapes else row.pictures for row in overview.classes]
    scale = 5 / (6 * max((*counts, 1)))
    lines = [
        ClassLine(
            id=row.id,
            name=row.name,
            count=count,
            position=at,
            share=count * scale,
            tip=_drawn_tip(row),
        )
        for at, (row, count) in enumerate(zip(overview.classes, counts, strict=True))
    ]
    left = overview.drawn_with(None)
    if left:
        # Pictures are no shapes: their bar would not be to the scale of the others.
        tip = f"{left:,} not labelled yet"
        name = "Not labelled yet"
        lines.append(ClassLine(id=None, name=name, count=left, position=-1, share=0.0, tip=tip))
    return lines


def _drawn_tip(row: ClassRow) -> str:
    pictures = f"{row.pictures:,} picture{'' if row.pictures == 1 else 's'}"
    if not row.shapes:
        return f"{row.name}: in {pictures}" if row.pictures else f"{row.name}: drawn nowhere yet"
    return f"{row.name}: {row.shapes:,} shape{'' if row.shapes == 1 else 's'} in {pictures}"


class ClassModel(QAbstractListModel):
    """Lines of the class list; renaming is a request, not a change.

    Signals:
        rename_asked: (class id, new name).
    """

    rename_asked = Signal(object)

    def __init__(self, parent: QObject | None = None, *, can_drag: bool = True) -> None:
        super().__init__(parent)
        self._can_drag = can_drag
        self._lines: list[ClassLine] = []

    def show(self, overview: Overview) -> None:
        """Show other counts; rows keep their places when the classes are the same."""
        self.show_lines(lines_of(overview))

    def show_lines(self, lines: list[ClassLine]) -> None:
        """Show other lines; those that are the same keep their places."""
        same = [line.id for line in lines] == [line.id for line in self._lines]
        if same:
            self._lines = lines
            if lines:
                self.dataChanged.emit(self.index(0), self.index(len(lines) - 1))
            return
        self.beginResetModel()
        self._lines = lines
        self.endResetModel()

    def line(self, index: AnyIndex) -> ClassLine:
        """Return the line of a valid index."""
        return self._lines[index.row()]

    def row_of(self, class_id: int | None) -> int:
        """Return the row of a class, -1 when it is not there."""
        return next((at for at, line in enumerate(self._lines) if line.id == class_id), -1)

    def rowCount(self, parent: AnyIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._lines)

    def data(self, index: AnyIndex, role: int = int(Qt.ItemDataRole.DisplayRole)) -> object:
        if not index.isValid() or index.row() >= len(self._lines):
            return None
        line = self.line(index)
        values: dict[int, object] = {
            int(Qt.ItemDataRole.DisplayRole): line.name,
            int(Qt.ItemDataRole.EditRole): line.name,
            int(Qt.ItemDataRole.AccessibleTextRole): f"{line.name}, {line.count:,}",
            int(Qt.ItemDataRole.ToolTipRole): plain_tip(line.words),
            ROW_ROLE: line,
        }
        return values.get(role)

    def setData(
        self, index: AnyIndex, value: object, role: int = int(Qt.ItemDataRole.EditRole)
    ) -> bool:
        name = str(value).strip()
        line = self.line(index)
        if role != int(Qt.ItemDataRole.EditRole) or not name or name == line.name:
            return False
        self.rename_asked.emit((line.id, name))
        return True

    def flags(self, index: AnyIndex) -> Qt.ItemFlag:
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        flags |= Qt.ItemFlag.ItemIsDropEnabled
        if index.isValid() and self.line(index).id is not None:
            flags |= Qt.ItemFlag.ItemIsEditable
            if self._can_drag:
                flags |= Qt.ItemFlag.ItemIsDragEnabled
        return flags

    def mimeTypes(self) -> list[str]:
        return [CLASSES_MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        mime = QMimeData()
        ids = [self.line(index).id for index in indexes]
        text = ",".join(str(class_id) for class_id in ids if class_id is not None)
        mime.setData(CLASSES_MIME, text.encode())
        return mime
