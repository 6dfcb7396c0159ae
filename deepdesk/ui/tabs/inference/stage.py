"""The big view of what was asked about, which takes drops of anything."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QKeyEvent,
    QMouseEvent,
    QPaintEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.payloads import Boxes, Image, Mask, Payload, Recording
from deepdesk.ui.overlay import OverlayView
from deepdesk.ui.payload_views import image_of, widget_for
from deepdesk.ui.tabs.inference.long_sound import LongSound
from deepdesk.ui.tabs.inference.mime import can_offer
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.banner import ErrorState
from deepdesk.ui.widgets.drop_area import DropArea
from deepdesk.ui.widgets.elided_label import ElidedLabel
from deepdesk.ui.widgets.picture import PictureView
from deepdesk.ui.widgets.states import EmptyState

ERROR_WIDTH_PX = 420
# A picture is enlarged to this side, or this many times if that is more.
LARGE_PX, LARGEST_ZOOM = 400, 4
_ICONS = {"picture": "image", "sound": "sound"}
_ENTER = (Qt.Key.Key_Return, Qt.Key.Key_Enter)


class Stage(DropArea):
    """Shows one input as large as there is room, or how to give one.

    Args:
        noun: What the task takes: ("picture", "pictures").
        overlay: Shows pictures with their answers over them, None where answers lie beside.

    Signals:
        handed: QMimeData of what was let go here.
        choose_asked: None, when files are to be chosen.
        stop_asked: None, when what is shown was listened to for long enough.
        tuned: `Timeline` as a person's own thresholds leave it.
        saved: Words about a file that was written.
        failed: `DeepDeskError` why it was not.
    """

    handed = Signal(object)
    choose_asked = Signal(object)
    stop_asked = Signal(object)
    tuned = Signal(object)
    saved = Signal(object)
    failed = Signal(object)

    def __init__(self, noun: tuple[str, str], overlay: OverlayView | None = None) -> None:
        super().__init__()
        self._noun = noun
        self.overlay = overlay
        self._over: Payload | None = None
        self.setAccessibleName(f"The {noun[0]} that is asked about. Drop others here")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        more = "Several, a folder or a video" if noun[0] == "picture" else "Several, or a folder,"
        self.empty = _Prompt(
            f"Drop a {noun[0]} here to ask the network",
            f"Choose {noun[1]}...",
            icon=_ICONS.get(noun[0], "file"),
            hint=f"{more} work too. Paste with Ctrl+V. Nothing leaves this computer.",
        )
        self.empty.acted.connect(self.choose_asked.emit)
        self.problem = ErrorState()
        self._trouble = _centred(self.problem)
        self._view: QWidget | None = None
        self._views = QStackedWidget()
        self._holder = QWidget()
        self._held = QVBoxLayout(self._holder)
        self._held.setContentsMargins(metrics.XL, metrics.XL, metrics.XL, metrics.M)
        self.hint = ElidedLabel(kind="hint", where=Qt.TextElideMode.ElideMiddle)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self._arrange()
        self.show_nothing()

    def show_nothing(self) -> None:
        """Show how to give something."""
        self._let_go()
        self._views.setCurrentWidget(self.empty)
        self.hint.hide()

    def show_waiting(self, name: str, words: str) -> None:
        """Say that something is on its way; what is shown stays until it is here."""
        self.hint.setText(f"{name} · {words}")
        self.hint.show()

    def show_payload(self, payload: Payload, name: str, answer: Payload | None = None) -> None:
        """Show an input, with what was answered where that lies along it."""
        if isinstance(self._view, LongSound) and self._view.recording is payload:
            self._view.show_answer(answer)
            self._name(name)
            return
        if self.overlay is not None and isinstance(payload, Image):
            self._show_over(self.overlay, payload, answer)
        else:
            self._let_go()
            self._view = self._long(payload, answer) or widget_for(payload)
            self._held.addWidget(self._view)
        self._leave_room()
        self._views.setCurrentWidget(self._holder)
        self._name(name)

    def show_problem(self, error: DeepDeskError, name: str) -> None:
        """Say why an input could not be read."""
        self._let_go()
        self.problem.say(error.message, error.hint)
        self._views.setCurrentWidget(self._trouble)
        self._name(name)

    def show_stopped(self) -> None:
        """Say that nothing more comes of what is shown."""
        if isinstance(self._view, LongSound):
            self._view.show_stopped()

    def _show_over(self, overlay: OverlayView, payload: Image, answer: Payload | None) -> None:
        if self._view is not overlay:
            self._let_go()
            self._view = overlay
            self._held.addWidget(overlay)
            overlay.show()
        if payload is not self._over:
            self._over = payload
            overlay.zoom.reset()
            overlay.show_picture(image_of(payload.pixels_HWC), name=payload.name)
        overlay.show_answer(answer if isinstance(answer, Boxes | Mask) else None)

    def _long(self, payload: Payload, answer: Payload | None) -> LongSound | None:
        if not isinstance(payload, Recording):
            return None
        view = LongSound(payload)
        view.stop_asked.connect(self.stop_asked.emit)
        view.tuned.connect(self.tuned.emit)
        view.saved.connect(self.saved.emit)
        view.failed.connect(self.failed.emit)
        view.show_answer(answer)
        return view

    def _name(self, name: str) -> None:
        self.hint.setText(f"{name} · drop others here, or paste")
        self.hint.show()

    def _let_go(self) -> None:
        if self._view is not None:
            self._held.removeWidget(self._view)
            self._view.hide()
            if self._view is not self.overlay:
                self._view.deleteLater()
            self._view, self._over = None, None

    def _arrange(self) -> None:
        self.body.setContentsMargins(metrics.M, metrics.M, metrics.M, metrics.M)
        for view in (self.empty, self._holder, self._trouble):
            self._views.addWidget(view)
        self.body.addWidget(self._views, 1)
        self.body.addWidget(self.hint)

    def _leave_room(self) -> None:
        """Keep a picture of few pixels from filling a large screen with them."""
        is_wide = isinstance(self._view, LongSound | OverlayView)
        side = top = metrics.S if is_wide else metrics.XL
        if isinstance(self._view, PictureView | OverlayView):
            hint = self._view.sizeHint()
            most = max(metrics.scaled(LARGE_PX), LARGEST_ZOOM * max(hint.width(), hint.height()))
            top = max(top, (self._views.height() - most) // 2)
        self._held.setContentsMargins(side, top, side, max(metrics.M, top - metrics.M))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._leave_room()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _ENTER:
            self.choose_asked.emit(None)
            return
        super().keyPressEvent(event)

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        self.choose_asked.emit(None)

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        # Also what cannot be used: letting go then says why.
        if can_offer(event.mimeData()):
            event.setDropAction(Qt.DropAction.CopyAction)
            event.accept()
            self.set_over(True)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()

    def dropEvent(self, event: QDropEvent) -> None:
        self.set_over(False)
        mime: QMimeData = event.mimeData()
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        self.handed.emit(mime)


class _Prompt(EmptyState):
    """The words of an empty state; the stage draws the outline."""

    def paintEvent(self, _event: QPaintEvent) -> None:
        """Draw nothing."""


def _centred(widget: QWidget) -> QWidget:
    page = QWidget()
    column = QVBoxLayout(page)
    column.addStretch(1)
    # Wrapped words ask for hardly any width of their own.
    widget.setFixedWidth(metrics.scaled(ERROR_WIDTH_PX))
    column.addWidget(widget, 0, Qt.AlignmentFlag.AlignHCenter)
    column.addStretch(1)
    return page
