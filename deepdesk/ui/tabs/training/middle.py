"""The middle of the tab: progress, plots, where it errs, what it says of a few samples."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from deepdesk.core.events import Progress
from deepdesk.core.payloads import Image, LabelScores, Number, Text
from deepdesk.core.task import TaskSpec
from deepdesk.ui.desk import Desk
from deepdesk.ui.tabs.training.errs_card import ErrsCard
from deepdesk.ui.tabs.training.errs_pages import pages_for
from deepdesk.ui.tabs.training.history import RunHistory
from deepdesk.ui.tabs.training.learning_card import LearningCard
from deepdesk.ui.tabs.training.learning_rows import LearningRows
from deepdesk.ui.tabs.training.mistakes_card import MistakesCard
from deepdesk.ui.tabs.training.plots_panel import PlotsPanel
from deepdesk.ui.tabs.training.progress_card import (
    ProgressCard,
    ProgressWords,
    phase_words,
    preparing_words,
    run_words,
)
from deepdesk.ui.theme import metrics

# By what a task answers: texts and numbers need rows instead of tiles.
_LEARNING: dict[type[Any], type[LearningRows]] = {Text: LearningRows, Number: LearningRows}
READY = ProgressWords(loud="Ready", quiet="the curves appear with the first steps")


class MiddlePanel(QWidget):
    """Shows one run.

    Signals:
        pictures_wanted: Ids of samples whose small pictures are missing.
    """

    pictures_wanted = Signal(object)

    def __init__(self, desk: Desk, noun: tuple[str, str]) -> None:
        super().__init__()
        self._noun = noun
        self.progress = ProgressCard()
        self.plots = PlotsPanel(desk, noun)
        gives = desk.spec.gives
        self.errs = _errs_card(desk.spec, noun)
        self.learning: LearningCard | LearningRows = _LEARNING.get(gives, LearningCard)(noun)
        below = QHBoxLayout()
        below.setSpacing(metrics.M)
        below.addWidget(self.errs, 41)
        below.addWidget(self.learning, 59)
        column = QVBoxLayout(self)
        column.setContentsMargins(metrics.L, metrics.L, metrics.L, metrics.M)
        column.setSpacing(metrics.M)
        column.addWidget(self.progress)
        column.addWidget(self.plots, 43)
        column.addLayout(below, 57)
        self.progress.show_words(READY)
        if isinstance(self.errs, MistakesCard):
            self.errs.pictures_wanted.connect(self.pictures_wanted)

    def show_history(self, history: RunHistory, behind: Mapping[str, RunHistory]) -> None:
        """Show the curves and the last epoch of a run, others behind it."""
        self.plots.show_history(history, behind)
        self.show_epoch(history)

    def show_epoch(self, history: RunHistory) -> None:
        """Show what the last epoch of a run told."""
        self.errs.show_epoch(history)
        wanted = self.learning.show_examples(history.examples)
        if wanted:
            self.pictures_wanted.emit(wanted)

    def show_picture(self, sample_id: int, picture: Image) -> None:
        """Put the small picture of a sample wherever it is wanted."""
        self.learning.show_picture(sample_id, picture)
        if isinstance(self.errs, MistakesCard):
            self.errs.show_picture(sample_id, picture)

    def show_preparing(self, progress: Progress) -> None:
        """Show what goes on before the first step."""
        self.progress.show_words(preparing_words(progress))

    def show_ready(self) -> None:
        """Show that nothing is under way and no run is in front."""
        self.progress.show_words(READY)

    def show_phase(self, history: RunHistory, phase: str) -> None:
        """Show how far the run under way is."""
        self.progress.show_words(phase_words(history, phase, self._noun, datetime.now()))

    def show_over(
        self,
        status: str,
        history: RunHistory,
        values: Mapping[str, Any],
        saved: int | None = None,
    ) -> None:
        """Show how a run ended; `saved` epochs is where it would go on, None where it cannot."""
        self.progress.show_words(run_words(status, history, dict(values), saved))


def _errs_card(spec: TaskSpec, noun: tuple[str, str]) -> ErrsCard | MistakesCard:
    """Return a matrix for one of several classes, else the samples and more pages."""
    if spec.gives is LabelScores:
        return ErrsCard()
    return MistakesCard(pages_for(spec.gives), noun, with_pictures=spec.takes is Image)
