"""Who or what the samples come from: speakers with their counts, to filter, rename and move."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from deepdesk.ui.tabs.dataset.class_list import ClassList
from deepdesk.ui.tabs.dataset.class_model import ClassLine, ClassModel
from deepdesk.ui.tabs.dataset.overview import Overview
from deepdesk.ui.theme.metrics import L, M, S
from deepdesk.ui.widgets.buttons import LinkButton
from deepdesk.ui.widgets.fold import Fold
from deepdesk.ui.widgets.labels import Label, SectionLabel


class OriginPanel(QWidget):
    """Origins as a chart that filters.

    Args:
        noun: One of them and several, for instance ("speaker", "speakers").
        is_folded: Whether it stands below classes and begins folded away; it then only shows
            where origins are known.

    Signals:
        chosen: Name of the origin whose samples are wanted, "" for those where it is not known,
            None for all.
    """

    chosen = Signal(object)

    def __init__(self, noun: tuple[str, str], *, is_folded: bool) -> None:
        super().__init__()
        self._noun = noun
        self._is_folded = is_folded
        self.model = ClassModel(self, can_drag=False)
        self.list = ClassList(self.model, name=noun[1].capitalize())
        self._all = LinkButton("Show all", self.list.clearSelection, tip=f"Show every {noun[0]}.")
        self._all.hide()
        self.hint = Label(
            f"No {noun[1]} are known. Choose samples and write the {noun[0]} at the right, or"
            f" add a table with a column for it.",
            kind="hint",
            wraps=True,
        )
        self.fold = Fold(noun[1].capitalize())
        self._arrange()
        self.list.chosen.connect(lambda _lines: self._tell())

    @property
    def origin(self) -> str | None:
        """What is chosen: a name, "" for "not known", None for all."""
        lines = self.list.selected_lines
        if len(lines) != 1:
            return None
        return "" if lines[0].id is None else lines[0].name

    def show_overview(self, overview: Overview) -> None:
        """Show the counts; what was selected stays selected if it is still there."""
        chosen = [line.id for line in self.list.selected_lines]
        self.model.show_lines(lines_of(overview))
        self.list.updateGeometry()
        if [line.id for line in self.list.selected_lines] != chosen:
            self.list.choose(chosen)
        has_any = bool(overview.origins)
        self.list.setVisible(has_any)
        self.hint.setVisible(not has_any and overview.total > 0)
        self.fold.set_note(f"{len(overview.origins):,}" if has_any else "")
        self.setVisible(has_any or (not self._is_folded and overview.total > 0))

    def _tell(self) -> None:
        self._all.setVisible(bool(self.list.selected_lines))
        self.chosen.emit(self.origin)

    def _arrange(self) -> None:
        header = QHBoxLayout()
        header.setContentsMargins(L, 0, M, 0)
        header.setSpacing(M)
        words = QHBoxLayout()
        words.setContentsMargins(L, 0, L, 0)
        words.addWidget(self.hint)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(S)
        if self._is_folded:
            header.addWidget(self.fold, 1)
        else:
            header.addWidget(SectionLabel(self._noun[1].capitalize()), 1)
        header.addWidget(self._all)
        inside = QWidget()
        body = QVBoxLayout(inside)
        body.setContentsMargins(0, 0, 0, 0)
        body.addWidget(self.list)
        body.addLayout(words)
        column.addLayout(header)
        column.addWidget(inside)
        if self._is_folded:
            inside.hide()
            self.fold.toggled.connect(inside.setVisible)


def lines_of(overview: Overview) -> list[ClassLine]:
    """Return a line for each origin, and one for samples without one if there are any."""
    rows = [(row.id, row.name, row.count) for row in overview.origins]
    largest = max((*(count for _id, _name, count in rows), overview.without_origin, 1))
    # As in the list of classes: a full bar would read as "complete".
    scale = 5 / (6 * largest)
    lines = [
        ClassLine(id=number, name=name, count=count, position=-1, share=count * scale)
        for number, name, count in rows
    ]
    if rows and overview.without_origin:
        count = overview.without_origin
        share = count * scale
        lines.append(ClassLine(id=None, name="Not known", count=count, position=-1, share=share))
    return lines
