"""How far a difference can be trusted: paired bootstrap, and intervals over repeated seeds.

The samples that two runs both answered are drawn again with replacement, both runs' answers
together, and the difference is worked out anew each time (Efron and Tibshirani, "An Introduction
to the Bootstrap", 1993, chapters 10 and 14). A sample tells +1, 0 or -1, so that drawing samples
is drawing how many of each there are: one multinomial draw instead of thousands of indices.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist, fmean, stdev

import numpy as np
from numpy.typing import NDArray

from deepdesk.core.chance import key_of

DRAWS = 20_000
LEVEL = 0.95
_NORMAL = NormalDist()


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A value with its 95 % interval.

    Attributes:
        value: What was measured.
        low: Lower end.
        high: Upper end.
        count: Samples or runs that it rests on.
    """

    value: float
    low: float
    high: float
    count: int

    @property
    def is_beyond_noise(self) -> bool:
        """Whether zero is outside."""
        return self.low > 0 or self.high < 0


def paired_interval(only_first: int, only_second: int, count: int) -> Interval:
    """Return first minus second share of right answers, with its BCa interval.

    The corrections are for bias and for skewness ("bias-corrected and accelerated", Efron,
    "Better bootstrap confidence intervals", JASA 1987). The draws are a function of the three
    numbers alone.

    Args:
        only_first: Samples that only the first run answered right.
        only_second: Samples that only the second run answered right.
        count: Samples that both answered, at least one.
    """
    value = (only_first - only_second) / count
    if only_first + only_second == 0:
        return Interval(value=0.0, low=0.0, high=0.0, count=count)
    drawn = drawn_differences(only_first, only_second, count)
    low, high = _corrected_levels(drawn, value, only_first, only_second, count)
    ends = np.quantile(drawn, (low, high))
    return Interval(value=value, low=float(ends[0]), high=float(ends[1]), count=count)


def drawn_differences(only_first: int, only_second: int, count: int) -> NDArray[np.float64]:
    """Return the difference in each of `DRAWS` draws of the samples, ascending, (DRAWS,)."""
    generator = np.random.Generator(
        np.random.Philox(key=key_of("paired bootstrap", only_first, only_second, count))
    )
    shares = (only_first / count, only_second / count)
    rows = generator.multinomial(count, (*shares, max(0.0, 1 - sum(shares))), size=DRAWS)
    return np.sort((rows[:, 0] - rows[:, 1]) / count)


def _corrected_levels(
    drawn: NDArray[np.float64], value: float, only_first: int, only_second: int, count: int
) -> tuple[float, float]:
    """Return the quantiles of the draws that bound the interval."""
    tolerance = 0.25 / count
    below = int(np.searchsorted(drawn, value - tolerance))
    equal = int(np.searchsorted(drawn, value + tolerance)) - below
    share = min(max((below + equal / 2) / len(drawn), 1 / len(drawn)), 1 - 1 / len(drawn))
    bias = _NORMAL.inv_cdf(share)
    skew = _acceleration(only_first, only_second, count)

    def level(at: float) -> float:
        shifted = bias + _NORMAL.inv_cdf(at)
        return _NORMAL.cdf(bias + shifted / (1 - skew * shifted))

    return level((1 - LEVEL) / 2), level((1 + LEVEL) / 2)


def _acceleration(only_first: int, only_second: int, count: int) -> float:
    """Return the jackknife's acceleration of a mean: a sixth of its standardised skewness."""
    mean = (only_first - only_second) / count
    terms = ((1.0, only_first), (-1.0, only_second), (0.0, count - only_first - only_second))
    square = sum(times * (value - mean) ** 2 for value, times in terms)
    cube = sum(times * (value - mean) ** 3 for value, times in terms)
    return cube / (6 * math.sqrt(square) ** 3) if square > 0 else 0.0


def two_sided_sign_test(only_first: int, only_second: int) -> float:
    """Return McNemar's exact probability of a difference at least as large by chance alone.

    McNemar, "Note on the sampling error of the difference between correlated proportions",
    Psychometrika 1947; exact: the samples that only one run has right are tosses of a coin.
    """
    tosses = only_first + only_second
    fewer = min(only_first, only_second)
    tail = sum(math.comb(tosses, k) for k in range(fewer + 1)) / (1 << tosses)
    return min(1.0, 2 * tail)


def mean_interval(values: Sequence[float]) -> Interval:
    """Return the mean of repeated runs with Student's t interval; needs two values or more."""
    mean, count = fmean(values), len(values)
    reach = t_quantile((1 + LEVEL) / 2, count - 1) * stdev(values) / math.sqrt(count)
    return Interval(value=mean, low=mean - reach, high=mean + reach, count=count)


def difference_interval(first: Sequence[float], second: Sequence[float]) -> Interval:
    """Return the difference of the means of two sets of repeated runs, first minus second.

    Welch's interval ("The generalization of Student's problem when several different population
    variances are involved", Biometrika 1947), with the degrees of freedom rounded down, which
    makes it wider. Each side needs two values or more.
    """
    parts = [stdev(side) ** 2 / len(side) for side in (first, second)]
    value, total = fmean(first) - fmean(second), sum(parts)
    reach = 0.0
    if total > 0:
        ways = zip(parts, (len(first), len(second)), strict=True)
        freedom = total**2 / sum(part**2 / (count - 1) for part, count in ways)
        reach = t_quantile((1 + LEVEL) / 2, max(1, int(freedom + 1e-9))) * math.sqrt(total)
    count = len(first) + len(second)
    return Interval(value=value, low=value - reach, high=value + reach, count=count)


def t_quantile(share: float, freedom: int) -> float:
    """Return the value that Student's t with whole degrees of freedom is below of, share > 0.5."""
    low, high = 0.0, 1.0
    while _t_share(high, freedom) < share:
        high *= 2
    for _halving in range(80):
        middle = (low + high) / 2
        low, high = (middle, high) if _t_share(middle, freedom) < share else (low, middle)
    return (low + high) / 2


def _t_share(value: float, freedom: int) -> float:
    """Return P(T <= value) for value >= 0, by the finite series for whole degrees of freedom.

    Abramowitz and Stegun, "Handbook of Mathematical Functions", 26.7.3 and 26.7.4.
    """
    angle = math.atan(value / math.sqrt(freedom))
    sine, cosine = math.sin(angle), math.cos(angle)
    is_odd = freedom % 2 == 1
    term = total = cosine if is_odd else 1.0
    for k in range(3 if is_odd else 2, freedom - 1, 2):
        term *= cosine * cosine * (k - 1) / k
        total += term
    if freedom == 1:
        within = 2 * angle / math.pi
    else:
        within = 2 / math.pi * (angle + sine * total) if is_odd else sine * total
    return (1 + within) / 2
