"""Buttons by their weight: one primary per screen, then plain, small, link and icon ones."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QPushButton, QSizePolicy

from deepdesk.ui.theme import icons, metrics


class _Button(QPushButton):
    """Tab reaches it and then shows a ring; a click does not move the focus onto it."""

    kind = ""

    def __init__(
        self, text: str = "", clicked: Callable[[], object] | None = None, *, tip: str = ""
    ) -> None:
        super().__init__(text)
        self.setProperty("kind", self.kind)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(text or tip)
        self.setToolTip(tip)
        if clicked is not None:
            self.clicked.connect(lambda _checked=False: clicked())

    def set_icon(self, name: str, role: str = "text") -> None:
        """Show the icon `name` before the words, always in the theme's colour of `role`."""
        icons.bind(self, name, role)
        self.setIconSize(QSize(icons.SIZE_PX, icons.SIZE_PX))


class PlainButton(_Button):
    """A button of full height."""


class PrimaryButton(_Button):
    """The one thing to do on this screen."""

    kind = "primary"

    def set_icon(self, name: str, role: str = "on_accent") -> None:
        super().set_icon(name, role)


class SmallButton(_Button):
    """A lower button, for a side column or a row."""

    kind = "small"


class SmallPrimaryButton(_Button):
    """A lower button that is the thing to do in its card."""

    kind = "small-primary"


class DangerButton(_Button):
    """A lower button that takes something away."""

    kind = "danger"


class LinkButton(_Button):
    """A remedy or a way to more, written as a link."""

    kind = "link"

    def __init__(
        self, text: str = "", clicked: Callable[[], object] | None = None, *, tip: str = ""
    ) -> None:
        super().__init__(text, clicked, tip=tip)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFlat(True)
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)


class IconButton(_Button):
    """An icon alone; `tip` is its name for readers and its tooltip."""

    kind = "quiet"

    def __init__(
        self, name: str, tip: str, clicked: Callable[[], object] | None = None, role: str = "muted"
    ) -> None:
        super().__init__("", clicked, tip=tip)
        self.set_icon(name, role)
        side = metrics.scaled(metrics.SMALL_HEIGHT)
        self.setFixedSize(side, side)
