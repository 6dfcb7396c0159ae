"""The page of searches: ask for one, watch its trials, take the best."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QStackedWidget, QVBoxLayout, QWidget

from deepdesk.core.settings import settings_of
from deepdesk.core.task import TaskSpec
from deepdesk.engine.settings import TrainingConfig
from deepdesk.project.searches import Dimension
from deepdesk.ui.metric_words import metric_text, metric_words
from deepdesk.ui.tabs.training.parallel_plot import Line, ParallelPlot
from deepdesk.ui.tabs.training.parallel_scale import Axis, reached_axis
from deepdesk.ui.tabs.training.request_words import value_text
from deepdesk.ui.tabs.training.search_form import METHODS, SearchForm
from deepdesk.ui.tabs.training.search_table import TrialTable, axis_text, ranked
from deepdesk.ui.tabs.training.search_works import SearchView
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.buttons import LinkButton, SmallButton
from deepdesk.ui.widgets.card import Card
from deepdesk.ui.widgets.column import scrolling
from deepdesk.ui.widgets.labels import Label

_REACHED = "\N{RIGHTWARDS ARROW}"


class SearchPage(QWidget):
    """Asking at first, then the trials of one search.

    Signals:
        left: None, when the curves are wanted again.
        use_asked: Number of the trial whose settings are wanted.
        go_on_asked: None, to go on with the search that is shown.
        search_chosen: Name of an earlier search.
    """

    left = Signal(object)
    use_asked = Signal(object)
    go_on_asked = Signal(object)
    search_chosen = Signal(object)

    def __init__(self, spec: TaskSpec) -> None:
        super().__init__()
        self._spec = spec
        self.view: SearchView | None = None
        self._live: dict[str, float] = {}
        self.form = SearchForm()
        self.table = TrialTable()
        self.plot = ParallelPlot()
        self.title = Label("Search for good settings", kind="heading")
        self.told = Label(kind="hint", wraps=True)
        self.earlier = QComboBox()
        self.earlier.setAccessibleName("Earlier searches")
        self.earlier.setPlaceholderText("Earlier searches")
        self.earlier.hide()
        self.again = LinkButton("New search", self.show_form)
        self.back = LinkButton("Back to the curves", lambda: self.left.emit(None))
        self.use = SmallButton("Use the best", self._use)
        self.go_on = SmallButton("Go on with it", lambda: self.go_on_asked.emit(None))
        self._pages = QStackedWidget()
        self._lay_out()
        self._connect()
        self.show_form()

    @property
    def is_asking(self) -> bool:
        """Whether the form is shown and not the trials of a search."""
        return self._pages.currentIndex() == 0

    def show_form(self) -> None:
        """Let the person ask for a new search."""
        self._pages.setCurrentIndex(0)
        self.title.setText("Search for good settings")
        self.again.hide()

    def offer_earlier(self, view: SearchView) -> None:
        """Let earlier searches be looked at while a new one is asked for."""
        self._fill_earlier(view)
        self.earlier.setCurrentIndex(-1)
        self.earlier.setVisible(True)

    def leave_form(self) -> None:
        """Make room for the search that was chosen."""
        self._pages.setCurrentIndex(1)

    def show_view(self, view: SearchView, live: Mapping[str, float], *, phase: str) -> None:
        """Show the trials of a search.

        Args:
            live: What the run under way has reached, by its name.
            phase: Of the session; "idle" where nothing trains.
        """
        self.view, self._live = view, dict(live)
        self._pages.setCurrentIndex(1)
        self.again.show()
        axes = tuple(self._axis(one) for one in view.search.space)
        self.title.setText(f"Search {int(view.search.id)}")
        self.told.setText(self._words(view))
        self._fill_earlier(view)
        self.table.show_view(view, axes, self._live)
        values = [self._live.get(trial.run, trial.value) for trial in view.trials]
        reached = reached_axis(_REACHED, view.search.metric, values)
        best = view.best.number if view.best else -1
        self.plot.show_trials((*axes, reached), self._lines(view, axes), best)
        self.set_phase(phase)

    def set_phase(self, phase: str) -> None:
        """Say what can be done now."""
        is_idle = phase == "idle"
        view = self.view
        self.go_on.setVisible(view is not None and not view.is_over and is_idle)
        self.use.setEnabled(view is not None and view.best is not None)
        self.form.set_blocked("" if is_idle else "A run is under way; stop it to search.")

    def _axis(self, one: Dimension) -> Axis:
        kinds: dict[str, type[Any]] = {"training": TrainingConfig, "task": self._spec.config}
        settings = settings_of(kinds[one.where]) if one.where in kinds else ()
        knobs = [setting.knob for setting in settings if setting.key == one.key]
        named = dict(knobs[0].choices) if knobs else {}
        words = tuple(str(named.get(choice, value_text(choice))) for choice in one.choices)
        return Axis(
            name=one.name,
            label=one.label or one.name,
            low=one.low,
            high=one.high,
            is_log=one.is_log,
            choices=one.choices,
            words=words,
        )

    def _lines(self, view: SearchView, axes: tuple[Axis, ...]) -> list[Line]:
        order = [t.number for t in ranked(view, self._live)]
        metric = view.search.metric
        found = []
        for trial in view.trials:
            value = self._live.get(trial.run, trial.value)
            if value is None:
                continue
            words = [f"{a.label}: {axis_text(a, trial.params.get(a.name))}" for a in axes]
            words.append(f"{metric_words(metric).label}: {metric_text(metric, value)}")
            place = order.index(trial.number)
            found.append(
                Line(
                    number=trial.number,
                    title=f"Trial {trial.number + 1}",
                    values={**trial.params, _REACHED: value},
                    strength=1 - place / max(1, len(order) - 1),
                    words="\n".join(words),
                )
            )
        return found

    def _words(self, view: SearchView) -> str:
        asked = view.search
        method = next(words for key, words, _help in METHODS if key == asked.method)
        ended = sum(trial.state != "open" for trial in view.trials)
        told = f"{method} · {ended} of {asked.trials} trials"
        if view.best is not None and view.best.value is not None:
            figure = metric_text(asked.metric, view.best.value)
            label = metric_words(asked.metric).inline
            told += f" · best {label} {figure}, trial {view.best.number + 1}"
        return told

    def _fill_earlier(self, view: SearchView) -> None:
        self.earlier.blockSignals(True)
        self.earlier.clear()
        for name in reversed(view.names):
            self.earlier.addItem(f"Search {int(name)}", name)
        self.earlier.setCurrentIndex(self.earlier.findData(view.search.id))
        self.earlier.setVisible(len(view.names) > 1)
        self.earlier.blockSignals(False)

    def _use(self) -> None:
        chosen = self.table.number()
        best = self.view.best.number if self.view and self.view.best else -1
        self.use_asked.emit(chosen if chosen >= 0 else best)

    def _choose(self, number: int) -> None:
        self.plot.show_chosen(number)
        self.table.choose(number)
        best = self.view.best.number if self.view and self.view.best else -1
        self.use.setText("Use the best" if number in (-1, best) else f"Use trial {number + 1}")

    def _connect(self) -> None:
        self.table.chosen.connect(self._choose)
        self.table.opened.connect(self.use_asked.emit)
        self.plot.picked.connect(self._choose)
        self.plot.kept.connect(self.table.keep)
        self.earlier.activated.connect(
            lambda place: self.search_chosen.emit(self.earlier.itemData(place))
        )

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(metrics.M)
        for widget in (self.title, self.earlier, self.again):
            head.addWidget(widget)
        head.addStretch(1)
        head.addWidget(self.back)
        asking = Card()
        asking.body.addWidget(scrolling(self.form))
        trials = QWidget()
        shown = QVBoxLayout(trials)
        shown.setContentsMargins(0, 0, 0, 0)
        shown.setSpacing(metrics.M)
        acts = QHBoxLayout()
        acts.addWidget(self.told, 1)
        acts.addWidget(self.go_on)
        acts.addWidget(self.use)
        plot = Card()
        plot.body.addWidget(self.plot)
        table = Card()
        table.body.addWidget(self.table)
        shown.addLayout(acts)
        shown.addWidget(plot, 45)
        shown.addWidget(table, 55)
        self._pages.addWidget(asking)
        self._pages.addWidget(trials)
        column = QVBoxLayout(self)
        column.setContentsMargins(metrics.L, metrics.L, metrics.L, metrics.M)
        column.setSpacing(metrics.M)
        column.addLayout(head)
        column.addWidget(self._pages, 1)
        self.title.setSizePolicy(self.back.sizePolicy())
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
