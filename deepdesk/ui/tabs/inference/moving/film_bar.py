"""Below a film: play, step, where it is, and a way to save it with its answers."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QSlider, QStyle, QStyleOptionSlider, QWidget

from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.buttons import IconButton, PrimaryButton, SmallButton
from deepdesk.ui.widgets.labels import Label


class FilmBar(QWidget):
    """Widgets only.

    Signals:
        toggled: None, to play or to pause.
        stepped: 1 or -1 picture.
        sought: Second to go to.
        save_asked: None.
    """

    toggled = Signal(object)
    stepped = Signal(object)
    sought = Signal(object)
    save_asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.button = PrimaryButton("Play", lambda: self.toggled.emit(None), tip="Space")
        self.back = IconButton(
            "chevron-left", "One picture back (,)", lambda: self.stepped.emit(-1)
        )
        self.on = IconButton("chevron-right", "One picture on (.)", lambda: self.stepped.emit(1))
        self.slider = _TimeSlider(Qt.Orientation.Horizontal)
        self.slider.setAccessibleName("Place in the film, in milliseconds")
        self.time = Label(kind="hint")
        self.save = SmallButton("Save…", lambda: self.save_asked.emit(None))
        self.save.setToolTip("Answer every picture, and save a video or a table of the answers")
        self._length_s = 0.0
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(metrics.S)
        for widget in (self.button, self.back, self.on):
            row.addWidget(widget)
        row.addWidget(self.slider, 1)
        row.addWidget(self.time)
        row.addWidget(self.save)
        self.slider.valueChanged.connect(self._seek)
        self.show_playing(is_playing=False)
        self.show_length(0.0)

    def show_length(self, length_s: float) -> None:
        """Set how long the film is; 0 while that is not known."""
        self._length_s = length_s
        self.slider.blockSignals(True)
        self.slider.setRange(0, max(1, round(length_s * 1000)))
        self.slider.blockSignals(False)
        for widget in (self.slider, self.back, self.on, self.save):
            widget.setEnabled(length_s > 0)
        self.show_place(0.0)

    def show_place(self, at_s: float) -> None:
        """Show where the film is."""
        if not self.slider.isSliderDown():
            self.slider.blockSignals(True)
            self.slider.setValue(round(at_s * 1000))
            self.slider.blockSignals(False)
        self.time.setText(f"{place_text(at_s)} / {place_text(self._length_s)}")

    def show_playing(self, *, is_playing: bool) -> None:
        """Show whether it goes on."""
        words, icon = ("Pause", "pause") if is_playing else ("Play", "play")
        self.button.setText(words)
        self.button.setAccessibleName(words)
        self.button.set_icon(icon)

    def show_saving(self, share: float | None) -> None:
        """Show how much is saved, None while nothing is being saved."""
        self.save.setText("Save…" if share is None else f"Stop saving · {100 * share:.0f} %")
        self.save.setAccessibleName(self.save.text())

    def _seek(self, milliseconds: int) -> None:
        self.sought.emit(milliseconds / 1000.0)


class _TimeSlider(QSlider):
    """A click goes there at once."""

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            option = QStyleOptionSlider()
            self.initStyleOption(option)
            handle = self.style().subControlRect(
                QStyle.ComplexControl.CC_Slider, option, QStyle.SubControl.SC_SliderHandle, self
            )
            if not handle.contains(event.position().toPoint()):
                room = max(1, self.width() - handle.width())
                at = round(event.position().x() - handle.width() / 2)
                low, high = self.minimum(), self.maximum()
                self.setValue(QStyle.sliderValueFromPosition(low, high, at, room))
        super().mousePressEvent(event)


def place_text(seconds: float) -> str:
    """Return a place in a film: "0:07.2", "1:02:07.2"."""
    tenths = round(max(0.0, seconds) * 10)
    minutes, rest = divmod(tenths, 600)
    hours, minutes = divmod(minutes, 60)
    start = f"{hours}:{minutes:02}" if hours else f"{minutes}"
    return f"{start}:{rest / 10:04.1f}"
