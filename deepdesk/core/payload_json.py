"""Answers as JSON and as a line of text."""

from __future__ import annotations

from collections import Counter
from functools import singledispatch
from typing import Any

from deepdesk.core.answer_filter import class_shares, counted_boxes, drawn_words
from deepdesk.core.payloads import (
    Boxes,
    LabelScores,
    Mask,
    Matches,
    Notes,
    Number,
    Recording,
    Text,
    Timeline,
)

_SHOWN = 3


@singledispatch
def payload_to_json(payload: object) -> Any:
    """Return a payload as a JSON-ready object.

    Raises:
        TypeError: It is a payload that has no JSON form, such as a picture.
    """
    raise TypeError(f"{type(payload).__name__} has no JSON form")


@payload_to_json.register
def _(payload: LabelScores) -> Any:
    label = payload.scores[0][0] if payload.scores else None
    scores = {name: round(s, 6) for name, s in payload.scores}
    return {"label": label, "is_unlike": payload.is_unlike, "scores": scores}


@payload_to_json.register
def _(payload: Text) -> Any:
    return {
        "text": payload.text,
        **({} if payload.score is None else {"score": round(payload.score, 6)}),
    }


@payload_to_json.register
def _(payload: Boxes) -> Any:
    return [
        {"box": list(box), "label": label, "score": round(score, 6)}
        for box, label, score in counted_boxes(payload)
    ]


@payload_to_json.register
def _(payload: Mask) -> Any:
    height, width = payload.classes_HW.shape
    shares = {name: round(share, 6) for name, share in class_shares(payload).items()}
    return {"width": width, "height": height, "shares": shares}


@payload_to_json.register
def _(payload: Notes) -> Any:
    return [list(note) for note in payload.notes]


@payload_to_json.register
def _(payload: Matches) -> Any:
    return [{"sample": name, "likeness": round(value, 6)} for name, value in payload.matches]


@payload_to_json.register
def _(payload: Number) -> Any:
    return {
        name: {"value": value, "unit": unit}
        | ({"margin": payload.margins[name]} if name in payload.margins else {})
        for name, (value, unit) in payload.values.items()
    }


@payload_to_json.register
def _(payload: Timeline) -> Any:
    return {
        "length_s": round(payload.length_s, 3),
        "events": [
            {
                "start_s": round(span.start_s, 3),
                "end_s": round(span.end_s, 3),
                "label": span.label,
                "score": round(span.score, 6),
            }
            for span in payload.spans
        ],
        "thresholds": {name: round(value, 6) for name, value in payload.thresholds.items()},
    }


@payload_to_json.register
def _(payload: Recording) -> Any:
    return {
        "path": payload.path,
        "length_s": round(payload.length_s, 3),
        "sample_rate_hz": payload.sample_rate_hz,
    }


@singledispatch
def payload_text(payload: object) -> str:
    """Return a payload in one line of text."""
    return str(payload_to_json(payload))


@payload_text.register
def _(payload: Boxes) -> str:
    return drawn_words(payload)


@payload_text.register
def _(payload: Mask) -> str:
    return drawn_words(payload)


@payload_text.register
def _(payload: LabelScores) -> str:
    told = ", ".join(f"{name} {score:.1%}" for name, score in payload.scores[:_SHOWN])
    return f"unsure, most like {told}" if payload.is_unlike else told


@payload_text.register
def _(payload: Text) -> str:
    return payload.text


@payload_text.register
def _(payload: Number) -> str:
    """Return "speed 30 km/h ± 4" for each number."""
    told = (
        f"{name} {value:.4g} {unit}".strip()
        + (f" ± {payload.margins[name]:.2g}" if name in payload.margins else "")
        for name, (value, unit) in payload.values.items()
    )
    return ", ".join(told)


@payload_text.register
def _(payload: Timeline) -> str:
    """Return "12 events: dog 8, cat 4" for events, what was said for a transcript."""
    if not payload.classes:
        return " ".join(span.label for span in payload.spans) or "nothing said"
    if not payload.spans:
        return "no events"
    counts = Counter(span.label for span in payload.spans)
    ordered = sorted(counts.items(), key=lambda pair: (-pair[1], pair[0]))
    shown = ", ".join(f"{name} {count:,}" for name, count in ordered[:_SHOWN])
    rest = sum(count for _name, count in ordered[_SHOWN:])
    others = f", others {rest:,}" if rest else ""
    total = len(payload.spans)
    return f"{total:,} {'event' if total == 1 else 'events'}: {shown}{others}"
