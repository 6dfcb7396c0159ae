"""How answers read: one line for any payload, how sure it is, how long it took. No Qt."""

from __future__ import annotations

from functools import singledispatch
from math import floor, isfinite, isnan, log10

from deepdesk.core import payloads
from deepdesk.core.answer_filter import class_shares, drawn_words
from deepdesk.core.payload_json import payload_text
from deepdesk.data import number_text

# Below one half another answer is as likely as this one, and that is said in words.
SURE_FROM = 0.5
UNSURE = "Unsure"
TEXT_CHARACTERS = 80
THIN = "\u202f"
# Both as wide as a digit.
MINUS, FIGURE_SPACE = "\u2212", "\u2007"


@singledispatch
def in_words(payload: object) -> tuple[str, float | None]:
    """Return an answer in a few words and how sure it is, 0 to 1, None where that is unknown."""
    return type(payload).__name__.lower(), None


@in_words.register
def _(payload: payloads.LabelScores) -> tuple[str, float | None]:
    if not payload.scores:
        return "no answer", None
    return payload.scores[0]


@in_words.register
def _(payload: payloads.Matches) -> tuple[str, float | None]:
    if not payload.matches:
        return "nothing like it", None
    return payload.matches[0]


@in_words.register
def _(payload: payloads.Text) -> tuple[str, float | None]:
    line = " ".join(payload.text.split())
    short = line if len(line) <= TEXT_CHARACTERS else line[: TEXT_CHARACTERS - 1] + "…"
    return short, payload.score


def title_of(payload: object) -> str:
    """Return an answer in a few words as it stands above its scores."""
    if isinstance(payload, payloads.LabelScores) and payload.is_unlike:
        return UNSURE
    return in_words(payload)[0]


def in_full(payload: object) -> str:
    """Return an answer as one line of text, nothing cut off: what joins the data."""
    if isinstance(payload, payloads.Text):
        return " ".join(payload.text.split())
    if isinstance(payload, payloads.Timeline):
        return payload_text(payload)
    if isinstance(payload, payloads.Number):
        return number_text.written_answer(payload)
    return in_words(payload)[0]


def in_table(payload: object) -> str:
    """Return an answer as one line for a table, which has room to say that it is a guess."""
    if isinstance(payload, payloads.LabelScores) and payload.is_unlike:
        return f"{UNSURE}, most like {payload.scores[0][0]}"
    if isinstance(payload, payloads.Boxes | payloads.Mask):
        return drawn_words(payload)
    return in_full(payload)


@in_words.register
def _(payload: payloads.Number) -> tuple[str, float | None]:
    parts = (f"{name} {value:.4g} {unit}".strip() for name, (value, unit) in payload.values.items())
    return ", ".join(parts) or "no answer", None


@in_words.register
def _(payload: payloads.Boxes) -> tuple[str, float | None]:
    return drawn_words(payload), None


@in_words.register
def _(payload: payloads.Mask) -> tuple[str, float | None]:
    sure = payload.certainty
    return ", ".join(class_shares(payload)) or "nothing found", None if isnan(sure) else sure


@in_words.register
def _(payload: payloads.Timeline) -> tuple[str, float | None]:
    if not payload.classes:
        return in_words(payloads.Text(text=payload_text(payload)))
    return payload_text(payload).partition(":")[0], None


def steady_number(value: float, margin: float = 0.0) -> str:
    """Return a number whose length hardly changes while it does: room for a sign, same digits.

    Args:
        value: Of one picture among many.
        margin: How far off it may be; its second digit is shown, 0 where that is not known.
    """
    if not isfinite(value):
        return f"{value}"
    if margin > 0.0 and isfinite(margin):
        digits = 1 - floor(log10(margin))
    else:
        digits = 3 - max(0, floor(log10(max(abs(value), 1.0))))
    words = f"{abs(value):.{min(9, max(0, digits))}f}"
    is_below = value < 0 and any(digit in "123456789" for digit in words)
    return f"{MINUS if is_below else FIGURE_SPACE}{words}"


def steady_words(answer: payloads.Number) -> str:
    """Return numbers for a picture that goes on: their places stay where they are."""
    parts = (
        f"{name} {steady_number(value, answer.margins.get(name, 0.0))} {unit}".rstrip()
        for name, (value, unit) in answer.values.items()
    )
    return ", ".join(parts) or "no answer"


def percent_words(score: float) -> str:
    """Return a share in per cent with one digit: "78.4 %"."""
    return f"{score * 100:.1f}{THIN}%"


def time_words(milliseconds: float) -> str:
    """Return how long an answer took: "6 ms", "0.8 ms", "2.4 s"."""
    if milliseconds >= 1000:
        return f"{milliseconds / 1000:.1f}{THIN}s"
    digits = 0 if milliseconds >= 1 else 1
    return f"{milliseconds:.{digits}f}{THIN}ms"


def margin_words(answer: payloads.Number) -> str:
    """Return how far off numbers may be: "± 0.08 in 9 of 10"."""
    alone = len(answer.values) == 1
    parts = (
        f"{'' if alone else name + ' '}± {margin:.2g} {answer.values[name][1]}".strip()
        for name, margin in answer.margins.items()
    )
    return f"{', '.join(parts)} in 9 of 10"


def sure_words(answer: payloads.Payload, milliseconds: float) -> str:
    """Return the line below an answer: "78.4 % sure · 6 ms"; low scores say "not sure"."""
    _text, score = in_words(answer)
    parts = []
    if score is not None:
        share = percent_words(score)
        parts.append(f"{share} sure" if score >= SURE_FROM else f"Not sure, {share}")
    if isinstance(answer, payloads.LabelScores) and answer.is_unlike:
        parts = [f"Unlike what was learnt; most like {answer.scores[0][0]}, {share}"]
    if isinstance(answer, payloads.Number) and answer.margins:
        parts.append(margin_words(answer))
    parts.append(time_words(milliseconds))
    if isinstance(answer, payloads.LabelScores) and answer.is_calibrated:
        parts.append("calibrated")
    return " · ".join(parts)
