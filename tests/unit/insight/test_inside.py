"""A look inside, against plain arithmetic on tiny networks and a run on disk."""

from __future__ import annotations

import os
import threading

import numpy as np
import pytest
import torch
from PIL import Image as Picture

from deepdesk.core.errors import DatasetError, DeepDeskError, StorageError
from deepdesk.core.events import Result
from deepdesk.core.task import DataFacts, Found
from deepdesk.core.work import StoppedError, StopToken
from deepdesk.engine import run_data
from deepdesk.engine.plan import RunPlan
from deepdesk.engine.settings import TrainingConfig
from deepdesk.engine.state import weights_to_bytes
from deepdesk.insight import inside
from deepdesk.nn.build import build
from deepdesk.nn.graph import Contract, Node
from deepdesk.nn.presets import chain
from deepdesk.project.folder import Project
from deepdesk.tasks import all_tasks

VECTORS = Contract(inputs={"x": (3,)}, outputs={"y": (2,)})
SIDE = 16


def two_layers():
    """x -> A x + a -> max(0, .) -> B x + b, with given numbers."""
    graph = chain(
        "two",
        Node("x", "input", {"shape": (3,)}),
        Node("first", "linear", {"features": 4}),
        Node("positive", "activation", {"function": "relu"}),
        Node("last", "linear", {"features": 2}),
    )
    model = build(graph, VECTORS)
    generator = np.random.default_rng(5)
    numbers = {
        "first": (generator.normal(size=(4, 3)), np.array([0.0, 0.0, 0.0, -100.0])),
        "last": (generator.normal(size=(2, 4)), generator.normal(size=2)),
    }
    with torch.no_grad():
        for name, (weight, bias) in numbers.items():
            model.get_submodule(name).weight.copy_(torch.from_numpy(weight))
            model.get_submodule(name).bias.copy_(torch.from_numpy(bias))
    return graph, model, numbers


def test_activations_agree_with_plain_arithmetic():
    graph, model, numbers = two_layers()
    x = np.random.default_rng(6).normal(size=(10, 3)).astype(np.float32)
    found = {}

    def keep(node_id, output):
        found[node_id] = inside.activation_figures(node_id, output)

    with inside.tapped(model, graph, keep):
        model(torch.from_numpy(x))
    first = x @ numbers["first"][0].T + numbers["first"][1]
    positive = np.maximum(first, 0)
    last = positive @ numbers["last"][0].T + numbers["last"][1]
    for node_id, values in {"x": x, "first": first, "positive": positive, "last": last}.items():
        figures = found[node_id].activations
        assert figures.mean == pytest.approx(values.mean(), rel=1e-4)
        assert figures.deviation == pytest.approx(values.std(), rel=1e-4)
        assert (figures.low, figures.high) == pytest.approx((values.min(), values.max()), rel=1e-4)
        assert figures.zeros == pytest.approx((values == 0).mean())
        assert found[node_id].units == values.shape[1]
    dead = (positive == 0).all(axis=0)
    assert dead[3]
    assert found["positive"].silent == dead.mean()


def test_gradients_agree_with_the_chain_rule_by_hand():
    _graph, model, numbers = two_layers()
    x = np.random.default_rng(7).normal(size=(5, 3))
    loss = model(torch.from_numpy(x).float()).square().sum()
    gradients = inside.gradients_of(loss, model)
    first = x @ numbers["first"][0].T + numbers["first"][1]
    positive = np.maximum(first, 0)
    last = positive @ numbers["last"][0].T + numbers["last"][1]
    by_last = 2 * last
    by_first = (by_last @ numbers["last"][0]) * (first > 0)
    expected = {
        "last.weight": by_last.T @ positive,
        "last.bias": by_last.sum(axis=0),
        "first.weight": by_first.T @ x,
        "first.bias": by_first.sum(axis=0),
    }
    assert gradients.keys() == expected.keys()
    for name, values in expected.items():
        assert np.allclose(gradients[name].numpy(), values, rtol=1e-3, atol=1e-4), name
    assert all(p.grad is None for p in model.parameters())
    figures = inside.with_weights(inside.BlockInside(id="last"), model, gradients)
    whole = np.concatenate([expected["last.weight"].ravel(), expected["last.bias"]])
    assert figures.gradients.mean == pytest.approx(whole.mean(), rel=1e-3)
    held = np.concatenate([part.ravel() for part in numbers["last"]])
    assert figures.weights.deviation == pytest.approx(held.std(), rel=1e-4)
    assert figures.learns


