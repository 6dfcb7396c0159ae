"""Files dropped anywhere on the window: what they are, what will happen, and the overlay."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QMimeData, QObject, QRectF, Qt, Signal
from PySide6.QtGui import (
    QDragEnterEvent,
    QDragMoveEvent,
    QDropEvent,
    QImage,
    QPainter,
    QPaintEvent,
    QPen,
)
from PySide6.QtWidgets import QVBoxLayout, QWidget

from deepdesk.ui.dialogs import SUFFIX
from deepdesk.ui.places import free_path, scratch_folder
from deepdesk.ui.theme import colour, metrics
from deepdesk.ui.widgets.drop_area import dropped_paths
from deepdesk.ui.widgets.labels import Label
from deepdesk.ui.widgets.painting import antialiased, fill_round

NO_FILES = "These are no files. Save them to a folder first, then drop that."


def project_among(paths: list[Path]) -> Path | None:
    """Return the project folder when exactly one thing was dropped and it is one, or opens one."""
    if len(paths) != 1:
        return None
    folder = paths[0].parent if paths[0].name == "open" + SUFFIX else paths[0]
    return folder if is_project(folder) else None


def is_project(path: Path) -> bool:
    """Return whether `path` is a project folder."""
    return path.suffix == SUFFIX and (path / "project.json").is_file()


def paths_of(mime: QMimeData, scratch: Path) -> list[Path]:
    """Return the files in a drag; a picture without a file, as browsers drag, becomes one."""
    paths = dropped_paths(mime)
    if paths or not mime.hasImage():
        return paths
    image = mime.imageData()
    if not isinstance(image, QImage) or image.isNull():
        return []
    scratch.mkdir(parents=True, exist_ok=True)
    path = free_path(scratch, time.strftime("picture %Y-%m-%d %H.%M.%S"), ".png")
    return [path] if image.save(str(path)) else []


class DropOverlay(QWidget):
    """Covers the window while something is dragged over it, and says what letting go does."""

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.words = Label(kind="answer", wraps=True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.hint = Label(kind="muted", wraps=True)
        self.hint.setAlignment(Qt.AlignmentFlag.AlignCenter)
        column = QVBoxLayout(self)
        column.addStretch(1)
        column.addWidget(self.words)
        column.addWidget(self.hint)
        column.addStretch(1)
        self._role = "accent"
        self.hide()

    def say(self, words: str, hint: str, *, is_welcome: bool) -> None:
        """Cover the window with these words."""
        self._role = "accent" if is_welcome else "warn"
        self.words.setText(words)
        self.hint.setText(hint)
        self.setGeometry(self._window.rect())
        self.raise_()
        self.show()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = antialiased(QPainter(self))
        painter.fillRect(self.rect(), colour("bg", 0.88))
        frame = QRectF(self.rect()).adjusted(metrics.L, metrics.L, -metrics.L, -metrics.L)
        fill_round(painter, frame, colour(self._role, 0.07), metrics.RADIUS_CARD)
        pen = QPen(colour(self._role), 2)
        pen.setDashPattern([4, 4])
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(frame, metrics.RADIUS_CARD, metrics.RADIUS_CARD)


class WindowDrops(QObject):
    """Watches a window for drags.

    Tabs may take drops on parts of their own (a class, a split); only what they leave comes here.

    Args:
        describe: Returns (what letting go does, hint) for paths, ("", why not) to refuse.

    Signals:
        dropped: list[Path], never empty.
    """

    dropped = Signal(object)

    def __init__(self, window: QWidget, describe: Callable[[list[Path]], tuple[str, str]]) -> None:
        super().__init__(window)
        self._describe = describe
        self.overlay = DropOverlay(window)
        window.setAcceptDrops(True)
        window.installEventFilter(self)
        self._handlers: dict[QEvent.Type, Callable[[QEvent], bool]] = {
            QEvent.Type.DragEnter: self._entered,
            QEvent.Type.DragMove: self._moved,
            QEvent.Type.DragLeave: self._left,
            QEvent.Type.Drop: self._dropped,
        }

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        handler = self._handlers.get(event.type())
        return handler(event) if handler else super().eventFilter(watched, event)

    def _entered(self, event: QEvent) -> bool:
        assert isinstance(event, QDragEnterEvent)
        if event.source() is not None:  # a drag of our own, between lists of the window
            return False
        mime = event.mimeData()
        if mime.hasImage() and not dropped_paths(mime):
            words, hint = self._describe([Path("picture.png")])
        elif dropped_paths(mime):
            words, hint = self._describe(dropped_paths(mime))
        else:
            words, hint = "", NO_FILES
        self.overlay.say(words or "Not here", hint, is_welcome=bool(words))
        # Accepted even when refused, so that letting go can say why.
        event.setDropAction(Qt.DropAction.CopyAction)
        event.accept()
        return True

    def _moved(self, event: QEvent) -> bool:
        assert isinstance(event, QDragMoveEvent)
        if self.overlay.isHidden():
            return False
        event.accept()
        return True

    def _left(self, _event: QEvent) -> bool:
        self.overlay.hide()
        return False

    def _dropped(self, event: QEvent) -> bool:
        assert isinstance(event, QDropEvent)
        if self.overlay.isHidden():
            return False
        self.overlay.hide()
        paths = paths_of(event.mimeData(), scratch_folder())
        if paths:
            event.acceptProposedAction()
            self.dropped.emit(paths)
        return True
