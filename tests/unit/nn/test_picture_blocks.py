"""The numbers that blocks for pictures and sequences compute, each found a second way."""

from __future__ import annotations

from itertools import pairwise
from typing import Any

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional
from torchvision.models.mobilenetv2 import InvertedResidual as TorchvisionBlock

from deepdesk.core import settings
from deepdesk.nn.build import build, module_of
from deepdesk.nn.catalogue import BLOCKS
from deepdesk.nn.graph import Contract, Edge, Graph, Node
from deepdesk.nn.initial import draw

MAP = (6, 5, 4)
SEQUENCE = (7, 6)


def block(key: str, *in_shapes: tuple[int, ...], **values: Any) -> nn.Module:
    config = settings.from_json(BLOCKS[key].config, values)
    module = module_of(key, config, in_shapes).to_empty(device="cpu")
    draw(module, torch.Generator().manual_seed(3))
    return module


def noise(*shape: int) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(5))


def test_a_convolution_along_a_sequence_is_numpys_correlation():
    filters = block("convolution_1d", (9, 1), channels=1, kernel=3)
    x = noise(1, 9, 1)
    own = filters.layer

    found = filters(x)[0, :, 0].detach().numpy()

    expected = np.correlate(x[0, :, 0].numpy(), own.weight[0, 0].detach().numpy(), "same")
    assert found == pytest.approx(expected + own.bias.item(), abs=1e-6)


@pytest.mark.parametrize(("dilation", "kernel"), [(1, 3), (2, 2), (3, 4)])
def test_a_causal_convolution_sees_no_later_place(dilation, kernel):
    filters = block(
        "convolution_1d", SEQUENCE, padding="causal", dilation=dilation, kernel=kernel
    ).double()
    x = noise(1, *SEQUENCE).double()
    later = x.clone()
    later[:, 4:] += 1

    changed = (filters(x) != filters(later)).any(2)[0]

    assert not changed[:4].any()
    assert changed[4:].all()


def test_a_dilated_convolution_is_one_with_zeros_between_its_points():
    dilated = block("convolution", MAP, channels=4, kernel=3, dilation=2)
    weight = torch.zeros(4, 6, 5, 5)
    weight[:, :, ::2, ::2] = dilated.weight.detach()
    x = noise(2, *MAP)

    expected = functional.conv2d(x, weight, dilated.bias, padding=2)

    assert torch.allclose(dilated(x), expected, atol=1e-6)


@pytest.mark.parametrize(("kernel", "stride"), [(4, 2), (3, 2), (3, 1), (2, 3), (6, 3)])
def test_a_transposed_convolution_is_the_way_back_of_a_convolution(kernel, stride):
    back = block(
        "transposed_convolution", MAP, channels=3, kernel=kernel, stride=stride, bias=False
    ).double()
    x = noise(1, *MAP).double()
    y = noise(1, 3, 5 * stride, 4 * stride).double()

    padding = back.padding[0]
    there = functional.conv2d(y, back.weight, stride=stride, padding=padding)[..., :5, :4]

    assert (back(x) * y).sum().item() == pytest.approx((x * there).sum().item())


def test_norms_of_a_sequence_centre_what_they_say():
    x = 3 + 2 * noise(16, *SEQUENCE)

    batch = block("batch_norm", SEQUENCE)(x)
    instance = block("instance_norm", SEQUENCE)(x)
    group = block("group_norm", SEQUENCE, groups=2)(x).unflatten(2, (2, 3))

    for normed, axes in ((batch, (0, 1)), (instance, (1,)), (group, (1, 3))):
        assert normed.mean(axes).abs().max() < 1e-5
        assert normed.var(axes, unbiased=False).detach().numpy() == pytest.approx(1, abs=1e-3)


def test_the_norm_of_a_map_is_that_of_its_pixels_as_a_sequence():
    x = noise(4, *MAP)
    places = x.flatten(2).transpose(1, 2)

    for key in ("batch_norm", "instance_norm", "rms_norm", "layer_norm"):
        on_map, on_places = block(key, MAP), block(key, (20, 6))
        expected = on_places(places).transpose(1, 2).unflatten(2, (5, 4))
        assert torch.allclose(on_map(x), expected, atol=1e-5), key


