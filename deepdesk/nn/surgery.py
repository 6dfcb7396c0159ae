"""Weights of a trained network, carried over into one that was changed after it was trained.

Blocks are matched by their ids. A tensor of the same shape is copied; of one that grew or shrank
the part that both have is copied. Where a block gets more channels than before, its weights for
the new ones begin at zero: the network then answers as before until it learns otherwise
(function-preserving widening, Chen, Goodfellow and Shlens, 2015, arXiv:1511.05641).
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import torch
from torch import Tensor, nn

from deepdesk.nn.block import Shape
from deepdesk.nn.graph import Contract, Graph, Node
from deepdesk.nn.shapes import infer

Places = tuple[int, ...]
_CLASS_ROWS = re.compile(r"classes\.(last\.\d+\.(pointwise\.)?)?(weight|bias)")
GONE = -1
# Blocks in which channel c of the output is made from channel c of the input alone.
_PER_CHANNEL = frozenset(
    {
        "batch_norm",
        "layer_norm",
        "group_norm",
        "instance_norm",
        "rms_norm",
        "activation",
        "dropout",
        "max_pool",
        "average_pool",
        "global_pool",
        "upsample",
        "resize",
        "add",
        "multiply",
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Transplant:
    """What became of the weights.

    Attributes:
        kept: Ids of blocks that have all their weights.
        changed: Ids of blocks that have a part of them.
        new: Ids of blocks that have none, of those with weights.
        numbers_kept: Share of the parameters that are carried over, 0 to 1.
    """

    kept: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    new: tuple[str, ...] = ()
    numbers_kept: float = 0.0


@dataclass(frozen=True, kw_only=True)
class Donor:
    """The trained network that weights come from.

    Attributes:
        graph: As it was trained.
        contract: That it was built for.
        weights: Its state dict, on the CPU.
        classes: Names of its answers in order, () if it has none.
    """

    graph: Graph
    contract: Contract
    weights: Mapping[str, Tensor]
    classes: tuple[str, ...] = ()


@dataclass(frozen=True)
class _Side:
    """A graph with the shapes of its nodes, fitted to its contract."""

    graph: Graph
    shapes: Mapping[str, Shape] = field(default_factory=dict)

    def channels_out(self, node_id: str) -> int:
        return _channels(self.shapes[node_id])

    def channels_in(self, node_id: str) -> int:
        sources = self.graph.sources[node_id]
        return _channels(self.shapes[sources[0]]) if sources else 0


def _channels(shape: Shape) -> int:
    """Return the size of the axis that filters or features stand along."""
    return shape[1] if len(shape) == 2 else shape[0]


@torch.no_grad()
def transplant(
    network: nn.Module,
    graph: Graph,
    contract: Contract,
    donor: Donor,
    classes: Sequence[str] = (),
) -> Transplant:
    """Copy what can be kept of a donor's weights into `network`, in place.

    Args:
        network: Built from `graph`, its values drawn.
        graph: Legal.
        contract: Of `graph`.
        donor: Where weights come from.
        classes: Names of the answers of `network` in order: what was learned of a class stays
            with it, whatever number it has now.
    """
    old = _Side(donor.graph.fitted(donor.contract), infer(donor.graph, donor.contract).shapes)
    new = _Side(graph.fitted(contract), infer(graph, contract).shapes)
    places = _all_places(old, new, _answer_places(donor.classes, tuple(classes)))
    kept: list[str] = []
    changed: list[str] = []
    fresh: list[str] = []
    carried = total = 0
    for node in new.graph.order:
        state = _state_of(network, node.id)
        if not state:
            continue
        total += sum(tensor.numel() for tensor in state.values())
        numbers = _carry(node, state, donor.weights, old, places)
        carried += sum(numbers)
        is_whole = all(
            count == tensor.numel() for count, tensor in zip(numbers, state.values(), strict=True)
        )
        (kept if is_whole else changed if any(numbers) else fresh).append(node.id)
    return Transplant(
        kept=tuple(kept),
        changed=tuple(changed),
        new=tuple(fresh),
        numbers_kept=carried / total if total else 1.0,
    )


def _state_of(network: nn.Module, node_id: str) -> dict[str, Tensor]:
    """Return the tensors of a node by their names in the whole network's state dict."""
    if node_id not in network._modules:
        return {}
    module = network.get_submodule(node_id)
    return {f"{node_id}.{name}": tensor for name, tensor in module.state_dict().items()}


def _carry(
    node: Node,
    state: Mapping[str, Tensor],
    weights: Mapping[str, Tensor],
    old: _Side,
    places: Mapping[str, tuple[Places, Places]],
) -> list[int]:
    """Copy the tensors of one node and return how many numbers of each were carried over."""
    before = old.graph.by_id.get(node.id)
    if before is None or before.block != node.block or node.id not in places:
        return [0] * len(state)
    into, out = places[node.id]
    copied = []
    for name, tensor in state.items():
        source = weights.get(name)
        if source is None or source.dim() != tensor.dim():
            copied.append(0)
            continue
        own = _box_rows(node, name, out, (source, tensor)) if node.kind.outputs_fixed else out
        copied.append(_copy(tensor, source, into, own))
    return copied


