"""The legend at the top right of a plot: a dot and a word for every curve."""

from __future__ import annotations

import html

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSizePolicy

from deepdesk.ui.plots.canvas import curve_colour
from deepdesk.ui.plots.curves import Curves
from deepdesk.ui.theme import tokens

_DASHES = "\N{BOX DRAWINGS LIGHT HORIZONTAL}\N{THIN SPACE}\N{BOX DRAWINGS LIGHT HORIZONTAL}"


class Legend(QLabel):
    """A line of text, two where it is narrow; a run behind is named once, with dashes."""

    def __init__(self) -> None:
        super().__init__()
        self._shown: tuple[object, ...] = ()
        self.setProperty("kind", "small")
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setWordWrap(True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

    def show_curves(self, curves: Curves) -> None:
        """Name the curves that have points."""
        named = [curve for _key, curve in curves if len(curve.points)]
        told = (tokens(), [(curve.label, curve.role, curve.group, curve.rank) for curve in named])
        if told == self._shown:
            return
        self._shown = told
        entries: dict[str, str] = {}
        for curve in named:
            mark = _DASHES if curve.group else "\N{BLACK CIRCLE}"
            role = "validation" if curve.role == "validation" else "accent"
            words = curve_colour(curve).name() if curve.group else tokens().text_colour(role)
            name = curve.group or curve.label
            entries.setdefault(
                name,
                f'<span style="color:{curve_colour(curve).name()}">{mark}</span>'
                f'&nbsp;<span style="color:{words}">{_unbroken(name)}</span>',
            )
        self.setText("&nbsp;&nbsp; ".join(entries.values()))
        self.setVisible(len(entries) > 1 or any("validation" in name for name in entries))


def _unbroken(name: str) -> str:
    """Return a name as it stands in rich text, in one piece."""
    return html.escape(name).replace(" ", "&nbsp;")
