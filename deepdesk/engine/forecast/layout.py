"""The blocks of a network in the order of work, with what each gets: looked up once per graph."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass

from deepdesk.nn.block import Shape, Shapes
from deepdesk.nn.build import check_parameters
from deepdesk.nn.cost import NodeCost, node_cost
from deepdesk.nn.graph import Contract, Graph, Node
from deepdesk.nn.operators import Operator, operators_of
from deepdesk.nn.shapes import shapes_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What there is to do: a network, its task's shapes, and the samples of both splits."""

    graph: Graph
    contract: Contract
    samples: int
    validation: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One block at work.

    Attributes:
        in_shapes: Of one sample each.
        cost: Of the block for a batch.
        wants_gradient: Whether something before it learns.
        batch: Samples at once.
    """

    node: Node
    in_shapes: Shapes
    out_shape: Shape
    cost: NodeCost
    wants_gradient: bool
    batch: int

    @property
    def operators(self) -> tuple[Operator, ...]:
        """The operators of a training step, forward and backward."""
        return operators_of(
            self.node.block,
            self.node.config,
            self.in_shapes,
            self.batch,
            wants_gradient=self.wants_gradient,
        )


Steps = tuple[Step, ...]
# The newest few: an edit asks several times about the same graph.
_KNOWN: deque[tuple[Graph, Contract, int, Steps]] = deque(maxlen=4)


def steps_of(work: Work, batch: int) -> Steps:
    """Return the blocks of a network, inputs too, in the order of work.

    Raises:
        GraphError: The graph cannot be built.
    """
    for graph, contract, size, steps in tuple(_KNOWN):
        if graph is work.graph and contract == work.contract and size == batch:
            return steps
    steps = _found(work, batch)
    _KNOWN.append((work.graph, work.contract, batch, steps))
    return steps


def _found(work: Work, batch: int) -> Steps:
    fitted = work.graph.fitted(work.contract)
    shapes = shapes_of(work.graph, work.contract)
    learns: dict[str, bool] = {}
    steps: list[Step] = []
    parameters = 0
    for node in fitted.order:
        sources = fitted.sources[node.id]
        in_shapes = tuple(shapes[source] for source in sources)
        before = any(learns[source] for source in sources)
        price = node_cost(node, in_shapes, shapes[node.id], batch)
        learns[node.id] = before or price.trainable > 0
        parameters += price.parameters
        check_parameters(parameters, node.id)
        steps.append(
            Step(
                node=node,
                in_shapes=in_shapes,
                out_shape=shapes[node.id],
                cost=price,
                wants_gradient=before,
                batch=batch,
            )
        )
    return tuple(steps)
