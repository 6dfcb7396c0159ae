"""The page of a film or a camera: the picture with its answer, and how it is steered."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QHideEvent, QKeyEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from deepdesk.core.errors import DeepDeskError
from deepdesk.ui.tabs.inference.mime import can_offer
from deepdesk.ui.tabs.inference.moving.view import MovingView
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.banner import Banner
from deepdesk.ui.widgets.labels import Label

_STEPS = {
    Qt.Key.Key_Comma: -1,
    Qt.Key.Key_Left: -1,
    Qt.Key.Key_Period: 1,
    Qt.Key.Key_Right: 1,
}


class MovingPage(QWidget):
    """Widgets only; what they do is wired elsewhere.

    Args:
        name: For a screen reader.
        bar: How it is steered; above the picture of a camera, below that of a film.
        is_bar_above: Where it stands.

    Signals:
        toggled: None, when it is to go on or to stop.
        stepped: Pictures to go on, or back.
        handed: QMimeData of what was let go here.
        hidden: None, when the page went out of sight.
    """

    toggled = Signal(object)
    stepped = Signal(object)
    handed = Signal(object)
    hidden = Signal(object)

    def __init__(self, name: str, bar: QWidget, *, is_bar_above: bool = False) -> None:
        super().__init__()
        self.setAccessibleName(name)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAcceptDrops(True)
        self.bar = bar
        self.view = MovingView()
        self.title = Label(kind="hint")
        self.title.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.problem = Banner(tone="bad")
        self.note = Banner(tone="warn")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(metrics.S)
        if is_bar_above:
            column.addWidget(bar)
        column.addWidget(self.problem)
        column.addWidget(self.note)
        column.addWidget(self.view, 1)
        column.addWidget(self.title)
        if not is_bar_above:
            column.addWidget(bar)
        for banner in (self.problem, self.note):
            banner.hide()

    def show_problem(self, error: DeepDeskError) -> None:
        """Say why nothing comes; what was seen stays."""
        self.problem.say(error.message, error.hint)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Space and not event.isAutoRepeat():
            self.toggled.emit(None)
        elif key in _STEPS:
            self.stepped.emit(_STEPS[key])
        else:
            super().keyPressEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.hidden.emit(None)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if can_offer(event.mimeData()):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        mime: QMimeData = event.mimeData()
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self.handed.emit(mime)
