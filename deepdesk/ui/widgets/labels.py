"""Words on the window, by what they are."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import QEvent, Qt
from PySide6.QtWidgets import QLabel, QWidget

from deepdesk.ui.theme.fonts import section_font

LINE_HEIGHT_PERCENT = 118


class Label(QLabel):
    """Plain words; `kind` as in the style sheet, `tone` colours them."""

    def __init__(
        self, text: str = "", *, kind: str = "", tone: str = "", wraps: bool = False
    ) -> None:
        super().__init__()
        self._wraps = wraps
        self._plain = ""
        self.setTextFormat(Qt.TextFormat.RichText if wraps else Qt.TextFormat.PlainText)
        self.setProperty("kind", kind)
        self.setProperty("tone", tone)
        self.setWordWrap(wraps)
        self.setText(text)

    def setText(self, text: str) -> None:
        self._plain = text
        self.setAccessibleName(text)
        super().setText(_spaced(text) if self._wraps and text else text)

    def text(self) -> str:
        return self._plain

    def set_tone(self, tone: str) -> None:
        """Colour the words: "", muted, accent, good, warn, bad or validation."""
        if self.property("tone") != tone:
            self.setProperty("tone", tone)
            restyle(self)


def _spaced(text: str) -> str:
    """Return escaped HTML: only rich text can have more room between its lines."""
    lines = escape(text).replace("\n", "<br>")
    return f'<div style="line-height:{LINE_HEIGHT_PERCENT}%">{lines}</div>'


class SectionLabel(QLabel):
    """The name of a section: small spaced capitals.

    LOOK's faint does not reach 4.5 to 1, so these words are in muted.
    """

    def __init__(self, text: str = "", parent: QWidget | None = None) -> None:
        super().__init__(text, parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setProperty("kind", "section")
        self.setProperty("tone", "muted")
        self.setFont(section_font())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.ApplicationFontChange:
            self.setFont(section_font())


def restyle(widget: QWidget) -> None:
    """Let the style sheet look again at the properties of `widget`."""
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()
