"""The tab itself: three columns, and who tells whom."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QCloseEvent, QHideEvent, QKeySequence, QShortcut, QShowEvent
from PySide6.QtWidgets import QHBoxLayout, QWidget

from deepdesk.core.errors import DeepDeskError
from deepdesk.ui.desk import Desk
from deepdesk.ui.tabs.architecture.background import WHERE
from deepdesk.ui.tabs.architecture.bench import Bench
from deepdesk.ui.tabs.architecture.block_panel import BlockPanel
from deepdesk.ui.tabs.architecture.drawing import Drawing
from deepdesk.ui.tabs.architecture.export_tools import take_network
from deepdesk.ui.tabs.architecture.left_side import LeftSide
from deepdesk.ui.tabs.architecture.middle import Middle
from deepdesk.ui.tabs.architecture.network import Network
from deepdesk.ui.tabs.architecture.offers import listed
from deepdesk.ui.tabs.architecture.placing import nearest_left
from deepdesk.ui.tabs.architecture.stopwatch import Stopwatch
from deepdesk.ui.tabs.architecture.tools import open_compare, tools_menu

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
        self.left = LeftSide()
        self.offers = self.left.networks
        self.middle = Middle(desk, desk.spec.reader().noun[0])
        self.block = BlockPanel()
        self._is_stale = False
        self._edited = ""
        self._focus = ""
        self._shown: Drawing | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.left)
        row.addWidget(self.middle, 1)
        row.addWidget(self.block)
        self.middle.toolbar.tools.setMenu(tools_menu(self, self.middle.toolbar.tools))
        self.stopwatch = Stopwatch(desk, self.network, self.middle)
        self.bench = Bench(desk, self.network, self.middle, self.left)
        self._connect()
        _add_keys(self)
        self.network.refresh()

    @property
    def desk(self) -> Desk:
        """The desk, for the tools."""
        return self._desk

    def drop(self, paths: list[Path]) -> None:
        """Take a network from a file that was dropped on the window."""
        if len(paths) != 1:
            error = DeepDeskError(
                "One network fits here, not several.", "Drop one .json or .onnx file."
            )
            self._desk.banner(error, WHERE)
            return
        take_network(self, paths[0])

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
        self.network.choices.saver.flush()

    def closeEvent(self, event: QCloseEvent) -> None:
        self.network.stop()
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

    def _take_sketch(self, drawing: Drawing) -> None:
        """Show an edit at once; what has to be counted follows."""
        self.middle.surgery.begin_from(self.network.choice.start_from)
        self.middle.show_sketch(drawing)
        self._choose_after(drawing)
        self._say(drawing)
        self._set_state(_state_of(drawing))

    def _take_drawing(self, drawing: Drawing | None) -> None:
        if drawing is None:
            return
        is_first = not self.middle.is_drawn
        self.middle.surgery.begin_from(self.network.choice.start_from)
        self.middle.show_drawing(drawing)
        if is_first and self.isVisible():
            self.middle.canvas.setFocus()
        self.offers.show_drawing(drawing)
        self._choose_after(drawing)
        self._say(drawing)
        self._edited = ""
        self._set_state(_state_of(drawing))

    def _choose_after(self, drawing: Drawing) -> None:
        """Keep a block chosen: the one before, or one near it where that is gone."""
        canvas = self.middle.canvas
        is_other = self._shown is not None and self._shown.graph.name != drawing.graph.name
        if is_other:
            canvas.select(_first_to_look_at(drawing))
        elif not canvas.selected:
            canvas.select(_near(self._shown, self._focus, drawing) or _first_to_look_at(drawing))
        self._shown = drawing
        self._show_selection()

    def _say(self, drawing: Drawing) -> None:
        if self.isVisible():
            can_undo = bool(self._edited) and self._desk.undo.canUndo()
            text = f"{self._edited}. {drawing.verdict}" if self._edited else drawing.verdict
            self._desk.say(text, undo=can_undo, level=_level(drawing))

    def _fail(self, error: DeepDeskError) -> None:
        self.middle.show_error(error)
        self.block.clear()
        self._set_state("look")

    def _choose_block(self, node_id: str) -> None:
        self.block.flush()
        self._focus = node_id
        self._show_selection()

    def _show_selection(self, _selection: object = None) -> None:
        drawing, canvas = self.network.drawing, self.middle.canvas
        if drawing is None:
            return
        group = next((g for g in drawing.groups if g.id == canvas.selected), None)
        if group is not None and set(canvas.selection) <= set(group.nodes):
            self.block.show_group(drawing, group)
        elif len(canvas.selection) > 1:
            self.block.show_several(drawing, canvas.selection)
        else:
            self.block.show_block(drawing, canvas.selected)

    def _find(self, text: str) -> None:
        drawing = self.network.drawing
        hits = drawing.matches(text) if drawing is not None else []
        self.middle.toolbar.search.show_hit(is_hit=bool(hits))
        if hits:
            selected = self.middle.canvas.selected
            at = hits.index(selected) + 1 if selected in hits else 0
            self.middle.canvas.select(hits[at % len(hits)])

    def _hear_edit(self, text: str) -> None:
        """Keep what a person did; the line that follows says it and offers Undo."""
        self._edited = text

    def _set_state(self, state: str) -> None:
        if state != self.state:
            self.state = state
            self.state_changed.emit(state)

    def _connect(self) -> None:
        network, canvas, toolbar = self.network, self.middle.canvas, self.middle.toolbar
        network.began.connect(self._begin)
        network.surveyed.connect(lambda survey: self.offers.offer(listed(survey)))
        network.choices.edited.connect(self._hear_edit)
        network.sketched.connect(self._take_sketch)
        network.drawn.connect(self._take_drawing)
        network.counted.connect(self.offers.show_offer)
        network.failed.connect(self._fail)
        self.offers.picked.connect(network.choose)
        self.block.edited.connect(self.bench.editor.configure)
        self.block.left.connect(lambda _none: canvas.setFocus())
        self.middle.totals.reset_asked.connect(lambda _none: network.reset())
        self.middle.retried.connect(lambda _none: network.refresh())
        self.middle.weights.fetched.connect(lambda _none: network.recount())
        self.middle.surgery.compare_asked.connect(lambda _none: open_compare(self))
        self.middle.surgery.afresh_asked.connect(lambda _none: network.choices.start_afresh())
        canvas.chosen.connect(self._choose_block)
        canvas.selection_changed.connect(self._show_selection)
        self.block.named.connect(lambda pair: self.bench.naming.rename(*pair))
        self.block.remedy_asked.connect(self.bench.editor.mend)
        toolbar.search.asked.connect(self._find)
        self._desk.samples_changed.connect(self._follow_samples)
        self._desk.project_closed.connect(network.stop)


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


def _near(before: Drawing | None, focus: str, now: Drawing) -> str:
    """Return the block that is left nearest to the one that had the focus, "" for none."""
    if before is None or not focus or before.graph.name != now.graph.name:
        return ""
    return nearest_left(before.graph, focus, now.graph)


def _add_keys(tab: ArchitectureTab) -> None:
    canvas = tab.middle.canvas
    for keys, act in (
        ("Ctrl+0", canvas.show_all),
        ("Ctrl++", lambda: canvas.zoom_by(_ZOOM_STEP)),
        ("Ctrl+=", lambda: canvas.zoom_by(_ZOOM_STEP)),
        ("Ctrl+-", lambda: canvas.zoom_by(1 / _ZOOM_STEP)),
    ):
        shortcut = QShortcut(QKeySequence(keys), tab)
        shortcut.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        shortcut.activated.connect(act)