def _box_rows(node: Node, name: str, answers: Places, pair: tuple[Tensor, Tensor]) -> Places:
    """Return the new places along the first axis of a tensor of a head that gives rows of boxes.

    Only its last filters have classes there, those of each box of a cell after each other.

    Args:
        node: The head as it is now.
        name: Of the tensor.
        answers: New place of each old class, as far as that is known.
        pair: The old tensor and the new one.
    """
    classes = getattr(node.config, node.kind.outputs_setting)
    part = name.removeprefix(f"{node.id}.")
    if not answers or not _CLASS_ROWS.fullmatch(part) or not pair[0].dim():
        return ()
    old, new = (tensor.shape[0] for tensor in pair)
    boxes = old // len(answers)
    if (boxes * len(answers), boxes * classes) != (old, new):
        return ()
    return tuple(
        GONE if place == GONE else box * classes + place
        for box in range(boxes)
        for place in answers
    )


def _copy(tensor: Tensor, source: Tensor, into: Places, out: Places) -> int:
    """Copy the common part of two tensors of equal rank; return how many numbers that is.

    Args:
        tensor: Written, (out, in, ...) or (out,).
        source: Read; the axes of any size.
        into: New place of each old input channel.
        out: New place of each old output channel.
    """
    if tensor.dim() == 0:
        tensor.copy_(source)
        return 1
    ways = (out, into, *((),) * tensor.dim())
    sizes = zip(source.shape, tensor.shape, ways, strict=False)
    maps = [_map(*size) for size in sizes]
    read = [torch.tensor([a for a, b in enumerate(way) if b != GONE]) for way in maps]
    written = [torch.tensor([b for b in way if b != GONE]) for way in maps]
    if any(not len(index) for index in written):
        return 0
    if tensor.dim() > 1 and len(into) == source.shape[1]:
        _silence(tensor, written)
    tensor[torch.meshgrid(*written, indexing="ij")] = source[
        torch.meshgrid(*read, indexing="ij")
    ].to(tensor.dtype)
    return math.prod(len(index) for index in written)


def _silence(tensor: Tensor, written: Sequence[Tensor]) -> None:
    """Set the weights of old filters for new inputs to zero, so that these say nothing yet."""
    others = torch.ones(tensor.shape[1], dtype=torch.bool)
    others[written[1]] = False
    if others.any():
        rows, columns = torch.meshgrid(written[0], others.nonzero().flatten(), indexing="ij")
        tensor[rows, columns] = 0


def _map(old_size: int, new_size: int, wanted: Places) -> Places:
    """Return the new place of each old index along an axis: `wanted` if it is about this axis."""
    if wanted and len(wanted) == old_size and max(wanted) < new_size:
        return wanted
    return _leading(old_size, new_size)


def _leading(old_size: int, new_size: int) -> Places:
    return tuple(place if place < new_size else GONE for place in range(old_size))


def _answer_places(old: tuple[str, ...], new: tuple[str, ...]) -> Places:
    number = {name: place for place, name in enumerate(new)}
    return tuple(number.get(name, GONE) for name in old) if new else ()


def _all_places(old: _Side, new: _Side, answers: Places) -> dict[str, tuple[Places, Places]]:
    """Return, per node of both graphs, the new place of each old input and output channel."""
    outputs: dict[str, Places] = {}
    found: dict[str, tuple[Places, Places]] = {}
    ends = {node.id for node in new.graph.sinks}
    for node in new.graph.order:
        if node.id not in old.graph.by_id or node.id not in old.shapes:
            continue
        if node.id not in new.shapes:
            continue
        into = _input_places(node, old, new, outputs)
        size = old.channels_out(node.id), new.channels_out(node.id)
        out = into if _passes(node, into, size[0]) else _leading(*size)
        if node.id in ends and len(answers) == size[0] - node.kind.outputs_fixed:
            out = answers
        found[node.id] = (into, out)
        outputs[node.id] = out
    return found


def _passes(node: Node, into: Places, channels: int) -> bool:
    return node.block in _PER_CHANNEL | {"flatten", "concatenate"} and len(into) == channels


def _input_places(node: Node, old: _Side, new: _Side, outputs: Mapping[str, Places]) -> Places:
    """Return where the old channels that a node read are in what it reads now."""
    before = [source for source in old.graph.sources[node.id] if source in old.shapes]
    after = [source for source in new.graph.sources[node.id] if source in new.shapes]
    if not before or not after:
        return ()
    if node.block == "concatenate":
        return _beside_each_other(before, after, old, new, outputs)
    source = before[0]
    size = old.channels_out(source), new.channels_out(after[0])
    places = outputs.get(source, ())
    if len(places) != size[0] or max(places, default=0) >= size[1]:
        places = _leading(*size)
    if node.block == "flatten":
        return _flattened(places, old.shapes[source], new.shapes[after[0]])
    return places


def _beside_each_other(
    before: list[str], after: list[str], old: _Side, new: _Side, outputs: Mapping[str, Places]
) -> Places:
    start: dict[str, int] = {}
    offset = 0
    for source in after:
        start.setdefault(source, offset)
        offset += new.channels_out(source)
    places: list[int] = []
    for source in before:
        size = old.channels_out(source)
        if source not in start:
            places += [GONE] * size
            continue
        own = outputs.get(source) or _leading(size, new.channels_out(source))
        places += [GONE if place == GONE else start[source] + place for place in own]
    return tuple(places)


def _flattened(places: Places, old: Shape, new: Shape) -> Places:
    """Return the places of features from those of channels; a map of another side keeps none."""
    inner, now = math.prod(old[1:]), math.prod(new[1:])
    if len(old) == 2 or old[1:] != new[1:]:
        return _leading(math.prod(old), math.prod(new))
    return tuple(
        GONE if place == GONE else place * now + rest for place in places for rest in range(inner)
    )
