"""Truth and answer over each other in a terminal, with what differs in brackets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from deepdesk.core.alignment import Piece, aligned
from deepdesk.terminal.given import printable

LONGEST = 400


def worst_lines(worst: Iterable[Mapping[str, Any]]) -> Iterator[str]:
    """Yield lines that show answers, the farthest from right first; none where there are none."""
    for row in worst:
        above, below = str(row["truth"]), str(row["answer"])
        if not row.get("is_drawn"):
            above, below = compared(above, below)
        yield f"{100 * float(row['error']):4.0f} %  {printable(Path(str(row['file'])).name)}"
        yield f"        truth   {printable(above)}"
        yield f"        answer  {printable(below)}"


def compared(truth: str, answer: str) -> tuple[str, str]:
    """Return both texts with brackets around what the other one does not have.

    Stretches that stand for each other are padded to one width, so that they stay below
    each other.
    """
    above, below = [], []
    for piece in aligned(truth[:LONGEST], answer[:LONGEST]):
        one, other = _bracketed(piece, piece.truth), _bracketed(piece, piece.answer)
        width = max(len(one), len(other))
        above.append(one.ljust(width))
        below.append(other.ljust(width))
    return " ".join(above).rstrip(), " ".join(below).rstrip()


def _bracketed(piece: Piece, text: str) -> str:
    return text if piece.kind == "equal" or not text else f"[{text}]"
