"""The left column: classes above, the split below."""

from __future__ import annotations

from PySide6.QtWidgets import QFrame, QVBoxLayout, QWidget

from deepdesk.ui.tabs.dataset.class_panel import ClassPanel
from deepdesk.ui.tabs.dataset.origin_panel import OriginPanel
from deepdesk.ui.tabs.dataset.overview import Overview, overview_words
from deepdesk.ui.tabs.dataset.split_panel import SplitPanel
from deepdesk.ui.theme.metrics import COLUMN_LEFT, L, M
from deepdesk.ui.widgets.card import Divider
from deepdesk.ui.widgets.labels import Label


class LeftColumn(QFrame):
    """What one chooses by.

    Args:
        noun: One sample and several, in words.
        origin_noun: Who or what samples come from, for instance ("speaker", "speakers").
        has_classes: Whether truths are classes; else origins stand in their place.
    """

    def __init__(
        self, noun: tuple[str, str], origin_noun: tuple[str, str], *, has_classes: bool = True
    ) -> None:
        super().__init__()
        self._nouns = (noun, origin_noun)
        self.setProperty("kind", "column")
        self.setProperty("edge", "right")
        self.setFixedWidth(COLUMN_LEFT)
        self.classes = ClassPanel()
        self.classes.setVisible(has_classes)
        self.origins = OriginPanel(origin_noun, is_folded=has_classes)
        self.splits = SplitPanel()
        self.words = Label("", kind="hint", wraps=True)
        self.words.hide()
        self._lower = QWidget()
        lower = QVBoxLayout(self._lower)
        lower.setContentsMargins(L, 0, L, L)
        lower.setSpacing(L)
        lower.addWidget(Divider())
        lower.addWidget(self.splits)
        lower.addWidget(self.words)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, L, 0, 0)
        column.setSpacing(M)
        column.addWidget(self.classes)
        column.addWidget(self.origins)
        column.addWidget(self._lower)
        column.addStretch(1)
        self._lower.hide()

    def show_overview(self, overview: Overview) -> None:
        """Show classes and shares."""
        self.classes.show_overview(overview)
        self.origins.show_overview(overview)
        self.splits.show_overview(overview)
        words = overview_words(overview, *self._nouns)
        self.words.setText(words)
        self.words.setVisible(bool(words))
        self._lower.setVisible(overview.total > 0)
