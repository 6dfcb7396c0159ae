"""Presets for every side and any number of classes, within their price."""

from __future__ import annotations

import math

import pytest
import torch

from deepdesk.nn import presets
from deepdesk.nn.build import build
from deepdesk.nn.cost import cost
from deepdesk.nn.graph import Contract
from deepdesk.nn.shapes import infer

OWN = (presets.small_cnn, presets.residual, presets.tiny_vit)


def contract_of(side_px: int, classes: int = 10) -> Contract:
    shape = (3, side_px, side_px)
    return Contract(inputs={"image": shape}, outputs={"logits": (classes,)})


@pytest.mark.parametrize("make", OWN)
def test_every_side_from_8_to_512_fits(make):
    problems = {
        side_px: infer(make(side_px=side_px).fitted(contract), contract).problems
        for side_px in (*range(8, 72), *range(73, 513, 11), 127, 128, 255, 256, 511, 512)
        for contract in [contract_of(side_px)]
    }

    assert not [side_px for side_px, found in problems.items() if found]


@pytest.mark.parametrize("name", presets.BACKBONES)
@pytest.mark.parametrize("side_px", [8, 33, 127, 128, 224, 512])
def test_every_backbone_fits_every_side(name, side_px):
    contract = contract_of(side_px)

    assert not infer(presets.backbone(name, side_px=side_px).fitted(contract), contract).problems


@pytest.mark.parametrize("make", OWN)
@pytest.mark.parametrize("classes", [1, 2, 10_000])
def test_any_number_of_classes_fits(make, classes):
    network = build(make(side_px=8, width=6), contract_of(8, classes))

    assert network(torch.randn(2, 3, 8, 8)).shape == (2, classes)


@pytest.mark.parametrize("make", OWN)
def test_a_preset_shows_six_to_ten_blocks(make):
    assert all(6 <= len(make(side_px=side_px).nodes) <= 10 for side_px in (8, 32, 64, 256, 512))


def test_a_residual_network_costs_100_to_250_million_flops_at_32_pixels():
    found = cost(presets.residual(), contract_of(32))

    assert 100e6 < found.flops < 250e6


@pytest.mark.parametrize("make", OWN)
@pytest.mark.parametrize("side_px", [63, 64, 127, 255, 300, 511, 512])
def test_large_pictures_cost_four_times_as_much_as_small_ones_and_a_stem(make, side_px):
    small = cost(make(side_px=32), contract_of(32)).flops
    large = cost(make(side_px=side_px), contract_of(side_px)).flops

    stem = 2 * 3 * 7 * 7 * 32 * 128 * 128 + 2 * 7 * 7 * 32 * 32 * 32 * 32
    assert large < 4.1 * small + stem


@pytest.mark.parametrize("side_px", range(8, 513, 7))
def test_the_stem_leaves_32_to_63_pixels_of_a_large_picture(side_px):
    left = side_px / presets.stem_reduction(side_px)

    assert side_px < 64 or 32 <= left < 64
    assert math.log2(presets.stem_reduction(side_px)).is_integer()


def test_a_residual_network_learns_its_batch_by_heart():
    torch.manual_seed(0)
    network = build(presets.residual(side_px=8, width=4, scale=1.0), contract_of(8), seed=0)
    x, labels = torch.randn(10, 3, 8, 8), torch.arange(10)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1, momentum=0.9)

    for _ in range(25):
        loss = torch.nn.functional.cross_entropy(network(x), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()

    assert loss.item() < 0.2
