"""What could be done about each kind of problem of a graph. No torch.

These are proposals, the likeliest first; `deepdesk.nn.remedies` tries them and keeps what works.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from deepdesk.core.errors import GraphError
from deepdesk.nn import editing
from deepdesk.nn.block import Shapes
from deepdesk.nn.graph import Contract, Graph, Node
from deepdesk.nn.shapes import Inference, name_in, node_shape


@dataclass(frozen=True)
class Remedy:
    """A repaired graph.

    Attributes:
        title: On the button: what is done.
        graph: After it.
    """

    title: str
    graph: Graph


Recheck = Callable[[Graph], GraphError | None]


@dataclass(frozen=True)
class Fault:
    """A problem in its place.

    Attributes:
        graph: As it is drawn.
        contract: What it has to take and give, None for anything.
        problem: One of `found.problems`, or one of a build.
        found: By `infer` in the graph.
        recheck: Returns what else is wrong with a graph, beyond what `infer` finds.
    """

    graph: Graph
    contract: Contract | None
    problem: GraphError
    found: Inference
    recheck: Recheck | None = None

    @property
    def node(self) -> Node:
        """The block at fault."""
        return self.graph.node(self.problem.node)

    @property
    def in_shapes(self) -> Shapes:
        """What the block at fault gets, by port; () where not all of it is known."""
        sources = self.graph.sources[self.problem.node]
        shapes = tuple(self.found.shapes[s] for s in sources if s in self.found.shapes)
        return shapes if len(shapes) == len(sources) else ()

    def is_mended(self, node: Node, in_shapes: Shapes, *, is_whole: bool) -> bool:
        """Return whether a changed block takes what it gets, or at least fails at something else.

        Args:
            node: In place of the one at fault.
            in_shapes: What it gets, by port.
            is_whole: Whether nothing may be wrong.
        """
        try:
            node_shape(node, in_shapes)
        except GraphError as error:
            return not is_whole and error.code != self.problem.code
        return True

    def is_still_in(self, graph: Graph) -> bool:
        """Return whether a problem that only `recheck` finds is in a changed graph, too."""
        found = self.recheck(graph) if self.recheck is not None else None
        return found is not None and found.node == self.problem.node

    def name(self, node_id: str) -> str:
        """Return what to call a block: its title, with its id where others have that title."""
        return name_in(self.graph, node_id)

    @property
    def is_at_end(self) -> bool:
        """Whether the problem is what the network as a whole takes or gives."""
        return self.problem.code in ("contract", "loose_end")


Proposer = Callable[[Fault], Iterator[Remedy]]


def proposals(fault: Fault) -> Iterator[Remedy]:
    """Yield remedies that might work."""
    from deepdesk.nn.repair_table import PROPOSERS, USUAL

    if fault.problem.node and fault.problem.node not in fault.graph.by_id:
        return
    for proposer in PROPOSERS.get(fault.problem.code, USUAL):
        yield from proposer(fault)


def removal(fault: Fault) -> Iterator[Remedy]:
    """Yield the graph without the block at fault."""
    if fault.problem.node:
        graph = editing.removed(fault.graph, (fault.problem.node,))
        yield Remedy(f"Remove {fault.node.title}", graph)
