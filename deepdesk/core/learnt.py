"""What a sample is learnt from: it follows from what the answers of a task are."""

from __future__ import annotations

from typing import Any

from deepdesk.core.payloads import Boxes, LabelScores, Mask, Number, Text

# A task whose answers are of another kind learns from whatever truth there is.
_LEARNT_FROM = {
    LabelScores: "class",
    Text: "text",
    Number: "numbers",
    Boxes: "drawing",
    Mask: "drawing",
}

# Folders may be named like classes; from these truths nothing is learnt of that.
WITHOUT_CLASSES = frozenset({"text", "numbers"})

# A drawing has classes, but no single one: many may be seen in a picture.
ONE_CLASS_EACH = frozenset({"class", "any"})


def learnt_from(gives: type[Any]) -> str:
    """Return what a task that gives this payload learns from.

    It is "class", or "text", "numbers" or "drawing" where the target is one, or "any".
    """
    return _LEARNT_FROM.get(gives, "any")
