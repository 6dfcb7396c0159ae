"""What an area shows while it is empty or busy; what went wrong is in `banner`."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from deepdesk.ui.theme import icons, metrics
from deepdesk.ui.widgets.bar import Bar
from deepdesk.ui.widgets.buttons import PlainButton, PrimaryButton, SmallButton
from deepdesk.ui.widgets.drop_area import DropArea
from deepdesk.ui.widgets.labels import Label

ICON_PX = 28
TEXT_WIDTH_PX = 360


class EmptyState(DropArea):
    """One sentence, one action, a drop outline.

    Signals:
        acted: None, when the action was asked for.
    """

    acted = Signal(object)

    def __init__(
        self,
        sentence: str,
        action: str = "",
        *,
        icon: str = "",
        hint: str = "",
        is_primary: bool = True,
        takes_drops: bool = False,
    ) -> None:
        super().__init__(takes_drops=takes_drops)
        self.setAccessibleName(sentence)
        self._picture = IconPicture(icon) if icon else None
        self.sentence = Label(sentence, kind="strong", wraps=True)
        self.hint = Label(hint, kind="hint", wraps=True)
        kind = PrimaryButton if is_primary else PlainButton
        self.button = kind(action, lambda: self.acted.emit(None))
        self.body.addStretch(1)
        if self._picture is not None:
            self.body.addWidget(self._picture, 0, Qt.AlignmentFlag.AlignHCenter)
        for label in (self.sentence, self.hint):
            label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
            self.body.addWidget(label)
        self.body.addSpacing(metrics.XS)
        self.body.addWidget(self.button, 0, Qt.AlignmentFlag.AlignHCenter)
        self.body.addStretch(1)
        # Only now: what is shown before it has a parent comes up as a window of its own.
        self.button.setVisible(bool(action))
        self.hint.setVisible(bool(hint))

    def set_sentence(self, sentence: str, hint: str = "") -> None:
        """Change what is said."""
        self.sentence.setText(sentence)
        self.setAccessibleName(sentence)
        self.hint.setText(hint)
        self.hint.setVisible(bool(hint))

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        # Wrapped labels keep their height only in full width, so the margins narrow them.
        side = max(metrics.L, (self.width() - metrics.scaled(TEXT_WIDTH_PX)) // 2)
        self.body.setContentsMargins(side, metrics.L, side, metrics.L)


class IconPicture(QLabel):
    """An icon shown as a picture."""

    def __init__(self, name: str, role: str = "muted", size_px: int = ICON_PX) -> None:
        super().__init__()
        self._name, self._role = name, role
        self.setFixedSize(QSize(size_px, size_px))

    def set_icon(self, name: str, role: str = "muted") -> None:
        """Show another icon."""
        self._name, self._role = name, role
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        density = self.devicePixelRatioF()
        self.setPixmap(icons.pixmap(self._name, self._role, self.width(), density))
        super().paintEvent(event)


class BusyState(QWidget):
    """A sentence, a bar with a count and the time left, and a way to cancel.

    Signals:
        cancelled: None, when a person asked to stop.
    """

    cancelled = Signal(object)

    def __init__(self, sentence: str = "", *, cancel: str = "Cancel") -> None:
        super().__init__()
        self.sentence = Label(sentence, kind="strong")
        self.count = Label(kind="hint")
        self.left = Label(kind="hint")
        self.bar = Bar(name=sentence)
        self.button = SmallButton(cancel, self._cancel)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(metrics.S)
        head = QHBoxLayout()
        head.setSpacing(metrics.S)
        head.addWidget(self.sentence, 1)
        head.addWidget(self.button)
        foot = QHBoxLayout()
        foot.addWidget(self.count, 1)
        foot.addWidget(self.left)
        column.addLayout(head)
        column.addWidget(self.bar)
        column.addLayout(foot)

    def begin(self, sentence: str) -> None:
        """Start again from nothing with another sentence."""
        self.sentence.setText(sentence)
        self.button.setEnabled(True)
        self.show_progress(0, 0)

    def show_progress(self, done: int, total: int, left: str = "") -> None:
        """Show how far it is; a `total` of 0 is not known. `left` is the time left, in words."""
        self.bar.set_share(done / total if total else 0.0)
        known, begun = f"{done:,} of {total:,}", f"{done:,}" if done else ""
        self.count.setText(known if total else begun)
        self.left.setText(left)

    def _cancel(self) -> None:
        self.button.setEnabled(False)
        self.cancelled.emit(None)
