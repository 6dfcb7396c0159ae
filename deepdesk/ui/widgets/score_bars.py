"""Names with shares and bars: the classes of an answer, or the cost of a block."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from deepdesk.ui.theme import colour, metrics
from deepdesk.ui.theme.fonts import REGULAR, SEMIBOLD, font
from deepdesk.ui.widgets.painting import antialiased, draw_bar, draw_text

ROW_PX = 43
COMPACT_ROW_PX = 34
BAR_PX = 9
COMPACT_BAR_PX = 6
OTHERS_ALPHA = 0.5
# A thin space: it keeps the unit close, and the line is never broken there.
THIN_SPACE = "\u202f"


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareRow:
    """One row: name, figure with unit, and the share 0 to 1 that the bar shows."""

    name: str
    figure: str
    share: float
    role: str = "accent"
    alpha: float = 1.0
    is_strong: bool = False


def percent(share: float, digits: int = 1) -> str:
    """Return a share as per cent, with a thin space before the sign."""
    return f"{share * 100:.{digits}f}{THIN_SPACE}%"


class ShareBars(QWidget):
    """Rows of name, figure and bar, one below the other."""

    row_px, bar_px, text_px = COMPACT_ROW_PX, COMPACT_BAR_PX, metrics.SMALL

    def __init__(self, rows: Sequence[ShareRow] = ()) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.set_rows(rows)

    def set_rows(self, rows: Sequence[ShareRow]) -> None:
        """Show these rows."""
        self.rows = tuple(rows)
        said = ", ".join(f"{row.name} {row.figure}" for row in self.rows)
        self.setAccessibleName(said)
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(200, metrics.scaled(self.row_px) * len(self.rows))

    def minimumSizeHint(self) -> QSize:
        return QSize(120, self.sizeHint().height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = antialiased(QPainter(self))
        high = metrics.scaled(self.row_px)
        for at, row in enumerate(self.rows):
            self._draw(painter, QRectF(0, at * high, self.width(), high), row)

    def _draw(self, painter: QPainter, rect: QRectF, row: ShareRow) -> None:
        bar = QRectF(rect.left(), rect.bottom() - self.bar_px - 6, rect.width(), self.bar_px)
        line = QRectF(rect.left(), rect.top(), rect.width(), bar.top() - rect.top() - 1)
        figure = font(self.text_px)
        width = QFontMetricsF(figure).horizontalAdvance(row.figure)
        right = Qt.AlignmentFlag.AlignRight
        draw_text(painter, line, row.figure, figure, colour("text"), right)
        name = font(self.text_px, SEMIBOLD if row.is_strong else REGULAR)
        room = line.adjusted(0, 0, -width - metrics.S, 0)
        draw_text(painter, room, row.name, name, colour("text"))
        draw_bar(painter, bar, row.share, colour(row.role, row.alpha))


class ScoreBars(ShareBars):
    """The classes of an answer, the first one strong."""

    row_px, bar_px, text_px = ROW_PX, BAR_PX, metrics.BODY

    def __init__(self, scores: Sequence[tuple[str, float]] = (), *, limit: int = 5) -> None:
        self._limit = limit
        super().__init__()
        self.set_scores(scores)

    def set_scores(self, scores: Sequence[tuple[str, float]]) -> None:
        """Show classes with their probabilities, 0 to 1, largest first."""
        rows = [
            ShareRow(
                name=name,
                figure=percent(score),
                share=score,
                alpha=OTHERS_ALPHA if at else 1.0,
                is_strong=at == 0,
            )
            for at, (name, score) in enumerate(scores[: self._limit])
        ]
        self.set_rows(rows)
