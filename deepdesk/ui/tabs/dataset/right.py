"""The right column: the selected sample, what training makes of it, and the state of the data."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QPixmap
from PySide6.QtWidgets import QFrame, QScrollArea, QVBoxLayout, QWidget

from deepdesk.core.errors import DeepDeskError
from deepdesk.project.index import Sample
from deepdesk.ui.desk import Desk
from deepdesk.ui.tabs.dataset.health import findings
from deepdesk.ui.tabs.dataset.health_panel import HealthPanel
from deepdesk.ui.tabs.dataset.overview import Overview
from deepdesk.ui.tabs.dataset.sample_panel import SamplePanel
from deepdesk.ui.tabs.dataset.seen_panel import SeenPanel
from deepdesk.ui.tabs.dataset.seen_work import balance_setting
from deepdesk.ui.tabs.dataset.truth_panel import TruthPanel
from deepdesk.ui.theme.metrics import COLUMN_RIGHT, L
from deepdesk.ui.truth_words import written_truth

BAR_PX = 10  # as wide as the style makes a scroll bar


class RightColumn(QFrame):
    """What the tab says about the selected thing.

    Signals:
        act_asked: Key of a remedy of the health card.
    """

    act_asked = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self._noun = desk.spec.reader().noun
        self._overview = Overview()
        self._is_aside = False
        self._balance = balance_setting(desk.spec.config)
        self.setProperty("kind", "column")
        self.setProperty("edge", "left")
        self.setFixedWidth(COLUMN_RIGHT)
        truth = written_truth(desk.spec)
        self._truth = "" if truth is None else truth.one
        self.sample = SamplePanel(desk)
        self.truth = TruthPanel(
            truth, desk.spec.reader().origin_noun, read_only=desk.project.read_only
        )
        self.seen = SeenPanel(desk)
        self.health = HealthPanel()
        self.health.act_asked.connect(self.act_asked)
        inside = QWidget()
        inside.setProperty("kind", "scrolled")
        column = QVBoxLayout(inside)
        # Room for the scroll bar at all times: a column that got narrower with it would get
        # lower, lose it again, and move to and fro under the pointer.
        inside.setFixedWidth(COLUMN_RIGHT - 1 - BAR_PX)
        column.setContentsMargins(L, L, L - BAR_PX, L)
        column.setSpacing(L)
        for part in (self.sample, self.truth, self.seen, self.health):
            column.addWidget(part)
        column.addStretch(1)
        area = QScrollArea()
        area.setFrameShape(QFrame.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(inside)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(area)
        self._area = area
        self.show_overview(self._overview)

    def show_sample(
        self, sample: Sample | None, count: int, thumbnail: QPixmap | None, data: object
    ) -> None:
        """Show a sample, and what training will see of it, anew once `data` is another."""
        self.sample.show_sample(sample, count, thumbnail)
        usable = sample is not None and sample.state != "bad"
        shown = sample if usable else None
        target = None if shown is None else shown.target
        self.seen.show_sample(None if shown is None else shown.path, data, target)
        self.seen.setVisible(usable)

    def show_overview(self, overview: Overview) -> None:
        """Show the state of the data."""
        self._overview = overview
        self._show_or_hide()
        self.health.show_findings(
            findings(
                overview,
                self._noun,
                can_balance=self._balance is not None,
                is_balanced=self._is_balanced,
                truth=self._truth,
                origin_noun=self._desk.spec.reader().origin_noun,
            )
        )

    def set_aside(self, *, is_aside: bool) -> None:
        """Leave the room to something else, or be there again."""
        self._is_aside = is_aside
        self._show_or_hide()

    def _show_or_hide(self) -> None:
        self.setVisible(self._overview.total > 0 and not self._is_aside)

    def balance(self) -> None:
        """Switch the training's own balancing on or off."""
        if self._balance is None:
            return
        project = self._desk.project
        value = not self._is_balanced
        try:
            project.save(task_settings={**project.file.task_settings, self._balance.key: value})
        except DeepDeskError as error:
            self._desk.banner(error, "dataset")
            return
        words = "evens the classes out" if value else "takes the classes as they are"
        self._desk.say(f"Training {words} from now on")
        self.show_overview(self._overview)

    @property
    def _is_balanced(self) -> bool:
        if self._balance is None:
            return False
        saved = self._desk.project.file.task_settings
        return bool(saved.get(self._balance.key, self._balance.default))
