"""Which classes are obstacles, where they must not stand, and what the alarm says."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QSlider, QWidget

from deepdesk.data.obstacles import USUAL_ZONE, ObstacleSettings, ObstacleWatch
from deepdesk.ui.tabs.inference.words import time_words
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.buttons import LinkButton
from deepdesk.ui.widgets.chip import Chip
from deepdesk.ui.widgets.chip_row import ChipRow
from deepdesk.ui.widgets.fold import Fold
from deepdesk.ui.widgets.labels import Label
from deepdesk.ui.widgets.quiet_slider import QuietSlider
from deepdesk.ui.widgets.score_bars import percent

# A page of chips is no choice any more; the rest are added by name elsewhere.
MOST_CHIPS = 60
_FIGURE_PX = 44
HOW = (
    "Drag a corner. A double click adds one. With the picture in focus N goes to the next corner,"
    " arrows move it (finer with Shift), Delete takes it away."
)
CHOOSE = "Choose what is an obstacle."


class ObstaclePanel(Fold):
    """A fold with the settings of a watch, and what it sees.

    Signals:
        changed: `ObstacleSettings` that a person chose.
        editing: Whether the zone is edited on the picture.
    """

    changed = Signal(object)
    editing = Signal(object)

    def __init__(self) -> None:
        super().__init__("Obstacles in front")
        self.settings = ObstacleSettings()
        self._classes: tuple[str, ...] = ()
        self._has_share = True
        self.on = QCheckBox("Watch a zone of the picture")
        self.classes = ChipRow(exclusive=False, name="Classes that are obstacles")
        self.share = QuietSlider()
        self.share.setRange(1, 100)
        self.share.setAccessibleName("Share of the zone that obstacles must cover, in per cent")
        self.share_figure = Label(kind="small")
        self.share_row = self._row("Covered from", self.share, self.share_figure)
        self.edit = Chip("Edit the zone", tip="Move its corners on the picture")
        self.usual = LinkButton("Usual zone", self._take_usual, tip="The lane ahead of a car")
        self.sound = QCheckBox("Sound when an alarm begins")
        self.how = Label(HOW, kind="hint", wraps=True)
        self.alarm = Label(kind="strong", wraps=True)
        self.times = Label(kind="hint", wraps=True)
        self._arrange()
        self._connect()
        self.show_settings(self.settings)

    def show_share(self, *, of_masks: bool) -> None:
        """Offer a share of the zone for masks, which cover one; boxes stand in it or not."""
        self._has_share = of_masks
        self.share_row.setVisible(of_masks and self.settings.is_on)

    def show_classes(self, names: Sequence[str]) -> None:
        """Offer the classes of a network."""
        wanted = tuple(names[:MOST_CHIPS])
        if wanted != self._classes:
            self._classes = wanted
            self.classes.forget()
            for name in wanted:
                self.classes.add_chip(name, name)
        self.classes.choose(*self.settings.classes)

    def show_settings(self, settings: ObstacleSettings) -> None:
        """Show what is watched for."""
        self.settings = settings
        for box, is_on in ((self.on, settings.is_on), (self.sound, settings.has_sound)):
            box.blockSignals(True)
            box.setChecked(is_on)
            box.blockSignals(False)
        self.share.blockSignals(True)
        self.share.setValue(round(100 * settings.least_share))
        self.share.blockSignals(False)
        self.share_figure.setText(percent(settings.least_share, 0))
        self.classes.choose(*settings.classes)
        for part in (self.edit, self.usual, self.alarm, self.sound, self.classes):
            part.setVisible(settings.is_on)
        self.share_row.setVisible(settings.is_on and self._has_share)
        self.times.setVisible(settings.is_on and bool(self.times.text()))
        if not settings.is_on:
            self.edit.setChecked(False)
        self.how.setVisible(settings.is_on and self.edit.isChecked())
        self.set_note("on" if settings.is_on else "")

    def show_watch(self, watch: ObstacleWatch) -> None:
        """Show what is seen, and how long alarms took to be shown."""
        sighting = watch.sighting
        has_classes = bool(self.settings.classes)
        self.alarm.setText(sighting.words if has_classes else CHOOSE)
        self.alarm.set_tone("bad" if sighting.is_alarm else "good" if has_classes else "")
        self.times.setText(times_words(watch))
        self.times.setVisible(self.settings.is_on and bool(self.times.text()))

    def _connect(self) -> None:
        self.on.toggled.connect(lambda on: self._change(replace(self.settings, is_on=on)))
        self.sound.toggled.connect(lambda on: self._change(replace(self.settings, has_sound=on)))
        self.classes.chosen.connect(self._take_classes)
        self.share.valueChanged.connect(
            lambda value: self._change(replace(self.settings, least_share=value / 100))
        )
        self.edit.toggled.connect(self._edit)

    def _edit(self, is_on: bool) -> None:
        self.how.setVisible(is_on)
        self.editing.emit(is_on)

    def _take_classes(self, names: set[str]) -> None:
        # Classes of another network of the project stay chosen for it.
        others = self.settings.classes.difference(self._classes)
        self._change(replace(self.settings, classes=frozenset(names) | others))

    def _take_usual(self) -> None:
        self._change(replace(self.settings, zone=USUAL_ZONE))

    def _change(self, settings: ObstacleSettings) -> None:
        self.show_settings(settings)
        self.changed.emit(settings)

    def _row(self, words: str, slider: QSlider, figure: Label) -> QWidget:
        holder = QWidget()
        row = QHBoxLayout(holder)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(metrics.S)
        row.addWidget(Label(words, kind="small", tone="muted"))
        row.addWidget(slider, 1)
        figure.setAlignment(Qt.AlignmentFlag.AlignRight)
        figure.setFixedWidth(metrics.scaled(_FIGURE_PX))
        row.addWidget(figure)
        return holder

    def _arrange(self) -> None:
        tools = QWidget()
        row = QHBoxLayout(tools)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.edit)
        row.addWidget(self.usual)
        row.addStretch(1)
        self.body.setSpacing(metrics.S)
        for part in (self.on, self.classes, self.share_row, tools, self.how):
            self.body.addWidget(part)
        for part in (self.alarm, self.times, self.sound):
            self.body.addWidget(part)


def times_words(watch: ObstacleWatch) -> str:
    """Return the reaction times of the alarms so far, "" before the first one."""
    count = len(watch.reactions_s)
    if not count or math.isnan(watch.worst_s):
        return ""
    middle, worst = time_words(1000 * watch.median_s), time_words(1000 * watch.worst_s)
    alarms = "1 alarm" if count == 1 else f"{count:,} alarms"
    if count == 1:
        return f"Reaction {worst}, from the picture's arrival to the alarm on screen"
    return (
        f"Reaction {middle} (median), {worst} (worst) over {alarms},"
        " from a picture's arrival to the alarm on screen"
    )
