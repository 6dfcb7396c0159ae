"""Below the canvas: what the whole network costs."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QVBoxLayout, QWidget

from deepdesk.ui.tabs.architecture.drawing import Drawing
from deepdesk.ui.tabs.architecture.words import (
    count_text,
    epoch_text,
    flop_text,
    memory_of_text,
    outcome_text,
)
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.bar import Bar
from deepdesk.ui.widgets.buttons import SmallButton
from deepdesk.ui.widgets.elided_label import ElidedLabel
from deepdesk.ui.widgets.figure import Figure
from deepdesk.ui.widgets.labels import Label

HEIGHT_PX = 61
MEMORY_PX, LEAST_MEMORY_PX = 236, 104
GAP_PX, ROOMY_PX = 28, 560
UNKNOWN = "\N{EN DASH}"
# Shares of the machine's memory from which the bar warns.
TIGHT, TOO_MUCH = 0.7, 0.95


_SUM_TIP = (
    "Calculated, not measured: the results that a training step keeps of a batch, the"
    " weights, their gradients and the optimiser, in float32. A smaller batch size in"
    " Training needs less."
)
_PEAK_TIP = (
    "What training will take at its fullest: the program, the weights with gradients and"
    " optimiser, and the results that a step keeps of a batch. Tools, Fit to my machine makes"
    " it smaller."
)


class MemoryFigure(QWidget):
    """Memory at a batch size, of what the machine has."""

    def __init__(self) -> None:
        super().__init__()
        self.setMinimumWidth(metrics.scaled(LEAST_MEMORY_PX))
        self.name = ElidedLabel("Memory", kind="hint")
        self.value = Label(kind="small")
        self.bar = Bar(role="good", name="Memory")
        head = QHBoxLayout()
        head.addWidget(self.name, 1)
        head.addWidget(self.value)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(metrics.S)
        column.addStretch(1)
        column.addLayout(head)
        column.addWidget(self.bar)
        column.addStretch(1)
        self.setToolTip(_SUM_TIP)

    def sizeHint(self) -> QSize:
        return super().sizeHint().expandedTo(QSize(metrics.scaled(MEMORY_PX), 0))

    def clear(self) -> None:
        """Show that it is not known."""
        self.value.setText(UNKNOWN)
        self.bar.set_share(0.0)
        self.setAccessibleName(f"{self.name.text()}: not known")

    def show_drawing(self, drawing: Drawing) -> None:
        """Show what training takes."""
        survey = drawing.survey
        self.name.setText(f"Memory at batch {survey.batch_size}")
        if drawing.total is None:
            self.clear()
            return
        said = drawing.forecast
        used = drawing.memory_bytes if said is None else said.peak_bytes
        if said is not None:
            self.name.setText(f"Peak memory at batch {survey.batch_size}")
        self.setToolTip(_SUM_TIP if said is None else _PEAK_TIP)
        self.value.setText(memory_of_text(used, survey.machine_bytes))
        share = used / survey.machine_bytes if survey.machine_bytes else 0.0
        role = "bad" if share > TOO_MUCH else "warn" if share > TIGHT else "good"
        self.bar.set_role(role)
        self.bar.set_share(share)
        self.setAccessibleName(f"{self.name.text()}: {self.value.text()}")


class TimeFigure(Figure):
    """Time of an epoch on this machine, and how the last such forecast came out."""

    def __init__(self) -> None:
        super().__init__("Time per epoch", UNKNOWN, tip=_NO_TIME_TIP)

    def show_drawing(self, drawing: Drawing) -> None:
        """Show what training takes, once it is known."""
        said, outcome = drawing.forecast, drawing.outcome
        if said is None or drawing.total is None:
            self.name.setText("Time per epoch")
            self.set_value(UNKNOWN)
            self.setToolTip(_NO_TIME_TIP)
            return
        off = "" if outcome is None else f", last {outcome.error_share:.0%} off"
        self.name.setText(f"Time per epoch{off}")
        self.set_value(epoch_text(said.seconds_per_epoch, is_rough=said.is_rough))
        how = _ROUGH_TIP if said.is_rough else _TRIED_TIP
        found = f"With {said.precision} on {_threads_text(said.threads)}. {how}"
        self.setToolTip(found if outcome is None else f"{outcome_text(outcome)}.\n{found}")


def _threads_text(count: int) -> str:
    return "one thread" if count == 1 else f"{count} threads"


_NO_TIME_TIP = "Known once there are samples and this machine was measured, which takes seconds."
_ROUGH_TIP = "An estimate from how fast this machine is at each kind of operation."
_TRIED_TIP = "Every block was tried on this machine while nothing else trained."


class Totals(QFrame):
    """The strip below the canvas.

    Signals:
        reset_asked: None.
    """

    reset_asked = Signal(object)

    def __init__(self, noun: str) -> None:
        super().__init__()
        self.setProperty("kind", "footer")
        self.setFixedHeight(metrics.scaled(HEIGHT_PX))
        self.parameters = Figure("Parameters", UNKNOWN, tip="Numbers that training adjusts")
        self.operations = Figure(
            f"Per {noun}",
            UNKNOWN,
            tip="Floating-point operations of one pass forward, a multiplication with its addition"
            " being two. A training step takes about three times as many.",
        )
        self.time = TimeFigure()
        self.memory = MemoryFigure()
        self.reset = SmallButton("Reset to the preset", lambda: self.reset_asked.emit(None))
        self.reset.setToolTip("Set every block back to how this network is offered")
        row = self._row = QHBoxLayout(self)
        row.setContentsMargins(metrics.L, 0, metrics.L, 0)
        row.setSpacing(GAP_PX)
        middle = Qt.AlignmentFlag.AlignVCenter
        for figure in (self.parameters, self.operations, self.time):
            row.addWidget(figure, 0, middle)
        row.addWidget(self.memory)
        row.addStretch(1)
        row.addWidget(self.reset, 0, middle)
        self.reset.hide()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._row.setSpacing(GAP_PX if self.width() >= metrics.scaled(ROOMY_PX) else metrics.M)

    def clear(self) -> None:
        """Show that nothing is known."""
        for figure in (self.parameters, self.operations, self.time):
            figure.set_value(UNKNOWN)
        self.memory.clear()
        self.reset.hide()

    def show_drawing(self, drawing: Drawing) -> None:
        """Show the totals of a drawing."""
        total = drawing.total
        self.parameters.set_value(UNKNOWN if total is None else count_text(total.parameters))
        self.operations.set_value(UNKNOWN if total is None else flop_text(total.flops))
        self.time.show_drawing(drawing)
        self.memory.show_drawing(drawing)
        self.reset.setVisible(drawing.is_changed)
