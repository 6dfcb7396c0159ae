"""What the measures of the field are called on screen, and how their values read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from deepdesk.ui.plots.figures import value_text

SPEED, MEMORY, RATE, LOSS = "samples_per_second", "memory_bytes", "learning_rate", "loss"

_SHARES = (
    "accuracy",
    "macro_f1",
    "map_50_95",
    "map_50",
    "mean_iou",
    "word_error_rate",
    "character_error_rate",
)
_SHORT_WORDS = {"f1": "F1", "map": "mAP", "iou": "IoU", "rmse": "RMSE", "mae": "MAE", "r2": "R2"}
_SHORT_WORDS |= {"bleu": "BLEU", "chrf": "chrF", "auroc": "AUROC"}
_WHOLE = {"map_50_95": "mAP 50\u201395"}
_KEPT = frozenset(_SHORT_WORDS.values())


@dataclass(frozen=True, slots=True)
class MetricWords:
    """What a metric is called on screen, and its unit ("%" for shares, "B" for bytes)."""

    label: str
    unit: str = ""

    @property
    def inline(self) -> str:
        """The label within a sentence: "macro F1", but "RMSE"."""
        is_word = self.label[1:2].islower() and self.label.split()[0] not in _KEPT
        return self.label[:1].lower() + self.label[1:] if is_word else self.label


def metric_words(name: str, noun: tuple[str, str] = ("sample", "samples")) -> MetricWords:
    """Return the words for a metric of the field, or make them from its own name."""
    if name == SPEED:
        return MetricWords(f"{noun[1].capitalize()} per second")
    if name == MEMORY:
        return MetricWords("Memory", "B")
    if name in _WHOLE:
        return MetricWords(_WHOLE[name], "%" if name in _SHARES else "")
    first, *rest = (_SHORT_WORDS.get(word, word) for word in name.split("_"))
    label = " ".join((first if first in _SHORT_WORDS.values() else first.capitalize(), *rest))
    return MetricWords(label, "%" if name in _SHARES else "")


def metric_text(name: str, value: float, units: Mapping[str, str] | None = None) -> str:
    """Return the value of a metric with its unit.

    Args:
        units: What a run says of the units of its own metrics, by name.
    """
    return value_text(value, unit_of(name, units))


def unit_of(name: str, units: Mapping[str, str] | None = None) -> str:
    """Return the unit of a metric, as the run says it or as it always is."""
    return (units or {}).get(name) or metric_words(name).unit
