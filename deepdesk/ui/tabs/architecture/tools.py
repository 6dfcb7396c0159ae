"""The Tools menu of the toolbar: what can be done with a whole network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from deepdesk.ui.tabs.architecture.background import WHERE
from deepdesk.ui.tabs.architecture.picture import PAINTERS
from deepdesk.ui.tabs.architecture.works import writing_work

if TYPE_CHECKING:
    from deepdesk.ui.tabs.architecture.tab import ArchitectureTab


@dataclass(frozen=True, slots=True, kw_only=True)
class Tool:
    """One entry of the menu.

    Attributes:
        shortcut: Portable key sequence, "" for none.
        tip: What it does, one sentence.
        opener: Called with the tab when a person asks for it.
        ends_group: A line follows in the menu.
    """

    title: str
    shortcut: str = ""
    tip: str = ""
    opener: Callable[[ArchitectureTab], None]
    ends_group: bool = False


def _open_run(tab: ArchitectureTab) -> None:
    from deepdesk.ui.tabs.architecture.run_chooser import open_run

    open_run(tab)


def _open_inside(tab: ArchitectureTab) -> None:
    from deepdesk.ui.tabs.architecture.inside_window import open_inside

    open_inside(tab)


def open_compare(tab: ArchitectureTab) -> None:
    """Open the window that puts two networks side by side."""
    from deepdesk.ui.tabs.architecture import compare_window

    compare_window.open_compare(tab)


def _open_fit(tab: ArchitectureTab) -> None:
    from deepdesk.ui.tabs.architecture.fit_window import open_fit

    open_fit(tab)


def _open_file(tab: ArchitectureTab) -> None:
    from deepdesk.ui.tabs.architecture.export_tools import open_file

    open_file(tab)


def _save_source(tab: ArchitectureTab) -> None:
    from deepdesk.ui.tabs.architecture.export_tools import save_source

    save_source(tab)


def _save_json(tab: ArchitectureTab) -> None:
    from deepdesk.ui.tabs.architecture.export_tools import save_json

    save_json(tab)


def save_picture(tab: ArchitectureTab, suffix: str) -> None:
    """Ask where, and save the drawing as "png" or "svg"."""
    picture = tab.middle.canvas.picture
    if picture is None:
        return
    name = f"{picture.drawing.graph.name or 'network'}.{suffix}".replace("/", "-")
    start = str(tab.desk.project.exports / name)
    chosen, _kind = QFileDialog.getSaveFileName(tab, "Save picture", start, f"*.{suffix}")
    if chosen:
        path = Path(chosen).with_suffix(f".{suffix}")
        tab.desk.start(writing_work(path, PAINTERS[suffix](picture)), WHERE)


# What a tool needs is loaded when it is opened: the tab itself has to be there at once.
TOOLS: tuple[Tool, ...] = (
    Tool(
        title="Fit to my machine...",
        shortcut="Ctrl+Shift+F",
        tip="Find the batch, precision and size with which training fits the memory",
        opener=_open_fit,
    ),
    Tool(
        title="Compare networks...",
        shortcut="Ctrl+Shift+C",
        tip="Two networks side by side, with what differs",
        opener=open_compare,
    ),
    Tool(
        title="See inside...",
        shortcut="Ctrl+I",
        tip="Weights, activations and gradients of each block, and what it makes of a sample",
        opener=_open_inside,
    ),
    Tool(
        title="Open the network of a run...",
        shortcut="Ctrl+Shift+O",
        tip="Change a trained network and keep the weights that can be kept",
        opener=_open_run,
        ends_group=True,
    ),
    Tool(
        title="Open a network file...",
        tip="A network of a .json or .onnx file",
        opener=_open_file,
    ),
    Tool(
        title="Save as PyTorch source...",
        shortcut="Ctrl+Shift+E",
        tip="Readable code that needs nothing but PyTorch",
        opener=_save_source,
    ),
    Tool(
        title="Save as JSON...",
        tip="For another project, or to keep",
        opener=_save_json,
    ),
    Tool(
        title="Save picture as PNG...",
        tip="The drawing, with twice as many pixels as on screen",
        opener=partial(save_picture, suffix="png"),
    ),
    Tool(
        title="Save picture as SVG...",
        tip="The drawing as lines and letters that stay sharp",
        opener=partial(save_picture, suffix="svg"),
    ),
)


def tools_menu(tab: ArchitectureTab, parent: QWidget) -> QMenu:
    """Return the menu of all tools; their keys work while the tab is in front."""
    menu = QMenu(parent)
    menu.setToolTipsVisible(True)
    for tool in TOOLS:
        menu.addAction(_action(tool, tab, menu))
        if tool.ends_group:
            menu.addSeparator()
    return menu


def _action(tool: Tool, tab: ArchitectureTab, menu: QMenu) -> QAction:
    action = QAction(tool.title, menu)
    action.setToolTip(tool.tip)
    if tool.shortcut:
        action.setShortcut(QKeySequence(tool.shortcut))
        action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        tab.addAction(action)
    action.triggered.connect(lambda _on=False: tool.opener(tab))
    return action
