"""Right, or what it really is: from the panel's buttons to the data set."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QWidget

from deepdesk.core.payloads import Boxes, LabelScores, Mask, Number, Text
from deepdesk.ui.desk import Desk
from deepdesk.ui.tabs.inference.class_menu import class_menu, ordered
from deepdesk.ui.tabs.inference.corrections import Corrections
from deepdesk.ui.tabs.inference.entry import Entry
from deepdesk.ui.tabs.inference.text_dialog import TextDialog
from deepdesk.ui.tabs.inference.workspace import Workspace
from deepdesk.ui.truth_words import written_truth


class Judging(QObject):
    """Lets a person confirm or correct the entry that is shown."""

    def __init__(self, desk: Desk, workspace: Workspace) -> None:
        super().__init__(workspace)
        self._desk = desk
        self._panel = workspace.panel
        self.corrections = Corrections(desk, self)
        self.corrections.changed.connect(self.show)
        self._panel.confirmed.connect(lambda entry: self.join(entry, entry.whole_answer()))
        self._panel.correction_asked.connect(self._offer)

    def join(self, entry: Entry, label: str) -> None:
        """Add an entry to the data as `label`."""
        if label:
            self.corrections.join(entry, label)
            self.show(entry)

    def show(self, entry: Entry) -> None:
        """Show whether an entry joined the data, if it is the one in the panel."""
        if entry is self._panel.entry:
            self._panel.show_joining(
                can_write=not self._desk.project.read_only,
                is_under_way=self.corrections.is_under_way(entry),
            )

    def class_names(self, entry: Entry) -> list[str]:
        """Return what an entry could be instead, likeliest first."""
        answer = entry.answered.answer if entry.answered is not None else None
        likely = [name for name, _score in answer.scores] if type(answer) is LabelScores else []
        return ordered((row.name for row in self._desk.index.classes()), likely)

    def _offer(self, below: QWidget) -> None:
        entry = self._panel.entry
        if entry is not None:
            JUDGED[self._desk.spec.gives](self, entry, below)

    def offer_classes(self, entry: Entry, below: QWidget) -> None:
        """Let a person choose the class that would have been right."""
        menu = class_menu(
            self._panel, self.class_names(entry), lambda label: self.join(entry, label)
        )
        menu.popup(below.mapToGlobal(QPoint(0, below.height())))

    def offer_text(self, entry: Entry, _below: QWidget) -> None:
        """Let a person write the text or the numbers that would have been right."""
        truth = written_truth(self._desk.spec)
        if truth is not None:
            answer = entry.whole_answer()
            dialog = TextDialog(
                self._panel.window(), truth, answer, lambda text: self.join(entry, text)
            )
            dialog.open()

    def offer_labelling(self, entry: Entry, _below: QWidget) -> None:
        """Take what was answered into the data and open it there, to be drawn right."""
        words = entry.whole_answer()
        if words:
            self.corrections.join(entry, words, then=lambda: self._label(entry))
            self.show(entry)

    def _label(self, entry: Entry) -> None:
        self._desk.label(entry.joined_as)


# What can be confirmed and corrected, by what a task answers.
JUDGED: dict[type[Any], Callable[[Judging, Entry, QWidget], None]] = {
    LabelScores: Judging.offer_classes,
    Text: Judging.offer_text,
    Number: Judging.offer_text,
    Boxes: Judging.offer_labelling,
    Mask: Judging.offer_labelling,
}
