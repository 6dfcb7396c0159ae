"""The left column: what to train, how long, and the one button."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import (
    QComboBox,
    QFrame,
    QHBoxLayout,
    QVBoxLayout,
    QWidget,
)

from deepdesk.core.errors import ConfigError, DeepDeskError
from deepdesk.core.settings import from_json, settings_of, to_json
from deepdesk.core.task import TaskSpec
from deepdesk.engine.request import RunRequest
from deepdesk.engine.settings import TrainingConfig
from deepdesk.ui.forms import ConfigForm
from deepdesk.ui.run_names import spoken
from deepdesk.ui.tabs.training.choices_list import ChoicesList
from deepdesk.ui.tabs.training.fitting_scroll import FittingScroll
from deepdesk.ui.tabs.training.ways import Ways
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.buttons import LinkButton, PrimaryButton, SmallButton
from deepdesk.ui.widgets.dial import SegmentedDial
from deepdesk.ui.widgets.labels import Label

_EDITED = "As drawn in Architecture"


@dataclass(frozen=True, slots=True, kw_only=True)
class ButtonWords:
    """The primary button in one phase: words, icon, whether it works, and why not."""

    text: str
    icon: str
    is_on: bool = True
    can_stop: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked:
    """Why a run cannot begin.

    Attributes:
        text: "" when it can.
        is_drawing: Whether the drawn network is why; the way to its drawing is then on offer.
    """

    text: str = ""
    is_drawing: bool = False


FREE = Blocked()
BUTTONS = {
    "idle": ButtonWords(text="Start", icon="play"),
    "running": ButtonWords(text="Pause", icon="pause", can_stop=True),
    "paused": ButtonWords(text="Resume", icon="resume", can_stop=True),
    "stopping": ButtonWords(text="Stopping", icon="stop", is_on=False),
}


class SetupPanel(QFrame):
    """Settings of the next run, and the buttons of the one under way.

    Signals:
        acted: None, when the primary button was pressed.
        stop_asked: None.
        mend_asked: None, when the drawn network is at fault and is to be mended.
        edited: None, after any setting changed.
    """

    acted = Signal(object)
    stop_asked = Signal(object)
    mend_asked = Signal(object)
    edited = Signal(object)

    def __init__(self, spec: TaskSpec, file: Any) -> None:
        super().__init__()
        self._spec = spec
        self._has_drawn = file.graph is not None
        self._blocked = FREE
        self._labels = {
            setting.key: setting.knob.label
            for kind in (TrainingConfig, spec.config)
            for setting in settings_of(kind)
        }
        self._phase = "idle"
        dial = file.dial if file.dial in spec.dials else spec.default_dial
        names = [(key, key.capitalize()) for key in spec.dials]
        self.dial = SegmentedDial(names, value=dial, name="How thorough")
        for key in spec.dials:
            self.dial.segment(key).setToolTip(dial_words(spec, key))
        self.forecast = Label(kind="hint", wraps=True)
        self.network = QComboBox()
        # The longest name must not widen the column.
        self.network.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.network.setMinimumContentsLength(6)
        self.network.setAccessibleName("Network")
        self.begins = Label(kind="hint", wraps=True)
        self.afresh = LinkButton("Begin with new weights", tip="Lets go of the weights of that run")
        self.training = ConfigForm(TrainingConfig)
        self.task = ConfigForm(
            spec.config, shown=(), more=f"{spec.reader().noun[0].capitalize()} settings"
        )
        self.button = PrimaryButton("Start", lambda: self.acted.emit(None))
        self.stop_button = SmallButton("Stop and keep", lambda: self.stop_asked.emit(None))
        self.stop_button.setToolTip("Ends the run within a second; its best weights are kept")
        self.reason = Label(kind="small", tone="warn", wraps=True)
        self.mend = LinkButton("Mend it in Architecture", lambda: self.mend_asked.emit(None))
        self.ways = Ways()
        # What the next run will take stands here.
        self.below = QVBoxLayout()
        self.choices = ChoicesList()
        self._lay_out()
        self._names: tuple[str, ...] = ()
        self.take_networks(file)
        self._take_dial(dial, file.training_settings, file.task_settings)
        self._connect()
        self.show_phase("idle")

    def request(self) -> RunRequest:
        """Return what Start asks for.

        Raises:
            ConfigError: A setting cannot work; its row says so.
        """
        training, task = self.training.value(), self.task.value()
        return RunRequest(
            dial=self.dial.value(),
            training=to_json(training),
            task=to_json(task),
            architecture=self.network_name(),
        )

    def changed_settings(self) -> dict[str, Any]:
        """Return what the project file keeps: the dial and what differs from it."""
        training, task = self.training.value(), self.task.value()
        drawn = {} if self._has_drawn else {"architecture": self._own_network()}
        return {
            **drawn,
            "dial": self.dial.value(),
            "training_settings": _only(to_json(training), self.training.changed_keys()),
            "task_settings": _only(to_json(task), self.task.changed_keys()),
        }

    def task_config(self) -> Any:
        """Return the task's settings as the dial has them, for listing its networks."""
        return from_json(self._spec.config, dict(self._spec.dials[self.dial.value()].task))

    def take_networks(self, file: Any) -> None:
        """Offer what the project's file and the dials name; the file's own is chosen."""
        self._has_drawn = file.graph is not None
        run = spoken(file.start_from)
        self.begins.setText(f"Goes on from the weights of {run}." if run else "")
        self.begins.setVisible(bool(run))
        self.afresh.setVisible(bool(run))
        dials = (dial.architecture for dial in self._spec.dials.values())
        known = (file.architecture, *dials, *self._names)
        self._names = tuple(dict.fromkeys(name for name in known if name))
        usual = file.architecture or self._spec.dials[self.dial.value()].architecture
        self._fill_networks("" if self._has_drawn else usual)

    def take_settings(self, file: Any) -> None:
        """Show the settings of the project's file where another tab changed them."""
        mine = self.changed_settings()
        keys = ("training_settings", "task_settings")
        dial = file.dial or self.dial.value()
        if dial == mine["dial"] and any(mine[key] != getattr(file, key) for key in keys):
            self._take_dial(dial, file.training_settings, file.task_settings)

    def take_values(self, kept: Mapping[str, Any]) -> None:
        """Show settings as the project's file would keep them, as if they had been typed."""
        if kept["dial"] in self._spec.dials:
            self.dial.set_value(kept["dial"])
        self._take_dial(self.dial.value(), kept["training_settings"], kept["task_settings"])
        self._tell()

    def offer_networks(self, names: Iterable[str]) -> None:
        """Offer all networks of the task; what was chosen stays chosen."""
        self._names = tuple(dict.fromkeys((*names, *self._names)))
        self._fill_networks(str(self.network.currentData() or ""))

    def network_name(self) -> str:
        """Return the name of the chosen network, "" for the one drawn in Architecture."""
        return str(self.network.currentData() or "")

    def show_phase(self, phase: str, blocked: Blocked = FREE) -> None:
        """Show the buttons of a phase; `blocked` says why a run cannot begin."""
        self._phase, self._blocked = phase, blocked
        words = BUTTONS[phase]
        reason = (blocked.text or self._wrong_setting()) if phase == "idle" else ""
        self.button.setText(words.text)
        self.button.setAccessibleName(words.text)
        self.button.set_icon(words.icon)
        self.button.setEnabled(words.is_on and not reason)
        self.stop_button.setVisible(words.can_stop)
        self.reason.setText(reason)
        self.reason.setVisible(bool(reason))
        self.mend.setVisible(bool(reason) and blocked.is_drawing)

    def show_error(self, error: DeepDeskError) -> bool:
        """Write an error beside its setting; return False when it is of no setting here."""
        if not isinstance(error, ConfigError):
            return False
        return self.training.show_error(error) or self.task.show_error(error)

    def _own_network(self) -> str:
        usual = self._spec.dials[self.dial.value()].architecture
        return "" if self.network_name() == usual else self.network_name()

    def _wrong_setting(self) -> str:
        try:
            self.request()
        except ConfigError as error:
            label = self._labels.get(error.key)
            return f"{label} needs another value." if label else str(error)
        return ""

    def _fill_networks(self, chosen: str) -> None:
        self.network.blockSignals(True)
        self.network.clear()
        if self._has_drawn:
            self.network.addItem(_EDITED, "")
        for name in self._names:
            self.network.addItem(name, name)
        self.network.setCurrentIndex(max(0, self.network.findData(chosen)))
        self.network.blockSignals(False)

    def _choose_dial(self, key: str) -> None:
        dial = self._spec.dials[key]
        kept_training = _only(to_json(self.training.value()), self.training.changed_keys())
        kept_task = _only(to_json(self.task.value()), self.task.changed_keys())
        # What the dial itself turns follows it; what it leaves alone stays as it was set.
        self._take_dial(
            key,
            {k: v for k, v in kept_training.items() if k not in dial.training},
            {k: v for k, v in kept_task.items() if k not in dial.task},
        )
        if not self._has_drawn:
            self.network.setCurrentIndex(max(0, self.network.findData(dial.architecture)))
        self._tell()

    def _take_dial(self, key: str, training: Mapping[str, Any], task: Mapping[str, Any]) -> None:
        dial = self._spec.dials[key]
        for form, kind, base, changed in (
            (self.training, TrainingConfig, dial.training, training),
            (self.task, self._spec.config, dial.task, task),
        ):
            usual: Any = from_json(kind, dict(base))
            form.set_base(usual)
            form.set_value(_with_legal(usual, changed))

    def _tell(self) -> None:
        self.show_phase(self._phase, self._blocked)
        self.edited.emit(None)

    def _connect(self) -> None:
        self.dial.chosen.connect(self._choose_dial)
        self.network.currentIndexChanged.connect(lambda _place: self._tell())
        # Each row, because a form is silent while a value is not legal.
        for form, kind in ((self.training, TrainingConfig), (self.task, self._spec.config)):
            for setting in settings_of(kind):
                form.row(setting.key).edited.connect(lambda _key: self._tell())

    def _lay_out(self) -> None:
        self.setProperty("kind", "column")
        self.setProperty("edge", "right")
        self.setFixedWidth(metrics.scaled(metrics.COLUMN_LEFT))
        inside = QWidget()
        inside.setProperty("kind", "scrolled")
        form = QVBoxLayout(inside)
        form.setContentsMargins(metrics.L, 0, metrics.L, 2)
        form.setSpacing(metrics.M)
        network = QVBoxLayout()
        network.setSpacing(metrics.XS)
        network.addWidget(Label("Network", kind="small"))
        network.addWidget(self.network)
        network.addWidget(self.begins)
        network.addWidget(self.afresh)
        form.addLayout(network)
        form.addWidget(self.training)
        form.addWidget(self.task)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, metrics.L, 0, metrics.L)
        column.setSpacing(metrics.M)
        _add_inset(column, self.dial)
        column.addWidget(FittingScroll(inside))
        _add_inset(column, self.reason)
        way = QHBoxLayout()
        way.setContentsMargins(metrics.L, 0, metrics.L, 0)
        way.addWidget(self.mend)
        way.addStretch(1)
        column.addLayout(way)
        # What comes and goes by itself stands below what is clicked, which must not move.
        _add_inset(column, self.button, self.stop_button, self.ways, self.forecast)
        self.below.setContentsMargins(metrics.L, 0, metrics.L, 0)
        column.addLayout(self.below)
        _add_inset(column, self.choices, share=1)
        # Without a share of its own: the list of choices grows first.
        column.addStretch(0)