def test_a_frozen_block_has_no_gradients_and_an_input_no_weights():
    _graph, model, _numbers = two_layers()
    model.get_submodule("first").requires_grad_(False)
    gradients = inside.gradients_of(model(torch.ones(2, 3)).sum(), model)
    first = inside.with_weights(inside.BlockInside(id="first"), model, gradients)
    assert (first.gradients, first.learns) == (None, False)
    entry = inside.with_weights(inside.BlockInside(id="x"), model, gradients)
    assert (entry.weights, entry.learns) == (None, False)
    model.requires_grad_(False)
    assert inside.gradients_of(model(torch.ones(2, 3)).sum(), model) == {}


def test_only_the_first_pass_counts_and_the_listeners_are_gone_afterwards():
    graph, model, _numbers = two_layers()
    heard = []
    with inside.tapped(model, graph, lambda node_id, _output: heard.append(node_id)):
        model(torch.zeros(1, 3))
        model(torch.ones(1, 3))
    model(torch.ones(1, 3))
    assert heard == ["x", "first", "positive", "last"]


def test_a_network_that_keeps_much_gets_a_small_batch(monkeypatch):
    graph, _model, _numbers = two_layers()
    assert inside.batch_size(graph, VECTORS) == inside.MOST
    monkeypatch.setattr(inside, "BUDGET_BYTES", 1)
    assert inside.batch_size(graph, VECTORS) == inside.FEWEST


@pytest.fixture
def project(tmp_path, monkeypatch):
    """A project of twelve small pictures."""
    monkeypatch.setattr(os, "fsync", lambda _handle: None)
    with Project.create(tmp_path / "Dots", name="Dots", task="image_classification") as project:
        generator = np.random.default_rng(8)
        found = []
        for number in range(12):
            path = tmp_path / f"{number}.png"
            pixels = generator.integers(0, 256, (SIDE, SIDE, 3), dtype=np.uint8)
            Picture.fromarray(pixels).save(path)
            split = "validation" if number < 6 else "train"
            found.append(Found(path=path, label=("dark", "light")[number % 2], split=split))
        with project.index() as index:
            index.add(found, source=str(tmp_path))
        yield project


@pytest.fixture
def spec():
    return all_tasks()["image_classification"]


def trained(project, spec, *, change=None, commits=True):
    """Put a run into the project and return (its folder, its network)."""
    facts = DataFacts(classes=("dark", "light"), typical_size=(SIDE, SIDE))
    config = spec.config(side_px=SIDE)
    task = spec.load()(config, facts)
    graph = chain(
        "Dots",
        Node("picture", "input", {"shape": (3, SIDE, SIDE)}),
        Node("filters", "convolution", {"channels": 5, "kernel": 3}),
        Node("positive", "activation", {"function": "relu"}),
        Node("pool", "global_pool", {"how": "average"}),
        Node("classes", "classifier_head", {}),
    ).fitted(task.contract())
    plan = RunPlan(
        task=spec.key,
        dial="quick",
        training=TrainingConfig(),
        config=config,
        architecture="Dots",
        graph=graph.to_json(),
        facts=facts,
        device="cpu",
        precision="float32",
        threads=1,
    )
    run = project.runs.new("quick", plan.to_json())
    run_data.keep_rows(run, run_data.rows_of(project))
    model = build(graph, task.contract(), seed=3).eval()
    if change is not None:
        with torch.no_grad():
            change(model)
    if commits:
        weights = weights_to_bytes(model)
        run.checkpoints.commit(
            7, {"best.safetensors": weights, "weights.safetensors": weights}, meta={}
        )
    return run, model, task


def result_of(work):
    events = []
    work(events.append, StopToken())
    (found,) = [event.value for event in events if isinstance(event, Result)]
    return found


def test_a_run_is_seen_with_its_samples_its_loss_and_its_filters(project, spec):
    run, model, task = trained(project, spec)
    found = result_of(inside.inside_work(project, spec, run.path.name))
    assert [block.id for block in found.blocks] == [node.id for node in found.graph.order]
    assert (found.step, found.batch_size, len(found.samples)) == (7, 6, 6)
    assert found.filters.pictures.shape == (5, 3, 3, 3)
    rows = run_data.kept_rows(run)["validation"]
    pixels = np.stack([np.asarray(Picture.open(path)) for path in paths_of(project, rows[0])])
    batch = {
        "image": torch.from_numpy(pixels.transpose(0, 3, 1, 2).copy()),
        "label": torch.from_numpy(rows[1]),
    }
    ready = task.prepare(batch, None)
    outputs = task.forward(model, ready)
    loss = task.losses(outputs, ready)["cross_entropy"]
    assert found.loss == pytest.approx(float(loss.detach()), rel=1e-5)
    loss.backward()
    gradient = model.get_submodule("filters").weight.grad
    bias = model.get_submodule("filters").bias.grad
    whole = torch.cat([gradient.ravel(), bias.ravel()]).numpy()
    assert found.block("filters").gradients.magnitude == pytest.approx(
        float(np.sqrt(np.mean(whole.astype(np.float64) ** 2))), rel=1e-4
    )
    assert all((shown.truth in ("dark", "light")) for shown in found.samples)
    assert found.samples[0].picture.shape == (SIDE, SIDE, 3)


