"""How likely an answer is right as a whole, fitted on samples that were not trained on.

A network that writes is sure of every letter for itself. How often whole answers with such
doubts are right is learned from the validation split: a logistic curve over the logarithm of the
doubt (Platt, 1999), with one imagined right and one imagined wrong answer.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_LEAST_DOUBT = 1e-4  # nats
_STEPS = 60
_SLOPES = (0.02, 20.0)
_FIRMNESS = 0.01  # pull towards a slope of 1, so that a split without mistakes has an answer


def features(doubts_N: Sequence[float]) -> NDArray[np.float64]:
    """Return logarithms of doubts, float64, (N,); a doubt is minus a log-probability, nats."""
    return np.log(np.maximum(np.asarray(doubts_N, dtype=np.float64), 0.0) + _LEAST_DOUBT)


def fit_sureness(doubts_N: Sequence[float], is_right_N: Sequence[bool]) -> tuple[float, float]:
    """Return (slope, odds), both above 0, for `sureness`.

    Args:
        doubts_N: Minus log-probabilities of N answers, at least 1, nats.
        is_right_N: Whether each was right as a whole.
    """
    x_N = features(doubts_N)
    # The imagined answers stand where most doubts are.
    x_N = np.append(x_N, [np.median(x_N)] * 2)
    y_N = np.append(np.asarray(is_right_N, dtype=np.float64), [0.0, 1.0])
    slope, offset = 1.0, 0.0
    for _step in range(_STEPS):
        p_N = _logistic(offset - slope * x_N)
        weights_N = np.maximum(p_N * (1 - p_N), 1e-9)
        firm = _FIRMNESS * len(x_N)
        gradient = np.array([((p_N - y_N) * -x_N).sum() + firm * (slope - 1.0), (p_N - y_N).sum()])
        cross = -(weights_N * x_N).sum()
        curvature = np.array(
            [[(weights_N * x_N**2).sum() + firm, cross], [cross, weights_N.sum() + 1e-6]]
        )
        step = np.linalg.solve(curvature, gradient).clip(-1.0, 1.0)
        slope, offset = float(slope - step[0]), float(offset - step[1])
    slope = min(max(slope, _SLOPES[0]), _SLOPES[1])
    return slope, math.exp(min(max(offset, -30.0), 30.0))


def sureness(doubt: float, slope: float, odds: float) -> float:
    """Return the probability, 0 to 1, that an answer with this doubt, nats, is right as a whole."""
    x = float(features([doubt])[0])
    return float(_logistic(np.array(math.log(odds) - slope * x)))


def _logistic(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.asarray(0.5 * (1.0 + np.tanh(0.5 * x)), dtype=np.float64)
