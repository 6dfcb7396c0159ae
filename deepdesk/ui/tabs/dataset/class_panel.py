"""The left column's upper part: classes with their counts, and a field to add one."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QSizePolicy, QVBoxLayout, QWidget

from deepdesk.ui.tabs.dataset.class_list import ClassList
from deepdesk.ui.tabs.dataset.class_model import ClassModel
from deepdesk.ui.tabs.dataset.overview import Overview
from deepdesk.ui.theme.metrics import L, M, S
from deepdesk.ui.widgets.buttons import LinkButton
from deepdesk.ui.widgets.escape import KeepsEscape
from deepdesk.ui.widgets.labels import SectionLabel


class ClassPanel(QWidget):
    """Classes as a chart that filters.

    Signals:
        add_asked: Name of a class to be added.
        map_asked: The panel itself, when names are to be mapped to others.
    """

    add_asked = Signal(object)
    map_asked = Signal(object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.model = ClassModel(self)
        self.list = ClassList(self.model)
        self._name = QLineEdit()
        self._name.setProperty("size", "small")
        self._name.setPlaceholderText("Name of the class")
        self._name.setAccessibleName("Name of the new class")
        self._name.installEventFilter(self)
        KeepsEscape(self._name, lambda: True)
        self._name.returnPressed.connect(self._add)
        self._name_row = QWidget()
        name_row = QHBoxLayout(self._name_row)
        name_row.setContentsMargins(L, 0, L, S)
        name_row.addWidget(self._name)
        self._name_row.hide()
        self._all = LinkButton("Show all", self.list.clearSelection, tip="Show every class.")
        self._all.hide()
        self.add = LinkButton("+ Add", self._ask_name, tip="Add a class.")
        self.map = LinkButton(
            "Map names…",
            lambda: self.map_asked.emit(self),
            tip="Say which of these names are one class, should be called otherwise or left out.",
        )
        self.map.hide()
        header = QHBoxLayout()
        header.setContentsMargins(L, 0, M, 0)
        header.setSpacing(M)
        header.addWidget(SectionLabel("Classes"), 1)
        header.addWidget(self._all)
        header.addWidget(self.add)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S)
        column.addLayout(header)
        column.addWidget(self._name_row)
        column.addWidget(self.list)
        # A holder that keeps its height: a long list of classes would squeeze links to nothing.
        below = QWidget()
        below.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.footer = QHBoxLayout(below)
        self.footer.setContentsMargins(L, 0, M, 0)
        self.footer.addWidget(self.map)
        self.footer.addStretch(1)
        column.addWidget(below)
        self.list.chosen.connect(lambda lines: self._all.setVisible(bool(lines)))

    def show_overview(self, overview: Overview) -> None:
        """Show the counts; what was selected stays selected if it is still there."""
        chosen = [line.id for line in self.list.selected_lines]
        self.model.show(overview)
        self.list.updateGeometry()
        self.map.setVisible(bool(overview.classes))
        if [line.id for line in self.list.selected_lines] != chosen:
            self.list.choose(chosen)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        is_escape = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape
        if is_escape and event.type() == QEvent.Type.KeyPress:
            self._name_row.hide()
            self.list.setFocus()
            return True
        return super().eventFilter(watched, event)

    def _ask_name(self) -> None:
        self._name.clear()
        self._name_row.show()
        self._name.setFocus(Qt.FocusReason.TabFocusReason)

    def _add(self) -> None:
        name = self._name.text().strip()
        self._name.clear()
        if name:
            self.add_asked.emit(name)
        else:
            self._name_row.hide()
