"""What is recorded: a class, or a sentence that is read aloud or typed."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from deepdesk.core.errors import ConfigError
from deepdesk.project.index.classes import legal_name
from deepdesk.project.recordings import About
from deepdesk.project.sentences import sentences_of
from deepdesk.ui.theme.metrics import S
from deepdesk.ui.widgets.buttons import IconButton, LinkButton, SmallButton
from deepdesk.ui.widgets.labels import Label
from deepdesk.ui.widgets.switch import Switch

BACKGROUND = "background"
ROOM_S = 30.0
LIST_HEIGHT_PX = 120


class Subject(QWidget):
    """The upper part of the page.

    Signals:
        changed: None, when something else is to be recorded.
        chosen: None, when a person is done with choosing.
        room_asked: None, when the noise of the room is to be recorded.
        kept_asked: list of sentences that the project is to keep.
        file_asked: Path of a file of sentences.
    """

    changed = Signal(object)
    chosen = Signal(object)
    room_asked = Signal(object)
    kept_asked = Signal(object)
    file_asked = Signal(object)

    def about(self) -> About:
        """Return what is to be recorded now."""
        raise NotImplementedError

    def why_not(self) -> str:
        """Return why nothing can be recorded yet, "" when it can."""
        return ""

    def finished(self, about: About) -> About:
        """Return what a take turned out to be, before it is kept."""
        return about

    def why_not_kept(self, about: About) -> str:  # noqa: ARG002 - sentences need it
        """Return what a take still lacks before it can be kept, "" for nothing."""
        return ""

    def show_take(self, about: About | None) -> None:
        """Show what the take that is trimmed is; None while there is none."""

    def lock(self, *, is_locked: bool) -> None:
        """Let nothing be changed while a take is under way; what is read stays legible."""
        self.setEnabled(not is_locked)

    def show_classes(self, names: Sequence[str]) -> None:
        """Take the classes of the project."""

    def go_on(self) -> None:
        """Go to what comes after a take that was kept."""


class ClassSubject(Subject):
    """A class of the project, or a new one, or the noise of the room."""

    def __init__(self) -> None:
        super().__init__()
        self.combo = QComboBox()
        self.combo.setEditable(True)
        self.combo.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.combo.setAccessibleName("Class")
        self.combo.setMinimumWidth(200)
        edit = QLineEdit()
        edit.setPlaceholderText("Choose a class, or type a new one")
        edit.setMaxLength(400)
        self.combo.setLineEdit(edit)
        self.combo.setCurrentText("")
        self.room = SmallButton(
            "Background noise",
            lambda: self.room_asked.emit(None),
            tip=f"Records {ROOM_S:.0f} s of the room as the class “{BACKGROUND}” and cuts it"
            " into pieces, so that the network learns what is nobody's voice.",
        )
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(S)
        row.addWidget(Label("Class", kind="muted"))
        row.addWidget(self.combo, 1)
        row.addWidget(self.room)
        self.combo.editTextChanged.connect(lambda _text: self.changed.emit(None))
        self.combo.activated.connect(lambda _at: self.chosen.emit(None))
        edit.returnPressed.connect(lambda: self.chosen.emit(None))

    def about(self) -> About:
        return About(label=self.combo.currentText().strip())

    def finished(self, about: About) -> About:
        if about.piece_s:
            return about
        return dataclasses.replace(about, label=self.combo.currentText().strip())

    def why_not_kept(self, about: About) -> str:
        return "" if about.piece_s else self.why_not()

    def show_take(self, about: About | None) -> None:
        if about is not None and about.label and not about.piece_s:
            self.combo.setCurrentText(about.label)

    def why_not(self) -> str:
        if not self.combo.currentText().strip():
            return "Choose a class, or type a new one."
        try:
            legal_name(self.combo.currentText())
        except ConfigError as error:
            return str(error)
        return ""

    def show_classes(self, names: Sequence[str]) -> None:
        if [self.combo.itemText(at) for at in range(self.combo.count())] == list(names):
            return
        text = self.combo.currentText()
        self.combo.blockSignals(True)
        self.combo.clear()
        self.combo.addItems(list(names))
        self.combo.setCurrentText(text)
        self.combo.blockSignals(False)


class SentenceSubject(Subject):
    """A sentence in large letters, or whatever is said and typed afterwards."""

    def __init__(self) -> None:
        super().__init__()
        self.sentences: list[str] = []
        self.at = 0
        self.words = Label(kind="title", wraps=True)
        self.place = Label(kind="hint")
        self.back = IconButton("chevron-left", "Previous sentence", lambda: self._step(-1))
        self.forward = IconButton("chevron-right", "Next sentence", lambda: self._step(1))
        self.free = Switch(name="Say something of your own and type it afterwards")
        self.typed = QLineEdit()
        self.typed.setPlaceholderText("Type what was said")
        self.typed.setAccessibleName("What was said")
        self.typed.setMaxLength(2000)
        self.typed.hide()
        self.others = LinkButton("Other sentences…", self._show_list)
        self.list = _List(self._take_list, self._choose_file)
        self.list.hide()
        self._has_take = self._is_locked = False
        self._arrange()
        self.free.toggled.connect(lambda _on: self._show())
        self.typed.textChanged.connect(lambda _text: self.changed.emit(None))
        self.typed.returnPressed.connect(lambda: self.chosen.emit(None))

    def _arrange(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(S)
        for widget in (self.back, self.place, self.forward):
            row.addWidget(widget)
        row.addWidget(self.others)
        row.addStretch(1)
        row.addWidget(Label("Say something of your own", kind="muted"))
        row.addWidget(self.free)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S)
        column.addWidget(self.words)
        column.addWidget(self.typed)
        column.addLayout(row)
        column.addWidget(self.list)

    def show_sentences(self, sentences: Sequence[str]) -> None:
        """Begin with the first of a list."""
        self.sentences, self.at = list(sentences), 0
        self.list.hide()
        self._show()

    def about(self) -> About:
        return About(sentence="" if self.free.isChecked() else self._sentence)

    def finished(self, about: About) -> About:
        return dataclasses.replace(about, sentence=about.sentence or self.typed.text().strip())

    def why_not(self) -> str:
        return "" if self._sentence or self.free.isChecked() else "There is no sentence to read."

    def why_not_kept(self, about: About) -> str:
        return "" if self.finished(about).sentence else "Type what was said, then keep it."

    def show_take(self, about: About | None) -> None:
        self._has_take = about is not None
        is_typed = about is not None and not about.sentence
        self.typed.setVisible(is_typed)
        if about is None:
            self.typed.clear()
            self._show()
            return
        self.words.setText(about.sentence or "What was said?")
        self._enable()
        if is_typed:
            self.typed.setFocus()

    def lock(self, *, is_locked: bool) -> None:
        self._is_locked = is_locked
        self._enable()

    def go_on(self) -> None:
        if not self.free.isChecked():
            self._step(1)

    @property
    def _sentence(self) -> str:
        return self.sentences[self.at] if self.sentences else ""

    def _step(self, by: int) -> None:
        if self.sentences:
            self.at = (self.at + by) % len(self.sentences)
        self._show()

    def _show(self) -> None:
        is_free = self.free.isChecked()
        self.words.setText("Say anything; you type it afterwards." if is_free else self._sentence)
        self.place.setText(f"{self.at + 1:,} of {len(self.sentences):,}" if self.sentences else "")
        self._enable()
        self.changed.emit(None)

    def _enable(self) -> None:
        is_still = not (self._has_take or self._is_locked)
        may_step = is_still and not self.free.isChecked()
        for widget in (self.back, self.forward, self.place, self.others):
            widget.setEnabled(may_step)
        self.free.setEnabled(is_still)
        self.list.setEnabled(is_still)

    def _show_list(self) -> None:
        self.list.text.setPlainText("\n".join(self.sentences))
        self.list.setVisible(self.list.isHidden())

    def _take_list(self) -> None:
        self.kept_asked.emit(sentences_of(self.list.text.toPlainText()))

    def _choose_file(self) -> None:
        dialog = QFileDialog(self, "Choose a file of sentences")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
        dialog.setNameFilters(["Sentences (*.txt *.csv *.tsv)", "All files (*)"])
        dialog.filesSelected.connect(lambda names: self.file_asked.emit(Path(names[0])))
        dialog.finished.connect(dialog.deleteLater)
        dialog.open()


class _List(QWidget):
    """The list of sentences, to be pasted over or read from a file."""

    def __init__(self, use: Callable[[], object], choose: Callable[[], object]) -> None:
        super().__init__()
        self.text = QPlainTextEdit()
        self.text.setAccessibleName("Sentences, one a line")
        self.text.setMaximumHeight(LIST_HEIGHT_PX)
        self.text.setPlaceholderText("One sentence a line; leave it empty for the bundled ones")
        self.use = SmallButton("Use these", use)
        self.file = SmallButton("From a file…", choose)
        row = QHBoxLayout()
        row.setSpacing(S)
        row.addWidget(Label("One sentence a line", kind="hint"), 1)
        row.addWidget(self.file)
        row.addWidget(self.use)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S)
        column.addWidget(self.text)
        column.addLayout(row)


# By what samples of a task are learnt from (`core.learnt`).
SUBJECTS: dict[str, type[Subject]] = {"class": ClassSubject, "text": SentenceSubject}
