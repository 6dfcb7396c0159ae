"""The right column beside a drive: this picture, the whole drive, and shifted sideways."""

from __future__ import annotations

import math

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QVBoxLayout, QWidget

from deepdesk.data.steering import Road
from deepdesk.ui.forms import ConfigForm
from deepdesk.ui.tabs.inference.drive.summary import THIN, Errors, ShiftFacts, way_words
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.fold import Fold
from deepdesk.ui.widgets.labels import Label, SectionLabel

NONE = "-"
HELP = (
    "A picture that is moved sideways by k pixels stands for a car that is turned by"
    " a = atan(k / f); f = (width / 2) / tan(field of view / 2) is the focal length in pixels, as"
    " of a pinhole camera. With its front wheels held at an angle d, a car with the wheelbase L"
    " drives along a circle with the curvature c = tan(d) / L: the bicycle model, without slip."
    " From the middle of a straight lane it moves aside by y = (cos a - cos(a + c s)) / c after"
    " s metres, and leaves the lane where y is half of what the lane is wider than the car. d is"
    " what the network adds to its answer when the picture is moved, times the angle of the wheels"
    " at 1. The ground is flat; the nearest of it that is seen lies at height x f / (rows below"
    " the horizon). Answers are measured; metres are modelled, and are as right as the settings."
)


class DriveSide(QWidget):
    """Words only; `form` holds camera, car and lane."""

    def __init__(self) -> None:
        super().__init__()
        self.form = ConfigForm(Road, more="Camera, car and lane")
        self._cells: dict[str, Label] = {}
        self.progress = Label(kind="hint", wraps=True)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(metrics.S)
        column.addWidget(SectionLabel("This picture"))
        column.addLayout(self._table({"human": "Recorded", "network": "Network", "error": "Apart"}))
        column.addSpacing(metrics.S)
        column.addWidget(SectionLabel("All pictures"))
        column.addLayout(self._table({"rmse": "RMSE", "mean": "Mean error"}))
        column.addWidget(self.progress)
        self.sideways = QWidget()
        column.addWidget(self.sideways)
        self._arrange_sideways()

    def _arrange_sideways(self) -> None:
        column = QVBoxLayout(self.sideways)
        column.setContentsMargins(0, metrics.S, 0, 0)
        column.setSpacing(metrics.S)
        column.addWidget(SectionLabel("Moved sideways, modelled"))
        rows = {
            "turned": "Stands for",
            "aside": "Nearest ground",
            "back": "Answers, measured",
            "straight": "To the line without",
            "corrected": "To the line with it",
            "stays": "Stays in its lane",
        }
        column.addLayout(self._table(rows))
        column.addWidget(self.form)
        fold = Fold("How this is worked out")
        fold.body.addWidget(Label(HELP, kind="hint", wraps=True))
        column.addWidget(fold)

    def set_steers(self, *, steers: bool) -> None:
        """Say where the car would go, or leave that out for numbers that do not steer."""
        self.sideways.setVisible(steers)

    def show_picture(self, human: float | None, network: float | None) -> None:
        """Show the numbers of one picture."""
        known = human is not None and network is not None
        apart = abs((network or 0.0) - (human or 0.0)) if known else None
        for key, value in (("human", human), ("network", network), ("error", apart)):
            sign = "" if key == "error" else "+"
            self._cells[key].setText(
                NONE if value is None else f"{value:{sign}.4g}" if value else "0"
            )

    def show_errors(self, errors: Errors | None, done: int, total: int) -> None:
        """Show how far off the answers are."""
        self._cells["rmse"].setText(NONE if errors is None else f"{errors.rmse:.4g}")
        self._cells["mean"].setText(NONE if errors is None else f"{errors.mean:.4g}")
        words = f"{done:,} of {total:,} pictures asked about" if done < total else ""
        self.progress.setText(words or f"All {total:,} pictures" + self._moved())

    def show_shift(self, road: Road, facts: ShiftFacts | None) -> None:
        """Show where shifts would lead."""
        if facts is None:
            for key in ("turned", "aside", "back", "straight", "corrected", "stays"):
                self._cells[key].setText(NONE)
            return
        way = "back" if facts.correction >= 0 else "further away"
        ends = math.isinf(facts.corrected_m)
        self._cells["turned"].setText(f"{facts.turned_deg:.1f}° turned")
        self._cells["aside"].setText(
            f"{facts.aside_m:.2f}{THIN}m aside, {facts.nearest_m:.1f}{THIN}m ahead"
        )
        self._cells["back"].setText(f"{abs(facts.correction):.3g} {way}")
        self._cells["straight"].setText(way_words(road, facts.straight_m))
        self._cells["corrected"].setText(
            "not reached" if ends else way_words(road, facts.corrected_m)
        )
        self._cells["stays"].setText(f"{100 * facts.stays:.0f}{THIN}% of {facts.count:,}")

    def _moved(self) -> str:
        return "" if self.sideways.isHidden() else ", as they are and moved both ways"

    def _table(self, rows: dict[str, str]) -> QGridLayout:
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(metrics.M)
        grid.setVerticalSpacing(metrics.XS)
        grid.setColumnStretch(1, 1)
        for at, (key, words) in enumerate(rows.items()):
            self._cells[key] = Label(NONE)
            grid.addWidget(Label(words, tone="muted"), at, 0)
            grid.addWidget(self._cells[key], at, 1, Qt.AlignmentFlag.AlignRight)
        return grid
