"""Counts, sizes and verdicts as the tab writes them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from deepdesk.core.errors import GraphError
from deepdesk.nn.block import shape_text, wanted_text
from deepdesk.nn.graph import Contract, Graph
from deepdesk.ui.plots.figures import THIN
from deepdesk.ui.tabs.architecture.drawing import Card, Cost, Survey
from deepdesk.ui.time_words import SPACE, length_text

if TYPE_CHECKING:
    from deepdesk.engine.forecast.record import Outcome

OVERLAYS = ("shapes", "parameters", "operations", "memory", "time")
_STEPS = ((10**12, "T"), (10**9, "G"), (10**6, "M"), (10**3, "k"))
_COUNT_NAMES = {"G": "B"}
# As the line about the machine at the bottom of the window counts.
_GB, _MB, _KB = 1 << 30, 1 << 20, 1 << 10


def _digits(value: float) -> str:
    """Return three significant digits."""
    places = 2 if value < 10 else 1 if value < 100 else 0
    text = f"{value:.{places}f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def count_text(count: int) -> str:
    """Return a count as people say it: 932, 94.8 k, 1.24 M, 7.1 B."""
    for size, name in _STEPS:
        if count >= size * 0.9995:
            return f"{_digits(count / size)}{THIN}{_COUNT_NAMES.get(name, name)}"
    return str(count)


def flop_text(flops: int) -> str:
    """Return a number of operations: 41 MFLOP."""
    for size, name in _STEPS:
        if flops >= size * 0.9995:
            return f"{_digits(flops / size)}{THIN}{name}FLOP"
    return f"{flops}{THIN}FLOP"


def memory_text(count_bytes: int) -> str:
    """Return an amount of memory: 1.1 GB."""
    for size, name in ((_GB, "GB"), (_MB, "MB"), (_KB, "kB")):
        if count_bytes >= size * 0.9995:
            return f"{_digits(count_bytes / size)}{THIN}{name}"
    return f"{count_bytes}{THIN}B"


def memory_of_text(used_bytes: int, total_bytes: int) -> str:
    """Return how much of a machine's memory something takes: 1.1 of 24 GB."""
    if not total_bytes:
        return memory_text(used_bytes)
    size, name = (_GB, "GB") if total_bytes >= _GB else (_MB, "MB")
    return f"{_digits(max(used_bytes / size, 0.01))} of {total_bytes / size:.0f}{THIN}{name}"


def step_text(seconds: float) -> str:
    """Return a part of a second: 4.2 ms; "" where it is not known."""
    if not seconds:
        return ""
    milliseconds = seconds * 1000
    if milliseconds >= 999.5:
        return f"{_digits(seconds)}{THIN}s"
    return f"{_digits(max(milliseconds, 0.01))}{THIN}ms"


def epoch_text(seconds: float, *, is_rough: bool) -> str:
    """Return the time of an epoch: 41 s, 3 min; with "about" while it is an estimate."""
    text = step_text(seconds) if seconds < 10 else length_text(seconds).replace(SPACE, THIN)
    return f"about {text}" if is_rough else text


def outcome_text(outcome: Outcome) -> str:
    """Return how a forecast compares with what was measured."""
    predicted = epoch_text(outcome.predicted_s, is_rough=False)
    measured = epoch_text(outcome.measured_s, is_rough=False)
    return (
        f"Predicted {predicted} an epoch, the last run took {measured}:"
        f" {outcome.error_share:.0%} off"
    ).replace("%", f"{THIN}%")


def download_text(count_bytes: int) -> str:
    """Return the size of a download, in megabytes of a million."""
    return f"{count_bytes / 1e6:.0f}{THIN}MB"


def blocks_text(count: int) -> str:
    """Return how many blocks."""
    return "1 block" if count == 1 else f"{count:,} blocks"


_VALUES: Mapping[str, Callable[[Cost], tuple[float, str]]] = {
    "parameters": lambda cost: (cost.parameters, count_text(cost.parameters)),
    "operations": lambda cost: (cost.flops, flop_text(cost.flops)),
    "memory": lambda cost: (cost.memory_bytes, memory_text(cost.memory_bytes)),
    "time": lambda cost: (cost.seconds, step_text(cost.seconds)),
}


def overlay_text(card: Card, overlay: str) -> str:
    """Return what a card says at its right side."""
    if card.family == "inputs":
        return "input"
    if overlay in _VALUES:
        return _VALUES[overlay](card.cost)[1] if card.cost else ""
    return shape_text(card.out_shape) if card.out_shape else ""


def overlay_share(card: Card, overlay: str, total: Cost | None) -> float:
    """Return the block's part of the whole, 0 to 1; 0 where nothing is shared."""
    if overlay not in _VALUES or card.cost is None or total is None:
        return 0.0
    whole = _VALUES[overlay](total)[0]
    return _VALUES[overlay](card.cost)[0] / whole if whole else 0.0


def gives_text(contract: Contract, classes: int) -> str:
    """Return what comes out, in the task's words or in classes where that is what it is."""
    parts = []
    for name, shape in contract.outputs.items():
        plain = f"{classes} classes" if tuple(shape) == (classes,) else wanted_text(tuple(shape))
        parts.append(contract.words.get(name) or plain)
    return " and ".join(parts)


def verdict(graph: Graph, survey: Survey, problems: tuple[GraphError, ...]) -> str:
    """Return the line of the footer."""
    if problems:
        first = problems[0]
        node = graph.by_id.get(first.node)
        is_named = node is None or node.title in first.message
        where = "" if is_named or node is None else f"{node.title}: "
        return f"Not valid. {where}{first.message} {first.hint}".strip()
    contract = survey.contract
    takes = " and ".join(
        contract.words.get(name) or shape_text(tuple(shape))
        for name, shape in contract.inputs.items()
    )
    gives = gives_text(contract, survey.classes)
    waiting = f", until {survey.waiting}" if survey.waiting else ""
    return f"Valid: gives {gives} from {takes}{waiting}"
