"""Drawing labels, as a page in the place of the Dataset tab's columns."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPoint, Qt, QTimer, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent, QResizeEvent, QShowEvent
from PySide6.QtWidgets import QApplication, QHBoxLayout, QMenu, QVBoxLayout, QWidget

from deepdesk.core.drawing import Drawing
from deepdesk.core.errors import DeepDeskError
from deepdesk.core.events import Ended
from deepdesk.core.payloads import Mask
from deepdesk.core.work import Work
from deepdesk.ui.desk import Desk
from deepdesk.ui.jobs import Job
from deepdesk.ui.tabs.dataset.edits import Edits
from deepdesk.ui.tabs.dataset.index_worker import IndexWorker
from deepdesk.ui.tabs.dataset.labelling.acts import Acts
from deepdesk.ui.tabs.dataset.labelling.canvas import Canvas, Changed
from deepdesk.ui.tabs.dataset.labelling.canvas_keys import CanvasKeys
from deepdesk.ui.tabs.dataset.labelling.filling import Filling
from deepdesk.ui.tabs.dataset.labelling.keys import act_of, keys_dialog
from deepdesk.ui.tabs.dataset.labelling.pre_labels import PreLabels
from deepdesk.ui.tabs.dataset.labelling.proposing import Make, Proposer
from deepdesk.ui.tabs.dataset.labelling.queue_model import QueueModel
from deepdesk.ui.tabs.dataset.labelling.queue_panel import QueuePanel
from deepdesk.ui.tabs.dataset.labelling.queueing import Queueing
from deepdesk.ui.tabs.dataset.labelling.shape_list import ShapeModel
from deepdesk.ui.tabs.dataset.labelling.showing import Showing
from deepdesk.ui.tabs.dataset.labelling.side_panel import SidePanel
from deepdesk.ui.tabs.dataset.labelling.tool_bar import ToolBar
from deepdesk.ui.tabs.dataset.labelling.worktable import Worktable
from deepdesk.ui.tabs.dataset.menus import entry
from deepdesk.ui.tabs.dataset.overview import Overview
from deepdesk.ui.theme.metrics import M, S
from deepdesk.ui.widgets.banner import Banner
from deepdesk.ui.widgets.escape import KeepsEscape

NARROW_PX = 1100


class LabellingPage(QWidget):
    """The queue at the left, the canvas in the middle, what is drawn at the right.

    Args:
        worker: Answers questions to the index.
        edits: Makes changes that can be undone.
        make: Loads a network; of the project's runs unless given.

    Signals:
        left: None, when a person is done.
    """

    left = Signal(object)

    def __init__(
        self, desk: Desk, worker: IndexWorker, edits: Edits, make: Make | None = None
    ) -> None:
        super().__init__()
        self.desk = desk
        self.current = -1
        self.known: tuple[str, ...] = ()
        self._why_locked = _why_locked(desk)
        self.filling = Filling(self._start, self)
        self.canvas = Canvas(self.filling)
        self.canvas.shares_pixels = desk.spec.gives is Mask
        self.table = Worktable(desk, worker, edits, self)
        self.proposer = Proposer(desk, make, self)
        self.shapes = ShapeModel(self.canvas.scene, self)
        self.side = SidePanel(self.shapes)
        self.bar = ToolBar(self.canvas)
        self.queue = QueuePanel(QueueModel(worker, self), desk.spec.reader().noun)
        self.queueing = Queueing(self, worker)
        self.pre_labels = PreLabels(self.canvas, self.proposer, self.side.proposals)
        self.acts = Acts(self)
        self.banner = Banner(tone="warn")
        self._showing = Showing(self, self._why_locked)
        self._keys = CanvasKeys(self.canvas)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        KeepsEscape(self, lambda: True)
        self._arrange()
        self._connect_canvas()
        self._connect_rest()
        self.bar.offer(can_draw=not self._why_locked)
        self.side.offer(can_draw=not self._why_locked)

    def open(self, sample_id: int) -> None:
        """Show a picture; what was changed on the one before is kept already."""
        self.canvas.tool.leave_off()
        self.acts.remember(self.table.drawing)
        self.current = sample_id
        self.table.open(sample_id)
        self.queue.show_current(sample_id)

    def leave(self) -> None:
        """Go back to the samples."""
        self.left.emit(None)

    def show_overview(self, overview: Overview) -> None:
        """Take the classes of the project and what else has changed."""
        self.known = tuple(row.name for row in overview.classes)
        self.show_classes()
        self.queueing.refresh()

    def show_classes(self) -> None:
        """Show the classes of the project, and behind them what was typed and not yet drawn."""
        canvas = self.canvas
        names = [*self.known]
        names += [shape.label for shape in canvas.scene.drawing.shapes]
        names += [canvas.label] if canvas.label else []
        listed = tuple(dict.fromkeys(names))
        if not canvas.label and listed:
            canvas.label = listed[0]
        positions = {name: at for at, name in enumerate(listed)}
        if positions != canvas.scene.positions:
            canvas.scene.positions = positions
            canvas.ground.forget()
            canvas.rest_soon()
            canvas.update()
        self.side.classes.show_names(listed, canvas.label)

    def scene_changed(self) -> None:
        """Show what is on the canvas now in the column beside it."""
        scene = self.canvas.scene
        self.shapes.refresh()
        self.side.shapes.follow(scene.selected)
        state = ""
        if scene.levels is not None:
            state = _state_words(scene.drawing, is_labelled=self.table.is_labelled)
        self.side.state.setText(state)
        self.canvas.setAccessibleDescription(state)
        is_there = scene.levels is not None and not self._why_locked
        self.side.nothing.setEnabled(is_there)
        self.side.away.setVisible(is_there and self.table.is_labelled)
        self.side.copy.setVisible(is_there and self.acts.can_take_over())

    def show_keys(self) -> None:
        """Show all keys."""
        keys_dialog(self.window()).open()

    def take_tool(self, key: str) -> None:
        """Work with another tool."""
        if self.bar.buttons[key].isEnabled():
            self.canvas.take_tool(key)
            self.bar.show_tool(key)
            self.canvas.setFocus()

    def close_work(self) -> None:
        """End everything; all changes are kept already."""
        self.filling.drop()
        self.table.close()
        self.proposer.close()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        act = act_of(event)
        kind, _colon, value = act.partition(":")
        if kind == "tool":
            self.take_tool(value)
        elif kind == "class":
            self.acts.choose_class_at(int(value))
        elif act:
            self.acts.table[act]()
        else:
            super().keyPressEvent(event)

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        self.proposer.find()
        self.canvas.setFocus()
        # A tab that comes to the front gives the keyboard to whoever had it last, after this.
        QTimer.singleShot(0, self, self._take_keyboard)

    def hideEvent(self, event: QHideEvent) -> None:
        self.proposer.stop_measuring()
        super().hideEvent(event)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        is_narrow = self.width() < NARROW_PX
        self.queue.give_room(is_narrow=is_narrow)
        self.side.give_room(is_narrow=is_narrow)

    def _arrange(self) -> None:
        middle = QWidget()
        column = QVBoxLayout(middle)
        column.setContentsMargins(M, S, M, M)
        column.setSpacing(S)
        column.addWidget(self.bar)
        column.addWidget(self.banner)
        column.addWidget(self.canvas, 1)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.queue)
        row.addWidget(middle, 1)
        row.addWidget(self.side)

    def _connect_canvas(self) -> None:
        canvas = self.canvas
        canvas.changed.connect(self._keep)
        canvas.selection_changed.connect(lambda _none: self.scene_changed())
        canvas.class_needed.connect(lambda _none: self.acts.ask_class())
        self.side.shapes.selected.connect(canvas.select)
        self.side.shapes.delete_asked.connect(lambda _none: self.acts.delete_selected())
        self.side.shapes.menu_asked.connect(self._show_menu)
        self.shapes.hidden_changed.connect(self.acts.hide)

    def _connect_rest(self) -> None:
        self.bar.tool_chosen.connect(self.take_tool)
        self.bar.keys_asked.connect(lambda _none: self.show_keys())
        self.bar.left.connect(lambda _none: self.leave())
        self.side.acted.connect(lambda act: self.acts.table[act]())
        self.side.classes.chosen.connect(self.acts.choose_class)
        self.side.classes.left.connect(lambda _none: self.canvas.setFocus())

    def _take_keyboard(self) -> None:
        """Let keys reach the canvas."""
        holder = QApplication.focusWidget()
        if self.isVisible() and (holder is None or not self.isAncestorOf(holder)):
            self.canvas.setFocus()

    def _keep(self, changed: Changed) -> None:
        self.table.change(changed.text, changed.drawing)
        self.pre_labels.follow(changed.drawing)
        self.show_classes()
        self.scene_changed()

    def _show_menu(self, point: QPoint) -> None:
        if not self.canvas.scene.selected:
            return
        menu = QMenu(self)
        classes = menu.addMenu("Change class")
        for name in self.side.classes.names:
            entry(classes, name, _choosing(self.acts, name))
        entry(menu, "Delete", self.acts.delete_selected, key="Del")
        menu.popup(point)

    def _start(
        self,
        work: Work,
        on_event: Callable[[object], None],
        on_ended: Callable[[Ended], None],
    ) -> Job:
        return self.desk.start(work, "dataset", on_event=on_event, on_ended=on_ended)


def _choosing(acts: Acts, name: str) -> Callable[[], None]:
    return lambda: acts.choose_class(name)


def _state_words(drawing: Drawing, *, is_labelled: bool) -> str:
    if not is_labelled:
        return "Not labelled yet"
    count = len(drawing.shapes)
    mask = "" if drawing.mask is None else f", over the mask {drawing.mask.path.split('/')[-1]}"
    if not count:
        return f"Nothing drawn{mask}" if mask else "Looked at: nothing on it"
    return f"{'1 shape' if count == 1 else f'{count:,} shapes'}{mask}"


def _why_locked(desk: Desk) -> str:
    try:
        desk.project.check_writable()
    except DeepDeskError as error:
        return str(error)
    return ""
