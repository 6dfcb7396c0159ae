"""What is known of the network that answers, in a few lines."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from deepdesk.core.settings import settings_of, value_text
from deepdesk.core.task import TaskSpec
from deepdesk.ui.metric_words import metric_text, metric_words
from deepdesk.ui.tabs.inference.models import BEST, Choice
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.buttons import LinkButton
from deepdesk.ui.widgets.labels import Label


class ModelFacts(QWidget):
    """Run, epoch and figure of a choice, and whether newer weights come.

    Signals:
        answering_asked: None, when a person wants to change how it answers.
    """

    answering_asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._spec: TaskSpec | None = None
        self.answering = Label(kind="hint", wraps=True)
        self.change = LinkButton(
            "Change how it answers…",
            lambda: self.answering_asked.emit(None),
            tip="Settings of the answers that need no new training.",
        )
        self.title = Label(wraps=True)
        self.figure = Label(kind="hint", wraps=True)
        self.news = Label(kind="hint", tone="accent", wraps=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(metrics.XS)
        for label in (self.title, self.figure, self.news):
            column.addWidget(label)
        column.addWidget(self.answering)
        column.addWidget(self.change, 0, Qt.AlignmentFlag.AlignLeft)
        self.show_choice(None)

    def offer_answering(self, spec: TaskSpec) -> None:
        """Offer to change how the network answers, where the task has settings for that."""
        self._spec = spec if spec.answering is not None else None

    def show_choice(self, choice: Choice | None, *, grew: bool = False) -> None:
        """Show a choice; `grew` says that its weights are newer than a moment ago."""
        self.title.setText(title_words(choice) if choice is not None else "")
        self.figure.setText(figure_words(choice) if choice is not None else "")
        news = news_words(choice, grew=grew) if choice is not None else ""
        self.figure.setVisible(bool(self.figure.text()))
        self.news.setText(news)
        self.news.setVisible(bool(news))
        can_change = self._spec is not None and choice is not None
        changed = answering_words(self._spec, choice) if self._spec and choice else ""
        self.answering.setText(changed)
        self.answering.setVisible(bool(changed))
        self.change.setVisible(can_change)


def title_words(choice: Choice) -> str:
    """Return which weights answer: "002 quick, best epoch (7)"."""
    kind = "best epoch" if choice.model.checkpoint == BEST else "latest checkpoint, epoch"
    number = f" {choice.epoch}" if choice.epoch else ""
    return f"{choice.title}, {kind}{number}"


def figure_words(choice: Choice) -> str:
    """Return the main figure of the run's best epoch, on the test split where it was measured."""
    name = choice.main_metric
    for key, where in ((f"test_{name}", "on test"), (name, "on validation")):
        value = choice.metrics.get(key)
        if name and value is not None:
            shown = f"{metric_words(name).inline} {metric_text(name, value, choice.units)}"
            best = "" if choice.model.checkpoint == BEST else ", its best epoch"
            return f"{shown} {where}{best}"
    return ""


def answering_words(spec: TaskSpec, choice: Choice) -> str:
    """Return what of its answers was changed after training, one setting a line."""
    settings = {setting.key: setting for setting in settings_of(spec.config)}
    lines = []
    for key, value in choice.model.answering:
        shown = value_text(settings[key], value) or str(value)
        lines.append(f"{settings[key].knob.label}: {shown}")
    return "\n".join(lines)


def news_words(choice: Choice, *, grew: bool) -> str:
    """Return what to know of a run that still trains, "" of one that ended."""
    if not choice.is_training:
        return ""
    if grew:
        return f"Newer weights of step {choice.step:,} are here and answer from now on."
    return f"Still training. Answers use its newest weights, of step {choice.step:,} now."
