"""A line that is cut with "..." where room ends, and tells the whole in its tooltip."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy, QStyle, QStyleOption, QWidget

from deepdesk.ui.widgets.plain_tip import plain_tip


class ElidedLabel(QLabel):
    """One line of text that may shrink."""

    def __init__(
        self,
        text: str = "",
        *,
        kind: str = "",
        tone: str = "",
        where: Qt.TextElideMode = Qt.TextElideMode.ElideRight,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._where = where
        self._tooltip = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("kind", kind)
        self.setProperty("tone", tone)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setText(text)

    def setText(self, text: str) -> None:
        super().setText(text.replace("\n", " "))
        self.setAccessibleName(text)
        self.updateGeometry()
        self._tell()

    def set_tooltip(self, text: str) -> None:
        """Show `text` while the pointer rests here and nothing is cut off."""
        self._tooltip = text
        self._tell()

    def is_cut(self) -> bool:
        """Return whether the text is longer than the room it has."""
        return self._full_width() > self.contentsRect().width()

    def minimumSizeHint(self) -> QSize:
        width = min(self.fontMetrics().horizontalAdvance("mm..."), self._full_width())
        return QSize(width, super().sizeHint().height())

    def sizeHint(self) -> QSize:
        return QSize(self._full_width(), super().sizeHint().height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._tell()

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip:
            self._tell()
        return super().event(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        option = QStyleOption()
        option.initFrom(self)
        self.style().drawPrimitive(QStyle.PrimitiveElement.PE_Widget, option, painter, self)
        shown = self.fontMetrics().elidedText(self.text(), self._where, self.contentsRect().width())
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(self.contentsRect(), self.alignment(), shown)

    def _full_width(self) -> int:
        return self.fontMetrics().horizontalAdvance(self.text()) + 1

    def _tell(self) -> None:
        self.setToolTip(plain_tip(self.text() if self.is_cut() else self._tooltip))
