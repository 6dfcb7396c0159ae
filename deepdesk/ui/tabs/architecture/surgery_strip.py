"""The strip that says whose weights the network begins with, and what became of each block."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout

from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import Ended, Result
from deepdesk.core.work import EventSink, StopToken, Work
from deepdesk.nn.comparing import Difference, differences
from deepdesk.nn.graph import Graph
from deepdesk.project.folder import Project
from deepdesk.ui.desk import Desk
from deepdesk.ui.run_names import spoken
from deepdesk.ui.tabs.architecture.background import Background
from deepdesk.ui.tabs.architecture.drawing import Drawing
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.buttons import SmallButton
from deepdesk.ui.widgets.labels import Label

_WORDS = (
    ("kept", "keeps its weights", "keep their weights"),
    ("changed", "keeps a part", "keep a part"),
    ("new", "begins anew", "begin anew"),
)


def run_graph_work(project: Project, run: str) -> Work:
    """Return work whose result is the checked `Graph` of a run.

    Raises:
        DeepDeskError: There is no such run, or its folder holds no network.
    """

    def work(emit: EventSink, _stop: StopToken) -> None:
        emit(Result(value=graph_of_run(project, run)))

    return work


def graph_of_run(project: Project, run: str) -> Graph:
    """Return the network of a run.

    Raises:
        DeepDeskError: There is no such run, or its folder holds no network.
    """
    config = project.runs.get(run).config()
    if not isinstance(config, Mapping) or "graph" not in config:
        raise DeepDeskError(f"{spoken(run)} holds no network.", "Choose another run.")
    return Graph.from_json(config["graph"])


def states_of(before: Graph, drawing: Drawing) -> dict[str, str]:
    """Return "kept", "changed" or "new" for each block that is drawn.

    A block keeps its weights under its id alone, so one that only looks alike is new.
    """
    found = differences(before, drawing.graph, drawing.survey.contract)
    return {d.after.id: _state(d) for d in found if d.after is not None}


def _state(difference: Difference) -> str:
    before, after = difference.before, difference.after
    is_same = before is not None and after is not None and before.id == after.id
    return difference.state if is_same else "new"


def counted(states: Mapping[str, str]) -> str:
    """Return how many blocks are in which state, as a sentence."""
    if set(states.values()) == {"kept"}:
        return f"All {len(states)} blocks keep what they have learned."
    found = [(list(states.values()).count(key), *words) for key, *words in _WORDS]
    parts = ", ".join(f"{n} {one if n == 1 else more}" for n, one, more in found if n)
    return f"Of {len(states)} blocks {parts}."


class SurgeryStrip(QFrame):
    """Hidden while training would begin with new weights.

    Signals:
        told: The `Drawing` of which something is known now; it is to be `marked` again.
        compare_asked: None, when a person wants the two networks side by side.
        afresh_asked: None, when a person lets the weights go.
    """

    told = Signal(object)
    compare_asked = Signal(object)
    afresh_asked = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self.setProperty("kind", "header")
        self._desk = desk
        self._jobs = Background(desk, self)
        self._run = ""
        self._before: Graph | None = None
        self._drawing: Drawing | None = None
        self.sentence = Label(kind="strong", wraps=True)
        self.facts = Label(kind="hint", wraps=True)
        self.compare = SmallButton(
            "Compare",
            lambda: self.compare_asked.emit(None),
            tip="See the run's network beside this one",
        )
        self.afresh = SmallButton(
            "Begin afresh",
            lambda: self.afresh_asked.emit(None),
            tip="Keep this network, but train it from new weights",
        )
        self._lay_out()
        self.hide()

    def begin_from(self, run: str) -> None:
        """Take the run whose weights the network begins with, "" for none."""
        if run == self._run:
            return
        self._run, self._before = run, None
        self._jobs.forget_all()
        if run:
            work = run_graph_work(self._desk.project, run)
            self._jobs.ask("surgery", work, self._take, self._ended)

    def marked(self, drawing: Drawing) -> Drawing:
        """Tell what becomes of the weights in a network; return it with that on its blocks."""
        self._drawing = drawing
        states = {} if self._before is None else states_of(self._before, drawing)
        self.setVisible(bool(states))
        if not states:
            return drawing
        self.sentence.setText(f"Training goes on from the weights of {spoken(self._run)}")
        self.facts.setText(counted(states))
        self.compare.show()
        cards = tuple(replace(card, state=states.get(card.id, "")) for card in drawing.cards)
        return replace(drawing, cards=cards)

    def _take(self, graph: Graph) -> None:
        self._before = graph
        if self._drawing is not None:
            self.told.emit(self._drawing)

    def _ended(self, ended: Ended) -> None:
        if ended.error is not None and not ended.report and self._run:
            self.sentence.setText(f"{spoken(self._run)} cannot give its weights any more")
            self.facts.setText(str(ended.error))
            self.compare.hide()
            self.show()

    def _lay_out(self) -> None:
        words = QVBoxLayout()
        words.setSpacing(2)
        words.addWidget(self.sentence)
        words.addWidget(self.facts)
        row = QHBoxLayout(self)
        row.setContentsMargins(metrics.L, metrics.M, metrics.L, metrics.M)
        row.setSpacing(metrics.S)
        row.addLayout(words, 1)
        row.addWidget(self.compare)
        row.addWidget(self.afresh)
