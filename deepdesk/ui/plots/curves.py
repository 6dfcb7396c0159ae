"""The curves of one plot, without any drawing: what is shown, told and saved."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from deepdesk.ui.plots.pyramid import MAX_POINTS, CurveBuffer

Role = Literal["train", "validation", "other"]

_WINDOW_SHARE = 50  # a smoothed curve averages over this share of the points in view
_MIN_WINDOW = 5
_FLOOR = 1e-12  # where a logarithmic axis ends


@dataclass(slots=True)
class Curve:
    """One line of a plot.

    Attributes:
        label: In the legend, for instance "train".
        role: Decides the colour.
        group: Run it belongs to, "" for the one in front; others are drawn behind, dashed.
        rank: Number of the group among those behind, for its colour.
    """

    label: str
    role: Role = "other"
    group: str = ""
    rank: int = 0
    points: CurveBuffer = field(default_factory=CurveBuffer)


class Curves:
    """Curves by key, in the order in which they are drawn."""

    def __init__(self) -> None:
        self._curves: dict[str, Curve] = {}
        self.is_log = False
        self.is_smooth = False

    def __iter__(self) -> Iterator[tuple[str, Curve]]:
        return iter(self._curves.items())

    def __getitem__(self, key: str) -> Curve:
        return self._curves[key]

    def __contains__(self, key: str) -> bool:
        return key in self._curves

    def add(self, key: str, curve: Curve) -> None:
        """Add a curve, or replace the one of that key."""
        self._curves[key] = curve

    def clear(self) -> None:
        """Drop every curve."""
        self._curves.clear()

    @property
    def is_empty(self) -> bool:
        """Whether no curve has a point."""
        return not any(len(curve.points) for curve in self._curves.values())

    def drawn(
        self, key: str, low: float, high: float, max_points: int = MAX_POINTS
    ) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Return the points to draw of one curve, in the plot's own scale."""
        curve = self._curves[key]
        if self.is_smooth and curve.role != "validation":
            first, last = curve.points.span(low, high)
            window = max(_MIN_WINDOW, (last - first) // _WINDOW_SHARE)
            x, y = curve.points.smooth_view(low, high, window, max_points=max_points)
        else:
            x, y = curve.points.view(low, high, max_points=max_points)
        return (x, np.log10(np.maximum(y, _FLOOR))) if self.is_log else (x, y)

    def values_at(self, x: float) -> list[tuple[Curve, float, float]]:
        """Return (curve, x, value) of the point nearest to `x` of every curve with points."""
        found = []
        for curve in self._curves.values():
            index = curve.points.nearest(x)
            if index is not None:
                found.append((curve, float(curve.points.x[index]), float(curve.points.y[index])))
        return found

    def last_x(self) -> float:
        """Return the largest x of any point, 0.0 without points."""
        filled = (curve.points for curve in self._curves.values() if len(curve.points))
        return max((float(points.x[-1]) for points in filled), default=0.0)

    def as_csv(self) -> bytes:
        """Return every point of every curve as lines of run, curve, epoch, value."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(("run", "curve", "epoch", "value"))
        for curve in list(self._curves.values()):
            pairs = zip(curve.points.x.tolist(), curve.points.y.tolist(), strict=True)
            writer.writerows((curve.group, curve.label, x, y) for x, y in pairs)
        return text.getvalue().encode()


def nice_range(
    low: float, high: float, *, is_share: bool = False, is_log: bool = False
) -> tuple[float, float]:
    """Return bounds on round numbers around the values, with zero where it is near.

    Args:
        is_share: Values from 0 to 1; the bounds stay within.
        is_log: The values are exponents of ten.
    """
    if high <= low:
        low, high = low - (abs(low) * 0.1 or 0.5), high + (abs(high) * 0.1 or 0.5)
    if not is_log and 0 <= low < 0.4 * high:
        low = 0.0
    step = round_step((high - low) / 8)
    bottom, top = math.floor(low / step + 1e-9) * step, math.ceil(high / step - 1e-9) * step
    return (max(0.0, bottom), min(1.0, top)) if is_share else (bottom, top)


def round_step(step: float, *, is_whole: bool = False) -> float:
    """Return the next larger of 1, 2, 2.5, 5 times a power of ten; a whole number if asked."""
    if is_whole and step <= 1:
        return 1.0
    power = 10.0 ** math.floor(math.log10(step))
    factors = (1, 2, 5, 10) if is_whole else (1, 2, 2.5, 5, 10)
    return next(power * factor for factor in factors if power * factor >= step * 0.999)
