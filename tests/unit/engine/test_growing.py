"""Inputs that begin small."""

import numpy as np
import pytest
import torch

from deepdesk.core.chance import Draws
from deepdesk.core.task import DataFacts
from deepdesk.engine.growing import DETAILS, detail_at, mean_work, why_not
from deepdesk.nn import presets
from deepdesk.nn.graph import Contract, Node
from deepdesk.nn.presets import chain
from deepdesk.tasks.image_classification import Config
from deepdesk.tasks.image_classification.data import smaller_side_px
from deepdesk.tasks.image_classification.task import ImageClassification

FACTS = DataFacts(classes=("a", "b", "c"), typical_size=(32, 32))


def task(**settings):
    return ImageClassification(Config(**settings), FACTS)


def test_inputs_grow_in_stages_and_end_in_full():
    details = [detail_at(step, 1000, 0.7) for step in range(1000)]

    assert details == sorted(details)
    assert sorted(set(details)) == [*DETAILS, 1.0]
    assert (details.index(DETAILS[1]), details.index(1.0)) == (400, 700)


def test_without_a_share_inputs_are_in_full_from_the_first_step():
    assert {detail_at(step, 50, 0.0) for step in range(50)} == {1.0}


@pytest.mark.parametrize("share", [0.0, 0.35, 0.7, 0.9])
def test_mean_work_is_the_mean_over_the_steps(share):
    steps = [detail_at(step, 10_000, share) ** 2 for step in range(10_000)]

    assert mean_work(share) == pytest.approx(np.mean(steps), abs=1e-3)


def test_pictures_have_the_side_that_the_contract_of_the_detail_says():
    pixels = torch.randint(0, 256, (4, 3, 32, 32), dtype=torch.uint8)
    for detail in (*DETAILS, 1.0):
        side = task().contract(detail).inputs["image"][-1]
        image = task().prepare({"image": pixels}, Draws(1, 0, np.arange(4)), detail)["image"]
        assert image.shape == (4, 3, side, side)


def test_a_smaller_picture_is_the_mean_of_what_it_covers():
    pixels = torch.randint(0, 256, (2, 3, 32, 32), dtype=torch.uint8)
    one = task()

    small = one.prepare({"image": pixels}, None, 0.5)["image"]

    blocks = pixels.float().view(2, 3, 16, 2, 16, 2).mean((3, 5))
    back = small / one._scale + one._mean
    torch.testing.assert_close(back, blocks, rtol=0, atol=1e-3)


def test_full_detail_is_what_is_seen_without_asking():
    pixels = torch.randint(0, 256, (2, 3, 32, 32), dtype=torch.uint8)

    plain, full = (task().prepare({"image": pixels}, None, *d)["image"] for d in ((), (1.0,)))

    assert torch.equal(plain, full)


@pytest.mark.parametrize(
    ("side", "detail", "expected"),
    [(32, 0.625, 20), (32, 0.8125, 26), (16, 0.625, 16), (8, 0.5, 8)],
)
def test_smaller_sides_are_even_and_never_below_what_can_be_seen(side, detail, expected):
    assert smaller_side_px(side, detail) == expected


def test_convolutional_networks_may_begin_small():
    assert why_not(presets.residual(), task()) == ""
    assert why_not(presets.small_cnn(), task()) == ""
    assert why_not(presets.backbone("resnet18", side_px=32), task()) == ""


def test_a_network_with_weights_for_places_may_not():
    assert why_not(presets.tiny_vit(), task()) == "This network takes inputs of one size."


def test_a_network_that_flattens_its_map_may_not():
    flat = chain(
        "Flat",
        Node("picture", "input", {"shape": (3, 32, 32)}),
        Node("filters", "convolution_block", {"channels": 4}),
        Node("flat", "flatten"),
        Node("head", "linear", {"features": 3}),
    )

    assert why_not(flat, task()) == "This network takes inputs of one size."


def test_a_task_with_one_size_of_inputs_says_so():
    tiny = ImageClassification(Config(side_px=16), FACTS)

    assert why_not(presets.small_cnn(side_px=16), tiny) == "The inputs of this task have one size."


def test_every_network_that_may_begin_small_answers_at_every_size():
    from deepdesk.nn.build import build

    one = task()
    for graph in (presets.residual(width=8), presets.small_cnn(width=4)):
        assert not why_not(graph, one)
        model = build(graph, one.contract(), seed=1)
        for detail in DETAILS:
            contract: Contract = one.contract(detail)
            assert model(torch.zeros(2, *contract.inputs["image"])).shape == (2, 3)
