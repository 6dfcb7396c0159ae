"""A machine with round numbers, for forecasts that can be checked by hand."""

from __future__ import annotations

from deepdesk.engine.forecast.calibration import KINDS, PRECISIONS, Calibration
from deepdesk.engine.forecast.layout import Work
from deepdesk.nn import presets
from deepdesk.nn.graph import Contract

MB = 1 << 20
CONTRACT = Contract(inputs={"image": (3, 32, 32)}, outputs={"logits": (10,)})
RATE = 1e9


def machine(**changes):
    """Return a calibration: 1e9 units a second, in bfloat16 twice as many, 100 MB of base."""
    curves = {
        (kind, way, precision): ((1.0, RATE * (1 + (precision == "bfloat16"))),)
        for kind in KINDS
        for way in ("forward", "backward")
        for precision in PRECISIONS
    }
    values = {
        "device": "cpu",
        "curves": curves,
        "stream_rate": RATE,
        "call_s": {"forward": 1e-6, "backward": 2e-6},
        "threads_gain": dict.fromkeys(KINDS, 2.0),
        "cores": 2,
        "base_bytes": 100 * MB,
    }
    return Calibration(**{**values, **changes})


def work(graph=None, *, samples=1024, validation=0):
    """Return the small network, or another, on so many samples."""
    graph = graph or presets.small_cnn(width=8)
    return Work(graph=graph, contract=CONTRACT, samples=samples, validation=validation)
