"""The menus of samples, classes and ways to add data; every entry names its key."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QPoint, QUrl
from PySide6.QtGui import QDesktopServices, QGuiApplication
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from deepdesk.project.index import Sample
from deepdesk.ui.tabs.dataset.actions import Actions, Selected
from deepdesk.ui.tabs.dataset.class_list import ClassList
from deepdesk.ui.tabs.dataset.class_model import ClassLine
from deepdesk.ui.tabs.dataset.overview import SPLIT_WORDS, Overview
from deepdesk.ui.tabs.dataset.plain import plain_entry

SPLIT_KEYS = {"train": "T", "validation": "V", "test": "E"}
DIGIT_KEYS = "1234567890"
Act = Callable[[], object]


def entry(menu: QMenu, text: str, act: Act, *, key: str = "") -> None:
    """Put an entry at the end of a menu; the key is shown at its right."""
    action = menu.addAction(f"{plain_entry(text)}\t{key}" if key else plain_entry(text))
    action.triggered.connect(lambda _checked=False: act())


def fill_classes(menu: QMenu, overview: Overview, choose: Callable[[int | None], object]) -> None:
    """Fill a menu with every class, and none."""
    for at, row in enumerate(overview.classes):
        key = DIGIT_KEYS[at] if at < len(DIGIT_KEYS) else ""
        entry(menu, row.name, lambda class_id=row.id: choose(class_id), key=key)  # type: ignore[misc] # a bound default
    if overview.classes:
        menu.addSeparator()
    entry(menu, "No class", lambda: choose(None))


def fill_splits(menu: QMenu, choose: Callable[[str], object]) -> None:
    """Fill a menu with the three splits."""
    for split, word in SPLIT_WORDS.items():
        entry(menu, word, lambda name=split: choose(name), key=SPLIT_KEYS[split])  # type: ignore[misc] # a bound default


def sample_menu(
    parent: QWidget,
    actions: Actions,
    overview: Overview,
    selected: Selected,
    current: Sample | None,
) -> QMenu:
    """Return the menu of the selected samples."""
    menu = QMenu(parent)
    if actions.has_classes:
        to_class = menu.addMenu("Move to class")
        fill_classes(to_class, overview, lambda to: actions.relabel(selected, to))
    fill_splits(menu.addMenu("Move to split"), lambda split: actions.resplit(selected, split))
    menu.addSeparator()
    if current is not None:
        entry(menu, "Show in its folder", lambda: _show_folder(current.path))
        entry(menu, "Copy its path", lambda: _copy(str(current.path)))
        menu.addSeparator()
    entry(menu, "Remove from the project", lambda: actions.remove(selected), key="Del")
    return menu


def class_menu(
    parent: ClassList, actions: Actions, overview: Overview, lines: Sequence[ClassLine]
) -> QMenu:
    """Return the menu of the selected classes."""
    menu = QMenu(parent)
    ids = [line.id for line in lines if line.id is not None]
    if len(ids) == 1:
        entry(menu, "Rename", lambda: parent.edit_class(ids[0]), key="F2")
    targets = [row for row in overview.classes if len(ids) > 1 or row.id not in ids]
    if len(ids) > 1:
        targets = [row for row in overview.classes if row.id in ids]
    if ids and targets:
        merge = menu.addMenu("Merge into")
        for row in targets:
            others = tuple(class_id for class_id in ids if class_id != row.id)
            entry(merge, row.name, lambda o=others, to=row.id: actions.merge_classes(o, to))  # type: ignore[misc] # bound defaults
    if ids:
        menu.addSeparator()
        text = "Delete" if len(ids) == 1 else f"Delete {len(ids)} classes"
        rest = "keep what is in it" if actions.has_classes else "with what is drawn of it"
        entry(menu, f"{text}, {rest}", lambda: actions.delete_classes(lines), key="Del")
    return menu


def add_menu(parent: QWidget, noun: tuple[str, str], take: Callable[[list[Path]], object]) -> QMenu:
    """Return the menu of ways to add data."""
    menu = QMenu(parent)
    entry(menu, "A folder…", lambda: choose_folder(parent, noun, take))
    film = ", a video" if noun[0] == "picture" else ""
    words = f"{noun[1].capitalize()}{film}, a zip or a table…"
    entry(menu, words, lambda: choose_files(parent, take))
    return menu


def choose_folder(
    parent: QWidget, noun: tuple[str, str], take: Callable[[list[Path]], object]
) -> None:
    """Let a person choose a folder, without holding up the window."""
    dialog = QFileDialog(parent, f"Choose a folder of {noun[1]}")
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    _open(dialog, take)


def choose_files(parent: QWidget, take: Callable[[list[Path]], object]) -> None:
    """Let a person choose files, without holding up the window."""
    dialog = QFileDialog(parent, "Choose files")
    dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
    _open(dialog, take)


def show_below(menu: QMenu, widget: QWidget) -> None:
    """Open a menu under a widget."""
    menu.popup(widget.mapToGlobal(QPoint(0, widget.height() + 4)))


def _open(dialog: QFileDialog, take: Callable[[list[Path]], object]) -> None:
    dialog.filesSelected.connect(lambda names: take([Path(name) for name in names]))
    dialog.finished.connect(dialog.deleteLater)
    dialog.open()


def _show_folder(path: Path) -> None:
    QDesktopServices.openUrl(QUrl.fromLocalFile(str(path.parent)))


def _copy(text: str) -> None:
    QGuiApplication.clipboard().setText(text)
