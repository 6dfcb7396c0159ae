"""What is known of the network that answers, in a few lines."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from deepdesk.ui.metric_words import metric_text, metric_words
from deepdesk.ui.tabs.inference.models import BEST, Choice
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.labels import Label


class ModelFacts(QWidget):
    """Run, epoch and figure of a choice, and whether newer weights come."""

    def __init__(self) -> None:
        super().__init__()
        self.title = Label(wraps=True)
        self.figure = Label(kind="hint", wraps=True)
        self.news = Label(kind="hint", tone="accent", wraps=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(metrics.XS)
        for label in (self.title, self.figure, self.news):
            column.addWidget(label)
        self.show_choice(None)

    def show_choice(self, choice: Choice | None, *, grew: bool = False) -> None:
        """Show a choice; `grew` says that its weights are newer than a moment ago."""
        self.title.setText(title_words(choice) if choice is not None else "")
        self.figure.setText(figure_words(choice) if choice is not None else "")
        news = news_words(choice, grew=grew) if choice is not None else ""
        self.figure.setVisible(bool(self.figure.text()))
        self.news.setText(news)
        self.news.setVisible(bool(news))


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
            shown = f"{metric_words(name).inline} {metric_text(name, value)}"
            best = "" if choice.model.checkpoint == BEST else ", its best epoch"
            return f"{shown} {where}{best}"
    return ""


def news_words(choice: Choice, *, grew: bool) -> str:
    """Return what to know of a run that still trains, "" of one that ended."""
    if not choice.is_training:
        return ""
    if grew:
        return f"Newer weights of step {choice.step:,} are here and answer from now on."
    return f"Still training. Answers use its newest weights, of step {choice.step:,} now."
