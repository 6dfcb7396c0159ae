"""Mapping class names: offered when an import brings some that may be meant otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QVBoxLayout

from deepdesk.data.name_matching import like_one_of, says_nothing
from deepdesk.ui.tabs.dataset.map_dialog import MapDialog, NameRow
from deepdesk.ui.widgets.banner import Banner

if TYPE_CHECKING:
    from deepdesk.project.index import ClassRow
    from deepdesk.ui.desk import Desk
    from deepdesk.ui.tabs.dataset.intake import Came
    from deepdesk.ui.tabs.dataset.workspace import Workspace

MOST_TOLD = 3


class ClassNames(QObject):
    """Opens the table of names, by the class panel or after an import.

    Attributes:
        banner: Says that names came that may be meant otherwise.
        dialog: The one that is open, or None.
    """

    def __init__(self, desk: Desk, space: Workspace) -> None:
        super().__init__(space)
        self._desk = desk
        self._space = space
        self.dialog: MapDialog | None = None
        self._came: frozenset[int] = frozenset()
        self.banner = Banner(tone="accent")
        column = space.middle.layout()
        first = None if column is None else column.itemAt(0)
        upper = None if first is None else first.layout()
        assert isinstance(upper, QVBoxLayout)
        upper.insertWidget(0, self.banner)
        space.left.classes.map.setEnabled(not desk.project.read_only)
        space.left.classes.map_asked.connect(lambda _panel: self.open())
        space.intake.classes_came.connect(self._offer)
        space.overview_changed.connect(lambda _overview: self._take_back())

    def open(self, came: Sequence[int] = ()) -> None:
        """Show the table.

        Args:
            came: Ids of the classes that came last; they stand first.
        """
        overview = self._space.overview
        if not overview.classes or self.dialog is not None:
            return
        self.banner.hide()
        news = frozenset(came)
        rows = sorted(
            (
                NameRow(id=row.id, name=row.name, count=_count(row), is_new=row.id in news)
                for row in overview.classes
            ),
            key=lambda row: not row.is_new,
        )
        noun = self._desk.spec.reader().noun[1].capitalize()
        unit = "Shapes" if any(row.shapes for row in overview.classes) else noun
        dialog = MapDialog(self._space.window(), rows, unit)
        dialog.accepted.connect(self._apply)
        dialog.finished.connect(lambda _code: self._forget())
        self.dialog = dialog
        dialog.open()

    def _apply(self) -> None:
        if self.dialog is not None and self.dialog.names:
            self._space.commands.map_classes(self.dialog.names)

    def _take_back(self) -> None:
        """Offer nothing for classes that are gone, for instance by undo."""
        there = {row.id for row in self._space.overview.classes}
        known = self._space.overview.revision >= 0 and not self._space.intake.is_importing
        if known and self._came and not self._came & there:
            self._came = frozenset()
            self.banner.hide()

    def _forget(self) -> None:
        self.dialog = None

    def _offer(self, came: Came) -> None:
        """Say that names came that may be meant otherwise, with a way to the table."""
        names = [row.name for row in came.classes]
        is_drawn = self._space.overview.drawn is not None
        known = [name for name in came.known if name not in names]
        odd = [name for name in names if like_one_of(name, known)]
        if is_drawn:
            odd += [name for name in names if says_nothing(name)]
            # Beside classes that are there, even a good name may be meant as one of them.
            odd = odd or (names if known else [])
        if not odd:
            return
        told = ", ".join(f"“{name}”" for name in odd[:MOST_TOLD])
        more = f" and {len(odd) - MOST_TOLD} more" if len(odd) > MOST_TOLD else ""
        ids = [row.id for row in came.classes]
        self._came = frozenset(ids)
        self.banner.say(
            f"New {'class' if len(odd) == 1 else 'classes'} with these files: {told}{more}.",
            "Are they meant as others? A table says which name becomes which class.",
            remedy="Map names…",
            act=lambda: self.open(ids),
        )


def _count(row: ClassRow) -> int:
    return row.shapes or row.pictures or row.count