def test_rms_norm_divides_by_the_root_of_the_mean_square():
    x = noise(3, *MAP).numpy()

    found = block("rms_norm", MAP)(torch.from_numpy(x)).detach().numpy()

    assert found == pytest.approx(x / np.sqrt((x**2).mean(1, keepdims=True) + 1e-6), rel=1e-5)


def test_normalise_takes_the_fixed_numbers_of_each_channel():
    fixed = block("normalise", (3, 2, 2), means="0.1, 0.2, 0.3", deviations="1, 2, 4")
    x = torch.ones(1, 3, 2, 2)

    assert fixed(x)[0, :, 1, 1].tolist() == pytest.approx([0.9, 0.4, 0.175])
    # Weights of another network, put in later, have to leave the settings alone.
    assert not fixed.state_dict()


@pytest.mark.parametrize(("shape", "axis"), [((6,), 1), (SEQUENCE, 2), (MAP, 1)])
def test_softmax_makes_shares_of_the_channels(shape, axis):
    shares = block("activation", shape, function="softmax")(noise(2, *shape))

    assert torch.allclose(shares.sum(axis), torch.ones(()), atol=1e-6)


@pytest.mark.parametrize("shape", [SEQUENCE, MAP])
def test_dropout_of_channels_takes_whole_ones(shape):
    dropped = block("dropout", shape, drops="channels", share=0.5)(torch.ones(40, *shape))

    places = dropped if len(shape) == 2 else dropped.flatten(2).transpose(1, 2)
    assert torch.equal(places.amin(1), places.amax(1))
    assert 0.3 < (places[:, 0] == 0).float().mean() < 0.7


def test_dropout_of_numbers_takes_single_pixels_of_a_map():
    dropped = block("dropout", MAP, drops="numbers", share=0.5)(torch.ones(4, *MAP))

    assert (dropped.flatten(2).amin(2) != dropped.flatten(2).amax(2)).any()


@pytest.mark.parametrize("key", ["max_pool", "average_pool"])
def test_pooling_a_sequence_is_pooling_a_map_of_one_row(key):
    x = noise(2, *SEQUENCE)
    values = {"size": 3, "stride": 2}

    rows = block(key, (6, 9, 7), **values)(x.transpose(1, 2)[:, :, None].expand(2, 6, 9, 7))

    assert torch.allclose(block(key, SEQUENCE, **values)(x), rows[:, :, 0].transpose(1, 2))


def test_padded_pools_count_what_is_there_alone():
    ones = torch.ones(1, *MAP)

    values = {"size": 3, "stride": 1, "padding": "same"}
    average, maximum = (block(key, MAP, **values)(-ones) for key in ("average_pool", "max_pool"))

    assert torch.allclose(average, -ones)
    assert torch.equal(maximum, -ones)


@pytest.mark.parametrize(
    ("key", "shape", "values"),
    [
        ("attention", MAP, {"heads": 2}),
        ("attention", SEQUENCE, {"heads": 3, "causal": True}),
        ("transformer_encoder", SEQUENCE, {"heads": 2, "layers": 2, "silent_start": True}),
        ("residual_stage", MAP, {"stride": 1, "channels": 6, "style": "pre", "norm": "none"}),
        ("inverted_residual_stage", MAP, {"stride": 1, "channels": 6}),
    ],
)
def test_what_adds_to_a_shortcut_can_begin_by_changing_nothing(key, shape, values):
    known = {setting.key for setting in settings.settings_of(BLOCKS[key].config)}
    asked = {"identity_start": True, "activation": "none"}
    added = block(key, shape, **values, **{k: v for k, v in asked.items() if k in known})
    x = noise(2, *shape)

    assert torch.equal(added(x), x)


def test_a_vector_weighs_the_channels_of_a_map_and_of_a_sequence():
    weights, picture, places = noise(2, 6), noise(2, *MAP), noise(2, *SEQUENCE)

    on_map = block("multiply", (6,), MAP)(weights, picture)
    on_places = block("multiply", SEQUENCE, (6,))(places, weights)

    assert torch.equal(on_map, torch.einsum("nc,nchw->nchw", weights, picture))
    assert torch.equal(on_places, torch.einsum("nc,ntc->ntc", weights, places))


def test_a_map_goes_to_a_sequence_and_back():
    x = noise(2, *MAP)

    places = block("map_to_sequence", MAP)(x)
    again = block("sequence_to_map", (20, 6), height=5)(places)

    assert torch.equal(places[1, 2 * 4 + 3], x[1, :, 2, 3])
    assert torch.equal(again, x)


