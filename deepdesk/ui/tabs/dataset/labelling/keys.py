"""The keys of the page, and the list in which they are told."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QGridLayout, QWidget

from deepdesk.ui.dialogs import AskDialog
from deepdesk.ui.tabs.dataset.labelling.tool_bar import TOOL_WORDS
from deepdesk.ui.theme import metrics
from deepdesk.ui.widgets.labels import Label, SectionLabel

Key = Qt.Key
TOOL_KEYS: Mapping[Key, str] = {Key(ord(words.letter)): words.key for words in TOOL_WORDS}
ACT_KEYS: Mapping[Key, str] = {
    Key.Key_A: "previous",
    Key.Key_PageUp: "previous",
    Key.Key_D: "next",
    Key.Key_PageDown: "next",
    Key.Key_Return: "accept",
    Key.Key_Enter: "accept",
    Key.Key_N: "nothing",
    Key.Key_L: "copy",
    Key.Key_P: "propose",
    Key.Key_C: "name",
    Key.Key_H: "hide",
    Key.Key_Question: "keys",
    Key.Key_Delete: "drop",
    Key.Key_Escape: "leave",
}
CONTROL_KEYS: Mapping[Key, str] = {
    Key.Key_C: "copy_shapes",
    Key.Key_V: "paste_shapes",
    Key.Key_A: "all",
    Key.Key_Y: "redo",
}
TOLD = (
    ("Class of that number", "1 to 9"),
    ("Class by name, or a new one", "C"),
    ("Next picture, the one before", "D, A"),
    ("Accept proposals, else next picture", "Enter"),
    ("Drop proposals", "Delete"),
    ("Propose", "P"),
    ("Nothing on it", "N"),
    ("Take over from the last picture", "L"),
    ("Next shape, the one before", "Tab, Shift+Tab"),
    ("Move what is selected", "Arrows, with Shift by 10"),
    ("Delete it, or the corner under the pointer", "Delete"),
    ("Copy, paste, select all", "Ctrl+C, Ctrl+V, Ctrl+A"),
    ("Undo, redo", "Ctrl+Z, Ctrl+Y"),
    ("Size of the brush", "[ and ], Shift and wheel"),
    ("Zoom", "Wheel, + and -"),
    ("Whole picture, pixel for pixel", "0, Z"),
    ("Push the picture", "Space or middle button"),
    ("Hide all shapes", "H"),
    ("Call off, deselect, leave", "Esc"),
)


def act_of(event: QKeyEvent) -> str:
    """Return what a key means on the page: an act, "tool:" with a tool, or ""."""
    key = Key(event.key())
    held = event.modifiers() & ~(
        Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier
    )
    if held == Qt.KeyboardModifier.ControlModifier:
        return CONTROL_KEYS.get(key, "")
    if held:
        return ""
    if key in TOOL_KEYS:
        return f"tool:{TOOL_KEYS[key]}"
    if Key.Key_1 <= key <= Key.Key_9:
        return f"class:{key - Key.Key_1}"
    return ACT_KEYS.get(key, "")


def keys_dialog(window: QWidget) -> AskDialog:
    """Return the list of the page's keys."""
    dialog = AskDialog(window, "Keys for drawing labels", verb="Close", other="")
    grid = QGridLayout()
    grid.setHorizontalSpacing(metrics.XL)
    grid.setVerticalSpacing(metrics.XS)
    grid.addWidget(SectionLabel("Tools"), 0, 0)
    for row, words in enumerate(TOOL_WORDS, start=1):
        name = Label(words.name)
        name.setToolTip(words.how)
        grid.addWidget(name, row, 0)
        grid.addWidget(Label(words.letter, kind="hint"), row, 1, Qt.AlignmentFlag.AlignRight)
    grid.addWidget(SectionLabel("All else"), 0, 2)
    for row, (text, keys) in enumerate(TOLD, start=1):
        grid.addWidget(Label(text), row, 2)
        grid.addWidget(Label(keys, kind="hint"), row, 3, Qt.AlignmentFlag.AlignRight)
    dialog.body.addLayout(grid)
    return dialog
