"""What a sample is learnt from: it follows from what the answers of a task are."""

from __future__ import annotations

from typing import Any

from deepdesk.core.payloads import LabelScores, Text

# A task whose answers are of another kind learns from whatever truth there is.
_LEARNT_FROM = {LabelScores: "class", Text: "text"}


def learnt_from(gives: type[Any]) -> str:
    """Return "class", "text" (the target is one) or "any" for the payload a task gives."""
    return _LEARNT_FROM.get(gives, "any")
