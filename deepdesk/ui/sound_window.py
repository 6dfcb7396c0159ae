"""One sound in a window of its own: to look closely, and to listen to a stretch of it."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import Qt
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget

from deepdesk.core.errors import DeepDeskError
from deepdesk.ui.sound_player import SoundPlayer
from deepdesk.ui.sound_stage import SoundStage
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.buttons import PlainButton, PrimaryButton
from deepdesk.ui.widgets.elided_label import ElidedLabel
from deepdesk.ui.widgets.labels import Label

_HINT = "Drag to select, click to listen from there, turn the wheel to zoom. Space plays."


class SoundWindow(QDialog):
    """Plays the selected stretch, or what is shown if nothing is selected.

    Args:
        samples_T: float32, (T,), -1 to 1.
        rate_hz: Samples a second.
        name: What it says at the top.
    """

    def __init__(
        self,
        window: QWidget | None,
        samples_T: NDArray[np.float32],
        rate_hz: int,
        name: str,
    ) -> None:
        super().__init__(window)
        self.setWindowTitle(name)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.player = SoundPlayer(samples_T, rate_hz, self)
        self.stage = SoundStage(samples_T, rate_hz, name)
        self.play = PrimaryButton("Play", self.toggle)
        self.play.setAutoDefault(False)
        self.closer = PlainButton("Zoom to selection", self._zoom)
        self.whole = PlainButton("Whole sound", self.stage.show_all)
        for button in (self.closer, self.whole):
            button.setAutoDefault(False)
        self.words = Label("", kind="muted")
        self.problem = Label("", tone="warn", wraps=True)
        self.problem.hide()
        self._arrange(name)
        self.stage.chosen.connect(self.player.play)
        self.stage.changed.connect(lambda _none: self._say())
        self.player.heard.connect(self._heard)
        self.player.failed.connect(self._failed)
        self._say()
        self.resize(metrics.scaled(900), metrics.scaled(520))
        self.stage.setFocus()

    def toggle(self) -> None:
        """Play what is selected, or what is shown; or stop."""
        self.problem.hide()
        if self.player.is_playing:
            self.player.stop()
            return
        self.player.play(*(self.stage.selection or self._shown()))

    def _shown(self) -> tuple[float, float]:
        return self.stage.picture.start_s, self.stage.picture.end_s

    def _arrange(self, name: str) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(metrics.L, metrics.L, metrics.L, metrics.L)
        column.setSpacing(metrics.M)
        column.addWidget(ElidedLabel(name, kind="heading"))
        column.addWidget(self.stage, 1)
        column.addWidget(self.problem)
        row = QHBoxLayout()
        row.setSpacing(metrics.S)
        for button in (self.play, self.closer, self.whole):
            row.addWidget(button)
        row.addStretch(1)
        row.addWidget(self.words)
        column.addLayout(row)
        column.addWidget(Label(_HINT, kind="hint"))

    def _zoom(self) -> None:
        if self.stage.selection is not None:
            self.stage.set_range(*self.stage.selection)

    def _say(self) -> None:
        start_s, end_s = self.stage.selection or self._shown()
        is_selected = self.stage.selection is not None
        is_whole = end_s - start_s >= self.stage.length_s - 1e-6
        what = "selected" if is_selected else "the whole sound" if is_whole else "shown"
        self.words.setText(f"{start_s:.2f} to {end_s:.2f} s, {what}")
        self.closer.setEnabled(is_selected)
        self.whole.setEnabled(self._shown()[1] - self._shown()[0] < self.stage.length_s - 1e-6)
        self._name_play()

    def _name_play(self) -> None:
        start = "Play selection" if self.stage.selection is not None else "Play"
        self.play.setText("Stop" if self.player.is_playing else start)
        self.play.setAccessibleName(self.play.text())

    def _heard(self, second: float | None) -> None:
        self.stage.set_cursor(second)
        self._name_play()

    def _failed(self, error: DeepDeskError) -> None:
        self.problem.setText(str(error))
        self.problem.show()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            self.toggle()
            return
        super().keyPressEvent(event)

    def hideEvent(self, event: QHideEvent) -> None:
        self.player.stop()
        super().hideEvent(event)
