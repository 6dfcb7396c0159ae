"""Put the look on the application, and follow the system between light and dark."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QApplication

from deepdesk.ui.theme import metrics
from deepdesk.ui.theme.fonts import font
from deepdesk.ui.theme.palette import palette_of
from deepdesk.ui.theme.sheet import sheet_of
from deepdesk.ui.theme.tokens import DARK, LIGHT, Tokens

MODES = ("system", "light", "dark")
_SCHEMES = {"light": LIGHT, "dark": DARK}


class Theme(QObject):
    """The look in use.

    Signals:
        changed: The new Tokens, after everything wears them.
    """

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.mode = "system"
        self.tokens = LIGHT
        self._app: QApplication | None = None

    def follow(self, app: QApplication) -> None:
        """Listen to the system's light and dark from now on."""
        if self._app is app:
            return
        self._app = app
        app.setStyle("Fusion")
        app.styleHints().colorSchemeChanged.connect(self._system_changed)

    def wear(self, mode: str) -> None:
        """Put the look of `mode` on the application.

        Raises:
            ValueError: There is no such mode.
        """
        if mode not in MODES:
            raise ValueError(f"no mode {mode!r}, only {', '.join(MODES)}")
        assert self._app is not None, "follow an application first"
        self.mode = mode
        self.tokens = _SCHEMES.get(mode) or _system_tokens(self._app)
        self._app.setFont(font())
        self._app.setPalette(palette_of(self.tokens))
        self._app.setStyleSheet(sheet_of(self.tokens))
        self.changed.emit(self.tokens)

    def _system_changed(self, _scheme: Qt.ColorScheme) -> None:
        if self.mode == "system" and self._app is not None:
            wanted = _system_tokens(self._app)
            if wanted is not self.tokens:
                self.wear("system")


def _system_tokens(app: QApplication) -> Tokens:
    return DARK if app.styleHints().colorScheme() == Qt.ColorScheme.Dark else LIGHT


_theme: list[Theme] = []


def current() -> Theme:
    """Return the one theme of this process."""
    if not _theme:
        _theme.append(Theme())
    return _theme[0]


def apply(app: QApplication, mode: str = "system", *, text_scale: float = 1.0) -> Theme:
    """Give `app` the look of DeepDesk.

    Args:
        mode: "system", "light" or "dark".
        text_scale: 1 is the usual text size.
    """
    metrics.set_scale(text_scale)
    theme = current()
    theme.follow(app)
    theme.wear(mode)
    return theme


def tokens() -> Tokens:
    """Return the colours in use."""
    return current().tokens


def colour(role: str, alpha: float = 1.0) -> QColor:
    """Return the colour of a token, or of a #RRGGBB text, for a painter."""
    made = QColor(tokens().colour(role))
    made.setAlphaF(alpha)
    return made


def text_colour(role: str) -> QColor:
    """Return the colour of words in `role`, readable on every ground."""
    return QColor(tokens().text_colour(role))
