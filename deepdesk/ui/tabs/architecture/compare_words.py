"""What differs between two networks, in words and in ratios."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from deepdesk.core.errors import GraphError
from deepdesk.core.settings import settings_of
from deepdesk.nn.block import shape_text
from deepdesk.nn.comparing import STATES, Change, Difference
from deepdesk.ui.metric_words import metric_text, metric_words
from deepdesk.ui.plots.figures import value_text
from deepdesk.ui.tabs.architecture.compare_work import Comparison, Side
from deepdesk.ui.tabs.architecture.words import count_text, flop_text, memory_text
from deepdesk.ui.time_words import length_text

ARROW = "\N{RIGHTWARDS ARROW}"
UNKNOWN = "\N{EN DASH}"
ROLES = {"kept": "muted", "changed": "warn", "new": "good", "gone": "bad"}
_WORDS = {"kept": "Kept", "changed": "Changed", "new": "New", "gone": "Gone"}
_SAME_SHARE = 0.005


def state_word(state: str) -> str:
    """Return a state as a word."""
    return _WORDS[state]


def said(difference: Difference) -> str:
    """Return what became of a block, in one line."""
    parts = [_change_text(difference, change) for change in difference.changes]
    if not parts and difference.is_reshaped:
        parts = [_shape_change(difference)]
    return ", ".join(part for part in parts if part)


def _change_text(difference: Difference, change: Change) -> str:
    names = _names_of(difference, change.key)
    before, after = (_value_text(v, names) for v in (change.before, change.after))
    return f"{change.label} {before} {ARROW} {after}"


def _names_of(difference: Difference, key: str) -> dict[str, str]:
    """Return the words of a setting's choices by value, {} where there are none."""
    try:
        found = settings_of(difference.node.kind.config)
    except GraphError:
        return {}
    knob = next((setting.knob for setting in found if setting.key == key), None)
    return {} if knob is None else {str(value): words for value, words in knob.choices}


def _value_text(value: Any, names: dict[str, str]) -> str:
    if str(value) in names:
        return names[str(value)]
    if isinstance(value, bool):
        return "on" if value else "off"
    if isinstance(value, list | tuple):
        return shape_text(tuple(value))
    if isinstance(value, float):
        return value_text(value)
    return "not set" if value is None else str(value)


def _shape_change(difference: Difference) -> str:
    if difference.in_before != difference.in_after:
        before, after = (
            " and ".join(shape_text(shape) for shape in shapes) or "nothing"
            for shapes in (difference.in_before, difference.in_after)
        )
        return f"Takes {before} {ARROW} {after}"
    if difference.out_before and difference.out_after:
        before, after = shape_text(difference.out_before), shape_text(difference.out_after)
        return f"Gives {before} {ARROW} {after}"
    return "Its shape does not follow"


def summary(found: Sequence[Difference]) -> str:
    """Return how many blocks are in which state."""
    counts = Counter(difference.state for difference in found)
    if counts.keys() <= {"kept"}:
        return "The two networks are the same, block by block."
    parts = [f"{counts[state]} {state}" for state in STATES if counts[state]]
    return f"{', '.join(parts)}."


def totals(comparison: Comparison) -> list[tuple[str, str, str, str]]:
    """Return rows of (name, before, after, ratio); what neither side knows is left out."""
    before, after = comparison.before, comparison.after
    one, two = before.drawing.total, after.drawing.total
    rows = [
        _row("Parameters", one and one.parameters, two and two.parameters, count_text),
        _row("Operations per sample", one and one.flops, two and two.flops, flop_text),
        _row(
            f"Memory at batch {after.drawing.survey.batch_size}",
            before.drawing.memory_bytes or None,
            after.drawing.memory_bytes or None,
            memory_text,
        ),
        _row("Time per epoch", before.seconds_per_epoch, after.seconds_per_epoch, length_text),
    ]
    return [row for row in (*rows, _score_row(before, after)) if row is not None]


def _row(name: str, before: Any, after: Any, words: Any) -> tuple[str, str, str, str] | None:
    if before is None and after is None:
        return None
    texts = [UNKNOWN if value is None else words(value) for value in (before, after)]
    return name, texts[0], texts[1], ratio_text(before, after)


def ratio_text(before: float | None, after: float | None) -> str:
    """Return how many times as much it is now, "" where that cannot be said."""
    if not before or after is None:
        return ""
    ratio = after / before
    if abs(ratio - 1) < _SAME_SHARE:
        return "the same"
    digits = f"{ratio:.2f}" if ratio < 10 else f"{ratio:,.0f}"
    return f"{digits} times" if ratio >= _SAME_SHARE else "next to nothing"


def _score_row(before: Side, after: Side) -> tuple[str, str, str, str] | None:
    metric = after.metric or before.metric
    if not metric or (before.score is None and after.score is None):
        return None
    texts = [UNKNOWN if s.score is None else metric_text(metric, s.score) for s in (before, after)]
    is_both = before.score is not None and after.score is not None
    is_same_measure = before.metric == after.metric
    change = ""
    if is_both and is_same_measure:
        change = _points(metric, (after.score or 0.0) - (before.score or 0.0))
    return metric_words(metric).label, texts[0], texts[1], change


def _points(metric: str, change: float) -> str:
    """Return a difference of a metric; of shares in points of a hundred."""
    if metric_words(metric).unit == "%":
        return f"{100 * change:+.1f} points"
    return f"{change:+.3g}"
