"""The small label that follows the mouse over a plot and tells every value there."""

from __future__ import annotations

import html

from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QFrame, QLabel, QVBoxLayout, QWidget

from deepdesk.ui.plots.canvas import curve_colour
from deepdesk.ui.plots.curves import Curve
from deepdesk.ui.plots.figures import value_text

_GAP_PX = 12


class HoverLabel(QFrame):
    """Values of all curves at one epoch, beside the mouse and within the plot."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._area = parent
        self.setProperty("kind", "raised")
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._text = QLabel(self)
        self._text.setProperty("kind", "small")
        self._text.setTextFormat(Qt.TextFormat.RichText)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(8, 5, 8, 5)
        layout.addWidget(self._text)
        self.hide()

    @property
    def words(self) -> str:
        """What is shown, with its markup."""
        return self._text.text()

    def show_values(
        self, x: float, values: list[tuple[Curve, float, float]], unit: str, at: QPoint
    ) -> None:
        """Show the values at `x`, at a place in the parent's pixels."""
        rows = "".join(_row(curve, value, unit) for curve, _x, value in values)
        self._text.setText(f"epoch {x:.4g}<table cellspacing=0>{rows}</table>")
        self.adjustSize()
        area = self._area.rect()
        left = at.x() + _GAP_PX
        if left + self.width() > area.right():
            left = at.x() - _GAP_PX - self.width()
        top = min(max(0, at.y() - self.height() // 2), area.bottom() - self.height())
        self.move(max(0, left), max(0, top))
        self.show()
        self.raise_()


def _row(curve: Curve, value: float, unit: str) -> str:
    label = html.escape(f"{curve.group} {curve.label}".strip())
    dot = f'<span style="color:{curve_colour(curve).name()}">\N{BLACK CIRCLE}</span>'
    figure = html.escape(value_text(value, unit))
    return (
        f"<tr><td>{dot}&nbsp;{label}</td>"
        f'<td align="right" style="padding-left:10px"><b>{figure}</b></td></tr>'
    )
