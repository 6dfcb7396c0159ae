"""Blocks in the clipboard: as JSON under a type of their own, and as text for everything else."""

from __future__ import annotations

import json

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication

from deepdesk.core.errors import GraphError
from deepdesk.nn.graph import Graph
from deepdesk.project.safe_write import parse_json

BLOCKS_MIME = "application/x-deepdesk-network"
MOST_BYTES = 2 << 20
_HINT = "Copy blocks here or in another project first."


def put(piece: Graph) -> None:
    """Put blocks into the clipboard of the system."""
    text = json.dumps(piece.to_json(), indent=1, ensure_ascii=False)
    data = QMimeData()
    data.setData(BLOCKS_MIME, text.encode())
    data.setText(text)
    QGuiApplication.clipboard().setMimeData(data)


def holds_blocks() -> bool:
    """Return whether the clipboard says that it holds blocks, or holds a text that could."""
    data = QGuiApplication.clipboard().mimeData()
    return data is not None and (data.hasFormat(BLOCKS_MIME) or data.hasText())


def taken() -> Graph:
    """Return the blocks in the clipboard, whoever put them there.

    Raises:
        GraphError: It holds none, or what it holds is not legal.
    """
    data = QGuiApplication.clipboard().mimeData()
    if data is None or not (data.hasFormat(BLOCKS_MIME) or data.hasText()):
        raise GraphError("The clipboard holds no blocks.", _HINT, code="format")
    is_ours = data.hasFormat(BLOCKS_MIME)
    raw = data.data(BLOCKS_MIME).data() if is_ours else data.text().encode("utf-8", "replace")
    return read(bytes(raw))


def read(raw: bytes) -> Graph:
    """Return the blocks of a text in UTF-8.

    Raises:
        GraphError: It is too large, no JSON, or not legal.
    """
    if len(raw) > MOST_BYTES:
        raise GraphError("The clipboard holds too much for a network.", _HINT, code="too_large")
    if not raw.lstrip().startswith(b"{"):
        raise GraphError("The clipboard holds no blocks.", _HINT, code="format")
    try:
        parsed = parse_json(raw)
    except ValueError as error:
        raise GraphError("The clipboard holds no blocks.", _HINT, code="format") from error
    return Graph.from_json(parsed)
