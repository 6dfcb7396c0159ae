"""What a search can vary, with ranges that make sense around what is set now. Without torch."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from deepdesk.core.errors import ConfigError, DeepDeskError
from deepdesk.core.settings import Knob, Setting, parse, settings_of
from deepdesk.engine.request import RunRequest
from deepdesk.nn.graph import Graph
from deepdesk.project.searches import Dimension

NETWORK = "network"
# A range over less than this factor is searched evenly.
_LOG_FACTOR = 4.0
_NUMBERS = (int, float)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a person asks a search to do.

    Attributes:
        base: What every trial has in common.
        space: What is varied.
        method: "random", "bayesian" or "halving".
        trials: How many at most.
        seconds: Of training at most, 0 for no bound.
    """

    base: RunRequest
    space: tuple[Dimension, ...]
    method: str = "bayesian"
    trials: int = 20
    seconds: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """Something that can be varied.

    Attributes:
        dimension: With a range that makes sense around the value that is set now.
        group: Heading under which it is listed.
        setting: Parses and checks the ends of its range; None for the choice of a network.
    """

    dimension: Dimension
    group: str
    setting: Setting | None = None


def offers(
    training: Any,
    task: Any,
    *,
    networks: Sequence[str] = (),
    graph: Graph | None = None,
) -> list[Offer]:
    """Return everything that a search can vary.

    Args:
        training: The `TrainingConfig` that is set now.
        task: The task's config that is set now.
        networks: Names of networks to choose among.
        graph: The network whose blocks can be varied, None for none.
    """
    found = []
    for where, config in (("training", training), ("task", task)):
        for setting in settings_of(type(config)):
            value = getattr(config, setting.key)
            found += _offer(setting, value, where=where, group=setting.knob.group or "Length")
    if len(networks) > 1:
        dimension = Dimension(
            where=NETWORK, key=NETWORK, kind="choice", label="Network", choices=tuple(networks)
        )
        found.append(Offer(dimension=dimension, group="Network"))
    for node in graph.nodes if graph is not None else ():
        for setting in settings_of(node.kind.config) if node.block != "input" else ():
            value = getattr(node.config, setting.key)
            found += _offer(setting, value, where="block", group=node.title, node=node.id)
    return found


def _offer(setting: Setting, value: Any, *, where: str, group: str, node: str = "") -> list[Offer]:
    told = _range_of(setting, value)
    if told is None:
        return []
    label = f"{group}: {setting.knob.label}" if node else setting.knob.label
    dimension = Dimension(where=where, key=setting.key, node=node, label=label, **told)
    return [Offer(dimension=dimension, group=group, setting=setting)]


def _range_of(setting: Setting, value: Any) -> dict[str, Any] | None:
    """Return kind and range of a dimension around a value, None where nothing can vary."""
    if setting.knob.choices:
        return {"kind": "choice", "choices": tuple(v for v, _words in setting.knob.choices)}
    if setting.kind is bool:
        return {"kind": "choice", "choices": (False, True)}
    if setting.kind not in _NUMBERS or not isinstance(value, int | float):
        return None
    low, high = _around(value, setting.knob)
    if setting.kind is int:
        low, high = float(math.ceil(low)), float(max(math.ceil(low), math.floor(high)))
    return {"kind": setting.kind.__name__, "low": low, "high": high, "is_log": _is_log(low, high)}


def _around(value: float, knob: Knob) -> tuple[float, float]:
    """Return a sensible range: half to twice the value, wider where magnitudes are what counts."""
    low = -math.inf if knob.low is None else knob.low
    high = math.inf if knob.high is None else knob.high
    if value > 0:
        wide = 4.0 if isinstance(value, int) else 10.0
        factor = wide if knob.scale == "log" else 2.0
        return _short(max(low, value / factor)), _short(min(high, value * factor))
    if math.isfinite(low) and math.isfinite(high):
        return low, _short(min(high, low + (high - low) / 10))
    return value - 1, value + 1


def _short(value: float) -> float:
    return float(f"{value:.3g}")


def _is_log(low: float, high: float) -> bool:
    return low > 0 and high / low >= _LOG_FACTOR


def within(offer: Offer, low: Any, high: Any) -> Dimension:
    """Return an offer's dimension with other ends.

    Raises:
        ConfigError: An end is not a legal value, or they are the wrong way round.
    """
    ends = []
    for value in (low, high):
        ends.append(parse(offer.setting, value) if offer.setting else value)
    if not ends[0] < ends[1]:
        label = offer.dimension.label
        raise ConfigError(
            offer.dimension.name, f"{label} runs from {low} to {high}.", "Write the smaller first."
        )
    first, last = (float(end) for end in ends)
    return dataclasses.replace(offer.dimension, low=first, high=last, is_log=_is_log(first, last))


def among(offer: Offer, texts: Sequence[str]) -> Dimension:
    """Return an offer's dimension with only these values to choose from.

    Raises:
        ConfigError: One of them is not a legal value.
    """
    values = tuple(parse(offer.setting, t) if offer.setting else t.strip() for t in texts)
    if offer.setting is None:
        known = offer.dimension.choices
        missing = [value for value in values if value not in known]
        if missing:
            names = ", ".join(known)
            raise ConfigError(
                NETWORK, f"There is no network {missing[0]!r}.", f"There is: {names}."
            )
    return dataclasses.replace(offer.dimension, kind="choice", choices=tuple(dict.fromkeys(values)))


def dimension_from(text: str, found: Sequence[Offer]) -> Dimension:
    """Return what a text such as "learning_rate=0.01..0.5" or "batch_size=32,64" asks to vary.

    A name alone takes the range that is offered.

    Raises:
        ConfigError: Nothing has that name, or the range cannot work.
    """
    name, equals, rest = (part.strip() for part in text.partition("="))
    offer = next((o for o in found if o.dimension.name == name), None)
    if offer is None:
        known = ", ".join(o.dimension.name for o in found)
        raise ConfigError(name, f"{name!r} cannot be varied.", f"What can: {known}.")
    if not equals:
        return offer.dimension
    low, dots, high = (part.strip() for part in rest.partition(".."))
    if dots and offer.dimension.kind != "choice":
        return within(offer, low, high)
    return among(offer, [part for part in rest.split(",") if part.strip()])


def trial_request(
    base: RunRequest, space: Sequence[Dimension], params: Mapping[str, Any]
) -> RunRequest:
    """Return the request of a trial: the base with the trial's values in place.

    Raises:
        GraphError: The network has no such block.
        DeepDeskError: Blocks are varied of a network that has none of its own.
    """
    found: dict[str, dict[str, Any]] = {"training": {}, "task": {}, NETWORK: {}}
    graph = Graph.from_json(base.graph) if base.graph is not None else None
    for one in space:
        value = params[one.name]
        if one.where != "block":
            found[one.where][one.key] = value
            continue
        if graph is None:
            raise DeepDeskError(
                "Blocks and the network cannot be varied in one search.", "Vary one of them."
            )
        graph = graph.with_node(graph.node(one.node).with_settings(**{one.key: value}))
    name = found[NETWORK].get(NETWORK, "")
    drawn = graph.to_json() if graph is not None and not name else None
    return dataclasses.replace(
        base,
        training={**base.training, **found["training"]},
        task={**base.task, **found["task"]},
        architecture=name or ("" if drawn is not None else base.architecture),
        graph=drawn,
    )
