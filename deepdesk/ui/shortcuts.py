"""Every command of the window in one table: menu, palette and key list are made from it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtGui import QAction, QActionGroup, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget


@dataclass(frozen=True, slots=True, kw_only=True)
class Command:
    """One thing a person can do from anywhere.

    Attributes:
        key: Name of the function that does it.
        text: In the menu and the palette.
        keys: Portable key sequence, "" for none.
        group: Heading in the key list; a line in the menu lies between two groups.
        needs_project: Only while one is open.
        in_menu: Also listed in the menu of the header.
    """

    key: str
    text: str
    keys: str = ""
    group: str = "Project"
    needs_project: bool = False
    in_menu: bool = True


COMMANDS = (
    Command(key="new", text="New project...", keys="Ctrl+N"),
    Command(key="open", text="Open project...", keys="Ctrl+O"),
    Command(key="close", text="Close project", keys="Ctrl+W", needs_project=True),
    Command(key="undo", text="Undo", keys="Ctrl+Z", group="Edit", needs_project=True),
    Command(key="redo", text="Redo", keys="Ctrl+Shift+Z", group="Edit", needs_project=True),
    Command(key="find", text="Find", keys="Ctrl+F", group="Edit", needs_project=True),
    Command(key="train", text="Train", keys="F5", group="Training", needs_project=True),
    Command(key="stop", text="Stop and keep", keys="Esc", group="Training", needs_project=True),
    Command(
        key="tab:dataset",
        text="Dataset",
        keys="Ctrl+1",
        group="Tabs",
        needs_project=True,
        in_menu=False,
    ),
    Command(
        key="tab:architecture",
        text="Architecture",
        keys="Ctrl+2",
        group="Tabs",
        needs_project=True,
        in_menu=False,
    ),
    Command(
        key="tab:training",
        text="Training",
        keys="Ctrl+3",
        group="Tabs",
        needs_project=True,
        in_menu=False,
    ),
    Command(
        key="tab:inference",
        text="Inference",
        keys="Ctrl+4",
        group="Tabs",
        needs_project=True,
        in_menu=False,
    ),
    Command(key="theme:system", text="Theme: as the system", group="Theme"),
    Command(key="theme:light", text="Theme: light", group="Theme"),
    Command(key="theme:dark", text="Theme: dark", group="Theme"),
    Command(key="palette", text="All commands", keys="Ctrl+Shift+P", group="Help"),
    Command(key="keys", text="Keyboard shortcuts", keys="Ctrl+/", group="Help"),
    Command(key="machine", text="Check this machine", group="Help"),
    Command(key="logs", text="Open log folder", group="Help"),
    Command(key="report", text="Copy system report", group="Help"),
    Command(key="save-report", text="Save system report...", group="Help"),
    Command(key="licences", text="Licences", group="Help"),
    Command(key="about", text="About DeepDesk", group="Help"),
    Command(key="quit", text="Quit", keys="Ctrl+Q", group="Quit"),
)

# What the launcher does for a program that it set up; elsewhere there is nobody to do it.
OF_LAUNCHER = (
    Command(key="cards", text="Graphics card...", group="Help"),
    Command(key="back", text="Go back to the version before...", group="Help"),
)
_BEFORE_LAST = "about"

# What keys do while the network of the Architecture tab has the keyboard; for the key list alone.
CANVAS_KEYS = (
    ("Type the next block", "Enter"),
    ("Walk over the blocks", "Arrows"),
    ("Select more", "Shift+Arrows"),
    ("Draw a connection", "Ctrl+Arrows"),
    ("Connect what is selected", "Ctrl+L"),
    ("Disconnect", "Ctrl+Shift+L"),
    ("Replace a block", "Ctrl+R"),
    ("Duplicate", "Ctrl+D"),
    ("Group, take apart", "Ctrl+G, Ctrl+Shift+G"),
    ("Rename", "F2"),
    ("Choose a remedy", "F4"),
    ("New network", "Ctrl+Alt+N"),
    ("Nearer, farther, all", "Ctrl++, Ctrl+-, Ctrl+0"),
)


class CommandSet(QObject):
    """The actions of the table, on one window.

    Args:
        window: Where the keys work.
        do: Called with the key of a command.
        more: Further commands, which come before the last ones of their group.
    """

    def __init__(
        self, window: QWidget, do: Callable[[str], None], *, more: Iterable[Command] = ()
    ) -> None:
        super().__init__(window)
        at = next(at for at, command in enumerate(COMMANDS) if command.key == _BEFORE_LAST)
        self._commands = (*COMMANDS[:at], *more, *COMMANDS[at:])
        self.actions: Mapping[str, QAction] = {
            command.key: self._action(window, command, do) for command in self._commands
        }
        self._themes = QActionGroup(self)
        for key, action in self.actions.items():
            if key.startswith("theme:"):
                action.setCheckable(True)
                self._themes.addAction(action)
        self.recent = QMenu("Open recent", window)
        self.follow(has_project=False)

    def follow(self, *, has_project: bool) -> None:
        """Switch off what needs a project while there is none."""
        for command in self._commands:
            self.actions[command.key].setEnabled(has_project or not command.needs_project)

    def show_recent(
        self, projects: Iterable[tuple[str, Path]], open_it: Callable[[Path], object]
    ) -> None:
        """Fill the menu of recent projects with (name, path)."""
        self.recent.clear()
        for name, path in projects:
            action = self.recent.addAction(name.replace("&", "&&"))
            action.setToolTip(str(path))
            action.triggered.connect(lambda _on=False, path=path: open_it(path))
        self.recent.setEnabled(not self.recent.isEmpty())

    def choose_theme(self, mode: str) -> None:
        """Tick the theme in use: "system", "light" or "dark"."""
        self.actions[f"theme:{mode}"].setChecked(True)

    def menu(self, window: QWidget) -> QMenu:
        """Return the menu of the header, with everything."""
        menu = QMenu(window)
        group = COMMANDS[0].group
        # The menu has to fit a window of 600 pixels.
        folded = {name: QMenu(name, menu) for name in ("Theme", "Help")}
        for command in self._commands:
            if not command.in_menu:
                continue
            if command.group != group:
                menu.addSeparator()
                group = command.group
                if group in folded:
                    menu.addMenu(folded[group])
            folded.get(group, menu).addAction(self.actions[command.key])
            if command.key == "open":
                menu.addMenu(self.recent)
        return menu

    def _action(self, window: QWidget, command: Command, do: Callable[[str], None]) -> QAction:
        action = QAction(command.text, window)
        if command.keys:
            action.setShortcut(QKeySequence(command.keys))
        action.triggered.connect(lambda _on=False: do(command.key))
        window.addAction(action)
        return action
