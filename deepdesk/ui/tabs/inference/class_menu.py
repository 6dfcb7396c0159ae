"""Choosing what an input really is: the classes, likeliest first, or a new one."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QCompleter, QLineEdit, QMenu, QWidget

from deepdesk.core.errors import ConfigError
from deepdesk.project.index.classes import legal_name
from deepdesk.ui.dialogs import AskDialog
from deepdesk.ui.widgets.labels import Label

# A longer menu is slower to read than a name is to type.
MOST_ENTRIES = 20

Choose = Callable[[str], object]


def ordered(names: Iterable[str], likely: Sequence[str]) -> list[str]:
    """Return class names with those that the network thought of first, without its answer."""
    left = list(names)
    first = [name for name in likely if name in left]
    rest = [name for name in left if name not in first]
    return [name for name in [*first, *rest] if name != (likely[0] if likely else None)]


def class_menu(parent: QWidget, names: Sequence[str], choose: Choose) -> QMenu:
    """Return a menu of classes, in the order given; the last entry is for any other."""
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    for name in names[:MOST_ENTRIES]:
        # An ampersand would underline the next letter.
        action = menu.addAction(name.replace("&", "&&"))
        action.triggered.connect(lambda _on=False, chosen=name: choose(chosen))
    menu.addSeparator()
    more = len(names) > MOST_ENTRIES
    other = menu.addAction("Another or a new class…" if more else "A new class…")
    other.triggered.connect(lambda _on=False: ClassDialog(parent, names, choose).open())
    return menu


class ClassDialog(AskDialog):
    """Asks for the name of a class, known or new."""

    def __init__(self, window: QWidget, names: Sequence[str], choose: Choose) -> None:
        super().__init__(window, "What is it?", verb="Add to the data", done=self._give)
        self._choose = choose
        self.name = QLineEdit()
        self.name.setAccessibleName("Class")
        self.name.setPlaceholderText("Name of a class")
        completer = QCompleter(list(names), self.name)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self.name.setCompleter(completer)
        self.problem = Label(kind="hint", wraps=True)
        self.add(self.name)
        self.add(self.problem)
        self._known = set(names)
        self.name.textChanged.connect(self._check)
        self._check("")

    def _check(self, text: str) -> None:
        words = ""
        if text.strip():
            try:
                is_new = legal_name(text) not in self._known
                words = f"{text.strip()} becomes a new class." if is_new else ""
                self.primary.setEnabled(True)
            except ConfigError as error:
                words = str(error)
                self.primary.setEnabled(False)
        else:
            self.primary.setEnabled(False)
        self.problem.setText(words)

    def _give(self) -> None:
        self._choose(legal_name(self.name.text()))
