"""Writing down what an answer should have been."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from deepdesk.ui.dialogs import AskDialog
from deepdesk.ui.truth_words import WrittenTruth
from deepdesk.ui.widgets.differences import Differences
from deepdesk.ui.widgets.labels import Label
from deepdesk.ui.widgets.text_field import TextField


class TextDialog(AskDialog):
    """Begins with the answer, and shows what is changed in it.

    Args:
        choose: Called with the corrected text.
    """

    def __init__(
        self,
        window: QWidget,
        truth: WrittenTruth,
        answer: str,
        choose: Callable[[str], object],
    ) -> None:
        super().__init__(window, truth.field, verb="Add to the data", done=self._give)
        self._answer = answer
        self._truth = truth
        self._choose = choose
        self.text = TextField(truth.field, f"The {truth.one}")
        self.text.show_text(answer)
        self.text.selectAll()
        self.differences = Differences(answer, answer)
        self.problem = Label("", kind="hint", wraps=True)
        self.add_text("Write it as it should have been. It joins the data with that.")
        self.add(self.text)
        self.add(self.differences)
        self.add(self.problem)
        self.text.textChanged.connect(self._check)
        self.text.committed.connect(self._take)
        self._check()
        self.text.setFocus()

    def _check(self) -> None:
        text = self.text.toPlainText().strip()
        is_changed = bool(text) and text != self._answer
        self.differences.setVisible(is_changed and self._truth.compares)
        if is_changed and self._truth.compares:
            self.differences.show_texts(text, self._answer)
        problem = self._truth.problem(text) if text else "Nothing is written yet."
        self.primary.setEnabled(not problem)
        self.problem.setText(problem)

    def _take(self, text: str) -> None:
        if text and self.primary.isEnabled() and self.text.hasFocus():
            self.accept()

    def _give(self) -> None:
        self._choose(self.text.toPlainText().strip())
