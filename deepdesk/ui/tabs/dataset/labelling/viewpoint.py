"""How a picture lies on the canvas: zoom and place, as a value. No Qt."""

from __future__ import annotations

from dataclasses import dataclass, replace

from deepdesk.core.drawing_edits import Place

MOST_ZOOM = 64.0
LEAST_SIDE_PX = 24.0
# What of the picture always stays in sight when it is pushed away, px of the screen.
IN_SIGHT_PX = 48
FIT_MARGIN_PX = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Viewpoint:
    """Where a picture lies on a canvas.

    Attributes:
        zoom: Pixels of the screen for one of the picture.
        left: Of the picture's corner on the canvas, whole px, so that what is drawn once can be
            pushed along.
        top: The same for its upper edge.
    """

    zoom: float = 1.0
    left: int = 0
    top: int = 0

    def to_picture(self, x: float, y: float) -> Place:
        """Return the place in the picture under a place of the canvas."""
        return (x - self.left) / self.zoom, (y - self.top) / self.zoom

    def to_canvas(self, place: Place) -> Place:
        """Return where a place of the picture is on the canvas."""
        return place[0] * self.zoom + self.left, place[1] * self.zoom + self.top

    def pushed(self, across: int, down: int) -> Viewpoint:
        """Return the view after the picture was pushed."""
        return replace(self, left=self.left + across, top=self.top + down)

    def zoomed(self, factor: float, x: float, y: float, least: float) -> Viewpoint:
        """Return the view at another zoom; what is at a place of the canvas stays there."""
        zoom = min(MOST_ZOOM, max(least, self.zoom * factor))
        at = self.to_picture(x, y)
        return Viewpoint(zoom=zoom, left=round(x - at[0] * zoom), top=round(y - at[1] * zoom))

    def kept_in_sight(self, canvas: tuple[int, int], picture: tuple[int, int]) -> Viewpoint:
        """Return the view with at least a corner of the picture on the canvas."""
        left = _within(self.left, IN_SIGHT_PX - picture[0] * self.zoom, canvas[0] - IN_SIGHT_PX)
        top = _within(self.top, IN_SIGHT_PX - picture[1] * self.zoom, canvas[1] - IN_SIGHT_PX)
        return replace(self, left=left, top=top)


def fitted(canvas: tuple[int, int], picture: tuple[int, int]) -> Viewpoint:
    """Return the view of the whole picture, (width, height) each."""
    zoom = min(
        max(1.0, side - 2 * FIT_MARGIN_PX) / max(1, length)
        for side, length in zip(canvas, picture, strict=True)
    )
    zoom = min(zoom, MOST_ZOOM)
    return centred(canvas, picture, zoom)


def centred(canvas: tuple[int, int], picture: tuple[int, int], zoom: float) -> Viewpoint:
    """Return the view of the middle of the picture at a zoom."""
    left, top = (
        round((side - length * zoom) / 2) for side, length in zip(canvas, picture, strict=True)
    )
    return Viewpoint(zoom=zoom, left=left, top=top)


def least_zoom(canvas: tuple[int, int], picture: tuple[int, int]) -> float:
    """Return the smallest zoom that makes sense: a quarter of the whole picture."""
    return min(fitted(canvas, picture).zoom / 4, 1.0, LEAST_SIDE_PX / max(1, *picture) * 4)


def _within(value: float, low: float, high: float) -> int:
    return round(min(max(value, min(low, high)), max(low, high)))
