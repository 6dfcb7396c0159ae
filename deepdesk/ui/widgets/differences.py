"""A truth and an answer over each other, with what differs coloured, underlined or struck out."""

from __future__ import annotations

from html import escape

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QSizePolicy

from deepdesk.core.alignment import Piece, difference_words, in_detail, words
from deepdesk.ui.theme import metrics
from deepdesk.ui.theme.apply import current, text_colour

# Longer texts are read in the sample itself; laying out a book would hold up the window.
MOST_CHARACTERS = 4000
# What the answer should have had is underlined, what it should not have had is struck out.
_TRUTH_LOOK = ("good", "underline")
_ANSWER_LOOK = ("bad", "line-through")
_SELECTABLE = (
    Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
)


class Differences(QLabel):
    """Words that can be selected and copied.

    Args:
        is_selectable: False where they lie in a row that is itself clicked.

    Attributes:
        truth: What would be right, None where nobody knows.
        answer: What was said instead.
    """

    def __init__(
        self, truth: str | None = None, answer: str = "", *, is_selectable: bool = True
    ) -> None:
        super().__init__()
        self.truth: str | None = None
        self.answer = ""
        self.setTextFormat(Qt.TextFormat.RichText)
        self.setWordWrap(True)
        if is_selectable:
            self.setTextInteractionFlags(_SELECTABLE)
            self.setFocusPolicy(Qt.FocusPolicy.ClickFocus)
        else:
            # What the words lie on takes the clicks.
            self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAlignment(Qt.AlignmentFlag.AlignTop | Qt.AlignmentFlag.AlignLeft)
        # Colours are written into the words.
        current().changed.connect(self._take_colours)
        self.show_texts(truth, answer)

    def show_texts(self, truth: str | None, answer: str) -> None:
        """Show what is right and what was said, or only what was said."""
        self.truth, self.answer = truth, answer
        self._write()
        self.setAccessibleName(spoken(truth, answer))

    def _take_colours(self, _tokens: object) -> None:
        self._write()

    def _write(self) -> None:
        self.setText(html_of(self.truth, self.answer))


def spoken(truth: str | None, answer: str) -> str:
    """Return truth and answer for a screen reader."""
    said = answer or "nothing"
    if truth is None:
        return f"Answer: {said}"
    told = difference_words(_cut(truth), _cut(answer))
    return f"Truth: {truth or 'nothing'}. Answer: {said}. {told[:1].upper()}{told[1:]}."


def html_of(truth: str | None, answer: str) -> str:
    """Return both texts as lines that say what they are; one line where they are the same."""
    if truth is None or words(truth) == words(answer):
        return f"<div>{_plain(_cut(answer))}</div>"
    stretches = in_detail(_cut(truth), _cut(answer))
    above = [
        "".join(_marked(piece, piece.truth, _TRUTH_LOOK) for piece in pieces)
        for pieces in stretches
        if any(piece.truth for piece in pieces)
    ]
    below = [
        "".join(_marked(piece, piece.answer, _ANSWER_LOOK) for piece in pieces)
        for pieces in stretches
        if any(piece.answer for piece in pieces)
    ]
    rows = (("truth", " ".join(above)), ("answer", " ".join(below)))
    lines = "".join(
        f"<tr><td {_LABEL_CELL}>{_quiet(name)}</td><td>{text or _plain('')}</td></tr>"
        for name, text in rows
    )
    return f'<table cellspacing="0" cellpadding="0">{lines}</table>'


_LABEL_CELL = 'style="padding-right:8px"'


def _marked(piece: Piece, text: str, look: tuple[str, str]) -> str:
    if piece.kind == "equal" or not text:
        return escape(text)
    role, line = look
    style = f"color:{text_colour(role).name()}; text-decoration:{line}; font-weight:600"
    return f'<span style="{style}">{escape(text)}</span>'


def _plain(text: str) -> str:
    return escape(text) if text else _quiet("nothing")


def _quiet(text: str) -> str:
    style = f"color:{text_colour('muted').name()}; font-size:{metrics.SMALL}px"
    return f'<span style="{style}">{text}</span>'


def _cut(text: str) -> str:
    return text if len(text) <= MOST_CHARACTERS else f"{text[: MOST_CHARACTERS - 1]}…"
