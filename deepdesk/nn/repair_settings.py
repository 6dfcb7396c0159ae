"""Remedies that change a setting: the nearest value with which a block works. No torch."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from typing import Any

from deepdesk.core.settings import Setting, settings_of
from deepdesk.nn import editing
from deepdesk.nn.block import Shape, divisors_near
from deepdesk.nn.bridging import upstream
from deepdesk.nn.catalogue import BLOCKS
from deepdesk.nn.graph import Node
from deepdesk.nn.nearest import is_legal, nearest_settings
from deepdesk.nn.repairs import Fault, Remedy

_OWN_WIDTHS = ("channels", "features", "width", "hidden")
_TRIED = 40  # values of one setting, each one shape


def nearby_values(fault: Fault) -> Iterator[Remedy]:
    """Yield the block with one setting changed as little as it takes.

    Settings that the problem names come first. Where no single one helps, yield those after
    which something else is wrong.
    """
    if not fault.in_shapes and fault.node.kind.ports[0]:
        return
    found = list(_nearby(fault, is_whole=True))
    yield from found or _nearby(fault, is_whole=False)


def _nearby(fault: Fault, *, is_whole: bool) -> Iterator[Remedy]:
    node, shapes = fault.node, fault.in_shapes
    text = f"{fault.problem.message} {fault.problem.hint}".casefold()
    every = [s for s in settings_of(node.kind.config) if s.kind is not tuple]
    every.sort(key=lambda s: _named_at(text, s))
    for setting in every:
        old = getattr(node.config, setting.key)
        for value in _values(setting, old, node, shapes):
            changed = node.with_settings(**{setting.key: value})
            if fault.is_mended(changed, shapes, is_whole=is_whole):
                yield Remedy(title_for(setting, value), fault.graph.with_node(changed))
                break


def _named_at(text: str, setting: Setting) -> int:
    """Return where a text names a setting; far behind its end if it does not."""
    place = text.find(setting.knob.label.casefold())
    return place if place >= 0 else len(text) + 1


def title_for(setting: Setting, value: Any) -> str:
    """Return what a change is called, for instance "Set Kernel to 3"."""
    label = setting.knob.label
    if setting.kind is bool:
        return f"Turn {'on' if value else 'off'} {label}"
    words = dict(setting.knob.choices).get(value, value)
    return f"Set {label} to {words:g}" if isinstance(words, float) else f"Set {label} to {words}"


def _values(setting: Setting, old: Any, node: Node, shapes: tuple[Shape, ...]) -> Iterable[Any]:
    """Return other values of a setting, nearest first."""
    if setting.knob.choices:
        return [value for value, _words in setting.knob.choices if value != old]
    if setting.kind is bool:
        return [not old]
    if setting.kind is float:
        found = {old / 2**step for step in range(1, 7)} | {setting.default, setting.knob.high, 0.0}
        legal = [v for v in found if v is not None and v != old and is_legal(node, setting.key, v)]
        return sorted(legal, key=lambda value: abs(value - old))
    return _whole_values(setting, old, node, shapes) if setting.kind is int else []


def _whole_values(
    setting: Setting, old: int, node: Node, shapes: tuple[Shape, ...]
) -> Iterable[int]:
    low, high = setting.knob.low or 0, setting.knob.high or 1 << 31
    sizes = {size for shape in shapes for size in shape}
    others = {
        value
        for value in (getattr(node.config, s.key) for s in settings_of(node.kind.config))
        if type(value) is int and value > 0
    }
    found = {old - 1, old + 1, old // 2, old * 2, 1, setting.default, *sizes}
    for size in sizes | others:
        found.update(divisors_near(size, old, 6))
        found.update({old // size * size, (old // size + 1) * size})
    for size in sizes:
        found.update(divisors_near(size, size, 6))
    legal = [value for value in found if low <= value <= high and value != old]
    return sorted(legal, key=lambda value: (abs(value - old), value))[:_TRIED]


def legal_settings(fault: Fault) -> Iterator[Remedy]:
    """Yield the block with unknown settings left out and the others at the nearest legal value."""
    node = fault.node
    known = {setting.key: setting for setting in settings_of(node.kind.config)}
    values = nearest_settings(node)
    done = [f"Remove the setting {key}" for key in node.settings if key not in known]
    done += [
        title_for(known[key], value)
        for key, value in values.items()
        if not is_legal(node, key, node.settings[key])
    ]
    title = done[0] if len(done) == 1 else f"Set {len(done)} settings right"
    if done:
        yield Remedy(title, fault.graph.with_node(Node(node.id, node.block, values, node.label)))
    usual = Node(node.id, node.block, {}, node.label)
    yield Remedy(f"Use the usual settings of {node.title}", fault.graph.with_node(usual))


def source_widths(fault: Fault) -> Iterator[Remedy]:
    """Yield graphs in which a block that feeds the one at fault gives other channels.

    Only where that alone makes the shapes of a merge equal.
    """
    shapes = fault.in_shapes
    for port, source in enumerate(fault.graph.sources[fault.problem.node]):
        for wanted in dict.fromkeys(shapes):
            if shapes and shapes[port] != wanted and len(wanted) == len(shapes[port]):
                axis = 0 if len(wanted) != 2 else 1
                yield from _widened(fault, fault.graph.node(source), wanted[axis], _widths)


def _widened(
    fault: Fault, node: Node, width: int, keys: Callable[[Node], Collection[str]]
) -> Iterator[Remedy]:
    """Yield the graph with the nearest block at or before `node` that sets a width changed."""
    for found in (node, *upstream(fault.graph, node.id, 4)):
        setting = next((s for s in settings_of(found.kind.config) if s.key in keys(found)), None)
        if setting is not None:
            changed = found.with_settings(**{setting.key: width})
            yield Remedy(
                f"Set {setting.knob.label} of {fault.name(found.id)} to {width}",
                fault.graph.with_node(changed),
            )
            return


def fewer_numbers(fault: Fault) -> Iterator[Remedy]:
    """Yield the block at fault with half of its width, a quarter and so on, as much as it takes."""
    node = fault.node
    for setting in settings_of(node.kind.config):
        if setting.key not in _OWN_WIDTHS:
            continue
        value = getattr(node.config, setting.key) // 2
        while value and is_legal(node, setting.key, value):
            graph = fault.graph.with_node(node.with_settings(**{setting.key: value}))
            if not fault.is_still_in(graph):
                yield Remedy(title_for(setting, value), graph)
                break
            value //= 2


def pooled_before(fault: Fault) -> Iterator[Remedy]:
    """Yield the graph in which a block at fault gets one number per channel, not every place."""
    for source in fault.graph.sources[fault.problem.node]:
        if fault.graph.node(source).block == "flatten":
            graph = editing.replaced(fault.graph, source, "global_pool", {})
            title = BLOCKS["global_pool"].title
            yield Remedy(f"Use {title} instead of {fault.name(source)}", graph)


def _widths(_node: Node) -> Collection[str]:
    return ("channels", "features", "width", "classes", "hidden")


def _outputs(node: Node) -> Collection[str]:
    return (node.kind.outputs_setting,)


def wanted_width(fault: Fault) -> Iterator[Remedy]:
    """Yield the graph whose last block with a width gives as many numbers as the contract."""
    if fault.contract is None or len(fault.contract.outputs) != 1:
        return
    (shape,) = fault.contract.outputs.values()
    if len(shape) == 1:
        yield from _widened(fault, fault.node, shape[0], _outputs)


def smaller_steps(fault: Fault) -> Iterator[Remedy]:
    """Yield graphs in which a block before the one at fault shrinks the map less."""
    for node in upstream(fault.graph, fault.problem.node):
        if fault.found.shapes.get(node.id) is None:
            continue
        settings = {s.key: s for s in settings_of(node.kind.config)}
        for key, value in (("stride", 1), ("pool", "none"), ("padding", "same")):
            can_be_set = key in settings and is_legal(node, key, value)
            if can_be_set and getattr(node.config, key) not in (value, 0):
                changed = node.with_settings(**{key: value})
                words = title_for(settings[key], value)
                yield Remedy(
                    words.replace(" to ", f" of {fault.name(node.id)} to ", 1),
                    fault.graph.with_node(changed),
                )