def test_reshape_keeps_the_order_of_the_numbers():
    x = noise(2, 24)

    assert torch.equal(block("reshape", (24,), target="2, -1, 4")(x), x.view(2, 2, 3, 4))


def test_squeeze_weighs_a_sequence_as_a_map_of_the_same_places():
    on_map, on_places = block("squeeze_excite", MAP), block("squeeze_excite", (20, 6))
    x = noise(2, *MAP)

    expected = on_map(x)
    found = on_places(x.flatten(2).transpose(1, 2)).transpose(1, 2).unflatten(2, (5, 4))

    assert torch.allclose(found, expected, atol=1e-6)
    assert ((expected / x > 0) & (expected / x < 1)).all()


@pytest.mark.parametrize(("channels", "stride"), [(6, 1), (8, 1), (6, 2)])
def test_an_inverted_residual_is_torchvisions(channels, stride):
    mine = block("inverted_residual_stage", MAP, channels=channels, blocks=1, stride=stride)
    theirs = TorchvisionBlock(6, channels, stride, expand_ratio=6)
    values = list(mine.state_dict().values())
    theirs.load_state_dict(dict(zip(theirs.state_dict(), values, strict=True)))
    x = noise(2, *MAP)

    assert torch.allclose(mine(x), theirs(x), atol=1e-5)


@pytest.mark.parametrize("norm", ["batch", "layer", "none"])
def test_an_inverted_residual_stage_can_begin_as_the_identity(norm):
    stage = block(
        "inverted_residual_stage", MAP, channels=6, stride=1, norm=norm, identity_start=True
    )
    x = noise(2, *MAP)

    assert torch.equal(stage(x), x)


def test_a_separable_convolution_has_the_weights_of_its_two_halves():
    halves = block("separable_convolution", MAP, channels=10, kernel=5)

    weights = sum(p.numel() for p in halves.parameters() if p.dim() == 4)

    assert weights == 6 * 5 * 5 + 6 * 10


def unet_by_hand(channels: int) -> Graph:
    wide = 2 * channels
    steps = [("picture", "input", {})]
    steps += [(f"top_{i}", "convolution_block", {"channels": channels}) for i in (1, 2)]
    steps += [("pool", "max_pool", {})]
    steps += [(f"deep_{i}", "convolution_block", {"channels": wide}) for i in (1, 2)]
    steps += [("up", "unet_level", {"channels": channels})]
    ids = [node_id for node_id, _key, _values in steps]
    edges = [Edge(*pair) for pair in pairwise(ids)]
    nodes = tuple(Node(*step) for step in steps)
    return Graph("by hand", nodes, (*edges, Edge("top_2", "up", 1)))


def test_a_whole_unet_is_the_one_that_is_built_by_hand():
    contract = Contract(inputs={"image": (3, 9, 6)}, outputs={"map": (4, 9, 6)})
    by_hand = build(unet_by_hand(4), contract)
    whole = block("unet", (3, 9, 6), channels=4, levels=1)
    values = list(by_hand.state_dict().values())
    whole.load_state_dict(dict(zip(whole.state_dict(), values, strict=True)))
    x = noise(2, 3, 9, 6)

    assert torch.allclose(whole(x), by_hand(x), atol=1e-5)


def test_a_per_pixel_head_is_a_linear_layer_on_every_pixel():
    head = block("dense_head", MAP, classes=3)
    x = noise(2, *MAP)

    expected = functional.linear(x.movedim(1, -1), head.scores.weight[:, :, 0, 0], head.scores.bias)

    assert torch.allclose(head(x), expected.movedim(-1, 1), atol=1e-6)


def test_a_per_pixel_head_takes_the_size_of_the_picture_that_is_connected():
    head = block("dense_head", MAP, (3, 17, 11), classes=2)

    assert head(noise(2, *MAP), noise(2, 3, 17, 11)).shape == (2, 2, 17, 11)


def test_numbers_stay_in_their_range():
    x = 100 * noise(50, 6)

    bounded = block("regression_head", (6,), limits="bounded", low=-2.0, high=3.0)(x)
    positive = block("regression_head", (6,), limits="positive")(x)

    assert bounded.min() >= -2
    assert bounded.max() <= 3
    assert positive.min() >= 0
