"""The four tabs in the middle of the header, each with a dot that says how it stands."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFont, QFontMetricsF, QKeyEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from deepdesk.ui.session import TABS
from deepdesk.ui.theme import colour, metrics
from deepdesk.ui.theme.fonts import MEDIUM, REGULAR, font
from deepdesk.ui.widgets.painting import (
    antialiased,
    draw_dot,
    draw_focus,
    draw_shadow,
    draw_text,
    fill_round,
)
from deepdesk.ui.widgets.status_dot import STATES

DOT_PX, GAP_PX, PADDING_PX = 7, 9, 16
STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


class TabButton(QAbstractButton):
    """One tab: a dot and its name; raised when in front."""

    def __init__(self, key: str, number: int) -> None:
        super().__init__()
        self.key = key
        self.state = "empty"
        self._number = number
        self.setText(key.capitalize())
        self.setCheckable(True)
        self.setAutoExclusive(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.set_state("empty")

    def set_state(self, state: str) -> None:
        """Colour the dot: "empty", "working", "ready", "look" or "wrong"."""
        self.state = state
        words = STATES[state][1]
        self.setAccessibleName(f"{self.text()}, {words}")
        self.setToolTip(f"{self.text()}: {words} (Ctrl+{self._number})")
        self.update()

    def sizeHint(self) -> QSize:
        words = QFontMetricsF(font(metrics.HEADING, MEDIUM)).horizontalAdvance(self.text())
        return QSize(round(words) + DOT_PX + GAP_PX + 2 * PADDING_PX, metrics.scaled(31))

    def minimumSizeHint(self) -> QSize:
        return QSize(self.sizeHint().width() - PADDING_PX, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = antialiased(QPainter(self))
        rect = QRectF(self.rect())
        if self.isChecked():
            raised = rect.adjusted(1, 0.5, -1, -1.5)
            draw_shadow(painter, raised, metrics.RADIUS_CONTROL)
            fill_round(painter, raised, colour("surface"), metrics.RADIUS_CONTROL)
        elif self.underMouse() and self.isEnabled():
            fill_round(painter, rect, colour("line", 0.4), metrics.RADIUS_CONTROL)
        left = (rect.width() - self._content_px()) / 2
        centre = QPointF(left + DOT_PX / 2, rect.center().y())
        draw_dot(painter, centre, colour(STATES[self.state][0]), DOT_PX / 2)
        words = rect.adjusted(left + DOT_PX + GAP_PX, 0, 0, 0)
        ink = colour("text" if self.isChecked() else "muted")
        draw_text(painter, words, self.text(), self._words_font(), ink)
        if self.hasFocus():
            draw_focus(painter, rect)

    def _words_font(self) -> QFont:
        return font(metrics.HEADING, MEDIUM if self.isChecked() else REGULAR)

    def _content_px(self) -> float:
        words = QFontMetricsF(self._words_font()).horizontalAdvance(self.text())
        return words + DOT_PX + GAP_PX


class TabSwitch(QWidget):
    """The tabs side by side; one is in front.

    Signals:
        chosen: Key of the tab that a person asked for, str.
    """

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName("Tabs")
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.buttons = {key: TabButton(key, at + 1) for at, key in enumerate(TABS)}
        row = QHBoxLayout(self)
        row.setContentsMargins(3, 3, 3, 3)
        row.setSpacing(3)
        for key, button in self.buttons.items():
            row.addWidget(button)
            button.clicked.connect(lambda _on=False, key=key: self.chosen.emit(key))

    def choose(self, key: str) -> None:
        """Show `key` as the tab in front, without a signal."""
        self.buttons[key].setChecked(True)

    def set_state(self, key: str, state: str) -> None:
        """Colour the dot of one tab."""
        self.buttons[key].set_state(state)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = STEPS.get(Qt.Key(event.key()), 0)
        at = next((i for i, key in enumerate(TABS) if self.buttons[key].hasFocus()), -1)
        if not step or at < 0:
            super().keyPressEvent(event)
            return
        button = self.buttons[TABS[(at + step) % len(TABS)]]
        button.setFocus(Qt.FocusReason.TabFocusReason)
        button.click()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = antialiased(QPainter(self))
        fill_round(painter, QRectF(self.rect()), colour("bg"), metrics.RADIUS_CARD - 1)
