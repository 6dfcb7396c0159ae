"""How training speaks: metric names, lengths of time, and the state of a run in words."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime, timedelta

from deepdesk.ui.plots.figures import value_text

SPACE = "\N{NO-BREAK SPACE}"
SPEED, MEMORY, RATE, LOSS = "samples_per_second", "memory_bytes", "learning_rate", "loss"

_SHARES = (
    "accuracy",
    "macro_f1",
    "map_50_95",
    "map_50",
    "mean_iou",
    "word_error_rate",
    "char_error_rate",
)
_SHORT_WORDS = {"f1": "F1", "map": "mAP", "iou": "IoU", "rmse": "RMSE", "mae": "MAE", "r2": "R2"}
_SHORT_WORDS |= {"bleu": "BLEU", "chrf": "chrF", "auroc": "AUROC"}


@dataclass(frozen=True, slots=True)
class MetricWords:
    """What a metric is called on screen, and its unit ("%" for shares, "B" for bytes)."""

    label: str
    unit: str = ""


def metric_words(name: str, noun: tuple[str, str] = ("sample", "samples")) -> MetricWords:
    """Return the words for a metric of the field, or make them from its own name."""
    if name == SPEED:
        return MetricWords(f"{noun[1].capitalize()} per second")
    if name == MEMORY:
        return MetricWords("Memory", "B")
    first, *rest = (_SHORT_WORDS.get(word, word) for word in name.split("_"))
    label = " ".join((first if first in _SHORT_WORDS.values() else first.capitalize(), *rest))
    return MetricWords(label, "%" if name in _SHARES else "")


def metric_text(name: str, value: float) -> str:
    """Return the value of a metric with its unit."""
    return value_text(value, metric_words(name).unit)


def length_text(seconds: float) -> str:
    """Return a length of time in the largest one or two units that matter."""
    if seconds < 1:
        return f"under 1{SPACE}s"
    if seconds < 90:
        return f"{seconds:.0f}{SPACE}s"
    minutes = round(seconds / 60)
    if minutes < 90:
        return f"{minutes}{SPACE}min"
    hours, minutes = divmod(minutes, 60)
    if hours < 24:
        return f"{hours}{SPACE}h {minutes}{SPACE}min"
    days, hours = divmod(hours, 24)
    return f"{days}{SPACE}d {hours}{SPACE}h"


def left_text(seconds: float, now: datetime) -> str:
    """Return the time left and the clock at the end: "2 min left, done 14:32"."""
    if not math.isfinite(seconds) or seconds < 0:
        return ""
    end = now + timedelta(seconds=seconds)
    days = (end.date() - now.date()).days
    clock = f"{end:%H:%M}" if days == 0 else f"{end:%a %H:%M}" if days < 7 else f"{end:%d %b}"
    return f"{length_text(seconds)} left, done {clock}"


def spoken(run: str) -> str:
    """Return a run's folder name as people say it: "004 balanced"."""
    return run.replace("-", " ", 1)
