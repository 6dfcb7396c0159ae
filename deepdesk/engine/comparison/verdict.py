"""Whether one run is better than another, in words, and what that rests on.

Two single runs are compared by the validation samples that both answered. That says how much of
the difference is chance of the samples; what another seed would do only repeated runs can say,
so both verdicts are given where both can be.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from deepdesk.core.errors import DeepDeskError
from deepdesk.engine.comparison.facts import RunFacts
from deepdesk.engine.comparison.intervals import (
    Interval,
    difference_interval,
    mean_interval,
    paired_interval,
)
from deepdesk.project.safe_write import read_json

EVALUATION_FILE = "evaluation.json"
RIGHT_SHARE = "right answers"
# Of these less is better; of every other measure more is.
_LESS_IS_BETTER = ("loss", "error_rate", "rmse", "mae", "perplexity")
# From 0 to 1, and told in points of a hundred.
_SHARES = ("accuracy", "f1", "iou", "error_rate", RIGHT_SHARE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """One answer to "which is better".

    Attributes:
        basis: "samples": on the answers of two runs; "seeds": on repeated runs; "": on neither,
            because nothing was measured that could say.
        metric: What is compared.
        interval: First minus second run with its 95 % interval; None without a basis.
        better: 0 for the first, 1 for the second, None where the difference is within the noise.
        ground: What it rests on, in words.
    """

    basis: str
    metric: str
    interval: Interval | None
    better: int | None
    ground: str

    def words(self, names: tuple[str, str]) -> str:
        """Return it as a sentence: "A is better by 1.2 points (0.4 to 2.1)"."""
        found = self.interval
        if found is None:
            return "Cannot be said."
        scale, unit = (100.0, " points") if _is_share(self.metric) else (1.0, "")
        value, low, high = (scale * end for end in (found.value, found.low, found.high))
        if self.better is None:
            return f"No difference beyond noise ({_number(low)} to {_number(high)}{unit})"
        if value < 0:
            value, low, high = -value, -high, -low
        name = names[self.better]
        return f"{name} is better by {_number(value)}{unit} ({_number(low)} to {_number(high)})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paired:
    """How two runs answered the samples that both were measured on."""

    only_first: int
    only_second: int
    both: int
    count: int


def verdicts(
    first: RunFacts,
    second: RunFacts,
    groups: tuple[Sequence[RunFacts], Sequence[RunFacts]] = ((), ()),
) -> tuple[Verdict, ...]:
    """Return what can be said of two runs, the strongest ground first.

    Args:
        first: A run.
        second: Another one.
        groups: The repetitions of each with other seeds, themselves among them.
    """
    found = [_by_seeds(first, *groups), _by_samples(first, second)]
    said = tuple(verdict for verdict in found if verdict is not None)
    if said:
        return said
    ground = "Repeat both runs with other seeds: these keep no answers that can be compared."
    return (Verdict(basis="", metric="", interval=None, better=None, ground=ground),)


def spread(runs: Sequence[RunFacts]) -> Interval | None:
    """Return the mean of the main metric over repeated runs, None for fewer than two values."""
    values = [run.value for run in runs if run.value is not None]
    return mean_interval(values) if len(values) > 1 else None


def _by_seeds(
    run: RunFacts, first: Sequence[RunFacts], second: Sequence[RunFacts]
) -> Verdict | None:
    metric = run.info.main_metric
    same = [
        [r.value for r in side if r.value is not None and r.info.main_metric == metric]
        for side in (first, second)
    ]
    is_one_kind = bool(first and second) and first[0].kind == second[0].kind
    if is_one_kind or min(map(len, same)) < 2:
        return None
    found = difference_interval(*same)
    ground = f"{metric_name(metric)} of {len(same[0])} and {len(same[1])} runs with other seeds"
    return _verdict("seeds", metric, found, f"{ground[:1].upper()}{ground[1:]}.")


def _by_samples(first: RunFacts, second: RunFacts) -> Verdict | None:
    paired = paired_answers(first, second)
    if paired is None:
        return None
    found = paired_interval(paired.only_first, paired.only_second, paired.count)
    share = (paired.both + paired.only_first) / paired.count
    metric = first.info.main_metric
    value = first.value
    is_main = value is not None and abs(value - share) < 0.5 / paired.count
    name = metric if is_main else RIGHT_SHARE
    ground = (
        f"On the {paired.count:,} validation samples that both answered;"
        f" {paired.only_first:,} only the first had right, {paired.only_second:,} only the second."
        " Another seed may move either."
    )
    return _verdict("samples", name, found, ground)


def _verdict(basis: str, metric: str, found: Interval, ground: str) -> Verdict:
    better: int | None = None
    if found.is_beyond_noise:
        is_first = (found.value > 0) != is_less_better(metric)
        better = 0 if is_first else 1
    return Verdict(basis=basis, metric=metric, interval=found, better=better, ground=ground)


def is_less_better(metric: str) -> bool:
    """Return whether a smaller value of a measure is the better one."""
    return metric.endswith(_LESS_IS_BETTER)


def metric_name(metric: str) -> str:
    """Return a measure as it stands in a sentence."""
    return metric.replace("_", " ")


def paired_answers(first: RunFacts, second: RunFacts) -> Paired | None:
    """Return how two runs answered the samples that both have, None where there are none.

    A sample whose truth was changed between the runs is left out.
    """
    sides = [_answers(run) for run in (first, second)]
    if not all(sides):
        return None
    only_first = only_second = both = count = 0
    for sample, (truth, is_right) in sides[0].items():
        other = sides[1].get(sample)
        if other is None or other[0] != truth:
            continue
        count += 1
        both += is_right and other[1]
        only_first += is_right and not other[1]
        only_second += other[1] and not is_right
    if not count:
        return None
    return Paired(only_first=only_first, only_second=only_second, both=both, count=count)


def _answers(run: RunFacts) -> dict[int, tuple[str, bool]]:
    """Return (truth, whether the answer was right) by sample; {} where nothing can be read."""
    try:
        saved = read_json(run.info.path / EVALUATION_FILE)
        # A run that was killed while it saved may have kept answers of a later epoch.
        if saved.get("epoch", run.info.best_epoch) != run.info.best_epoch:
            return {}
        columns: Mapping[str, Any] = saved["predictions"]
        ids, truth, answer = (columns[name] for name in ("ids", "truth", "answer"))
        right = columns.get("right")
        if right is None:
            right = [a == b for a, b in zip(truth, answer, strict=True)]
        rows = zip(ids, truth, right, strict=True)
        return {int(i): (str(said), bool(is_right)) for i, said, is_right in rows}
    except (DeepDeskError, KeyError, TypeError, ValueError, AttributeError):
        return {}


def _is_share(metric: str) -> bool:
    return metric.startswith("map") or metric.endswith(_SHARES)


def _number(value: float) -> str:
    text = f"{value:.1f}" if abs(value) >= 0.095 or value == 0 else f"{value:.2g}"
    return "0.0" if text in ("-0.0", "0") else text
