"""Blocks and networks that give every pixel a class."""

from __future__ import annotations

import pytest
import torch
from torch.nn import functional

from deepdesk.core import settings
from deepdesk.core.errors import GraphError
from deepdesk.nn import segmentation_presets as presets
from deepdesk.nn.build import build
from deepdesk.nn.catalogue import BLOCKS
from deepdesk.nn.graph import Contract
from deepdesk.nn.shapes import infer

MAKERS = (
    presets.residual_unet,
    presets.tiny_segmenter,
    presets.unet,
    presets.lite_backbone,
    presets.atrous_backbone,
)
DEEP, SKIP, PICTURE = (6, 5, 7), (4, 10, 13), (3, 40, 52)


def module(key, *shapes, **values):
    """Return a block as a module that answers, with values drawn by torch."""
    config = settings.from_json(BLOCKS[key].config, values)
    assert BLOCKS[key].shape(config, shapes)
    return BLOCKS[key].module(config, shapes).eval()


def noise(*shape):
    return torch.randn(*shape, generator=torch.Generator().manual_seed(7))


def contract_of(width_px, height_px, classes=5):
    return Contract(
        inputs={"image": (3, height_px, width_px)},
        outputs={"logits": (classes, height_px, width_px)},
    )


@pytest.mark.parametrize("make", MAKERS)
@pytest.mark.parametrize("size", [(32, 32), (48, 32), (240, 176), (1_024, 48), (320, 1_024)])
def test_every_size_fits(make, size):
    contract = contract_of(*size)
    graph = make(width_px=size[0], height_px=size[1]).fitted(contract)
    assert not infer(graph, contract).problems


@pytest.mark.parametrize("make", MAKERS[:2])
def test_smaller_pictures_are_answered_in_full(make):
    network = build(make(width_px=64, height_px=48), contract_of(64, 48), seed=1)
    assert network(noise(2, 3, 48, 64)).shape == (2, 5, 48, 64)
    assert network(noise(2, 3, 32, 48)).shape == (2, 5, 48, 64)


def test_the_light_head_follows_its_formula():
    head = module("lite_head", DEEP, SKIP, PICTURE, classes=3, channels=8)
    deep, skip = noise(2, *DEEP), noise(2, *SKIP)
    gate = torch.einsum("oc,nc->no", head.gate.weight[:, :, 0, 0], deep.mean((2, 3))).sigmoid()
    weighed = functional.interpolate(
        head.deep(deep) * gate[:, :, None, None], SKIP[1:], mode="bilinear"
    )
    scores = head.deep_scores(weighed) + head.skip_scores(skip)
    wanted = functional.interpolate(scores, PICTURE[1:], mode="bilinear")
    assert torch.allclose(head(deep, skip, noise(2, *PICTURE)), wanted, atol=1e-5)


def test_without_a_picture_the_light_head_is_as_large_as_the_earlier_map():
    head = module("lite_head", DEEP, SKIP, classes=3, channels=8)
    assert head(noise(2, *DEEP), noise(2, *SKIP)).shape == (2, 3, *SKIP[1:])


def test_swapped_maps_are_refused_with_what_to_do():
    with pytest.raises(GraphError) as caught:
        module("lite_head", SKIP, DEEP)
    assert caught.value.code == "shapes_differ"
    assert caught.value.hint


@pytest.mark.parametrize(("branch", "reach"), [(0, 2), (1, 4), (2, 6)])
def test_each_branch_of_the_pyramid_looks_as_far_as_its_rate(branch, reach):
    pyramid = module(
        "atrous_pyramid", (1, 15, 15), channels=1, rate=2, norm="none", activation="none"
    )
    x = torch.zeros(1, 1, 15, 15)
    x[:, :, 7, 7] = 1.0
    seen = pyramid.far[branch](x) - pyramid.far[branch](torch.zeros_like(x))
    rows = {int(row) for row in seen[0, 0].abs().sum(1).nonzero()}
    assert rows == {7 - reach, 7, 7 + reach}


def test_the_pyramid_joins_near_far_and_whole():
    pyramid = module("atrous_pyramid", DEEP, channels=4, rate=1)
    x = noise(2, *DEEP)
    whole = pyramid.whole(x)
    assert torch.allclose(whole, whole[:, :, :1, :1].expand_as(whole))
    joined = torch.cat([pyramid.near(x), *(far(x) for far in pyramid.far), whole], 1)
    assert torch.allclose(pyramid(x), pyramid.joined(joined))
