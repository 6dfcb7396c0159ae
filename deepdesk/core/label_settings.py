"""Settings that every task shares whose answer is one of several classes."""

from __future__ import annotations

from typing import Annotated

from deepdesk.core.settings import Knob

LabelSmoothing = Annotated[
    float,
    Knob(
        label="Label smoothing",
        help="Asks for a little less than certainty, which helps on new samples; 0 to 0.2.",
        low=0.0,
        high=0.9,
        group="Loss",
    ),
]
BalanceClasses = Annotated[
    bool,
    Knob(
        label="Balance classes",
        help="Gives rare classes as much weight in the loss as frequent ones.",
        group="Loss",
    ),
]
