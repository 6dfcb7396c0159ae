"""The pages without a choice: looking at the machine, trouble with its remedy, and the end."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QVBoxLayout

from deepdesk.core.errors import DeepDeskError, StorageError
from deepdesk.ui.set_up.page import Page
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.buttons import LinkButton, PlainButton, PrimaryButton, SmallButton
from deepdesk.ui.widgets.card import Card
from deepdesk.ui.widgets.fold import Fold
from deepdesk.ui.widgets.labels import Label
from deepdesk.ui.widgets.states import IconPicture

ICON_PX = 24
DETAILS_PX = 180
REMEDY = "Try again. If it stays so, copy the details and send them to whoever helps you."


class LookPage(Page):
    """While the machine is looked at; ten seconds at most.

    Signals:
        refused: None.
    """

    refused = Signal(object)

    def __init__(self) -> None:
        super().__init__("Looking at this computer", "Ten seconds at most. Nothing is fetched yet.")
        self.what = Label(kind="hint")
        self.column.addWidget(self.what)
        self.finish()
        self.offer(PlainButton("Not now", lambda: self.refused.emit(None)))


class TroublePage(Page):
    """What went wrong, what to do about it, and what to send to who can help.

    Signals:
        again_asked: None, to try the same once more.
        back_asked: None, to choose differently.
        folder_asked: None, to take everything from a folder.
        other_asked: None, to take the other way that is offered.
    """

    again_asked = Signal(object)
    back_asked = Signal(object)
    folder_asked = Signal(object)
    other_asked = Signal(object)

    def __init__(self) -> None:
        super().__init__("This did not work")
        self.sentence = Label(kind="strong", wraps=True)
        self.remedy = Label(kind="hint", wraps=True)
        self.folder = LinkButton(
            "Use a folder of files instead", lambda: self.folder_asked.emit(None)
        )
        self.other = LinkButton("", lambda: self.other_asked.emit(None))
        self.fold = Fold("Details", "to copy for whoever helps you")
        self.details = QPlainTextEdit()
        self.copy = SmallButton("Copy the details", self._copy)
        self.back = PlainButton("Back", lambda: self.back_asked.emit(None))
        self.again = PrimaryButton("Try again", lambda: self.again_asked.emit(None))
        self._fill()
        self.other.hide()

    def show_trouble(
        self, error: DeepDeskError, details: str, *, can_go_back: bool, other: str = ""
    ) -> None:
        """Show an error with its remedy.

        Args:
            other: What else could be set up, "" for nothing.
            details: For somebody who helps; "" for none.
            can_go_back: Whether there is a page with a choice to go back to.
        """
        self.sentence.setText(error.message)
        self.remedy.setText(error.hint or REMEDY)
        self.details.setPlainText(details)
        self.fold.setVisible(bool(details))
        self.fold.set_open(False)
        self.copy.setText("Copy the details")
        self.back.setVisible(can_go_back)
        # Other files make no room on a disk that is full.
        is_full = isinstance(error, StorageError)
        self.folder.setVisible(can_go_back and not is_full)
        self.other.setText(other)
        self.other.setAccessibleName(other)
        self.other.setVisible(bool(other) and not is_full)
        self.setAccessibleDescription(str(error))

    def words(self) -> str:
        """Return everything that is shown, for the clipboard."""
        parts = (self.sentence.text(), self.remedy.text(), self.details.toPlainText())
        return "\n\n".join(part for part in parts if part)

    def _fill(self) -> None:
        card = Card()
        row = QHBoxLayout()
        row.setSpacing(metrics.M)
        row.addWidget(IconPicture("warning", "bad", ICON_PX), 0, Qt.AlignmentFlag.AlignTop)
        column = QVBoxLayout()
        column.setSpacing(metrics.XS)
        column.addWidget(self.sentence)
        column.addWidget(self.remedy)
        # Aligned: a link may not grow, and would hold the whole column narrow.
        for link in (self.other, self.folder):
            column.addWidget(link, 0, Qt.AlignmentFlag.AlignLeft)
        row.addLayout(column, 1)
        card.body.addLayout(row)
        self.details.setReadOnly(True)
        self.details.setTabChangesFocus(True)
        self.details.setAccessibleName("Details")
        self.details.setMinimumHeight(metrics.scaled(DETAILS_PX))
        self.fold.body.addWidget(self.details)
        self.fold.body.addWidget(self.copy, 0, Qt.AlignmentFlag.AlignLeft)
        self.fold.toggled.connect(lambda is_open: self.reveal(self.fold) if is_open else None)
        self.column.addWidget(card)
        self.column.addWidget(self.fold)
        self.finish()
        self.offer(self.back)
        self.offer(self.again, is_main=True)

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.words())
        self.copy.setText("Copied")


class DonePage(Page):
    """It is ready; the program starts by itself unless there is something to read first.

    Signals:
        start_asked: None.
    """

    start_asked = Signal(object)

    def __init__(self) -> None:
        super().__init__("DeepDesk is ready")
        self.card = Card("Set up differently than planned")
        self.reasons = Label(kind="", wraps=True)
        self.outcome = Label(kind="hint", wraps=True)
        self.card.add(self.reasons)
        self.card.add(self.outcome)
        self.start = PrimaryButton("Start DeepDesk", lambda: self.start_asked.emit(None))
        self.column.addWidget(self.card)
        self.finish()
        self.offer(self.start, is_main=True)

    def show_ready(self, outcome: str, reasons: tuple[str, ...] = ()) -> None:
        """Say what is set up, and why it is not what was planned."""
        self.reasons.setText("\n".join(reasons))
        self.outcome.setText(outcome)
        self.card.setVisible(bool(reasons))
        self.start.setVisible(bool(reasons))
        self.say("DeepDesk is ready", "" if reasons else f"{outcome} It starts now.")
