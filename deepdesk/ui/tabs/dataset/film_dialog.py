"""The dialog in which a film becomes pictures: how much it changes, which are taken, settings."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from PySide6.QtCore import QPointF, QRectF, Signal
from PySide6.QtGui import QPainter, QPen
from PySide6.QtWidgets import QWidget

from deepdesk.core.errors import ConfigError
from deepdesk.core.work import Work
from deepdesk.data.film_taking import Taking
from deepdesk.ui.jobs import Job
from deepdesk.ui.tabs.dataset.apart_dialog import ApartDialog
from deepdesk.ui.tabs.dataset.film_work import FilmOutline, chosen_work, outline_work
from deepdesk.ui.theme import colour
from deepdesk.ui.time_words import length_text
from deepdesk.ui.widgets.traces import TraceView

# More columns than this are closer together than pixels.
COLUMNS = 600
_LEAST_FULL = 10.0


class ChangeView(TraceView):
    """How much a film changes over its time, and a tick for each picture that is taken."""

    def __init__(self) -> None:
        super().__init__("How much the film changes, with a tick for each picture that is taken")
        self._heights: list[float] = []
        self._length_s = 1.0
        self._at_s: NDArray[np.float64] = np.zeros(0)

    def show_outline(self, outline: FilmOutline | None) -> None:
        """Show another film, None while it is being read."""
        self._heights, self._at_s = [], np.zeros(0)
        if outline is not None:
            parts = np.array_split(outline.changes_T, min(COLUMNS, len(outline.changes_T)))
            full = max(_LEAST_FULL, float(outline.changes_T.max()))
            self._heights = [float(part.max()) / full for part in parts]
            self._length_s = max(1e-9, float(outline.starts_T[-1]) + 1.0 / outline.facts.rate)
        self.update()

    def show_taken(self, at_s: NDArray[np.float64]) -> None:
        """Show which pictures are taken, by their second: float64, (N,)."""
        self._at_s = at_s
        self.update()

    def draw(self, painter: QPainter, rect: QRectF) -> None:
        tick = rect.height() * 0.16
        painter.setPen(QPen(colour("accent"), 1))
        step = rect.width() / max(1, len(self._heights))
        low = rect.bottom() - tick - 3
        for at, height in enumerate(self._heights):
            x = rect.left() + (at + 0.5) * step
            top = low - height * (low - rect.top())
            painter.drawLine(QPointF(x, low), QPointF(x, min(low - 1, top)))
        painter.setPen(QPen(colour("text"), 1))
        # At most one tick a pixel: a film has very many pictures.
        places = np.unique(np.round(rect.left() + rect.width() * self._at_s / self._length_s))
        for x in places.tolist():
            painter.drawLine(QPointF(x, rect.bottom() - tick), QPointF(x, rect.bottom()))


class FilmDialog(ApartDialog):
    """Shows how many pictures there would be while settings change, and how far taking is.

    Signals:
        take_asked: (`FilmOutline`, `Taking`).
    """

    take_asked = Signal(object, object)

    def __init__(
        self, window: QWidget | None, film: Path, start: Callable[[Work], Job] | None = None
    ) -> None:
        title = f"Pictures of {film.name}"
        super().__init__(window, title, verb="Take", settings=Taking, start=start)
        self.primary.setEnabled(False)
        self.outline: FilmOutline | None = None
        self.view = ChangeView()
        for widget in (self.view, self.words, self.form, self.bar):
            self.add(widget)
        self.add_text("The pictures are written into the project. Your film stays as it is.")
        self.form.changed.connect(lambda _settings: self._show_taken())
        self._show_rows()
        self.words.setText("Looking through the film …")
        self._run(outline_work(film), self._show_outline)

    def accept(self) -> None:
        settings = self._settings()
        if self.is_under_way or self.outline is None or settings is None:
            return
        self.begin()
        self.take_asked.emit(self.outline, settings)

    def _show_outline(self, outline: FilmOutline) -> None:
        self.outline = outline
        self.bar.hide()
        self.view.show_outline(outline)
        self._show_taken()

    def _show_taken(self) -> None:
        settings = self._settings()
        self._show_rows()
        if self.outline is None or settings is None or self.is_under_way:
            return
        self.close_work()
        self._run(chosen_work(self.outline, settings), self._show_chosen)

    def _show_chosen(self, numbers: NDArray[np.int64]) -> None:
        outline = self.outline
        assert outline is not None, "it is chosen from an outline"
        self.view.show_taken(outline.starts_T[numbers])
        width, height = outline.facts.size
        total = len(outline.starts_T)
        length = length_text(float(outline.starts_T[-1]) + 1.0 / outline.facts.rate)
        self.words.setText(
            f"{len(numbers):,} of {total:,} pictures in {length}, {width:,} x {height:,} pixels"
        )
        self.primary.setEnabled(True)

    def _show_rows(self) -> None:
        """Show the one setting that counts for the way that is chosen."""
        how = self.form.row("how").value()
        self.form.row("every").setVisible(how == "every")
        self.form.row("change").setVisible(how == "changes")

    def _settings(self) -> Taking | None:
        from deepdesk.core.settings import check

        self.form.clear_errors()
        try:
            settings = self.form.value()
            assert isinstance(settings, Taking), "the form is of these settings"
            check(settings)
        except ConfigError as error:
            self.form.show_error(error)
            self.primary.setEnabled(False)
            return None
        return settings
