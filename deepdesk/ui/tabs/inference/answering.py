"""Changing how a trained network answers, where its task has settings for that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from deepdesk.core.errors import ConfigError
from deepdesk.core.events import Ended, Result
from deepdesk.core.settings import from_json, to_json
from deepdesk.core.task import TaskSpec
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.engine.answering import keep_answering
from deepdesk.ui.desk import Desk
from deepdesk.ui.dialogs import AskDialog
from deepdesk.ui.forms import ConfigForm
from deepdesk.ui.tabs.inference.models import Choice

if TYPE_CHECKING:
    from deepdesk.project.folder import Project


class AnsweringDialog(AskDialog):
    """The settings of answers, with what they were in training to compare with.

    Args:
        trained: Settings of the task as the run was trained.
        changes: What was changed since, by name.
    """

    def __init__(
        self, window: QWidget | None, spec: TaskSpec, trained: Any, changes: dict[str, Any]
    ) -> None:
        super().__init__(window, "How it answers", verb="Use")
        assert spec.answering is not None, "only tasks with such settings are offered this"
        self._names = spec.answering.settings
        self._trained = trained
        self.add_text("These count from the next answer on. Nothing is trained again.")
        now = from_json(spec.config, {**to_json(trained), **changes})
        self.form = ConfigForm(spec.config, now, self._names, base=trained)
        self.form.fold.hide()
        self.add(self.form)
        self.body.addStretch(1)

    def accept(self) -> None:
        """Close, unless a field holds no legal value, which it says itself."""
        if self.form.is_valid():
            super().accept()

    def changes(self) -> dict[str, Any]:
        """Return what differs from training, by name."""
        values = {name: self.form.row(name).value() for name in self._names}
        return {k: v for k, v in values.items() if v != getattr(self._trained, k)}


class Answering(QObject):
    """Opens the dialog for a choice, and keeps what was changed in the folder of its run.

    Signals:
        kept: None, after a change was kept.
    """

    kept = Signal(object)

    def __init__(self, desk: Desk, window: QWidget) -> None:
        super().__init__(window)
        self._desk = desk
        self._window = window
        self.dialog: AnsweringDialog | None = None

    def ask(self, choice: Choice | None) -> None:
        """Read how a run was trained, and let a person change how it answers."""
        if choice is None:
            return
        found: list[Any] = []
        self._desk.start(
            reading_settings(self._desk.project, self._desk.spec, choice.model.run),
            "inference",
            on_event=lambda event: found.append(event.value) if type(event) is Result else None,
            on_ended=lambda ended: self._open(ended, found, choice),
        )

    def _open(self, ended: Ended, found: list[Any], choice: Choice) -> None:
        if not found or self._desk.store.session.project is None:
            if ended.error is not None and not ended.report:
                self._desk.banner(ended.error, "inference")
            return
        changes = dict(choice.model.answering)
        dialog = AnsweringDialog(self._window, self._desk.spec, found[0], changes)
        dialog.accepted.connect(lambda: self._keep(choice.model.run, dialog.changes()))
        self.dialog = dialog
        dialog.open()

    def _keep(self, run: str, changes: dict[str, Any]) -> None:
        self._desk.start(
            keeping_answering(self._desk.project, self._desk.spec, run, changes),
            "inference",
            on_ended=self._kept,
        )

    def _kept(self, ended: Ended) -> None:
        if ended.error is None:
            self.kept.emit(None)
        elif not ended.report:
            self._desk.banner(ended.error, "inference")


def reading_settings(project: Project, spec: TaskSpec, run: str) -> Work:
    """Return work whose `Result` holds the task's settings that a run was trained with."""

    def work(emit: EventSink, _stop: StopToken) -> None:
        saved = project.runs.get(run).config().get("config")
        if not isinstance(saved, dict):
            raise ConfigError("config", f"{run} does not say its settings.", "Train a new run.")
        emit(Result(value=from_json(spec.config, saved)))

    return work


def keeping_answering(project: Project, spec: TaskSpec, run: str, changes: dict[str, Any]) -> Work:
    """Return work that keeps changed settings of answers in the folder of a run."""

    def work(_emit: EventSink, _stop: StopToken) -> None:
        keep_answering(project.runs.get(run).path, spec, changes)

    return work