def dial_words(spec: TaskSpec, key: str) -> str:
    """Return what a position of the dial means: "Balanced: Residual, small, for 30 epochs"."""
    dial = spec.dials[key]
    usual = TrainingConfig()
    epochs = dial.training.get("epochs", usual.epochs)
    others = sorted(key for key in dial.training if key != "epochs")
    labels = {setting.key: setting.knob.label for setting in settings_of(TrainingConfig)}
    words = [f"{key.capitalize()}: {dial.architecture}, for {epochs} epochs"]
    words += [f"{labels[name]}: {dial.training[name]}" for name in others if name in labels]
    return "\n".join(words)


def _add_inset(column: QVBoxLayout, *widgets: QWidget, share: int = 0) -> None:
    for widget in widgets:
        row = QHBoxLayout()
        row.setContentsMargins(metrics.L, 0, metrics.L, 0)
        row.addWidget(widget)
        column.addLayout(row, share)


def _only(values: Mapping[str, Any], keys: Iterable[str]) -> dict[str, Any]:
    return {key: values[key] for key in keys}


def _with_legal(usual: Any, changed: Mapping[str, Any]) -> Any:
    """Return `usual` with those changes that this version knows and allows."""
    for key, value in changed.items():
        try:
            one = from_json(type(usual), {key: value})
        except ConfigError:
            continue
        usual = dataclasses.replace(usual, **{key: getattr(one, key)})
    return usual