def paths_of(project, ids):
    with project.index() as index:
        return [sample.path for sample in index.samples(ids)]


def test_the_pictures_of_a_sample_are_its_activations(project, spec):
    run, model, task = trained(project, spec)
    train_id = int(run_data.kept_rows(run)["train"][0][2])
    found = result_of(inside.sample_work(project, spec, run.path.name, train_id, "latest"))
    assert found.sample.sample == train_id
    (path,) = paths_of(project, np.array([train_id]))
    pixels = torch.from_numpy(np.asarray(Picture.open(path)).transpose(2, 0, 1).copy())[None]
    image = task.prepare({"image": pixels}, None)["image"]
    maps = model.get_submodule("filters")(image)[0].detach().numpy()
    seen = found.seen["filters"]
    strength = np.abs(maps).mean(axis=(1, 2))
    assert list(seen.channels) == np.argsort(-strength).tolist()
    strongest = maps[seen.channels[0]]
    scaled = (strongest - strongest.min()) / (strongest.max() - strongest.min()) * 255
    assert np.abs(seen.pictures[0] - scaled).max() <= 1
    assert found.seen["classes"].kind == "vector"


def test_a_sample_that_was_asked_for_stands_first_among_those_on_offer(project, spec):
    run, _model, _task = trained(project, spec)
    train_id = int(run_data.kept_rows(run)["train"][0][0])
    found = result_of(inside.inside_work(project, spec, run.path.name, train_id))
    assert found.samples[0].sample == found.chosen.sample.sample == train_id
    with pytest.raises(DatasetError, match="does not know that sample"):
        result_of(inside.inside_work(project, spec, run.path.name, 10_000))


def test_filters_that_never_answer_and_numbers_that_are_none_are_found(project, spec):
    def silence(model):
        model.get_submodule("filters").bias[:2] = -1e4

    run, _model, _task = trained(project, spec, change=silence)
    found = result_of(inside.inside_work(project, spec, run.path.name))
    assert found.block("positive").silent == pytest.approx(0.4)
    assert found.block("positive").finding == "40 % of its filters never answer."

    def spoil(model):
        model.get_submodule("filters").weight[0, 0, 0, 0] = float("nan")

    run, _model, _task = trained(project, spec, change=spoil)
    found = result_of(inside.inside_work(project, spec, run.path.name))
    assert "weights are not a number" in found.block("filters").finding
    assert "not a number" in found.block("pool").finding


def test_a_run_without_weights_and_foreign_weights_are_said(project, spec):
    run, _model, _task = trained(project, spec, commits=False)
    with pytest.raises(DeepDeskError, match="no saved weights"):
        result_of(inside.inside_work(project, spec, run.path.name))
    _graph, other, _numbers = two_layers()
    weights = weights_to_bytes(other)
    run.checkpoints.commit(1, {"best.safetensors": weights}, meta={})
    with pytest.raises(StorageError, match="do not belong"):
        result_of(inside.inside_work(project, spec, run.path.name))


def test_torch_is_left_as_it_was_found(project, spec):
    run, _model, _task = trained(project, spec)
    threads, chance = torch.get_num_threads(), torch.random.get_rng_state()
    is_on = torch.is_grad_enabled()
    result_of(inside.inside_work(project, spec, run.path.name))
    assert torch.get_num_threads() == threads
    assert torch.equal(torch.random.get_rng_state(), chance)
    assert torch.is_grad_enabled() == is_on


def test_one_look_waits_for_another_and_can_be_stopped_while_it_waits():
    stop, ended = StopToken(), []

    def wait():
        try:
            with inside.one_thread(stop):
                ended.append("looked")
        except StoppedError:
            ended.append("stopped")

    with inside.one_thread(StopToken()):
        assert torch.get_num_threads() == 1
        other = threading.Thread(target=wait)
        other.start()
        stop.stop()
        other.join()
    assert ended == ["stopped"]


def test_a_stopped_look_ends_at_the_next_block(project, spec):
    run, _model, _task = trained(project, spec)
    stop = StopToken()
    with pytest.raises(StoppedError):
        inside.inside_work(project, spec, run.path.name)(lambda _event: stop.stop(), stop)
