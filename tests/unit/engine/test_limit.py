"""The floor of a step, against figures worked out by hand."""

from dataclasses import replace

import pytest
import torch
from torch.utils.flop_counter import FlopCounterMode

from deepdesk.core.events import Limit
from deepdesk.engine.limit import limit_of, peak_rate
from deepdesk.engine.settings import TrainingConfig
from deepdesk.nn import presets
from deepdesk.nn.build import build
from deepdesk.nn.graph import Node
from tests.unit.engine.forecast.stage import CONTRACT, RATE, machine, work

PLAIN = TrainingConfig(batch_size=100, precision="float32", threads=1, average_weights=0.0)


def filters():
    """Return 8 filters of 5 x 5 over every second pixel, their mean, and a linear layer."""
    return presets.chain(
        "x",
        Node("picture", "input"),
        Node("filters", "convolution", {"channels": 8, "kernel": 5, "stride": 2}),
        Node("pool", "global_pool"),
        Node("out", "linear"),
    )


def floors(graph=None, training=PLAIN, **changes):
    found = limit_of(work(graph or filters()), training, machine(**changes))
    return found, dict(found.floors)


def test_arithmetic_is_that_of_the_formula_at_the_highest_rate_that_was_measured():
    # Filters forward and their gradient; the linear layer forward and both gradients.
    by_hand = 100 * (2 * (2 * 3 * 25 * 8 * 16 * 16) + 3 * (2 * 8 * 10))

    _limit, found = floors()

    assert found["arithmetic"] == pytest.approx(by_hand / RATE)


def test_arithmetic_is_what_torch_counts_in_a_real_step():
    graph = presets.small_cnn(width=8)
    network = build(graph, CONTRACT)
    counter = FlopCounterMode(display=False)
    with counter:
        network(torch.randn(100, 3, 32, 32)).sum().backward()

    _limit, found = floors(graph)

    assert found["arithmetic"] == pytest.approx(counter.get_total_flops() / RATE, rel=1e-6)


def test_memory_is_the_optimisers_traffic_and_three_passes_over_what_is_kept():
    learned = 8 * 75 + 8 + 8 * 10 + 10
    # The filters' result; what the mean gives to the linear layer.
    kept = 100 * 4 * (8 * 16 * 16 + 8 + 10)

    _limit, found = floors()

    assert found["memory"] == pytest.approx((20 * learned + 3 * kept) / RATE, rel=0.05)


def test_parts_of_a_batch_do_the_same_arithmetic_with_more_calls():
    _whole, one = floors()
    _parts, four = floors(training=replace(PLAIN, accumulation=4))

    assert four["arithmetic"] == pytest.approx(one["arithmetic"])
    assert four["calls of operators"] == pytest.approx(4 * one["calls of operators"])


def test_the_longest_floor_is_the_limit_and_names_what_would_lower_it():
    limit, found = floors()
    half, _found = floors(training=replace(PLAIN, precision="bfloat16"))
    slow, _found = floors(call_s={"forward": 1.0, "backward": 1.0})

    assert limit.floors[0] == ("arithmetic", found["arithmetic"])
    assert limit.lever == "bfloat16 would raise it."
    assert "less work" in half.lever
    assert half.seconds == pytest.approx(limit.seconds / 2)
    assert slow.floors[0][0] == "calls of operators"
    assert "larger batch" in slow.lever


def test_several_threads_raise_the_roof_as_far_as_was_measured():
    assert peak_rate(machine(), "float32", 2) == 2 * RATE
    assert peak_rate(machine(), "float16", 1) == 2 * RATE
    assert peak_rate(machine(), "tf32", 1) == RATE


def test_the_share_is_the_floor_over_what_a_step_took():
    limit = Limit(floors=(("arithmetic", 0.25), ("memory", 0.1)), batch=128)

    # 256 samples a second are half a second a step.
    assert limit.share(256.0) == pytest.approx(0.5)
