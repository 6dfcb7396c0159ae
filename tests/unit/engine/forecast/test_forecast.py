"""Forecasts on a machine with round numbers, by hand and by their relations."""

from __future__ import annotations

import time
from dataclasses import replace

import pytest

from deepdesk.engine.forecast.fit import USABLE_SHARE, Smaller, fit
from deepdesk.engine.forecast.forecast import forecast
from deepdesk.engine.forecast.layout import steps_of
from deepdesk.engine.settings import TrainingConfig
from deepdesk.nn import presets
from deepdesk.nn.graph import Node
from tests.unit.engine.forecast.stage import CONTRACT, MB, RATE, machine, work

PLAIN = TrainingConfig(batch_size=64, precision="float32", threads=1, average_weights=0.0)


def test_a_block_takes_its_units_over_the_rate_and_a_moment_for_each_call():
    calibration = machine()
    (stem,) = [s for s in steps_of(work(), 64) if s.node.id == "stem"]
    by_hand = 0.0
    for operator in stem.operators:
        arithmetic = operator.kind in ("convolution", "matrix") and operator.flops
        units = operator.flops if arithmetic else operator.moved_bytes
        by_hand += operator.calls * (units / RATE + (2e-6 if operator.is_backward else 1e-6))

    said = forecast(work(), PLAIN, calibration, around_s=0.0)

    assert said.node_seconds["stem"] == pytest.approx(by_hand)
    assert said.seconds_per_step > sum(said.node_seconds.values())
    assert said.seconds_per_epoch == pytest.approx(16 * said.seconds_per_step)


def test_the_update_moves_twenty_bytes_for_each_learned_number():
    said = forecast(work(), PLAIN, machine(), around_s=0.0)
    learned = sum(step.cost.trainable for step in steps_of(work(), 64))

    spent = said.seconds_per_step - sum(said.node_seconds.values())
    assert spent == pytest.approx(20 * learned / RATE)


def test_blocks_that_were_tried_count_instead_of_estimates():
    tried = {"float32": {step.node.id: (0.25, 0.5) for step in steps_of(work(), 64)}}

    said = forecast(work(), PLAIN, machine(), tried=tried, around_s=0.0)

    assert said.node_seconds["stem"] == pytest.approx(0.75)
    assert not said.is_rough


def test_the_faster_precision_and_all_cores_are_taken_where_settings_are_open():
    said = forecast(work(), replace(PLAIN, precision="auto", threads=0), machine())
    fixed = forecast(work(), PLAIN, machine())

    assert (said.precision, said.threads) == ("bfloat16", 2)
    assert (fixed.precision, fixed.threads) == ("float32", 1)
    assert said.seconds_per_step < fixed.seconds_per_step / 2


def test_measuring_on_validation_costs_time_too():
    without = forecast(work(), PLAIN, machine())
    with_it = forecast(work(validation=512), PLAIN, machine())

    assert with_it.seconds_per_epoch > without.seconds_per_epoch
    assert with_it.seconds_per_step == without.seconds_per_step


def test_parts_and_computing_twice_take_less_memory_and_more_time():
    batch = replace(PLAIN, batch_size=512)
    whole = forecast(work(), batch, machine())
    parts = forecast(work(), replace(batch, accumulation=8), machine())
    twice = forecast(work(), replace(batch, checkpointing=True), machine())

    assert parts.peak_bytes < whole.peak_bytes
    assert parts.seconds_per_step > whole.seconds_per_step
    assert twice.memory.activation_bytes < whole.memory.activation_bytes
    assert twice.seconds_per_step > whole.seconds_per_step


def test_adamw_keeps_one_more_number_for_each_learned_one_in_memory_and_in_a_checkpoint():
    learned = sum(step.cost.trainable for step in steps_of(work(), 64))
    sgd = forecast(work(), PLAIN, machine())
    adamw = forecast(work(), replace(PLAIN, optimizer="adamw"), machine())

    assert adamw.memory.weights_bytes - sgd.memory.weights_bytes == 2 * 4 * learned


def test_what_fits_is_left_as_it_is_and_offered_a_larger_batch_up_to_the_knee():
    slow_calls = machine(call_s={"forward": 1e-3, "backward": 1e-3})
    found = fit(work(), replace(PLAIN, batch_size=16), slow_calls, 64 << 30)

    assert found.is_within
    (step,) = found.steps
    assert step.training["batch_size"] > 16
    assert step.time_factor < 1


def test_a_run_that_is_too_large_is_made_to_fit_without_changing_its_batch():
    training = replace(PLAIN, batch_size=512)
    needed = forecast(work(), training, machine()).peak_bytes
    found = fit(work(), training, machine(), round(needed * 0.7 / USABLE_SHARE))

    assert not found.is_within
    assert found.is_enough
    assert "batch_size" not in found.training
    assert found.then.peak_bytes <= found.usable_bytes
    assert forecast(work(), replace(training, **found.training), machine()) == found.then
    sizes = [found.now.peak_bytes, *(step.after_bytes for step in found.steps)]
    assert sizes == sorted(sizes, reverse=True)


def test_smaller_inputs_come_only_after_everything_else():
    vit = presets.tiny_vit(width=96, layers=2)
    full = work(vit)
    less = replace(full, graph=presets.small_cnn(width=8))
    smaller = [Smaller(title="Picture size 16 instead of 32", settings={"side_px": 16}, work=less)]
    steps = fit(full, replace(PLAIN, batch_size=256), machine(), 110 * MB, smaller).steps

    assert steps[-1].task == {"side_px": 16}
    assert {"accumulation", "precision", "checkpointing"} >= set(steps[0].training)
    assert all(step.training and not step.task for step in steps[:-1])


def test_what_nothing_helps_is_said_to_be_too_large():
    found = fit(work(), PLAIN, machine(), 50 * MB)

    assert not found.is_enough


def test_a_contract_of_the_same_network_is_looked_up_once():
    same = work()

    assert steps_of(same, 64) is steps_of(replace(same, samples=5), 64)
    assert steps_of(same, 32) is not steps_of(same, 64)
    assert same.contract == CONTRACT


def test_an_edit_of_three_hundred_blocks_is_forecast_at_once():
    blocks = [
        Node(f"filters_{n}", "convolution_block", {"channels": 8 + n % 2}) for n in range(297)
    ]
    head = [Node("pool", "global_pool", {}), Node("classes", "classifier_head", {})]
    picture = Node("picture", "input", {"shape": (3, 32, 32)})
    graph = presets.chain("long", picture, *blocks, *head)
    calibration = machine()
    forecast(work(graph), PLAIN, calibration)
    edited = graph.with_node(graph.node("filters_9").with_settings(channels=9, kernel=5))
    spent = []
    for _round in range(3):
        again = replace(edited, name=f"long {_round}")
        start_s = time.thread_time()
        forecast(work(again), PLAIN, calibration)
        spent.append(time.thread_time() - start_s)

    assert min(spent) < 0.05
