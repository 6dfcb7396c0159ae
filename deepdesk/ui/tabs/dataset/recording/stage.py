"""The middle of the page: what is heard running along, or the take that is trimmed; the level."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget

from deepdesk.ui.spectrogram_view import RollingSpectrogram
from deepdesk.ui.tabs.dataset.recording.level_meter import (
    NOTHING,
    LevelMeter,
    loudness_words,
    peak_words,
)
from deepdesk.ui.tabs.dataset.recording.listening import Heard, Take
from deepdesk.ui.tabs.dataset.recording.trim_view import TrimView
from deepdesk.ui.theme import colour
from deepdesk.ui.theme.fonts import SEMIBOLD, font
from deepdesk.ui.theme.metrics import RADIUS_CARD, S, scaled
from deepdesk.ui.widgets.labels import Label
from deepdesk.ui.widgets.painting import antialiased, draw_text, fill_round

HEIGHT_PX = 150
RUNNING_S = 6.0
COUNT_PX, COUNT_SIDE_PX = 64, 110


class Stage(QWidget):
    """What one looks at while speaking and after."""

    def __init__(self) -> None:
        super().__init__()
        self.running = RollingSpectrogram(RUNNING_S, "What the microphone hears")
        self.trim = TrimView()
        self.meter = LevelMeter()
        self.level = Label("", kind="small", tone="muted")
        self.time = Label("", kind="strong")
        self._judges = True
        self.count = _Count(self)
        self._pages = QStackedWidget()
        self._pages.addWidget(self.running)
        self._pages.addWidget(self.trim)
        self._pages.setMinimumHeight(HEIGHT_PX)
        self._pages.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        below = QHBoxLayout()
        below.setSpacing(S)
        below.addWidget(self.meter, 1)
        below.addWidget(self.level, 1)
        below.addWidget(self.time)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S)
        column.addWidget(self._pages, 1)
        column.addLayout(below)
        self.trim.changed.connect(lambda _range: self._tell_range())

    def hear(self, heard: Heard) -> None:
        """Show what came in."""
        if self._pages.currentWidget() is not self.running:
            return
        self.meter.hear(heard.samples_T, heard.rate_hz)
        if self._judges:
            words, tone = loudness_words(self.meter.loudness)
            self.level.setText(words)
            self.level.set_tone(tone)
        self.running.append(heard.samples_T, heard.rate_hz)
        self.time.setText("" if heard.taken_s is None else f"{heard.taken_s:.1f} s")

    def rest(self) -> None:
        """Show that nothing is listened to."""
        if self._pages.currentWidget() is self.running:
            self.meter.rest()
            self.level.setText("")
            self.time.setText("")
            self.running.clear()

    def show_take(self, take: Take) -> None:
        """Show a take for trimming, and how loud it is as a whole.

        Takes that are cut into pieces begin with the whole of them.
        """
        self.meter.hide()
        words, tone = peak_words(take.loudest) if take.loudest else (NOTHING, "warn")
        self.level.setText(words)
        self.level.set_tone(tone)
        if take.about.piece_s:
            self.level.setText(f"Cut into pieces of {take.about.piece_s:g} s, a class of their own")
            self.level.set_tone("muted")
        self._pages.setCurrentWidget(self.trim)
        self.trim.show_take(take, trims=not take.about.piece_s)

    def show_running(self, *, judges: bool = True) -> None:
        """Show what is heard from now on; `judges`: and whether it is loud enough."""
        self._judges = judges
        self.meter.rest()
        self.meter.show()
        self.level.setText("")
        self.running.clear()
        self._pages.setCurrentWidget(self.running)
        self.time.setText("")

    def show_count(self, left: int) -> None:
        """Show 3, 2, 1 in large figures; 0 takes them away."""
        self.count.show_number(left)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        middle = self._pages.geometry().center()
        self.count.move(middle.x() - self.count.width() // 2, middle.y() - self.count.height() // 2)

    def _tell_range(self) -> None:
        start_s, end_s = self.trim.range_s
        if self._pages.currentWidget() is self.trim:
            self.time.setText(f"{end_s - start_s:.2f} of {self.trim.length_s:.2f} s")


class _Count(QWidget):
    """A large number over the stage."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._words = ""
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.resize(self.sizeHint())
        self.hide()

    def show_number(self, number: int) -> None:
        """Show a number, nothing for 0."""
        self._words = str(number) if number else ""
        self.setAccessibleName(self._words)
        self.setVisible(bool(number))
        self.raise_()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(scaled(COUNT_SIDE_PX), scaled(COUNT_SIDE_PX))

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = antialiased(QPainter(self))
        rect = QRectF(self.rect())
        fill_round(painter, rect, colour("surface", 0.92), RADIUS_CARD)
        middle = Qt.AlignmentFlag.AlignHCenter
        draw_text(painter, rect, self._words, font(COUNT_PX, SEMIBOLD), colour("accent"), middle)
