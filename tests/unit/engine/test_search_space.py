"""What a search can vary: sensible ranges, the words of a command line, and the trial's request."""

from __future__ import annotations

import pytest

from deepdesk.core.errors import ConfigError, DeepDeskError
from deepdesk.engine.request import RunRequest
from deepdesk.engine.search.space import dimension_from, offers, trial_request
from deepdesk.engine.settings import TrainingConfig
from deepdesk.nn.editing import added, connected, new_node
from deepdesk.nn.graph import Graph
from deepdesk.tasks.image_classification import Config

NETWORKS = ("Small convolutional", "Residual, small")


def drawn():
    graph = Graph("Drawn")
    for block, settings in (("input", {"shape": (3, 32, 32)}), ("convolution", {"channels": 16})):
        graph = added(graph, new_node(graph, block, settings))
    return connected(graph, graph.nodes[0].id, graph.nodes[1].id)


@pytest.fixture
def found():
    return offers(TrainingConfig(), Config(), networks=NETWORKS, graph=drawn())


def dimension(found, name):
    return next(o.dimension for o in found if o.dimension.name == name)


def test_a_range_lies_around_what_is_set_and_within_what_is_legal(found):
    rate = dimension(found, "learning_rate")
    assert (rate.low, rate.high, rate.is_log) == (0.02, 2.0, True)
    assert (dimension(found, "momentum").low, dimension(found, "momentum").high) == (0.45, 0.999)
    size = dimension(found, "batch_size")
    assert (size.kind, size.low, size.high, size.is_log) == ("int", 64, 256, True)
    assert dimension(found, "flip").choices == (False, True)
    assert dimension(found, "optimizer").choices == ("sgd", "adamw")
    assert dimension(found, "network").choices == NETWORKS


def test_every_range_that_is_offered_is_legal(found):
    for offer in found:
        one = offer.dimension
        if not one.choices:
            low, high = (offer.setting.kind(end) for end in (one.low, one.high))
            assert dimension_from(f"{one.name}={low!r}..{high!r}", found) == one


def test_blocks_offer_their_settings_by_their_ids(found):
    channels = dimension(found, f"{drawn().nodes[1].id}.channels")

    assert (channels.where, channels.kind, channels.low, channels.high) == ("block", "int", 4, 64)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("learning_rate=0.01..0.5", {"kind": "float", "low": 0.01, "high": 0.5, "is_log": True}),
        ("batch_size=32,64,128", {"kind": "choice", "choices": (32, 64, 128)}),
        ("batch_size=32..40", {"kind": "int", "low": 32, "high": 40, "is_log": False}),
        ("optimizer", {"kind": "choice", "choices": ("sgd", "adamw")}),
        ("flip=on", {"kind": "choice", "choices": (True,)}),
        ("network=Small convolutional", {"choices": ("Small convolutional",)}),
    ],
)
def test_a_command_line_says_what_to_vary(found, text, told):
    one = dimension_from(text, found)

    assert {key: getattr(one, key) for key in told} == told


@pytest.mark.parametrize(
    "text",
    [
        "speed",
        "learning_rate=1..0.1",
        "learning_rate=0.1..99",
        "optimizer=magic",
        "network=None such",
        "batch_size=a..b",
    ],
)
def test_what_cannot_be_varied_is_refused_with_a_remedy(found, text):
    with pytest.raises(ConfigError) as told:
        dimension_from(text, found)

    assert told.value.hint


def test_a_trial_has_its_values_in_settings_blocks_and_network(found):
    graph = drawn()
    block = graph.nodes[1].id
    base = RunRequest(dial="quick", training={"epochs": 3, "momentum": 0.5}, graph=graph.to_json())
    space = [dimension(found, name) for name in ("learning_rate", "flip", f"{block}.channels")]

    asked = trial_request(
        base, space, {"learning_rate": 0.3, "flip": False, f"{block}.channels": 9}
    )

    assert asked.training == {"epochs": 3, "momentum": 0.5, "learning_rate": 0.3}
    assert asked.task == {"flip": False}
    assert Graph.from_json(asked.graph).node(block).settings["channels"] == 9
    named = trial_request(RunRequest(), [dimension(found, "network")], {"network": NETWORKS[1]})
    assert (named.architecture, named.graph) == (NETWORKS[1], None)


def test_blocks_of_a_network_that_is_varied_itself_are_refused(found):
    block = drawn().nodes[1].id
    space = [dimension(found, name) for name in ("network", f"{block}.channels")]

    with pytest.raises(DeepDeskError):
        trial_request(RunRequest(), space, {"network": NETWORKS[0], f"{block}.channels": 9})
