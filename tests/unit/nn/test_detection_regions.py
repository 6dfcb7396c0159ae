"""Pyramids and second stages against torchvision, and against what follows by hand."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any

import pytest
import torch
from torch import nn
from torchvision.ops import FeaturePyramidNetwork, MultiScaleRoIAlign

from deepdesk.core import settings
from deepdesk.core.errors import GraphError
from deepdesk.nn.build import module_of
from deepdesk.nn.catalogue import BLOCKS
from deepdesk.nn.graph import Node
from deepdesk.nn.initial import draw
from deepdesk.nn.modules.detection import changed
from deepdesk.nn.shapes import node_shape

PICTURE, FINE, COARSE = (3, 256, 320), (4, 32, 40), (4, 16, 20)
SIZE = PICTURE[1:]


def made(key: str, *in_shapes: tuple[int, ...], **values: Any) -> nn.Module:
    config = settings.from_json(BLOCKS[key].config, values)
    module = module_of(key, config, in_shapes).to_empty(device="cpu")
    draw(module, torch.Generator().manual_seed(3))
    return module.eval()


def noise(*shape: int, seed: int = 5) -> torch.Tensor:
    return torch.randn(*shape, generator=torch.Generator().manual_seed(seed))


def proposals_of(*rows: tuple[float, float, float, float, float]) -> torch.Tensor:
    """Return proposals of one picture from sides and score; their anchors are nowhere."""
    given = torch.tensor(rows)
    return torch.cat([given[:, :4], torch.zeros(len(rows), 4), given[:, 4:]], 1)[None]


def test_two_levels_are_the_pyramid_of_torchvision():
    theirs = FeaturePyramidNetwork([6, 10], 8).eval()
    maps = OrderedDict(fine=noise(2, 6, 9, 11), coarse=noise(2, 10, 5, 6))
    top = made("pyramid_level", (10, 5, 6), channels=8, smooth=False)
    below = made("pyramid_level", (8, 5, 6), (6, 9, 11), channels=8, smooth=False)
    for own, other in zip((below, top), theirs.inner_blocks, strict=True):
        own.lateral.load_state_dict({f"filters.{k[2:]}": v for k, v in other.state_dict().items()})

    coarse = top(maps["coarse"])
    fine = below(coarse, maps["fine"])

    wanted = theirs(maps)
    torch.testing.assert_close(theirs.layer_blocks[1](coarse), wanted["coarse"])
    torch.testing.assert_close(theirs.layer_blocks[0](fine), wanted["fine"])


def test_the_smoothing_of_a_level_is_a_convolution_after_the_sum():
    plain = made("pyramid_level", (8, 5, 6), (6, 9, 11), channels=8, smooth=False)
    level = made("pyramid_level", (6, 9, 11), (8, 5, 6), channels=8)
    level.lateral.load_state_dict(plain.lateral.state_dict())
    fine, coarse = noise(2, 6, 9, 11), noise(2, 8, 5, 6)

    torch.testing.assert_close(level(fine, coarse), level.smooth(plain(coarse, fine)))


def test_a_level_brings_a_coarser_map_of_another_width_to_its_own():
    level = made("pyramid_level", (6, 9, 11), (5, 3, 4), channels=8, norm="batch")

    assert level(noise(2, 6, 9, 11), noise(2, 5, 3, 4)).shape == (2, 8, 9, 11)


def test_maps_of_different_pictures_make_no_level():
    with pytest.raises(GraphError, match="Neither") as caught:
        node_shape(Node("level", "pyramid_level"), ((4, 9, 3), (4, 3, 9)))

    assert caught.value.code == "shapes_differ"


def test_regions_are_read_from_the_map_that_torchvision_reads_them_from():
    theirs = MultiScaleRoIAlign(["0", "1"], 7, 2, canonical_scale=224, canonical_level=4)
    maps = OrderedDict({"0": noise(2, *FINE), "1": noise(2, *COARSE, seed=6)})
    generator = torch.Generator().manual_seed(1)
    start = torch.rand(2, 30, 2, generator=generator) * 100
    boxes = torch.cat([start, start + 1 + torch.rand(2, 30, 2, generator=generator) * 400], 2)
    own = made("region_head", FINE, COARSE, (60, 9), PICTURE)

    found = own._read([maps["0"], maps["1"]], boxes)

    # Ours stand on the middles of cells (He et al., 2017), torchvision's are half a cell off.
    moved = [
        torch.where(((b[:, 2:] - b[:, :2]).prod(1).sqrt() >= 224)[:, None], b - 8.0, b - 4.0)
        for b in boxes
    ]
    wanted = theirs(maps, moved, [(256, 320)] * 2)
    torch.testing.assert_close(found, wanted, atol=1e-4, rtol=1e-4)


def test_the_best_proposals_come_first_and_covered_ones_last():
    head = made("region_head", FINE, (5, 9), PICTURE, kept=5)
    given = proposals_of(
        (10, 10, 50, 50, 0.2),
        (100, 100, 200, 200, 3.0),
        (102, 100, 202, 200, 2.0),  # shares 98 of 102 columns with the one above
        (-30, -20, 40, 500, 1.0),
        (0, 0, 10, 10, -5.0),
    )

    assert head.best(given, SIZE)[0].tolist() == [
        [100, 100, 200, 200],
        [0, 0, 40, 256],
        [10, 10, 50, 50],
        [0, 0, 10, 10],
        [102, 100, 202, 200],
    ]


def test_pictures_of_a_batch_do_not_cover_each_other():
    head = made("region_head", FINE, (2, 9), PICTURE, kept=1)
    one = proposals_of((0, 0, 50, 50, 1.0), (0, 0, 5, 5, 0.0))
    two = proposals_of((0, 0, 50, 50, 0.5), (0, 0, 5, 5, 0.0))

    assert head.best(torch.cat([one, two]), SIZE)[:, 0].tolist() == [[0, 0, 50, 50]] * 2


def test_proposals_that_are_no_numbers_or_outside_give_regions_within_the_picture():
    head = made("region_head", FINE, (4, 9), PICTURE, kept=4)
    nan, inf = float("nan"), float("inf")
    given = proposals_of(
        (nan, nan, nan, nan, nan),
        (-inf, -inf, inf, inf, 1.0),
        (900, 900, 950, 950, 2.0),
        (50, 50, 20, 20, 0.0),
    )

    boxes = head.best(given, SIZE)
    rows = head(noise(1, *FINE), given, noise(1, *PICTURE))

    assert ((boxes >= 0) & (boxes <= torch.tensor([320, 256, 320, 256.0]))).all()
    assert (boxes[..., 2:] - boxes[..., :2] >= 1).all()
    assert rows.isfinite().all()


def test_a_network_that_is_given_smaller_pictures_keeps_regions_within_them():
    head = made("region_head", FINE, (1, 9), PICTURE)
    given = proposals_of((0, 0, 320, 256, 1.0))

    rows = head(noise(1, 4, 16, 20), given, noise(1, 3, 128, 160))

    assert rows[0, 0, 4:8].tolist() == [0, 0, 160, 128]


def test_a_row_is_the_proposal_changed_by_what_was_read():
    head = made("region_head", FINE, (9, 9), PICTURE, kept=3, classes=2, hidden=16, side=3)
    start = noise(1, 9, 2).abs() * 40
    given = torch.cat([start, start + 20, torch.zeros(1, 9, 4), noise(1, 9, 1)], 2)

    rows = head(noise(1, *FINE), given, noise(1, *PICTURE))

    boxes = head.best(given, SIZE)
    read = head.features(head._read([noise(1, *FINE)], boxes))
    assert rows.shape == (1, 3, 10)
    torch.testing.assert_close(rows[..., 4:8], boxes)
    torch.testing.assert_close(rows[0, :, :4], changed(boxes[0], head.changes(read)))
    torch.testing.assert_close(rows[0, :, 8:], head.classes(read))


def test_no_gradient_flows_through_the_proposals_and_one_through_the_maps():
    head = made("region_head", FINE, (9, 9), PICTURE, kept=3)
    maps, given = noise(1, *FINE).requires_grad_(), noise(1, 9, 9).requires_grad_()

    head(maps, given, noise(1, *PICTURE)).sum().backward()

    assert given.grad is None
    assert maps.grad is not None


@pytest.mark.parametrize(
    "shapes",
    [
        (FINE, COARSE, PICTURE),
        (FINE, (9, 8), PICTURE),
        (FINE, (9, 9), (7, 9), PICTURE),
    ],
)
def test_a_second_stage_without_just_one_first_stage_is_refused(shapes):
    with pytest.raises(GraphError, match="proposals") as caught:
        node_shape(Node("boxes", "region_head"), shapes)

    assert caught.value.code == "layout"
