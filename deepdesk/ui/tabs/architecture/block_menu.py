"""Every edit as an action: its key works on the canvas, and the menus there are made of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

LINE = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """One thing that can be done to the network.

    Attributes:
        keys: Portable key sequence, "" for none.
        is_shown_only: The canvas takes the key itself; the menu only says it.
    """

    key: str
    text: str
    keys: str = ""
    is_shown_only: bool = False


EDITS = (
    Edit(key="insert", text="Insert after...", keys="Enter", is_shown_only=True),
    Edit(key="replace", text="Replace with...", keys="Ctrl+R"),
    Edit(key="connect", text="Connect these", keys="Ctrl+L"),
    Edit(key="disconnect", text="Disconnect", keys="Ctrl+Shift+L"),
    Edit(key="cut", text="Cut", keys="Ctrl+X"),
    Edit(key="copy", text="Copy", keys="Ctrl+C"),
    Edit(key="paste", text="Paste", keys="Ctrl+V"),
    Edit(key="duplicate", text="Duplicate", keys="Ctrl+D"),
    Edit(key="group", text="Group...", keys="Ctrl+G"),
    Edit(key="ungroup", text="Ungroup", keys="Ctrl+Shift+G"),
    Edit(key="rename", text="Rename...", keys="F2"),
    Edit(key="delete", text="Delete", keys="Del", is_shown_only=True),
    Edit(key="new", text="New network", keys="Ctrl+Alt+N"),
)
ON_BLOCK = (
    *("insert", "replace", LINE, "connect", "disconnect", LINE),
    *("cut", "copy", "paste", "duplicate", LINE, "group", "ungroup", "rename", LINE, "delete"),
)
ON_EDGE = ("insert", "disconnect")
ON_GROUND = ("insert", "paste", LINE, "rename", "new")


class EditActions:
    """The actions of a canvas.

    Args:
        acts: What each key of `EDITS` does.
    """

    def __init__(self, canvas: QWidget, acts: Mapping[str, Callable[[], object]]) -> None:
        self.actions: dict[str, QAction] = {}
        for edit in EDITS:
            self.actions[edit.key] = _action(canvas, edit, acts[edit.key])

    def menu(self, parent: QWidget, keys: tuple[str, ...], **words: str) -> QMenu:
        """Return a menu of some edits; `words` gives some another text there."""
        menu = QMenu(parent)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for key in keys:
            if key == LINE:
                menu.addSeparator()
                continue
            action = self.actions[key]
            if key in words:
                action = QAction(words[key], menu)
                action.triggered.connect(self.actions[key].trigger)
            menu.addAction(action)
        return menu


def _action(canvas: QWidget, edit: Edit, act: Callable[[], object]) -> QAction:
    shown = QKeySequence(edit.keys).toString(QKeySequence.SequenceFormat.NativeText)
    action = QAction(f"{edit.text}\t{shown}" if edit.is_shown_only else edit.text, canvas)
    if edit.keys and not edit.is_shown_only:
        action.setShortcut(QKeySequence(edit.keys))
        action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        canvas.addAction(action)
    action.triggered.connect(lambda _on=False: act())
    return action
