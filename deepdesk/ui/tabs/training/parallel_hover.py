"""The small label beside the pointer that tells a trial's values."""

from __future__ import annotations

import html

from PySide6.QtCore import QPoint

from deepdesk.ui.widgets.value_label import ValueLabel


class TrialLabel(ValueLabel):
    """Stays within the plot that it belongs to."""

    def show_words(self, title: str, words: str, at: QPoint) -> None:
        """Show a title over lines of words, beside a place in the plot's pixels."""
        lines = html.escape(words).replace("\n", "<br>")
        self.show_markup(f"<b>{html.escape(title)}</b><br>{lines}", at)
