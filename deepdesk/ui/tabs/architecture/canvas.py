"""The network on its ground: choose, connect, and ask for changes."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QEvent, QPoint, QRectF, Qt, Signal
from PySide6.QtGui import QContextMenuEvent, QKeyEvent, QPainter

from deepdesk.nn.graph import Edge
from deepdesk.ui.tabs.architecture import canvas_keys
from deepdesk.ui.tabs.architecture.connecting import Connect
from deepdesk.ui.tabs.architecture.drawing import Drawing
from deepdesk.ui.tabs.architecture.gestures import Gesture
from deepdesk.ui.tabs.architecture.hand import Hand
from deepdesk.ui.tabs.architecture.marks import PORTS, draw_ports
from deepdesk.ui.tabs.architecture.minimap import Minimap
from deepdesk.ui.tabs.architecture.pointing import Hover
from deepdesk.ui.tabs.architecture.scene import NetworkScene
from deepdesk.ui.tabs.architecture.selection import Selection, only
from deepdesk.ui.tabs.architecture.view import CALM_ZOOM, FIT_MARGIN_PX, NetworkView
from deepdesk.ui.tabs.architecture.words import OVERLAYS, overlay_text
from deepdesk.ui.theme import current
from deepdesk.ui.widgets.escape import KeepsEscape


class Canvas(NetworkView):
    """Shows a drawing, and tells what a person asks for; it never changes a network itself.

    Attributes:
        selected: Id of the block or closed group that has the focus, "" for none.
        selection: Ids of all blocks that are selected, those of closed groups too.
        selected_groups: Ids of the closed groups among them.
        selected_edges: The `Edge`s that are selected.
        chosen_now: All of that as the cards and connections that are drawn.
        hover: What is below the pointer.
        typed: What was typed so far when `insert_asked` follows a letter, else "".

    Signals:
        chosen: Id of the block that a person chose, "" when none is any more.
        selection_changed: `selection`, a tuple of node ids; `selected_edges` may differ too.
        connect_asked: (source id, target id, port or None for the next free one).
        reroute_asked: (the `Edge` as it is, source id, target id, port or None): one end moved.
        drop_asked: (block key, what it was dropped on: node id, `Edge` or None).
        insert_asked: Global QPoint where a command line fits; `selected` or `selected_edges`
            say where the new block goes, `typed` what was typed already.
        delete_asked: None; `selection` and `selected_edges` say what.
        menu_asked: (global QPoint, selected node ids, `Edge` under the pointer or None).
        group_toggled: (group id, whether it is to be open).
        remedy_asked: (node id, index in `Card.remedies`).
    """

    chosen = Signal(object)
    selection_changed = Signal(object)
    connect_asked = Signal(object)
    reroute_asked = Signal(object)
    drop_asked = Signal(object)
    insert_asked = Signal(object)
    delete_asked = Signal(object)
    menu_asked = Signal(object)
    group_toggled = Signal(object)
    remedy_asked = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.selected, self.typed = "", ""
        self.selection: tuple[str, ...] = ()
        self.selected_groups: tuple[str, ...] = ()
        self.selected_edges: tuple[Edge, ...] = ()
        self.chosen_now = Selection()
        self._overlay = OVERLAYS[0]
        self.setAcceptDrops(True)
        self.viewport().setAcceptDrops(True)
        self._hand = Hand(self)
        self.hover: Hover = self._hand.hover
        self.minimap = Minimap(self)
        self.setAccessibleName("Network")
        KeepsEscape(self, partial(_has_use_for_escape, self))
        current().changed.connect(self._wear)

    @property
    def gesture(self) -> Gesture | None:
        """The gesture that lasts, None for none."""
        return self._hand.gesture

    @property
    def is_space_held(self) -> bool:
        """Whether a drag moves the drawing."""
        return self._hand.is_space_held

    def show_drawing(self, drawing: Drawing) -> None:
        """Show a drawing; the view stays where it is while it is the same network."""
        picture = self.picture
        if picture is None or not _is_same(picture.drawing, drawing):
            self._hand.end()
        if picture is None:
            picture = self.picture = NetworkScene(drawing)
            picture.show_overlay(self._overlay)
            self.setScene(picture)
            is_new = is_edit = True
        else:
            before, is_new = picture.shown.structure, _is_other(picture.drawing, drawing)
            moves = self.isVisible() and not is_new
            picture.show_drawing(drawing, is_new=is_new, moves=moves)
            is_edit = before != picture.shown.structure
        left = Selection() if is_new else self.chosen_now.kept(picture.shown)
        self.take(left, is_told=False)
        if is_new or (self._follows and is_edit and self.fitting_zoom() >= CALM_ZOOM):
            self.fit()
        elif is_edit and self.selected:
            self.ensureVisible(picture.cards[self.selected].area, FIT_MARGIN_PX, FIT_MARGIN_PX)
        self.minimap.refresh()

    def show_overlay(self, overlay: str) -> None:
        """Write shapes, parameters, operations or memory on the cards."""
        self._overlay = overlay
        if self.picture is not None:
            self.picture.show_overlay(overlay)
            self._tell()

    def select(self, node_id: str) -> None:
        """Choose a block alone, and bring it into sight."""
        card = "" if self.picture is None else self.picture.shown.card_of(node_id)
        if self.picture is None or not card:
            return
        self.take(only(card))
        area = self.picture.cards[card].area
        self.ensureVisible(area, FIT_MARGIN_PX // 2, FIT_MARGIN_PX // 2)

    def take(self, chosen: Selection, *, is_told: bool = True, is_done: bool = True) -> None:
        """Select cards and connections.

        Args:
            is_told: Whether the focus is told, even one that was there before.
            is_done: False while a rubber band is still drawn: the focus is told at its end.
        """
        if self.picture is None:
            return
        before = (self.selection, self.selected_edges)
        self.chosen_now, self.selected = chosen, chosen.focus
        self.selection = chosen.nodes(self.picture.shown)
        self.selected_groups = tuple(sorted(chosen.cards & self.picture.shown.members.keys()))
        self.selected_edges = chosen.edges()
        self.picture.links.chosen = chosen.links
        self.picture.choose(chosen.focus, chosen.cards)
        self.minimap.update()
        if is_done:
            self._tell()
        if is_told and is_done:
            self.chosen.emit(self.selected)
        if before != (self.selection, self.selected_edges):
            self.selection_changed.emit(self.selection)

    def tidy(self) -> None:
        """Lay everything out as if it were new, and show it."""
        if self.picture is not None:
            self.picture.tidy(moves=self.isVisible())
            self.fit()
            self.minimap.refresh()

    def begin(self, gesture: Gesture) -> None:
        """Go on with a gesture."""
        self._hand.begin(gesture)

    def end(self) -> None:
        """Give up the gesture that lasts."""
        self._hand.end()

    def ask_insert(self, at: QPoint | None, typed: str = "") -> None:
        """Ask for a command line, beside what is selected or at a point of the viewport."""
        self.typed = typed
        place = self.hot_spot() if at is None else at
        self.insert_asked.emit(self.viewport().mapToGlobal(place))

    def hot_spot(self) -> QPoint:
        """Return where something about the selection belongs, in the viewport."""
        middle = self.viewport().rect().center()
        if self.picture is None:
            return middle
        if self.selected:
            return self.mapFromScene(self.picture.output_of(self.selected))
        routes = self.picture.links.routes
        chosen = [routes[link] for link in self.chosen_now.links if link in routes]
        return self.mapFromScene(chosen[0].path.pointAtPercent(0.5)) if chosen else middle

    def _wear(self, _tokens: object) -> None:
        # The text size may have changed too, and with it every place.
        if self.picture is not None:
            self.picture.wear()
            if self._follows:
                self.fit()
        self.minimap.refresh()
        self.viewport().update()

    def _tell(self) -> None:
        """Say what is seen to those who cannot see it."""
        if self.picture is None:
            return
        drawing = self.picture.drawing
        item = self.picture.cards.get(self.selected)
        words = [f"Network {drawing.graph.name}, {len(drawing.cards)} blocks"]
        if item is not None:
            card = item.card
            words += [card.title, card.line, overlay_text(card, self._overlay)]
            words += [card.problem.message] if card.problem else []
        self.setAccessibleName(", ".join(word for word in words if word))
        several = len(self.selection) + len(self.selected_edges)
        told = f"{several} selected. " if several > 1 else ""
        remedies = item.card.remedies if item is not None else ()
        told += f"F4 for what helps: {'; '.join(remedies)}. " if remedies else ""
        self.setAccessibleDescription(f"{told}Arrows follow the flow, Enter adds a block.")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.picture is None or not self.picture.cards:
            super().keyPressEvent(event)
        elif self.gesture is not None and self.gesture.key(event):
            event.accept()
        elif self.gesture is not None and event.key() == Qt.Key.Key_Escape:
            self.end()
        elif event.key() == Qt.Key.Key_Space:
            self._hand.hold_space(is_held=True)
        elif not canvas_keys.press(self, event):
            event.ignore()

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._hand.hold_space(is_held=False)
        else:
            super().keyReleaseEvent(event)

    def focusNextPrevChild(self, is_next: bool) -> bool:
        """Keep Tab for the command line while a block is selected; Shift+Tab leaves."""
        if is_next and (self.selected or self.selected_edges):
            return False
        return super().focusNextPrevChild(is_next)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self._hand.menu(event)

    def viewportEvent(self, event: QEvent) -> bool:
        # Qt sends the first events before there is a hand to take them.
        is_taken = self.picture is not None and self._hand.take(event)
        return is_taken or super().viewportEvent(event)

    def drawForeground(self, painter: QPainter, _rect: QRectF) -> None:  # type: ignore[override]
        picture, zoom = self.picture, self.zoom()
        if picture is None:
            return
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if zoom >= PORTS and not isinstance(self.gesture, Connect):
            shown = {self.hover.card, self.selected if len(self.chosen_now.cards) == 1 else ""}
            for card_id in shown & picture.cards.keys():
                draw_ports(painter, picture, card_id)
        if self.gesture is not None:
            self.gesture.paint(painter, zoom)


def _has_use_for_escape(canvas: Canvas) -> bool:
    return bool(canvas.gesture or canvas.selection or canvas.selected_edges)


def _is_same(one: Drawing, other: Drawing) -> bool:
    """Return whether two drawings differ in settings and figures alone."""
    return (
        [node.id for node in one.graph.nodes] == [node.id for node in other.graph.nodes]
        and one.graph.edges == other.graph.edges
        and one.graph.groups == other.graph.groups
    )


def _is_other(one: Drawing, other: Drawing) -> bool:
    """Return whether a drawing is of another network, not of an edited or renamed one."""
    before, now = one.graph.by_id.keys(), other.graph.by_id.keys()
    return before.isdisjoint(now) or (one.graph.name != other.graph.name and before != now)
