"""Pages beside the list of mistakes: what more can be seen of answers of one kind."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedLayout, QWidget

from deepdesk.core.payloads import Boxes, Mask, Number
from deepdesk.ui.tabs.training.history import RunHistory
from deepdesk.ui.tabs.training.mistakes import Mistakes
from deepdesk.ui.tabs.training.note_page import NotePage


class ErrsPage(QWidget):
    """One page; it says what will be here until there is something.

    Args:
        words: What will be here.

    Signals:
        picked: The `Answered` that is to be opened.
        case_picked: (truth, answer) whose samples are wanted, as class names.
    """

    picked = Signal(object)
    case_picked = Signal(object)

    def __init__(self, words: str) -> None:
        super().__init__()
        self.note = NotePage(words)
        self._stack = QStackedLayout(self)
        self._stack.addWidget(self.note)
        self._inside: QWidget | None = None

    def show_epoch(self, history: RunHistory) -> None:
        """Take in what the last epoch of a run told."""

    def show_mistakes(self, found: Mistakes | None) -> None:
        """Take in what the best epoch of a run answered, None for nothing."""

    def show_inside(self, inside: QWidget | None) -> None:
        """Show a widget, or with None what will be here."""
        if inside is not None and self._stack.indexOf(inside) < 0:
            self._stack.addWidget(inside)
        self._stack.setCurrentWidget(self.note if inside is None else inside)


def pages_for(gives: type[Any]) -> dict[str, ErrsPage]:
    """Return title to page for answers of this payload."""
    return {title: make() for title, make in _PAGES.get(gives, {}).items()}


def _confusion() -> ErrsPage:
    from deepdesk.ui.tabs.training.confusion_page import ConfusionPage

    return ConfusionPage()


def _classes() -> ErrsPage:
    from deepdesk.ui.tabs.training.classes_page import ClassesPage

    return ClassesPage()


def _curves() -> ErrsPage:
    from deepdesk.ui.tabs.training.curves_page import CurvesPage

    return CurvesPage()


def _residuals() -> ErrsPage:
    from deepdesk.ui.tabs.training.residuals_page import ResidualsPage

    return ResidualsPage()


_PAGES: dict[type[Any], dict[str, Callable[[], ErrsPage]]] = {
    Boxes: {"Classes": _classes, "Confusion": _confusion, "Curves": _curves},
    Mask: {"Classes": _classes, "Confusion": _confusion},
    Number: {"Truth and answer": _residuals},
}
