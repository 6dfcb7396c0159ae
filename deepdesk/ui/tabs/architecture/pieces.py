"""Copy, cut, paste and duplicate of blocks."""

from __future__ import annotations

from collections.abc import Callable

from deepdesk.nn import editing
from deepdesk.nn.graph import Graph
from deepdesk.ui.tabs.architecture import clipboard
from deepdesk.ui.tabs.architecture.editor import Editor, named
from deepdesk.ui.tabs.architecture.placing import in_flow, pasted_after


class Pieces:
    """Blocks to and from the clipboard; methods return whether the network was changed."""

    def __init__(self, editor: Editor) -> None:
        self._editor = editor

    def copy(self) -> bool:
        """Put the selected blocks into the clipboard; the network stays as it is."""
        if not self._editor.chosen:
            return self._editor.say_no("Select the blocks to copy first.")
        clipboard.put(editing.part(self._editor.network.graph, self._editor.chosen))
        self._editor.desk.say(f"Copied {named(self._editor.network.graph, self._editor.chosen)}")
        return False

    def cut(self) -> bool:
        """Put the selected blocks into the clipboard and take them away."""
        if not self._editor.chosen:
            return self._editor.say_no("Select the blocks to cut first.")
        self.copy()
        return self._editor.delete()

    def paste(self) -> bool:
        """Add the blocks of the clipboard after the block that has the focus."""
        return self._add_piece(lambda _graph: clipboard.taken(), "Pasted")

    def duplicate(self) -> bool:
        """Add the selected blocks once more, after them."""
        chosen = self._editor.chosen
        if not chosen:
            return self._editor.say_no("Select the blocks to duplicate first.")
        return self._add_piece(lambda graph: editing.part(graph, chosen), "Duplicated")

    def _add_piece(self, piece: Callable[[Graph], Graph], verb: str) -> bool:
        added: list[str] = []

        def step(graph: Graph) -> tuple[Graph, str, str]:
            blocks = piece(graph)
            after = in_flow(graph, self._editor.spot.after)
            made, ids = pasted_after(graph, blocks, after[-1] if after else "")
            added.extend(ids)
            return made, f"{verb} {named(made, ids)}", ids[-1]

        is_done = self._editor.do(step)
        if is_done and len(added) > 1:
            canvas = self._editor.canvas
            canvas.take(canvas.chosen_now.with_cards(added))
        return is_done
