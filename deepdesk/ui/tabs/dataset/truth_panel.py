"""What is known of the selected sample beside its class: its text, and who it comes from."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QCompleter, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from deepdesk.project.index import Sample
from deepdesk.ui.theme.metrics import XS, S
from deepdesk.ui.truth_words import WrittenTruth
from deepdesk.ui.widgets.escape import KeepsEscape
from deepdesk.ui.widgets.labels import Label, SectionLabel
from deepdesk.ui.widgets.text_field import TextField
from deepdesk.ui.widgets.window_undo import WindowUndo


class TruthPanel(QWidget):
    """Fields that are saved by Enter or by leaving them.

    Args:
        text: How the truth is called and written, None where it is a class.
        origin_noun: For instance ("speaker", "speakers").

    Signals:
        text_given: (id of the sample, its new text, "" for none).
        origin_given: Name of who or what the selected samples come from, "" for nobody known.
    """

    text_given = Signal(object)
    origin_given = Signal(object)

    def __init__(
        self, text: WrittenTruth | None, origin_noun: tuple[str, str], *, read_only: bool
    ) -> None:
        super().__init__()
        self._truth = text
        self._sample: Sample | None = None
        self._origin = ""
        self._count = 0
        one = origin_noun[0]
        self.text = TextField("" if text is None else text.field, "Write what is right")
        self.problem = Label("", kind="small", tone="bad", wraps=True)
        self.problem.hide()
        self.origin = QLineEdit()
        self.origin.setProperty("size", "small")
        self.origin.setPlaceholderText("Not known")
        self.origin.setAccessibleName(one.capitalize())
        self.origin.setToolTip(f"Who is it? Samples of one {one} should not be on both sides.")
        self._completer = QCompleter([], self.origin)
        self._texts = QWidget()
        self._origins = QWidget()
        self._arrange(one)
        self.text.setReadOnly(read_only)
        self.origin.setReadOnly(read_only)
        KeepsEscape(self.origin, lambda: self.origin.text().strip() != self._origin)
        WindowUndo(self.origin, lambda: self.origin.text().strip() != self._origin)
        WindowUndo(self.text, lambda: self.text.is_changed)
        self.origin.installEventFilter(self)
        self.text.committed.connect(self._take_text)
        self.text.textChanged.connect(self._check)
        # Of several samples only the first one's is shown: Enter gives it to the others as well.
        self.origin.returnPressed.connect(lambda: self._take_origin(is_for_all=self._count > 1))
        self.origin.editingFinished.connect(self._take_origin)
        self.show_sample(None, 0, ())

    def show_sample(self, sample: Sample | None, count: int, origins: Iterable[str]) -> None:
        """Show what is known of a sample; what is being written in it stays.

        Args:
            count: Samples that are selected.
            origins: Names that are known, to be offered.
        """
        before = self._sample
        is_other = before is None or sample is None or before.id != sample.id
        if is_other:
            # What was written belongs to the sample that it was written for.
            self.text.commit()
        self._sample = sample
        self._count = count
        told = "" if sample is None or self._truth is None else self._truth.words_of(sample.target)
        if is_other or (before is not None and before.target != sample.target):  # type: ignore[union-attr] # a sample: not other
            self.text.show_text(told)
        origin = (sample.origin or "") if sample is not None else ""
        if is_other or origin != self._origin:
            self._origin = origin
            self.origin.setText(origin)
        self._offer(list(origins))
        self._texts.setVisible(self._truth is not None and sample is not None and count < 2)
        knows = self._truth is not None or bool(self._names) or bool(origin)
        self._origins.setVisible(sample is not None and knows)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        is_escape = isinstance(event, QKeyEvent) and event.key() == Qt.Key.Key_Escape
        if is_escape and event.type() == QEvent.Type.KeyPress:
            self.origin.setText(self._origin)
            return True
        return super().eventFilter(watched, event)

    def _offer(self, names: list[str]) -> None:
        if names == getattr(self, "_names", None):
            return
        self._names = names
        completer = QCompleter(names, self.origin)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        self.origin.setCompleter(completer)

    def _check(self) -> None:
        problem = self._problem(self.text.toPlainText())
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        self.text.set_wrong(bool(problem))

    def _problem(self, text: str) -> str:
        return "" if self._truth is None else self._truth.problem(text)

    def _take_text(self, text: str) -> None:
        if self._sample is not None and not self._problem(text):
            self.text_given.emit((self._sample.id, text))

    def _take_origin(self, *, is_for_all: bool = False) -> None:
        name = " ".join(self.origin.text().split())
        if name != self._origin or (is_for_all and self.origin.isModified()):
            self._origin = name
            self.origin.setModified(False)
            self.origin_given.emit(name)

    def _arrange(self, one: str) -> None:
        texts = QVBoxLayout(self._texts)
        texts.setContentsMargins(0, 0, 0, 0)
        texts.setSpacing(XS)
        texts.addWidget(SectionLabel("" if self._truth is None else self._truth.field))
        texts.addWidget(self.text)
        texts.addWidget(self.problem)
        row = QHBoxLayout(self._origins)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(S)
        row.addWidget(Label(one.capitalize(), kind="hint"))
        row.addWidget(self.origin, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S)
        column.addWidget(self._texts)
        column.addWidget(self._origins)
