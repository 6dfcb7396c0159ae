"""Where the tiles of a grid lie; closed form, so a million rows cost nothing."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPoint, QRect

GAP_PX = 10
MARGIN_PX = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Geometry:
    """A grid of squares that fills a width exactly.

    Attributes:
        width_px: Of the viewport.
        count: Tiles in all.
        wanted_px: Side that a tile should have at least.
        below_px: Room for words under each tile.
    """

    width_px: int
    count: int
    wanted_px: int
    below_px: int = 0

    @property
    def columns(self) -> int:
        """Tiles in a line."""
        room = self.width_px - 2 * MARGIN_PX + GAP_PX
        return max(1, room // (self.wanted_px + GAP_PX))

    @property
    def side_px(self) -> int:
        """Side of a tile; what is left over of a line widens its tiles."""
        room = self.width_px - 2 * MARGIN_PX - (self.columns - 1) * GAP_PX
        return max(16, room // self.columns)

    @property
    def line_px(self) -> int:
        """From the top of a line to the top of the next."""
        return self.side_px + self.below_px + GAP_PX

    @property
    def height_px(self) -> int:
        """Of all lines together."""
        lines = -(-self.count // self.columns)
        return 2 * MARGIN_PX + max(0, lines * self.line_px - GAP_PX)

    def rect(self, row: int, scrolled_px: int) -> QRect:
        """Return where tile `row` is drawn in the viewport."""
        line, column = divmod(row, self.columns)
        left = MARGIN_PX + column * (self.side_px + GAP_PX)
        return QRect(
            left, MARGIN_PX + line * self.line_px - scrolled_px, self.side_px, self.side_px
        )

    def row_at(self, point: QPoint, scrolled_px: int) -> int:
        """Return the tile under a point of the viewport, -1 between tiles."""
        x, y = point.x() - MARGIN_PX, point.y() - MARGIN_PX + scrolled_px
        if x < 0 or y < 0:
            return -1
        column, in_x = divmod(x, self.side_px + GAP_PX)
        line, in_y = divmod(y, self.line_px)
        row = line * self.columns + column
        is_hit = (
            in_x < self.side_px and in_y < self.side_px + self.below_px and column < self.columns
        )
        return row if is_hit and row < self.count else -1

    def visible(self, scrolled_px: int, height_px: int) -> range:
        """Return the tiles that a viewport of this height shows at least in part."""
        first = max(0, (scrolled_px - MARGIN_PX) // self.line_px) * self.columns
        last_line = (scrolled_px + height_px - MARGIN_PX) // self.line_px
        return range(first, min(self.count, (last_line + 1) * self.columns))
