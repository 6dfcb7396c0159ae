"""Truth against answer for numbers, as one of the pages of where it errs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import QVBoxLayout, QWidget

from deepdesk.ui.tabs.training.errs_pages import ErrsPage
from deepdesk.ui.tabs.training.mistakes import Mistakes
from deepdesk.ui.tabs.training.works import Answered
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.chip_row import ChipRow
from deepdesk.ui.widgets.labels import Label

if TYPE_CHECKING:
    from deepdesk.ui.plots.plane import Plane

_HINT = "On the dashed line an answer is right. Click a dot to open its sample."


class ResidualsPage(ErrsPage):
    """A dot for each sample of validation, as the best epoch answered."""

    def __init__(self) -> None:
        super().__init__("Every answer over its truth, once the first epoch is measured.")
        self.plane: Plane | None = None
        self.chips = ChipRow(name="Which number")
        self._answers: tuple[Answered, ...] = ()
        self._shown: list[Answered] = []
        self._names: tuple[str, ...] = ()
        self._area: QWidget | None = None
        self.chips.chosen.connect(lambda _key: self._draw())

    def show_mistakes(self, found: Mistakes | None) -> None:
        """Take in the answers; they are drawn once the page is seen."""
        self._answers = () if found is None else found.answers
        if self.isVisible():
            self._draw()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self._draw()

    def _draw(self) -> None:
        names = next((tuple(numbers_in(row.truth)) for row in self._answers if row.truth), ())
        self._offer(names)
        name = self.chips.value() if len(names) > 1 else next(iter(names), "")
        pairs = _pairs(self._answers, name)
        if not pairs:
            self.show_inside(None)
            return
        plane = self.plane or self._made()
        self._shown = [row for row, _truth, _answer in pairs]
        truths = np.array([truth for _row, truth, _answer in pairs])
        answers = np.array([answer for _row, _truth, answer in pairs])
        words = [f"truth {truth:g}, answer {answer:g}" for _row, truth, answer in pairs]
        plane.set_words("truth", "answer")
        plane.show_dots(truths, answers, words)
        self.show_inside(self._area)

    def _offer(self, names: tuple[str, ...]) -> None:
        if names == self._names:
            return
        self._names = names
        self.chips.forget()
        self.chips.setVisible(len(names) > 1)
        if len(names) > 1:
            for name in names:
                self.chips.add_chip(name, name)

    def _made(self) -> Plane:
        # pyqtgraph takes longer than a frame to import; by now the plots above have done that.
        from deepdesk.ui.plots.plane import Plane

        self.plane = Plane("Answers over truths")
        self.plane.picked.connect(lambda place: self.picked.emit(self._shown[place]))
        self._area = QWidget()
        column = QVBoxLayout(self._area)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(metrics.XS)
        column.addWidget(self.chips)
        column.addWidget(self.plane, 1)
        column.addWidget(Label(_HINT, kind="hint", wraps=True))
        return self.plane


def numbers_in(words: str) -> dict[str, float]:
    """Return name to number of what an answer says: "speed 30 km/h, steering -0.2", "0.4".

    The name of a number that stands alone is "".
    """
    found: dict[str, float] = {}
    for part in words.split(", "):
        tokens = part.split()
        for at in range(len(tokens) - 1, -1, -1):
            value = _number(tokens[at])
            if value is not None:
                found[" ".join(tokens[:at])] = value
                break
    return found


def _pairs(rows: Sequence[Answered], name: str) -> list[tuple[Answered, float, float]]:
    pairs = []
    for row in rows:
        truth, answer = numbers_in(row.truth).get(name), numbers_in(row.answer).get(name)
        if truth is not None and answer is not None:
            pairs.append((row, truth, answer))
    return pairs


def _number(token: str) -> float | None:
    try:
        value = float(token)
    except ValueError:
        return None
    return value if np.isfinite(value) else None
