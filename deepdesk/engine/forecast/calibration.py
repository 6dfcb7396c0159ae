"""How fast this machine is at each class of operator: measured once, kept, read back.

A class has a curve, not a number: operations per second over the arithmetic intensity
(operations per byte moved) where arithmetic decides, bytes per second over the bytes of a call
where memory does. It is the roofline of Williams et al. (2009, doi:10.1145/1498765.1498785),
measured instead of drawn from peak values.
"""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from deepdesk.engine.forecast import machine
from deepdesk.nn.operators import ARITHMETIC, Operator

PRECISIONS = ("float32", "bfloat16")
# What is not measured is reckoned as what is nearest to it.
_LIKE = {"float16": ("bfloat16",), "tf32": ("float32",), "auto": PRECISIONS}
KINDS = (
    "matrix",
    "convolution",
    "pointwise",
    "depthwise",
    "skipping",
    "attention",
    "norm",
    "pool",
    "curve",
    "chance",
    "memory",
)
_FILE = "calibration"
_MOST_POINTS = 64
_MOST_KNOWN = 100_000
Curve = tuple[tuple[float, float], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """What was measured of one device.

    Attributes:
        device: torch's name of it.
        curves: (class, "forward" or "backward", precision) to (feature, units per second),
            rising in the feature. See the module for feature and units.
        stream_rate: Bytes per second in memory that is in use already, as optimisers work.
        call_s: Seconds that the smallest operator takes, by direction.
        threads_gain: Class to how many times as fast all cores are as one.
        cores: How many threads that was.
        base_bytes: Of a process that trains, before any network.
    """

    device: str
    curves: Mapping[tuple[str, str, str], Curve]
    stream_rate: float
    call_s: Mapping[str, float]
    threads_gain: Mapping[str, float]
    cores: int
    base_bytes: int
    _known: dict[tuple[Operator, str], float] = field(
        default_factory=dict, compare=False, repr=False
    )

    def seconds(self, operators: Iterable[Operator], precision: str) -> tuple[float, float]:
        """Return seconds (forward, backward) of operators on one thread or on the device."""
        forward = backward = 0.0
        for operator in operators:
            if operator.is_backward:
                backward += self._each(operator, precision)
            else:
                forward += self._each(operator, precision)
        return forward, backward

    def _each(self, operator: Operator, precision: str) -> float:
        key = (operator, precision)
        if key not in self._known:
            way = "backward" if operator.is_backward else "forward"
            curve = self.curves[operator.kind, way, precision]
            units = units_of(operator)
            spent = units / at(curve, feature_of(operator)) if units else 0.0
            if len(self._known) > _MOST_KNOWN:
                self._known.clear()
            self._known[key] = operator.calls * (spent + self.call_s[way])
        return self._known[key]

    def gain(self, operators: Iterable[Operator], precision: str) -> float:
        """Return how many times as fast operators are on all cores as on one."""
        single = shared = 0.0
        for operator in operators:
            spent = self._each(operator, precision)
            single += spent
            shared += spent / self.threads_gain[operator.kind]
        return single / shared if shared else 1.0

    def to_json(self) -> dict[str, Any]:
        """Return it as a JSON-ready object."""
        return {
            "device": self.device,
            "curves": {" ".join(key): [list(p) for p in c] for key, c in self.curves.items()},
            "stream_rate": self.stream_rate,
            "call_s": dict(self.call_s),
            "threads_gain": dict(self.threads_gain),
            "cores": self.cores,
            "base_bytes": self.base_bytes,
        }


def precisions_of(wanted: str) -> tuple[str, ...]:
    """Return the measured precisions that stand for a setting; all for "auto"."""
    return _LIKE.get(wanted, (wanted,))


def units_of(operator: Operator) -> int:
    """Return what one call works through: operations, or bytes where memory decides."""
    is_arithmetic = operator.kind in ARITHMETIC and operator.flops
    return operator.flops if is_arithmetic else operator.moved_bytes


def feature_of(operator: Operator) -> float:
    """Return where on its class's curve an operator lies."""
    if operator.kind in ARITHMETIC:
        return max(operator.flops, 1) / max(operator.moved_bytes, 1)
    return float(max(operator.moved_bytes, 1))


def at(curve: Curve, feature: float) -> float:
    """Return the rate at a feature: straight between points on logarithmic axes, flat outside."""
    places = [point[0] for point in curve]
    right = bisect_left(places, feature)
    if right == 0:
        return curve[0][1]
    if right == len(curve):
        return curve[-1][1]
    (x0, y0), (x1, y1) = curve[right - 1], curve[right]
    share = math.log(feature / x0) / math.log(x1 / x0)
    return float(y0 * (y1 / y0) ** share)


def load(device: str) -> Calibration | None:
    """Return the calibration that was kept of this machine, None when it has to be measured."""
    saved = machine.kept(_FILE, device)
    try:
        return None if saved is None else _from_json(saved, device)
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def save(calibration: Calibration) -> None:
    """Keep a calibration for the next start."""
    machine.keep(_FILE, calibration.device, calibration.to_json())


def _from_json(saved: Mapping[str, Any], device: str) -> Calibration:
    curves = {
        (kind, way, precision): _curve(saved["curves"][f"{kind} {way} {precision}"])
        for kind in KINDS
        for way in ("forward", "backward")
        for precision in PRECISIONS
    }
    if saved["device"] != device:
        raise ValueError("device")
    return Calibration(
        device=device,
        curves=curves,
        stream_rate=_number(saved["stream_rate"]),
        call_s={way: _number(saved["call_s"][way]) for way in ("forward", "backward")},
        threads_gain={kind: _number(saved["threads_gain"][kind]) for kind in KINDS},
        cores=int(_number(saved["cores"])),
        base_bytes=int(_number(saved["base_bytes"])),
    )


def _curve(values: Any) -> Curve:
    points = tuple((_number(x), _number(y)) for x, y in values)
    if not 0 < len(points) <= _MOST_POINTS or any(a[0] >= b[0] for a, b in pairwise(points)):
        raise ValueError("curve")
    return points


def _number(value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 < value < 1e18:
        raise ValueError("number")
    return float(value)
