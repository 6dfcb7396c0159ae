"""One line of the list of choices, and the line that tells the share of the limit."""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from deepdesk.core.events import Choice, Limit
from deepdesk.ui.plots.figures import THIN
from deepdesk.ui.theme import colour, metrics
from deepdesk.ui.theme.fonts import font
from deepdesk.ui.widgets.elided_label import ElidedLabel
from deepdesk.ui.widgets.labels import Label
from deepdesk.ui.widgets.painting import antialiased, draw_focus, draw_text
from deepdesk.ui.widgets.plain_tip import plain_tip

HEIGHT_PX = 20
_HOVER = 0.06
_HOWS = {
    "measured": "Measured on this machine just before the run.",
    "kept": "Measured on this machine before an earlier run of this network.",
    "pinned": "Pinned in the settings.",
    "usual": "What is usual; nothing was measured.",
}
_MOST_SHARE = 1.0
_EXACT = 1e-6
_NOTICEABLE = 1.1


def gain_text(gain: float) -> str:
    """Return a factor over the plain way: "1.7 x" with the sign for times, "" for none."""
    # Cut, not rounded: 1.05 is no gain of a tenth.
    tenths = math.floor(gain * 10 + _EXACT)
    return f"{tenths / 10:.1f}{THIN}\N{MULTIPLICATION SIGN}" if gain else ""


class ChoiceLine(QAbstractButton):
    """What was chosen in one respect; a press opens what else there is.

    Signals:
        opened: The line itself.
    """

    opened = Signal(object)

    def __init__(self, choice: Choice) -> None:
        super().__init__()
        self.choice = choice
        has_ways = bool(choice.candidates) or bool(choice.key)
        self.setEnabled(has_ways)
        focus = Qt.FocusPolicy.TabFocus if has_ways else Qt.FocusPolicy.NoFocus
        self.setFocusPolicy(focus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        if has_ways:
            self.setCursor(Qt.CursorShape.PointingHandCursor)
        gain = gain_text(choice.gain)
        self.setText(f"{choice.what}: {choice.chosen}" + (f", {gain}" if gain else ""))
        self.setAccessibleName(self.text())
        measured = "Its factor is over the plain way." if gain else ""
        said = (_HOWS[choice.how], measured, choice.note)
        self.setToolTip(plain_tip(" ".join(part for part in (self.text() + ".", *said) if part)))
        self.clicked.connect(lambda _checked=False: self.opened.emit(self))

    def sizeHint(self) -> QSize:
        return QSize(200, metrics.scaled(HEIGHT_PX))

    def minimumSizeHint(self) -> QSize:
        return QSize(80, metrics.scaled(HEIGHT_PX))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = antialiased(QPainter(self))
        rect = QRectF(self.rect())
        if self.underMouse() and self.isEnabled():
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(colour("text", _HOVER))
            painter.drawRoundedRect(rect.adjusted(-4, 0, 4, 0), 4, 4)
        small = font(metrics.SMALL)
        right = Qt.AlignmentFlag.AlignRight
        gain = self._aside()
        wide = QFontMetricsF(small)
        name = wide.horizontalAdvance(self.choice.what) + metrics.XS
        aside = wide.horizontalAdvance(gain) + metrics.S if gain else 0.0
        role = "good_text" if self.choice.gain >= _NOTICEABLE else "muted"
        draw_text(painter, rect, self.choice.what, small, colour("muted"))
        words = rect.adjusted(name + metrics.XS, 0, -aside, 0)
        draw_text(painter, words, self.choice.chosen, small, colour("text"))
        draw_text(painter, rect, gain, small, colour(role), right)
        if self.hasFocus():
            draw_focus(painter, rect, 4)

    def _aside(self) -> str:
        return "pinned" if self.choice.how == "pinned" else gain_text(self.choice.gain)


class LimitLine(QWidget):
    """Says how much of what this machine could do is reached, and what would raise it."""

    def __init__(self) -> None:
        super().__init__()
        self.figure = Label(kind="small")
        self.reason = ElidedLabel(kind="small", tone="muted")
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(metrics.XS)
        row.addWidget(Label("Of the limit", kind="small", tone="muted"))
        row.addWidget(self.figure)
        row.addWidget(self.reason, 1)

    def show_share(self, limit: Limit | None, samples_per_second: float) -> None:
        """Show a share; nothing where either is not known."""
        is_known = limit is not None and samples_per_second > 0
        self.setVisible(is_known)
        if limit is None or not is_known:
            return
        share = min(limit.share(samples_per_second), _MOST_SHARE)
        self.figure.setText(f"about {100 * share:.0f}{THIN}%")
        self.reason.setText(f"by {limit.floors[0][0]}")
        step_ms = 1000 * limit.batch / samples_per_second
        bounds = "; ".join(f"{what} {1000 * floor:.1f} ms" for what, floor in limit.floors)
        tip = (
            f"A step takes {step_ms:.1f} ms. By what was measured of this machine it could not be"
            f" shorter than: {bounds}. The longest is the limit. {limit.lever}"
        )
        self.setToolTip(plain_tip(tip))
        self.reason.set_tooltip(tip)
        self.figure.setToolTip(plain_tip(tip))
