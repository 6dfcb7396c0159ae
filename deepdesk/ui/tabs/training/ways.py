"""Other ways to train than one run now: a row of links under the primary button."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.buttons import LinkButton
from deepdesk.ui.widgets.flow_row import FlowLayout


class Ways(QWidget):
    """Hidden until something is added."""

    def __init__(self) -> None:
        super().__init__()
        self._row = FlowLayout(self, gap=metrics.M)
        self.hide()

    def add(self, text: str, tip: str, act: Callable[[], None]) -> LinkButton:
        """Offer something; return its link."""
        link = LinkButton(text, act)
        link.setToolTip(tip)
        self._row.addWidget(link)
        self.show()
        return link
