"""The few dialogs of the window; buttons are verbs, and Esc never loses anything."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QFileDialog,
    QFormLayout,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QVBoxLayout,
    QWidget,
)

from deepdesk.ui.places import free_path, projects_folder
from deepdesk.ui.shortcuts import CANVAS_KEYS, COMMANDS
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.buttons import PlainButton, PrimaryButton, SmallButton
from deepdesk.ui.widgets.elided_label import ElidedLabel
from deepdesk.ui.widgets.labels import Label, SectionLabel, restyle

if TYPE_CHECKING:
    from deepdesk.core.task import TaskSpec

SUFFIX = ".deepdesk"
WIDE_PX = 460
FORBIDDEN = frozenset('<>:"/\\|?*')


@dataclass(frozen=True, slots=True, kw_only=True)
class NewProject:
    """What a new project is made from; `sources` may be empty."""

    name: str
    folder: Path
    task: str
    sources: tuple[Path, ...] = ()

    @property
    def path(self) -> Path:
        """Where the project will lie."""
        return self.folder / f"{self.name}{SUFFIX}"


class AskDialog(QDialog):
    """A title, a body, and one or two buttons; opens without blocking.

    Args:
        verb: Words of the button that does it.
        other: Words of the button that does not, "" for none.
        done: Called after the first button.
    """

    def __init__(
        self,
        window: QWidget | None,
        title: str,
        *,
        verb: str,
        other: str = "Cancel",
        done: Callable[[], object] | None = None,
    ) -> None:
        super().__init__(window)
        self.setWindowTitle(title)
        self.setWindowModality(Qt.WindowModality.WindowModal)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setMinimumWidth(metrics.scaled(WIDE_PX))
        self.body = QVBoxLayout()
        self.body.setSpacing(metrics.S)
        self.primary = PrimaryButton(verb, self.accept)
        self.primary.setDefault(True)
        self.other = PlainButton(other, self.reject)
        self.other.setVisible(bool(other))
        column = QVBoxLayout(self)
        column.setContentsMargins(metrics.XL, metrics.L, metrics.XL, metrics.L)
        column.setSpacing(metrics.M)
        heading = Label(title, kind="heading", wraps=True)
        column.addWidget(heading)
        column.addLayout(self.body, 1)
        row = QHBoxLayout()
        row.addStretch(1)
        row.addWidget(self.other)
        row.addWidget(self.primary)
        column.addLayout(row)
        if done is not None:
            self.accepted.connect(done)

    def add(self, widget: QWidget) -> None:
        """Put `widget` at the end of the body."""
        self.body.addWidget(widget)

    def add_text(self, text: str) -> None:
        """Put a plain sentence at the end of the body."""
        self.add(Label(text, kind="muted", wraps=True))


class NewProjectDialog(AskDialog):
    """Name, place, task and data of a new project.

    Signals:
        data_chosen: list of `Path`, where no task was chosen yet that they should fit.

    Args:
        tasks: On offer; `task` is the key of the one preselected.
        sources: What was dropped, to be imported.
    """

    data_chosen = Signal(object)

    def __init__(
        self,
        window: QWidget | None,
        tasks: Iterable[TaskSpec],
        *,
        task: str = "",
        sources: Sequence[Path] = (),
    ) -> None:
        super().__init__(window, "New project", verb="Create")
        self._sources = tuple(sources)
        self._folder = projects_folder()
        self.name = QLineEdit()
        self.name.setAccessibleName("Name")
        self.task = QComboBox()
        self.task.setAccessibleName("Task")
        for spec in tasks:
            self.task.addItem(f"{spec.title}: {spec.summary.lower()}", spec.key)
        self.task.setCurrentIndex(max(0, self.task.findData(task)))
        self._has_task = bool(task)
        self.task.activated.connect(self._choose_task)
        self.place = ElidedLabel(where=Qt.TextElideMode.ElideMiddle, tone="muted")
        self.data = ElidedLabel(where=Qt.TextElideMode.ElideMiddle, tone="muted")
        self.problem = Label(kind="small", tone="bad", wraps=True)
        self._arrange()
        self.name.textChanged.connect(lambda _text: self._check())
        wanted = self._sources[0].stem if self._sources else "My project"
        self.name.setText(free_path(self._folder, clean_name(wanted), SUFFIX).stem)
        self.name.selectAll()
        self.name.setFocus()
        self._show_data()

    def value(self) -> NewProject:
        """Return what was filled in."""
        return NewProject(
            name=self.name.text().strip(),
            folder=self._folder,
            task=str(self.task.currentData()),
            sources=self._sources,
        )

    def set_folder(self, folder: Path) -> None:
        """Put the project into `folder`."""
        self._folder = folder
        self._check()

    def set_sources(self, sources: Sequence[Path]) -> None:
        """Import these."""
        self._sources = tuple(sources)
        self._show_data()
        if not self._has_task:
            self.data_chosen.emit(list(sources))

    def suggest_task(self, key: str) -> None:
        """Take the task that the data fit, unless a person chose another; "" for none."""
        at = self.task.findData(key)
        if at >= 0 and not self._has_task:
            self.task.setCurrentIndex(at)

    def _choose_task(self) -> None:
        self._has_task = True

    def _arrange(self) -> None:
        form = QFormLayout()
        form.setHorizontalSpacing(metrics.L)
        form.setVerticalSpacing(metrics.S)
        form.addRow(Label("Name"), self.name)
        form.addRow(Label("Task"), self.task)
        form.addRow(Label("Place"), _with_button(self.place, "Change...", self._choose_folder))
        form.addRow(Label("Data"), _with_button(self.data, "Choose...", self._choose_data))
        self.body.addLayout(form)
        self.add(self.problem)

    def _choose_folder(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Place", str(self._folder))
        if chosen:
            self.set_folder(Path(chosen))

    def _choose_data(self) -> None:
        chosen = QFileDialog.getExistingDirectory(self, "Data")
        if chosen:
            self.set_sources([Path(chosen)])

    def _show_data(self) -> None:
        names = ", ".join(path.name for path in self._sources[:3])
        more = len(self._sources) - 3
        words = f"{names} and {more} more" if more > 0 else names
        self.data.setText(words or "Can be added later")

    def _check(self) -> None:
        value = self.value()
        self.place.setText(str(value.path))
        problem = name_problem(value.name)
        if not problem and value.path.exists():
            problem = "There is a project of that name already; choose another."
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        self.name.setProperty("wrong", bool(problem))
        restyle(self.name)
        self.primary.setEnabled(not problem)


def clean_name(name: str) -> str:
    """Return `name` without what a folder name may not hold, never empty."""
    kept = "".join(" " if c in FORBIDDEN or ord(c) < 32 else c for c in name)
    return " ".join(kept.split()).strip(". ")[:80] or "My project"


def name_problem(name: str) -> str:
    """Return why a project cannot have that name, "" if it can."""
    if not name:
        return "Give the project a name."
    if clean_name(name) != name:
        return (
            'A name can be up to 80 characters, without < > : " / \\ | ? * and no dot at the end.'
        )
    return ""


def _with_button(label: QWidget, words: str, clicked: Callable[[], object]) -> QWidget:
    row = QWidget()
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 0, 0, 0)
    layout.addWidget(label, 1)
    layout.addWidget(SmallButton(words, clicked))
    return row


def shortcuts_dialog(window: QWidget) -> AskDialog:
    """Return the list of all keys."""
    dialog = AskDialog(window, "Keyboard shortcuts", verb="Close", other="")
    grid = QGridLayout()
    grid.setHorizontalSpacing(metrics.XL)
    grid.setVerticalSpacing(metrics.XS)
    group = ""
    for command in (command for command in COMMANDS if command.keys):
        if command.group != group:
            group = command.group
            grid.addWidget(SectionLabel(group), grid.rowCount(), 0)
        row = grid.rowCount()
        grid.addWidget(Label(command.text.rstrip(".")), row, 0)
        keys = dialog_keys(window, command.keys)
        grid.addWidget(Label(keys, kind="hint"), row, 1, Qt.AlignmentFlag.AlignRight)
    grid.addWidget(SectionLabel("Network"), 1, 2)
    for row, (text, keys) in enumerate(CANVAS_KEYS, start=2):
        grid.addWidget(Label(text), row, 2)
        grid.addWidget(Label(keys, kind="hint"), row, 3, Qt.AlignmentFlag.AlignRight)
    dialog.body.addLayout(grid)
    return dialog


def dialog_keys(_window: QWidget, keys: str) -> str:
    """Return a key sequence as this system writes it."""
    from PySide6.QtGui import QKeySequence

    return QKeySequence(keys).toString(QKeySequence.SequenceFormat.NativeText)


def text_dialog(window: QWidget | None, title: str, *texts: str) -> AskDialog:
    """Return a dialog that only tells something."""
    dialog = AskDialog(window, title, verb="Close", other="")
    for text in texts:
        dialog.add_text(text)
    dialog.body.addStretch(1)
    return dialog


def report_dialog(window: QWidget | None, report: Path) -> AskDialog:
    """Return a dialog with a report that was written before."""
    from deepdesk.project.care.crash_reports import read_report

    text = read_report(report)
    dialog = AskDialog(window, "Report", verb="Close", other="Copy the report")
    dialog.add_text(
        "Paths and names were taken out as far as they were recognised; read it before you send it."
        " It is nowhere but on this computer."
    )
    details = QPlainTextEdit(text)
    details.setReadOnly(True)
    details.setAccessibleName("Report")
    details.setMinimumSize(metrics.scaled(WIDE_PX + 180), metrics.scaled(300))
    dialog.add(details)
    dialog.add(ElidedLabel(str(report), kind="hint", where=Qt.TextElideMode.ElideMiddle))
    dialog.other.clicked.disconnect()
    dialog.other.clicked.connect(lambda _on=False: QGuiApplication.clipboard().setText(text))
    return dialog


def bug_dialog(window: QWidget | None, report: str, log: Path) -> AskDialog:
    """Return what a person sees after an error of ours; nothing of theirs is lost."""
    from deepdesk.project.care.discreet import discreet

    told = discreet(report)

    def copy() -> None:
        QGuiApplication.clipboard().setText(told)

    dialog = AskDialog(
        window, "Something in DeepDesk went wrong", verb="Go on", other="Copy the report"
    )
    dialog.add_text(
        "Your work is safe and the window goes on. If it happens again, restart the program"
        " and send the report to whoever looks after it. Paths and names were taken out of it as"
        " far as they were recognised; read it before you send it."
    )
    details = QPlainTextEdit(told)
    details.setReadOnly(True)
    details.setAccessibleName("Report")
    details.setMinimumHeight(metrics.scaled(180))
    dialog.add(details)
    path = ElidedLabel(str(log), kind="hint", where=Qt.TextElideMode.ElideMiddle)
    dialog.add(path)
    dialog.other.clicked.disconnect()
    dialog.other.clicked.connect(lambda _on=False: copy())
    return dialog
