"""Strips below the header: what the whole window has to say, whatever lies open in it."""

from __future__ import annotations

from collections.abc import Callable

import shiboken6
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.banner import Banner
from deepdesk.ui.widgets.buttons import LinkButton, SmallPrimaryButton


class Notice(Banner):
    """A sentence with one thing to do and, where there is more to read, one to open it.

    Args:
        verb: What the button says, "" for none.
        act: What it does; the strip goes then.
        link: What the link beside it says, "" for none.
        follow: What that does; the strip stays.
    """

    def __init__(
        self,
        *,
        tone: str = "accent",
        verb: str = "",
        act: Callable[[], object] | None = None,
        link: str = "",
        follow: Callable[[], object] | None = None,
    ) -> None:
        super().__init__(tone=tone)
        self.primary = SmallPrimaryButton(verb, lambda: self._do(act))
        self.primary.setVisible(bool(verb))
        self.link = LinkButton(link, follow)
        self.link.setVisible(bool(link))
        row = self.layout()
        assert isinstance(row, QHBoxLayout)
        at = row.indexOf(self.close_button)
        for button in (self.primary, self.link):
            row.insertWidget(at, button, 0, Qt.AlignmentFlag.AlignVCenter)

    def _do(self, act: Callable[[], object] | None) -> None:
        self.hide()
        self.closed.emit(None)
        if act is not None:
            act()


class Notices(QWidget):
    """The strips, one below the other; takes no room while there are none."""

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[Notice] = []
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(metrics.L, metrics.S, metrics.L, metrics.S)
        self._column.setSpacing(metrics.S)
        self.hide()

    def add(self, notice: Notice, sentence: str, hint: str = "") -> None:
        """Show a strip until a person closes it or does what it offers."""
        notice.closed.connect(lambda _none: self._drop(notice))
        self._column.addWidget(notice)
        self.shown.append(notice)
        notice.say(sentence, hint)
        self.show()

    def _drop(self, notice: Notice) -> None:
        self.shown.remove(notice)
        self.setVisible(bool(self.shown))
        if shiboken6.isValid(notice):
            notice.deleteLater()
