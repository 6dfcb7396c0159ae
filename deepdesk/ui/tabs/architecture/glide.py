"""Cards that glide to their new places after an edit, unless the system asks for less motion."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from PySide6.QtCore import QEasingCurve, QObject, QPointF, QVariantAnimation
from PySide6.QtWidgets import QApplication, QStyle

from deepdesk.ui.theme import metrics

MOST_CARDS = 160  # above it a frame would cost more than the motion is worth
Centres = Mapping[str, QPointF]


class Glide(QObject):
    """Moves cards for `metrics.FADE_MS`.

    Args:
        show: Takes the centres of all cards, at every step.
    """

    def __init__(self, parent: QObject, show: Callable[[Centres], None]) -> None:
        super().__init__(parent)
        self._show = show
        self._start: Centres = {}
        self._end: Centres = {}
        self._clock = QVariantAnimation(self)
        self._clock.setStartValue(0.0)
        self._clock.setEndValue(1.0)
        self._clock.setDuration(metrics.FADE_MS)
        self._clock.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._clock.valueChanged.connect(self._step)

    @property
    def is_on(self) -> bool:
        """Whether cards are on their way."""
        return self._clock.state() == QVariantAnimation.State.Running

    def start(self, before: Centres, after: Centres) -> None:
        """Let cards glide; new ones appear at their places."""
        moved = any(before.get(key, centre) != centre for key, centre in after.items())
        if not moved or len(after) > MOST_CARDS or wants_calm():
            return
        self._start, self._end = dict(before), dict(after)
        self._clock.start()
        self._step(0.0)

    def stop(self) -> None:
        """Stay where the cards are."""
        self._clock.stop()

    def _step(self, share: object) -> None:
        assert isinstance(share, float)
        self._show(
            {
                key: end + (self._start.get(key, end) - end) * (1.0 - share)
                for key, end in self._end.items()
            }
        )


def wants_calm() -> bool:
    """Return whether the system asks for no motion."""
    style = QApplication.style()
    return style.styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration) <= 0
