"""Texts and origins of samples: from the fields and menus to edits that can be undone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint
from PySide6.QtWidgets import QMenu

from deepdesk.project.index import Sample
from deepdesk.ui.tabs.dataset.actions import Actions
from deepdesk.ui.tabs.dataset.class_list import ClassList, Dropped
from deepdesk.ui.tabs.dataset.class_model import ClassLine
from deepdesk.ui.tabs.dataset.menus import entry, fill_splits
from deepdesk.ui.truth_words import written_truth

if TYPE_CHECKING:
    from deepdesk.ui.desk import Desk
    from deepdesk.ui.tabs.dataset.workspace import Workspace


class Truths(QObject):
    """Connects the panels of texts and origins of one workspace."""

    def __init__(self, desk: Desk, space: Workspace) -> None:
        super().__init__(space)
        self._space = space
        self._truth = written_truth(desk.spec)
        panel, origins = space.right.truth, space.left.origins
        panel.text_given.connect(self._tell_text)
        panel.origin_given.connect(
            lambda name: space.commands.set_origin(space.browser.selected, name)
        )
        origins.chosen.connect(lambda _name: space.narrow())
        origins.list.menu_asked.connect(self._show_menu)
        origins.list.dropped.connect(self._drop)
        origins.model.rename_asked.connect(self._rename)
        if self._truth is not None:
            space.grid.look.words_of = self._words_of
            # Wider tiles, with room for a few words.
            space.grid.zoom(1)
            space.grid.look.position_of = lambda _class_id: -1

    def show_sample(self, sample: Sample | None) -> None:
        """Show what is known of a sample."""
        names = [row.name for row in self._space.overview.origins]
        count = len(self._space.grid.picked.rows)
        self._space.right.truth.show_sample(sample, count, names)

    def _words_of(self, sample: Sample) -> str:
        if self._truth is None:
            return ""
        return self._truth.words_of(sample.target).strip() or f"no {self._truth.one}"

    def _tell_text(self, given: tuple[int, str]) -> None:
        sample_id, text = given
        if self._truth is not None:
            target = self._truth.target_of(text) or None
            self._space.commands.tell_target(sample_id, target, text, self._truth.one)

    def _rename(self, given: tuple[int | None, str]) -> None:
        origin_id, name = given
        old = next((row for row in self._space.overview.origins if row.id == origin_id), None)
        if old is not None:
            self._space.commands.rename_origin(old.name, name)

    def _drop(self, dropped: Dropped) -> None:
        act = {"samples": self._take_samples, "files": self._take_files}.get(dropped.kind)
        if act is not None:
            act(dropped)

    def _take_samples(self, dropped: Dropped) -> None:
        name = self._name_of(dropped.class_id)
        self._space.commands.set_origin(self._space.browser.selected, name)

    def _take_files(self, dropped: Dropped) -> None:
        self._space.take(dropped.files)

    def _name_of(self, origin_id: int | None) -> str:
        rows = self._space.overview.origins
        return next((row.name for row in rows if row.id == origin_id), "")

    def _show_menu(self, point: QPoint) -> None:
        view = self._space.left.origins.list
        origin_menu(view, self._space.commands, view.selected_lines).popup(point)


def origin_menu(parent: ClassList, actions: Actions, lines: Sequence[ClassLine]) -> QMenu:
    """Return the menu of the selected origins."""
    menu = QMenu(parent)
    names = ["" if line.id is None else line.name for line in lines]
    if len(lines) == 1 and lines[0].id is not None:
        number = lines[0].id
        entry(menu, "Rename", lambda: parent.edit_class(number), key="F2")

    def move(split: str) -> None:
        for name in names:
            actions.resplit_origin(name, split)

    fill_splits(menu.addMenu("Move to split"), move)
    return menu
