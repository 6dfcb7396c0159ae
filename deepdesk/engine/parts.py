"""Blocks of a network that learn at rates of their own, or not at all for a while.

What lies near the input of a trained network is general, what lies near the answer is special.
So the former may learn more slowly, or wait (Howard and Ruder, 2018, arXiv:1801.06146, 3.2, 3.3).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from torch import nn

from deepdesk.engine.settings import TrainingConfig
from deepdesk.nn.graph import Graph


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """How the blocks of a network are treated apart.

    Attributes:
        shares: Block id to factor on the learning rate; what is not named learns at 1.
        frozen: Ids of blocks that learn nothing during the first `frozen_epochs`.
        frozen_epochs: Epochs.
    """

    shares: Mapping[str, float] = field(default_factory=dict)
    frozen: tuple[str, ...] = ()
    frozen_epochs: int = 0

    def share_of(self, parameter: str) -> float:
        """Return the factor on the rate of a parameter, by its name in the network."""
        return self.shares.get(parameter.partition(".")[0], 1.0)

    def waits(self, parameter: str) -> bool:
        """Return whether a parameter, by its name in the network, begins to learn later."""
        return parameter.partition(".")[0] in self.frozen

    def frozen_in(self, epoch: int) -> tuple[str, ...]:
        """Return the blocks that are frozen in an epoch, from 0."""
        return self.frozen if epoch < self.frozen_epochs else ()


WHOLE = Parts()


def distances(graph: Graph, learning: Iterable[str]) -> dict[str, int]:
    """Return for each block how many learning blocks follow on its longest way to an answer.

    Args:
        graph: Without circles.
        learning: Ids of the blocks that have weights.
    """
    counted = frozenset(learning)
    found = {node.id: 0 for node in graph.nodes}
    for node in reversed(graph.order):
        behind = found[node.id] + (node.id in counted)
        for source in graph.sources[node.id]:
            found[source] = max(found[source], behind)
    return found


def trained_before(graph: Graph, carried: Iterable[str]) -> tuple[str, ...]:
    """Return the blocks whose weights were learned before: carried over, or pretrained."""
    known = frozenset(carried)
    return tuple(
        node.id
        for node in graph.order
        if node.id in known or getattr(node.config, "pretrained", False)
    )


def parts_of(
    model: nn.Module, graph: Graph, config: TrainingConfig, carried: Iterable[str]
) -> Parts:
    """Return what the settings make of the blocks of a network.

    The blocks that answer always learn: with everything frozen a run would change nothing.

    Args:
        model: Built from `graph`, its children called by the ids of blocks.
        graph: Legal.
        config: `freeze` and `rate_decay` are read.
        carried: Ids of the blocks that have all their weights from an earlier run.
    """
    learning = [
        name for name, child in model.named_children() if any(True for _ in child.parameters())
    ]
    steps = distances(graph, learning)
    shares = {name: config.rate_decay ** steps[name] for name in learning if name in steps}
    frozen = [name for name in trained_before(graph, carried) if steps[name] and name in shares]
    return Parts(
        shares=shares if config.rate_decay < 1 else {},
        frozen=tuple(frozen) if config.freeze else (),
        frozen_epochs=config.freeze,
    )


def frozen_words(parts: Parts) -> str:
    """Return in a sentence what is frozen, and for how long."""
    count, epochs = len(parts.frozen), parts.frozen_epochs
    if not count:
        return "Nothing is frozen: this network has no weights that were learned before."
    blocks = "1 block keeps" if count == 1 else f"{count} blocks keep"
    until = "the first epoch" if epochs == 1 else f"the first {epochs} epochs"
    return f"{blocks} what was learned before for {until}; the others learn."
