"""The right column beside the microphone's page: what can be set, and which network answers."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from deepdesk.ui.tabs.inference.model_facts import ModelFacts
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.card import Divider
from deepdesk.ui.widgets.column import Column
from deepdesk.ui.widgets.labels import SectionLabel


class LiveColumn(Column):
    """As wide as the answer's column, so that nothing moves when the page changes."""

    def __init__(self, side: QWidget | None) -> None:
        super().__init__(edge="left", width_px=metrics.COLUMN_RIGHT + 44)
        self.setAccessibleName("What counts, and the network")
        self.model = ModelFacts()
        if side is not None:
            self.add(side)
            self.body.addSpacing(metrics.M)
            self.add(Divider())
            self.body.addSpacing(metrics.S)
        self.add(SectionLabel("Model"))
        self.add(self.model)
        self.body.addStretch(1)
