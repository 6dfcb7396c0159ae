"""The bench: joins the canvas, the palette and the keys with the editor of the network."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from PySide6.QtCore import QObject, QPoint

from deepdesk.core.errors import GraphError
from deepdesk.nn import editing
from deepdesk.nn.command_line import Typed
from deepdesk.nn.graph import Edge
from deepdesk.ui.desk import Desk
from deepdesk.ui.tabs.architecture.block_menu import ON_BLOCK, ON_EDGE, ON_GROUND, EditActions
from deepdesk.ui.tabs.architecture.command_field import CommandField
from deepdesk.ui.tabs.architecture.editor import Editor
from deepdesk.ui.tabs.architecture.floating import FloatingField
from deepdesk.ui.tabs.architecture.left_side import LeftSide
from deepdesk.ui.tabs.architecture.middle import Middle
from deepdesk.ui.tabs.architecture.naming import Naming
from deepdesk.ui.tabs.architecture.network import Network
from deepdesk.ui.tabs.architecture.pieces import Pieces
from deepdesk.ui.tabs.architecture.placing import Spot, foretold, spot_text

GAP_PX = 14


class Bench(QObject):
    """Listens to the canvas and the palette and asks the editor.

    Args:
        middle: Has the canvas; the fields float over it.
        left: Has the palette.
    """

    def __init__(self, desk: Desk, network: Network, middle: Middle, left: LeftSide) -> None:
        super().__init__(middle)
        self._network = network
        self._canvas = canvas = middle.canvas
        self._left = left
        self.editor = Editor(desk, network, canvas, self)
        self.pieces = Pieces(self.editor)
        self.naming = Naming(self.editor)
        self.field = CommandField(middle, self._foretell)
        self.name = FloatingField(middle, name="Name")
        self._spot: Spot | None = None
        self._replaces = False
        self._named: str | None = None
        self.edits = EditActions(canvas, self._acts())
        self._connect()

    def open_field(self, corner: QPoint | None = None, *, spot: Spot | None = None) -> None:
        """Open the command line where the next block goes."""
        self._open(corner, spot, replaces=False)

    def begin_new(self) -> None:
        """Begin a network with nothing but its input, ready for the first block."""
        if self.editor.begin_new():
            self._left.show_page("blocks")
            self._canvas.setFocus()
            self.open_field()

    def add(self, block: str) -> None:
        """Add a block of the palette where the selection is."""
        self.editor.insert(block, {}, self.editor.spot)

    def rename(self) -> None:
        """Ask for another name of what has the focus: a block, a group, or the network."""
        if self._network.drawing is None:
            return
        graph = self._network.graph
        some_id = self._canvas.selected
        groups = {group.id: group.label for group in graph.groups}
        if some_id in graph.by_id:
            text, note = graph.node(some_id).title, "Name of the block, empty for its usual one"
        elif some_id in groups:
            text, note = groups[some_id], "Name of the group"
        else:
            some_id, text, note = "", graph.name, "Name of the network"
        self._ask_name(some_id, text, note)

    def ask_group(self) -> None:
        """Ask what the group of the selected blocks is called."""
        if not self.editor.chosen:
            self.editor.say_no("Select the blocks to group first.")
            return
        self._ask_name(None, "Group", "Name of the group")

    def show_menu(self, request: tuple[QPoint, tuple[str, ...], Edge | None]) -> None:
        """Show what can be done at a place of the canvas."""
        point, ids, edge = request
        if edge is not None:
            menu = self.edits.menu(self._canvas, ON_EDGE, insert="Insert here...")
        elif ids:
            menu = self.edits.menu(self._canvas, ON_BLOCK)
        else:
            words = {"insert": "Add a block...", "rename": "Rename the network..."}
            menu = self.edits.menu(self._canvas, ON_GROUND, **words)
        menu.popup(point)

    def _open(self, corner: QPoint | None, spot: Spot | None, *, replaces: bool) -> None:
        if self._network.drawing is None:
            return
        self._spot, self._replaces = spot, replaces
        typed, self._canvas.typed = self._canvas.typed, ""
        where = self._where()
        place = self._corner() if corner is None or self._canvas.selected else corner
        self.field.open_for(where, place, text=typed, back=self._canvas)

    def _replace(self) -> None:
        if len(self.editor.chosen) != 1:
            self.editor.say_no("Select the one block to replace first.")
            return
        self._open(None, None, replaces=True)

    def _where(self) -> str:
        graph = self._network.graph
        if self._replaces:
            return f"Instead of {graph.node(self.editor.chosen[0]).title}"
        return spot_text(graph, self._spot or self.editor.spot)

    def _take(self, request: tuple[Typed, str, bool]) -> None:
        """Add what was typed, and go on after it."""
        typed, words, is_branch = request
        if self._replaces:
            is_done = self.editor.replace(typed.block, typed.settings)
        else:
            spot = replace(self._spot or self.editor.spot, is_branch=is_branch, words=words)
            is_done = self.editor.insert(typed.block, typed.settings, spot)
        if not is_done:
            self.field.say_problem(self.editor.refusal)
        elif self._replaces:
            self.field.leave()
        else:
            self._spot = None
            self.field.go_on(self._where(), self._corner())

    def _foretell(self, typed: Typed, words: str) -> str:
        if self._network.drawing is None:
            return ""
        graph = self._network.graph
        spot = replace(self._spot or self.editor.spot, words=words)
        if self._replaces:
            spot = Spot(after=graph.sources[self.editor.chosen[0]][:1])
        try:
            node = editing.new_node(graph, typed.block, typed.settings)
            made = self.editor.with_block(graph, node, spot)
        except GraphError as error:
            return str(error)
        return foretold(self._network.drawing.survey.contract, node, made)

    def _ask_name(self, some_id: str | None, text: str, note: str) -> None:
        self._named = some_id
        self.name.note.setText(note)
        self.name.open_at(self._corner(), text=text, back=self._canvas)
        self.name.line.selectAll()

    def _take_name(self, text: str) -> None:
        self.name.leave()
        if self._named is None:
            self.naming.group(text)
        else:
            self.naming.rename(self._named, text)

    def _corner(self) -> QPoint:
        """Return the place beside what has the focus, on the screen."""
        canvas = self._canvas
        item = None if canvas.picture is None else canvas.picture.cards.get(canvas.selected)
        at = canvas.hot_spot()
        if item is not None:
            at = canvas.mapFromScene(item.area.topRight()) + QPoint(GAP_PX, 0)
        return canvas.viewport().mapToGlobal(at)

    def _acts(self) -> dict[str, Callable[[], object]]:
        editor, pieces = self.editor, self.pieces
        return {
            "insert": self.open_field,
            "replace": self._replace,
            "connect": editor.connect_chosen,
            "disconnect": lambda: editor.disconnect_edges(tuple(self._canvas.selected_edges)),
            "cut": pieces.cut,
            "copy": pieces.copy,
            "paste": pieces.paste,
            "duplicate": pieces.duplicate,
            "group": self.ask_group,
            "ungroup": self.naming.ungroup,
            "rename": self.rename,
            "delete": editor.delete,
            "new": self.begin_new,
        }

    def _connect(self) -> None:
        canvas, editor = self._canvas, self.editor
        canvas.connect_asked.connect(editor.connect_blocks)
        canvas.reroute_asked.connect(editor.reroute)
        canvas.drop_asked.connect(editor.drop)
        canvas.insert_asked.connect(self.open_field)
        canvas.delete_asked.connect(lambda _none: editor.delete())
        canvas.menu_asked.connect(self.show_menu)
        canvas.group_toggled.connect(self.naming.toggle_group)
        canvas.remedy_asked.connect(editor.mend)
        self._left.palette_of_blocks.asked.connect(self.add)
        self._left.new_asked.connect(lambda _none: self.begin_new())
        self.field.asked.connect(self._take)
        self.name.entered.connect(self._take_name)
