"""Going on from an earlier run: its weights for the next run, or more epochs of itself."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QObject

from deepdesk.core.errors import ConfigError, DeepDeskError
from deepdesk.core.events import Ended, Result
from deepdesk.core.settings import settings_of
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.engine.request import RunRequest
from deepdesk.engine.settings import TrainingConfig
from deepdesk.ui.dialogs import AskDialog
from deepdesk.ui.forms import editor_for
from deepdesk.ui.run_names import spoken, title_of
from deepdesk.ui.tabs.training.works import saving_work
from deepdesk.ui.undo import SwapCommand
from deepdesk.ui.widgets.labels import Label

if TYPE_CHECKING:
    from deepdesk.project.folder import Project
    from deepdesk.project.project_file import ProjectFile
    from deepdesk.project.runs import RunInfo
    from deepdesk.ui.tabs.training.queue_control import QueueControl
    from deepdesk.ui.tabs.training.tab import TrainingTab

_NOT_OVER = ("running", "paused")


@dataclass(frozen=True, slots=True, kw_only=True)
class Beginning:
    """What the project's file says of the next run's network and first weights."""

    architecture: str
    graph: Mapping[str, Any] | None
    start_from: str


class Continuing(QObject):
    """Adds its lines to the menu of a run, and takes the weights away again."""

    def __init__(self, tab: TrainingTab, queue: QueueControl) -> None:
        super().__init__(tab)
        self._tab = tab
        self._queue = queue
        self._desk = tab.desk
        self._project = tab.desk.project
        self._now: Beginning | None = None
        self._writing = 0
        tab.runs.offers.append(("Go on from its weights", has_weights, self.go_on_from))
        tab.runs.offers.append(("Train more epochs", is_finished, self.ask_epochs))
        tab.setup.afresh.clicked.connect(lambda _checked=False: self.start_afresh())

    def go_on_from(self, run: str) -> None:
        """Let the next run begin with a run's weights, and with its network where that differs."""

        def take(config: Mapping[str, Any]) -> None:
            before = self._beginning()
            after = dataclasses.replace(before, start_from=run)
            name = self._tab.setup.network_name()
            graph = config.get("graph")
            is_same = name == config.get("architecture") if name else graph == before.graph
            if not is_same and isinstance(graph, dict):
                network = str(config.get("architecture", ""))
                after = Beginning(architecture=network, graph=graph, start_from=run)
            how = "" if is_same else ", with its network"
            self.choose(f"The next run goes on from the weights of {spoken(run)}{how}.", after)

        self._read(run, take)

    def start_afresh(self) -> None:
        """Let the next run begin with new weights."""
        before = self._beginning()
        text = f"The next run begins with new weights, not those of {spoken(before.start_from)}."
        self.choose(text, dataclasses.replace(before, start_from=""))

    def ask_epochs(self, run: str) -> None:
        """Ask for how many epochs more a run is to be trained."""
        self._read(run, lambda config: self._ask_epochs(run, config))

    def _ask_epochs(self, run: str, config: Mapping[str, Any]) -> None:
        info = self._tab.runs.info(run)
        training = config.get("training")
        if info is None or not isinstance(training, dict):
            self._desk.say("The settings of this run cannot be read.", level="warning")
            return
        setting = next(s for s in settings_of(TrainingConfig) if s.key == "epochs")
        editor = editor_for(setting)
        editor.set_value(training.get("epochs", setting.default))
        wrong = Label(kind="small", tone="bad", wraps=True)
        wrong.hide()

        def train() -> None:
            self.train_more(run, config, editor.value())

        dialog = AskDialog(self._tab.window(), f"Train {title_of(info)} further", verb="Train")
        dialog.add_text("A new run begins with its weights, its network and its settings.")
        dialog.add(Label("More epochs", kind="small"))
        dialog.add(editor)
        dialog.add(wrong)

        def check(_value: object) -> None:
            try:
                editor.value()
            except ConfigError as error:
                wrong.setText(str(error))
            else:
                wrong.setText("")
            wrong.setVisible(bool(wrong.text()))
            dialog.primary.setEnabled(not wrong.text())

        editor.edited.connect(check)
        dialog.accepted.connect(train)
        dialog.open()
        editor.setFocus()

    def train_more(self, run: str, config: Mapping[str, Any], epochs: int) -> None:
        """Train a run further, as a new run; it waits in the queue while another is under way."""
        request = RunRequest(
            dial=str(config.get("dial", "")),
            training={**config.get("training", {}), "epochs": epochs},
            task=dict(config.get("config", {})),
            graph=config.get("graph"),
            continue_from=run,
        )
        if self._desk.training.is_busy:
            self._queue.add(request)
        elif self._desk.training.train(request):
            self._tab.front.clear()
            self._desk.say(f"Training {spoken(run)} for {epochs} epochs more, as a new run.")

    def _beginning(self) -> Beginning:
        # What was just asked for may still be on its way to the disk.
        return self._now if self._writing and self._now else beginning_of(self._project.file)

    def choose(self, text: str, after: Beginning) -> None:
        """Let the next run begin with something else; it can be taken back."""
        try:
            self._project.check_writable()
        except DeepDeskError as error:
            self._desk.banner(error, "training")
            return
        before = self._beginning()
        if before == after:
            self._desk.say(text)
            return
        self._desk.undo.push(SwapCommand(text, before, after, self._apply))
        self._desk.say(text, undo=True)

    def _apply(self, beginning: Beginning) -> None:
        """Keep in the project what the next run begins with."""
        self._now = beginning
        self._writing += 1
        changes = {f.name: getattr(beginning, f.name) for f in dataclasses.fields(beginning)}
        self._tab.viewer.start(
            saving_work(self._project, changes), lambda _event: None, self._applied
        )

    def _applied(self, ended: Ended) -> None:
        self._writing -= 1
        if ended.error is not None and not ended.report:
            self._desk.banner(ended.error, "training")
        if self._desk.store.session.project is self._project:
            self._tab.setup.take_networks(self._project.file)

    def _read(self, run: str, take: Callable[[Mapping[str, Any]], None]) -> None:
        def hear(event: Any) -> None:
            if isinstance(event, Result):
                take(event.value)

        def end(ended: Ended) -> None:
            if ended.error is not None and not ended.report:
                self._desk.banner(ended.error, "training")

        self._tab.viewer.start(_config_work(self._project, run), hear, end)


def beginning_of(file: ProjectFile) -> Beginning:
    """Return what a project's file says of the next run."""
    return Beginning(architecture=file.architecture, graph=file.graph, start_from=file.start_from)


def has_weights(info: RunInfo) -> bool:
    """Return whether a run has weights to go on from."""
    return info.epochs_done > 0 and info.status not in _NOT_OVER


def is_finished(info: RunInfo) -> bool:
    """Return whether a run came to its end."""
    return info.status == "finished"


def _config_work(project: Project, run: str) -> Work:
    def work(emit: EventSink, _stop: StopToken) -> None:
        emit(Result(value=project.runs.get(run).config()))

    return work
