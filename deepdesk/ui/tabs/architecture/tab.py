"""The tab itself: three columns, and who tells whom."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QHideEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QWidget

from deepdesk.core.errors import DeepDeskError
from deepdesk.ui.desk import Desk
from deepdesk.ui.tabs.architecture.background import WHERE
from deepdesk.ui.tabs.architecture.block_panel import BlockPanel
from deepdesk.ui.tabs.architecture.drawing import Drawing, Survey
from deepdesk.ui.tabs.architecture.middle import Middle
from deepdesk.ui.tabs.architecture.network import Network
from deepdesk.ui.tabs.architecture.network_list import NetworkList
from deepdesk.ui.tabs.architecture.offers import listed
from deepdesk.ui.tabs.architecture.picture import PAINTERS
from deepdesk.ui.tabs.architecture.works import writing_work

_ZOOM_STEP = 1.2


class ArchitectureTab(QWidget):
    """Choose a network at the left, see it in the middle, set its blocks at the right.

    Attributes:
        state: "empty", "working", "ready" or "look", for the dot in the header.

    Signals:
        state_changed: The new state.
    """

    state_changed = Signal(object)

    def __init__(self, desk: Desk) -> None:
        super().__init__()
        self._desk = desk
        self.state = "working"
        self.network = Network(desk, self)
        self.offers = NetworkList()
        self.middle = Middle(desk, desk.spec.reader().noun[0])
        self.block = BlockPanel()
        self._is_stale = False
        self._is_edit = False
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.offers)
        row.addWidget(self.middle, 1)
        row.addWidget(self.block)
        self._connect()
        self._add_keys()
        self.network.refresh()

    def drop(self, paths: list[Path]) -> None:
        """Take a network from a file that was dropped on the window."""
        if len(paths) != 1:
            error = DeepDeskError("One network fits here, not several.", "Drop one .json file.")
            self._desk.banner(error, WHERE)
            return
        self._is_edit = True
        self.network.take_file(paths[0])

    # The window asks its front tab to `find`; Qt's static QWidget.find is of no use here.
    def find(self) -> None:  # type: ignore[override]
        """Go to the search field."""
        field = self.middle.toolbar.search
        field.setFocus(Qt.FocusReason.ShortcutFocusReason)
        field.selectAll()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._desk.store.session.project is None:
            return
        if self._is_stale:
            self._is_stale = False
            self.network.refresh()
        else:
            self.network.refresh_if_stale()
        if self.network.drawing is not None:
            self._desk.say(self.network.drawing.verdict, level=_level(self.network.drawing))
        self.middle.canvas.setFocus()

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.block.flush()

    def closeEvent(self, event: QCloseEvent) -> None:
        self._close(None)
        super().closeEvent(event)

    def _follow_samples(self, _revision: object) -> None:
        if self.isVisible():
            self.network.refresh_soon()
        else:
            self._is_stale = True

    def _begin(self, _none: object) -> None:
        if self.network.drawing is None:
            self.middle.show_busy()
            self._set_state("working")

    def _take_survey(self, survey: Survey) -> None:
        self.offers.offer(listed(survey))

    def _take_drawing(self, drawing: Drawing) -> None:
        selected = self.middle.canvas.selected
        is_first = not self.middle.is_drawn
        self.middle.show_drawing(drawing)
        if is_first and self.isVisible():
            self.middle.canvas.setFocus()
        self.offers.show_drawing(drawing)
        if selected != self.middle.canvas.selected or not selected:
            self.middle.canvas.select(_first_to_look_at(drawing))
        self.block.show_block(drawing, self.middle.canvas.selected)
        if self.isVisible():
            can_undo = self._is_edit and self._desk.undo.canUndo()
            self._desk.say(drawing.verdict, undo=can_undo, level=_level(drawing))
        self._is_edit = False
        self._set_state(_state_of(drawing))

    def _fail(self, error: DeepDeskError) -> None:
        self.middle.show_error(error)
        self.block.clear()
        self._set_state("look")

    def _choose_block(self, node_id: str) -> None:
        self.block.flush()
        if self.network.drawing is not None:
            self.block.show_block(self.network.drawing, node_id)

    def _find(self, text: str) -> None:
        drawing = self.network.drawing
        hits = drawing.matches(text) if drawing is not None else []
        self.middle.toolbar.search.show_hit(is_hit=bool(hits))
        if hits:
            selected = self.middle.canvas.selected
            at = hits.index(selected) + 1 if selected in hits else 0
            self.middle.canvas.select(hits[at % len(hits)])

    def _save_picture(self, suffix: str) -> None:
        picture = self.middle.canvas.picture
        if picture is None:
            return
        name = f"{picture.drawing.graph.name or 'network'}.{suffix}".replace("/", "-")
        start = str(self._desk.project.exports / name)
        chosen, _kind = QFileDialog.getSaveFileName(self, "Save picture", start, f"*.{suffix}")
        if chosen:
            path = Path(chosen).with_suffix(f".{suffix}")
            self._desk.start(writing_work(path, PAINTERS[suffix](picture)), WHERE)

    def _edit(self, act: Callable[..., None], *values: object) -> None:
        """Do what a person asked for; the line that follows offers Undo."""
        self._is_edit = True
        act(*values)

    def _close(self, _path: object) -> None:
        self.network.stop()

    def _set_state(self, state: str) -> None:
        if state != self.state:
            self.state = state
            self.state_changed.emit(state)

    def _connect(self) -> None:
        network, canvas, toolbar = self.network, self.middle.canvas, self.middle.toolbar
        network.began.connect(self._begin)
        network.surveyed.connect(self._take_survey)
        network.drawn.connect(self._take_drawing)
        network.counted.connect(self.offers.show_offer)
        network.failed.connect(self._fail)
        self.offers.picked.connect(lambda name: self._edit(network.choose, name))
        self.block.edited.connect(lambda edit: self._edit(network.change, *edit))
        self.block.left.connect(lambda _none: canvas.setFocus())
        self.middle.totals.reset_asked.connect(lambda _none: self._edit(network.reset))
        self.middle.retried.connect(lambda _none: network.refresh())
        self.middle.weights.fetched.connect(lambda _none: network.recount())
        canvas.chosen.connect(self._choose_block)
        toolbar.search.asked.connect(self._find)
        toolbar.save_asked.connect(self._save_picture)
        self._desk.samples_changed.connect(self._follow_samples)
        self._desk.project_closed.connect(self._close)

    def _add_keys(self) -> None:
        canvas = self.middle.canvas
        for keys, act in (
            ("Ctrl+0", canvas.show_all),
            ("Ctrl++", lambda: canvas.zoom_by(_ZOOM_STEP)),
            ("Ctrl+=", lambda: canvas.zoom_by(_ZOOM_STEP)),
            ("Ctrl+-", lambda: canvas.zoom_by(1 / _ZOOM_STEP)),
        ):
            shortcut = QShortcut(QKeySequence(keys), self)
            shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            shortcut.activated.connect(act)


def _state_of(drawing: Drawing) -> str:
    if drawing.problems or drawing.missing_weights:
        return "look"
    return "ready" if drawing.survey.has_data else "empty"


def _level(drawing: Drawing) -> str:
    return "error" if drawing.problems else "info"


def _first_to_look_at(drawing: Drawing) -> str:
    """Return the block at fault, or the one that says most: that with the most parameters."""
    at_fault = next((card.id for card in drawing.cards if card.problem), "")
    if at_fault or not drawing.cards:
        return at_fault
    heaviest = max(drawing.cards, key=lambda c: c.cost.parameters if c.cost else 0)
    return heaviest.id
