"""Each way of computing gives the same network the same answers."""

from dataclasses import replace

import pytest
import torch
from torch import nn

from deepdesk.engine.compute import Compute
from deepdesk.engine.forecast.calibration import precisions_of
from deepdesk.engine.network import Network
from deepdesk.engine.settings import TrainingConfig, evaluation_size, part_size
from tests.unit.engine.toy import CPU


def network():
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(3, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 36, 2))


@pytest.fixture
def backends():
    """Return torch's switches, set back afterwards."""
    switches = torch.backends
    owned = (
        (switches.cuda.matmul, "fp32_precision"),
        (switches.cudnn.conv, "fp32_precision"),
        (switches.cudnn, "benchmark"),
    )
    before = [getattr(owner, name) for owner, name in owned]
    yield switches
    for (owner, name), value in zip(owned, before, strict=True):
        setattr(owner, name, value)


@pytest.mark.parametrize("layout", ["channels_last", "contiguous"])
def test_the_order_in_memory_changes_no_answer(layout):
    pictures = torch.randn(2, 3, 8, 8)
    expected = network()(pictures)

    placed = replace(CPU, layout=layout).place(network())
    given = pictures.contiguous(memory_format=torch.channels_last)

    assert torch.allclose(placed(given), expected, atol=1e-6)
    is_last = placed[0].weight.is_contiguous(memory_format=torch.channels_last)
    assert is_last == (layout == "channels_last")


def test_with_channels_first_the_network_is_given_channels_first():
    seen = []
    placed = replace(CPU, layout="contiguous").place(network())
    placed[0].register_forward_pre_hook(lambda _m, given: seen.append(given[0].is_contiguous()))

    placed(torch.randn(2, 3, 8, 8).contiguous(memory_format=torch.channels_last))

    assert seen == [True]


@pytest.mark.parametrize(
    ("precision", "dtype"),
    [
        ("float32", torch.float32),
        ("tf32", torch.float32),
        ("bfloat16", torch.bfloat16),
        ("float16", torch.float16),
    ],
)
def test_forward_passes_work_in_the_precision(precision, dtype):
    with replace(CPU, precision=precision).autocast():
        assert nn.Linear(2, 2)(torch.ones(1, 2)).dtype == dtype


@pytest.mark.parametrize(
    ("precision", "kernels", "width", "searches"),
    [("tf32", "searched", "tf32", True), ("float32", "usual", "ieee", False)],
)
def test_float32_is_32_bits_wide_on_a_gpu_and_tf32_a_way_of_its_own(
    backends, precision, kernels, width, searches
):
    threads = torch.get_num_threads()

    Compute(
        device=torch.device("cuda"), precision=precision, kernels=kernels, threads=threads
    ).settle()

    assert backends.cuda.matmul.fp32_precision == width
    assert backends.cudnn.conv.fp32_precision == width
    assert backends.cudnn.benchmark == searches


@pytest.mark.parametrize(("compiled", "mode"), [("on", "default"), ("graphs", "reduce-overhead")])
def test_what_is_trained_is_compiled_and_what_answers_is_not(monkeypatch, compiled, mode):
    asked = []
    monkeypatch.setattr(nn.Module, "compile", lambda model, **how: asked.append((model, how)))

    made = Network(network(), replace(CPU, compiled=compiled), TrainingConfig(), 10)

    assert asked == [(made.model, {"mode": mode})]
    assert made.answering is not made.model


def test_each_step_tells_cuda_graphs_that_it_begins(monkeypatch):
    told = []
    monkeypatch.setattr(torch.compiler, "cudagraph_mark_step_begin", lambda: told.append(1))
    monkeypatch.setattr(nn.Module, "compile", lambda _model, **_how: None)

    for compiled in ("off", "on", "graphs"):
        made = Network(network(), replace(CPU, compiled=compiled), TrainingConfig(), 10)
        made.set_rate(0.1)

    assert told == [1]


@pytest.mark.parametrize("fused", ["on", "off"])
def test_the_optimiser_is_fused_as_chosen(fused):
    made = Network(network(), replace(CPU, fused=fused), TrainingConfig(), 10)

    assert all(bool(g["fused"]) == (fused == "on") for g in made.optimizer.param_groups)


def test_an_automatic_batch_is_reckoned_as_what_it_begins_with():
    automatic = TrainingConfig(batch_size=0, accumulation=4)

    assert part_size(automatic) == 32
    assert evaluation_size(automatic) == 32


def test_precisions_that_were_not_measured_are_reckoned_as_what_is_nearest():
    assert precisions_of("float16") == ("bfloat16",)
    assert precisions_of("tf32") == ("float32",)
    assert precisions_of("auto") == ("float32", "bfloat16")
    assert precisions_of("bfloat16") == ("bfloat16",)


@pytest.mark.gpu
@pytest.mark.skipif(not torch.cuda.is_available(), reason="no CUDA GPU")
@pytest.mark.parametrize("precision", ["tf32", "bfloat16", "float16"])
def test_on_a_gpu_every_precision_learns(precision):
    compute = Compute(device=torch.device("cuda"), precision=precision)
    compute.settle()
    made = Network(compute.place(network()), compute, TrainingConfig(average_weights=0.0), 10)
    pictures = torch.randn(16, 3, 8, 8, device="cuda")
    losses = []
    for _step in range(20):
        made.set_rate(0.01)
        with compute.autocast():
            out = made.model(pictures)
        loss = out.float().square().mean()
        made.backward(loss)
        made.update(1.0, steps_done=1)
        losses.append(float(loss.detach()))

    assert losses[-1] < losses[0] / 2
