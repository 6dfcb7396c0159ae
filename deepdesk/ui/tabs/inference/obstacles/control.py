"""Watching one view: from an answer to the alarm over its picture."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np
from PySide6.QtCore import QObject

from deepdesk.core.answer_filter import Drawn, class_names
from deepdesk.core.errors import DeepDeskError
from deepdesk.data.obstacles import FREE, Corner, ObstacleSettings, ObstacleWatch
from deepdesk.ui.desk import Desk
from deepdesk.ui.overlay import OverlayView
from deepdesk.ui.overlay.zone import ZoneLook
from deepdesk.ui.sound_player import SoundPlayer
from deepdesk.ui.tabs.inference.obstacles.keeper import ObstacleKeeper
from deepdesk.ui.tabs.inference.obstacles.panel import ObstaclePanel
from deepdesk.ui.tabs.inference.obstacles.zone_hand import ZoneHand

RATE_HZ = 44_100
TONE_HZ, TONE_S, FADE_S = 880.0, 0.25, 0.02
LOUDNESS = 0.4


class ObstacleControl(QObject):
    """Keeps a view, a panel and the kept settings of the project together.

    Args:
        view: Shows pictures with their answers; the zone is drawn and edited on it.
        panel: Lies beside it.
    """

    def __init__(
        self, desk: Desk, keeper: ObstacleKeeper, view: OverlayView, panel: ObstaclePanel
    ) -> None:
        super().__init__(view)
        self._desk = desk
        self._keeper = keeper
        self._view = view
        self._panel = panel
        self._answer: Drawn | None = None
        self.watch = ObstacleWatch(settings=keeper.settings)
        self.hand = ZoneHand(view)
        self.sound = SoundPlayer(tone(), RATE_HZ, self)
        self.sound.failed.connect(self._say_unheard)
        keeper.changed.connect(self._use)
        panel.changed.connect(keeper.change)
        panel.editing.connect(self._edit)
        self.hand.moved.connect(self._take_zone)
        self.hand.chosen.connect(lambda _at: self._show())
        self._use(keeper.settings)

    def take(
        self, answer: Drawn | None, arrived_s: float | None = None, *, is_apart: bool = False
    ) -> None:
        """Look at the answer to the next picture that the view shows.

        Args:
            is_apart: Whether the picture does not follow the one before.
            arrived_s: When the picture came, on the clock of `time.perf_counter`; None for one
                that is looked at again, which is no reaction.
        """
        self._answer = answer
        if is_apart:
            self.watch.sighting = FREE
        if answer is not None:
            self._panel.show_classes(class_names(answer))
        begins = self._look()
        if not self.watch.settings.is_on:
            return
        self._show()
        if begins and arrived_s is not None:
            # Painted now: an alarm that waits for the next chance to paint is no alarm yet.
            self._view.repaint()
            self.watch.reacted(arrived_s, time.perf_counter())
        if begins and self.watch.settings.has_sound:
            self.sound.play()
        self._panel.show_watch(self.watch)

    def forget(self) -> None:
        """Begin anew with another film, or after a pause."""
        self.watch.forget()
        self._answer = None
        self._show()
        self._panel.show_watch(self.watch)

    def _look(self) -> bool:
        size = self._view.layers.picture.size()
        shown = (size.width(), size.height())
        return self.watch.look(self._answer, self._view.layers.kept, shown)

    def _use(self, settings: ObstacleSettings) -> None:
        self.watch.settings = settings
        self.hand.zone = settings.zone
        self.hand.corner = min(self.hand.corner, len(settings.zone) - 1)
        self._panel.show_settings(settings)
        self.look_again()

    def look_again(self) -> None:
        """Look at the same answer with other settings, or other thresholds."""
        self._look()
        self._show()
        self._panel.show_watch(self.watch)

    def _edit(self, is_on: bool) -> None:
        self.hand.is_on = is_on
        if is_on:
            self._view.setFocus()
        self._show()

    def _take_zone(self, zone: tuple[Corner, ...]) -> None:
        self._keeper.change(replace(self._keeper.settings, zone=zone))

    def _show(self) -> None:
        settings = self.watch.settings
        if not settings.is_on:
            self._view.show_zone(None)
            return
        sighting = self.watch.sighting
        look = ZoneLook(
            corners=settings.zone,
            words=sighting.words if sighting.is_alarm else "",
            corner=self.hand.corner if self.hand.is_on else -1,
        )
        self._view.show_zone(look)

    def _say_unheard(self, error: DeepDeskError) -> None:
        self._desk.say(f"The alarm is not heard. {error.message}", level="warn")


def tone() -> np.ndarray[tuple[int], np.dtype[np.float32]]:
    """Return the sound of an alarm, float32, (T,), -1 to 1, at `RATE_HZ`."""
    at_s = np.arange(round(TONE_S * RATE_HZ)) / RATE_HZ
    edge = np.minimum(at_s, TONE_S - at_s) / FADE_S
    wave = LOUDNESS * np.sin(2 * np.pi * TONE_HZ * at_s) * np.clip(edge, 0.0, 1.0)
    return wave.astype(np.float32)
