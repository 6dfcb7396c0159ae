"""From which probability on each class counts, as the run found it on validation."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import QWidget

from deepdesk.engine.thresholds import ClassThreshold
from deepdesk.ui.dialogs import AskDialog
from deepdesk.ui.payload_views import table
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.score_bars import percent

_HEIGHT_PX = 320
_ABOUT = (
    "A class counts as heard or seen from this probability on. Precision is the share of what"
    " counts that is right, recall the share of the class that is found; both on validation."
)


class ThresholdsDialog(AskDialog):
    """A table of them, the weakest class first."""

    def __init__(self, window: QWidget | None, thresholds: Mapping[str, ClassThreshold]) -> None:
        super().__init__(window, "Thresholds of classes", verb="Close", other="")
        self.add_text(_ABOUT)
        weakest = sorted(thresholds.items(), key=lambda pair: (_f1(pair[1]), pair[0]))
        rows = [
            [name, percent(one.threshold, 0), percent(one.precision), percent(one.recall)]
            for name, one in weakest
        ]
        self.table = table(("Class", "Threshold", "Precision", "Recall"), rows)
        self.table.setMinimumHeight(metrics.scaled(_HEIGHT_PX))
        self.body.addWidget(self.table, 1)


def _f1(one: ClassThreshold) -> float:
    both = one.precision + one.recall
    return 2.0 * one.precision * one.recall / both if both else 0.0
