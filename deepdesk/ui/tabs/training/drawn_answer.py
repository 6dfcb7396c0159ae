"""A picture with what is right and what the network said drawn over it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtWidgets import QVBoxLayout, QWidget

from deepdesk.core.payloads import Boxes, Image, Mask
from deepdesk.ui.overlay import OverlayView
from deepdesk.ui.payload_views import image_of
from deepdesk.ui.tabs.training.works import Answered
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.chip_row import ChipRow

_ANSWER, _TRUTH = "answer", "truth"
_TRUTH_LOOKS: Mapping[type[Any], str] = {Boxes: "dashed", Mask: "outlined"}


class DrawnAnswer(QWidget):
    """Answer and truth can be shown alone or over each other; the truth is lines alone."""

    def __init__(self, picture: Image, row: Answered) -> None:
        super().__init__()
        self._row = row
        self.view = OverlayView(image_of(picture.pixels_HWC), name=picture.name)
        truth = f"Truth, {_TRUTH_LOOKS[type(row.drawn_truth or row.drawn)]}"
        self.chips = ChipRow(
            [(_ANSWER, "Answer"), (_TRUTH, truth)], exclusive=False, name="What is drawn"
        )
        self.chips.choose(_ANSWER, _TRUTH)
        self.chips.chosen.connect(lambda _keys: self._show())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(metrics.S)
        column.addWidget(self.view, 1)
        column.addWidget(self.chips)
        self._show()

    def _show(self) -> None:
        shown = self.chips.values()
        self.view.show_answer(self._row.drawn if _ANSWER in shown else None)
        self.view.show_truth(self._row.drawn_truth if _TRUTH in shown else None)
