"""What the tab shows, as plain values: made in the background, read by every part of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from deepdesk.core.errors import GraphError
from deepdesk.core.task import DataFacts
from deepdesk.nn.block import Shape, Shapes
from deepdesk.nn.graph import Contract, Graph, Group, Node
from deepdesk.nn.remedies import Remedy

if TYPE_CHECKING:
    from deepdesk.engine.forecast.forecast import Forecast
    from deepdesk.engine.forecast.record import Outcome
    from deepdesk.engine.settings import TrainingConfig


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Which network the project has.

    Attributes:
        architecture: Name of a network on offer, "" for the dial's own.
        graph: The network as JSON where it was edited or came from a file, else None.
        start_from: Run whose weights training begins with as far as they fit, "" for none.
        live: `graph` as a checked value, where it is at hand.
    """

    architecture: str = ""
    graph: Mapping[str, Any] | None = None
    start_from: str = ""
    live: Graph | None = field(default=None, compare=False, repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What the networks are drawn for: the task, the data, the machine.

    Attributes:
        graphs: The networks on offer by name.
        usual: Name of the one that is taken when none was chosen.
        waiting: What the number of classes is still waiting for, "" when it is known.
        has_data: Whether the project has any sample.
        batch_size: Of a training step.
        optimiser_copies: Numbers that training keeps for each one it learns, beside the number.
        machine_bytes: Memory of the device that would train, 0 if unknown.
        training: Settings of the training, None where only blocks are of interest.
        device: torch's name of the device that would train.
        samples: Of the training split.
        validation: Of the validation split.
        task: The heavy half of the task, which prepares samples.
        facts: What that task was made from.
    """

    graphs: Mapping[str, Graph]
    usual: str
    contract: Contract
    classes: int
    waiting: str
    has_data: bool
    batch_size: int
    optimiser_copies: int
    machine_bytes: int
    training: TrainingConfig | None = None
    device: str = "cpu"
    samples: int = 0
    validation: int = 0
    task: Any = field(default=None, compare=False)
    facts: DataFacts = field(default_factory=lambda: DataFacts(classes=()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cost:
    """Learned numbers, FLOPs of a sample, bytes that a step keeps, seconds of a step, 0 unknown."""

    parameters: int = 0
    flops: int = 0
    memory_bytes: int = 0
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """One block.

    Attributes:
        line: Its settings in a few words.
        out_shape: None while it does not follow.
        cost: None while it is not known.
        problem: Why it cannot work, or None.
        state: "kept", "changed" or "new" where training goes on from a run's weights, else "".
        remedies: What would help, in words, in the order of `Drawing.remedies`.
    """

    id: str
    title: str
    line: str
    family: str
    in_shapes: Shapes = ()
    out_shape: Shape | None = None
    cost: Cost | None = None
    problem: GraphError | None = None
    state: str = ""
    remedies: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A network with everything that is known of it.

    Attributes:
        graph: Fitted to the data.
        base: The network on offer that it was made from, fitted too; None for one of a file.
        cards: In the order in which data flows.
        links: (source, target) ids.
        total: None while a block is at fault.
        memory_bytes: Of a training step: `total.memory_bytes`, weights, gradients, optimiser.
        problems: Why it cannot be built, () when it can.
        missing_weights: Backbones whose weights it wants and this machine has not.
        verdict: One line: what it gives from what, or what is wrong.
        remedies: Block id to what takes its problem away, "" for the whole network.
        forecast: What a training takes on this machine, None while that is not known.
        outcome: How the last forecast of the same network came out, None without a run.
        is_counted: Whether costs and remedies are there; a sketch, shown at once, waits for them.
    """

    graph: Graph
    base: Graph | None
    cards: tuple[Card, ...]
    links: tuple[tuple[str, str], ...]
    total: Cost | None
    memory_bytes: int
    problems: tuple[GraphError, ...]
    missing_weights: tuple[str, ...]
    verdict: str
    survey: Survey
    remedies: Mapping[str, tuple[Remedy, ...]] = field(default_factory=dict)
    is_counted: bool = True
    forecast: Forecast | None = None
    outcome: Outcome | None = None

    @property
    def groups(self) -> tuple[Group, ...]:
        """Blocks that a person put together."""
        return self.graph.groups

    def card(self, node_id: str) -> Card | None:
        """Return the card of a block, None when there is no such block."""
        return next((card for card in self.cards if card.id == node_id), None)

    def base_node(self, node_id: str) -> Node | None:
        """Return a block as the network on offer has it."""
        return None if self.base is None else self.base.by_id.get(node_id)

    @property
    def is_changed(self) -> bool:
        """Whether it differs from the network that it was made from."""
        return self.base is not None and not is_same(self.graph, self.base)

    def matches(self, text: str) -> list[str]:
        """Return the ids of the blocks whose title, settings or id contain `text`."""
        wanted = text.strip().casefold()
        return [
            card.id
            for card in self.cards
            if wanted and wanted in f"{card.title} {card.line} {card.id}".casefold()
        ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A network of the list.

    Attributes:
        group: Heading that it stands under.
        family: Of its largest part, for the colour of its stripe.
        tip: When to use it.
        blocks: How many.
        cost: None until it was counted, or when it does not fit the data.
        download_bytes: Of weights that are not on this machine.
    """

    name: str
    group: str
    family: str
    tip: str
    blocks: int
    cost: Cost | None = None
    download_bytes: int = 0


def same_structure(one: Graph, other: Graph) -> bool:
    """Return whether two networks have the same blocks and connections, whatever their settings."""
    return (
        one.name == other.name
        and [(n.id, n.block) for n in one.nodes] == [(n.id, n.block) for n in other.nodes]
        and sorted(one.edges) == sorted(other.edges)
    )


def is_same(one: Graph, other: Graph) -> bool:
    """Return whether two networks of the same structure have the same settings."""
    pairs = zip(one.nodes, other.nodes, strict=True)
    return all(_settings(a) == _settings(b) and a.label == b.label for a, b in pairs)


def _settings(node: Node) -> Any:
    """Return what a block is set to; settings with a mistake equal nothing but themselves."""
    try:
        return node.config
    except GraphError:
        return dict(node.settings)
