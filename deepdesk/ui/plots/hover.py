"""The small label that follows the mouse over a plot and tells every value there."""

from __future__ import annotations

import html

from PySide6.QtCore import QPoint

from deepdesk.ui.plots.canvas import curve_colour
from deepdesk.ui.plots.curves import Curve
from deepdesk.ui.plots.figures import value_text
from deepdesk.ui.widgets.value_label import ValueLabel


class HoverLabel(ValueLabel):
    """Values of all curves at one epoch, beside the mouse and within the plot."""

    def show_values(
        self, x: float, values: list[tuple[Curve, float, float]], unit: str, at: QPoint
    ) -> None:
        """Show the values at `x`, at a place in the parent's pixels."""
        rows = "".join(_row(curve, value, unit) for curve, _x, value in values)
        self.show_markup(f"epoch {x:.4g}<table cellspacing=0>{rows}</table>", at)


def _row(curve: Curve, value: float, unit: str) -> str:
    label = html.escape(f"{curve.group} {curve.label}".strip())
    dot = f'<span style="color:{curve_colour(curve).name()}">\N{BLACK CIRCLE}</span>'
    figure = html.escape(value_text(value, unit))
    return (
        f"<tr><td>{dot}&nbsp;{label}</td>"
        f'<td align="right" style="padding-left:10px"><b>{figure}</b></td></tr>'
    )
